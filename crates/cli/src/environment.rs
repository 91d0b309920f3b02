//! Everything that is read from the process's surroundings, once, at the edge.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use ashore_manifest::Variables;
use ashore_providers::aws::live::in_process::Service;
use secrecy::SecretString;

/// How fast a sandbox's clock may run: beyond, waits of hours are shorter than a timer's tick, or
/// longer than anybody's patience.
pub(crate) const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=10_000.0;

/// What the process finds around itself.
pub(crate) struct Environment {
    /// The current folder.
    pub(crate) folder: PathBuf,
    /// `CLOUDFLARE_API_TOKEN`.
    pub(crate) cloudflare_token: Option<SecretString>,
    /// `CLOUDFLARE_BASE_URL`, for tests and proxies.
    pub(crate) cloudflare_url: Option<String>,
    /// `AWS_ENDPOINT_URL`: where the SDK talks to, if not to AWS. Pinned in the state.
    pub(crate) aws_endpoint: Option<String>,
    /// All variables, for `${env:…}` and for secrets that come from them. Shows names only.
    pub(crate) variables: Variables,
    /// `ASHORE_DOH_URL`: the DNS-over-HTTPS resolver to ask, if not the usual one.
    pub(crate) resolver_url: Option<String>,
    /// `ASHORE_OUTSIDE_URL`: where a sandbox answers for the tasks that it runs, as it publishes it.
    pub(crate) outside_url: Option<String>,
    /// `ASHORE_CLOCK_SPEED`: how fast the clock of the cloud runs, as a sandbox publishes it.
    pub(crate) clock_speed: f64,
    /// A cloud of the caller's, in this process, in place of the sandbox's own.
    pub(crate) cloud: Option<Arc<dyn Service>>,
    /// The wall clock at the start.
    pub(crate) now: jiff::Timestamp,
    /// Whether somebody can be asked.
    pub(crate) interactive: bool,
    /// Whether progress can move the cursor.
    pub(crate) live: bool,
}

impl Environment {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge: read once, passed down"
    )]
    pub(crate) fn read() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let ci = text("CI").is_some_and(|value| value != "false" && value != "0");
        let dumb = text("TERM").is_some_and(|value| value == "dumb");
        let terminal = std::io::stderr().is_terminal();
        Self {
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            cloudflare_token: text("CLOUDFLARE_API_TOKEN").map(SecretString::from),
            cloudflare_url: text("CLOUDFLARE_BASE_URL"),
            aws_endpoint: text("AWS_ENDPOINT_URL"),
            variables: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            resolver_url: text("ASHORE_DOH_URL"),
            outside_url: text("ASHORE_OUTSIDE_URL"),
            clock_speed: text("ASHORE_CLOCK_SPEED")
                .and_then(|value| value.parse().ok())
                .filter(|speed: &f64| SPEEDS.contains(speed))
                .unwrap_or(1.0),
            cloud: None,
            now: jiff::Timestamp::now(),
            interactive: std::io::stdin().is_terminal() && terminal && !ci,
            live: terminal && !ci && !dumb,
        }
    }

    /// With nothing of the process's own.
    pub(crate) fn alone(folder: PathBuf, variables: Variables, now: jiff::Timestamp) -> Self {
        Self {
            folder,
            cloudflare_token: None,
            cloudflare_url: None,
            aws_endpoint: None,
            variables,
            resolver_url: None,
            outside_url: None,
            clock_speed: 1.0,
            cloud: None,
            now,
            interactive: false,
            live: false,
        }
    }
}
