//! Examples of the network's kinds.

use std::collections::BTreeMap;

use ashore_providers::aws::elastic_ip::{self, ElasticIp};
use ashore_providers::aws::flow_log::{self, FlowLog};
use ashore_providers::aws::internet_gateway::{self, InternetGateway};
use ashore_providers::aws::nat_gateway::{self, NatGateway, Place};
use ashore_providers::aws::private_zone::{self, PrivateZone};
use ashore_providers::aws::route_table::{self, Route, RouteTable};
use ashore_providers::aws::security_group::{self, Rule, SecurityGroup, Source};
use ashore_providers::aws::subnet::{self, Ipv6, Subnet};
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::vpc::{self, Vpc};
use ashore_providers::aws::vpc_endpoint::{self, VpcEndpoint, Way};

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![
        vpc(),
        subnet(),
        internet_gateway(),
        route_table(),
        security_group(),
        elastic_ip(),
        nat_gateway(),
        vpc_endpoint(),
        flow_log(),
        private_zone(),
    ]
}

fn vpc() -> Example {
    let spec = Vpc {
        cidr: "10.0.0.0/16".into(),
        dns_hostnames: true,
        ipv6: true,
        tags: Tags::default().named("hello"),
    };
    let outputs = vpc::Outputs {
        id: "vpc-1".into(),
        ipv6_cidr: Some("2001:db8:12:3400::/56".into()),
        ipv6_association: Some("vpc-cidr-assoc-1".into()),
    };
    Example::of(&spec, &outputs)
        .altered("cidr", |it: &mut Vpc| it.cidr = "10.1.0.0/16".into())
        .altered("dns_hostnames", |it: &mut Vpc| it.dns_hostnames = false)
        .altered("ipv6", |it: &mut Vpc| it.ipv6 = false)
        .altered("tags", |it: &mut Vpc| it.tags = Tags::default())
}

fn subnet() -> Example {
    let spec = Subnet {
        vpc: "vpc-1".to_string().into(),
        cidr: "10.0.0.0/20".into(),
        zone: "eu-central-1a".into(),
        ipv6: Some(Ipv6 {
            within: "2001:db8:12:3400::/56".to_string().into(),
            index: 1,
        }),
        tags: Tags::default().named("hello"),
    };
    let outputs = subnet::Outputs {
        id: "subnet-1".into(),
        ipv6_association: Some("subnet-cidr-assoc-1".into()),
    };
    Example::of(&spec, &outputs)
        .altered("vpc", |it: &mut Subnet| {
            it.vpc = "vpc-2".to_string().into();
        })
        .altered("cidr", |it: &mut Subnet| it.cidr = "10.0.16.0/20".into())
        .altered("zone", |it: &mut Subnet| it.zone = "eu-central-1b".into())
        .altered("ipv6", |it: &mut Subnet| it.ipv6 = None)
        .altered("tags", |it: &mut Subnet| it.tags = Tags::default())
}

fn internet_gateway() -> Example {
    let spec = InternetGateway {
        vpc: "vpc-1".to_string().into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = internet_gateway::Outputs {
        id: "igw-1".into(),
        attached: Some("igw-1".into()),
    };
    Example::of(&spec, &outputs)
        .altered("vpc", |it: &mut InternetGateway| {
            it.vpc = "vpc-2".to_string().into();
        })
        .altered("tags", |it: &mut InternetGateway| it.tags = Tags::default())
}

fn route_table() -> Example {
    let spec = RouteTable {
        vpc: "vpc-1".to_string().into(),
        routes: vec![Route {
            destination: "0.0.0.0/0".into(),
            gateway: "igw-1".to_string().into(),
        }],
        subnets: vec!["subnet-2".to_string().into(), "subnet-1".to_string().into()],
        tags: Tags::default().named("hello"),
    };
    let outputs = route_table::Outputs {
        id: "rtb-1".into(),
        associations: BTreeMap::from([
            ("subnet-1".into(), "rtbassoc-1".into()),
            ("subnet-2".into(), "rtbassoc-2".into()),
        ]),
    };
    Example::of(&spec, &outputs)
        .altered("vpc", |it: &mut RouteTable| {
            it.vpc = "vpc-2".to_string().into();
        })
        .altered("routes", |it: &mut RouteTable| {
            it.routes[0].gateway = "igw-2".to_string().into();
        })
        .altered("subnets", |it: &mut RouteTable| it.subnets.truncate(1))
        .altered("tags", |it: &mut RouteTable| it.tags = Tags::default())
}

fn security_group() -> Example {
    let spec = SecurityGroup {
        name: "hello-default-web".into(),
        description: "Tasks of web".into(),
        vpc: "vpc-1".to_string().into(),
        ingress: vec![Rule {
            protocol: "tcp".into(),
            from_port: 80,
            to_port: 80,
            source: Source::Group("sg-2".to_string().into()),
            description: "from the load balancer".into(),
        }],
        egress: vec![Rule::all_out()],
        tags: Tags::default().named("hello"),
    };
    let outputs = security_group::Outputs { id: "sg-1".into() };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut SecurityGroup| it.name.push('x'))
        .altered("description", |it: &mut SecurityGroup| {
            it.description.push('x');
        })
        .altered("vpc", |it: &mut SecurityGroup| {
            it.vpc = "vpc-2".to_string().into();
        })
        .altered("ingress", |it: &mut SecurityGroup| {
            it.ingress[0].description.clear();
        })
        .altered("egress", |it: &mut SecurityGroup| it.egress.clear())
        .altered("tags", |it: &mut SecurityGroup| it.tags = Tags::default())
}

fn elastic_ip() -> Example {
    let spec = ElasticIp {
        tags: Tags::default().named("hello"),
    };
    let outputs = elastic_ip::Outputs {
        id: "eipalloc-1".into(),
        address: "198.51.100.7".into(),
    };
    Example::of(&spec, &outputs).altered("tags", |it: &mut ElasticIp| it.tags = Tags::default())
}

fn nat_gateway() -> Example {
    let spec = NatGateway {
        place: Place::Zone {
            subnet: "subnet-1".to_string().into(),
            address: "eipalloc-1".to_string().into(),
        },
        tags: Tags::default().named("hello"),
    };
    let outputs = nat_gateway::Outputs { id: "nat-1".into() };
    Example::of(&spec, &outputs)
        .altered("place", |it: &mut NatGateway| {
            it.place = Place::Region {
                vpc: "vpc-1".to_string().into(),
            };
        })
        .altered("tags", |it: &mut NatGateway| it.tags = Tags::default())
}

fn vpc_endpoint() -> Example {
    let spec = VpcEndpoint {
        vpc: "vpc-1".to_string().into(),
        service: "com.amazonaws.eu-central-1.ecr.api".into(),
        way: Way::Interface {
            subnets: vec!["subnet-2".to_string().into(), "subnet-1".to_string().into()],
            security_groups: vec!["sg-1".to_string().into()],
        },
        tags: Tags::default().named("hello"),
    };
    let outputs = vpc_endpoint::Outputs {
        id: "vpce-1".into(),
    };
    Example::of(&spec, &outputs)
        .altered("vpc", |it: &mut VpcEndpoint| {
            it.vpc = "vpc-2".to_string().into();
        })
        .altered("service", |it: &mut VpcEndpoint| it.service.push('x'))
        .altered("way", |it: &mut VpcEndpoint| {
            it.way = Way::Interface {
                subnets: vec!["subnet-1".to_string().into()],
                security_groups: vec!["sg-2".to_string().into()],
            };
        })
        .altered("tags", |it: &mut VpcEndpoint| it.tags = Tags::default())
}

fn flow_log() -> Example {
    let spec = FlowLog {
        vpc: "vpc-1".to_string().into(),
        group: "/ashore/hello/flow-logs".to_string().into(),
        role: "arn:aws:iam::1:role/flow-logs".to_string().into(),
        traffic: "ALL".into(),
        interval_seconds: 600,
        tags: Tags::default().named("hello"),
    };
    let outputs = flow_log::Outputs { id: "fl-1".into() };
    Example::of(&spec, &outputs)
        .altered("vpc", |it: &mut FlowLog| {
            it.vpc = "vpc-2".to_string().into()
        })
        .altered("group", |it: &mut FlowLog| {
            it.group = "/other".to_string().into()
        })
        .altered("role", |it: &mut FlowLog| {
            it.role = "arn:other".to_string().into()
        })
        .altered("traffic", |it: &mut FlowLog| it.traffic = "REJECT".into())
        .altered("interval_seconds", |it: &mut FlowLog| {
            it.interval_seconds = 60
        })
        .altered("tags", |it: &mut FlowLog| it.tags = Tags::default())
}

fn private_zone() -> Example {
    let spec = PrivateZone {
        domain: "myorg.local".into(),
        vpcs: vec!["vpc-1".to_string().into()],
        region: "eu-central-1".into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = private_zone::Outputs { id: "Z1".into() };
    Example::of(&spec, &outputs)
        .altered("domain", |it: &mut PrivateZone| it.domain.push('x'))
        .altered("vpcs", |it: &mut PrivateZone| {
            it.vpcs[0] = "vpc-2".to_string().into();
        })
        .altered("region", |it: &mut PrivateZone| {
            it.region = "eu-west-1".into()
        })
        .altered("tags", |it: &mut PrivateZone| it.tags = Tags::default())
}
