//! Who may connect to a balancer: its security group.

use ashore_engine::graph::Handle;
use ashore_providers::aws::security_group::{Rule, SecurityGroup, Source};

use super::Lowering;
use super::classic::listens;
use super::ingress::{of_balancer, part};
use super::network::Network;
use crate::model::{self, Ingress, Layer, Protocol, Target};

/// A port that clients connect to.
struct Port {
    number: u16,
    protocol: &'static str,
    what: String,
}

impl Lowering<'_> {
    pub(super) fn balancer_group(
        &mut self,
        name: &str,
        wanted: &model::Balancer,
        network: &Network,
    ) -> Handle<SecurityGroup> {
        let sources = self.sources(wanted, network);
        let ingress = self.ports(name, wanted.layer).into_iter().flat_map(|port| {
            let rule = move |(source, whence): &(Source, String)| Rule {
                protocol: port.protocol.to_string(),
                from_port: i32::from(port.number),
                to_port: i32::from(port.number),
                source: source.clone(),
                description: format!("{} from {whence}", port.what),
            };
            sources.iter().map(rule).collect::<Vec<_>>()
        });
        let stack = &self.surroundings.names.stack;
        let description = match name {
            model::Balancer::PUBLIC => format!("Load balancer of {stack}"),
            name => format!("Load balancer {name} of {stack}"),
        };
        self.graph.add(
            of_balancer(name, "security_group"),
            &SecurityGroup {
                name: self.name(&part(name), 255),
                description,
                vpc: network.vpc.clone(),
                ingress: ingress.collect(),
                egress: vec![Rule::all_out()],
                tags: self.named_tags(&part(name)),
            },
        )
    }

    /// The ports of a balancer: those of HTTP, or each service's own.
    fn ports(&self, name: &str, layer: Layer) -> Vec<Port> {
        let port = |number, protocol, what: String| Port {
            number,
            protocol,
            what,
        };
        match layer {
            Layer::Application => {
                let behind = self.manifest.behind(name);
                let mut ingresses = behind.map(|(service, _)| &service.ingress);
                let tls = ingresses.any(|ingress| matches!(ingress, Ingress::Https(..)));
                let https = tls.then(|| port(443, "tcp", "HTTPS".to_string()));
                let http = port(80, "tcp", "HTTP".to_string());
                std::iter::once(http).chain(https).collect()
            }
            Layer::Classic => {
                let behind = self.manifest.behind(name);
                let ports = behind.map(|(service, target)| {
                    let number = listens(&service.ingress, target);
                    let what = match &service.ingress {
                        Ingress::Https(..) => "HTTPS".to_string(),
                        Ingress::Http(_) => "HTTP".to_string(),
                        _ => service.name.to_string(),
                    };
                    port(number, transport(target), what)
                });
                ports.collect()
            }
            Layer::Network => {
                let behind = self.manifest.behind(name);
                let ports = behind.map(|(service, target)| {
                    let what = service.name.to_string();
                    port(target.listen, transport(target), what)
                });
                ports.collect()
            }
        }
    }

    /// From where it may be connected to, and how that is called.
    fn sources(&self, wanted: &model::Balancer, network: &Network) -> Vec<(Source, String)> {
        if let Some(ranges) = &wanted.allow {
            let source =
                |range: &ipnet::Ipv4Net| (Source::Cidr4(range.to_string()), range.to_string());
            return ranges.iter().map(source).collect();
        }
        if wanted.internal {
            let own = self.manifest.network.as_ref().map(|it| it.cidr.to_string());
            let theirs = || Some(self.surroundings.existing.vpc.as_ref()?.cidr.clone());
            let within = own.or_else(theirs).into_iter();
            return within
                .map(|range| (Source::Cidr4(range), "the network".to_string()))
                .collect();
        }
        let anywhere = Source::Cidr4("0.0.0.0/0".to_string());
        let ipv6 = network.ipv6.then(|| Source::Cidr6("::/0".to_string()));
        let everywhere = std::iter::once(anywhere).chain(ipv6);
        everywhere
            .map(|source| (source, "anywhere".to_string()))
            .collect()
    }
}

/// The protocol below the one that the service speaks.
pub(super) fn transport(target: &Target) -> &'static str {
    match target.protocol {
        Protocol::Udp => "udp",
        Protocol::Http | Protocol::Tcp | Protocol::Tls => "tcp",
    }
}
