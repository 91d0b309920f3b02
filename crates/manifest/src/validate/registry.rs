//! `[registry]`: the private registry that images come from.

use super::Rules;
use super::secrets::value_from;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{ImageReference, Refusal, Registry, canonical_registry};
use crate::schema::{ImageSection, Named, RegistrySection, SidecarSection};

/// The registry. None if something in it is wrong.
pub(super) fn registry(
    cx: &mut Rules<'_>,
    section: Option<&Located<RegistrySection>>,
) -> Option<Option<Registry>> {
    let Some(section) = section else {
        return (!cx.is_spoiled(&["registry"])).then_some(None);
    };
    let server = cx.parse(
        Code::BadRegistry,
        &["registry", "server"],
        section.server.as_ref(),
        parse_server,
    );
    let username = cx.parse(
        Code::BadRegistry,
        &["registry", "username"],
        section.username.as_ref(),
        parse_username,
    );
    let password = section
        .password
        .as_ref()
        .and_then(|password| value_from(cx, &["registry", "password"], password));
    Some(Some(Registry {
        server: server?,
        username: username?,
        password: password?,
    }))
}

/// What is written of the images of one task: its own, and the sidecars.
type Images<'s> = (
    &'s Option<Located<ImageSection>>,
    &'s Option<Named<SidecarSection>>,
);

/// A registry that no image comes from is most often a typing mistake in one of the two.
pub(super) fn check_used<'s>(
    cx: &mut Rules<'_>,
    registry: &Registry,
    tasks: impl Iterator<Item = Images<'s>>,
) {
    let images = tasks.flat_map(|(image, sidecars)| {
        let sidecars = sidecars.iter().flat_map(|all| all.values());
        let beside = sidecars.filter_map(|sidecar| sidecar.image.as_ref());
        let beside = beside.map(|image| image.as_str());
        let own = image.as_ref().and_then(|it| it.reference());
        own.into_iter().chain(beside)
    });
    let mut images = images.map(ImageReference::parse);
    // An image that cannot be read may have been meant.
    if images.all(|image| image.is_ok_and(|image| !registry.serves(&image))) {
        let server = &registry.server;
        cx.push(
            Diagnostic::new(
                Code::RegistryUnused,
                server.span(),
                format!("no image comes from the registry {:?}", server.as_str()),
            )
            .help(format!("its images start with \"{}/\"", server.as_str())),
        );
    }
}

fn parse_server(text: &str) -> Result<String, Refusal> {
    if let Some((_, rest)) = text.split_once("://") {
        let host = canonical_registry(rest.split('/').next().unwrap_or_default());
        return Err(Refusal::new("a URL, not a host").help(format!("write {host:?}")));
    }
    if let Some((host, _)) = text.split_once('/') {
        return Err(Refusal::new("a server has no path").help(format!("write {host:?}")));
    }
    let server = canonical_registry(text);
    if server.ends_with(".amazonaws.com") && server.contains(".dkr.ecr.") {
        return Err(
            Refusal::new("ECR knows the task by its role and needs no password")
                .help("take the section out"),
        );
    }
    // An image's first part is a registry only if it looks like a host, so try it as one.
    let as_image = ImageReference::parse(&format!("{server}/x:1"));
    match as_image {
        Ok(image) if image.registry.as_deref() == Some(server.as_str()) => Ok(server),
        _ => Err(Refusal::new("not a host").help("write for example \"ghcr.io\"")),
    }
}

fn parse_username(text: &str) -> Result<String, Refusal> {
    if text.is_empty() {
        return Err(Refusal::new("empty"));
    }
    Ok(text.to_owned())
}
