//! `[network]`: public subnets, and private ones beside them if tasks are to be there; or the network that somebody else
//! owns.

use ashore_engine::graph::Handle;
use ashore_engine::input::Input;
use ashore_providers::aws::internet_gateway::InternetGateway;
use ashore_providers::aws::private_zone::PrivateZone;
use ashore_providers::aws::route_table::{Route, RouteTable};
use ashore_providers::aws::subnet::{Ipv6, Subnet};
use ashore_providers::aws::vpc::Vpc;
use ashore_providers::aws::vpc_endpoint::VpcEndpoint;

use super::{LowerError, Lowering, surroundings};
use crate::model::{self, Layout};

/// What stands in the network needs these.
pub(super) struct Network {
    pub(super) vpc: Input<String>,
    /// Where a load balancer stands.
    pub(super) balancer_subnets: Vec<Input<String>>,
    /// Where tasks run.
    pub(super) task_subnets: Vec<Input<String>>,
    /// Do tasks reach the internet by an address of their own?
    pub(super) public_tasks: bool,
    /// Do the subnets have IPv6 addresses too?
    pub(super) ipv6: bool,
    /// The way to the internet, if it is ours.
    pub(super) made: Option<Made>,
}

impl Network {
    /// For what stands in none of the app's.
    pub(super) fn none() -> Self {
        Self {
            vpc: Input::Known(String::new()),
            balancer_subnets: Vec::new(),
            task_subnets: Vec::new(),
            public_tasks: false,
            ipv6: false,
            made: None,
        }
    }
}

pub(super) struct Made {
    pub(super) gateway: Handle<InternetGateway>,
    /// By these tasks reach the internet.
    pub(super) ways_out: Vec<Handle<RouteTable>>,
    /// By these tasks reach AWS, where they do not reach the internet.
    pub(super) endpoints: Vec<Handle<VpcEndpoint>>,
}

impl Lowering<'_> {
    pub(super) fn network(&mut self) -> Result<Network, LowerError> {
        match &self.manifest.network {
            Some(wanted) => self.own_network(wanted),
            None => {
                let existing = &self.surroundings.existing;
                let vpc = existing.vpc.as_ref();
                let vpc = vpc.ok_or(LowerError::Unread("existing.vpc"))?;
                Ok(existing_network(&vpc.id, existing))
            }
        }
    }

    fn own_network(&mut self, wanted: &model::Network) -> Result<Network, LowerError> {
        let zones = &self.surroundings.zones;
        if zones.len() < wanted.subnets.len() {
            return Err(LowerError::Zones {
                wanted: wanted.subnets.len(),
                there: zones.len(),
                region: self.surroundings.names.region.clone(),
            });
        }
        let vpc = self.graph.add(
            "network/vpc",
            &Vpc {
                cidr: wanted.cidr.to_string(),
                dns_hostnames: true,
                ipv6: wanted.ipv6,
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
        let public: Vec<Input<String>> = wanted
            .subnets
            .iter()
            .zip(zones)
            .zip(0_u8..)
            .map(|((subnet, zone), index)| {
                let spec = Subnet {
                    vpc: vpc.get(Vpc::ID),
                    cidr: subnet.cidr.to_string(),
                    zone: zone.clone(),
                    ipv6: wanted.ipv6.then(|| Ipv6 {
                        within: vpc.get(Vpc::IPV6_CIDR),
                        index,
                    }),
                    tags: self.named_tags(&format!("public-{}", subnet.key)),
                };
                let address = format!("network/subnet[{}]", subnet.key);
                self.graph.add(address.as_str(), &spec).get(Subnet::ID)
            })
            .collect();
        let everywhere = ["0.0.0.0/0"].into_iter();
        let everywhere = everywhere.chain(wanted.ipv6.then_some("::/0"));
        let routes = self.graph.add(
            "network/route_table",
            &RouteTable {
                vpc: vpc.get(Vpc::ID),
                routes: everywhere
                    .map(|destination| Route {
                        destination: destination.to_string(),
                        gateway: gateway.get(InternetGateway::ATTACHED),
                    })
                    .collect(),
                subnets: public.clone(),
                tags: self.named_tags("public"),
            },
        );
        if let Some(retention) = wanted.flow_logs {
            self.flow_logs(retention, &vpc);
        }
        if let Some(domain) = &wanted.private_zone {
            let zone = PrivateZone {
                domain: domain.to_string(),
                vpcs: vec![vpc.get(Vpc::ID)],
                region: self.surroundings.names.region.clone(),
                tags: self.tags(),
            };
            self.graph.add("network/private_zone", &zone);
        }
        let (task_subnets, ways_out, endpoints) = match wanted.layout {
            Layout::PublicTasks => (public.clone(), vec![routes], Vec::new()),
            Layout::PrivateNat(nat) => {
                let private = self.private_subnets(wanted, &vpc);
                let ways_out = self.ways_out(wanted, nat, &vpc, &gateway, &public, &private);
                (private, ways_out, Vec::new())
            }
            Layout::PrivateEndpoints => {
                let private = self.private_subnets(wanted, &vpc);
                let endpoints = self.endpoints(wanted, &vpc, &private);
                (private, Vec::new(), endpoints)
            }
        };
        Ok(Network {
            vpc: vpc.get(Vpc::ID),
            balancer_subnets: public,
            task_subnets,
            // Without NAT a task reaches the internet by an address of its own.
            public_tasks: wanted.layout == Layout::PublicTasks,
            ipv6: wanted.ipv6,
            made: Some(Made {
                gateway,
                ways_out,
                endpoints,
            }),
        })
    }
}

fn existing_network(vpc: &str, existing: &surroundings::Existing) -> Network {
    let ids = |subnets: Vec<&surroundings::Subnet>| {
        let ids = subnets.into_iter().map(|subnet| subnet.id.clone());
        ids.map(Input::Known).collect()
    };
    let of_tasks = existing.of_tasks();
    Network {
        vpc: Input::Known(vpc.to_string()),
        balancer_subnets: ids(existing.of_balancer()),
        // From a private subnet the way out is its owner's NAT gateway or endpoints.
        public_tasks: of_tasks.iter().all(|subnet| subnet.public),
        task_subnets: ids(of_tasks),
        ipv6: false,
        made: None,
    }
}
