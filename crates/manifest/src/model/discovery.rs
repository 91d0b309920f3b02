//! How services of the app find each other.

/// How the app's other services find one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// The port that it listens on for them.
    pub port: u16,
    /// By what they find it.
    pub by: DiscoveredBy,
    /// What it speaks there.
    pub protocol: DiscoveryProtocol,
}

/// By what a service is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscoveredBy {
    /// ECS Service Connect.
    Connect,
    /// A name in DNS.
    Dns,
}

/// What a service speaks to those who find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscoveryProtocol {
    /// HTTP/1.1.
    Http,
    /// HTTP/2.
    Http2,
    /// gRPC.
    Grpc,
    /// Whatever runs over TCP.
    Tcp,
}
