//! An example of a DNS record.

use ashore_providers::cloudflare::dns_record::{DnsRecord, Outputs};

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
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
    let record = Example::of(&spec, &outputs)
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
        );
    vec![record]
}
