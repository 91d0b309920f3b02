//! Load balancers that services share.

use ipnet::Ipv4Net;

/// A load balancer of ours, or somebody else's in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balancer {
    /// What it balances.
    pub layer: Layer,
    /// Is it reached from the internet, or only from within?
    pub internal: bool,
    /// Who may connect; none for everybody, or everybody within.
    pub allow: Option<Vec<Ipv4Net>>,
    /// After so many seconds of silence a connection is closed; none for AWS's own word on it.
    pub idle_timeout: Option<u32>,
    /// Does AWS refuse to delete it?
    pub protect: bool,
    /// Where requests are logged.
    pub access_logs: Option<AccessLogs>,
    /// Are malformed header fields taken out of requests?
    pub drop_invalid_headers: bool,
    /// The security policy of its TLS.
    pub tls_policy: String,
    /// ARN of the web ACL before it.
    pub waf: Option<String>,
    /// Does each zone's part of it send to the tasks of all zones? For HTTP it always does.
    pub cross_zone: bool,
}

/// What a load balancer balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Requests of HTTP.
    Application,
    /// Connections and datagrams.
    Network,
    /// Requests or connections, to the instances of one service.
    Classic,
}

/// Where requests are logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLogs {
    /// Somebody else's bucket.
    pub bucket: String,
    /// The folder in it; empty for none.
    pub prefix: String,
}

impl Balancer {
    /// For HTTP from the internet: what a service is behind that says nothing.
    pub const PUBLIC: &'static str = "public";
    /// For HTTP from within.
    pub const INTERNAL: &'static str = "internal";
    /// For everything but HTTP, from the internet.
    pub const NETWORK: &'static str = "network";
    /// Those that need no section.
    pub const KNOWN: [&'static str; 3] = [Self::PUBLIC, Self::INTERNAL, Self::NETWORK];

    /// TLS 1.2 and 1.3 with a hybrid post-quantum key exchange: AWS's recommendation. The API's own
    /// default still takes TLS 1.0 (`ux.md` 4.1).
    pub const RECOMMENDED_TLS: &'static str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

    /// TLS 1.2, which is the newest that a classic load balancer speaks.
    pub const RECOMMENDED_CLASSIC_TLS: &'static str = "ELBSecurityPolicy-TLS-1-2-2017-01";

    /// A balancer of that name of which nothing was said.
    pub fn named(name: &str) -> Self {
        Self {
            layer: match name {
                Self::NETWORK => Layer::Network,
                _ => Layer::Application,
            },
            internal: name == Self::INTERNAL,
            allow: None,
            idle_timeout: None,
            protect: false,
            access_logs: None,
            drop_invalid_headers: true,
            tls_policy: Self::RECOMMENDED_TLS.to_owned(),
            waf: None,
            cross_zone: false,
        }
    }
}
