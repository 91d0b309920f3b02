use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};
use aws_sdk_ec2::types::{IpPermission, ResourceType};

use super::described::{Described, groups, literally, rules};
use super::permission::permission;
use super::{Change, Direction, Outputs, Rule, SecurityGroup};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, marked_filters, stack_filters};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::live::holders;
use crate::aws::tags::Tags;

const CREATE: &str = "ec2:CreateSecurityGroup";
const AUTHORIZE_IN: &str = "ec2:AuthorizeSecurityGroupIngress";
const AUTHORIZE_OUT: &str = "ec2:AuthorizeSecurityGroupEgress";
const DESCRIBE_IN: &str = "ec2:UpdateSecurityGroupRuleDescriptionsIngress";
const DESCRIBE_OUT: &str = "ec2:UpdateSecurityGroupRuleDescriptionsEgress";
const REVOKE_IN: &str = "ec2:RevokeSecurityGroupIngress";
const REVOKE_OUT: &str = "ec2:RevokeSecurityGroupEgress";
const DELETE: &str = "ec2:DeleteSecurityGroup";

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
        let all_groups = aws.batch("security-group", ec2::IDS_MAX, |aws, ids| async move {
            groups(&aws, vec![filter("group-id", ids)]).await
        });
        let all_rules = aws.batch(
            "security-group-rules",
            ec2::IDS_MAX,
            |aws, ids| async move { rules(&aws, ids).await },
        );
        let (group, rules) =
            futures_util::join!(all_groups.get(&outputs.id), all_rules.get(&outputs.id));
        let Some(group) = group? else {
            return Ok(None);
        };
        let rules = rules?.unwrap_or_default();
        let those = |direction: Direction| -> Vec<Rule> {
            let those = rules.iter().filter(|rule| rule.direction == direction);
            those.map(|rule| rule.rule.clone()).collect()
        };
        Ok(Some(Observed {
            outputs: Outputs {
                rules: rules.iter().filter_map(Described::key_and_id).collect(),
                ..group.outputs()
            },
            spec: SecurityGroup {
                name: group.name,
                description: group.description,
                vpc: group.vpc.into(),
                ingress: those(Direction::Ingress),
                egress: those(Direction::Egress),
                tags: Tags::observed(group.tags),
            },
        }))
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
                self.authorize(aws, *direction, rules, outputs).await
            }
            Change::Describe(direction, rules) => {
                self.describe(aws, *direction, rules, outputs).await
            }
            Change::Revoke(direction, ids) => revoke(aws, *direction, ids, outputs).await,
            Change::RevokeAllOut => {
                let outputs = required(REVOKE_OUT, outputs)?;
                let all_out = permission(REVOKE_OUT, &Rule::all_out())?;
                let revoke = aws.ec2.revoke_security_group_egress();
                let revoke = revoke.group_id(&outputs.id).ip_permissions(all_out);
                let sent = revoke.send().await.map_err(|e| failure(REVOKE_OUT, e));
                match sent {
                    // Somebody was faster, or our own first request that lost its answer.
                    Err(refused) if refused.code == "InvalidPermission.NotFound" => {}
                    Err(refused) => return Err(not_visible_yet(refused)),
                    Ok(_) => {}
                }
                Ok(outputs.clone())
            }
            Change::Tag => ec2::tag(aws, &self.tags, outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                // The interfaces of tasks and balancers go a minute after their owners: looking
                // costs nothing, and a refused delete is a mutating call against the rate limit.
                let holders = holders_of(aws, &outputs.id).await?;
                if !holders.is_empty() {
                    let held = "it is still used, so its deletion is not asked for yet";
                    return Err(Failure::new(Class::Dependency, DELETE, "InUse", held)
                        .with_evidence(holders));
                }
                let delete = aws.ec2.delete_security_group().group_id(&outputs.id);
                match delete.send().await.map_err(|e| failure(DELETE, e)) {
                    Ok(_) => Ok(outputs.clone()),
                    Err(refused) => {
                        Err(holders::named(refused, holders_of(aws, &outputs.id)).await)
                    }
                }
            }
        }
    }

    async fn ready(
        &self,
        _: &Aws,
        _: &Context,
        o: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        // Later calls that do not see it yet are tried again as eventual.
        Ok(Readiness::Ready(o.clone()))
    }

    async fn gone(_: &Aws, _: &Outputs) -> Result<Gone, Failure> {
        Ok(Gone::Gone) // DeleteSecurityGroup answers when it is
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
            rules: BTreeMap::new(),
        })
    }

    async fn authorize(
        &self,
        aws: &Aws,
        direction: Direction,
        rules: &[usize],
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let operation = match direction {
            Direction::Ingress => AUTHORIZE_IN,
            Direction::Egress => AUTHORIZE_OUT,
        };
        let mut outputs = required(operation, outputs)?.clone();
        let permissions = Some(self.permissions(operation, direction, rules)?);
        let made = match direction {
            Direction::Ingress => {
                let request = aws.ec2.authorize_security_group_ingress();
                let request = request
                    .group_id(&outputs.id)
                    .set_ip_permissions(permissions);
                let sent = request.send().await.map_err(|e| failure(operation, e));
                sent.map(|answer| answer.security_group_rules)
            }
            Direction::Egress => {
                let request = aws.ec2.authorize_security_group_egress();
                let request = request
                    .group_id(&outputs.id)
                    .set_ip_permissions(permissions);
                let sent = request.send().await.map_err(|e| failure(operation, e));
                sent.map(|answer| answer.security_group_rules)
            }
        };
        for rule in made.map_err(not_visible_yet)?.unwrap_or_default() {
            let rule = Described::of(operation, rule)?;
            outputs.rules.extend(rule.key_and_id());
        }
        Ok(outputs)
    }

    async fn describe(
        &self,
        aws: &Aws,
        direction: Direction,
        rules: &[usize],
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let operation = match direction {
            Direction::Ingress => DESCRIBE_IN,
            Direction::Egress => DESCRIBE_OUT,
        };
        let outputs = required(operation, outputs)?;
        let permissions = Some(self.permissions(operation, direction, rules)?);
        let sent = match direction {
            Direction::Ingress => {
                let request = aws.ec2.update_security_group_rule_descriptions_ingress();
                let request = request
                    .group_id(&outputs.id)
                    .set_ip_permissions(permissions);
                let sent = request.send().await.map_err(|e| failure(operation, e));
                sent.map(drop)
            }
            Direction::Egress => {
                let request = aws.ec2.update_security_group_rule_descriptions_egress();
                let request = request
                    .group_id(&outputs.id)
                    .set_ip_permissions(permissions);
                let sent = request.send().await.map_err(|e| failure(operation, e));
                sent.map(drop)
            }
        };
        sent.map_err(not_visible_yet)?;
        Ok(outputs.clone())
    }

    fn permissions(
        &self,
        operation: &'static str,
        direction: Direction,
        rules: &[usize],
    ) -> Result<Vec<IpPermission>, Failure> {
        let all = match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        };
        let rule = |index: &usize| required(operation, all.get(*index));
        let permission = |index| permission(operation, rule(index)?);
        rules.iter().map(permission).collect()
    }
}

async fn revoke(
    aws: &Aws,
    direction: Direction,
    ids: &[String],
    outputs: Option<&Outputs>,
) -> Result<Outputs, Failure> {
    let operation = match direction {
        Direction::Ingress => REVOKE_IN,
        Direction::Egress => REVOKE_OUT,
    };
    let mut outputs = required(operation, outputs)?.clone();
    let rules = Some(ids.to_vec());
    let sent = match direction {
        Direction::Ingress => {
            let request = aws
                .ec2
                .revoke_security_group_ingress()
                .group_id(&outputs.id);
            let sent = request.set_security_group_rule_ids(rules).send().await;
            sent.map(drop).map_err(|e| failure(operation, e))
        }
        Direction::Egress => {
            let request = aws.ec2.revoke_security_group_egress().group_id(&outputs.id);
            let sent = request.set_security_group_rule_ids(rules).send().await;
            sent.map(drop).map_err(|e| failure(operation, e))
        }
    };
    sent.map_err(|mut refused| {
        // One of them is gone already, and the others were not revoked: a look tells which.
        if refused.class == Class::Gone {
            refused.class = Class::Exists;
        }
        refused
    })?;
    outputs.rules.retain(|_, id| !ids.contains(id));
    Ok(outputs)
}

/// Who keeps a group from being deleted. Interfaces first: they are the usual case, and other
/// groups are looked at only where there are none [terraform-provider-aws #1671, #2445, #32745].
async fn holders_of(aws: &Aws, id: &str) -> Result<Vec<String>, Failure> {
    let by = |name: &str| vec![filter(name, vec![id.to_string()])];
    let interfaces = holders::interfaces(aws, by("group-id")).await?;
    if !interfaces.is_empty() {
        return Ok(interfaces);
    }
    let (ingress, egress) = futures_util::join!(
        groups(aws, by("ip-permission.group-id")),
        groups(aws, by("egress.ip-permission.group-id")),
    );
    let mut referring = ingress?;
    referring.extend(egress?);
    let others = referring.into_values().filter(|group| group.id != id);
    Ok(others
        .map(|group| format!("a rule of security group {} ({})", group.id, group.name))
        .collect())
}
