//! `network.layout = "private-endpoints"`: private subnets from which no way leads to the internet, and a way to each
//! service of AWS that tasks need.

use ashore_engine::graph::Handle;
use ashore_engine::input::Input;
use ashore_providers::aws::route_table::RouteTable;
use ashore_providers::aws::security_group::{Rule, SecurityGroup, Source};
use ashore_providers::aws::vpc::Vpc;
use ashore_providers::aws::vpc_endpoint::{VpcEndpoint, Way};

use super::Lowering;
use crate::model;

impl Lowering<'_> {
    /// A table for each private subnet, without a route out, and the endpoints.
    pub(super) fn endpoints(
        &mut self,
        wanted: &model::Network,
        vpc: &Handle<Vpc>,
        private: &[Input<String>],
    ) -> Vec<Handle<VpcEndpoint>> {
        let keys = wanted.private_subnets.iter().map(|subnet| subnet.key);
        let mut tables = Vec::new();
        for (key, subnet) in keys.zip(private) {
            let table = RouteTable {
                vpc: vpc.get(Vpc::ID),
                routes: Vec::new(),
                subnets: vec![subnet.clone()],
                tags: self.named_tags(&format!("private-{key}")),
            };
            let address = format!("network/private_route_table[{key}]");
            tables.push(self.graph.add(address.as_str(), &table));
        }
        let mut made = vec![self.s3_endpoint(vpc, &tables)];
        let group = self.graph.add(
            "network/endpoint_security_group",
            &SecurityGroup {
                name: self.name("endpoints", 255),
                description: "Endpoints of AWS services".to_string(),
                vpc: vpc.get(Vpc::ID),
                ingress: vec![Rule {
                    protocol: "tcp".to_string(),
                    from_port: 443,
                    to_port: 443,
                    source: Source::Cidr4(wanted.cidr.to_string()),
                    description: "from the network".to_string(),
                }],
                egress: vec![Rule::all_out()],
                tags: self.named_tags("endpoints"),
            },
        );
        for service in self.manifest.endpoints() {
            let endpoint = VpcEndpoint {
                vpc: vpc.get(Vpc::ID),
                service: format!("com.amazonaws.{}.{service}", self.surroundings.names.region),
                way: Way::Interface {
                    subnets: private.to_vec(),
                    security_groups: vec![group.get(SecurityGroup::ID)],
                },
                tags: self.named_tags(service),
            };
            let address = format!("network/endpoint[{service}]");
            made.push(self.graph.add(address.as_str(), &endpoint));
        }
        made
    }
}
