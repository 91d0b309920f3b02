//! DHCP options: the set that all VPCs of a region share.

use serde_json::{Value, json};

use super::describe::Query;
use super::filter::Table;
use super::request::finish;
use super::resource::{Kind, View, view};
use crate::operation::{Answer, Call};

const KIND: Kind = Kind {
    prefix: "dopt-",
    resource_type: "dhcp-options",
    noun: "dhcpOption ID",
    not_found: "InvalidDhcpOptionID.NotFound",
    malformed: "InvalidDhcpOptionsId.Malformed",
};

const FILTERS: Table = &[
    ("dhcp-options-id", "dhcpOptionsId"),
    ("key", "dhcpConfigurationSet.key"),
    ("owner-id", "ownerId"),
    ("value", "dhcpConfigurationSet.valueSet.value"),
];

/// `DescribeDhcpOptions`
pub(super) fn describe_dhcp_options(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("DhcpOptionsId")?;
    let query = Query::with(&mut input, "", FILTERS)?;
    finish(input)?;
    let view = view(call);
    let known = view.ec2.dhcp_options.as_ref();
    for id in &ids {
        KIND.check(id)?;
        if known != Some(id) {
            return Err(KIND.not_found(id));
        }
    }
    let shown = known.map(|id| show(id, &view));
    query.page("dhcpOptionsSet", Vec::from_iter(shown))
}

/// Amazon's resolver, and the domain of the region's machines [VPC guide: DHCP option sets].
fn show(id: &str, view: &View<'_>) -> Value {
    let domain = match view.region {
        "us-east-1" => "ec2.internal".to_owned(),
        other => format!("{other}.compute.internal"),
    };
    json!({
        "dhcpOptionsId": id,
        "ownerId": view.account,
        "dhcpConfigurationSet": [
            { "key": "domain-name", "valueSet": [{ "value": domain }] },
            { "key": "domain-name-servers", "valueSet": [{ "value": "AmazonProvidedDNS" }] },
        ],
        "tagSet": [],
    })
}
