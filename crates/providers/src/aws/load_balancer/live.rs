use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Gone, Live, Observed, Readiness};
use aws_sdk_elasticloadbalancingv2::types::{
    LoadBalancer as Described, LoadBalancerAttribute, LoadBalancerSchemeEnum,
    LoadBalancerStateEnum, LoadBalancerTypeEnum,
};

use super::{Change, IpAddressType, Layer, LoadBalancer, Outputs, PROTECTION, is_protected};
use crate::aws::attributes::Attributes;
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, not_visible_yet};
use crate::aws::live::elb;
use crate::aws::live::failure::{failure, required};
use crate::aws::live::pace;
use crate::aws::tags::{Tags, bears};

const CREATE: &str = "elasticloadbalancing:CreateLoadBalancer";
const DESCRIBE: &str = "elasticloadbalancing:DescribeLoadBalancers";
const MODIFY: &str = "elasticloadbalancing:ModifyLoadBalancerAttributes";
const DELETE: &str = "elasticloadbalancing:DeleteLoadBalancer";

/// A balancer takes two to four minutes; looking more often than this tells nothing new.
const LOOK_AFTER: Duration = Duration::from_secs(5);

impl Live for LoadBalancer {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let named = aws.elb.describe_load_balancers().names(&self.name).send();
        let named = match named.await.map_err(|e| failure(DESCRIBE, e)) {
            Ok(answer) => answer.load_balancers.unwrap_or_default(),
            Err(missing) if missing.class == Class::Gone => Vec::new(),
            Err(failure) => return Err(failure),
        };
        let Some(there) = named.into_iter().next() else {
            return Ok(Found::Absent);
        };
        let outputs = outputs(there)?;
        let tags = elb::tags(aws, &outputs.arn).await?.unwrap_or_default();
        if bears(&tags, &cx.mark) {
            return Ok(Found::Ours(outputs));
        }
        let whose = elb::whose(&tags, &cx.mark);
        Ok(Found::Foreign(Foreign {
            who: format!("load balancer `{}` ({}), {whose}", self.name, outputs.arn),
            advice: "delete that load balancer, or give this app or environment another name"
                .into(),
        }))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, tags, attributes) = futures_util::join!(
            described(aws, &known.arn),
            elb::tags(aws, &known.arn),
            attributes(aws, &known.arn)
        );
        let (Some(there), Some(tags), Some(attributes)) = (there?, tags?, attributes?) else {
            return Ok(None);
        };
        let zones = there.availability_zones.clone().unwrap_or_default();
        let subnets = zones.into_iter().filter_map(|zone| zone.subnet_id);
        let groups = there.security_groups.clone().unwrap_or_default();
        let scheme = there.scheme.as_ref().map(|scheme| scheme.as_str());
        let addresses = there.ip_address_type.as_ref().map(|it| it.as_str());
        let spec = LoadBalancer {
            layer: layer(&there),
            ip_address_type: IpAddressType::of(required(DESCRIBE, addresses)?),
            name: required(DESCRIBE, there.load_balancer_name.clone())?,
            scheme: required(DESCRIBE, scheme)?.to_string(),
            subnets: subnets.map(Into::into).collect(),
            security_groups: groups.into_iter().map(Into::into).collect(),
            attributes,
            tags: Tags::observed(tags),
        };
        let outputs = Outputs {
            protected: known.protected,
            ..outputs(there)?
        };
        Ok(Some(Observed { spec, outputs }))
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
            Change::Attributes(set) => {
                let outputs = required(MODIFY, outputs)?;
                modify(aws, &outputs.arn, set).await?;
                let protected = match set.contains_key(PROTECTION) {
                    true => is_protected(set),
                    false => outputs.protected,
                };
                Ok(Outputs {
                    protected,
                    ..outputs.clone()
                })
            }
            Change::Unprotect => {
                let outputs = required(MODIFY, outputs)?;
                let off = Attributes::from([(PROTECTION.into(), "false".into())]);
                modify(aws, &outputs.arn, &off).await?;
                Ok(outputs.clone())
            }
            Change::Subnets => {
                const OPERATION: &str = "elasticloadbalancing:SetSubnets";
                let outputs = required(OPERATION, outputs)?;
                let subnets = elb::all_known(OPERATION, &self.subnets)?;
                let set = aws.elb.set_subnets().load_balancer_arn(&outputs.arn);
                let sent = set.set_subnets(Some(subnets)).send().await;
                sent.map_err(|e| not_visible_yet(failure(OPERATION, e)))?;
                Ok(outputs.clone())
            }
            Change::SecurityGroups => {
                const OPERATION: &str = "elasticloadbalancing:SetSecurityGroups";
                let outputs = required(OPERATION, outputs)?;
                let groups = elb::all_known(OPERATION, &self.security_groups)?;
                let set = aws
                    .elb
                    .set_security_groups()
                    .load_balancer_arn(&outputs.arn);
                let sent = set.set_security_groups(Some(groups)).send().await;
                sent.map_err(|e| not_visible_yet(failure(OPERATION, e)))?;
                Ok(outputs.clone())
            }
            Change::IpAddressType => {
                const OPERATION: &str = "elasticloadbalancing:SetIpAddressType";
                let outputs = required(OPERATION, outputs)?;
                let set = aws.elb.set_ip_address_type();
                let set = set.load_balancer_arn(&outputs.arn);
                let sent = set.ip_address_type(self.ip_address_type.name().into());
                let sent = sent.send().await;
                sent.map_err(|e| not_visible_yet(failure(OPERATION, e)))?;
                Ok(outputs.clone())
            }
            Change::Tag => elb::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.arn).await,
            Change::Untag(keys) => elb::untag(aws, keys, outputs, |o| &o.arn).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.elb.delete_load_balancer();
                let sent = delete.load_balancer_arn(&outputs.arn).send().await;
                sent.map_err(|e| protected(failure(DELETE, e)))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let pending = |why: &str| Readiness::Pending {
            outputs: known.clone(),
            why: why.to_string(),
            look_after: pace::look_after(cx.waited, LOOK_AFTER),
        };
        let Some(there) = described(aws, &known.arn).await? else {
            return Ok(pending("not visible yet"));
        };
        let state = there.state.unwrap_or_else(|| {
            aws_sdk_elasticloadbalancingv2::types::LoadBalancerState::builder().build()
        });
        let code = required(DESCRIBE, state.code)?;
        Ok(match code {
            // Impaired: it routes, and could not take all the room it wants [ELBv2 API:
            // LoadBalancerState].
            LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired => {
                Readiness::Ready(known.clone())
            }
            LoadBalancerStateEnum::Failed => Readiness::Failed(Failure::new(
                Class::Invalid,
                "wait until active",
                "failed",
                state.reason.unwrap_or("AWS gives no reason".into()),
            )),
            other => pending(other.as_str()),
        })
    }

    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        // DeleteLoadBalancer answers minutes before its network interfaces go, and while they
        // are there no security group, subnet or gateway goes [terraform-provider-aws #2445].
        let Some((_, path)) = outputs.arn.split_once(":loadbalancer/") else {
            return Ok(Gone::Gone);
        };
        let description = ec2::filter("description", vec![format!("ELB {path}")]);
        let pages = aws.ec2.describe_network_interfaces().filters(description);
        let interfaces: Vec<_> = pages
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|e| failure("ec2:DescribeNetworkInterfaces", e))?;
        let ids: Vec<String> = interfaces
            .into_iter()
            .filter_map(|interface| interface.network_interface_id)
            .collect();
        Ok(if ids.is_empty() {
            Gone::Gone
        } else {
            Gone::Held {
                by: format!(
                    "its network interfaces, which AWS takes away: {}",
                    ids.join(", ")
                ),
                look_after: LOOK_AFTER,
            }
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all: Vec<Outputs> = balancers(aws, None)
            .await?
            .into_iter()
            .map(outputs)
            .collect::<Result<_, _>>()?;
        let arns = all.iter().map(|balancer| balancer.arn.clone()).collect();
        let ours = elb::of_stack(aws, arns, stack).await?;
        let is_ours = |balancer: &Outputs| ours.contains(&balancer.arn);
        Ok(all.into_iter().filter(is_ours).collect())
    }
}

impl LoadBalancer {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        // Left out, it is IPv4 [ELBv2 API: CreateLoadBalancer].
        let asked =
            (!self.ip_address_type.is_default()).then(|| self.ip_address_type.name().into());
        let create = aws
            .elb
            .create_load_balancer()
            .name(&self.name)
            .r#type(match self.layer {
                Layer::Application => LoadBalancerTypeEnum::Application,
                Layer::Network => LoadBalancerTypeEnum::Network,
            })
            .scheme(LoadBalancerSchemeEnum::from(self.scheme.as_str()))
            .set_subnets(Some(elb::all_known(CREATE, &self.subnets)?))
            .set_security_groups(Some(elb::all_known(CREATE, &self.security_groups)?))
            .set_ip_address_type(asked)
            .set_tags(Some(elb::sdk_tags(self.tags.marked(&cx.mark))));
        let sent = create.send().await;
        let created = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        let there = created.load_balancers.unwrap_or_default().into_iter();
        Ok(Outputs {
            // Before the attribute is set: a lost answer to that must not make us forget it.
            protected: is_protected(&self.attributes),
            ..outputs(required(CREATE, there.into_iter().next())?)?
        })
    }
}

/// The load balancers of the region; of one layer, if one is named. Those that lead to appliances
/// are none of ours.
pub(crate) async fn balancers(aws: &Aws, of: Option<Layer>) -> Result<Vec<Described>, Failure> {
    let pages = aws.elb.describe_load_balancers().into_paginator().items();
    let all: Vec<Described> = pages
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|e| failure(DESCRIBE, e))?;
    let wanted = |it: &Described| {
        it.r#type != Some(LoadBalancerTypeEnum::Gateway) && of.is_none_or(|of| of == layer(it))
    };
    Ok(all.into_iter().filter(wanted).collect())
}

fn layer(balancer: &Described) -> Layer {
    match balancer.r#type {
        Some(LoadBalancerTypeEnum::Network) => Layer::Network,
        _ => Layer::Application,
    }
}

async fn described(aws: &Aws, arn: &str) -> Result<Option<Described>, Failure> {
    elb::one(aws, "load-balancer", arn, read, |balancer| {
        balancer.load_balancer_arn.as_deref()
    })
    .await
}

async fn read(aws: Aws, arns: Vec<String>) -> Result<Vec<Described>, Failure> {
    let describe = aws
        .elb
        .describe_load_balancers()
        .set_load_balancer_arns(Some(arns));
    let answer = describe.send().await.map_err(|e| failure(DESCRIBE, e))?;
    Ok(answer.load_balancers.unwrap_or_default())
}

/// All attributes; none if there is no such balancer.
async fn attributes(aws: &Aws, arn: &str) -> Result<Option<Attributes>, Failure> {
    let describe = aws.elb.describe_load_balancer_attributes();
    let answer = describe.load_balancer_arn(arn).send().await;
    let failed = |e| failure("elasticloadbalancing:DescribeLoadBalancerAttributes", e);
    match answer.map_err(failed) {
        Ok(answer) => {
            let pairs = answer.attributes.unwrap_or_default().into_iter();
            let pair = |a: LoadBalancerAttribute| Some((a.key?, a.value.unwrap_or_default()));
            Ok(Some(pairs.filter_map(pair).collect()))
        }
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn modify(aws: &Aws, arn: &str, set: &Attributes) -> Result<(), Failure> {
    let attribute = |(key, value): (&String, &String)| {
        let attribute = LoadBalancerAttribute::builder().key(key).value(value);
        attribute.build()
    };
    let modify = aws.elb.modify_load_balancer_attributes();
    let modify = modify.load_balancer_arn(arn);
    let sent = modify
        .set_attributes(Some(set.iter().map(attribute).collect()))
        .send()
        .await;
    sent.map_err(|e| not_writable(not_visible_yet(failure(MODIFY, e))))?;
    Ok(())
}

/// Access logs go to a bucket whose policy lets them: ELBv2 tries it out before it agrees
/// [ELB user guide: access logs].
fn not_writable(failure: Failure) -> Failure {
    if failure.code == "InvalidConfigurationRequest"
        && failure.message.to_lowercase().contains("bucket")
    {
        return failure.with_advice(
            "let the policy of that bucket allow s3:PutObject on <bucket>/<prefix>/AWSLogs/<account>/* \
             to the service logdelivery.elasticloadbalancing.amazonaws.com (for a network load \
             balancer delivery.logs.amazonaws.com, and s3:GetBucketAcl on the bucket)",
        );
    }
    failure
}

/// Deletion protection that is not ours to take off [ELBv2 API: OperationNotPermitted].
fn protected(failure: Failure) -> Failure {
    if failure.code == "OperationNotPermitted" {
        return failure.with_advice(
            "somebody has protected this load balancer against deletion: if it may go, switch \
             `deletion_protection.enabled` off, then run the same command again",
        );
    }
    failure
}

fn outputs(balancer: Described) -> Result<Outputs, Failure> {
    Ok(Outputs {
        arn: required(DESCRIBE, balancer.load_balancer_arn)?,
        dns_name: required(DESCRIBE, balancer.dns_name)?,
        zone_id: required(DESCRIBE, balancer.canonical_hosted_zone_id)?,
        protected: false,
    })
}
