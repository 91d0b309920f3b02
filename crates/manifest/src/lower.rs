//! From model to graph: what a manifest means in resources.
//!
//! One file per part. Passing an output of one resource into the spec of another *is* the
//! dependency; order without data is said with its reason.

mod assets;
mod buckets;
mod capacity;
mod classic;
mod dashboard;
mod databases;
mod discovery;
mod ec2;
mod endpoints;
mod entrance;
mod flow_logs;
mod hostname;
mod ingress;
mod job;
mod login;
mod network;
mod observability;
mod policy;
mod private;
mod queues;
mod raw;
mod record;
mod repository;
mod rules;
mod scale;
mod secrets;
mod service;
mod surroundings;
mod targets;
mod task;
mod uses;
mod volumes;

use std::collections::BTreeMap;

use ashore_engine::address::Address;
use ashore_engine::graph::{Graph, Handle};
use ashore_engine::input::{Input, When};
use ashore_providers::aws::cluster::Cluster;
use ashore_providers::aws::dashboard::Graph as Drawn;
use ashore_providers::aws::mount_target::MountTarget;
use ashore_providers::aws::repository::Repository;
use ashore_providers::aws::secret;
use ashore_providers::aws::service_linked_role::ServiceLinkedRole;
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::topic::Topic;

pub use self::repository::{repository_of, uri};
pub use self::secrets::{Holds, Kept, kept};
pub use self::surroundings::{
    Existing, FoundImage, LoadBalancer, LocalFile, Secret, Subnet, Surroundings, Vpc,
};
use crate::model::{Manifest, Name, Reference, Service};

/// Why a manifest cannot become a graph in these surroundings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LowerError {
    /// The region has fewer zones than the network wants subnets.
    #[error("the network wants {wanted} zones, and {region} has {there}")]
    Zones {
        /// How many are wanted.
        wanted: usize,
        /// How many there are.
        there: usize,
        /// Where.
        region: String,
    },
    /// A load balancer of ours would stand in too few zones.
    #[error("a load balancer needs public subnets in two zones, and `existing.subnets` has {0}")]
    PublicZones(usize),
    /// A database would stand in too few zones.
    #[error("a database needs subnets in two zones, and `existing.subnets` has them in {0}")]
    DataZones(usize),
    /// An internal load balancer of ours would stand in too few zones.
    #[error(
        "an internal load balancer needs private subnets in two zones, and `existing.subnets` has {0}"
    )]
    PrivateZones(usize),
    /// The containers of a service may do, or read, more than stands in one role.
    #[error(
        "the {part} role of `{service}` has policies of {characters} characters, and IAM takes 10240"
    )]
    Policies {
        /// Whose role: its path in the manifest.
        service: String,
        /// Which of its roles.
        part: &'static str,
        /// How long its policies are.
        characters: usize,
    },
    /// Nobody has looked the zone up.
    #[error("the DNS zone of `{0}` is not known")]
    Zone(String),
    /// Nobody has looked up what the manifest's `[existing]` names.
    #[error("`{0}` has not been read")]
    Unread(&'static str),
    /// Nobody has looked the secret up.
    #[error("the {0} has not been read")]
    Secret(Reference),
}

/// The graph of a manifest.
///
/// # Errors
/// If the surroundings do not have what the manifest wants.
pub fn lower(manifest: &Manifest, surroundings: &Surroundings) -> Result<Graph, LowerError> {
    let mut lowering = Lowering {
        manifest,
        surroundings,
        graph: Graph::default(),
        linked_roles: BTreeMap::new(),
        kept: BTreeMap::new(),
        mount_targets: BTreeMap::new(),
        repositories: BTreeMap::new(),
        topic: None,
        graphs: Vec::new(),
    };
    lowering.repositories();
    lowering.kept = lowering.kept_secrets();
    let network = match manifest.needs_network() {
        true => lowering.network()?,
        false => network::Network::none(),
    };
    let ways = lowering.ingress(&network)?;
    lowering.databases(&network)?;
    lowering.volumes(&network);
    let cluster = match manifest.needs_cluster() {
        true => lowering.cluster()?,
        false => Input::Known(String::new()), // every service names its own
    };
    let capacity = lowering.capacity(&network, &ways, &cluster)?;
    lowering.namespaces(&network);
    let mut running = BTreeMap::new();
    for service in manifest.services.values() {
        let handle = lowering.service(service, &network, &ways, &cluster, &capacity)?;
        running.extend(handle.map(|handle| (service.name.as_str(), handle)));
    }
    lowering.after_used(&running);
    lowering.jobs(&network, &cluster)?;
    lowering.events(&cluster);
    lowering.dashboard();
    lowering.hostname_records(&ways, &running)?;
    lowering.assets()?;
    lowering.buckets();
    lowering.queues();
    Ok(lowering.graph)
}

struct Lowering<'a> {
    manifest: &'a Manifest,
    surroundings: &'a Surroundings,
    graph: Graph,
    /// The roles that services of AWS act through, by key: each is there once.
    linked_roles: BTreeMap<String, Handle<ServiceLinkedRole>>,
    /// The secrets that are kept for the app, by address.
    kept: BTreeMap<String, Handle<secret::Secret>>,
    /// Where each volume is reached.
    mount_targets: BTreeMap<Name, Vec<Handle<MountTarget>>>,
    /// The repositories, by physical name.
    repositories: BTreeMap<String, Handle<Repository>>,
    /// Whom every alarm tells, once there is one.
    topic: Option<Handle<Topic>>,
    /// What the dashboard shows.
    graphs: Vec<Drawn>,
}

impl Lowering<'_> {
    /// ARN of the cluster.
    fn cluster(&mut self) -> Result<Input<String>, LowerError> {
        if self.manifest.existing.cluster.is_some() {
            let existing = self.surroundings.existing.cluster.clone();
            return existing
                .map(Input::Known)
                .ok_or(LowerError::Unread("existing.cluster"));
        }
        let role = self.linked_role("ecs", "ecs.amazonaws.com");
        let cluster = self.graph.add(
            "cluster",
            &Cluster {
                name: self.name("cluster", 255),
                container_insights: self.insights().to_string(),
                tags: self.tags(),
            },
        );
        // ECS makes the role by itself with the first cluster of an account, and refuses that
        // cluster (terraform, amazon-ecs-cli #733).
        self.graph.after(
            &cluster,
            &role,
            When::Named,
            "ECS acts in the account through its service-linked role",
        );
        Ok(cluster.get(Cluster::ARN))
    }

    /// A role that a service of AWS acts through. There is one of it in each account.
    fn linked_role(&mut self, key: &str, service: &str) -> Handle<ServiceLinkedRole> {
        if let Some(role) = self.linked_roles.get(key) {
            return role.clone();
        }
        let role = ServiceLinkedRole {
            service: service.to_string(),
        };
        let address = format!("account/service_linked_role[{key}]");
        let role = self.graph.add(address.as_str(), &role);
        self.linked_roles.insert(key.to_string(), role.clone());
        role
    }

    fn name(&self, part: &str, limit: usize) -> String {
        self.surroundings.names.name(part, limit)
    }

    fn tags(&self) -> Tags {
        Tags(self.manifest.tags.clone())
    }

    /// EC2 objects have no name but this tag.
    fn named_tags(&self, part: &str) -> Tags {
        self.tags().named(self.name(part, 255))
    }
}

/// The address of a part of a service, a worker or a job.
fn of_service(service: &Service, part: &str) -> Address {
    Address::new(format!("{}/{part}", service.path()))
}
