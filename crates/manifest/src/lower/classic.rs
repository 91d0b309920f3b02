//! Classic balancers, which know the instances that tasks run on.

use ashore_engine::input::{Input, When};
use ashore_providers::aws::classic_balancer::{
    AccessLogs, ClassicBalancer, Draining, HealthCheck, Listener,
};
use ashore_providers::aws::security_group::SecurityGroup;
use ashore_providers::aws::service::ClassicAttachment;
use ashore_providers::aws::task_definition::HostPort;

use super::ingress::{Balancer, NAME_MAX, Ways, of_balancer};
use super::network::Network;
use super::{LowerError, Lowering};
use crate::model::{self, Health, HealthProtocol, Ingress, Layer, Protocol, Service, Target};

/// What AWS does where nothing is said [ELB API: ConnectionSettings].
const IDLE_SECONDS: u32 = 60;

impl Lowering<'_> {
    pub(super) fn classic(
        &mut self,
        name: &str,
        wanted: &model::Balancer,
        network: &Network,
        certificate: Option<&Input<String>>,
    ) -> Result<Balancer, LowerError> {
        // One that nothing is behind is not made, and behind one of these is one service.
        let mut behind = self.manifest.behind(name);
        let (service, target) = behind.next().ok_or(LowerError::Unread("balancers"))?;
        let listener = listener(&service.ingress, target, wanted, certificate);
        let health = health(&target.health, *target.port);
        let delay = target.deregistration_delay.0;
        let subnets = self.balancer_subnets(wanted, network)?;
        let security_group = self.balancer_group(name, wanted, network);
        let role = self.linked_role("elasticloadbalancing", "elasticloadbalancing.amazonaws.com");
        let balancer = self.graph.add(
            of_balancer(name, "classic_balancer"),
            &ClassicBalancer {
                name: self.name(&part(name), NAME_MAX),
                scheme: match wanted.internal {
                    true => "internal",
                    false => "internet-facing",
                }
                .to_string(),
                subnets,
                security_groups: vec![security_group.get(SecurityGroup::ID)],
                listeners: vec![listener],
                health,
                cross_zone: wanted.cross_zone,
                idle_timeout_seconds: wanted.idle_timeout.unwrap_or(IDLE_SECONDS),
                draining: (delay > 0).then_some(Draining { seconds: delay }),
                access_logs: wanted.access_logs.as_ref().map(|logs| AccessLogs {
                    bucket: logs.bucket.clone(),
                    prefix: logs.prefix.clone(),
                }),
                tags: self.tags(),
            },
        );
        if let (Some(made), false) = (&network.made, wanted.internal) {
            self.graph.after(
                &balancer,
                &made.gateway,
                When::Named,
                "an internet-facing balancer is refused in a network without a gateway",
            );
        }
        self.graph.after(
            &balancer,
            &role,
            When::Named,
            "the balancer acts in the account through its service-linked role",
        );
        Ok(Balancer {
            arn: balancer.get(ClassicBalancer::NAME_),
            dns_name: balancer.ready().get(ClassicBalancer::DNS_NAME),
            zone_id: balancer.ready().get(ClassicBalancer::ZONE_ID),
            ipv6: false, // in a VPC it has IPv4 addresses alone [Classic Load Balancers guide]
            security_groups: vec![security_group.get(SecurityGroup::ID)],
        })
    }

    /// The port of its instance that a task behind a classic balancer has to itself.
    pub(super) fn host_ports(&self, service: &Service) -> Vec<HostPort> {
        let target = service.ingress.target();
        let target = target.filter(|_| self.manifest.is_behind_classic(service));
        let port = target.map(|target| HostPort {
            port: *target.port,
            on_host: *target.port,
        });
        port.into_iter().collect()
    }
}

/// Which of the balancers of a service is a classic one, if any.
pub(super) fn attachment<'w>(
    service: &Service,
    mut behind: impl Iterator<Item = &'w Ways>,
) -> Option<ClassicAttachment> {
    let target = service.ingress.target()?;
    let classic = behind.find(|ways| ways.layer == Layer::Classic)?;
    Some(ClassicAttachment {
        balancer: classic.arn.clone(),
        container: service.name.to_string(),
        port: *target.port,
    })
}

/// The port that clients connect to. It cannot send those of HTTP on to HTTPS.
pub(super) fn listens(ingress: &Ingress, target: &Target) -> u16 {
    match ingress {
        Ingress::Https(..) => 443,
        Ingress::Http(_) | Ingress::None => 80,
        Ingress::Stream(..) => target.listen,
    }
}

/// TLS ends at the balancer.
fn listener(
    ingress: &Ingress,
    target: &Target,
    wanted: &model::Balancer,
    certificate: Option<&Input<String>>,
) -> Listener {
    let tls = ingress.is_tls();
    let (protocol, instance_protocol) = match (target.protocol, tls) {
        (Protocol::Http, false) => ("HTTP", "HTTP"),
        (Protocol::Http, true) => ("HTTPS", "HTTP"),
        (_, false) => ("TCP", "TCP"),
        (_, true) => ("SSL", "TCP"),
    };
    Listener {
        port: listens(ingress, target),
        protocol: protocol.to_string(),
        instance_port: *target.port,
        instance_protocol: instance_protocol.to_string(),
        certificate: certificate.filter(|_| tls).cloned(),
        tls_policy: tls.then(|| wanted.tls_policy.clone()),
    }
}

fn health(health: &Health, port: u16) -> HealthCheck {
    let path = health.path.as_str();
    HealthCheck {
        target: match health.protocol {
            HealthProtocol::Http => format!("HTTP:{port}{path}"),
            HealthProtocol::Https => format!("HTTPS:{port}{path}"),
            HealthProtocol::Tcp => format!("TCP:{port}"),
        },
        interval_seconds: health.interval.0,
        timeout_seconds: health.timeout.0,
        healthy_threshold: health.healthy_threshold,
        unhealthy_threshold: health.unhealthy_threshold,
    }
}

/// What stands for it in physical names: for a while it may be beside another sort of balancer, and names are for all
/// sorts together.
fn part(name: &str) -> String {
    match name {
        model::Balancer::PUBLIC => "classic".to_string(),
        name => format!("classic-{name}"),
    }
}
