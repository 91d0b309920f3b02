use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ec2::types::{IpPermission, ResourceType};

use super::Direction::{Egress, Ingress};
use super::described::{Group, groups, literally};
use super::holders::holders_of;
use super::permission::permission;
use super::{Change, Direction, Outputs, Rule, SecurityGroup};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;

const CREATE: &str = "ec2:CreateSecurityGroup";
const AUTHORIZE_IN: &str = "ec2:AuthorizeSecurityGroupIngress";
const AUTHORIZE_OUT: &str = "ec2:AuthorizeSecurityGroupEgress";
const DESCRIBE_IN: &str = "ec2:UpdateSecurityGroupRuleDescriptionsIngress";
const DESCRIBE_OUT: &str = "ec2:UpdateSecurityGroupRuleDescriptionsEgress";
const REVOKE_IN: &str = "ec2:RevokeSecurityGroupIngress";
const REVOKE_OUT: &str = "ec2:RevokeSecurityGroupEgress";
const DELETE: &str = "ec2:DeleteSecurityGroup";

// Ready at once: later calls that do not see it yet are tried again as eventual.
impl Live for SecurityGroup {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let marked = groups(aws, marked_filters(&cx.mark)).await?;
        if let Some(group) = marked.into_values().next() {
            return Ok(Found::Ours(group.outputs()));
        }
        let Some(vpc) = self.vpc.known() else {
            return Ok(Found::Absent);
        };
        let named = vec![
            filter("vpc-id", vec![vpc.clone()]),
            filter("group-name", vec![literally(&self.name)]),
        ];
        let Some(group) = groups(aws, named).await?.into_values().next() else {
            return Ok(Found::Absent);
        };
        let what = format!("security group `{}` ({})", self.name, group.id);
        let advice = "delete that security group, or give this app or environment another name";
        Ok(ours_or_foreign(
            group.outputs(),
            &group.tags,
            &cx.mark,
            &what,
            advice,
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        // The rules are told along with the group: one read for all groups and all their rules.
        let all = aws.batch("security-group", ec2::IDS_MAX, |aws, ids| async move {
            groups(&aws, vec![filter("group-id", ids)]).await
        });
        let group = all.get(&outputs.id).await?;
        group.map(Group::observed).transpose()
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Create => self.create(aws, cx).await,
            Change::Authorize(direction, rules) => {
                let rules = self.rules(*direction, rules)?;
                ask(aws, Verb::Authorize, *direction, &rules, outputs).await
            }
            Change::Describe(direction, rules) => {
                let rules = self.rules(*direction, rules)?;
                ask(aws, Verb::Describe, *direction, &rules, outputs).await
            }
            Change::Revoke(direction, rules) => revoke(aws, *direction, rules, outputs).await,
            Change::RevokeAllOut => revoke(aws, Egress, &[Rule::all_out()], outputs).await,
            Change::Tag => ec2::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                // The interfaces of tasks and balancers go a minute after their owners: looking
                // costs nothing, and a refused delete is a mutating call against the rate limit.
                let stack = &cx.mark.stack;
                let holders = holders_of(aws, &outputs.id, stack).await?;
                if !holders.are_none() {
                    let held = "it is still used, so its deletion is not asked for yet";
                    let refused = Failure::new(Class::Dependency, DELETE, "InUse", held);
                    return Err(holders.told(refused));
                }
                let delete = aws.ec2.delete_security_group().group_id(&outputs.id);
                let Err(error) = delete.send().await else {
                    return Ok(outputs.clone());
                };
                let refused = failure(DELETE, error);
                if refused.class != Class::Dependency {
                    return Err(refused);
                }
                Err(match holders_of(aws, &outputs.id, stack).await {
                    Ok(holders) => holders.told(refused),
                    // The refusal is what matters; who is in the way would have been a help.
                    Err(unread) => refused.with_evidence([unread.to_string()]),
                })
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = groups(aws, stack_filters(stack)).await?;
        Ok(all.into_values().map(|group| group.outputs()).collect())
    }
}

impl SecurityGroup {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let tags = ec2::tag_specification(ResourceType::SecurityGroup, &self.tags, &cx.mark);
        let create = aws
            .ec2
            .create_security_group()
            .group_name(&self.name)
            .description(&self.description)
            .vpc_id(known(CREATE, &self.vpc)?)
            .tag_specifications(tags);
        let sent = create.send().await;
        let created = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        Ok(Outputs {
            id: required(CREATE, created.group_id)?,
        })
    }

    fn rules(&self, direction: Direction, which: &[usize]) -> Result<Vec<Rule>, Failure> {
        let (operation, all) = match direction {
            Ingress => (AUTHORIZE_IN, &self.ingress),
            Egress => (AUTHORIZE_OUT, &self.egress),
        };
        let rule = |index: &usize| required(operation, all.get(*index).cloned());
        which.iter().map(rule).collect()
    }
}

/// By what flows, for the description of a group does not tell the ids of its rules. What a rule
/// is for is no part of what it is [EC2 API: RevokeSecurityGroupIngress].
async fn revoke(
    aws: &Aws,
    direction: Direction,
    rules: &[Rule],
    outputs: Option<&Outputs>,
) -> Result<Outputs, Failure> {
    let undescribed = |rule: &Rule| Rule {
        description: String::new(),
        ..rule.clone()
    };
    let rules: Vec<Rule> = rules.iter().map(undescribed).collect();
    let sent = ask(aws, Verb::Revoke, direction, &rules, outputs).await;
    sent.map_err(|mut refused| {
        // One of them is gone already, and the others were not revoked: a look tells which. (In a
        // default VPC the others are revoked and nothing is refused.)
        if refused.code == "InvalidPermission.NotFound" {
            refused.class = Class::Exists;
        }
        refused
    })
}

/// What a request does with rules.
#[derive(Clone, Copy)]
enum Verb {
    Authorize,
    Describe,
    Revoke,
}

/// One request about rules of one direction: all or none.
async fn ask(
    aws: &Aws,
    verb: Verb,
    direction: Direction,
    rules: &[Rule],
    outputs: Option<&Outputs>,
) -> Result<Outputs, Failure> {
    let operation = match (verb, direction) {
        (Verb::Authorize, Ingress) => AUTHORIZE_IN,
        (Verb::Authorize, Egress) => AUTHORIZE_OUT,
        (Verb::Describe, Ingress) => DESCRIBE_IN,
        (Verb::Describe, Egress) => DESCRIBE_OUT,
        (Verb::Revoke, Ingress) => REVOKE_IN,
        (Verb::Revoke, Egress) => REVOKE_OUT,
    };
    let outputs = required(operation, outputs)?;
    let permissions = rules.iter().map(|rule| permission(operation, rule));
    let permissions: Vec<IpPermission> = permissions.collect::<Result<_, _>>()?;
    // The six requests are six types with the same two members.
    macro_rules! sent {
        ($request:ident) => {{
            let request = aws.ec2.$request().group_id(&outputs.id);
            let sent = request.set_ip_permissions(Some(permissions)).send().await;
            sent.map(drop).map_err(|e| failure(operation, e))
        }};
    }
    let sent = match (verb, direction) {
        (Verb::Authorize, Ingress) => sent!(authorize_security_group_ingress),
        (Verb::Authorize, Egress) => sent!(authorize_security_group_egress),
        (Verb::Describe, Ingress) => sent!(update_security_group_rule_descriptions_ingress),
        (Verb::Describe, Egress) => sent!(update_security_group_rule_descriptions_egress),
        (Verb::Revoke, Ingress) => sent!(revoke_security_group_ingress),
        (Verb::Revoke, Egress) => sent!(revoke_security_group_egress),
    };
    sent.map_err(not_visible_yet)?;
    Ok(outputs.clone())
}
