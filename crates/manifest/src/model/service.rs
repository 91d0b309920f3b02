//! A long-running container.

use std::collections::BTreeMap;

use super::{
    Capacity, Condition, ContainerHealth, Deploy, Discovery, DomainName, GibiBytes, Image, Login,
    Name, PathPattern, Permission, Raw, RetentionDays, Scale, Seconds, Secret, Sidecar, Used,
};
use crate::fargate::TaskSize;
use crate::located::Located;

/// A long-running container, with every value known.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Where it stands in the manifest.
    pub section: Section,
    /// Its name; its place is the section's.
    pub name: Located<Name>,
    /// What to run.
    pub image: Located<Image>,
    /// Its definitions as they are sent, if it has them. What else is said of its containers here has no meaning then.
    pub raw: Option<Raw>,
    /// Who reaches it, and how.
    pub ingress: Ingress,
    /// Arguments in place of the image's own; empty for the image's own.
    pub command: Vec<String>,
    /// Program in place of the image's own; empty for the image's own.
    pub entrypoint: Vec<String>,
    /// The shared variables and its own, which win.
    pub env: BTreeMap<String, String>,
    /// The shared secret variables and its own, which win. None of their names is in `env`.
    pub secrets: BTreeMap<String, Secret>,
    /// What its tasks run on.
    pub capacity: Capacity,
    /// A size that Fargate sells; on instances any. Its place is that of `memory`, or of `cpu`.
    pub size: Located<TaskSize>,
    /// Processor that the image is for.
    pub arch: Architecture,
    /// How many tasks run; to begin with, where `scale` says more.
    pub count: Located<u32>,
    /// How the number of tasks follows the load, if it does.
    pub scale: Option<Scale>,
    /// Time between the signal to stop and the kill.
    pub stop_timeout: Seconds,
    /// How long logs are kept.
    pub log_retention: LogRetention,
    /// Disk. 20 GiB is what every task has and must not be asked for; the API takes 21 to 200
    /// [ECS API: EphemeralStorage].
    pub ephemeral_storage: GibiBytes,
    /// Can commands be run in its containers?
    pub exec: bool,
    /// How new tasks take the place of old ones.
    pub deploy: Deploy,
    /// What its own code may do in AWS.
    pub permissions: Vec<Permission>,
    /// What it uses of the rest of the manifest, each once, in the order of the text.
    pub uses: Vec<Used>,
    /// How others of the app find it, if they do.
    pub discovery: Option<Discovery>,
    /// The volumes in its own container, by their paths.
    pub mounts: BTreeMap<String, Name>,
    /// The containers beside its own.
    pub sidecars: BTreeMap<Name, Sidecar>,
    /// Which sidecars must be how far before its own container starts.
    pub depends_on: BTreeMap<Name, Condition>,
    /// The health check of its own container; the load balancer's is in `ingress`.
    pub health: Option<ContainerHealth>,
}

/// Where in the manifest something stands that runs in tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `[services.NAME]`.
    Services,
    /// `[workers.NAME]`.
    Workers,
    /// `[jobs.NAME]`.
    Jobs,
}

impl Section {
    /// The section's own name.
    pub fn as_str(self) -> &'static str {
        match self {
            Section::Services => "services",
            Section::Workers => "workers",
            Section::Jobs => "jobs",
        }
    }
}

impl Service {
    /// Its path in the manifest, which starts the addresses of its parts: `services.web`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section.as_str(), self.name.get())
    }

    /// Does it use a database?
    pub fn uses_database(&self) -> bool {
        let mut uses = self.uses.iter();
        uses.any(|used| matches!(used, Used::Database(_)))
    }

    /// Does it use a queue?
    pub fn uses_queue(&self) -> bool {
        let mut uses = self.uses.iter();
        uses.any(|used| matches!(used, Used::Queue(_)))
    }
}

/// Who reaches a service, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ingress {
    /// Nobody from outside; no load balancer.
    None,
    /// Plain HTTP at the load balancer's own name.
    Http(Target),
    /// HTTPS at a hostname.
    Https(Target, Hostname),
    /// Something else at a port of a network load balancer, by its name or a hostname.
    Stream(Target, Option<Hostname>),
}

impl Ingress {
    /// What the load balancer sends requests to, if there is one.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Ingress::None => None,
            Ingress::Http(target) | Ingress::Https(target, _) | Ingress::Stream(target, _) => {
                Some(target)
            }
        }
    }

    /// The hostname, if there is one.
    pub fn hostname(&self) -> Option<&Hostname> {
        match self {
            Ingress::None | Ingress::Http(_) => None,
            Ingress::Https(_, hostname) => Some(hostname),
            Ingress::Stream(_, hostname) => hostname.as_ref(),
        }
    }

    /// Does the load balancer speak TLS to its clients?
    pub fn is_tls(&self) -> bool {
        match self {
            Ingress::None | Ingress::Http(_) => false,
            Ingress::Https(..) => true,
            Ingress::Stream(target, _) => target.protocol == Protocol::Tls,
        }
    }
}

/// What the load balancer sends requests to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Port of the container.
    pub port: Located<u16>,
    /// What it speaks there.
    pub protocol: Protocol,
    /// The port that clients connect to, where it does not speak HTTP.
    pub listen: u16,
    /// Its requests among those of its names; none for all that no other service has a path for.
    pub paths: Vec<PathPattern>,
    /// The load balancers that it is behind, by name; at least one.
    pub balancers: Vec<String>,
    /// Does a client stay with the task that it came to first?
    pub sticky: bool,
    /// Where people log in first.
    pub login: Option<Login>,
    /// How the load balancer finds out whether a task is well.
    pub health: Health,
    /// How long a leaving task keeps its open connections.
    pub deregistration_delay: Seconds,
}

/// What a container speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP.
    Http,
    /// Whatever runs over TCP.
    Tcp,
    /// Datagrams.
    Udp,
    /// Whatever runs over TCP, with TLS before it.
    Tls,
}

/// A name that a service is reached by, and the record that makes it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostname {
    /// In the zone of [`super::Dns`].
    pub name: Located<DomainName>,
    /// Further names, in the order of the text.
    pub aliases: Vec<Located<DomainName>>,
    /// The name that leads to the internal one of several load balancers.
    pub private: Option<Located<DomainName>>,
    /// Through the DNS provider's proxy?
    pub proxied: bool,
    /// May a record that we did not make be taken over?
    pub take_over: bool,
}

impl Hostname {
    /// Every name, the first one first.
    pub fn names(&self) -> impl Iterator<Item = &Located<DomainName>> {
        std::iter::once(&self.name)
            .chain(&self.aliases)
            .chain(&self.private)
    }
}

/// How the load balancer finds out whether a task is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// What it speaks when it asks.
    pub protocol: HealthProtocol,
    /// Where it asks; none for where it sends requests.
    pub port: Option<u16>,
    /// Path that it asks for.
    pub path: Located<String>,
    /// Answers that mean well, as the API takes them.
    pub matcher: Located<String>,
    /// Time between two questions.
    pub interval: Seconds,
    /// Time to answer; less than `interval`.
    pub timeout: Seconds,
    /// Time after the start in which nothing is held against a task. ECS knows it, not the balancer.
    pub grace: Seconds,
    /// Good answers in a row until a task gets traffic.
    pub healthy_threshold: u32,
    /// Bad answers in a row until a task is replaced.
    pub unhealthy_threshold: u32,
}

/// What a load balancer speaks when it asks whether a task is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthProtocol {
    /// HTTP.
    Http,
    /// HTTP over TLS.
    Https,
    /// Only a connection.
    Tcp,
}

/// How long logs are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogRetention {
    /// A number of days that CloudWatch Logs offers.
    Days(RetentionDays),
    /// No retention policy at all.
    Forever,
}

/// Processor architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// Intel and AMD.
    X86_64,
    /// AWS Graviton.
    Arm64,
}
