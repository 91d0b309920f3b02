//! The way in: the balancers that services share, each with its listeners.

use std::collections::BTreeMap;

use ashore_engine::address::Address;
use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::listener::{Action, Listener};
use ashore_providers::aws::load_balancer::{self, IpAddressType, LoadBalancer};
use ashore_providers::aws::security_group::SecurityGroup;
use ashore_providers::aws::target_group::TargetGroup;
use ashore_providers::aws::web_acl_association::WebAclAssociation;

use super::network::Network;
use super::{LowerError, Lowering};
use crate::model::{self, Ingress, Layer, Protocol};

/// Names of balancers and target groups have 32 characters at most [ELBv2 API].
pub(super) const NAME_MAX: usize = 32;

/// What services behind a balancer need of it.
pub(super) struct Ways {
    /// Its name in the manifest.
    pub(super) name: String,
    /// What it balances.
    pub(super) layer: Layer,
    /// Is it reached only from within?
    pub(super) internal: bool,
    /// The ARN of the balancer; of a classic one, which requests know by it, the name.
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
    /// The certificate of all names, once it is issued.
    pub(super) certificate: Option<Input<String>>,
    /// The versions and ciphers of its TLS.
    pub(super) tls_policy: String,
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

    pub(super) fn again(&self) -> Self {
        match self {
            Door::Ours(listener) => Door::Ours(listener.clone()),
            Door::Theirs(arn) => Door::Theirs(arn.clone()),
        }
    }
}

/// The balancer, ours or somebody else's.
pub(super) struct Balancer {
    pub(super) arn: Input<String>,
    pub(super) dns_name: Input<String>,
    pub(super) zone_id: Input<String>,
    pub(super) ipv6: bool,
    pub(super) security_groups: Vec<Input<String>>,
}

impl Lowering<'_> {
    /// Every balancer that a service is behind, by name.
    pub(super) fn ingress(
        &mut self,
        network: &Network,
    ) -> Result<BTreeMap<String, Ways>, LowerError> {
        let manifest = self.manifest;
        let shows_certificate = manifest.balancers.keys().any(|name| {
            !self.is_their_listener(name)
                && manifest
                    .behind(name)
                    .any(|(service, _)| service.ingress.is_tls())
        });
        let certificate = match shows_certificate {
            true => self.certificate()?,
            false => None,
        };
        let mut all = BTreeMap::new();
        for (name, wanted) in &manifest.balancers {
            let ways = self.ways(name, wanted, network, certificate.clone())?;
            all.insert(name.clone(), ways);
        }
        Ok(all)
    }

    /// Somebody else's listener is on somebody else's balancer, which stands for the public one.
    fn is_their_listener(&self, name: &str) -> bool {
        name == model::Balancer::PUBLIC && self.manifest.existing.listener.is_some()
    }

    fn ways(
        &mut self,
        name: &str,
        wanted: &model::Balancer,
        network: &Network,
        certificate: Option<Input<String>>,
    ) -> Result<Ways, LowerError> {
        let theirs =
            name == model::Balancer::PUBLIC && self.manifest.existing.load_balancer.is_some();
        let balancer = match wanted.layer {
            _ if theirs => self.existing_balancer()?,
            Layer::Application => {
                self.balancer(name, wanted, load_balancer::Layer::Application, network)?
            }
            Layer::Network => {
                self.balancer(name, wanted, load_balancer::Layer::Network, network)?
            }
            Layer::Classic => self.classic(name, wanted, network, certificate.as_ref())?,
        };
        let mut ways = Ways {
            name: name.to_string(),
            layer: wanted.layer,
            internal: wanted.internal && !theirs,
            arn: balancer.arn,
            dns_name: balancer.dns_name,
            zone_id: balancer.zone_id,
            ipv6: balancer.ipv6,
            security_groups: balancer.security_groups,
            http: None,
            https: None,
            plain: None,
            certificate,
            tls_policy: wanted.tls_policy.clone(),
        };
        if self.is_their_listener(name) {
            let listener = self.surroundings.existing.listener.clone();
            let listener = listener.ok_or(LowerError::Unread("existing.listener"))?;
            ways.https = Some(Door::Theirs(listener));
        } else if wanted.layer == Layer::Application {
            self.listeners(name, &mut ways, network);
        }
        Ok(ways)
    }

    /// The two listeners of a balancer for HTTP.
    fn listeners(&mut self, name: &str, ways: &mut Ways, network: &Network) {
        let manifest = self.manifest;
        let https = |ingress: &Ingress| matches!(ingress, Ingress::Https(..));
        let https = manifest
            .behind(name)
            .any(|(service, _)| https(&service.ingress));
        ways.plain = manifest.plain_http(name).and_then(|service| {
            let target = service.ingress.target()?;
            Some(self.target_group(service, target, network, name))
        });
        let default_action = match &ways.plain {
            Some(group) => Action::Forward {
                target_group: group.get(TargetGroup::ARN),
            },
            None if https => Action::Redirect {
                protocol: "HTTPS".to_string(),
                port: "443".to_string(), // left out, it stays 80
                status: "HTTP_301".to_string(),
            },
            None => not_found(),
        };
        let http = Listener {
            load_balancer: ways.arn.clone(),
            port: 80,
            protocol: "HTTP".to_string(),
            tls_policy: None,
            certificate: None,
            default_action,
            tags: self.tags(),
        };
        ways.http = Some(self.graph.add(of_balancer(name, "http_listener"), &http));
        if let (true, Some(certificate)) = (https, &ways.certificate) {
            let https = Listener {
                load_balancer: ways.arn.clone(),
                port: 443,
                protocol: "HTTPS".to_string(),
                tls_policy: Some(ways.tls_policy.clone()),
                certificate: Some(certificate.clone()),
                default_action: not_found(),
                tags: self.tags(),
            };
            let https = self.graph.add(of_balancer(name, "https_listener"), &https);
            ways.https = Some(Door::Ours(https));
        }
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

    fn balancer(
        &mut self,
        name: &str,
        wanted: &model::Balancer,
        layer: load_balancer::Layer,
        network: &Network,
    ) -> Result<Balancer, LowerError> {
        let subnets = self.balancer_subnets(wanted, network)?;
        let security_group = self.balancer_group(name, wanted, network);
        let role = self.linked_role("elasticloadbalancing", "elasticloadbalancing.amazonaws.com");
        // Datagrams are balanced over IPv4 alone [ELBv2 API: CreateListener.Protocol].
        let udp = |(_, target): (_, &model::Target)| target.protocol == Protocol::Udp;
        let ipv6 = network.ipv6 && !wanted.internal && !self.manifest.behind(name).any(udp);
        let balancer = self.graph.add(
            of_balancer(name, "load_balancer"),
            &LoadBalancer {
                name: self.name(&part(name), NAME_MAX),
                layer,
                scheme: match wanted.internal {
                    true => "internal",
                    false => "internet-facing",
                }
                .to_string(),
                subnets,
                ip_address_type: match ipv6 {
                    true => IpAddressType::Dualstack,
                    false => IpAddressType::Ipv4,
                },
                security_groups: vec![security_group.get(SecurityGroup::ID)],
                attributes: attributes(wanted),
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
        if let Some(web_acl) = &wanted.waf {
            let association = WebAclAssociation {
                resource: balancer.ready().get(LoadBalancer::ARN),
                web_acl: web_acl.clone(),
            };
            self.graph.add(of_balancer(name, "web_acl"), &association);
        }
        Ok(Balancer {
            arn: balancer.get(LoadBalancer::ARN),
            dns_name: balancer.ready().get(LoadBalancer::DNS_NAME),
            zone_id: balancer.ready().get(LoadBalancer::ZONE_ID),
            ipv6,
            security_groups: vec![security_group.get(SecurityGroup::ID)],
        })
    }

    /// An internal balancer stands where tasks have private addresses, if there is such a place.
    pub(super) fn balancer_subnets(
        &self,
        wanted: &model::Balancer,
        network: &Network,
    ) -> Result<Vec<Input<String>>, LowerError> {
        let (subnets, refused): (_, fn(usize) -> LowerError) =
            match (wanted.internal && !network.public_tasks, &network.made) {
                (false, _) => (network.balancer_subnets.clone(), LowerError::PublicZones),
                (true, Some(_)) => (network.task_subnets.clone(), LowerError::PrivateZones),
                (true, None) => {
                    let within = self.surroundings.existing.within();
                    let ids = within.into_iter().map(|subnet| subnet.id.clone());
                    (ids.map(Input::Known).collect(), LowerError::PrivateZones)
                }
            };
        // The others can do with one [ELBv2 API: CreateLoadBalancer.Subnets].
        let least = match wanted.layer {
            Layer::Application => 2,
            Layer::Network | Layer::Classic => 1,
        };
        match subnets.len() < least {
            true => Err(refused(subnets.len())),
            false => Ok(subnets),
        }
    }
}

/// The address of a part of a balancer. What most apps have is called by what it is.
pub(super) fn of_balancer(name: &str, part: &str) -> Address {
    Address::new(match name {
        model::Balancer::PUBLIC => format!("ingress/{part}"),
        name => format!("balancers.{name}/{part}"),
    })
}

/// What stands for the balancer in physical names.
pub(super) fn part(name: &str) -> String {
    match name {
        model::Balancer::PUBLIC => "balancer".to_string(),
        name => format!("balancer-{name}"),
    }
}

fn not_found() -> Action {
    Action::Respond {
        status: 404,
        content_type: "application/json".to_string(),
        body: r#"{"message": "Not Found"}"#.to_string(),
    }
}

/// What of a balancer is not as AWS has it by itself [ELBv2 API: LoadBalancerAttribute].
fn attributes(wanted: &model::Balancer) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut set = |key: &str, value: String| all.insert(key.to_string(), value);
    if wanted.layer == Layer::Application {
        // Requests with malformed headers are how requests are smuggled past a proxy.
        set(
            "routing.http.drop_invalid_header_fields.enabled",
            wanted.drop_invalid_headers.to_string(),
        );
    }
    if let Some(seconds) = wanted.idle_timeout {
        set("idle_timeout.timeout_seconds", seconds.to_string());
    }
    if wanted.protect {
        set("deletion_protection.enabled", true.to_string());
    }
    if wanted.cross_zone {
        set("load_balancing.cross_zone.enabled", true.to_string());
    }
    if let Some(logs) = &wanted.access_logs {
        set("access_logs.s3.enabled", true.to_string());
        set("access_logs.s3.bucket", logs.bucket.clone());
        if !logs.prefix.is_empty() {
            set("access_logs.s3.prefix", logs.prefix.clone());
        }
    }
    all
}
