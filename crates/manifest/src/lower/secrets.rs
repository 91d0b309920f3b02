//! Secrets: those that are made, those that somebody else keeps, and who may read them.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::graph::Handle;
use ashore_engine::input::Input;
use ashore_providers::aws::secret as kind;
use serde_json::{Value, json};

use super::policy::policy;
use super::{LowerError, Lowering, of_service};
use crate::model::{
    ImageReference, Manifest, Reference, Secret, SecretOwner, SecretSource, Service, ValueFrom,
};

/// The time for which a secret that we made up can be had back: its value is nowhere else.
const RECOVERY_DAYS: u32 = 30;

/// A secret that is kept for the app, and what it is to hold. The values themselves are looked up by whoever runs
/// the plan and never come in here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its physical name.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
}

/// What a secret that is kept for the app holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A value that is given.
    Given(ValueFrom),
    /// The credentials of a registry, as ECS wants them: `{"username": …, "password": …}`
    /// [ECS developer guide: private registry authentication].
    Credentials {
        /// Who pulls.
        username: String,
        /// Where the password comes from.
        password: ValueFrom,
    },
    /// A random text of so many letters and digits.
    Generated(u32),
}

impl Holds {
    /// Where it comes from, in words: what the plan shows and the state remembers.
    pub fn source(&self) -> String {
        match self {
            Holds::Given(from) => from.to_string(),
            Holds::Credentials { username, password } => {
                format!("registry user {username}, password from {password}")
            }
            Holds::Generated(length) => format!("{length} letters and digits"),
        }
    }
}

/// Every secret that the stack of this manifest keeps, by its address.
pub fn kept(manifest: &Manifest, stack: &str) -> BTreeMap<String, Kept> {
    let mut all = BTreeMap::new();
    let mut keep = |address: String, name: String, holds| all.insert(address, Kept { name, holds });
    if let Some(registry) = &manifest.registry
        && images(manifest).any(|image| registry.serves(image))
    {
        let holds = Holds::Credentials {
            username: registry.username.get().clone(),
            password: registry.password.get().clone(),
        };
        keep(
            "registry/secret".to_string(),
            format!("{stack}/registry"),
            holds,
        );
    }
    for (name, secret) in &manifest.secrets {
        if let Some(holds) = holds(secret) {
            keep(of_app(name), format!("{stack}/secrets/{name}"), holds);
        }
    }
    for service in manifest.tasks() {
        let place = format!(
            "{stack}/{}/{}",
            service.section.as_str(),
            service.name.get()
        );
        let own = service.secrets.iter();
        for (name, secret) in own.filter(|(_, it)| it.owner == SecretOwner::Container) {
            if let Some(holds) = holds(secret) {
                let path = format!("{place}/{name}");
                keep(of_container(service, None, name), path, holds);
            }
        }
        let login = service.ingress.target().and_then(|it| it.login.as_ref());
        if let Some(SecretSource::Given(from)) = login.map(|it| it.client_secret.get()) {
            let path = format!("{stack}/logins/{}", service.name.get());
            keep(of_login(service), path, Holds::Given(from.clone()));
        }
        for (sidecar, section) in &service.sidecars {
            for (name, secret) in &section.secrets {
                if let Some(holds) = holds(secret) {
                    let path = format!("{place}/sidecars/{sidecar}/{name}");
                    let address = of_container(service, Some(sidecar.as_str()), name);
                    keep(address, path, holds);
                }
            }
        }
    }
    all
}

fn images(manifest: &Manifest) -> impl Iterator<Item = &ImageReference> {
    manifest.tasks().flat_map(|service| {
        let beside = service.sidecars.values().map(|it| it.image.get());
        service.image.reference().into_iter().chain(beside)
    })
}

fn holds(secret: &Secret) -> Option<Holds> {
    match secret.source.get() {
        SecretSource::Existing { .. } => None,
        SecretSource::Generated { length } => Some(Holds::Generated(*length)),
        SecretSource::Given(from) => Some(Holds::Given(from.clone())),
    }
}

fn of_app(name: &str) -> String {
    format!("secrets/secret[{name}]")
}

/// The client secret of the login before a service.
pub(super) fn of_login(service: &Service) -> String {
    of_service(service, "login_secret").to_string()
}

fn of_container(service: &Service, sidecar: Option<&str>, name: &str) -> String {
    let part = match sidecar {
        Some(sidecar) => format!("sidecar_secret[{sidecar}.{name}]"),
        None => format!("secret[{name}]"),
    };
    of_service(service, &part).to_string()
}

/// What the containers of a task read when it starts, gathered so that its execution role may read exactly that.
#[derive(Default)]
pub(super) struct Reads {
    secrets: Vec<Input<String>>,
    parameters: BTreeSet<String>,
    keys: BTreeSet<String>,
}

impl Lowering<'_> {
    /// Adds every secret that is kept for the app. Gives them by address.
    pub(super) fn kept_secrets(&mut self) -> BTreeMap<String, Handle<kind::Secret>> {
        let stack = self.surroundings.names.stack.to_string();
        let mut all = BTreeMap::new();
        for (address, kept) in kept(self.manifest, &stack) {
            let source = kept.holds.source();
            let spec = kind::Secret {
                name: kept.name,
                description: format!("{address} of {stack}"),
                content: match kept.holds {
                    Holds::Generated(length) => kind::Content::Generated { length },
                    Holds::Given(_) | Holds::Credentials { .. } => kind::Content::Given { source },
                },
                recovery: match kept.holds {
                    Holds::Generated(_) => kind::Recovery::Days(RECOVERY_DAYS),
                    // Who gave it has it.
                    Holds::Given(_) | Holds::Credentials { .. } => kind::Recovery::None,
                },
                scheduled_for_deletion: false,
                tags: self.tags(),
            };
            let secret = self.graph.add(address.as_str(), &spec);
            all.insert(address, secret);
        }
        all
    }

    /// What the container of these secrets takes them from, by the name of the variable.
    pub(super) fn secrets_of(
        &self,
        service: &Service,
        sidecar: Option<&str>,
        secrets: &BTreeMap<String, Secret>,
        reads: &mut Reads,
    ) -> Result<BTreeMap<String, Input<String>>, LowerError> {
        let from = secrets.iter().map(|(name, secret)| {
            let from = match secret.source.get() {
                SecretSource::Existing { reference, key } => {
                    self.existing_secret(reference, key.as_deref(), reads)?
                }
                SecretSource::Generated { .. } | SecretSource::Given(_) => {
                    let address = match secret.owner {
                        SecretOwner::App => of_app(name),
                        SecretOwner::Container => of_container(service, sidecar, name),
                    };
                    let kept = self.kept.get(&address);
                    let kept = kept.ok_or(LowerError::Unread("secrets"))?;
                    reads.secret(kept.get(kind::Secret::ARN))
                }
            };
            Ok((name.clone(), from))
        });
        from.collect()
    }

    /// The credentials with which this image is pulled.
    pub(super) fn credentials_for(
        &self,
        image: &ImageReference,
        reads: &mut Reads,
    ) -> Option<Input<String>> {
        let registry = self.manifest.registry.as_ref()?;
        if !registry.serves(image) {
            return None;
        }
        let kept = self.kept.get("registry/secret")?;
        Some(reads.secret(kept.get(kind::Secret::ARN)))
    }

    pub(super) fn existing_secret(
        &self,
        reference: &Reference,
        key: Option<&str>,
        reads: &mut Reads,
    ) -> Result<Input<String>, LowerError> {
        let found = self.surroundings.secrets.get(reference);
        let found = found.ok_or_else(|| LowerError::Secret(reference.clone()))?;
        reads.keys.extend(found.kms_key.clone());
        Ok(match reference {
            Reference::Parameter(_) => {
                reads.parameters.insert(found.arn.clone());
                Input::Known(found.arn.clone())
            }
            Reference::Secret(_) => {
                reads.secret(Input::Known(found.arn.clone()));
                // [ECS developer guide: "arn:…:secret:name:json-key:version-stage:version-id"]
                Input::Known(match key {
                    Some(key) => format!("{}:{key}::", found.arn),
                    None => found.arn.clone(),
                })
            }
        })
    }
}

impl Reads {
    pub(super) fn secret(&mut self, arn: Input<String>) -> Input<String> {
        if !self.secrets.contains(&arn) {
            self.secrets.push(arn.clone());
        }
        arn
    }

    /// The policy of an execution role that reads exactly this; none if there is nothing to read [ECS developer guide:
    /// task execution role, "secrets"].
    pub(super) fn policies(&self) -> BTreeMap<String, Value> {
        let mut statements = Vec::new();
        let mut allow = |action: &str, resources: Value| {
            statements.push(json!({
                "Effect": "Allow",
                "Action": [action],
                "Resource": resources,
            }));
        };
        if !self.secrets.is_empty() {
            allow("secretsmanager:GetSecretValue", json!(self.secrets));
        }
        if !self.parameters.is_empty() {
            allow("ssm:GetParameters", json!(self.parameters));
        }
        if !self.keys.is_empty() {
            allow("kms:Decrypt", json!(self.keys));
        }
        if statements.is_empty() {
            return BTreeMap::new();
        }
        BTreeMap::from([("secrets".to_string(), policy(statements))])
    }
}
