//! The images of services that are built here, or come from a repository of ours: which ones they are now.
//!
//! What is built is built before there is a plan, so that the plan names exactly the image that will run; nothing in
//! the cloud is changed by it. What has been pushed before is found by what the builder calls it, and is neither packed
//! nor pushed again.

mod builder;

use std::collections::BTreeMap;

use ashore_engine::address::Address;
use ashore_engine::graph::Graph;
use ashore_engine::state::State;
use ashore_manifest::lower::{FoundImage, repository_of, uri};
use ashore_manifest::model::{Architecture, Build, Image, Name, Service};
use ashore_providers::aws::image::built_tag;
use ashore_providers::aws::names::Names;
use serde_json::Value;

use self::builder::Builder;
use crate::cloud::Cloud;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::project::Project;

/// Finds the image of each service that has one of this sort. One that nobody has pushed yet is left out.
pub(crate) async fn look_up(
    cloud: &Cloud,
    project: &Project,
    names: &Names,
    state: &State,
    say: &mut dyn FnMut(&str),
) -> Result<BTreeMap<Name, FoundImage>, CommandError> {
    let mut found = BTreeMap::new();
    let mut builder = None;
    for service in project.manifest.tasks() {
        let name = service.name.get();
        let Some(repository) = repository_of(names, service) else {
            continue;
        };
        let image = match service.image.get() {
            Image::Reference(_) => continue,
            Image::Stored { tag, .. } => {
                let there = stored(cloud, state, service, &repository, tag).await?;
                if there.is_none() && is_running(state, service) {
                    return Err(missing(cloud, service, &repository, tag).await);
                }
                there
            }
            Image::Built(build) => {
                let builder = match &builder {
                    Some(found) => found,
                    None => builder.insert(Builder::find(&project.tools)?),
                };
                let image = built(cloud, project, builder, service, build, &repository, say);
                Some(image.await?)
            }
        };
        found.extend(image.map(|image| (name.clone(), image)));
    }
    Ok(found)
}

/// The services that are not in the graph because nobody has pushed their image yet, with what to push, for people.
pub(crate) fn waiting(project: &Project, names: &Names, graph: &Graph) -> Vec<Waiting> {
    let waiting = project.manifest.tasks().filter_map(|service| {
        let Image::Stored { tag, .. } = service.image.get() else {
            return None;
        };
        if ["service", "schedule"]
            .iter()
            .any(|part| graph.node(&address(service, part)).is_some())
        {
            return None;
        }
        let repository = repository_of(names, service)?;
        Some(Waiting {
            service: service.name.to_string(),
            path: service.path(),
            image: format!("{}:{tag}", uri(names, &repository)),
        })
    });
    waiting.collect()
}

/// A service, worker or job that waits for its first image.
pub(crate) struct Waiting {
    /// Its name.
    pub(crate) service: String,
    path: String,
    /// What to push.
    pub(crate) image: String,
}

impl Waiting {
    /// For people.
    pub(crate) fn text(&self) -> String {
        let Self { path, image, .. } = self;
        format!(
            "{path} waits for its first image and is left out until then; push {image}, then run `ashore up` \
             again"
        )
    }
}

/// Whether a service is left out because nobody has pushed its image yet: it is not to be reached.
pub(crate) fn waits(state: &State, service: &Service) -> bool {
    matches!(service.image.get(), Image::Stored { .. }) && !is_running(state, service)
}

/// Whether there is a service, or a schedule of a job, of that name by now.
fn is_running(state: &State, service: &Service) -> bool {
    let there = |part| state.current(&address(service, part)).is_some();
    there("service") || there("raw_service") || there("schedule")
}

fn address(service: &Service, part: &str) -> Address {
    Address::new(format!("{}/{part}", service.path()))
}

/// The image that a tag is on now, if it is there and runs on the service's processor.
async fn stored(
    cloud: &Cloud,
    state: &State,
    service: &Service,
    repository: &str,
    tag: &str,
) -> Result<Option<FoundImage>, CommandError> {
    let aws = &cloud.aws;
    let unread = |failure| {
        CommandError::of_failure(
            &format!("the repository `{repository}` cannot be read"),
            &failure,
        )
    };
    let image = cloud.read("an image", || aws.image(repository, tag)).await;
    let Some(image) = image.map_err(unread)? else {
        return Ok(None);
    };
    let found = FoundImage {
        digest: image.digest.clone(),
        built_tag: None,
    };
    if runs(state, service, &image.digest) {
        return Ok(Some(found)); // and so it was looked at before
    }
    let platforms = cloud.read("an image's platforms", || {
        aws.platforms(&cloud.registry, repository, &image)
    });
    let platforms = platforms.await.map_err(unread)?;
    let wanted = platform(service);
    if !platforms.is_empty() && !platforms.contains(wanted) {
        let platforms: Vec<&str> = platforms.iter().map(String::as_str).collect();
        let what = format!("{repository}:{tag}");
        return Err(other_platform(service, &what, &platforms.join(", ")));
    }
    Ok(Some(found))
}

/// Whether the service runs that very image on the same processor as before.
fn runs(state: &State, service: &Service, digest: &str) -> bool {
    let record = |part: &str| state.current(&address(service, part));
    let image = record("image").map(|(_, record)| record.outputs.get("digest"));
    let processor = record("task_definition").map(|(_, record)| record.spec.get("architecture"));
    let wanted = match service.arch {
        Architecture::X86_64 => "X86_64",
        Architecture::Arm64 => "ARM64",
    };
    let says = |value: Option<Option<&Value>>, wanted: &str| {
        value.flatten().and_then(Value::as_str) == Some(wanted)
    };
    is_running(state, service) && says(image, digest) && says(processor, wanted)
}

/// Builds an image, and packs it for the push if nothing of that content is in the repository.
async fn built(
    cloud: &Cloud,
    project: &Project,
    builder: &Builder,
    service: &Service,
    build: &Build,
    repository: &str,
    say: &mut dyn FnMut(&str),
) -> Result<FoundImage, CommandError> {
    let path = service.path();
    say(&format!("building {path} with {}", builder.name()));
    let id = builder.build(&project.place(), build, &path)?;
    let tag = built_tag(&id);
    let there = cloud
        .read("an image", || cloud.aws.image(repository, &tag))
        .await;
    let there = there.map_err(|failure| {
        CommandError::of_failure(
            &format!("the repository `{repository}` cannot be read"),
            &failure,
        )
    })?;
    let digest = match there {
        Some(there) => there.digest,
        None => {
            let local = builder.save(&id, &path)?;
            let wanted = platform(service);
            if let Some(platform) = local.platform.as_deref().filter(|it| *it != wanted) {
                return Err(other_platform(service, "what was built", platform));
            }
            let digest = local.digest.clone();
            cloud.aws.images.hold(local);
            digest
        }
    };
    Ok(FoundImage {
        digest,
        built_tag: Some(tag),
    })
}

fn platform(service: &Service) -> &'static str {
    match service.arch {
        Architecture::X86_64 => "linux/amd64",
        Architecture::Arm64 => "linux/arm64",
    }
}

/// As a task it would fail with "exec format error", minutes later.
fn other_platform(service: &Service, what: &str, platforms: &str) -> CommandError {
    let path = service.path();
    let message = format!(
        "{path} runs on {}, and {what} is for {platforms}",
        platform(service)
    );
    CommandError::new("E0217", message)
        .advice("build it for that platform (`docker build --platform`), or write the `arch` that it is for")
        .exit(Exit::Failed)
}

/// A tag that is not there would take a running service away, if it counted as "not yet".
async fn missing(cloud: &Cloud, service: &Service, repository: &str, tag: &str) -> CommandError {
    let tags = cloud
        .read("tags", || cloud.aws.image_tags(repository))
        .await;
    let mut error = CommandError::new(
        "E0216",
        format!("the image of {} is not there, and it runs", service.path()),
    )
    .cause(match tags {
        Ok(None) => format!("there is no repository `{repository}`"),
        Ok(Some(tags)) if tags.is_empty() => format!("no image in `{repository}` has a tag"),
        Ok(Some(tags)) => {
            format!(
                "`{repository}` has no tag `{tag}`; it has {}",
                tags.join(", ")
            )
        }
        Err(_) => format!("`{repository}` has no tag `{tag}`"),
    });
    error.advice = vec![
        "push that image, or write the tag that you mean".to_string(),
        "take the whole section out if the service is to go".to_string(),
    ];
    error
}
