//! `[balancers.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// A load balancer that services share. Three need no section: `public` for HTTP from the internet, `internal` for HTTP
/// from within the network, `network` for TCP, UDP and TLS from the internet. A section for one of them only says
/// what is to be otherwise.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BalancerSection {
    /// What it balances. Default `application`, and `network` for the balancer of that name.
    #[serde(rename = "type")]
    #[schemars(extend("default" = "application"))]
    pub(crate) layer: Option<Located<BalancerType>>,

    /// Who reaches it. Default `internet-facing`, and `internal` for the balancer of that name.
    #[schemars(extend("default" = "internet-facing"))]
    pub(crate) scheme: Option<Located<Scheme>>,

    /// Address ranges that may connect. Default: everybody where it is internet-facing, the network's own range where it
    /// is internal.
    #[schemars(extend("examples" = [["10.0.0.0/8"]]))]
    pub(crate) allow: Option<Located<Vec<Located<String>>>>,

    /// A connection on which nothing is said for so long is closed, `1s` to `4000s`, for `type = "classic"` to `3600s`.
    /// Default `60s`, as AWS has it. Not for `type = "network"`.
    #[schemars(extend("default" = "60s"), example = &"120s")]
    pub(crate) idle_timeout: Option<Located<String>>,

    /// Does AWS refuse to delete it? Default false: a stack that is in development comes and goes. `down` takes the
    /// protection off once you have said yes. Not for `type = "classic"`, which AWS does not protect.
    #[schemars(extend("default" = defaults::PROTECT))]
    pub(crate) protect: Option<Located<bool>>,

    /// Where requests are logged. Default: nowhere. AWS logs into a bucket that it may write to; a network balancer logs
    /// TLS connections alone.
    #[schemars(extend("examples" = [{ "bucket": "acme-logs", "prefix": "shop" }]))]
    pub(crate) access_logs: Option<Located<AccessLogsSection>>,

    /// Are header fields with names that no standard allows taken out of requests? Default true: they are how requests
    /// are smuggled past a proxy. Only for `type = "application"`.
    #[schemars(extend("default" = defaults::DROP_INVALID_HEADERS))]
    pub(crate) drop_invalid_headers: Option<Located<bool>>,

    /// Which versions and ciphers of TLS it takes: `recommended` (TLS 1.2 and 1.3, safe against quantum computers),
    /// `compatible` (more ciphers, for older clients), `strict` (TLS 1.3 alone), `fips`, or the name of a security policy
    /// of AWS's. Default `recommended`: AWS's own default still takes TLS 1.0. `type = "classic"` has policies of its own,
    /// and TLS 1.2 at the best: `recommended` is that alone, `compatible` takes TLS 1.0 too, and there is no other word.
    #[schemars(extend("default" = "recommended"), example = &"ELBSecurityPolicy-TLS13-1-2-2021-06")]
    pub(crate) tls: Option<Located<String>>,

    /// The web ACL that looks at requests first, by ARN: a regional one, in the region of the app. Default: none. Only
    /// for `type = "application"`.
    #[schemars(
        example = &"arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/01234567-89ab-cdef-0123-456789abcdef"
    )]
    pub(crate) waf: Option<Located<String>>,

    /// Does each zone's part of it send to the tasks of all zones? Default false, as AWS has it: traffic between zones
    /// costs. Not for `type = "application"`, where that is always so. For `type = "classic"` default true: there it costs
    /// nothing, and a zone without a task of the service answers nobody otherwise.
    #[schemars(extend("default" = defaults::CROSS_ZONE))]
    pub(crate) cross_zone: Option<Located<bool>>,
}

/// What a load balancer balances.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BalancerType {
    /// Requests of HTTP and HTTPS, by host and path.
    Application,
    /// Connections of TCP and TLS, and datagrams of UDP, by port.
    Network,
    /// Requests or connections of the one service behind it, whose tasks share the network of their EC2 instances: a
    /// classic load balancer knows instances, not tasks. Each task has its `port` on its instance, so that an instance
    /// runs one of them, and a rollout needs a spare instance or `deploy.strategy = "stop-then-start"`. HTTP is listened
    /// for on 80, and with a hostname on 443 alone, as nobody is sent on from 80; `tcp` and `tls` on `listen`. A health
    /// check is passed by `200 OK` and nothing else. ECS gives no rollout up by itself. For what still needs one: AWS
    /// advises one of the other two.
    Classic,
}

/// Who reaches a load balancer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scheme {
    /// Everybody: it has public addresses.
    InternetFacing,
    /// Who is in the network, or joined to it: it has private addresses, and its name leads to these.
    Internal,
}

/// Where requests are logged.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessLogsSection {
    /// A bucket in the region of the app whose policy lets Elastic Load Balancing write into it.
    #[schemars(required, example = &"acme-logs")]
    pub(crate) bucket: Option<Located<String>>,

    /// The folder in it. Default: none.
    #[schemars(example = &"shop")]
    pub(crate) prefix: Option<Located<String>>,
}
