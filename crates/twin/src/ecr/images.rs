//! The images of a repository, listed and read.

use serde_json::{Value, json};

use super::image::{Image, ImageId};
use super::refuse;
use super::repository::{self, Repository};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;

/// `DescribeImages`
pub(super) fn describe_images(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let ids = ImageId::list(&mut input)?;
    let token = input.text("nextToken")?;
    let limit = input.number("maxResults")?;
    let filter = filter(&mut input)?;
    input.finish()?;
    repository::check_limit(limit, 1000)?;
    // [ECR API: DescribeImages maxResults]
    if !ids.is_empty() && (limit.is_some() || token.is_some()) {
        return Err(refuse::invalid(
            "maxResults and nextToken cannot be used with imageIds.",
        ));
    }
    let repository = repository::find(call, &name, &registry)?;
    let mut rows = Vec::new();
    for id in &ids {
        let image = id.find(repository).map_err(|_| absent(id, repository))?;
        rows.push(details(image, repository));
    }
    if ids.is_empty() {
        let images = repository.images.values();
        let images = images.filter(|image| filter.takes(!image.tags.is_empty()));
        rows = images.map(|image| details(image, repository)).collect();
    }
    let limit = (ids.is_empty()).then(|| limit.unwrap_or(100));
    let (rows, next) = page::page(rows, limit, token)?;
    Ok(json!({ "imageDetails": rows, "nextToken": next }))
}

/// `ListImages`: an entry for every tag, and one for every image without.
pub(super) fn list_images(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let token = input.text("nextToken")?;
    let limit = input.number("maxResults")?;
    let filter = filter(&mut input)?;
    input.finish()?;
    repository::check_limit(limit, 1000)?;
    let repository = repository::find(call, &name, &registry)?;
    let mut rows = Vec::new();
    for image in repository.images.values() {
        if image.tags.is_empty() && filter.takes(false) {
            rows.push(json!({ "imageDigest": image.digest }));
        }
        for tag in image.tags.iter().filter(|_| filter.takes(true)) {
            rows.push(json!({ "imageDigest": image.digest, "imageTag": tag }));
        }
    }
    let (rows, next) = page::page(rows, Some(limit.unwrap_or(100)), token)?;
    Ok(json!({ "imageIds": rows, "nextToken": next }))
}

/// `BatchGetImage`
pub(super) fn batch_get_image(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let ids = ImageId::some(&mut input)?;
    // What AWS holds in another format it would convert; here nothing is pushed in a format that is no longer taken.
    input.texts("acceptedMediaTypes")?;
    input.finish()?;
    let repository = repository::find(call, &name, &registry)?;
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for id in &ids {
        match id.find(repository) {
            Ok(image) => images.push(json!({
                "registryId": registry,
                "repositoryName": name,
                "imageId": { "imageDigest": image.digest, "imageTag": id.tag },
                "imageManifest": image.manifest,
                "imageManifestMediaType": image.media_type,
            })),
            Err((code, reason)) => failures.push(
                json!({ "imageId": id.show(), "failureCode": code, "failureReason": reason }),
            ),
        }
    }
    Ok(json!({ "images": images, "failures": failures }))
}

/// Which images are asked for.
struct Filter(Option<bool>);

impl Filter {
    fn takes(&self, tagged: bool) -> bool {
        self.0.is_none_or(|wanted| wanted == tagged)
    }
}

fn filter(input: &mut Input) -> Result<Filter, Refusal> {
    let Some(mut filter) = input.object("filter")? else {
        return Ok(Filter(None));
    };
    let status = filter.text("tagStatus")?;
    filter.accept("imageStatus", &[json!("ACTIVE"), json!("ANY")])?;
    filter.finish()?;
    match status.as_deref() {
        None | Some("ANY") => Ok(Filter(None)),
        Some("TAGGED") => Ok(Filter(Some(true))),
        Some("UNTAGGED") => Ok(Filter(Some(false))),
        Some(_) => Err(refuse::parameter(
            "filter.tagStatus",
            "Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]",
        )),
    }
}

fn details(image: &Image, repository: &Repository) -> Value {
    let manifest = image.read();
    let size = manifest.as_ref().map(|manifest| {
        let children = manifest.children.iter();
        let children = children.filter_map(|(digest, _)| repository.images.get(digest)?.read());
        manifest.size() + children.map(|child| child.size()).sum::<u64>()
    });
    json!({
        "registryId": repository.registry(),
        "repositoryName": repository.name,
        "imageDigest": image.digest,
        "imageTags": (!image.tags.is_empty()).then_some(&image.tags),
        "imageSizeInBytes": size,
        "imagePushedAt": image.pushed.epoch_seconds(),
        "imageManifestMediaType": image.media_type,
        "artifactMediaType": manifest.and_then(|manifest| manifest.artifact_type),
        "imageStatus": "ACTIVE",
    })
}

/// [emulators.md 4: "DescribeImages missing tag"]
fn absent(id: &ImageId, repository: &Repository) -> Refusal {
    let word = |it: &Option<String>| it.clone().unwrap_or_else(|| "null".to_owned());
    Refusal::new(
        "ImageNotFoundException",
        format!(
            "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with name '{}' in the registry with id '{}'",
            word(&id.digest),
            word(&id.tag),
            repository.name,
            repository.registry()
        ),
    )
}
