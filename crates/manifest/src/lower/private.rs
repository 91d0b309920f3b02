//! `network.layout = "private-nat"`: private subnets, and what leads out of them.

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::elastic_ip::ElasticIp;
use ashore_providers::aws::internet_gateway::InternetGateway;
use ashore_providers::aws::nat_gateway::{NatGateway, Place};
use ashore_providers::aws::route_table::{Route, RouteTable};
use ashore_providers::aws::subnet::Subnet;
use ashore_providers::aws::vpc::Vpc;
use ashore_providers::aws::vpc_endpoint::{VpcEndpoint, Way};

use super::Lowering;
use crate::model::{self, Nat};

impl Lowering<'_> {
    pub(super) fn private_subnets(
        &mut self,
        wanted: &model::Network,
        vpc: &Handle<Vpc>,
    ) -> Vec<Input<String>> {
        let zones = &self.surroundings.zones;
        let subnets = wanted.private_subnets.iter().zip(zones);
        let subnets = subnets.map(|(subnet, zone)| {
            let spec = Subnet {
                vpc: vpc.get(Vpc::ID),
                cidr: subnet.cidr.to_string(),
                zone: zone.clone(),
                ipv6: None, // what leads out of it knows no IPv6
                tags: self.named_tags(&format!("private-{}", subnet.key)),
            };
            let address = format!("network/private_subnet[{}]", subnet.key);
            self.graph.add(address.as_str(), &spec).get(Subnet::ID)
        });
        subnets.collect()
    }

    /// Each private subnet has a table of its own, however many gateways there are: another number of gateways then
    /// changes routes, and no subnet is without one for a moment.
    pub(super) fn ways_out(
        &mut self,
        wanted: &model::Network,
        nat: Nat,
        vpc: &Handle<Vpc>,
        gateway: &Handle<InternetGateway>,
        public: &[Input<String>],
        private: &[Input<String>],
    ) -> Vec<Handle<RouteTable>> {
        let keys = wanted.private_subnets.iter().map(|subnet| subnet.key);
        let regional = (nat == Nat::Regional).then(|| self.regional_nat(vpc, gateway));
        let mut last = regional;
        let mut tables = Vec::new();
        for ((key, subnet), public) in keys.zip(private).zip(public) {
            let way = match (&last, nat) {
                (Some(there), Nat::Single | Nat::Regional) => there.clone(),
                _ => self.nat(key, public, gateway),
            };
            let table = RouteTable {
                vpc: vpc.get(Vpc::ID),
                routes: vec![Route {
                    destination: "0.0.0.0/0".to_string(),
                    gateway: way.clone(),
                }],
                subnets: vec![subnet.clone()],
                tags: self.named_tags(&format!("private-{key}")),
            };
            last = Some(way);
            let address = format!("network/private_route_table[{key}]");
            tables.push(self.graph.add(address.as_str(), &table));
        }
        self.s3_endpoint(vpc, &tables);
        tables
    }

    /// Layers of images in ECR come from S3: by this way they cost nothing, by a NAT gateway they do.
    pub(super) fn s3_endpoint(
        &mut self,
        vpc: &Handle<Vpc>,
        tables: &[Handle<RouteTable>],
    ) -> Handle<VpcEndpoint> {
        let tables = tables.iter().map(|table| table.get(RouteTable::ID));
        let endpoint = VpcEndpoint {
            vpc: vpc.get(Vpc::ID),
            service: format!("com.amazonaws.{}.s3", self.surroundings.names.region),
            way: Way::Gateway {
                route_tables: tables.collect(),
            },
            tags: self.named_tags("s3"),
        };
        self.graph.add("network/s3_endpoint", &endpoint)
    }

    /// The gateway of a zone, with an address of its own.
    fn nat(
        &mut self,
        key: char,
        public: &Input<String>,
        gateway: &Handle<InternetGateway>,
    ) -> Input<String> {
        let tags = self.named_tags(&format!("nat-{key}"));
        let address = ElasticIp { tags: tags.clone() };
        let address = self
            .graph
            .add(format!("network/elastic_ip[{key}]").as_str(), &address);
        let place = Place::Zone {
            subnet: public.clone(),
            address: address.get(ElasticIp::ID),
        };
        let nat = self.graph.add(
            format!("network/nat_gateway[{key}]").as_str(),
            &NatGateway { place, tags },
        );
        self.attached_first(&nat, gateway)
    }

    fn regional_nat(
        &mut self,
        vpc: &Handle<Vpc>,
        gateway: &Handle<InternetGateway>,
    ) -> Input<String> {
        let place = Place::Region {
            vpc: vpc.get(Vpc::ID),
        };
        let tags = self.named_tags("nat");
        let nat = self
            .graph
            .add("network/nat_gateway", &NatGateway { place, tags });
        self.attached_first(&nat, gateway)
    }

    /// Its id, for routes.
    fn attached_first(
        &mut self,
        nat: &Handle<NatGateway>,
        gateway: &Handle<InternetGateway>,
    ) -> Input<String> {
        self.graph.after(
            nat,
            gateway,
            When::Named,
            "a NAT gateway fails in a network without an internet gateway",
        );
        nat.ready().get(NatGateway::ID)
    }
}
