//! Security groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::Query;
use super::permissions;
use super::request::{finish, tags_on_create, within};
use super::resource::{Kind, Resource, View, view};
use super::rules::{Flow, Peer, Rule};
use super::vpc::Vpc;
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A security group. Its rules lie in [`Ec2::rules`].
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct SecurityGroup {
    /// Its VPC.
    pub vpc: String,
    /// Its name, unique in its VPC.
    pub name: String,
    /// What it is for. Cannot be changed.
    pub description: String,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// Ids of security groups.
pub(super) const KIND: Kind = Kind {
    prefix: "sg-",
    resource_type: "security-group",
    noun: "security group",
    not_found: "InvalidGroup.NotFound",
    malformed: "InvalidGroupId.Malformed",
};

/// `CreateSecurityGroup`: a name once per VPC; lets everything out from the start [EC2 API: CreateSecurityGroup].
pub(super) fn create_security_group(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("GroupName")?;
    let description = input.required("GroupDescription")?;
    let vpc = input.text("VpcId")?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let name = name.trim().to_owned();
    check_name(&name)?;
    check_text(&description, "security group description")?;
    let view = view(call);
    let vpc = vpc
        .or_else(|| view.ec2.default_vpc().cloned())
        .ok_or_else(|| Refusal::new("VPCIdNotSpecified", "No default VPC for this user"))?;
    view.find::<Vpc>(&vpc)?;
    if view
        .ec2
        .groups
        .values()
        .any(|group| group.vpc == vpc && group.name == name)
    {
        let message = format!("The security group '{name}' already exists for VPC '{vpc}'");
        return Err(Refusal::new("InvalidGroup.Duplicate", message));
    }
    let quota = view.ec2.quotas.groups;
    within(
        view.ec2.groups.len(),
        quota,
        "SecurityGroupLimitExceeded",
        "security groups",
    )?;
    let id = make(
        call.world,
        &call.region,
        &vpc,
        &name,
        &description,
        tags.clone(),
    );
    let arn = super::resource::view(call).arn(&KIND, &id);
    Ok(json!({
        "return": true,
        "groupId": id,
        "tagSet": tags.to_list("key", "value"),
        "securityGroupArn": arn,
    }))
}

/// `DescribeSecurityGroups`: by name only in the default VPC [EC2 API: DescribeSecurityGroups].
pub(super) fn describe_security_groups(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let query = Query::read::<SecurityGroup>(&mut input, "GroupId")?;
    let names = input.texts("GroupName")?;
    finish(input)?;
    let view = view(call);
    let mut named = Vec::new();
    for name in &names {
        named.push(view.named_group(name)?);
    }
    let wanted = |group: &SecurityGroup| {
        named.is_empty()
            || named.iter().any(|id| {
                view.ec2
                    .groups
                    .get(*id)
                    .is_some_and(|it| std::ptr::eq(it, group))
            })
    };
    query.answer::<SecurityGroup>(&view, "securityGroupInfo", wanted)
}

/// `DeleteSecurityGroup`: refused while an interface has it or another group's rule names it
/// [EC2 API: DeleteSecurityGroup; terraform-provider-aws #1671, #2445; emulators.md 4].
pub(super) fn delete_security_group(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = Named::read(&mut input)?;
    finish(input)?;
    let view = view(call);
    let id = named.find(&view)?.to_owned();
    if view
        .ec2
        .groups
        .get(&id)
        .is_some_and(|group| group.name == "default")
    {
        let message =
            format!("the specified group: \"{id}\" name: \"default\" cannot be deleted by a user");
        return Err(Refusal::new("CannotDelete", message));
    }
    let refers = |rule: &Rule| rule.group != id && rule.flow.peer == Peer::Group(id.clone());
    if view
        .ec2
        .interfaces
        .values()
        .any(|interface| interface.groups.contains(&id))
        || view.ec2.rules.values().any(refers)
    {
        let message = format!("resource {id} has a dependent object");
        return Err(Refusal::new("DependencyViolation", message));
    }
    let ec2 = &mut call.here().ec2;
    ec2.rules.retain(|_, rule| rule.group != id);
    ec2.groups.remove(&id);
    Ok(json!({ "return": true, "groupId": id }))
}

/// A group as calls name it: by id, or by name in the default VPC.
pub(super) struct Named {
    id: Option<String>,
    name: Option<String>,
}

impl Named {
    /// Takes `GroupId` and `GroupName`.
    pub(super) fn read(input: &mut Input) -> Result<Named, Refusal> {
        let named = Named {
            id: input.text("GroupId")?,
            name: input.text("GroupName")?,
        };
        if named.id.is_none() && named.name.is_none() {
            let message = "The request must contain the parameter GroupName or GroupId";
            return Err(Refusal::new("MissingParameter", message));
        }
        Ok(named)
    }

    /// The group's id, if there is such a group.
    pub(super) fn find<'a>(&'a self, view: &View<'a>) -> Result<&'a str, Refusal> {
        match (&self.id, &self.name) {
            (Some(id), _) => view.find::<SecurityGroup>(id).map(|_| id.as_str()),
            (None, name) => view
                .named_group(name.as_deref().unwrap_or_default())
                .map(String::as_str),
        }
    }
}

impl<'a> View<'a> {
    fn named_group(&self, name: &str) -> Result<&'a String, Refusal> {
        let vpc = self.ec2.default_vpc();
        let is_it = |group: &SecurityGroup| Some(&group.vpc) == vpc && group.name == name;
        let found = self.each::<SecurityGroup>().find(|(_, group)| is_it(group));
        found.map(|(id, _)| id).ok_or_else(|| {
            let vpc = vpc.map_or("none", String::as_str);
            let message =
                format!("The security group '{name}' does not exist in default VPC '{vpc}'");
            Refusal::new("InvalidGroup.NotFound", message)
        })
    }
}

/// Makes the default group of a new VPC: its members may talk to each other and to everyone
/// [VPC guide: default security groups].
pub(super) fn make_default(world: &mut World, region: &str, vpc: &str) {
    let id = make(
        world,
        region,
        vpc,
        "default",
        "default VPC security group",
        Tags::default(),
    );
    let flow = Flow {
        protocol: "-1".to_owned(),
        ports: None,
        peer: Peer::Group(id.clone()),
    };
    let rule = Rule::new(&id, false, flow, None, Tags::default(), world.now);
    let rule_id = world.ids.hex("sgr-", 17);
    world.region(region).ec2.rules.insert(rule_id, rule);
}

fn make(
    world: &mut World,
    region: &str,
    vpc: &str,
    name: &str,
    description: &str,
    tags: Tags,
) -> String {
    let id = world.ids.hex("sg-", 17);
    let now = world.now;
    let group = SecurityGroup {
        vpc: vpc.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        tags,
        created: now,
    };
    let v6 = world
        .region(region)
        .ec2
        .vpcs
        .get(vpc)
        .is_some_and(|vpc| vpc.cidr_v6.is_some());
    world.region(region).ec2.groups.insert(id.clone(), group);
    // Everything may leave, by IPv6 too if the VPC has it [VPC guide: security group rules].
    let everywhere = [Peer::V4(Default::default()), Peer::V6(Default::default())];
    for peer in everywhere.into_iter().take(if v6 { 2 } else { 1 }) {
        let flow = Flow {
            protocol: "-1".to_owned(),
            ports: None,
            peer,
        };
        let rule_id = world.ids.hex("sgr-", 17);
        let rule = Rule::new(&id, true, flow, None, Tags::default(), now);
        world.region(region).ec2.rules.insert(rule_id, rule);
    }
    id
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new("InvalidParameterValue", message));
    if name.starts_with("sg-") {
        return refuse(format!(
            "Value ({name}) for parameter GroupName is invalid. The group name may not be in the format sg-*."
        ));
    }
    if name == "default" {
        return refuse("Cannot use reserved security group name: default".to_owned());
    }
    check_text(name, "security group name")
}

/// Names and descriptions have up to 255 characters of this set [EC2 API: CreateSecurityGroup]. An em dash in a
/// description has surprised many.
pub(super) fn check_text(text: &str, what: &str) -> Result<(), Refusal> {
    let known = |c: char| c.is_ascii_alphanumeric() || "._-:/()#,@[]+=&;{}!$* ".contains(c);
    if !text.is_empty() && text.len() <= 255 && text.chars().all(known) {
        return Ok(());
    }
    let plural = what.rsplit(' ').next().unwrap_or(what);
    let message = format!(
        "Invalid {what}. Valid {plural}s are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*"
    );
    Err(Refusal::new("InvalidParameterValue", message))
}

impl Resource for SecurityGroup {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("description", "groupDescription"),
        (
            "egress.ip-permission.cidr",
            "ipPermissionsEgress.ipRanges.cidrIp",
        ),
        (
            "egress.ip-permission.from-port",
            "ipPermissionsEgress.fromPort",
        ),
        (
            "egress.ip-permission.group-id",
            "ipPermissionsEgress.groups.groupId",
        ),
        (
            "egress.ip-permission.ipv6-cidr",
            "ipPermissionsEgress.ipv6Ranges.cidrIpv6",
        ),
        (
            "egress.ip-permission.protocol",
            "ipPermissionsEgress.ipProtocol",
        ),
        ("egress.ip-permission.to-port", "ipPermissionsEgress.toPort"),
        (
            "egress.ip-permission.user-id",
            "ipPermissionsEgress.groups.userId",
        ),
        ("group-id", "groupId"),
        ("group-name", "groupName"),
        ("ip-permission.cidr", "ipPermissions.ipRanges.cidrIp"),
        ("ip-permission.from-port", "ipPermissions.fromPort"),
        ("ip-permission.group-id", "ipPermissions.groups.groupId"),
        (
            "ip-permission.ipv6-cidr",
            "ipPermissions.ipv6Ranges.cidrIpv6",
        ),
        ("ip-permission.protocol", "ipPermissions.ipProtocol"),
        ("ip-permission.to-port", "ipPermissions.toPort"),
        ("ip-permission.user-id", "ipPermissions.groups.userId"),
        ("owner-id", "ownerId"),
        ("vpc-id", "vpcId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, SecurityGroup> {
        &ec2.groups
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let rules = |egress: bool| {
            let of = move |rule: &&Rule| rule.group == id && rule.egress == egress;
            permissions::show(view.ec2.rules.values().filter(of), &view.account)
        };
        json!({
            "groupId": id,
            "groupName": self.name,
            "groupDescription": self.description,
            "ownerId": view.account,
            "vpcId": self.vpc,
            "securityGroupArn": view.arn(&KIND, id),
            "ipPermissions": rules(false),
            "ipPermissionsEgress": rules(true),
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
