//! `[dns]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// Where the hostnames live.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DnsSection {
    /// Who serves the zone. A Cloudflare API token is never in the manifest: it comes from the environment
    /// variable CLOUDFLARE_API_TOKEN.
    #[schemars(required, example = &"cloudflare")]
    pub(crate) provider: Option<Located<Provider>>,

    /// The zone that every hostname is in, as the provider lists it. Default: looked up for each hostname,
    /// the longest name that the provider has and the hostname ends with.
    #[schemars(example = &"example.com")]
    pub(crate) zone: Option<Located<String>>,

    /// Point hostnames here even if they have records that Ashore did not make. What was there is kept
    /// and put back by `down`. Default false: an unknown record usually serves somebody.
    #[schemars(extend("default" = defaults::TAKE_OVER))]
    pub(crate) take_over: Option<Located<bool>>,
}

/// A DNS provider.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Provider {
    /// Cloudflare DNS.
    Cloudflare,
    /// A public hosted zone of Amazon Route 53 in the same account.
    Route53,
    /// You set the records yourself: Ashore says which, and waits until they are there.
    Manual,
}
