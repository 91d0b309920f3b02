//! `[discovery]`, and `discovery` of a service.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::located::Located;

/// How services of the app find each other.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscoverySection {
    /// The domain, within the network alone, in which services that are found by DNS have their names. Default: the name
    /// of the stack and `.internal`, such as `shop-production.internal`.
    #[schemars(example = &"shop.internal")]
    pub(crate) domain: Option<Located<String>>,
}

/// How the app's other services find this one. Those that do say so: `uses = ["api"]` opens the way to it, and tells their
/// code in `API_HOST` and `API_PORT`, and for what speaks HTTP in `API_URL`, where it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceDiscoverySection {
    /// The port that it listens on for them. Default: the service's `port`.
    #[schemars(range(min = 1), example = 8080)]
    pub(crate) port: Option<Located<u16>>,

    /// By what they find it. Default `connect`.
    #[schemars(extend("default" = "connect"))]
    pub(crate) by: Option<Located<DiscoveredBy>>,

    /// What it speaks there. Default `http`.
    #[schemars(extend("default" = "http"))]
    pub(crate) protocol: Option<Located<DiscoveryProtocol>>,
}

/// By what a service is found.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DiscoveredBy {
    /// ECS Service Connect: a proxy in each task leads to the service's name, spreads requests over its tasks, and tries
    /// another one where one fails. It takes some of the tasks' cpu and memory: 256 units and 64 MiB are AWS's advice.
    Connect,
    /// A name in DNS, from Cloud Map, with the address of each task. Clients keep what they were told for ten seconds.
    Dns,
}

/// What a service speaks to those who find it.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DiscoveryProtocol {
    /// HTTP/1.1.
    Http,
    /// HTTP/2.
    Http2,
    /// gRPC.
    Grpc,
    /// Whatever runs over TCP.
    Tcp,
}
