//! Prefix lists of AWS: the addresses of services, by name. Callers' own are not modelled.

use serde_json::{Value, json};

use super::describe::Query;
use super::filter::Table;
use super::request::finish;
use super::resource::{Kind, view};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// A list of AWS's.
struct PrefixList {
    id: String,
    name: String,
    is_v6: bool,
    blocks: &'static [&'static str],
}

/// Ids of prefix lists.
pub(super) const KIND: Kind = Kind {
    prefix: "pl-",
    resource_type: "prefix-list",
    noun: "prefix list ID",
    not_found: "InvalidPrefixListID.NotFound",
    malformed: "InvalidPrefixListID.Malformed",
};

const FILTERS: Table = &[
    ("prefix-list-id", "prefixListId"),
    ("prefix-list-name", "prefixListName"),
];
const MANAGED_FILTERS: Table = &[
    ("owner-id", "ownerId"),
    ("prefix-list-id", "prefixListId"),
    ("prefix-list-name", "prefixListName"),
];

/// Names, after `com.amazonaws.`, and blocks. `{region}` stands for the region; the blocks are those that are set aside
/// for documentation (RFC 5737, RFC 3849): nobody is reached by a mistake.
const LISTS: &[(&str, bool, &[&str])] = &[
    (
        "global.cloudfront.origin-facing",
        false,
        &["203.0.113.0/25"],
    ),
    (
        "global.ipv6.cloudfront.origin-facing",
        true,
        &["2001:db8:cf::/48"],
    ),
    ("{region}.dynamodb", false, &["192.0.2.128/25"]),
    (
        "{region}.ec2-instance-connect",
        false,
        &["203.0.113.128/28"],
    ),
    ("{region}.s3", false, &["192.0.2.0/26", "192.0.2.64/26"]),
];

/// `DescribePrefixLists`
pub(super) fn describe_prefix_lists(call: &mut Call<'_>) -> Answer {
    answer(call, FILTERS, |list, _| {
        json!({
            "prefixListId": list.id,
            "prefixListName": list.name,
            "cidrSet": list.blocks,
        })
    })
}

/// `DescribeManagedPrefixLists`: AWS's lists have neither version nor largest size [VPC guide: AWS-managed prefix lists;
/// emulators.md 4: DescribePrefixLists/Managed].
pub(super) fn describe_managed_prefix_lists(call: &mut Call<'_>) -> Answer {
    answer(call, MANAGED_FILTERS, |list, region| {
        json!({
            "prefixListId": list.id,
            "prefixListName": list.name,
            "prefixListArn": format!("arn:aws:ec2:{region}:aws:prefix-list/{}", list.id),
            "addressFamily": if list.is_v6 { "IPv6" } else { "IPv4" },
            "state": "create-complete",
            "ownerId": "AWS",
            "tagSet": [],
        })
    })
}

/// `GetManagedPrefixListEntries`
pub(super) fn get_managed_prefix_list_entries(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("PrefixListId")?;
    let query = Query::with(&mut input, "", &[])?;
    finish(input)?;
    KIND.check(&id)?;
    let lists = lists(&call.region);
    let list = lists.iter().find(|list| list.id == id);
    let list = list.ok_or_else(|| KIND.not_found(&id))?;
    let entries = list.blocks.iter().map(|block| json!({ "cidr": block }));
    query.page("entrySet", entries.collect())
}

/// The list of a service that has gateway endpoints, by the service's name.
pub(super) fn of_service(region: &str, service: &str) -> Option<String> {
    let mut lists = lists(region).into_iter();
    lists.find(|list| list.name == service).map(|list| list.id)
}

/// Refuses a list that a region does not have.
pub(super) fn check(region: &str, id: &str) -> Result<(), Refusal> {
    KIND.check(id)?;
    match lists(region).iter().any(|list| list.id == id) {
        true => Ok(()),
        false => Err(KIND.not_found(id)),
    }
}

fn answer(
    call: &mut Call<'_>,
    filters: Table,
    show: impl Fn(&PrefixList, &str) -> Value,
) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("PrefixListId")?;
    let query = Query::with(&mut input, "", filters)?;
    finish(input)?;
    let view = view(call);
    let mut lists = lists(view.region);
    for id in &ids {
        check(view.region, id)?;
    }
    lists.retain(|list| ids.is_empty() || ids.contains(&list.id));
    let shown = lists.iter().map(|list| show(list, view.region));
    query.page("prefixListSet", shown.collect())
}

/// All lists of a region. Their ids are the region's own and never change, also for names that all regions share.
fn lists(region: &str) -> Vec<PrefixList> {
    let list = |(name, is_v6, blocks): &(&str, bool, &'static [&'static str])| {
        let name = format!("com.amazonaws.{}", name.replace("{region}", region));
        let text = format!("{region} {name}");
        let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        PrefixList {
            id: format!("pl-{hash:08x}"),
            name,
            is_v6: *is_v6,
            blocks,
        }
    };
    LISTS.iter().map(list).collect()
}
