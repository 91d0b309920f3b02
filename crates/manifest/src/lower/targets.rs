//! Where a balancer sends requests and connections to, and how it tells whether they will be served.

use std::collections::BTreeMap;

use ashore_engine::graph::Handle;
use ashore_engine::input::Input;
use ashore_providers::aws::listener::{Action, Listener};
use ashore_providers::aws::security_group::{Rule, Source};
use ashore_providers::aws::target_group::{HealthCheck, TargetGroup};

use super::entrance::transport;
use super::ingress::{NAME_MAX, Ways};
use super::network::Network;
use super::{Lowering, of_service};
use crate::model::{Balancer, Health, HealthProtocol, Protocol, Service, Target};

impl Lowering<'_> {
    /// A target group is for one balancer [ELBv2 API: TargetGroupAssociationLimit].
    pub(super) fn target_group(
        &mut self,
        service: &Service,
        target: &Target,
        network: &Network,
        balancer: &str,
    ) -> Handle<TargetGroup> {
        let name = service.name.as_str();
        let delay = target.deregistration_delay.0.to_string();
        let mut attributes =
            BTreeMap::from([("deregistration_delay.timeout_seconds".to_string(), delay)]);
        if target.sticky {
            // By a cookie of the balancer's, or by the client's address: that is the default of each.
            attributes.insert("stickiness.enabled".to_string(), true.to_string());
        }
        self.graph.add(
            of_service(name, &of_way("target_group", balancer)),
            &TargetGroup {
                name: match is_usual(balancer) {
                    true => self.name(name, NAME_MAX),
                    false => self.name(&format!("{name}--{balancer}"), NAME_MAX),
                },
                vpc: network.vpc.clone(),
                target_type: match service.capacity.shares_network() {
                    true => "instance", // at the port that the task got there
                    false => "ip",
                }
                .to_string(),
                port: *target.port,
                protocol: match target.protocol {
                    Protocol::Http => "HTTP",
                    Protocol::Tcp | Protocol::Tls => "TCP", // TLS ends at the balancer
                    Protocol::Udp => "UDP",
                }
                .to_string(),
                health: health(&target.health),
                attributes,
                tags: self.tags(),
            },
        )
    }

    /// The port of a network balancer that leads to the service.
    pub(super) fn stream(
        &mut self,
        service: &Service,
        target: &Target,
        ways: &Ways,
        group: &Handle<TargetGroup>,
    ) -> Handle<Listener> {
        let tls = target.protocol == Protocol::Tls;
        let listener = Listener {
            load_balancer: ways.arn.clone(),
            port: target.listen,
            protocol: match target.protocol {
                Protocol::Tls => "TLS",
                Protocol::Udp => "UDP",
                Protocol::Http | Protocol::Tcp => "TCP",
            }
            .to_string(),
            certificate: ways.certificate.clone().filter(|_| tls),
            tls_policy: tls.then(|| ways.tls_policy.clone()),
            default_action: Action::Forward {
                target_group: group.get(TargetGroup::ARN),
            },
            tags: self.tags(),
        };
        let part = of_way("listener", &ways.name);
        self.graph
            .add(of_service(service.name.as_str(), &part), &listener)
    }
}

/// What a balancer of these groups connects to a task for: requests, and asking whether it is well.
pub(super) fn from_balancer(target: &Target, groups: &[Input<String>]) -> Vec<Rule> {
    let port = *target.port;
    let rule = |group: &Input<String>, protocol: &str, port: u16, description: &str| Rule {
        protocol: protocol.to_string(),
        from_port: i32::from(port),
        to_port: i32::from(port),
        source: Source::Group(group.clone()),
        description: description.to_string(),
    };
    let requests = groups.iter();
    let requests = requests.map(|it| rule(it, transport(target), port, "from the load balancer"));
    let udp = target.protocol == Protocol::Udp;
    let asked = target.health.port.filter(|asked| *asked != port || udp);
    let asked = asked.into_iter().flat_map(|asked| {
        let rule =
            move |it: &Input<String>| rule(it, "tcp", asked, "health checks of the load balancer");
        groups.iter().map(rule)
    });
    requests.chain(asked).collect()
}

fn health(health: &Health) -> HealthCheck {
    let connects = health.protocol == HealthProtocol::Tcp;
    let unless = |text: &str| match connects {
        true => String::new(),
        false => text.to_string(),
    };
    HealthCheck {
        path: unless(&health.path),
        port: match health.port {
            Some(port) => port.to_string(),
            None => "traffic-port".to_string(),
        },
        protocol: match health.protocol {
            HealthProtocol::Http => "HTTP",
            HealthProtocol::Https => "HTTPS",
            HealthProtocol::Tcp => "TCP",
        }
        .to_string(),
        matcher: unless(&health.matcher),
        interval_seconds: health.interval.0,
        timeout_seconds: health.timeout.0,
        healthy_threshold: health.healthy_threshold,
        unhealthy_threshold: health.unhealthy_threshold,
    }
}

/// A part of a service on its way from a balancer. The way that most services have is not said.
pub(super) fn of_way(part: &str, balancer: &str) -> String {
    match is_usual(balancer) {
        true => part.to_string(),
        false => format!("{part}[{balancer}]"),
    }
}

pub(super) fn is_usual(balancer: &str) -> bool {
    [Balancer::PUBLIC, Balancer::NETWORK].contains(&balancer)
}
