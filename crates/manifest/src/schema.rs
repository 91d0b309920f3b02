//! What a user may write: the shape of the file, key by key.
//!
//! The doc comments are the reference: they become the descriptions of the JSON Schema, which editors
//! show, and each default is written there with its reason. The types hold what was written and check
//! nothing; bounds stand here only where JSON Schema can say them, and `structure.rs` then enforces
//! them from the schema. Every field is optional in Rust so that one mistake does not hide the next;
//! `#[schemars(required)]` marks those that must be there.

mod assets;
mod balancer;
mod buckets;
mod capacity;
mod database;
mod deploy;
mod dns;
mod ec2;
mod environment;
mod existing;
mod health;
mod image;
mod login;
mod network;
mod number;
mod params;
mod permission;
mod queues;
mod registry;
mod scale;
mod secret;
mod service;
mod sidecar;
mod volume;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use assets::AssetsSection;
pub(crate) use balancer::{AccessLogsSection, BalancerSection, BalancerType, Scheme};
pub(crate) use buckets::{BucketRemoval, BucketSection, CorsSection};
pub(crate) use capacity::{CapacitySection, InstanceNetwork, InstancesSection, ShareSection};
pub(crate) use database::{
    BackupsSection, DatabaseRemoval, DatabaseSection, StorageSection, StorageType,
};
pub(crate) use deploy::{DeploySection, Strategy};
pub(crate) use dns::{DnsSection, Provider};
pub(crate) use ec2::Ec2Section;
pub(crate) use environment::{Confirm, EnvironmentSection};
pub(crate) use existing::ExistingSection;
pub(crate) use health::{ContainerHealthSection, HealthProtocol, HealthSection};
pub(crate) use image::{BuildSection, BuildTable, ImageSection, Removal, RepositorySection};
pub(crate) use login::{ClientSecretSection, LoginSection, Unauthenticated};
pub(crate) use network::{Layout, Nat, NetworkSection};
pub(crate) use number::{Number, OneOrMany};
pub(crate) use params::ParamSection;
pub(crate) use permission::PermissionSection;
pub(crate) use queues::QueueSection;
pub(crate) use registry::RegistrySection;
pub(crate) use scale::ScaleSection;
pub(crate) use secret::{SecretSection, ValueSection};
pub(crate) use service::{Architecture, Protocol, ServiceSection};
pub(crate) use sidecar::{Condition, SidecarSection};
pub(crate) use volume::{Throughput, VolumeRemoval, VolumeSection};

use crate::defaults;
use crate::located::Located;

/// Keys of the user's choice, with their places.
pub(crate) type Named<T> = BTreeMap<Located<String>, T>;

/// An Ashore manifest: what an app is made of, and where it runs.
///
/// Inside any value that is text, `${env:NAME}` is an environment variable of whoever runs Ashore, `${git:sha}` the
/// commit that is checked out, and `${param:NAME}` one of `[params]`. `$${` is a plain `${`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Ashore manifest")]
pub(crate) struct File {
    /// Version of the manifest format. Default 1, the only one there is.
    #[schemars(range(min = 1), extend("default" = defaults::VERSION))]
    #[expect(
        dead_code,
        reason = "read before everything else, from the document itself"
    )]
    pub(crate) version: Option<Located<i64>>,

    /// Name of the app. It starts the name of everything that is made, and load balancer names are cut
    /// at 32 characters, so it is short: a lower-case letter, then at most 20 letters, digits and hyphens.
    #[schemars(
        required,
        regex(pattern = r"^([a-z][a-z0-9-]{0,20}|.*\$\{.+\}.*)$"),
        example = &"hello"
    )]
    pub(crate) app: Option<Located<String>>,

    /// AWS region that everything runs in. There is no default: a region taken from the environment
    /// would put the same manifest in two places.
    #[schemars(required, example = &"eu-central-1")]
    pub(crate) region: Option<Located<String>>,

    /// Where the hostnames live. Needed as soon as a service has a hostname.
    pub(crate) dns: Option<DnsSection>,

    /// The network that the tasks run in. Default: a VPC of its own with public subnets in two zones.
    pub(crate) network: Option<NetworkSection>,

    /// Load balancers that services share, by name, and what is special about them. Those that there are without a
    /// section: `public`, `internal` and `network`.
    pub(crate) balancers: Option<Named<Located<BalancerSection>>>,

    /// EC2 instances that services run on whose `capacity` says so. They come and go with the tasks.
    pub(crate) ec2: Option<Located<Ec2Section>>,

    /// What somebody else owns and the app is built on. It is read and never changed.
    pub(crate) existing: Option<Located<ExistingSection>>,

    /// A private registry that images come from. Images of the registry's server are pulled with these
    /// credentials, all others without.
    pub(crate) registry: Option<Located<RegistrySection>>,

    /// Repositories for images, in ECR, by name. Services run images from there (`image = { repository = … }`), and
    /// build into them; whoever else pushes there is your business.
    pub(crate) repositories: Option<Named<RepositorySection>>,

    /// Environment variables of every service. A service's own `env` wins over these. No secrets: the
    /// values can be read by everybody who may describe a task.
    pub(crate) env: Option<Named<Located<String>>>,

    /// Secret environment variables of every service: each names the place where its value lives. A service's own
    /// `env` and `secrets` win over these.
    pub(crate) secrets: Option<Named<Located<SecretSection>>>,

    /// Values that are given when the command is run, with `--param NAME=VALUE`, and stand in texts as
    /// `${param:NAME}`.
    pub(crate) params: Option<Named<Located<ParamSection>>>,

    /// Folders of files behind CloudFront, by name.
    pub(crate) assets: Option<Named<AssetsSection>>,

    /// Private buckets, by name.
    pub(crate) buckets: Option<Named<BucketSection>>,

    /// Queues of messages, by name.
    pub(crate) queues: Option<Named<QueueSection>>,

    /// Tags on everything that is made, besides Ashore's own marks.
    pub(crate) tags: Option<Named<Located<String>>>,

    /// Databases that AWS runs, by name.
    pub(crate) databases: Option<Named<DatabaseSection>>,

    /// Files that tasks share and that outlive them, by name.
    pub(crate) volumes: Option<Named<VolumeSection>>,

    /// The long-running containers, by name.
    #[schemars(required, extend("minProperties" = 1))]
    pub(crate) services: Option<Located<Named<ServiceSection>>>,

    /// What differs from environment to environment, by its name: the same tree as the whole file, with only
    /// the keys that differ. Tables are merged key by key, every other value takes the place of the one above. If there
    /// is any, `--env` must be one of them or `production`, which is the default.
    pub(crate) environments: Option<Named<EnvironmentSection>>,
}
