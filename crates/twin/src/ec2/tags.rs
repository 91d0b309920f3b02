//! Tags of everything in EC2.

use serde_json::{Value, json};

use super::describe::Query;
use super::filter::Table;
use super::request::finish;
use super::resource::{Kind, Resource, View, view};
use super::{
    Address, Ec2, EgressOnlyGateway, Endpoint, FlowLog, Instance, Interface, InternetGateway,
    KeyPair, LaunchTemplate, NatGateway, NetworkAcl, RouteTable, Rule, SecurityGroup, Subnet,
    Volume, Vpc,
};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

const FILTERS: Table = &[
    ("key", "key"),
    ("resource-id", "resourceId"),
    ("resource-type", "resourceType"),
    ("value", "value"),
];

/// `CreateTags`: adds or overwrites, on all of the resources or none [EC2 API: CreateTags].
pub(super) fn create_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("ResourceId")?;
    let list = input.objects("Tag")?;
    let some = !list.is_empty();
    let tags = Tags::from_list(list, "Key", "Value")?;
    finish(input)?;
    present(!ids.is_empty(), "resourceIdSet")?;
    present(some, "tagSet")?;
    let view = view(call);
    for id in &ids {
        find(&view, id)?.with(tags.clone(), "TagLimitExceeded")?;
    }
    for id in &ids {
        if let Some(of) = tags_mut(&mut call.here().ec2, id) {
            of.extend(tags.clone().0);
        }
    }
    Ok(json!({ "return": true }))
}

/// `DeleteTags`: a tag with a value goes only if it has that value; without a list all go [EC2 API: DeleteTags].
pub(super) fn delete_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("ResourceId")?;
    let mut doomed = Vec::new();
    for mut tag in input.objects("Tag")? {
        doomed.push((tag.required("Key")?, tag.text("Value")?));
        tag.finish()?;
    }
    finish(input)?;
    present(!ids.is_empty(), "resourceIdSet")?;
    let view = view(call);
    for id in &ids {
        find(&view, id)?;
    }
    for id in &ids {
        let Some(tags) = tags_mut(&mut call.here().ec2, id) else {
            continue;
        };
        tags.retain(|key, value| {
            let named = |(k, v): &(String, Option<String>)| {
                k == key && v.as_ref().is_none_or(|v| v == value)
            };
            !doomed.is_empty() && !doomed.iter().any(named)
        });
    }
    Ok(json!({ "return": true }))
}

/// `DescribeTags`
pub(super) fn describe_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let query = Query::with(&mut input, "", FILTERS)?;
    finish(input)?;
    let mut shown = Vec::new();
    for (kind, id, tags) in all(view(call).ec2) {
        for (key, value) in tags.iter() {
            shown.push(json!({
                "resourceId": id,
                "resourceType": kind.resource_type,
                "key": key,
                "value": value,
                // Where the filters `tag:key` and `tag-key` look.
                "tagSet": [{ "key": key, "value": value }],
            }));
        }
    }
    let mut answer = query.page("tagSet", shown)?;
    for tag in answer["tagSet"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        tag.remove("tagSet");
    }
    Ok(answer)
}

/// Everything that can have tags.
pub(super) fn all(ec2: &Ec2) -> Vec<(&'static Kind, &String, &Tags)> {
    let mut found = Vec::new();
    add::<Vpc>(ec2, &mut found);
    add::<Subnet>(ec2, &mut found);
    add::<InternetGateway>(ec2, &mut found);
    add::<RouteTable>(ec2, &mut found);
    add::<NetworkAcl>(ec2, &mut found);
    add::<SecurityGroup>(ec2, &mut found);
    add::<Rule>(ec2, &mut found);
    add::<Interface>(ec2, &mut found);
    add::<Address>(ec2, &mut found);
    add::<EgressOnlyGateway>(ec2, &mut found);
    add::<Endpoint>(ec2, &mut found);
    add::<FlowLog>(ec2, &mut found);
    // Those that are only shown still bear no tags for others to find them by.
    let there = ec2.nat_gateways.iter().filter(|(_, nat)| nat.is_there());
    found.extend(there.map(|(id, nat)| (NatGateway::KIND, id, &nat.tags)));
    add::<Instance>(ec2, &mut found);
    add::<KeyPair>(ec2, &mut found);
    add::<LaunchTemplate>(ec2, &mut found);
    add::<Volume>(ec2, &mut found);
    found
}

fn add<'a, R: Resource>(ec2: &'a Ec2, found: &mut Vec<(&'static Kind, &'a String, &'a Tags)>) {
    found.extend(
        R::all(ec2)
            .iter()
            .map(|(id, each)| (R::KIND, id, each.tags())),
    );
}

/// The tags of what this id names, of whatever sort it is.
fn find<'a>(view: &View<'a>, id: &str) -> Result<&'a Tags, Refusal> {
    fn of<'a, R: Resource>(view: &View<'a>, id: &str) -> Result<&'a Tags, Refusal> {
        view.find::<R>(id).map(R::tags)
    }
    match id.split_once('-').map(|(prefix, _)| prefix) {
        Some("vpc") => of::<Vpc>(view, id),
        Some("subnet") => of::<Subnet>(view, id),
        Some("igw") => of::<InternetGateway>(view, id),
        Some("rtb") => of::<RouteTable>(view, id),
        Some("acl") => of::<NetworkAcl>(view, id),
        Some("sg") => of::<SecurityGroup>(view, id),
        Some("sgr") => of::<Rule>(view, id),
        Some("eni") => of::<Interface>(view, id),
        Some("eipalloc") => of::<Address>(view, id),
        Some("eigw") => of::<EgressOnlyGateway>(view, id),
        Some("vpce") => of::<Endpoint>(view, id),
        Some("fl") => of::<FlowLog>(view, id),
        Some("nat") => of::<NatGateway>(view, id),
        Some("i") => of::<Instance>(view, id),
        Some("key") => of::<KeyPair>(view, id),
        Some("lt") => of::<LaunchTemplate>(view, id),
        Some("vol") => of::<Volume>(view, id),
        _ => Err(Refusal::new(
            "InvalidID",
            format!("The ID '{id}' is not valid"),
        )),
    }
}

fn tags_mut<'a>(ec2: &'a mut Ec2, id: &str) -> Option<&'a mut Tags> {
    match id.split_once('-')?.0 {
        "vpc" => ec2.vpcs.get_mut(id).map(|it| &mut it.tags),
        "subnet" => ec2.subnets.get_mut(id).map(|it| &mut it.tags),
        "igw" => ec2.gateways.get_mut(id).map(|it| &mut it.tags),
        "rtb" => ec2.route_tables.get_mut(id).map(|it| &mut it.tags),
        "acl" => ec2.network_acls.get_mut(id).map(|it| &mut it.tags),
        "sg" => ec2.groups.get_mut(id).map(|it| &mut it.tags),
        "sgr" => ec2.rules.get_mut(id).map(|it| &mut it.tags),
        "eni" => ec2.interfaces.get_mut(id).map(|it| &mut it.tags),
        "eipalloc" => ec2.addresses.get_mut(id).map(|it| &mut it.tags),
        "eigw" => ec2.egress_gateways.get_mut(id).map(|it| &mut it.tags),
        "vpce" => ec2.endpoints.get_mut(id).map(|it| &mut it.tags),
        "fl" => ec2.flow_logs.get_mut(id).map(|it| &mut it.tags),
        "nat" => ec2.nat_gateways.get_mut(id).map(|it| &mut it.tags),
        "i" => ec2.instances.get_mut(id).map(|it| &mut it.tags),
        "key" => ec2.key_pairs.get_mut(id).map(|it| &mut it.tags),
        "lt" => ec2.launch_templates.get_mut(id).map(|it| &mut it.tags),
        "vol" => ec2.volumes.get_mut(id).map(|it| &mut it.tags),
        _ => None,
    }
}

fn present(is_there: bool, name: &str) -> Result<(), Refusal> {
    if is_there {
        return Ok(());
    }
    let message = format!("The request must contain the parameter {name}");
    Err(Refusal::new("MissingParameter", message))
}
