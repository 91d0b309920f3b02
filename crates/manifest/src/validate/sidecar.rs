//! `[services.NAME.sidecars.NAME]`: a container beside the service's own.

use super::Rules;
use super::containers::{condition, words};
use super::env::env;
use super::health::container_health;
use super::secrets::{check_apart, secrets};
use super::service::{entrypoint, warn_without_tag};
use super::size::{share_of_cpu, share_of_memory};
use crate::codes::Code;
use crate::defaults;
use crate::located::Located;
use crate::model::{ImageReference, Name, SecretOwner, Sidecar};
use crate::schema::SidecarSection;

/// The sidecar. None if something in it is wrong.
pub(super) fn sidecar(
    cx: &mut Rules<'_>,
    service: &[&str],
    key: Located<String>,
    section: SidecarSection,
) -> Option<Sidecar> {
    let path: &[&str] = &[service, &["sidecars", key.as_str()]].concat();
    let at = |key| [path, &[key]].concat();
    let name = cx.parse(Code::BadName, path, Some(&key), Name::parse);
    let image = cx.parse(
        Code::BadImage,
        &at("image"),
        section.image.as_ref(),
        ImageReference::parse,
    );
    if let Some(image) = &image {
        warn_without_tag(cx, path, image);
    }
    let cpu = share_of_cpu(cx, &at("cpu"), section.cpu.as_ref());
    let memory = share_of_memory(cx, &at("memory"), section.memory.as_ref());
    let entrypoint = entrypoint(cx, &at("entrypoint"), section.entrypoint.as_ref());
    let health = match &section.health {
        Some(health) => container_health(cx, &at("health"), health.get()).map(Some),
        None => (!cx.is_spoiled(&at("health"))).then_some(None),
    };
    check_apart(cx, path, section.env.as_ref(), section.secrets.as_ref());
    let env = env(cx, &at("env"), section.env);
    let secrets = secrets(cx, &at("secrets"), section.secrets, SecretOwner::Container);
    let ports = section.ports.map(Located::into_inner).unwrap_or_default();
    let depends_on = section.depends_on.unwrap_or_default().into_iter();
    let depends_on: Option<_> = depends_on
        .map(|(name, how)| Some((Name::parse(&name).ok()?, condition(*how.get()))))
        .collect();
    Some(Sidecar {
        name: name?,
        image: image?,
        essential: section
            .essential
            .map_or(defaults::ESSENTIAL, Located::into_inner),
        cpu: cpu?,
        memory: memory?,
        command: section.command.map(words).unwrap_or_default(),
        entrypoint: entrypoint?,
        env: env?,
        secrets: secrets?,
        ports: ports.into_iter().map(Located::into_inner).collect(),
        depends_on: depends_on?,
        health: health?,
    })
}
