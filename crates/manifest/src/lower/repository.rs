//! `[repositories.*]`, and the images of services that come from there or are built.

use std::collections::BTreeMap;

use ashore_engine::graph::Handle;
use ashore_engine::input::When;
use ashore_providers::aws::image::{self as kind, Image};
use ashore_providers::aws::names::Names;
use ashore_providers::aws::repository::{self, Mutability, Removal, Repository, lifecycle};
use serde_json::{Value, json};

use super::policy::policy;
use super::{LowerError, Lowering, of_service};
use crate::defaults;
use crate::model::{self, ImageReference, Principal, Service};

/// What pulls an image [ECR guide: repository policy examples].
const PULL: [&str; 3] = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
];

/// What pushes one, and pulls it again.
const PUSH: [&str; 7] = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
];

/// The physical name of the repository that a service's image is in, if that is one of ours.
pub fn repository_of(names: &Names, service: &Service) -> Option<String> {
    let part = match service.image.get() {
        model::Image::Reference(_) => return None,
        model::Image::Stored { repository, .. } => repository.as_str(),
        model::Image::Built(build) => match &build.repository {
            Some(repository) => repository.as_str(),
            // No name of a repository has a slash in it.
            None => {
                let part = format!("build/{}", service.name.get());
                return Some(names.name(&part, repository::NAME_MAX));
            }
        },
    };
    Some(names.name(part, repository::NAME_MAX))
}

/// Where images of a repository are pulled from, before the tag or digest.
pub fn uri(names: &Names, repository: &str) -> String {
    let (account, region) = (&names.account, &names.region);
    let suffix = match region.starts_with("cn-") {
        true => "amazonaws.com.cn",
        false => "amazonaws.com",
    };
    format!("{account}.dkr.ecr.{region}.{suffix}/{repository}")
}

/// The image that a container runs.
pub(super) struct Running {
    /// As a task definition names it.
    pub(super) reference: String,
    /// The resource that keeps it, if it is in a repository of ours.
    pub(super) kept: Option<Handle<Image>>,
}

impl Lowering<'_> {
    pub(super) fn repositories(&mut self) {
        let manifest = self.manifest;
        for (name, wanted) in &manifest.repositories {
            let spec = Repository {
                name: self.name(name.as_str(), repository::NAME_MAX),
                mutability: Mutability::of(wanted.immutable),
                scan_on_push: wanted.scan,
                kms_key: wanted.kms_key.clone(),
                lifecycle: Some(lifecycle::keep(wanted.keep)),
                policy: self.access(wanted),
                removal: match wanted.delete {
                    true => Removal::Delete,
                    false => Removal::Retain,
                },
                tags: self.tags(),
            };
            let address = format!("repositories.{name}/repository");
            let made = self.graph.add(address.as_str(), &spec);
            self.repositories.insert(spec.name, made);
        }
    }

    /// The image of the service's own container. None: it is not there yet, and the service waits for it.
    pub(super) fn image(&mut self, service: &Service) -> Result<Option<Running>, LowerError> {
        if let Some(reference) = service.image.reference() {
            return Ok(Some(Running {
                reference: reference.as_str().to_string(),
                kept: None,
            }));
        }
        let names = &self.surroundings.names;
        let name = repository_of(names, service).ok_or(LowerError::Unread("image"))?;
        let built = matches!(service.image.get(), model::Image::Built(_));
        if built && !self.repositories.contains_key(&name) {
            let made = self.own_repository(service, name.clone());
            self.repositories.insert(name.clone(), made);
        }
        let found = self.surroundings.images.get(service.name.get());
        let Some(found) = found.cloned() else {
            return match built {
                true => Err(LowerError::Unread("build")),
                false => Ok(None),
            };
        };
        let repository = self.repositories.get(&name);
        let repository = repository.ok_or(LowerError::Unread("repositories"))?;
        let spec = Image {
            repository: repository.get(Repository::NAME_),
            live_tag: kind::live_tag(service.name.as_str(), &found.digest),
            digest: found.digest.clone(),
            built_tag: found.built_tag,
        };
        let kept = self.graph.add(of_service(service, "image"), &spec);
        Ok(Some(Running {
            reference: format!("{}@{}", uri(names, &name), found.digest),
            kept: Some(kept),
        }))
    }

    /// A repository for what is built from here, and for nothing else: nothing is lost with it.
    fn own_repository(&mut self, service: &Service, name: String) -> Handle<Repository> {
        let spec = Repository {
            name,
            mutability: Mutability::of(true), // nobody but us puts tags there, and ours never move
            scan_on_push: defaults::REPOSITORY_SCAN,
            kms_key: None,
            lifecycle: Some(lifecycle::keep(defaults::REPOSITORY_KEEP)),
            policy: None,
            removal: Removal::Delete,
            tags: self.tags(),
        };
        self.graph.add(of_service(service, "repository"), &spec)
    }

    /// Tasks pull an image that is there, and one that stays.
    pub(super) fn pulled_by<K: ashore_engine::kind::Kind>(
        &mut self,
        running: &Handle<K>,
        image: &Running,
    ) {
        if let Some(kept) = &image.kept {
            let why = "tasks pull the image as they start";
            self.graph.after(running, kept, When::Ready, why);
        }
    }

    /// What the execution role of a task needs, and nothing else, where AWS's own policy for it would allow every pull
    /// in the account [ECS developer guide: task execution role].
    pub(super) fn pull_policies(
        &self,
        service: &Service,
        log_group: &str,
    ) -> BTreeMap<String, Value> {
        let names = &self.surroundings.names;
        let partition = partition(&names.region);
        let (region, account) = (&names.region, &names.account);
        let own = repository_of(names, service);
        let own =
            own.map(|name| format!("arn:{partition}:ecr:{region}:{account}:repository/{name}"));
        let beside = service.sidecars.values();
        let beside = beside.filter_map(|sidecar| repository_arn(&sidecar.image, partition));
        let mut repositories: Vec<String> = own.into_iter().chain(beside).collect();
        repositories.sort();
        repositories.dedup();
        let pull = vec![
            // It knows no resources [service authorization reference: ECR].
            json!({ "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*" }),
            json!({ "Effect": "Allow", "Action": PULL, "Resource": repositories }),
        ];
        let logs = json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": format!("arn:{partition}:logs:{region}:{account}:log-group:{log_group}:*"),
        });
        BTreeMap::from([
            ("pull".to_string(), policy(pull)),
            ("logs".to_string(), policy(vec![logs])),
        ])
    }

    /// Who may push and pull, besides those whose own policies allow it.
    fn access(&self, wanted: &model::Repository) -> Option<Value> {
        let names = &self.surroundings.names;
        let partition = partition(&names.region);
        let root = |account: &str| format!("arn:{partition}:iam::{account}:root");
        let who = |who: &Principal| match who {
            Principal::OwnAccount => root(&names.account),
            Principal::Account(account) => root(account),
            Principal::Arn(arn) => arn.clone(),
        };
        let rows = [
            ("Pull", &wanted.pull, &PULL[..]),
            ("Push", &wanted.push, &PUSH[..]),
        ];
        let rows = rows.into_iter().filter(|(_, whom, _)| !whom.is_empty());
        let statements = rows.map(|(name, whom, actions)| {
            json!({
                "Sid": name,
                "Effect": "Allow",
                "Principal": { "AWS": whom.iter().map(who).collect::<Vec<_>>() },
                "Action": actions,
            })
        });
        let statements: Vec<Value> = statements.collect();
        (!statements.is_empty()).then(|| policy(statements))
    }
}

/// The ARN of the repository of an image in somebody's ECR.
fn repository_arn(image: &ImageReference, partition: &str) -> Option<String> {
    let host = image.registry.as_deref()?;
    let (account, rest) = host.split_once(".dkr.ecr.")?;
    let (region, _) = rest.split_once(".amazonaws.com")?;
    let name = &image.repository;
    Some(format!(
        "arn:{partition}:ecr:{region}:{account}:repository/{name}"
    ))
}

/// [AWS general reference: ARNs]
fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
