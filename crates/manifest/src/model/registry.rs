//! The private registry that images come from.

use super::{ImageReference, ValueFrom};
use crate::located::Located;

/// A private registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// Host, and port if it is not 443; [`Registry::DOCKER_HUB`] for Docker Hub.
    pub server: Located<String>,
    /// Who pulls.
    pub username: Located<String>,
    /// Where the password comes from.
    pub password: Located<ValueFrom>,
}

impl Registry {
    /// What images that name no registry come from.
    pub const DOCKER_HUB: &'static str = "docker.io";

    /// Does this image come from there?
    pub fn serves(&self, image: &ImageReference) -> bool {
        canonical(image.registry.as_deref().unwrap_or(Self::DOCKER_HUB)) == *self.server.get()
    }
}

/// One name for Docker Hub, which has several.
pub(crate) fn canonical(server: &str) -> String {
    let server = server.to_ascii_lowercase();
    match server.as_str() {
        "index.docker.io" | "registry-1.docker.io" | "registry.hub.docker.com" => {
            Registry::DOCKER_HUB.to_owned()
        }
        _ => server,
    }
}
