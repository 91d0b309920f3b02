//! What a manifest means: every default filled in, every value checked and of its own type.

mod balancer;
mod container;
mod deploy;
mod domain;
mod environment;
mod existing;
mod image;
mod login;
mod name;
mod network;
mod path;
mod permission;
mod quantity;
mod refusal;
mod region;
mod registry;
mod scale;
mod secret;
mod service;

use std::collections::{BTreeMap, BTreeSet};

pub use balancer::{AccessLogs, Balancer, Layer};
pub use container::{Condition, ContainerHealth, Sidecar};
pub use deploy::Deploy;
pub use domain::DomainName;
pub use environment::Guard;
pub use existing::Existing;
pub use image::ImageReference;
pub use login::{Login, Unauthenticated};
pub use name::Name;
pub use network::{Layout, Nat, Network, Subnet};
pub use path::PathPattern;
pub use permission::Permission;
pub(crate) use permission::{ROLE_POLICIES_MAX, characters};
pub use quantity::{Amount, Cpu, GibiBytes, RetentionDays, Seconds};
pub use refusal::Refusal;
pub use region::Region;
pub(crate) use region::nearest as nearest_region;
pub use registry::Registry;
pub(crate) use registry::canonical as canonical_registry;
pub use scale::Scale;
pub use secret::{Reference, Secret, SecretOwner, SecretSource, ValueFrom};
pub use service::{
    Architecture, Health, HealthProtocol, Hostname, Ingress, LogRetention, Protocol, Service,
    Target,
};

use crate::diagnostic::Diagnostic;
use crate::located::Located;

/// A manifest in which every value is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The app; with the environment it names the stack.
    pub app: Located<Name>,
    /// The environment that the manifest was loaded for.
    pub environment: Name,
    /// Whom this environment may touch, and what it takes to delete in it.
    pub guard: Guard,
    /// Where everything runs.
    pub region: Located<Region>,
    /// Where the hostnames live. Always there when a service has a hostname.
    pub dns: Option<Dns>,
    /// The network that the tasks run in; none if it is somebody else's.
    pub network: Option<Network>,
    /// The load balancers that services are behind, by name.
    pub balancers: BTreeMap<String, Balancer>,
    /// What somebody else owns.
    pub existing: Existing,
    /// The private registry that images come from.
    pub registry: Option<Registry>,
    /// The secrets that all services share. They are in each service's own too.
    pub secrets: BTreeMap<String, Secret>,
    /// The services, at least one.
    pub services: BTreeMap<Name, Service>,
    /// The user's tags. Ours are not in here.
    pub tags: BTreeMap<String, String>,
    /// What the user should know although it stops nothing.
    pub warnings: Vec<Diagnostic>,
}

/// Where the hostnames live. Whether records may be taken over stands with each hostname.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dns {
    /// Who serves the zone.
    pub provider: DnsProvider,
    /// The zone; every hostname is this or below it. None where the provider knows it: for each hostname the
    /// longest zone that the name ends with.
    pub zone: Option<Located<DomainName>>,
}

/// Who serves the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsProvider {
    /// Cloudflare DNS.
    Cloudflare,
    /// Amazon Route 53.
    Route53,
    /// A person.
    Manual,
}

impl Manifest {
    /// Is there a load balancer at all?
    pub fn has_load_balancer(&self) -> bool {
        self.services
            .values()
            .any(|service| service.ingress.target().is_some())
    }

    /// Every service with a hostname, in the order of the services' names.
    pub fn hostnames(&self) -> impl Iterator<Item = (&Service, &Hostname)> {
        self.services.values().filter_map(|service| {
            service
                .ingress
                .hostname()
                .map(|hostname| (service, hostname))
        })
    }

    /// Every name that some service is reached by: hostnames and aliases.
    pub fn names(&self) -> impl Iterator<Item = &Located<DomainName>> {
        self.hostnames().flat_map(|(_, hostname)| hostname.names())
    }

    /// Every name that a certificate is needed for: those that are reached by TLS.
    pub fn certified_names(&self) -> impl Iterator<Item = &Located<DomainName>> {
        let names = self
            .hostnames()
            .filter(|(service, _)| service.ingress.is_tls());
        names.flat_map(|(_, hostname)| hostname.names())
    }

    /// The services that are behind a balancer, and what it sends to them.
    pub fn behind<'m>(&'m self, balancer: &str) -> impl Iterator<Item = (&'m Service, &'m Target)> {
        let targets = self.services.values();
        let targets = targets.filter_map(|service| Some((service, service.ingress.target()?)));
        targets.filter(move |(_, target)| target.balancers.iter().any(|it| it == balancer))
    }

    /// What somebody else keeps and containers or load balancers read, each once.
    pub fn references(&self) -> BTreeSet<&Reference> {
        let services = self.services.values();
        let all = services.flat_map(|service| {
            let sidecars = service.sidecars.values();
            let beside = sidecars.flat_map(|sidecar| sidecar.secrets.values());
            service.secrets.values().chain(beside)
        });
        let all = all.chain(self.secrets.values());
        let logins = self
            .services
            .values()
            .filter_map(|it| it.ingress.target()?.login.as_ref());
        let sources = all.map(|secret| secret.source.get());
        let sources = sources.chain(logins.map(|login| login.client_secret.get()));
        sources
            .filter_map(|source| match source {
                SecretSource::Existing { reference, .. } => Some(reference),
                SecretSource::Generated { .. } | SecretSource::Given(_) => None,
            })
            .collect()
    }

    /// The service that a balancer answers with over plain HTTP where no path says otherwise, if there is one.
    pub fn plain_http(&self, balancer: &str) -> Option<&Service> {
        let mut behind = self.behind(balancer);
        let plain = behind.find(|(service, target)| {
            matches!(service.ingress, Ingress::Http(_)) && target.paths.is_empty()
        });
        plain.map(|(service, _)| service)
    }
}
