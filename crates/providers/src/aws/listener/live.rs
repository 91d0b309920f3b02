use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed};
use aws_sdk_elasticloadbalancingv2::types::{Certificate, Listener as Described, ProtocolEnum};

use super::{Change, Listener, Outputs, action};
use crate::aws::live::Aws;
use crate::aws::live::ec2::not_visible_yet;
use crate::aws::live::elb;
use crate::aws::live::failure::{failure, required};
use crate::aws::load_balancer;
use crate::aws::tags::{Tags, bears};

const CREATE: &str = "elasticloadbalancing:CreateListener";
const DESCRIBE: &str = "elasticloadbalancing:DescribeListeners";
const MODIFY: &str = "elasticloadbalancing:ModifyListener";
const DELETE: &str = "elasticloadbalancing:DeleteListener";

impl Live for Listener {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(balancer) = self.load_balancer.known() else {
            return Ok(Found::Absent); // nor is there a balancer yet that it could be on
        };
        let all = of_balancer(aws, balancer).await?;
        let on_port = |listener: &&Described| listener.port == Some(self.port.into());
        let taken = all.iter().find(on_port).cloned();
        let arns = all.into_iter().filter_map(|listener| listener.listener_arn);
        let tags = elb::tags_of(aws, arns.collect()).await?;
        if let Some((arn, _)) = tags.iter().find(|(_, tags)| bears(tags, &cx.mark)) {
            return Ok(Found::Ours(Outputs { arn: arn.clone() }));
        }
        let Some(arn) = taken.and_then(|listener| listener.listener_arn) else {
            return Ok(Found::Absent);
        };
        let none = BTreeMap::new();
        let whose = elb::whose(tags.get(&arn).unwrap_or(&none), &cx.mark);
        Ok(Found::Foreign(Foreign {
            who: format!("a listener on port {} ({arn}), {whose}", self.port),
            advice: "delete that listener, or use another port".into(),
        }))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, tags) =
            futures_util::join!(described(aws, &outputs.arn), elb::tags(aws, &outputs.arn));
        let (Some(there), Some(tags)) = (there?, tags?) else {
            return Ok(None);
        };
        let port = there.port.and_then(|port| port.try_into().ok());
        let protocol = required(DESCRIBE, there.protocol)?;
        let certificate = there.certificates.unwrap_or_default().into_iter().next();
        let spec = Listener {
            load_balancer: required(DESCRIBE, there.load_balancer_arn)?.into(),
            port: required(DESCRIBE, port)?,
            protocol: protocol.as_str().to_string(),
            certificate: certificate.and_then(|c| c.certificate_arn).map(Into::into),
            tls_policy: there.ssl_policy,
            default_action: action::read(&there.default_actions.unwrap_or_default()),
            tags: Tags::observed(tags),
        };
        Ok(Some(Observed {
            spec,
            outputs: outputs.clone(),
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
            Change::Create => {
                let create = aws
                    .elb
                    .create_listener()
                    .load_balancer_arn(elb::known(CREATE, &self.load_balancer)?)
                    .port(self.port.into())
                    .protocol(ProtocolEnum::from(self.protocol.as_str()))
                    .set_certificates(self.certificates(CREATE)?)
                    .set_ssl_policy(self.tls_policy.clone())
                    .default_actions(action::written(CREATE, &self.default_action)?)
                    .set_tags(Some(elb::sdk_tags(self.tags.marked(&cx.mark))));
                let sent = create.send().await;
                let created = sent.map_err(|e| not_usable_yet(failure(CREATE, e)))?;
                let listener = created.listeners.unwrap_or_default().into_iter().next();
                let arn = listener.and_then(|listener| listener.listener_arn);
                Ok(Outputs {
                    arn: required(CREATE, arn)?,
                })
            }
            Change::Modify | Change::Move => {
                let outputs = required(MODIFY, outputs)?;
                let modify = aws
                    .elb
                    .modify_listener()
                    .listener_arn(&outputs.arn)
                    .port(self.port.into())
                    .protocol(ProtocolEnum::from(self.protocol.as_str()))
                    .set_certificates(self.certificates(MODIFY)?)
                    .set_ssl_policy(self.tls_policy.clone())
                    .default_actions(action::written(MODIFY, &self.default_action)?);
                let sent = modify.send().await;
                sent.map_err(|e| not_usable_yet(failure(MODIFY, e)))?;
                Ok(outputs.clone())
            }
            Change::Tag => elb::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.arn).await,
            Change::Untag(keys) => elb::untag(aws, keys, outputs, |o| &o.arn).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.elb.delete_listener().listener_arn(&outputs.arn);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let arns = all(aws).await?;
        let ours = elb::of_stack(aws, arns, stack).await?;
        Ok(ours.into_iter().map(|arn| Outputs { arn }).collect())
    }
}

impl Listener {
    fn certificates(&self, operation: &'static str) -> Result<Option<Vec<Certificate>>, Failure> {
        let Some(certificate) = &self.certificate else {
            return Ok(None);
        };
        let arn = elb::known(operation, certificate)?;
        Ok(Some(vec![
            Certificate::builder().certificate_arn(arn).build(),
        ]))
    }
}

/// ELBv2 does not know a certificate that was issued a moment ago: it says that there is none
/// [terraform-provider-aws: listener create], or that it cannot be used (#41789).
fn not_usable_yet(mut failure: Failure) -> Failure {
    if failure.code == "UnsupportedCertificate" {
        failure.class = Class::Eventual;
    }
    not_visible_yet(failure)
}

/// The ARNs of all listeners of load balancers in the region.
pub(crate) async fn all(aws: &Aws) -> Result<Vec<String>, Failure> {
    let mut arns = Vec::new();
    for balancer in load_balancer::balancers(aws, None).await? {
        let Some(balancer) = balancer.load_balancer_arn else {
            continue;
        };
        let listeners = of_balancer(aws, &balancer).await?.into_iter();
        arns.extend(listeners.filter_map(|listener| listener.listener_arn));
    }
    Ok(arns)
}

/// The listeners of a balancer; none of a balancer that is not there.
async fn of_balancer(aws: &Aws, balancer: &str) -> Result<Vec<Described>, Failure> {
    let pages = aws.elb.describe_listeners().load_balancer_arn(balancer);
    let read: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
    match read.map_err(|e| failure(DESCRIBE, e)) {
        Err(missing) if missing.class == Class::Gone => Ok(Vec::new()),
        read => read,
    }
}

async fn described(aws: &Aws, arn: &str) -> Result<Option<Described>, Failure> {
    elb::one(aws, "listener", arn, read, |listener| {
        listener.listener_arn.as_deref()
    })
    .await
}

async fn read(aws: Aws, arns: Vec<String>) -> Result<Vec<Described>, Failure> {
    let describe = aws.elb.describe_listeners().set_listener_arns(Some(arns));
    let answer = describe.send().await.map_err(|e| failure(DESCRIBE, e))?;
    Ok(answer.listeners.unwrap_or_default())
}
