//! `[services.NAME]`: a long-running container.

use std::collections::{BTreeMap, BTreeSet};

use super::Rules;
use super::capacity::capacity;
use super::containers::{check_together, condition, words};
use super::deploy::deploy;
use super::dns::Zone;
use super::env::env;
use super::health::{container_health, duration};
use super::image::image;
use super::ingress::ingress;
use super::permissions::permissions;
use super::raw;
use super::scale::{Tasks, tasks};
use super::secrets::{check_apart, secrets};
use super::sidecar::sidecar;
use super::size::{check_shares, ephemeral_storage, size};
use super::uses::{Usable, uses};
use super::volumes::mounts;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{
    Architecture, Balancer, ImageReference, LogRetention, Name, RetentionDays, Seconds, Secret,
    SecretOwner, Service,
};
use crate::schema::{self, ServiceSection};
use crate::structure::dotted;

/// What the whole file gives to each service; none where that is wrong.
pub(super) struct Shared<'s> {
    pub(super) dns: &'s Zone,
    pub(super) balancers: Option<&'s BTreeMap<String, Balancer>>,
    pub(super) env: Option<&'s BTreeMap<String, String>>,
    pub(super) secrets: Option<&'s BTreeMap<String, Secret>>,
    pub(super) usable: &'s Usable,
    pub(super) volumes: &'s BTreeSet<String>,
    pub(super) files: raw::Files<'s>,
}

/// The service. None if something in it is wrong.
pub(super) fn service(
    cx: &mut Rules<'_>,
    key: Located<String>,
    mut section: ServiceSection,
    shared: &Shared<'_>,
) -> Option<Service> {
    let path: &[&str] = &["services", key.as_str()];
    let raw = raw::raw(cx, path, &mut section, &shared.files);
    let at = |key| [path, &[key]].concat();
    let place = key.span();

    let name = cx.parse(Code::BadName, path, Some(&key), Name::parse);
    let arch = match section.arch.as_ref().map(Located::get) {
        Some(schema::Architecture::Arm64) => Architecture::Arm64,
        Some(schema::Architecture::X86_64) | None => Architecture::X86_64,
    };
    let image = match (&raw, &section.image) {
        (Some(None), _) | (Some(Some(_)), Some(_)) => image(cx, path, &section, arch, &place),
        _ => None, // it has been said what is wrong with the definition that would have it
    };
    let ingress = ingress(cx, path, &section, shared.dns, shared.balancers, &place);
    let entrypoint = entrypoint(cx, &at("entrypoint"), section.entrypoint.as_ref());
    let capacity = capacity(cx, path, &section);
    let on_instances = section.capacity.as_ref().is_some_and(|it| it.ec2.is_some());
    let size = size(cx, path, &section, place.clone(), on_instances);
    let stop_timeout = duration(
        cx,
        &at("stop_timeout"),
        section.stop_timeout.as_ref(),
        (2, 120), // [ECS API: ContainerDefinition.stopTimeout] "valid values for Fargate are 2-120".
        defaults::STOP_TIMEOUT,
    );
    let log_retention = log_retention(cx, &at("log_retention"), section.log_retention.as_ref());
    let ephemeral_storage = ephemeral_storage(cx, path, section.ephemeral_storage.as_ref());
    let together = check_together(cx, path, &key, &section);
    let health = match section.health.as_ref().map(|it| &it.container) {
        Some(Some(written)) => container_health(
            cx,
            &[path, &["health", "container"]].concat(),
            written.get(),
        )
        .map(Some),
        _ => Some(None),
    };
    let tasks = tasks(cx, path, &section, place);
    let count = tasks.as_ref().map_or(defaults::COUNT, |it| *it.count);
    let deploy = deploy(cx, path, &section.deploy.unwrap_or_default(), count);
    let permissions = permissions(cx, path, section.permissions);
    let mounts = mounts(cx, &at("volumes"), section.volumes, shared.volumes);
    let uses = uses(cx, &at("uses"), section.uses.as_ref(), shared.usable);
    let sidecars = section.sidecars.unwrap_or_default().into_iter();
    let sidecars: Vec<_> = sidecars
        .map(|(name, section)| sidecar(cx, path, name, section))
        .collect();
    let sidecars = sidecars.into_iter().collect::<Option<Vec<_>>>();
    let fits = match (&size, &sidecars) {
        (Some(size), Some(sidecars)) => check_shares(cx, path, size, sidecars),
        _ => false,
    };
    let depends_on = section.depends_on.unwrap_or_default().into_iter();
    let depends_on: Option<_> = depends_on
        .map(|(name, how)| Some((Name::parse(&name).ok()?, condition(*how.get()))))
        .collect();
    check_apart(cx, path, section.env.as_ref(), section.secrets.as_ref());
    let own_env = env(cx, &at("env"), section.env);
    let own_secrets = secrets(cx, &at("secrets"), section.secrets, SecretOwner::Container);
    let (mut env, mut secrets) = merged(shared, own_env?, own_secrets?)?;
    let raw = raw?;
    if raw.is_some() {
        env.clear();
        secrets.clear();
    }
    if !fits || !together {
        return None;
    }
    let Tasks { count, scale } = tasks?;
    Some(Service {
        name: name?,
        image: image?,
        raw,
        ingress: ingress?,
        command: section.command.map(words).unwrap_or_default(),
        entrypoint: entrypoint?,
        env,
        secrets,
        capacity: capacity?,
        size: size?,
        arch,
        count,
        scale,
        stop_timeout: stop_timeout?.into_inner(),
        log_retention: log_retention?,
        ephemeral_storage: ephemeral_storage?,
        exec: section.exec.map_or(defaults::EXEC, Located::into_inner),
        deploy: deploy?,
        permissions: permissions?,
        uses: uses?,
        mounts: mounts?,
        sidecars: sidecars?
            .into_iter()
            .map(|sidecar| (sidecar.name.get().clone(), sidecar))
            .collect(),
        depends_on: depends_on?,
        health: health?,
    })
}

/// What a service says wins over what all of them share, as a variable or as a secret.
fn merged(
    shared: &Shared<'_>,
    own_env: BTreeMap<String, String>,
    own_secrets: BTreeMap<String, Secret>,
) -> Option<(BTreeMap<String, String>, BTreeMap<String, Secret>)> {
    let mut env = shared.env?.clone();
    let mut secrets = shared.secrets?.clone();
    env.retain(|name, _| !own_secrets.contains_key(name));
    secrets.retain(|name, _| !own_env.contains_key(name));
    env.extend(own_env);
    secrets.extend(own_secrets);
    Some((env, secrets))
}

pub(super) fn warn_without_tag(cx: &mut Rules<'_>, path: &[&str], image: &Located<ImageReference>) {
    if image.tag.is_none() && image.digest.is_none() {
        cx.push(
            Diagnostic::new(
                Code::ImageWithoutTag,
                image.span(),
                format!("`{}.image` has no tag, so `latest` is meant", dotted(path)),
            )
            .help("write the tag that you mean"),
        );
    }
}

pub(super) fn entrypoint(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<Vec<Located<String>>>>,
) -> Option<Vec<String>> {
    let Some(written) = written else {
        return Some(Vec::new());
    };
    if let Some(first) = written.first().filter(|first| first.is_empty()) {
        cx.push(
            Diagnostic::new(
                Code::EmptyWord,
                first.span(),
                format!("`{}` starts with an empty word", dotted(path)),
            )
            .label("this is the program to run"),
        );
        return None;
    }
    Some(words(written.clone()))
}

pub(super) fn log_retention(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<String>>,
) -> Option<LogRetention> {
    let Some(written) = written else {
        return (!cx.is_spoiled(path)).then_some(LogRetention::Days(defaults::LOG_RETENTION));
    };
    if written.as_str() == "forever" {
        return Some(LogRetention::Forever);
    }
    let Seconds(seconds) = cx
        .parse(Code::BadDuration, path, Some(written), Seconds::parse)?
        .into_inner();
    let days = seconds / DAY;
    if seconds.is_multiple_of(DAY) && RetentionDays::OFFERED.contains(&days) {
        return Some(LogRetention::Days(RetentionDays(days)));
    }
    let below = RetentionDays::OFFERED
        .iter()
        .rev()
        .find(|offered| **offered * DAY < seconds);
    let above = RetentionDays::OFFERED
        .iter()
        .find(|offered| **offered * DAY > seconds);
    let mut near: Vec<_> = below
        .into_iter()
        .chain(above)
        .map(|days| format!("\"{days}d\""))
        .collect();
    if above.is_none() {
        near.push("\"forever\"".to_owned());
    }
    cx.push(
        Diagnostic::new(
            Code::LogRetention,
            written.span(),
            format!("`{}` cannot be {:?}", dotted(path), written.as_str()),
        )
        .label("CloudWatch Logs does not offer this")
        .help(format!("the nearest are {}", near.join(" and "))),
    );
    None
}

const DAY: u32 = 86_400;
