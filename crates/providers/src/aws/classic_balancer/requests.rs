//! What requests say of a balancer.

use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::Context;
use aws_sdk_elasticloadbalancing::types::{
    AccessLog, ConnectionDraining, ConnectionSettings, CrossZoneLoadBalancing,
    HealthCheck as SdkHealth, Listener as SdkListener, LoadBalancerAttributes, PolicyAttribute,
    Tag,
};

use super::{ClassicBalancer, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::ec2::not_visible_yet;
use crate::aws::live::elb;
use crate::aws::live::failure::{failure, required};

const CREATE: &str = "elasticloadbalancing:CreateLoadBalancer";
const MODIFY: &str = "elasticloadbalancing:ModifyLoadBalancerAttributes";
const POLICY: &str = "elasticloadbalancing:CreateLoadBalancerPolicy";

/// Policies of this type say what TLS a listener takes, by the attribute that follows [ELB API:
/// DescribeLoadBalancerPolicyTypes].
const NEGOTIATION: &str = "SSLNegotiationPolicyType";
pub(super) const REFERENCE: &str = "Reference-Security-Policy";

impl ClassicBalancer {
    pub(super) async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let create = aws
            .classic
            .create_load_balancer()
            .load_balancer_name(&self.name)
            .set_listeners(Some(self.listeners(CREATE, None)?))
            .set_subnets(Some(elb::all_known(CREATE, &self.subnets)?))
            .set_security_groups(Some(elb::all_known(CREATE, &self.security_groups)?))
            .set_tags(Some(self.marked(CREATE, cx)?));
        // Only the one that is not the default can be named [ELB API: CreateLoadBalancer.Scheme].
        let internal = self.scheme == "internal";
        let create = create.set_scheme(internal.then(|| self.scheme.clone()));
        let sent = create.send().await;
        let created = sent.map_err(|e| not_usable_yet(failure(CREATE, e)))?;
        Ok(Outputs {
            name: self.name.clone(),
            dns_name: required(CREATE, created.dns_name)?,
            zone_id: None,
        })
    }

    pub(super) fn marked(
        &self,
        operation: &'static str,
        cx: &Context,
    ) -> Result<Vec<Tag>, Failure> {
        let tag = |(key, value)| Tag::builder().key(key).value(value).build();
        let tags = self.tags.marked(&cx.mark).into_iter().map(tag);
        let tags: Result<_, _> = tags.collect();
        tags.map_err(|error| Failure::internal(operation, &error))
    }

    /// The listeners; of these ports alone, if some are named.
    pub(super) fn listeners(
        &self,
        operation: &'static str,
        ports: Option<&[u16]>,
    ) -> Result<Vec<SdkListener>, Failure> {
        let own = self.listeners.iter();
        let own = own.filter(|it| ports.is_none_or(|ports| ports.contains(&it.port)));
        let listener = |it: &super::Listener| {
            let certificate = it.certificate.as_ref();
            let certificate = certificate.map(|arn| elb::known(operation, arn));
            SdkListener::builder()
                .protocol(&it.protocol)
                .load_balancer_port(it.port.into())
                .instance_protocol(&it.instance_protocol)
                .instance_port(it.instance_port.into())
                .set_ssl_certificate_id(certificate.transpose()?)
                .build()
                .map_err(|error| Failure::internal(operation, &error))
        };
        own.map(listener).collect()
    }

    pub(super) fn health(&self) -> Result<SdkHealth, Failure> {
        SdkHealth::builder()
            .target(&self.health.target)
            .interval(int(self.health.interval_seconds))
            .timeout(int(self.health.timeout_seconds))
            .healthy_threshold(int(self.health.healthy_threshold))
            .unhealthy_threshold(int(self.health.unhealthy_threshold))
            .build()
            .map_err(|error| Failure::internal("elasticloadbalancing:ConfigureHealthCheck", &error))
    }

    pub(super) fn attributes(&self) -> Result<LoadBalancerAttributes, Failure> {
        let cross = CrossZoneLoadBalancing::builder().enabled(self.cross_zone);
        let settings = ConnectionSettings::builder();
        let settings = settings
            .idle_timeout(int(self.idle_timeout_seconds))
            .build();
        let seconds = self.draining.map(|draining| int(draining.seconds));
        let draining = ConnectionDraining::builder()
            .enabled(self.draining.is_some())
            .set_timeout(seconds)
            .build();
        let logs = self.access_logs.as_ref();
        let log = AccessLog::builder()
            .enabled(logs.is_some())
            .set_s3_bucket_name(logs.map(|logs| logs.bucket.clone()))
            .set_s3_bucket_prefix(logs.map(|logs| logs.prefix.clone()))
            .build();
        Ok(LoadBalancerAttributes::builder()
            .access_log(log)
            .cross_zone_load_balancing(cross.build())
            .connection_settings(settings.map_err(|error| Failure::internal(MODIFY, &error))?)
            .connection_draining(draining)
            .build())
    }
}

/// `CreateLoadBalancerPolicy`. Nobody can change a policy: one of that name is what is wanted.
pub(super) async fn policy(
    aws: &Aws,
    balancer: &str,
    security_policy: &str,
) -> Result<(), Failure> {
    let refers = PolicyAttribute::builder()
        .attribute_name(REFERENCE)
        .attribute_value(security_policy)
        .build();
    let create = aws.classic.create_load_balancer_policy();
    let create = create
        .load_balancer_name(balancer)
        .policy_name(policy_name(security_policy))
        .policy_type_name(NEGOTIATION)
        .policy_attributes(refers);
    match create.send().await.map_err(|e| failure(POLICY, e)) {
        Ok(_) => Ok(()),
        Err(there) if there.code == "DuplicatePolicyName" => Ok(()),
        Err(failure) => Err(not_visible_yet(failure)),
    }
}

/// A certificate that was issued a moment ago is not known here yet [terraform-provider-aws: elb].
pub(super) fn not_usable_yet(mut failure: Failure) -> Failure {
    if failure.code == "UnsupportedCertificate" {
        failure.class = Class::Eventual;
    }
    not_visible_yet(failure)
}

fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What a policy of ours is called that refers to one of AWS's: these are never changed, so that the name
/// says all of it.
pub(super) fn policy_name(security_policy: &str) -> String {
    format!("tls-{security_policy}")
}
