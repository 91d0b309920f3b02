//! `[services.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Condition;
use super::{
    BuildSection, CapacitySection, DeploySection, HealthSection, ImageSection, LoginSection, Named,
    Number, OneOrMany, PermissionSection, ScaleSection, SecretSection, SidecarSection,
};
use crate::defaults;
use crate::located::Located;

/// A long-running container, or as many copies of it as you like.
///
/// With a `hostname` it is served over HTTPS. With a `port` alone it is served over plain HTTP at the
/// load balancer's own name. With neither it runs without a load balancer.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceSection {
    /// The container image, as `docker pull` takes it, or a table: an image of one of `[repositories]`. It, `build` or
    /// a `task_definition` must be there.
    #[schemars(example = &"nginx:1.29")]
    pub(crate) image: Option<Located<ImageSection>>,

    /// What the image is built from, in place of `image`: a folder with a Dockerfile, or a table.
    #[schemars(example = &".")]
    pub(crate) build: Option<Located<BuildSection>>,

    /// A file with the service's task definition in JSON, as `aws ecs register-task-definition --cli-input-json`
    /// takes it, beside the manifest; it goes together with `service_definition`. Variables stand in its texts as
    /// everywhere: `"image": "${env:CONTAINER_VERSION}"`. `@@TASK_ROLE_ARN@@` is a role made for the service, which has
    /// its `permissions`; `@@EXECUTION_ROLE_ARN@@` one that reads the secrets in the file; `@@LOG_GROUP@@` a log group,
    /// and `@@REGION@@` the region. What such a service's containers are is said there and nowhere else: the keys here
    /// that say so too are refused, and `[env]` and `[secrets]` at the top of the file do not reach it. `ashore schema
    /// task-definition` has every member, with AWS's own page on it.
    #[schemars(example = &"task-definition.json")]
    pub(crate) task_definition: Option<Located<String>>,

    /// A file with the service's definition in JSON, as `aws ecs create-service --cli-input-json` takes it, beside the
    /// manifest. Whether the service is created or updated is found out; an update sends only what differs.
    /// `@@TASKDEFINITION_ARN@@` is the revision of `task_definition`, `@@TARGET_GROUP_ARN@@` a target group made for
    /// the service's `port`, or else that of `existing.target_group`, and `@@CLUSTER_ARN@@` the app's cluster. A task
    /// with a network of its own stands in the app's, if the file does not say another. `ashore schema
    /// service-definition` has every member, with AWS's own page on it.
    #[schemars(example = &"service-definition.json")]
    pub(crate) service_definition: Option<Located<String>>,

    /// The port that the container listens on.
    #[schemars(range(min = 1, max = 65535), example = 80)]
    pub(crate) port: Option<Located<u16>>,

    /// The name that the service is reached by, inside the zone of `[dns]`.
    #[schemars(example = &"hello.example.com")]
    pub(crate) hostname: Option<Located<String>>,

    /// Further names that the service is reached by, in the same certificate.
    #[schemars(extend("examples" = [["www.example.com"]]))]
    pub(crate) aliases: Option<Located<Vec<Located<String>>>>,

    /// The requests that the service gets of those for its hostname, or of those for the load balancer's own name: a path
    /// and everything below it, or a pattern with `*` and `?`. Several services can share a name, each with its own
    /// paths; the more specific one wins, and a service without `path` gets the rest. Default: all of them.
    #[schemars(extend("examples" = ["/api", ["/api", "/img/*.png"]]))]
    pub(crate) path: Option<Located<OneOrMany>>,

    /// What the container speaks at its `port`. Default `http`.
    #[schemars(extend("default" = "http"))]
    pub(crate) protocol: Option<Located<Protocol>>,

    /// The port that clients connect to, for `tcp`, `udp` and `tls`. Default: `port`.
    #[schemars(range(min = 1, max = 65535), example = 5432)]
    pub(crate) listen: Option<Located<u16>>,

    /// The load balancer that the service is behind, or a list of them: `public`, `internal`, `network`, or one of
    /// `[balancers]`. Default `public`, and `network` for `tcp`, `udp` and `tls`.
    #[schemars(extend("default" = "public"), extend("examples" = ["internal", ["public", "internal"]]))]
    pub(crate) balancer: Option<Located<OneOrMany>>,

    /// The name that leads to the internal one of its load balancers, for a service that is behind a public one too.
    #[schemars(example = &"api.internal.example.com")]
    pub(crate) private_hostname: Option<Located<String>>,

    /// Does a client stay with the task that it came to first? Default false. By a cookie for HTTP, by the client's
    /// address otherwise.
    #[schemars(extend("default" = defaults::STICKY))]
    pub(crate) sticky: Option<Located<bool>>,

    /// Where people log in before the service gets their requests. Default: nobody has to.
    pub(crate) login: Option<Located<LoginSection>>,

    /// Send visitors through the DNS provider's proxy (at Cloudflare the orange cloud). Default false:
    /// what you see is then what AWS serves, and certificates need nothing from the provider.
    #[schemars(extend("default" = defaults::PROXIED))]
    pub(crate) proxied: Option<Located<bool>>,

    /// As `dns.take_over`, for this service's names alone. Default: what `dns.take_over` says.
    pub(crate) take_over: Option<Located<bool>>,

    /// Arguments to the entrypoint, in place of the image's own.
    #[schemars(extend("examples" = [["./shop", "serve"]]))]
    pub(crate) command: Option<Located<Vec<Located<String>>>>,

    /// The program to run, in place of the image's own.
    #[schemars(extend("examples" = [["/usr/bin/tini", "--"]]))]
    pub(crate) entrypoint: Option<Located<Vec<Located<String>>>>,

    /// Environment variables. They win over those of the top-level `env`.
    pub(crate) env: Option<Named<Located<String>>>,

    /// Secret environment variables: each names the place where its value lives. They win over the top-level
    /// `env` and `secrets`.
    pub(crate) secrets: Option<Named<Located<SecretSection>>>,

    /// CPU of one task: up to 16 in vCPU (`0.25`), from 128 in units (`256`). Default 0.25, or the least
    /// that is sold with the `memory` asked for: the cheapest size, enough for most first deployments. On EC2
    /// instances any size from 128 units up.
    #[schemars(extend("default" = 0.25), example = 0.5)]
    pub(crate) cpu: Option<Located<Number>>,

    /// Memory of one task, with its unit. Default: the least that is sold with the `cpu`, which is 512MiB
    /// for the default one.
    #[schemars(extend("default" = "512MiB"), example = &"1GiB")]
    pub(crate) memory: Option<Located<String>>,

    /// Processor that the image is built for. Default `x86_64`: nearly every public image has it. An
    /// image for `arm64` costs about a fifth less to run.
    #[schemars(extend("default" = "x86_64"))]
    pub(crate) arch: Option<Located<Architecture>>,

    /// How many tasks run. Default 1: nothing costs twice unless you say so; write 2 to survive the loss
    /// of a zone.
    #[schemars(range(max = 5000), extend("default" = defaults::COUNT))]
    pub(crate) count: Option<Located<u32>>,

    /// How many tasks run at a time, by how much there is to do. Then `count` has no meaning, and an `up` leaves the
    /// number of tasks alone.
    pub(crate) scale: Option<Located<ScaleSection>>,

    /// What the tasks run on. Default: Fargate, on demand.
    #[schemars(extend("examples" = [{ "fargate": { "base": 1 }, "fargate_spot": { "weight": 3 } }]))]
    pub(crate) capacity: Option<Located<CapacitySection>>,

    /// Does one task run on each instance of `[ec2]`, such as an agent that collects logs? Then `count` and `scale`
    /// have no meaning, and a rollout stops a task before it starts the next one. Default false.
    #[schemars(extend("default" = defaults::DAEMON))]
    pub(crate) daemon: Option<Located<bool>>,

    /// How the load balancer finds out whether a task is well, and ECS whether a container is.
    pub(crate) health: Option<Located<HealthSection>>,

    /// Time between the polite signal to stop and the kill, `2s` to `120s`. Default `30s`, as ECS has it.
    #[schemars(extend("default" = defaults::STOP_TIMEOUT.to_string()))]
    pub(crate) stop_timeout: Option<Located<String>>,

    /// How long logs are kept, such as `30d`, or `forever`. Default `30d`: CloudWatch Logs itself would keep
    /// and bill them for ever.
    #[schemars(extend("default" = defaults::LOG_RETENTION.to_string()))]
    pub(crate) log_retention: Option<Located<String>>,

    /// Disk of one task on Fargate, `20GiB` to `200GiB`. Default `20GiB`, which is included in the price.
    #[schemars(extend("default" = defaults::EPHEMERAL_STORAGE.to_string()))]
    pub(crate) ephemeral_storage: Option<Located<String>>,

    /// Can commands be run in its containers with `ashore exec`? Default false: who can do that can read
    /// everything that the service can.
    #[schemars(extend("default" = defaults::EXEC))]
    pub(crate) exec: Option<Located<bool>>,

    /// How new tasks take the place of old ones.
    pub(crate) deploy: Option<DeploySection>,

    /// What the service's own code may do in AWS. Default: nothing at all.
    #[schemars(extend("examples" = [[{ "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::acme-uploads/*"] }]]))]
    pub(crate) permissions: Option<Vec<Located<PermissionSection>>>,

    /// What its code uses of the rest of this manifest, by name. Each use opens the way there in the security groups,
    /// gives the task role what it takes, and tells the service's own container where the thing is, in environment
    /// variables that the section of the thing names. Its own `env` and `secrets` win over those. Default: nothing, so
    /// that nothing can be reached by accident.
    #[schemars(extend("examples" = [["db"]]))]
    pub(crate) uses: Option<Located<Vec<Located<String>>>>,

    /// Which of `[volumes]` its own container finds where: by the path in the container.
    #[schemars(extend("examples" = [{ "/var/uploads": "uploads" }]))]
    pub(crate) volumes: Option<Named<Located<String>>>,

    /// Containers beside the service's own, in the same task, by name.
    pub(crate) sidecars: Option<Named<SidecarSection>>,

    /// Which sidecars must be how far before the service's own container starts.
    pub(crate) depends_on: Option<Named<Located<Condition>>>,
}

/// What a container speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    /// HTTP; the load balancer adds TLS where there is a hostname.
    Http,
    /// Whatever runs over TCP.
    Tcp,
    /// Datagrams.
    Udp,
    /// Whatever runs over TCP; the load balancer adds TLS, and needs a hostname for its certificate.
    Tls,
}

/// Processor architecture, by the name that ECS has for it.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) enum Architecture {
    /// Intel and AMD, also called amd64.
    #[serde(rename = "x86_64")]
    X86_64,
    /// AWS Graviton, also called aarch64.
    #[serde(rename = "arm64")]
    Arm64,
}
