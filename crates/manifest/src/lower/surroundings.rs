//! What the world adds to a manifest before it can become a graph.

use std::collections::{BTreeMap, BTreeSet};

use ashore_providers::aws::names::Names;

use crate::model::{Name, Reference};

/// What was looked up. All of it is pinned in the state, so that a new zone in the region changes no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// What physical names are made of.
    pub names: Names,
    /// The zones of the region, in order; at least as many as the network has subnets.
    pub zones: Vec<String>,
    /// The DNS provider's id of the zone that each hostname and alias is in. A provider that serves no zones
    /// (`manual`) needs none.
    pub dns_zones: BTreeMap<String, String>,
    /// The machine image of instances, where the manifest names none.
    pub machine_image: Option<String>,
    /// What the manifest's `[existing]` names.
    pub existing: Existing,
    /// The files of each folder of the manifest's `[assets]`, by their path in it.
    pub assets: BTreeMap<String, BTreeMap<String, LocalFile>>,
    /// What the manifest's secrets refer to.
    pub secrets: BTreeMap<Reference, Secret>,
    /// The images of services that are built or come from a repository of ours, as they were found, by the service. One
    /// that is not there yet is not in here, and its service is left out of the graph.
    pub images: BTreeMap<Name, FoundImage>,
}

/// An image that was built, or is in a repository of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundImage {
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The tag that tells what it was built from, if it was built.
    pub built_tag: Option<String>,
}

/// A file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalFile {
    /// The MD5 of what is in it, in hexadecimal digits.
    pub md5: String,
    /// How many bytes it has.
    pub size: u64,
    /// What it is.
    pub content_type: String,
}

/// What somebody else owns, as it was read. What the manifest does not name is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Existing {
    /// The VPC.
    pub vpc: Option<Vpc>,
    /// The subnets, in the order of the manifest.
    pub subnets: Vec<Subnet>,
    /// Ids of the tasks' security groups.
    pub security_groups: Vec<String>,
    /// ARN of the cluster.
    pub cluster: Option<String>,
    /// The load balancer.
    pub load_balancer: Option<LoadBalancer>,
    /// ARN of the listener.
    pub listener: Option<String>,
    /// ARN of the certificate.
    pub certificate: Option<String>,
}

/// Somebody else's VPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vpc {
    /// Its id.
    pub id: String,
    /// Its first address range.
    pub cidr: String,
}

/// Somebody else's subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// Its id.
    pub id: String,
    /// The zone that it is in.
    pub zone: String,
    /// Does its route table lead to an internet gateway?
    pub public: bool,
}

/// Somebody else's application load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: String,
    /// The name that AWS gave it.
    pub dns_name: String,
    /// The Route 53 zone of that name, which an alias record wants.
    pub zone_id: String,
    /// Is it reached over IPv6 too?
    pub ipv6: bool,
    /// Ids of its security groups.
    pub security_groups: Vec<String>,
}

/// A secret or parameter that somebody else keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its full ARN.
    pub arn: String,
    /// ARN of the KMS key that it is encrypted with, if that is not AWS's own for the service: reading the
    /// secret then takes a permission for the key too.
    pub kms_key: Option<String>,
}

impl Existing {
    /// The subnets of a load balancer: public, one in each zone.
    pub(super) fn of_balancer(&self) -> Vec<&Subnet> {
        let mut zones = BTreeSet::new();
        let public = self.subnets.iter().filter(|subnet| subnet.public);
        public.filter(|subnet| zones.insert(&subnet.zone)).collect()
    }

    /// The subnets of an internal load balancer: private, one in each zone.
    pub(super) fn within(&self) -> Vec<&Subnet> {
        let mut zones = BTreeSet::new();
        let private = self.subnets.iter().filter(|subnet| !subnet.public);
        private
            .filter(|subnet| zones.insert(&subnet.zone))
            .collect()
    }

    /// The subnets of tasks: the private ones, or all if there are none.
    pub(super) fn of_tasks(&self) -> Vec<&Subnet> {
        let private: Vec<_> = self.subnets.iter().filter(|it| !it.public).collect();
        if private.is_empty() {
            self.subnets.iter().collect()
        } else {
            private
        }
    }
}
