//! `discovery` of services: the namespaces that they are found in, and what those get who use them.

use std::collections::BTreeMap;

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::discovery_service::DiscoveryService;
use ashore_providers::aws::namespace::Namespace;
use ashore_providers::aws::security_group::Rule;
use ashore_providers::aws::service::{Connect, Offer};
use ashore_providers::aws::task_definition::NamedPort;

use super::network::Network;
use super::uses::Grants;
use super::{Lowering, of_service};
use crate::model::{
    DiscoveredBy, Discovery, DiscoveryProtocol, Manifest, Name, Service, Used, variable,
};

/// The longest name [Cloud Map API: CreateHttpNamespace] is far above this; it stands in names of metrics.
const NAME_MAX: usize = 128;
const NAMESPACE: &str = "discovery/namespace";
const DNS_NAMESPACE: &str = "discovery/dns_namespace";

/// A task that goes is asked for no longer than this.
const TTL_SECONDS: u32 = 10;

impl Lowering<'_> {
    /// What the services are found in: one namespace for Service Connect, which costs nothing, and another one, with a
    /// zone, for names in DNS.
    pub(super) fn namespaces(&mut self, network: &Network) {
        let services = self.manifest.services.values();
        let ways = services.filter_map(|service| Some(service.discovery.as_ref()?.by));
        let ways: Vec<DiscoveredBy> = ways.collect();
        if ways.contains(&DiscoveredBy::Connect) {
            let namespace = Namespace {
                name: self.name("services", NAME_MAX),
                vpc: None,
                tags: self.tags(),
            };
            self.graph.add(NAMESPACE, &namespace);
        }
        if ways.contains(&DiscoveredBy::Dns) {
            let namespace = Namespace {
                name: self.discovery_domain(),
                vpc: Some(network.vpc.clone()),
                tags: self.tags(),
            };
            self.graph.add(DNS_NAMESPACE, &namespace);
        }
    }

    fn discovery_domain(&self) -> String {
        match &self.manifest.discovery_domain {
            Some(domain) => domain.to_string(),
            None => format!("{}.internal", self.surroundings.names.stack),
        }
    }

    /// Where ECS registers the tasks of a service that is found by DNS.
    pub(super) fn registry(&mut self, service: &Service) -> Option<Input<String>> {
        service
            .discovery
            .as_ref()
            .filter(|it| it.by == DiscoveredBy::Dns)?;
        let spec = DiscoveryService {
            name: service.name.to_string(),
            namespace: Namespace::ID.of(&DNS_NAMESPACE.into(), When::Ready),
            ttl_seconds: TTL_SECONDS,
            tags: self.tags(),
        };
        let registry = self
            .graph
            .add(of_service(service, "discovery_service"), &spec);
        Some(registry.get(DiscoveryService::ARN))
    }

    /// The part in Service Connect of a service that offers something by it, or uses what is offered.
    pub(super) fn connect(&self, service: &Service) -> Option<Connect> {
        let offer = connected(service);
        let mut used = used(self.manifest, service);
        let uses = used.any(|it| connected(it).is_some());
        if offer.is_none() && !uses {
            return None;
        }
        let name = service.name.to_string();
        let offers = offer.map(|offer| {
            let port = offer.port;
            (name.clone(), Offer { name, port })
        });
        Some(Connect {
            namespace: Namespace::ARN.of(&NAMESPACE.into(), When::Ready),
            offers: offers.into_iter().collect(),
        })
    }

    /// A proxy knows what is in the namespace when its task starts, and nothing that comes later [ECS developer guide:
    /// Service Connect, "deployment order"].
    pub(super) fn after_used(&mut self, running: &BTreeMap<&str, Handle<()>>) {
        let manifest = self.manifest;
        for service in manifest.services.values() {
            for used in used(manifest, service).filter(|it| connected(it).is_some()) {
                let pair = (
                    running.get(service.name.as_str()),
                    running.get(used.name.as_str()),
                );
                if let (Some(client), Some(server)) = pair {
                    let why = "a proxy knows only what was in the namespace when its task started";
                    self.graph.after(client, server, When::Named, why);
                }
            }
        }
    }

    /// Who else than a load balancer may connect to the tasks of a service.
    pub(super) fn ingress_from_services(&self, service: &Service) -> Vec<Rule> {
        let Some(discovery) = &service.discovery else {
            return Vec::new();
        };
        let used = Used::Service(service.name.get().clone());
        self.ingress_from_users(&used, discovery.port)
    }

    /// How a container learns where the service is.
    pub(super) fn use_service(&self, name: &Name, grants: &mut Grants) {
        let service = self.manifest.services.get(name);
        let Some(discovery) = service.and_then(|it| it.discovery.as_ref()) else {
            return;
        };
        let host = match discovery.by {
            DiscoveredBy::Connect => name.to_string(),
            DiscoveredBy::Dns => format!("{name}.{}", self.discovery_domain()),
        };
        let port = discovery.port;
        let mut told = |what: &str, value: String| {
            let value = Input::Known(value);
            grants.environment.insert(variable(name, what), value);
        };
        if discovery.protocol != DiscoveryProtocol::Tcp {
            told("URL", format!("http://{host}:{port}"));
        }
        told("PORT", port.to_string());
        told("HOST", host);
    }
}

/// The services that a service uses.
fn used<'m>(manifest: &'m Manifest, service: &'m Service) -> impl Iterator<Item = &'m Service> {
    service.uses.iter().filter_map(|used| match used {
        Used::Service(name) => manifest.services.get(name),
        _ => None,
    })
}

/// What a service offers by Service Connect.
fn connected(service: &Service) -> Option<&Discovery> {
    let discovery = service.discovery.as_ref();
    discovery.filter(|it| it.by == DiscoveredBy::Connect)
}

/// The port that Service Connect knows by the service's name.
pub(super) fn named_ports(service: &Service) -> BTreeMap<String, NamedPort> {
    let port = connected(service).map(|discovery| NamedPort {
        port: discovery.port,
        protocol: match discovery.protocol {
            DiscoveryProtocol::Http => Some("http"),
            DiscoveryProtocol::Http2 => Some("http2"),
            DiscoveryProtocol::Grpc => Some("grpc"),
            DiscoveryProtocol::Tcp => None,
        }
        .map(str::to_string),
    });
    let name = service.name.to_string();
    port.map(|port| (name, port)).into_iter().collect()
}
