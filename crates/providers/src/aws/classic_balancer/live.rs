use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Context, Foreign, Found, Gone, Live, Observed, Readiness};
use aws_sdk_elasticloadbalancing::types::TagKeyOnly;

use super::described::{all, attributes, described, outputs, policies, spec, tags};
use super::requests::{not_usable_yet, policy, policy_name};
use super::{Change, ClassicBalancer, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, not_visible_yet};
use crate::aws::live::elb;
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::{bears, of_stack};

const HEALTH: &str = "elasticloadbalancing:ConfigureHealthCheck";
const MODIFY: &str = "elasticloadbalancing:ModifyLoadBalancerAttributes";
const LISTEN: &str = "elasticloadbalancing:CreateLoadBalancerListeners";
const CLOSE: &str = "elasticloadbalancing:DeleteLoadBalancerListeners";
const CERTIFICATE: &str = "elasticloadbalancing:SetLoadBalancerListenerSSLCertificate";
const NEGOTIATE: &str = "elasticloadbalancing:SetLoadBalancerPoliciesOfListener";
const ATTACH: &str = "elasticloadbalancing:AttachLoadBalancerToSubnets";
const DETACH: &str = "elasticloadbalancing:DetachLoadBalancerFromSubnets";
const APPLY: &str = "elasticloadbalancing:ApplySecurityGroupsToLoadBalancer";
const TAG: &str = "elasticloadbalancing:AddTags";
const UNTAG: &str = "elasticloadbalancing:RemoveTags";
const DELETE: &str = "elasticloadbalancing:DeleteLoadBalancer";

/// Its interfaces go some minutes after it.
const LOOK_AFTER: Duration = Duration::from_secs(5);

impl Live for ClassicBalancer {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(there) = described(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        let outputs = outputs(&there)?;
        let mut tags = tags(aws, vec![outputs.name.clone()]).await?;
        let tags = tags.remove(&outputs.name).unwrap_or_default();
        if bears(&tags, &cx.mark) {
            return Ok(Found::Ours(outputs));
        }
        let whose = elb::whose(&tags, &cx.mark);
        Ok(Found::Foreign(Foreign {
            who: format!("classic load balancer `{}`, {whose}", self.name),
            advice: "delete that load balancer, or give this app or environment another name"
                .into(),
        }))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, tags, attributes) = futures_util::join!(
            described(aws, &known.name),
            tags(aws, vec![known.name.clone()]),
            attributes(aws, &known.name)
        );
        let tags = tags?.remove(&known.name);
        let (Some(there), Some(tags), Some(attributes)) = (there?, tags, attributes?) else {
            return Ok(None);
        };
        let outputs = outputs(&there)?;
        let policies = policies(aws, &there).await?;
        let spec = spec(there, &attributes, &policies, tags)?;
        Ok(Some(Observed { spec, outputs }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        known: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        if *change == Change::Create {
            return self.create(aws, cx).await;
        }
        let known = required("elasticloadbalancing:answer", known)?;
        let name = &known.name;
        let api = &aws.classic;
        match change {
            Change::Create => {}
            Change::Health => {
                let configure = api.configure_health_check().load_balancer_name(name);
                let sent = configure.health_check(self.health()?).send().await;
                sent.map_err(|e| not_visible_yet(failure(HEALTH, e)))?;
            }
            Change::Attributes => {
                let modify = api
                    .modify_load_balancer_attributes()
                    .load_balancer_name(name);
                let modify = modify.load_balancer_attributes(self.attributes()?);
                let sent = modify.send().await;
                sent.map_err(|e| not_visible_yet(failure(MODIFY, e)))?;
            }
            Change::Listen(ports) => {
                let listen = api
                    .create_load_balancer_listeners()
                    .load_balancer_name(name);
                let sent = listen.set_listeners(Some(self.listeners(LISTEN, Some(ports))?));
                let sent = sent.send().await;
                sent.map_err(|e| not_usable_yet(failure(LISTEN, e)))?;
            }
            Change::Close(ports) => {
                let ports = ports.iter().map(|port| i32::from(*port)).collect();
                let close = api
                    .delete_load_balancer_listeners()
                    .load_balancer_name(name);
                let sent = close.set_load_balancer_ports(Some(ports)).send().await;
                sent.map_err(|e| failure(CLOSE, e))?;
            }
            Change::Certificate(port) => {
                let certificate = self.listener(*port);
                let certificate = certificate.and_then(|listener| listener.certificate.as_ref());
                let certificate = elb::known(CERTIFICATE, required(CERTIFICATE, certificate)?)?;
                let set = api.set_load_balancer_listener_ssl_certificate();
                let set = set
                    .load_balancer_name(name)
                    .load_balancer_port((*port).into());
                let sent = set.ssl_certificate_id(certificate).send().await;
                sent.map_err(|e| not_usable_yet(failure(CERTIFICATE, e)))?;
            }
            Change::TlsPolicy(security_policy) => policy(aws, name, security_policy).await?,
            Change::Negotiate(port) => {
                let listener = self.listener(*port);
                let security_policy = listener.and_then(|it| it.tls_policy.as_deref());
                let security_policy = required(NEGOTIATE, security_policy)?;
                let set = api.set_load_balancer_policies_of_listener();
                let set = set
                    .load_balancer_name(name)
                    .load_balancer_port((*port).into());
                let sent = set.policy_names(policy_name(security_policy)).send().await;
                sent.map_err(|e| not_visible_yet(failure(NEGOTIATE, e)))?;
            }
            Change::Attach => {
                // Where it stands already it stays: that is a success [ELB API].
                let subnets = elb::all_known(ATTACH, &self.subnets)?;
                let attach = api
                    .attach_load_balancer_to_subnets()
                    .load_balancer_name(name);
                let sent = attach.set_subnets(Some(subnets)).send().await;
                sent.map_err(|e| not_visible_yet(failure(ATTACH, e)))?;
            }
            Change::Detach(subnets) => {
                let detach = api.detach_load_balancer_from_subnets();
                let detach = detach.load_balancer_name(name);
                let sent = detach.set_subnets(Some(subnets.clone())).send().await;
                sent.map_err(|e| failure(DETACH, e))?;
            }
            Change::SecurityGroups => {
                let groups = elb::all_known(APPLY, &self.security_groups)?;
                let apply = api.apply_security_groups_to_load_balancer();
                let apply = apply.load_balancer_name(name);
                let sent = apply.set_security_groups(Some(groups)).send().await;
                sent.map_err(|e| not_visible_yet(failure(APPLY, e)))?;
            }
            Change::Tag => {
                let tag = api.add_tags().load_balancer_names(name);
                let sent = tag.set_tags(Some(self.marked(TAG, cx)?)).send().await;
                sent.map_err(|e| not_visible_yet(failure(TAG, e)))?;
            }
            Change::Untag(keys) => {
                let keys = keys
                    .iter()
                    .map(|key| TagKeyOnly::builder().key(key).build());
                let untag = api.remove_tags().load_balancer_names(name);
                let sent = untag.set_tags(Some(keys.collect())).send().await;
                sent.map_err(|e| not_visible_yet(failure(UNTAG, e)))?;
            }
            Change::Delete => {
                let delete = api.delete_load_balancer().load_balancer_name(name);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
            }
        }
        Ok(known.clone())
    }

    /// It works at once. The zone of its name is known once it is described.
    async fn ready(
        &self,
        aws: &Aws,
        _: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        Ok(match described(aws, &known.name).await? {
            Some(there) => Readiness::Ready(outputs(&there)?),
            None => Readiness::Pending {
                outputs: known.clone(),
                why: "not visible yet".to_string(),
                look_after: LOOK_AFTER,
            },
        })
    }

    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        // As those of its younger sisters, its interfaces outlive it [terraform-provider-aws: elb].
        let description = vec![format!("ELB {}", outputs.name)];
        let pages = aws.ec2.describe_network_interfaces();
        let pages = pages.filters(ec2::filter("description", description));
        let interfaces: Vec<_> = pages
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|e| failure("ec2:DescribeNetworkInterfaces", e))?;
        let ids = interfaces.into_iter();
        let ids: Vec<String> = ids.filter_map(|it| it.network_interface_id).collect();
        Ok(match ids.is_empty() {
            true => Gone::Gone,
            false => Gone::Held {
                by: format!(
                    "its network interfaces, which AWS takes away: {}",
                    ids.join(", ")
                ),
                look_after: LOOK_AFTER,
            },
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let there = all(aws).await?;
        let there: Vec<Outputs> = there.iter().map(outputs).collect::<Result<_, _>>()?;
        let names = there.iter().map(|it| it.name.clone()).collect();
        let tags = tags(aws, names).await?;
        let ours = |it: &Outputs| tags.get(&it.name).is_some_and(|tags| of_stack(tags, stack));
        Ok(there.into_iter().filter(ours).collect())
    }
}
