//! The way in: one balancer for all services that are reached from outside.

use std::collections::BTreeMap;

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::certificate::Certificate;
use ashore_providers::aws::listener::{Action, Listener};
use ashore_providers::aws::load_balancer::{IpAddressType, LoadBalancer};
use ashore_providers::aws::security_group::{Rule, SecurityGroup, Source};
use ashore_providers::aws::subnet::Subnet;
use ashore_providers::aws::target_group::{HealthCheck, TargetGroup};
use ashore_providers::aws::vpc::Vpc;

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
    pub(super) balancer: Handle<LoadBalancer>,
    pub(super) security_group: Handle<SecurityGroup>,
    pub(super) http: Handle<Listener>,
    pub(super) https: Option<Handle<Listener>>,
    /// The one target group that the balancer answers with by default over plain HTTP, if any.
    pub(super) plain: Option<Handle<TargetGroup>>,
}

impl Lowering<'_> {
    pub(super) fn ingress(&mut self, network: &Network) -> Result<Option<Ways>, LowerError> {
        if !self.manifest.has_load_balancer() {
            return Ok(None);
        }
        let certificate = self.certificate();
        let security_group = self.balancer_group(network, certificate.is_some());
        let balancer = self.balancer(network, &security_group);
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
        let http = self.listener("ingress/http_listener", &balancer, None, default_action);
        let https = certificate.map(|certificate| {
            let not_found = Action::Respond {
                status: 404,
                content_type: "application/json".to_string(),
                body: r#"{"message": "Not Found"}"#.to_string(),
            };
            let issued = Some(certificate.ready().get(Certificate::ARN));
            self.listener("ingress/https_listener", &balancer, issued, not_found)
        });
        Ok(Some(Ways {
            balancer,
            security_group,
            http,
            https,
            plain,
        }))
    }

    fn listener(
        &mut self,
        address: &str,
        balancer: &Handle<LoadBalancer>,
        certificate: Option<Input<String>>,
        default_action: Action,
    ) -> Handle<Listener> {
        let tls = certificate.is_some();
        self.graph.add(
            address,
            &Listener {
                load_balancer: balancer.get(LoadBalancer::ARN),
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
        let open = |port: i32, what: &str| Rule {
            protocol: "tcp".to_string(),
            from_port: port,
            to_port: port,
            source: Source::Cidr4("0.0.0.0/0".to_string()),
            description: what.to_string(),
        };
        let mut ingress = vec![open(80, "HTTP from anywhere")];
        ingress.extend(tls.then(|| open(443, "HTTPS from anywhere")));
        self.graph.add(
            "ingress/security_group",
            &SecurityGroup {
                name: self.name("balancer", 255),
                description: format!("Load balancer of {}", self.surroundings.names.stack),
                vpc: network.vpc.get(Vpc::ID),
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
    ) -> Handle<LoadBalancer> {
        let role = self.linked_role("elasticloadbalancing", "elasticloadbalancing.amazonaws.com");
        let subnets = network.subnets.iter();
        let balancer = self.graph.add(
            "ingress/load_balancer",
            &LoadBalancer {
                name: self.name("balancer", NAME_MAX),
                scheme: "internet-facing".to_string(),
                subnets: subnets.map(|subnet| subnet.get(Subnet::ID)).collect(),
                security_groups: vec![security_group.get(SecurityGroup::ID)],
                ip_address_type: IpAddressType::Ipv4,
                attributes: BTreeMap::from([(
                    // Requests with malformed headers are how requests are smuggled past a proxy.
                    "routing.http.drop_invalid_header_fields.enabled".to_string(),
                    "true".to_string(),
                )]),
                tags: self.tags(),
            },
        );
        self.graph.after(
            &balancer,
            &network.gateway,
            When::Named,
            "an internet-facing balancer is refused in a network without a gateway",
        );
        self.graph.after(
            &balancer,
            &role,
            When::Named,
            "the balancer acts in the account through its service-linked role",
        );
        balancer
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
            of_service(name, "target_group"),
            &TargetGroup {
                name: self.name(name, NAME_MAX),
                vpc: network.vpc.get(Vpc::ID),
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
