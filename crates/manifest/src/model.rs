//! What a manifest means: every default filled in, every value checked and of its own type.

mod container;
mod deploy;
mod domain;
mod environment;
mod existing;
mod image;
mod job;
mod name;
mod network;
mod observability;
mod permission;
mod quantity;
mod refusal;
mod region;
mod registry;
mod scale;
mod schedule;
mod secret;
mod service;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use container::{COLLECTOR, COLLECTOR_PORTS};
pub use container::{Condition, ContainerHealth, Sidecar};
pub use deploy::Deploy;
pub use domain::DomainName;
pub use environment::Guard;
pub use existing::Existing;
pub use image::ImageReference;
pub use job::Job;
pub use name::Name;
pub use network::{Layout, Nat, Network, Subnet};
pub use observability::{Alarms, Insights, Notify, Observability};
pub use permission::Permission;
pub(crate) use permission::{ROLE_POLICIES_MAX, characters};
pub use quantity::{Amount, Cpu, GibiBytes, RetentionDays, Seconds};
pub use refusal::Refusal;
pub use region::Region;
pub(crate) use region::nearest as nearest_region;
pub use registry::Registry;
pub(crate) use registry::canonical as canonical_registry;
pub use scale::{Queue, QueueDepth, Scale, ScaleSchedule};
pub use schedule::Schedule;
pub(crate) use schedule::parse_timezone;
pub use secret::{Reference, Secret, SecretOwner, SecretSource, ValueFrom};
pub use service::{
    Architecture, Health, Hostname, Ingress, LogRetention, Section, Service, Target,
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
    /// What somebody else owns.
    pub existing: Existing,
    /// The private registry that images come from.
    pub registry: Option<Registry>,
    /// Logs, metrics, alarms and traces.
    pub observability: Observability,
    /// The secrets that all services share. They are in each service's own too.
    pub secrets: BTreeMap<String, Secret>,
    /// The services, at least one, and the workers, which are services that nobody reaches.
    pub services: BTreeMap<Name, Service>,
    /// What is started by the clock.
    pub jobs: BTreeMap<Name, Job>,
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

    /// Everything that runs in tasks: services, workers and what jobs run. No two have one name.
    pub fn tasks(&self) -> impl Iterator<Item = &Service> {
        let jobs = self.jobs.values().map(|job| &job.task);
        self.services.values().chain(jobs)
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

    /// What somebody else keeps and containers read, each once.
    pub fn references(&self) -> BTreeSet<&Reference> {
        let all = self.tasks().flat_map(|service| {
            let sidecars = service.sidecars.values();
            let beside = sidecars.flat_map(|sidecar| sidecar.secrets.values());
            service.secrets.values().chain(beside)
        });
        let all = all.chain(self.secrets.values());
        all.filter_map(|secret| match secret.source.get() {
            SecretSource::Existing { reference, .. } => Some(reference),
            SecretSource::Generated { .. } | SecretSource::Given(_) => None,
        })
        .collect()
    }

    /// The service that the load balancer answers with over plain HTTP, if there is one.
    pub fn plain_http(&self) -> Option<&Service> {
        self.services
            .values()
            .find(|service| matches!(service.ingress, Ingress::Http(_)))
    }
}
