//! Adding rules to a security group: all of them or none.

use serde_json::{Value, json};

use super::permissions::{self, Asked};
use super::request::{finish, tags_on_create};
use super::resource::{View, view};
use super::rules::{self, Rule};
use super::security_group::Named;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `AuthorizeSecurityGroupIngress`
pub(super) fn authorize_ingress(call: &mut Call<'_>) -> Answer {
    authorize(call, false)
}

/// `AuthorizeSecurityGroupEgress`
pub(super) fn authorize_egress(call: &mut Call<'_>) -> Answer {
    authorize(call, true)
}

fn authorize(call: &mut Call<'_>, egress: bool) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = Named::read(&mut input)?;
    let mut asked = permissions::read(&mut input)?;
    if !egress {
        asked.extend(permissions::read_flat(&mut input)?);
    }
    let tags = tags_on_create(&mut input, &rules::KIND)?;
    finish(input)?;
    if asked.is_empty() {
        let message = "The request must contain the parameter ipPermissions";
        return Err(Refusal::new("MissingParameter", message));
    }
    let view = view(call);
    let group = named.find(&view)?.to_owned();
    check(&view, &group, egress, &asked)?;
    let now = call.now();
    let mut made = Vec::new();
    for Asked {
        flow, description, ..
    } in asked
    {
        let id = call.world.ids.hex("sgr-", 17);
        let rule = Rule::new(&group, egress, flow, description, tags.clone(), now);
        call.here().ec2.rules.insert(id.clone(), rule);
        made.push(id);
    }
    let view = super::resource::view(call);
    let shown: Vec<Value> = made.iter().map(|id| view.find_made::<Rule>(id)).collect();
    Ok(json!({ "return": true, "securityGroupRuleSet": shown }))
}

/// Refuses rules that are there already, whatever their description, and more than the quota allows
/// [EC2 API: InvalidPermission.Duplicate; emulators.md 4: duplicate SG rule].
fn check(view: &View<'_>, group: &str, egress: bool, asked: &[Asked]) -> Result<(), Refusal> {
    let vpc = view
        .ec2
        .groups
        .get(group)
        .map_or("", |group| group.vpc.as_str());
    permissions::check_groups(view, vpc, asked)?;
    let of = |rule: &&Rule| rule.group == group && rule.egress == egress;
    let there: Vec<&Rule> = view.ec2.rules.values().filter(of).collect();
    if let Some(double) = asked
        .iter()
        .find(|new| there.iter().any(|rule| rule.flow == new.flow))
    {
        return Err(exists(&double.flow));
    }
    for family in [0, 1] {
        let flows = there
            .iter()
            .map(|rule| &rule.flow)
            .chain(asked.iter().map(|new| &new.flow));
        if flows.filter(|flow| flow.families()[family]).count() > view.ec2.quotas.rules_per_group {
            let message = "The maximum number of rules per security group has been reached.";
            return Err(Refusal::new("RulesPerSecurityGroupLimitExceeded", message));
        }
    }
    Ok(())
}

/// The refusal of a rule that is there already.
pub(super) fn exists(flow: &rules::Flow) -> Refusal {
    let message = format!("the specified rule \"{}\" already exists", flow.words());
    Refusal::new("InvalidPermission.Duplicate", message)
}
