//! What a manifest means: every default filled in, every value checked and of its own type.

mod assets;
mod balancer;
mod capacity;
mod container;
mod database;
mod deploy;
mod discovery;
mod domain;
mod ec2;
mod environment;
mod existing;
mod image;
mod image_source;
mod job;
mod login;
mod name;
mod network;
mod observability;
mod path;
mod permission;
mod quantity;
mod queue;
mod raw;
mod refusal;
mod region;
mod registry;
mod scale;
mod schedule;
mod secret;
mod service;
mod uses;
mod volume;

use std::collections::{BTreeMap, BTreeSet};

pub use assets::{Assets, AssetsHostname, Bucket, BucketSettings};
pub use balancer::{AccessLogs, Balancer, Layer};
pub use capacity::{Capacity, InstanceNetwork, Share};
pub(crate) use container::{COLLECTOR, COLLECTOR_PORTS};
pub use container::{Condition, ContainerHealth, Sidecar};
pub use database::{Database, Removal};
pub use deploy::Deploy;
pub use discovery::{DiscoveredBy, Discovery, DiscoveryProtocol};
pub use domain::DomainName;
pub use ec2::{Ec2, Fleet, Group, MachineImage, Ssh};
pub use environment::Guard;
pub use existing::Existing;
pub use image::ImageReference;
pub use image_source::{Build, Image, Principal, Repository};
pub use job::Job;
pub use login::{Login, Unauthenticated};
pub use name::Name;
pub use network::{Layout, Nat, Network, Subnet};
pub use observability::{Alarms, Insights, Notify, Observability};
pub use path::PathPattern;
pub use permission::Permission;
pub(crate) use permission::{ROLE_POLICIES_MAX, characters};
pub use quantity::{Amount, Cpu, GibiBytes, RetentionDays, Seconds};
pub use queue::{Queue, QueueReference};
pub use raw::{Network as RawNetwork, Raw};
pub use refusal::Refusal;
pub use region::Region;
pub(crate) use region::nearest as nearest_region;
pub use registry::Registry;
pub(crate) use registry::canonical as canonical_registry;
pub use scale::{QueueDepth, Scale, ScaleSchedule};
pub use schedule::Schedule;
pub(crate) use schedule::parse_timezone;
pub use secret::{Reference, Secret, SecretOwner, SecretSource, ValueFrom};
pub use service::{
    Architecture, Health, HealthProtocol, Hostname, Ingress, LogRetention, Protocol, Section,
    Service, Target,
};
pub use uses::Used;
pub(crate) use uses::variable;
pub use volume::Volume;

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
    /// The instances that services run on; none if none does.
    pub ec2: Option<Ec2>,
    /// The load balancers that services are behind, by name.
    pub balancers: BTreeMap<String, Balancer>,
    /// What somebody else owns.
    pub existing: Existing,
    /// The private registry that images come from.
    pub registry: Option<Registry>,
    /// Logs, metrics, alarms and traces.
    pub observability: Observability,
    /// The repositories that images come from, by name. Those that services have of their own are not in here.
    pub repositories: BTreeMap<Name, Repository>,
    /// The secrets that all services share. They are in each service's own too.
    pub secrets: BTreeMap<String, Secret>,
    /// The databases.
    pub databases: BTreeMap<Name, Database>,
    /// The domain of services that are found by DNS, if it is said.
    pub discovery_domain: Option<DomainName>,
    /// The volumes.
    pub volumes: BTreeMap<Name, Volume>,
    /// The services, at least one, and the workers, which are services that nobody reaches.
    pub services: BTreeMap<Name, Service>,
    /// What is started by the clock.
    pub jobs: BTreeMap<Name, Job>,
    /// The folders of files.
    pub assets: BTreeMap<Name, Assets>,
    /// The private buckets.
    pub buckets: BTreeMap<Name, Bucket>,
    /// The queues.
    pub queues: BTreeMap<Name, Queue>,
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

    /// Every name that some folder of files is reached by.
    pub fn names_of_files(&self) -> impl Iterator<Item = &Located<DomainName>> {
        let assets = self.assets.values();
        let hostnames = assets.filter_map(|assets| assets.hostname.as_ref());
        hostnames.map(|hostname| &hostname.name)
    }

    /// Every name that DNS is to lead somewhere by: to a service, or to files.
    pub fn all_names(&self) -> impl Iterator<Item = &Located<DomainName>> {
        self.names().chain(self.names_of_files())
    }

    /// Every name that the balancers' certificate is for: those of services that are reached by TLS.
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

    /// Does a classic balancer send to the instances of its tasks?
    pub fn is_behind_classic(&self, service: &Service) -> bool {
        let target = service.ingress.target().into_iter();
        let mut names = target.flat_map(|target| &target.balancers);
        names.any(|name| {
            let balancer = self.balancers.get(name);
            balancer.is_some_and(|it| it.layer == Layer::Classic)
        })
    }

    /// What somebody else keeps and containers or load balancers read, each once.
    pub fn references(&self) -> BTreeSet<&Reference> {
        let logins = self
            .services
            .values()
            .filter_map(|it| it.ingress.target()?.login.as_ref());
        let logins = logins.filter_map(|login| match login.client_secret.get() {
            SecretSource::Existing { reference, .. } => Some(reference),
            SecretSource::Generated { .. } | SecretSource::Given(_) => None,
        });
        self.read_by_tasks().into_iter().chain(logins).collect()
    }

    /// What somebody else keeps and containers read, each once.
    fn read_by_tasks(&self) -> BTreeSet<&Reference> {
        let all = self.tasks().flat_map(|service| {
            let sidecars = service.sidecars.values();
            let beside = sidecars.flat_map(|sidecar| sidecar.secrets.values());
            service.secrets.values().chain(beside)
        });
        let all = all.chain(self.secrets.values());
        let existing = all.filter_map(|secret| match secret.source.get() {
            SecretSource::Existing { reference, .. } => Some(reference),
            SecretSource::Generated { .. } | SecretSource::Given(_) => None,
        });
        let raw = self.services.values().filter_map(|it| it.raw.as_ref());
        existing.chain(raw.flat_map(|raw| &raw.reads)).collect()
    }

    /// The services of AWS that tasks without a way to the internet need a way to: images, logs, secrets, commands, queues. To buckets leads the
    /// network's own way to S3.
    pub fn endpoints(&self) -> Vec<&'static str> {
        let services = || self.tasks();
        let kept = |secrets: &BTreeMap<String, Secret>| {
            let mut sources = secrets.values().map(|secret| secret.source.get());
            sources.any(|source| {
                !matches!(
                    source,
                    SecretSource::Existing {
                        reference: Reference::Parameter(_),
                        ..
                    }
                )
            })
        };
        let raw = || services().filter_map(|it| it.raw.as_ref());
        let of_containers = services().any(|service| {
            kept(&service.secrets) || service.sidecars.values().any(|it| kept(&it.secrets))
        });
        let references = self.read_by_tasks();
        let secret = |it: &&Reference| matches!(it, Reference::Secret(_));
        let parameter = |it: &&Reference| matches!(it, Reference::Parameter(_));
        // What a role of somebody else's reads is not known, only that it reads.
        let theirs = raw().any(|raw| raw.reads_by_theirs);
        let mut needed = vec!["ecr.api", "ecr.dkr", "logs"];
        if self.ec2.is_some() {
            // What the agent of an instance talks to [ECS developer guide: interface VPC endpoints]. On Fargate that is
            // AWS's own business.
            needed.extend(["ecs", "ecs-agent", "ecs-telemetry"]);
        }
        if of_containers
            || theirs
            || self.registry.is_some()
            || services().any(Service::uses_database)
            || references.iter().any(secret)
        {
            needed.push("secretsmanager");
        }
        if theirs || references.iter().any(parameter) {
            needed.push("ssm");
        }
        if services().any(|service| service.exec) || raw().any(|raw| raw.exec()) {
            needed.push("ssmmessages");
        }
        if services().any(Service::uses_queue) {
            needed.push("sqs");
        }
        needed
    }

    /// Does anything stand in the app's network? What is wholly defined elsewhere may stand elsewhere.
    pub fn needs_network(&self) -> bool {
        let data = !self.databases.is_empty() || !self.volumes.is_empty();
        data || !self.jobs.is_empty()
            || self.services.values().any(|service| {
                let raw = service.raw.as_ref();
                service.ingress.target().is_some()
                    || raw.is_none_or(|raw| raw.network == RawNetwork::Ours)
            })
    }

    /// Does anything run in the app's cluster?
    pub fn needs_cluster(&self) -> bool {
        let mut raw = self.services.values().map(|service| &service.raw);
        let in_ours = |raw: &Option<Raw>| raw.as_ref().is_none_or(|raw| raw.cluster.is_none());
        !self.jobs.is_empty() || raw.any(in_ours)
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
