//! The kinds of the network, one by one, against the twin in this process.

mod flow_log;
#[path = "../ingress/in_twin.rs"]
#[expect(dead_code, reason = "shared with the tests of the way in")]
mod in_twin;
mod internet_gateway;
mod life;
mod route_table;
mod security_group;
mod subnet;
mod vpc;
mod ways_out;
mod zones;
