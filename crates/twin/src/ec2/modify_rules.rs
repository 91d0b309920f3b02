//! Changing rules in place, and what they say they are for.

use serde_json::json;

use super::authorize::exists;
use super::permissions::{self, description, ports, protocol, v4, v6};
use super::prefix_list;
use super::request::finish;
use super::resource::{View, view};
use super::rules::{Flow, KIND, Peer, Rule};
use super::security_group::{Named, SecurityGroup};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `ModifySecurityGroupRules`: a rule keeps its id and the sort of its peer [EC2 API: SecurityGroupRuleRequest].
pub(super) fn modify_security_group_rules(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let group = input.required("GroupId")?;
    let mut updates = Vec::new();
    for mut update in input.objects("SecurityGroupRule")? {
        let id = update.required("SecurityGroupRuleId")?;
        let Some(mut rule) = update.object("SecurityGroupRule")? else {
            return Err(update.missing("SecurityGroupRule"));
        };
        let changed = read(&mut rule)?;
        rule.finish()?;
        update.finish()?;
        updates.push((id, changed));
    }
    finish(input)?;
    if updates.is_empty() {
        let message = "The request must contain the parameter SecurityGroupRule";
        return Err(Refusal::new("MissingParameter", message));
    }
    let view = view(call);
    let vpc = &view.find::<SecurityGroup>(&group)?.vpc;
    for (id, (flow, _)) in &updates {
        let rule = view.find::<Rule>(id)?;
        if rule.group != group {
            return Err(KIND.not_found(id));
        }
        check(&view, vpc, id, rule, flow)?;
    }
    let rules = &mut call.here().ec2.rules;
    for (id, (flow, description)) in updates {
        if let Some(rule) = rules.get_mut(&id) {
            (rule.flow, rule.description) = (flow, description);
        }
    }
    Ok(json!({ "return": true }))
}

/// `UpdateSecurityGroupRuleDescriptionsIngress`
pub(super) fn describe_anew_ingress(call: &mut Call<'_>) -> Answer {
    describe_anew(call, false)
}

/// `UpdateSecurityGroupRuleDescriptionsEgress`
pub(super) fn describe_anew_egress(call: &mut Call<'_>) -> Answer {
    describe_anew(call, true)
}

fn describe_anew(call: &mut Call<'_>, egress: bool) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = Named::read(&mut input)?;
    let asked = permissions::read(&mut input)?;
    let mut by_id = Vec::new();
    for mut each in input.objects("SecurityGroupRuleDescription")? {
        by_id.push((
            each.required("SecurityGroupRuleId")?,
            description(&mut each)?,
        ));
        each.finish()?;
    }
    finish(input)?;
    if by_id.is_empty() == asked.is_empty() {
        let message =
            "The request must contain either ipPermissions or securityGroupRuleDescriptions";
        let code = if by_id.is_empty() {
            "MissingParameter"
        } else {
            "InvalidParameterCombination"
        };
        return Err(Refusal::new(code, message));
    }
    let view = view(call);
    let group = named.find(&view)?.to_owned();
    let of = |rule: &Rule| rule.group == group && rule.egress == egress;
    for (id, _) in &by_id {
        if !of(view.find::<Rule>(id)?) {
            return Err(KIND.not_found(id));
        }
    }
    for each in asked {
        let found = view
            .ec2
            .rules
            .iter()
            .find(|(_, rule)| of(rule) && rule.flow == each.flow);
        let Some((id, _)) = found else {
            let message = "The specified rule does not exist in this security group.";
            return Err(Refusal::new("InvalidPermission.NotFound", message));
        };
        by_id.push((id.clone(), each.description));
    }
    for (id, description) in by_id {
        if let Some(rule) = call.here().ec2.rules.get_mut(&id) {
            rule.description = description;
        }
    }
    Ok(json!({ "return": true }))
}

fn read(rule: &mut Input) -> Result<(Flow, Option<String>), Refusal> {
    let protocol = protocol(&rule.required("IpProtocol")?)?;
    let ports = ports(&protocol, rule.number("FromPort")?, rule.number("ToPort")?)?;
    let block = rule.text("CidrIpv4")?.map(|text| v4(&text)).transpose()?;
    let block_v6 = rule.text("CidrIpv6")?.map(|text| v6(&text)).transpose()?;
    let group = rule.text("ReferencedGroupId")?.map(Peer::Group);
    let list = rule.text("PrefixListId")?.map(Peer::PrefixList);
    let description = description(rule)?;
    let mut peers = [block, block_v6, group, list].into_iter().flatten();
    let (Some(peer), None) = (peers.next(), peers.next()) else {
        let message = "The request must contain exactly one of cidrIpv4, cidrIpv6, prefixListId, referencedGroupId";
        return Err(Refusal::new("InvalidParameterCombination", message));
    };
    Ok((
        Flow {
            protocol,
            ports,
            peer,
        },
        description,
    ))
}

fn check(view: &View<'_>, vpc: &str, id: &str, rule: &Rule, flow: &Flow) -> Result<(), Refusal> {
    if std::mem::discriminant(&rule.flow.peer) != std::mem::discriminant(&flow.peer) {
        let message = format!("The type of the rule '{id}' cannot be changed");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if let Peer::PrefixList(list) = &flow.peer {
        prefix_list::check(view.region, list)?;
    }
    if let Peer::Group(peer) = &flow.peer
        && view.find::<SecurityGroup>(peer)?.vpc != vpc
    {
        let message = "You have specified two resources that belong to different networks.";
        return Err(Refusal::new("InvalidGroup.NotFound", message));
    }
    let double = |other: &Rule| {
        other.group == rule.group && other.egress == rule.egress && other.flow == *flow
    };
    if view
        .ec2
        .rules
        .iter()
        .any(|(other, theirs)| other != id && double(theirs))
    {
        return Err(exists(flow));
    }
    Ok(())
}
