//! From model to graph: what a manifest means in resources.
//!
//! One file per part. Passing an output of one resource into the spec of another *is* the
//! dependency; order without data is said with its reason.

mod hostname;
mod ingress;
mod network;
mod service;

use ashore_engine::address::Address;
use ashore_engine::graph::Graph;
use ashore_engine::input::When;
use ashore_providers::aws::cluster::Cluster;
use ashore_providers::aws::names::Names;
use ashore_providers::aws::service_linked_role::ServiceLinkedRole;
use ashore_providers::aws::tags::Tags;

use crate::model::Manifest;

/// What the world adds to a manifest before it can become a graph. All of it is pinned in the
/// state, so that a new zone in the region changes no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// What physical names are made of.
    pub names: Names,
    /// The zones of the region, in order; at least as many as the network has subnets.
    pub zones: Vec<String>,
    /// The DNS provider's id of the zone. There whenever a service has a hostname.
    pub dns_zone: Option<String>,
}

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
    /// Nobody has looked the zone up.
    #[error("`{0}` has a hostname, and its DNS zone is not known")]
    Zone(String),
}

/// The graph of a manifest.
///
/// # Errors
/// If the surroundings do not have what the manifest wants.
pub fn lower(manifest: &Manifest, surroundings: &Surroundings) -> Result<Graph, LowerError> {
    let wanted = manifest.network.subnets.len();
    if surroundings.zones.len() < wanted {
        return Err(LowerError::Zones {
            wanted,
            there: surroundings.zones.len(),
            region: surroundings.names.region.clone(),
        });
    }
    let mut lowering = Lowering {
        manifest,
        surroundings,
        graph: Graph::default(),
    };
    let network = lowering.network();
    let ingress = lowering.ingress(&network)?;
    let cluster = lowering.cluster();
    for service in manifest.services.values() {
        lowering.service(service, &network, ingress.as_ref(), &cluster)?;
    }
    Ok(lowering.graph)
}

struct Lowering<'a> {
    manifest: &'a Manifest,
    surroundings: &'a Surroundings,
    graph: Graph,
}

impl Lowering<'_> {
    fn cluster(&mut self) -> service::Home {
        let role = self.linked_role("ecs", "ecs.amazonaws.com");
        let cluster = self.graph.add(
            "cluster",
            &Cluster {
                name: self.name("cluster", 255),
                container_insights: "disabled".to_string(),
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
        service::Home { cluster }
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

/// The address of a part of a service.
fn of_service(name: &str, part: &str) -> Address {
    Address::new(format!("services.{name}/{part}"))
}
