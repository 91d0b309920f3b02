//! What a user may write: the shape of the file, key by key.
//!
//! The doc comments are the reference: they become the descriptions of the JSON Schema, which editors
//! show, and each default is written there with its reason. The types hold what was written and check
//! nothing; bounds stand here only where JSON Schema can say them, and `structure.rs` then enforces
//! them from the schema. Every field is optional in Rust so that one mistake does not hide the next;
//! `#[schemars(required)]` marks those that must be there.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::defaults;
use crate::located::Located;

/// An Ashore manifest: what an app is made of, and where it runs.
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
        regex(pattern = r"^[a-z][a-z0-9-]{0,20}$"),
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

    /// Environment variables of every service. A service's own `env` wins over these. No secrets: the
    /// values can be read by everybody who may describe a task.
    pub(crate) env: Option<BTreeMap<Located<String>, Located<String>>>,

    /// Tags on everything that is made, besides Ashore's own marks.
    pub(crate) tags: Option<BTreeMap<Located<String>, Located<String>>>,

    /// The long-running containers, by name.
    #[schemars(required, extend("minProperties" = 1))]
    pub(crate) services: Option<Located<BTreeMap<Located<String>, ServiceSection>>>,
}

/// Where the hostnames live.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DnsSection {
    /// Who serves the zone. The API token is never in the manifest: it comes from the environment
    /// variable CLOUDFLARE_API_TOKEN.
    #[schemars(required, example = &"cloudflare")]
    pub(crate) provider: Option<Located<Provider>>,

    /// The zone that every hostname is in, as the provider lists it.
    #[schemars(required, example = &"example.com")]
    pub(crate) zone: Option<Located<String>>,

    /// Point hostnames here even if they have records that Ashore did not make. What was there is kept
    /// and put back by `down`. Default false: an unknown record usually serves somebody.
    #[schemars(extend("default" = defaults::TAKE_OVER))]
    pub(crate) take_over: Option<Located<bool>>,
}

/// A DNS provider.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Provider {
    /// Cloudflare DNS.
    Cloudflare,
}

/// The network that the tasks run in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkSection {
    /// How tasks reach the internet. Default `public-tasks`: it needs no NAT gateway, which would cost
    /// more than a small service does.
    #[schemars(extend("default" = "public-tasks"))]
    pub(crate) layout: Option<Located<Layout>>,

    /// Address range of the VPC, /16 to /26. Default 10.0.0.0/16: the largest that a VPC may have, and
    /// outside 172.17.0.0/16, which Docker uses.
    #[schemars(extend("default" = defaults::CIDR.to_string()), example = &"10.20.0.0/16")]
    pub(crate) cidr: Option<Located<String>>,

    /// In how many zones there is a subnet. Default two, or as many as there are `subnets`: a load
    /// balancer wants at least two, and each more costs a public address.
    #[schemars(range(min = 2, max = 6), extend("default" = defaults::ZONES))]
    pub(crate) azs: Option<Located<u32>>,

    /// Address ranges of the subnets, one for each zone, inside `cidr` and apart from each other.
    /// Default: sixteenths of `cidr`, from its start, so that room is left for more zones and layouts.
    #[schemars(extend("examples" = [["10.20.0.0/20", "10.20.16.0/20"]]))]
    pub(crate) subnets: Option<Located<Vec<Located<String>>>>,
}

/// How tasks reach the internet, and how it reaches them.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layout {
    /// Tasks have public addresses and no NAT; a security group lets only the load balancer in.
    PublicTasks,
}

/// A long-running container, or as many copies of it as you like.
///
/// With a `hostname` it is served over HTTPS. With a `port` alone it is served over plain HTTP at the
/// load balancer's own name. With neither it runs without a load balancer.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceSection {
    /// The container image, as `docker pull` takes it.
    #[schemars(required, example = &"nginx:1.29")]
    pub(crate) image: Option<Located<String>>,

    /// The port that the container listens on.
    #[schemars(range(min = 1, max = 65535), example = 80)]
    pub(crate) port: Option<Located<u16>>,

    /// The name that the service is reached by, inside the zone of `[dns]`.
    #[schemars(example = &"hello.example.com")]
    pub(crate) hostname: Option<Located<String>>,

    /// Send visitors through the DNS provider's proxy (at Cloudflare the orange cloud). Default false:
    /// what you see is then what AWS serves, and certificates need nothing from the provider.
    #[schemars(extend("default" = defaults::PROXIED))]
    pub(crate) proxied: Option<Located<bool>>,

    /// As `dns.take_over`, for this hostname alone. Default: what `dns.take_over` says.
    pub(crate) take_over: Option<Located<bool>>,

    /// Arguments to the entrypoint, in place of the image's own.
    #[schemars(extend("examples" = [["./shop", "serve"]]))]
    pub(crate) command: Option<Located<Vec<Located<String>>>>,

    /// The program to run, in place of the image's own.
    #[schemars(extend("examples" = [["/usr/bin/tini", "--"]]))]
    pub(crate) entrypoint: Option<Located<Vec<Located<String>>>>,

    /// Environment variables. They win over those of the top-level `env`.
    pub(crate) env: Option<BTreeMap<Located<String>, Located<String>>>,

    /// CPU of one task: up to 16 in vCPU (`0.25`), from 128 in units (`256`). Default 0.25, or the least
    /// that is sold with the `memory` asked for: the cheapest size, enough for most first deployments.
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

    /// How the load balancer finds out whether a task is well.
    pub(crate) health: Option<Located<HealthSection>>,

    /// Time between the polite signal to stop and the kill, `2s` to `120s`. Default `30s`, as ECS has it.
    #[schemars(extend("default" = defaults::STOP_TIMEOUT.to_string()))]
    pub(crate) stop_timeout: Option<Located<String>>,

    /// How long logs are kept, such as `30d`, or `forever`. Default `30d`: CloudWatch Logs itself would keep
    /// and bill them for ever.
    #[schemars(extend("default" = defaults::LOG_RETENTION.to_string()))]
    pub(crate) log_retention: Option<Located<String>>,

    /// Disk of one task, `20GiB` to `200GiB`. Default `20GiB`, which is included in the price.
    #[schemars(extend("default" = defaults::EPHEMERAL_STORAGE.to_string()))]
    pub(crate) ephemeral_storage: Option<Located<String>>,
}

/// How the load balancer finds out whether a task is well.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HealthSection {
    /// Path that it asks for. Default `/`: the one path that nearly everything answers.
    #[schemars(extend("default" = defaults::HEALTH_PATH))]
    pub(crate) path: Option<Located<String>>,

    /// Answers that mean well: codes and ranges from 200 to 499, with commas. Default `200-399`, because a
    /// redirect to a login or to HTTPS is an answer too.
    #[schemars(extend("default" = defaults::HEALTH_MATCHER))]
    pub(crate) matcher: Option<Located<String>>,

    /// Time between two questions, `5s` to `300s`. Default `10s`: with the API's own 30 s every rollout
    /// would wait a minute longer.
    #[schemars(extend("default" = defaults::HEALTH_INTERVAL.to_string()))]
    pub(crate) interval: Option<Located<String>>,

    /// Time to answer, `2s` to `120s`, shorter than `interval`. Default `5s`, or a second less than a
    /// shorter `interval`.
    #[schemars(extend("default" = defaults::HEALTH_TIMEOUT.to_string()))]
    pub(crate) timeout: Option<Located<String>>,

    /// Time after its start in which a task that is not well yet is left alone. Default `60s`: with the
    /// API's own 0 a container that takes its time to start is killed again and again.
    #[schemars(extend("default" = defaults::HEALTH_GRACE.to_string()))]
    pub(crate) grace: Option<Located<String>>,

    /// Good answers in a row until a task gets traffic. Default 2, the least there is, since each one
    /// more makes every rollout an `interval` longer.
    #[schemars(range(min = 2, max = 10), extend("default" = defaults::HEALTHY_THRESHOLD))]
    pub(crate) healthy_threshold: Option<Located<u32>>,

    /// Bad answers in a row until a task is replaced. Default 3: two can be one slow moment.
    #[schemars(range(min = 2, max = 10), extend("default" = defaults::UNHEALTHY_THRESHOLD))]
    pub(crate) unhealthy_threshold: Option<Located<u32>>,
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

/// A TOML number, whole or not: `cpu = 1` and `cpu = 0.5` are both what they look like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(pub(crate) f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde widens an integer to f64 on its own; 2^53 is far above every number in a manifest.
        f64::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}
