//! From model to graph: what a manifest means in resources.
//!
//! One file per part. Passing an output of one resource into the spec of another *is* the
//! dependency; order without data is said with its reason.

mod hostname;
mod ingress;
mod job;
mod network;
mod observability;
mod policy;
mod private;
mod record;
mod scale;
mod secrets;
mod service;
mod surroundings;
mod task;

use std::collections::BTreeMap;

use ashore_engine::address::Address;
use ashore_engine::graph::Graph;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::cluster::Cluster;
use ashore_providers::aws::service_linked_role::ServiceLinkedRole;
use ashore_providers::aws::tags::Tags;

pub use self::secrets::{Holds, Kept, kept};
pub use self::surroundings::{Existing, LoadBalancer, Secret, Subnet, Surroundings, Vpc};
use crate::model::{Manifest, Reference, Service};

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
        kept: BTreeMap::new(),
    };
    lowering.kept = lowering.kept_secrets();
    let network = lowering.network()?;
    let ingress = lowering.ingress(&network)?;
    let cluster = lowering.cluster()?;
    for service in manifest.services.values() {
        lowering.service(service, &network, ingress.as_ref(), &cluster)?;
    }
    lowering.jobs(&network, &cluster)?;
    lowering.events(&cluster);
    Ok(lowering.graph)
}

struct Lowering<'a> {
    manifest: &'a Manifest,
    surroundings: &'a Surroundings,
    graph: Graph,
    /// ARNs of the secrets that are kept for the app, by address.
    kept: BTreeMap<String, Input<String>>,
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
    fn linked_role(
        &mut self,
        key: &str,
        service: &str,
    ) -> ashore_engine::graph::Handle<ServiceLinkedRole> {
        let role = ServiceLinkedRole {
            service: service.to_string(),
        };
        self.graph.add(
            format!("account/service_linked_role[{key}]").as_str(),
            &role,
        )
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
