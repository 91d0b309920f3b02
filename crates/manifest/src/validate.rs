//! From what was written to what it means: defaults filled in, rules checked, one file per section.
//!
//! Each function reports what is wrong and returns `None` for it, and goes on as far as it can. A rule
//! between two keys is checked only when both are there, so that one mistake is told once.

mod arn;
mod assets;
mod balancers;
mod buckets;
mod capacity;
mod classic;
mod collector;
mod containers;
mod data_subnets;
mod databases;
mod databases_windows;
mod deploy;
mod discovery;
mod dns;
mod ec2;
mod env;
mod environment;
mod existing;
mod health;
mod hostname;
mod image;
mod ingress;
mod instances;
mod job;
mod login;
mod network;
mod observability;
mod permissions;
mod queues;
mod raw;
mod reach;
mod registry;
mod repositories;
mod scale;
mod secrets;
mod service;
mod sidecar;
mod size;
mod subnets;
mod tags;
mod uses;
mod volumes;
mod worker;

use std::collections::{BTreeMap, BTreeSet};

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::interpolate::Values;
use crate::load::{DEFAULT_ENVIRONMENT, LoadOptions};
use crate::located::{Located, Span};
use crate::model::{
    Guard, Job, Manifest, Name, Network, Refusal, Region, SecretOwner, Section, Service,
};
use crate::schema::File;
use crate::structure::dotted;

/// Gives the file its meaning, or reports why it has none.
pub(crate) fn validate(
    file: File,
    options: &LoadOptions,
    values: &Values<'_>,
    spoiled: &BTreeSet<String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Manifest> {
    let params = file.params.iter().flatten().map(|(name, section)| {
        let secret = section.secret.as_ref().is_some_and(|secret| *secret.get());
        (name.get().clone(), secret)
    });
    let cx = &mut Rules {
        spoiled,
        diagnostics,
        params: params.collect(),
        repositories: file
            .repositories
            .iter()
            .flatten()
            .map(|(name, _)| name.get().clone())
            .collect(),
        queues: file
            .queues
            .iter()
            .flatten()
            .map(|(name, _)| name.get().clone())
            .collect(),
    };

    let app = cx.parse(Code::BadName, &["app"], file.app.as_ref(), Name::parse_app);
    let environment = environment(cx, options);
    let guards: Vec<_> = file.environments.iter().flatten().collect();
    let guard = match guards.as_slice() {
        // The one that was merged in; the others are gone.
        [(name, section)] => environment::guard(cx, name, section),
        _ => Some(Guard::default()),
    };
    let region = region(cx, file.region.as_ref(), options);
    let dns = dns::dns(cx, file.dns.as_ref());
    let existing = existing::existing(cx, file.existing.as_ref());
    let vpc = file.existing.as_ref().and_then(|it| it.vpc.as_ref());
    let network = match (vpc, &file.network) {
        (Some(vpc), network) => {
            if let Some(network) = network {
                existing::check_network(cx, vpc, network);
            }
            Some(None)
        }
        (None, Some(written)) => network::network(cx, written).map(Some),
        (None, None) => network::network(cx, &Default::default()).map(Some),
    };
    let ec2 = ec2::ec2(cx, file.ec2.as_ref());
    let observability = observability::observability(cx, file.observability.as_ref());
    if let Some(cluster) = existing.as_ref().and_then(|it| it.cluster.as_ref()) {
        observability::check_insights(cx, file.observability.as_ref(), cluster);
    }
    let tracing = file.observability.as_ref();
    let tracing = tracing.and_then(|it| Some(it.tracing.as_ref()?.span()));
    let balancers = balancers::balancers(cx, file.balancers.as_ref(), existing.as_ref());
    let network = match (network, &file.databases) {
        (Some(Some(network)), Some(databases)) if !databases.is_empty() => {
            let subnets = data_subnets::data_subnets(cx, &network);
            subnets.map(|data_subnets| {
                Some(Network {
                    data_subnets,
                    ..network
                })
            })
        }
        (network, _) => network,
    };
    let registry = registry::registry(cx, file.registry.as_ref());
    let usable = uses::usable(cx, &file);
    let repositories = repositories::repositories(cx, file.repositories);
    secrets::check_apart(cx, &[], file.env.as_ref(), file.secrets.as_ref());
    let shared_at = (
        file.env
            .as_ref()
            .and_then(|it| it.keys().next())
            .map(Located::span),
        file.secrets
            .as_ref()
            .and_then(|it| it.keys().next())
            .map(Located::span),
    );
    let shared_env = env::env(cx, &["env"], file.env);
    let shared_secrets = secrets::secrets(cx, &["secrets"], file.secrets, SecretOwner::App);
    let tags = tags::tags(cx, file.tags);

    let sections = file
        .services
        .unwrap_or_else(|| Located::new(BTreeMap::new(), 0..0));
    if sections.is_empty() && !cx.is_spoiled(&["services"]) && !cx.is_spoiled_below(&["services"]) {
        cx.push(
            Diagnostic::new(
                Code::MissingKey,
                sections.span(),
                "`services` has no service in it",
            )
            .help("write a section for one: [services.NAME]"),
        );
    }
    // In the order of the text, so that it is the second one of two that is told.
    let mut in_text: Vec<_> = sections.iter().collect();
    in_text.sort_by_key(|(name, _)| name.span().start);
    hostname::check_names(cx, &in_text);
    let old = classic::names(file.balancers.as_ref());
    ingress::check_plain(cx, &old, &in_text);
    ingress::check_listen(cx, &old, &in_text);
    classic::check_alone(cx, &old, &in_text);
    let fleet = ec2.as_ref().and_then(Option::as_ref);
    classic::check_room(cx, &old, (fleet, file.ec2.as_ref()), &in_text);
    classic::check_tags(cx, file.balancers.as_ref(), tags.as_ref());
    reach::check_paths(cx, &in_text);
    balancers::check_used(cx, file.balancers.as_ref(), &in_text);
    let assets = assets::assets(cx, file.assets, &in_text, &dns);
    let buckets = buckets::buckets(cx, file.buckets);
    let queues = queues::queues(cx, file.queues);
    if let Some(existing) = &existing {
        existing::check_services(cx, existing, &sections);
        if let Some(region) = &region {
            existing::check_region(cx, existing, region);
        }
    }
    let around = instances::Around {
        section: file.ec2.as_ref(),
        network: file.network.as_ref(),
        existing: existing.as_ref(),
    };
    instances::check_services(
        cx,
        &around,
        ec2.as_ref().and_then(Option::as_ref),
        &sections,
    );
    if let Some(Some(registry)) = &registry {
        let beside = file.workers.iter().flat_map(|all| all.values());
        let beside = beside.map(|it| (&it.image, &it.sidecars));
        let jobs = file.jobs.iter().flat_map(|all| all.values());
        let jobs = jobs.map(|it| (&it.image, &it.sidecars));
        let services = sections.values().map(|it| (&it.image, &it.sidecars));
        registry::check_used(cx, registry, services.chain(beside).chain(jobs));
    }
    let workers = file.workers.unwrap_or_default();
    let jobs = file.jobs.unwrap_or_default();
    worker::check_names(
        cx,
        (sections.keys().map(|name| ("services", name)))
            .chain(workers.keys().map(|name| ("workers", name)))
            .chain(jobs.keys().map(|name| ("jobs", name))),
    );
    let databases = file.databases.unwrap_or_default().into_iter();
    let in_app = app.as_ref().map(|app| app.as_str());
    let databases: Vec<_> = databases
        .map(|(name, section)| databases::database(cx, name, section, in_app))
        .collect();
    let databases = databases.into_iter().collect::<Option<Vec<_>>>();
    let volumes = file.volumes.unwrap_or_default();
    let named_volumes: BTreeSet<String> = volumes.keys().map(|it| it.get().clone()).collect();
    let volumes: Vec<_> = volumes
        .into_iter()
        .map(|(name, section)| volumes::volume(cx, name, section))
        .collect();
    let volumes = volumes.into_iter().collect::<Option<Vec<_>>>();
    if workers.is_empty() && jobs.is_empty() {
        raw::check_shared(cx, shared_at, &sections);
    }
    let existing_target_group = existing
        .as_ref()
        .is_some_and(|it| it.target_group.is_some());
    let shared = service::Shared {
        dns: &dns,
        balancers: balancers.as_ref(),
        env: shared_env.as_ref(),
        secrets: shared_secrets.as_ref(),
        observability: observability.as_ref(),
        tracing: tracing.clone(),
        usable: &usable,
        volumes: &named_volumes,
        files: raw::Files {
            files: &options.files,
            values,
            target_group: existing_target_group,
        },
    };
    let mut services: Vec<Option<Service>> = sections
        .into_inner()
        .into_iter()
        .map(|(name, section)| service::service(cx, Section::Services, name, section, &shared))
        .collect();
    for (name, mut section) in workers {
        let sound = worker::without_ingress(cx, &name, &mut section);
        let worker = service::service(cx, Section::Workers, name, section, &shared);
        services.push(worker.filter(|_| sound));
    }
    let jobs: Vec<Option<Job>> = jobs
        .into_iter()
        .map(|(name, section)| job::job(cx, name, section, &shared))
        .collect();
    if let (Some(Some(network)), Some(region)) = (&network, &region) {
        let of_jobs = jobs.iter().flatten().map(|job| &job.task);
        let all: Vec<&Service> = services.iter().flatten().chain(of_jobs).collect();
        network::check_images(cx, network, region, &all);
        collector::check_reached(cx, network, tracing);
    }
    let sound: Vec<&Service> = services.iter().flatten().collect();
    let discovery_domain = match &network {
        Some(network) => discovery::domain(cx, file.discovery.as_ref(), network.as_ref(), &sound),
        None => None,
    };
    let sound_jobs: Vec<&Job> = jobs.iter().flatten().collect();
    discovery::check_circles(cx, &sound);
    discovery::check_jobs(cx, &sound_jobs, &sound);
    let services = services.into_iter().collect::<Option<Vec<_>>>();
    let jobs = jobs.into_iter().collect::<Option<Vec<_>>>();
    let balancers = balancers::behind(balancers, services.as_deref());

    let manifest = Manifest {
        app: app?,
        environment: environment?,
        region: region?,
        guard: guard?,
        dns: dns.into_model()?,
        network: network?,
        ec2: ec2?,
        balancers: balancers?,
        existing: existing?,
        registry: registry?,
        observability: observability?,
        repositories: repositories?,
        secrets: shared_secrets?,
        databases: databases?
            .into_iter()
            .map(|database| (database.name.get().clone(), database))
            .collect(),
        discovery_domain: discovery_domain?,
        volumes: volumes?
            .into_iter()
            .map(|volume| (volume.name.get().clone(), volume))
            .collect(),
        services: services?
            .into_iter()
            .map(|service| (service.name.get().clone(), service))
            .collect(),
        jobs: jobs?
            .into_iter()
            .map(|job| (job.task.name.get().clone(), job))
            .collect(),
        assets: assets?,
        buckets: buckets?,
        queues: queues?,
        tags: tags?,
        warnings: Vec::new(),
    };
    Some(Manifest {
        // A network that nothing stands in is not made.
        network: manifest
            .network
            .clone()
            .filter(|_| manifest.needs_network()),
        ..manifest
    })
}

fn environment(cx: &mut Rules<'_>, options: &LoadOptions) -> Option<Name> {
    let name = options
        .environment
        .as_deref()
        .unwrap_or(DEFAULT_ENVIRONMENT);
    cx.parse_text(Code::BadName, "the environment", name, 0..0, Name::parse)
}

fn region(
    cx: &mut Rules<'_>,
    written: Option<&Located<String>>,
    options: &LoadOptions,
) -> Option<Located<Region>> {
    let region = match &options.region {
        Some(region) => {
            let region =
                cx.parse_text(Code::BadRegion, "the region", region, 0..0, Region::parse)?;
            Located::new(region, 0..0)
        }
        None => cx.parse(Code::BadRegion, &["region"], written, Region::parse)?,
    };
    if !region.is_known() {
        let warning = Diagnostic::new(
            Code::UnknownRegion,
            region.span(),
            format!(
                "this version has not heard of the region {:?}",
                region.as_str()
            ),
        );
        cx.push(match crate::model::nearest_region(region.as_str()) {
            Some(near) => warning.label(format!("did you mean \"{near}\"?")),
            None => warning,
        });
    }
    Some(region)
}

/// What every rule needs: where to report, and what has been reported already.
pub(crate) struct Rules<'a> {
    spoiled: &'a BTreeSet<String>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// The names of the params, and whether each is a secret.
    params: BTreeMap<String, bool>,
    /// The names of the repositories.
    repositories: BTreeSet<String>,
    /// The names of the queues.
    queues: BTreeSet<String>,
}

impl Rules<'_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Was this key there, but wrong, or missing where it must not be? Then it has been reported.
    fn is_spoiled(&self, path: &[&str]) -> bool {
        self.spoiled.contains(&dotted(path))
    }

    fn is_spoiled_below(&self, path: &[&str]) -> bool {
        let prefix = format!("{}.", dotted(path));
        self.spoiled.iter().any(|path| path.starts_with(&prefix))
    }

    /// Reads a text as a value of some type. None if it is absent or wrong.
    fn parse<T>(
        &mut self,
        code: Code,
        path: &[&str],
        written: Option<&Located<String>>,
        parse: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Option<Located<T>> {
        let written = written?;
        let what = format!("`{}`", dotted(path));
        let value = self.parse_text(code, &what, written, written.span(), parse)?;
        Some(Located::new(value, written.span()))
    }

    /// As [`Rules::parse`], with a value for a key that is absent. None only if it is wrong.
    fn parse_or<T>(
        &mut self,
        code: Code,
        path: &[&str],
        written: Option<&Located<String>>,
        default: Located<T>,
        parse: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Option<Located<T>> {
        match written {
            Some(_) => self.parse(code, path, written, parse),
            None => (!self.is_spoiled(path)).then_some(default),
        }
    }

    fn parse_text<T>(
        &mut self,
        code: Code,
        what: &str,
        text: &str,
        span: Span,
        parse: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        match parse(text) {
            Ok(value) => Some(value),
            Err(refusal) => {
                self.push(refused(
                    code,
                    span,
                    format!("{what} cannot be {text:?}"),
                    refusal,
                ));
                None
            }
        }
    }
}

/// A refusal as a diagnostic.
fn refused(code: Code, span: Span, message: String, refusal: Refusal) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, span, message).label(refusal.why);
    match refusal.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
