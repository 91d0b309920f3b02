//! What a manifest means: every default filled in, every value checked and of its own type.

mod domain;
mod image;
mod name;
mod network;
mod quantity;
mod refusal;
mod region;
mod service;

use std::collections::BTreeMap;

pub use domain::DomainName;
pub use image::ImageReference;
pub use name::Name;
pub use network::{Layout, Network, Subnet};
pub use quantity::{Amount, Cpu, GibiBytes, RetentionDays, Seconds};
pub use refusal::Refusal;
pub use region::Region;
pub(crate) use region::nearest as nearest_region;
pub use service::{Architecture, Health, Hostname, Ingress, LogRetention, Service, Target};

use crate::diagnostic::Diagnostic;
use crate::located::Located;

/// A manifest in which every value is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The app; with the environment it names the stack.
    pub app: Located<Name>,
    /// The environment that the manifest was loaded for.
    pub environment: Name,
    /// Where everything runs.
    pub region: Located<Region>,
    /// Where the hostnames live. Always there when a service has a hostname.
    pub dns: Option<Dns>,
    /// The network that the tasks run in.
    pub network: Network,
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
    /// The zone; every hostname is this or below it.
    pub zone: Located<DomainName>,
}

/// Who serves the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsProvider {
    /// Cloudflare DNS.
    Cloudflare,
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

    /// The service that the load balancer answers with over plain HTTP, if there is one.
    pub fn plain_http(&self) -> Option<&Service> {
        self.services
            .values()
            .find(|service| matches!(service.ingress, Ingress::Http(_)))
    }
}
