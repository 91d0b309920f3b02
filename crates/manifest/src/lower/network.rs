//! `[network]`: public subnets, no NAT.

use ashore_engine::graph::Handle;
use ashore_providers::aws::internet_gateway::InternetGateway;
use ashore_providers::aws::route_table::{Route, RouteTable};
use ashore_providers::aws::subnet::Subnet;
use ashore_providers::aws::vpc::Vpc;

use super::Lowering;

/// What stands in the network needs these.
pub(super) struct Network {
    pub(super) vpc: Handle<Vpc>,
    pub(super) subnets: Vec<Handle<Subnet>>,
    pub(super) gateway: Handle<InternetGateway>,
    pub(super) routes: Handle<RouteTable>,
}

impl Lowering<'_> {
    pub(super) fn network(&mut self) -> Network {
        let wanted = &self.manifest.network;
        let vpc = self.graph.add(
            "network/vpc",
            &Vpc {
                cidr: wanted.cidr.to_string(),
                dns_hostnames: true,
                ipv6: false,
                tags: self.named_tags("vpc"),
            },
        );
        let gateway = self.graph.add(
            "network/internet_gateway",
            &InternetGateway {
                vpc: vpc.get(Vpc::ID),
                tags: self.named_tags("internet"),
            },
        );
        let zones = &self.surroundings.zones;
        let subnets: Vec<Handle<Subnet>> = wanted
            .subnets
            .iter()
            .zip(zones)
            .map(|(subnet, zone)| {
                let spec = Subnet {
                    vpc: vpc.get(Vpc::ID),
                    cidr: subnet.cidr.to_string(),
                    zone: zone.clone(),
                    ipv6: None,
                    tags: self.named_tags(&format!("public-{}", subnet.key)),
                };
                let address = format!("network/subnet[{}]", subnet.key);
                self.graph.add(address.as_str(), &spec)
            })
            .collect();
        let routes = self.graph.add(
            "network/route_table",
            &RouteTable {
                vpc: vpc.get(Vpc::ID),
                routes: vec![Route {
                    destination: "0.0.0.0/0".to_string(),
                    gateway: gateway.get(InternetGateway::ATTACHED),
                }],
                subnets: subnets
                    .iter()
                    .map(|subnet| subnet.get(Subnet::ID))
                    .collect(),
                tags: self.named_tags("public"),
            },
        );
        Network {
            vpc,
            subnets,
            gateway,
            routes,
        }
    }
}
