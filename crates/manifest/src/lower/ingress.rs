//! The way in: one balancer for all services that are reached from outside.

use std::collections::BTreeMap;

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::listener::{Action, Listener};
use ashore_providers::aws::load_balancer::{IpAddressType, LoadBalancer};
use ashore_providers::aws::security_group::{Rule, SecurityGroup, Source};
use ashore_providers::aws::target_group::{HealthCheck, TargetGroup};

use super::network::Network;
use super::{LowerError, Lowering, of_service};
use crate::model::{Service, Target};

/// TLS 1.2 and 1.3 with a hybrid post-quantum key exchange: AWS's recommendation. The API's own
/// default still takes TLS 1.0 (`ux.md` 4.1).
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/// Names of balancers and target groups have 32 characters at most [ELBv2 API].
pub(super) const NAME_MAX: usize = 32;

/// What services behind the balancer need of it.
pub(super) struct Ways {
    /// The ARN of the balancer.
    pub(super) arn: Input<String>,
    /// The name that AWS gave the balancer, once it can be reached.
    pub(super) dns_name: Input<String>,
    /// The Route 53 zone of that name.
    pub(super) zone_id: Input<String>,
    /// Is it reached over IPv6 too?
    pub(super) ipv6: bool,
    /// Where requests to tasks come from.
    pub(super) security_groups: Vec<Input<String>>,
    /// Where services without a hostname answer.
    pub(super) http: Option<Handle<Listener>>,
    /// Where services with a hostname have their rules.
    pub(super) https: Option<Door>,
    /// The one target group that the balancer answers with by default over plain HTTP, if any.
    pub(super) plain: Option<Handle<TargetGroup>>,
}

/// A listener that rules are made on.
pub(super) enum Door {
    Ours(Handle<Listener>),
    /// Somebody else's, with other rules on it. By ARN.
    Theirs(String),
}

impl Door {
    pub(super) fn arn(&self) -> Input<String> {
        match self {
            Door::Ours(listener) => listener.get(Listener::ARN),
            Door::Theirs(arn) => Input::Known(arn.clone()),
        }
    }
}

/// The balancer, ours or somebody else's.
struct Balancer {
    arn: Input<String>,
    dns_name: Input<String>,
    zone_id: Input<String>,
    ipv6: bool,
    security_groups: Vec<Input<String>>,
}

impl Lowering<'_> {
    pub(super) fn ingress(&mut self, network: &Network) -> Result<Option<Ways>, LowerError> {
        if !self.manifest.has_load_balancer() {
            return Ok(None);
        }
        let named = &self.manifest.existing;
        let read = &self.surroundings.existing;
        if named.listener.is_some() {
            let listener = read.listener.clone();
            let listener = listener.ok_or(LowerError::Unread("existing.listener"))?;
            let balancer = self.existing_balancer()?;
            return Ok(Some(Ways {
                arn: balancer.arn,
                dns_name: balancer.dns_name,
                zone_id: balancer.zone_id,
                ipv6: balancer.ipv6,
                security_groups: balancer.security_groups,
                http: None,
                https: Some(Door::Theirs(listener)),
                plain: None,
            }));
        }
        let certificate = self.certificate()?;
        let balancer = if named.load_balancer.is_some() {
            self.existing_balancer()?
        } else {
            let security_group = self.balancer_group(network, certificate.is_some());
            self.balancer(network, &security_group)?
        };
        let plain = self.manifest.plain_http().and_then(|service| {
            let target = service.ingress.target()?;
            Some(self.target_group(service, target, network))
        });
        let redirect = Action::Redirect {
            protocol: "HTTPS".to_string(),
            port: "443".to_string(), // left out, it stays 80
            status: "HTTP_301".to_string(),
        };
        let default_action = match &plain {
            Some(group) => Action::Forward {
                target_group: group.get(TargetGroup::ARN),
            },
            None => redirect,
        };
        let http = self.listener("ingress/http_listener", &balancer.arn, None, default_action);
        let https = certificate.map(|certificate| {
            let not_found = Action::Respond {
                status: 404,
                content_type: "application/json".to_string(),
                body: r#"{"message": "Not Found"}"#.to_string(),
            };
            let issued = Some(certificate);
            self.listener("ingress/https_listener", &balancer.arn, issued, not_found)
        });
        Ok(Some(Ways {
            arn: balancer.arn,
            dns_name: balancer.dns_name,
            zone_id: balancer.zone_id,
            ipv6: balancer.ipv6,
            security_groups: balancer.security_groups,
            http: Some(http),
            https: https.map(Door::Ours),
            plain,
        }))
    }

    fn existing_balancer(&self) -> Result<Balancer, LowerError> {
        let existing = self.surroundings.existing.load_balancer.as_ref();
        let existing = existing.ok_or(LowerError::Unread("existing.load_balancer"))?;
        let groups = existing.security_groups.iter().cloned();
        Ok(Balancer {
            arn: Input::Known(existing.arn.clone()),
            dns_name: Input::Known(existing.dns_name.clone()),
            zone_id: Input::Known(existing.zone_id.clone()),
            ipv6: existing.ipv6,
            security_groups: groups.map(Input::Known).collect(),
        })
    }

    fn listener(
        &mut self,
        address: &str,
        balancer: &Input<String>,
        certificate: Option<Input<String>>,
        default_action: Action,
    ) -> Handle<Listener> {
        let tls = certificate.is_some();
        self.graph.add(
            address,
            &Listener {
                load_balancer: balancer.clone(),
                port: if tls { 443 } else { 80 },
                protocol: if tls { "HTTPS" } else { "HTTP" }.to_string(),
                tls_policy: tls.then(|| TLS_POLICY.to_string()),
                certificate,
                default_action,
                tags: self.tags(),
            },
        )
    }

    fn balancer_group(&mut self, network: &Network, tls: bool) -> Handle<SecurityGroup> {
        let open = |port: i32, what: &str, source: Source| Rule {
            protocol: "tcp".to_string(),
            from_port: port,
            to_port: port,
            source,
            description: format!("{what} from anywhere"),
        };
        let ports = [(80, "HTTP"), (443, "HTTPS")];
        let ports = ports.iter().take(if tls { 2 } else { 1 });
        let mut ingress = Vec::new();
        for (port, what) in ports {
            ingress.push(open(*port, what, Source::Cidr4("0.0.0.0/0".to_string())));
            if network.ipv6 {
                ingress.push(open(*port, what, Source::Cidr6("::/0".to_string())));
            }
        }
        self.graph.add(
            "ingress/security_group",
            &SecurityGroup {
                name: self.name("balancer", 255),
                description: format!("Load balancer of {}", self.surroundings.names.stack),
                vpc: network.vpc.clone(),
                ingress,
                egress: vec![Rule::all_out()],
                tags: self.named_tags("balancer"),
            },
        )
    }

    fn balancer(
        &mut self,
        network: &Network,
        security_group: &Handle<SecurityGroup>,
    ) -> Result<Balancer, LowerError> {
        if network.balancer_subnets.len() < 2 {
            return Err(LowerError::PublicZones(network.balancer_subnets.len()));
        }
        let role = self.linked_role("elasticloadbalancing", "elasticloadbalancing.amazonaws.com");
        let balancer = self.graph.add(
            "ingress/load_balancer",
            &LoadBalancer {
                name: self.name("balancer", NAME_MAX),
                scheme: "internet-facing".to_string(),
                subnets: network.balancer_subnets.clone(),
                ip_address_type: if network.ipv6 {
                    IpAddressType::Dualstack
                } else {
                    IpAddressType::Ipv4
                },
                security_groups: vec![security_group.get(SecurityGroup::ID)],
                attributes: BTreeMap::from([(
                    // Requests with malformed headers are how requests are smuggled past a proxy.
                    "routing.http.drop_invalid_header_fields.enabled".to_string(),
                    "true".to_string(),
                )]),
                tags: self.tags(),
            },
        );
        if let Some(made) = &network.made {
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
            arn: balancer.get(LoadBalancer::ARN),
            dns_name: balancer.ready().get(LoadBalancer::DNS_NAME),
            zone_id: balancer.ready().get(LoadBalancer::ZONE_ID),
            ipv6: network.ipv6,
            security_groups: vec![security_group.get(SecurityGroup::ID)],
        })
    }

    pub(super) fn target_group(
        &mut self,
        service: &Service,
        target: &Target,
        network: &Network,
    ) -> Handle<TargetGroup> {
        let name = service.name.as_str();
        let health = &target.health;
        self.graph.add(
            of_service(service, "target_group"),
            &TargetGroup {
                name: self.name(name, NAME_MAX),
                vpc: network.vpc.clone(),
                port: *target.port,
                protocol: "HTTP".to_string(),
                health: HealthCheck {
                    path: health.path.to_string(),
                    port: "traffic-port".to_string(),
                    protocol: "HTTP".to_string(),
                    matcher: health.matcher.to_string(),
                    interval_seconds: health.interval.0,
                    timeout_seconds: health.timeout.0,
                    healthy_threshold: health.healthy_threshold,
                    unhealthy_threshold: health.unhealthy_threshold,
                },
                attributes: BTreeMap::from([(
                    "deregistration_delay.timeout_seconds".to_string(),
                    target.deregistration_delay.0.to_string(),
                )]),
                tags: self.tags(),
            },
        )
    }
}
