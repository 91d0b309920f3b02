//! Amazon ECR: repositories, their images and layers, the policies on them, and the registry's own HTTP API.
//!
//! Images come by `PutImage` and layer uploads or by a push over HTTP, which are two doors to the same rooms. A lifecycle
//! policy deletes on the clock. Scans find nothing and are not modelled; nor are replication, pull-through caches,
//! archived images and creation templates.

mod authorization;
mod delete_images;
mod expiry;
mod http;
mod image;
mod images;
mod layers;
mod lifecycle;
mod manifest;
mod mutability;
mod policy;
mod pull;
mod put_image;
mod refuse;
mod repository;
mod scanning;
mod tag;
mod upload;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::tags::Tags;
use crate::world::World;

pub(crate) use authorization::Token;
pub(crate) use http::REGISTRY;
pub(crate) use pull::{Reference, Resolved};
use repository::Repository;
use scanning::Scanning;

/// The registry of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Registry {
    /// By name.
    repositories: BTreeMap<String, Repository>,
    scanning: Scanning,
}

/// What happens in a registry by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// The lifecycle policy of a repository is carried out.
    Evaluate { repository: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    read(
        "BatchCheckLayerAvailability",
        layers::batch_check_layer_availability,
    ),
    write("BatchDeleteImage", delete_images::batch_delete_image),
    read("BatchGetImage", images::batch_get_image),
    write("CompleteLayerUpload", layers::complete_layer_upload),
    write("CreateRepository", repository::create_repository),
    write("DeleteLifecyclePolicy", expiry::delete_lifecycle_policy),
    write("DeleteRepository", repository::delete_repository),
    write("DeleteRepositoryPolicy", policy::delete_repository_policy),
    read("DescribeImages", images::describe_images),
    read("DescribeRepositories", repository::describe_repositories),
    read("GetAuthorizationToken", authorization::get_token),
    read("GetLifecyclePolicy", expiry::get_lifecycle_policy),
    read(
        "GetRegistryScanningConfiguration",
        scanning::get_registry_scanning_configuration,
    ),
    read("GetRepositoryPolicy", policy::get_repository_policy),
    write("InitiateLayerUpload", layers::initiate_layer_upload),
    read("ListImages", images::list_images),
    read("ListTagsForResource", tag::list_tags_for_resource),
    write("PutImage", put_image::put_image),
    write(
        "PutImageScanningConfiguration",
        scanning::put_image_scanning_configuration,
    ),
    write(
        "PutImageTagMutability",
        mutability::put_image_tag_mutability,
    ),
    write("PutLifecyclePolicy", expiry::put_lifecycle_policy),
    write(
        "PutRegistryScanningConfiguration",
        scanning::put_registry_scanning_configuration,
    ),
    write("SetRepositoryPolicy", policy::set_repository_policy),
    write("TagResource", tag::tag_resource),
    write("UntagResource", tag::untag_resource),
    write("UploadLayerPart", layers::upload_layer_part),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    let Happening::Evaluate { repository } = what;
    expiry::evaluate(world, region, &repository);
}

/// The repositories with their tags, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let repositories = region.ecr.repositories.values();
    repositories.map(|it| (it.arn.clone(), &it.tags)).collect()
}
