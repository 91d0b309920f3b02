//! Examples of DNS records, wherever they are.

use ashore_providers::aws::route53_record::{self, Route53Record, Target};
use ashore_providers::cloudflare::dns_record::{DnsRecord, Outputs};
use ashore_providers::manual::dns_record::{self as by_hand, ManualRecord};

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![in_cloudflare(), in_route53(), by_hand()]
}

fn in_cloudflare() -> Example {
    let spec = DnsRecord {
        zone_id: "c0de0000000000000000000000000001".into(),
        name: "hello.example.com".to_string().into(),
        record_type: "CNAME".into(),
        content: "hello-1.eu-central-1.elb.amazonaws.com".to_string().into(),
        ttl: 60,
        proxied: false,
        take_over: false,
        comment: "the shop".into(),
    };
    let outputs = Outputs {
        id: Some("1".into()),
        zone_id: spec.zone_id.clone(),
        displaced: Vec::new(),
        unmarked: false,
    };
    Example::of(&spec, &outputs)
        .altered("zone_id", |it: &mut DnsRecord| it.zone_id.push('2'))
        .altered("name", |it: &mut DnsRecord| {
            it.name = "bye.example.com".to_string().into();
        })
        .altered("record_type", |it: &mut DnsRecord| {
            it.record_type = "TXT".into();
        })
        .altered("content", |it: &mut DnsRecord| {
            it.content = "elsewhere.example.com".to_string().into();
        })
        .altered("ttl", |it: &mut DnsRecord| it.ttl = 300)
        .altered("proxied", |it: &mut DnsRecord| it.proxied = true)
        .altered("comment", |it: &mut DnsRecord| it.comment.clear())
        .unmanaged(
            "take_over",
            "whether a create may displace: nothing there tells",
        )
}

fn in_route53() -> Example {
    let spec = Route53Record {
        zone_id: "Z0123456789".into(),
        name: "hello.example.com".to_string().into(),
        record_type: "A".into(),
        target: Target::Alias {
            dns_name: "hello-1.eu-central-1.elb.amazonaws.com".to_string().into(),
            zone_id: "Z215JYRZR1TBD5".to_string().into(),
            ipv6: false,
            evaluate_target_health: false,
        },
        take_over: false,
    };
    let outputs = route53_record::Outputs {
        zone_id: spec.zone_id.clone(),
        name: "hello.example.com".into(),
        record_type: "A".into(),
        made: true,
        owner: Some("ashore:v1 id=1.2 hello".into()),
        change: Some("C1".into()),
        displaced: Vec::new(),
        unmarked: false,
    };
    Example::of(&spec, &outputs)
        .altered("zone_id", |it: &mut Route53Record| it.zone_id.push('2'))
        .altered("name", |it: &mut Route53Record| {
            it.name = "bye.example.com".to_string().into();
        })
        .altered("record_type", |it: &mut Route53Record| {
            it.record_type = "AAAA".into();
        })
        .altered("target", |it: &mut Route53Record| {
            it.target = Target::Values {
                ttl: 60,
                values: vec!["192.0.2.1".to_string().into()],
            };
        })
        .unmanaged(
            "take_over",
            "whether a create may displace: nothing there tells",
        )
}

fn by_hand() -> Example {
    let spec = ManualRecord {
        name: "hello.example.com".to_string().into(),
        record_type: "CNAME".into(),
        content: "hello-1.eu-central-1.elb.amazonaws.com".to_string().into(),
    };
    let outputs = by_hand::Outputs {
        name: "hello.example.com".into(),
        record_type: "CNAME".into(),
        content: "hello-1.eu-central-1.elb.amazonaws.com".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut ManualRecord| {
            it.name = "bye.example.com".to_string().into();
        })
        .altered("record_type", |it: &mut ManualRecord| {
            it.record_type = "A".into();
        })
        .altered("content", |it: &mut ManualRecord| {
            it.content = "elsewhere.example.com".to_string().into();
        })
}
