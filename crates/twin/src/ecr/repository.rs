//! Repositories: made, listed, deleted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::image::Image;
use super::lifecycle::Rule;
use super::mutability::Mutability;
use super::upload::Upload;
use super::{mutability, refuse};
use crate::blobs::Blob;
use crate::clock::Millis;
use crate::input::Input;
use crate::kms;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// Repositories per region [ECR guide: service quotas].
const REPOSITORIES: usize = 100_000;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Repository {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) created: Millis,
    pub(super) mutability: Mutability,
    pub(super) scan_on_push: bool,
    /// `AES256`, `KMS` or `KMS_DSSE`, and the key's ARN.
    pub(super) encryption: (String, Option<String>),
    pub(super) tags: Tags,
    /// By digest.
    pub(super) images: BTreeMap<String, Image>,
    /// Layers and configurations, by digest.
    pub(super) layers: BTreeMap<String, Blob>,
    /// By id.
    pub(super) uploads: BTreeMap<String, Upload>,
    pub(super) policy: Option<String>,
    pub(super) lifecycle: Option<Lifecycle>,
}

/// A lifecycle policy, as it was given and as it is understood.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Lifecycle {
    pub(super) text: String,
    pub(super) rules: Vec<Rule>,
    pub(super) evaluated: Option<Millis>,
}

/// `CreateRepository`
pub(super) fn create_repository(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let registry = registry_id(call, &mut input)?;
    let name = input.required("repositoryName")?;
    let mutability = mutability::read(&mut input)?;
    let scan_on_push = match input.object("imageScanningConfiguration")? {
        Some(mut scanning) => {
            let on_push = scanning.boolean("scanOnPush")?;
            scanning.finish()?;
            on_push.unwrap_or(false)
        }
        None => false,
    };
    let encryption = encryption(&mut input)?;
    let tags = Tags::from_list(input.objects("tags")?, "Key", "Value")?;
    input.finish()?;
    check_name(&name)?;
    let mutability = mutability.unwrap_or_default();
    let encryption = match encryption {
        (kind, key) if kind != "AES256" => {
            let key = key.unwrap_or_else(|| "alias/aws/ecr".to_owned());
            let arn = kms::usable(call.world, &call.region, &key);
            let arn = arn.map_err(|why| Refusal::new("KmsException", why.message))?;
            (kind, Some(arn))
        }
        plain => plain,
    };
    let repositories = &call.here().ecr.repositories;
    if repositories.contains_key(&name) {
        return Err(Refusal::new(
            "RepositoryAlreadyExistsException",
            format!(
                "The repository with name '{name}' already exists in the registry with id '{registry}'"
            ),
        ));
    }
    if repositories.len() >= REPOSITORIES {
        return Err(Refusal::new(
            "LimitExceededException",
            format!("The limit of {REPOSITORIES} repositories has been reached."),
        ));
    }
    let repository = Repository {
        arn: call.arn("ecr", &format!("repository/{name}")),
        name: name.clone(),
        created: call.now(),
        mutability,
        scan_on_push,
        encryption,
        tags,
        images: BTreeMap::new(),
        layers: BTreeMap::new(),
        uploads: BTreeMap::new(),
        policy: None,
        lifecycle: None,
    };
    let view = repository.view();
    call.here().ecr.repositories.insert(name, repository);
    Ok(json!({ "repository": view }))
}

/// `DescribeRepositories`
pub(super) fn describe_repositories(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let registry = registry_id(call, &mut input)?;
    let names = input.texts("repositoryNames")?;
    let token = input.text("nextToken")?;
    let limit = input.number("maxResults")?;
    input.finish()?;
    // [ECR API: DescribeRepositories maxResults]
    if !names.is_empty() && (limit.is_some() || token.is_some()) {
        return Err(refuse::invalid(
            "maxResults and nextToken cannot be used with repositoryNames.",
        ));
    }
    check_limit(limit, 1000)?;
    let none = BTreeMap::new();
    let own = registry == call.account();
    let repositories = match own {
        true => &call.here().ecr.repositories,
        false => &none,
    };
    let mut rows = Vec::new();
    for name in &names {
        let repository = repositories.get(name);
        rows.push(
            repository
                .ok_or_else(|| refuse::no_repository(name, &registry))?
                .view(),
        );
    }
    if names.is_empty() {
        rows = repositories.values().map(Repository::view).collect();
    }
    let limit = (names.is_empty()).then(|| limit.unwrap_or(100));
    let (rows, next) = page::page(rows, limit, token)?;
    Ok(json!({ "repositories": rows, "nextToken": next }))
}

/// `DeleteRepository`
pub(super) fn delete_repository(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = named(call, &mut input)?;
    let force = input.boolean("force")?.unwrap_or(false);
    input.finish()?;
    let repository = find(call, &name, &registry)?;
    if !repository.images.is_empty() && !force {
        return Err(Refusal::new(
            "RepositoryNotEmptyException",
            format!(
                "The repository with name '{name}' in registry with id '{registry}' cannot be deleted because it still contains images"
            ),
        ));
    }
    let view = repository.view();
    if let Some(gone) = call.here().ecr.repositories.remove(&name) {
        let parts = gone.uploads.values().flat_map(|upload| &upload.parts);
        for blob in gone.layers.values().chain(parts) {
            call.world.blobs.release(blob);
        }
    }
    Ok(json!({ "repository": view }))
}

/// The account's own registry, or the one named, which is then another account's.
pub(super) fn registry_id(call: &Call<'_>, input: &mut Input) -> Result<String, Refusal> {
    let id = input.text("registryId")?.unwrap_or_else(|| call.account());
    if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse::parameter(
            "registryId",
            "must satisfy regular expression '[0-9]{12}'",
        ));
    }
    Ok(id)
}

/// The repository's name and its registry.
pub(super) fn named(call: &Call<'_>, input: &mut Input) -> Result<(String, String), Refusal> {
    let registry = registry_id(call, input)?;
    Ok((input.required("repositoryName")?, registry))
}

pub(super) fn find<'a>(
    call: &'a mut Call<'_>,
    name: &str,
    registry: &str,
) -> Result<&'a mut Repository, Refusal> {
    find_in(call.world, &call.region, name, registry)
}

/// The repository, if the registry is this account's.
pub(super) fn find_in<'a>(
    world: &'a mut World,
    region: &str,
    name: &str,
    registry: &str,
) -> Result<&'a mut Repository, Refusal> {
    let own = world.account == registry;
    let repositories = &mut world.region(region).ecr.repositories;
    let found = repositories.get_mut(name).filter(|_| own);
    found.ok_or_else(|| refuse::no_repository(name, registry))
}

pub(super) fn check_limit(limit: Option<i64>, most: i64) -> Result<(), Refusal> {
    match limit {
        Some(limit) if !(1..=most).contains(&limit) => Err(refuse::parameter(
            "maxResults",
            format_args!("must be a value between 1 and {most}"),
        )),
        _ => Ok(()),
    }
}

impl Repository {
    pub(super) fn registry(&self) -> &str {
        self.arn.split(':').nth(4).unwrap_or_default()
    }

    fn view(&self) -> Value {
        let region = self.arn.split(':').nth(3).unwrap_or_default();
        let (kind, key) = &self.encryption;
        let mut view = json!({
            "repositoryArn": self.arn,
            "registryId": self.registry(),
            "repositoryName": self.name,
            "repositoryUri":
                format!("{}.dkr.ecr.{region}.amazonaws.com/{}", self.registry(), self.name),
            "createdAt": self.created.epoch_seconds(),
            "imageScanningConfiguration": { "scanOnPush": self.scan_on_push },
            "encryptionConfiguration": { "encryptionType": kind, "kmsKey": key },
        });
        self.mutability.show(&mut view);
        view
    }
}

/// [botocore: ecr RepositoryName]
fn check_name(name: &str) -> Result<(), Refusal> {
    if !(2..=256).contains(&name.len()) {
        return Err(refuse::parameter(
            "repositoryName",
            "must have length between 2 and 256",
        ));
    }
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    // Words of letters and digits, joined by `.`, `_`, `__` or hyphens.
    let component = |text: &str| {
        let words: Vec<&str> = text.split(|c: char| ".-_".contains(c)).collect();
        let joints: Vec<&str> = text
            .split(|c: char| !".-_".contains(c))
            .filter(|joint| !joint.is_empty())
            .collect();
        words.first().is_some_and(|word| !word.is_empty())
            && words.last().is_some_and(|word| !word.is_empty())
            && words.iter().all(|word| word.bytes().all(alphanumeric))
            && joints
                .iter()
                .all(|joint| [".", "_", "__"].contains(joint) || joint.bytes().all(|b| b == b'-'))
    };
    match name.split('/').all(component) {
        true => Ok(()),
        false => Err(refuse::parameter(
            "repositoryName",
            "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'",
        )),
    }
}

fn encryption(input: &mut Input) -> Result<(String, Option<String>), Refusal> {
    let Some(mut given) = input.object("encryptionConfiguration")? else {
        return Ok(("AES256".to_owned(), None));
    };
    let kind = given.required("encryptionType")?;
    let key = given.text("kmsKey")?;
    given.finish()?;
    match (kind.as_str(), &key) {
        ("AES256", Some(_)) => Err(refuse::invalid(
            "Invalid request: kmsKey cannot be specified with encryption type AES256",
        )),
        ("AES256" | "KMS" | "KMS_DSSE", _) => Ok((kind, key)),
        _ => Err(refuse::parameter(
            "encryptionConfiguration.encryptionType",
            "Member must satisfy enum value set: [AES256, KMS, KMS_DSSE]",
        )),
    }
}
