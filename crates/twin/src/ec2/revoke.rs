//! Taking rules away from a security group.

use serde_json::{Value, json};

use super::permissions::{self, Asked};
use super::request::finish;
use super::resource::{View, view};
use super::rules::Rule;
use super::security_group::{Named, SecurityGroup};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `RevokeSecurityGroupIngress`
pub(super) fn revoke_ingress(call: &mut Call<'_>) -> Answer {
    revoke(call, false)
}

/// `RevokeSecurityGroupEgress`
pub(super) fn revoke_egress(call: &mut Call<'_>) -> Answer {
    revoke(call, true)
}

fn revoke(call: &mut Call<'_>, egress: bool) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = Named::read(&mut input)?;
    let ids = input.texts("SecurityGroupRuleId")?;
    let mut asked = permissions::read(&mut input)?;
    if !egress {
        asked.extend(permissions::read_flat(&mut input)?);
    }
    finish(input)?;
    if ids.is_empty() == asked.is_empty() {
        let message = "The request must contain either ipPermissions or securityGroupRuleIds";
        let code = if ids.is_empty() {
            "MissingParameter"
        } else {
            "InvalidParameterCombination"
        };
        return Err(Refusal::new(code, message));
    }
    let view = view(call);
    let group = named.find(&view)?.to_owned();
    let mut revoked = named_by_id(&view, &group, egress, &ids)?;
    let (found, unknown) = match_up(&view, &group, egress, asked)?;
    revoked.extend(found);
    let unknown = permissions::show_asked(&unknown, &view.account);
    let shown: Vec<Value> = revoked
        .iter()
        .filter_map(|id| view.ec2.rules.get(id).map(|rule| rule.show_revoked(id)))
        .collect();
    for id in &revoked {
        call.here().ec2.rules.remove(id);
    }
    Ok(json!({
        "return": true,
        "revokedSecurityGroupRuleSet": shown,
        "unknownIpPermissionSet": unknown,
    }))
}

fn named_by_id(
    view: &View<'_>,
    group: &str,
    egress: bool,
    ids: &[String],
) -> Result<Vec<String>, Refusal> {
    for id in ids {
        let rule = view.find::<Rule>(id)?;
        if rule.group != group || rule.egress != egress {
            return Err(super::rules::KIND.not_found(id));
        }
    }
    Ok(ids.to_vec())
}

/// The rules that match exactly, whatever their description. In a default VPC those that match none are listed in the
/// answer, elsewhere they refuse the whole call [EC2 API: RevokeSecurityGroupIngress].
fn match_up(
    view: &View<'_>,
    group: &str,
    egress: bool,
    asked: Vec<Asked>,
) -> Result<(Vec<String>, Vec<Asked>), Refusal> {
    let of = |rule: &Rule| rule.group == group && rule.egress == egress;
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for each in asked {
        let is_it = |rule: &Rule| of(rule) && rule.flow == each.flow;
        match view.ec2.rules.iter().find(|(_, rule)| is_it(rule)) {
            Some((id, _)) => found.push(id.clone()),
            None => unknown.push(each),
        }
    }
    let vpc = view.find::<SecurityGroup>(group)?.vpc.as_str();
    let forgiving = view.ec2.default_vpc().is_some_and(|default| default == vpc);
    if !unknown.is_empty() && !forgiving {
        let message = "The specified rule does not exist in this security group.";
        return Err(Refusal::new("InvalidPermission.NotFound", message));
    }
    Ok((found, unknown))
}
