//! What a task is given before it starts: the secrets of its containers and logs, and the credentials of its
//! registries, all read as its execution role. Nothing of it is kept.
//!
//! The sentences are those that stopped tasks bear, as far as issues quote them (copilot-cli #5752 #4504,
//! terraform-aws-directus #10); where none is known, only their beginning is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::container::{Container, Secret};
use super::refuse;
use super::task::Task;
use crate::iam::{self, Role, Verdict};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;
use crate::{secretsmanager, ssm};

/// How the reason of every such stop begins [ECS developer guide: stopped task errors, ResourceInitializationError].
const BEGINNING: &str = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ";

/// Why a task cannot have all that it is to be given; none if it can.
pub(super) fn unavailable(world: &mut World, region: &str, id: &str) -> Option<String> {
    let request_id = world.ids.uuid();
    let ecs = &world.regions.get(region)?.ecs;
    let task = ecs.tasks.get(id)?;
    let containers = task.containers.iter().map(|it| &it.definition);
    let (mut secrets, mut parameters, mut registries) = (Vec::new(), Vec::new(), Vec::new());
    for container in containers {
        for secret in secrets_of(container) {
            match Reference::parse(&secret.value_from) {
                Some(reference) => secrets.push(reference),
                None => parameters.push(secret.value_from.as_str()),
            }
        }
        if let Some(credentials) = &container.repository_credentials {
            let given = credentials.credentials_parameter.as_str();
            registries.push(Reference::parse(given).unwrap_or_else(|| Reference::to(given)));
        }
    }
    if secrets.is_empty() && parameters.is_empty() && registries.is_empty() {
        return None;
    }
    let Some(role) = execution_role(world, region, task) else {
        return Some(format!("{BEGINNING}the task has no execution role"));
    };
    let asker = Asker {
        world,
        region,
        role,
        session: &task.id,
        request_id: &request_id,
    };
    let registry = |it: &Reference<'_>| asker.registry(it);
    let read = parameters_of(&asker, &parameters)
        .and_then(|()| secrets.iter().try_for_each(|it| asker.secret(it).map(drop)))
        .and_then(|()| registries.iter().try_for_each(registry));
    read.err().map(|why| format!("{BEGINNING}{why}"))
}

/// Refuses what RegisterTaskDefinition refuses of `secrets`.
pub(super) fn check(container: &Container) -> Result<(), Refusal> {
    let mut taken: BTreeSet<&str> = container
        .environment
        .iter()
        .filter_map(|it| it.name.as_deref())
        .collect();
    for secret in &container.secrets {
        if !taken.insert(&secret.name) {
            return Err(refuse::client(format!(
                "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '{}'.",
                secret.name
            )));
        }
    }
    let good = |c: char| c.is_ascii_alphanumeric() || "_.-/:".contains(c);
    for secret in secrets_of(container) {
        let from = &secret.value_from;
        let arn = ["arn:aws:secretsmanager:", "arn:aws:ssm:"]
            .iter()
            .any(|service| from.starts_with(service));
        let name = !from.starts_with("arn:") && !from.is_empty() && from.chars().all(good);
        if !arn && !name {
            return Err(refuse::client(format!(
                "The Systems Manager parameter name specified for secret {} is invalid. The parameter name can be up to 2048 characters and include the following letters and symbols: a-zA-Z0-9_.-,",
                secret.name
            )));
        }
    }
    Ok(())
}

/// The secrets of a container and of its log driver.
fn secrets_of(container: &Container) -> impl Iterator<Item = &Secret> {
    let logging = container.log_configuration.as_ref();
    let options = logging.map(|logging| logging.secret_options.as_slice());
    container.secrets.iter().chain(options.unwrap_or_default())
}

fn execution_role<'a>(world: &'a World, region: &str, task: &Task) -> Option<&'a Role> {
    let definition = world.regions.get(region)?.ecs.definition(&task.definition);
    let overridden = task.overrides["executionRoleArn"].as_str();
    let arn = overridden.or(definition?.spec.execution_role_arn.as_deref())?;
    iam::role(world, arn)
}

/// `arn:aws:secretsmanager:region:account:secret:name-AbCdEf:key:stage:version`, where the last three may be empty or
/// left out [ECS developer guide: secrets-envvar-secrets-manager].
#[derive(Debug)]
struct Reference<'a> {
    region: Option<&'a str>,
    id: String,
    key: Option<&'a str>,
    stage: Option<&'a str>,
    version: Option<&'a str>,
}

impl<'a> Reference<'a> {
    fn parse(from: &'a str) -> Option<Reference<'a>> {
        let parts: Vec<&str> = from.split(':').collect();
        if !from.starts_with("arn:") || parts.get(2) != Some(&"secretsmanager") {
            return None;
        }
        let part = |at: usize| parts.get(at).copied().filter(|part| !part.is_empty());
        Some(Reference {
            region: part(3),
            id: parts.iter().take(7).copied().collect::<Vec<_>>().join(":"),
            key: part(7),
            stage: part(8),
            version: part(9),
        })
    }

    fn to(name: &str) -> Reference<'a> {
        Reference {
            region: None,
            id: name.to_owned(),
            key: None,
            stage: None,
            version: None,
        }
    }
}

/// Reads as a role.
struct Asker<'a> {
    world: &'a World,
    region: &'a str,
    role: &'a Role,
    /// The task's id, which ECS gives the session.
    session: &'a str,
    request_id: &'a str,
}

impl Asker<'_> {
    fn secret(&self, it: &Reference<'_>) -> Result<String, String> {
        let failed = |why: String| {
            format!(
                "unable to retrieve secret from asm: service call has been retried 1 time(s): {why}"
            )
        };
        let region = it.region.unwrap_or(self.region);
        let fetched = |code: &str| {
            failed(format!(
                "failed to fetch secret {} from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: {}, {code}",
                it.id, self.request_id
            ))
        };
        let (arn, text) = secretsmanager::resolve(self.world, region, &it.id, it.version, it.stage);
        let asked = match (&arn, it.id.starts_with("arn:")) {
            (Some(arn), _) => arn.clone(),
            (None, true) => it.id.clone(),
            (None, false) => format!(
                "arn:aws:secretsmanager:{region}:{}:secret:{}",
                self.world.account, it.id
            ),
        };
        let mut context = self.context(region);
        let stage = it.stage.unwrap_or("AWSCURRENT");
        context.insert("secretsmanager:versionstage".to_owned(), stage.to_owned());
        context.insert("secretsmanager:secretid".to_owned(), asked.clone());
        let tagged = secretsmanager::tagged(self.world, region);
        add_tags(&mut context, "secretsmanager:resourcetag/", &tagged, &asked);
        self.may("secretsmanager:GetSecretValue", &asked, context)
            .map_err(|why| fetched(&why))?;
        let text = text.map_err(|it| fetched(&format!("{}: {}", it.code, it.message)))?;
        let Some(key) = it.key else { return Ok(text) };
        let missing = || {
            failed(format!(
                "retrieved secret from Secrets Manager did not contain json key {key}"
            ))
        };
        let document: Value = serde_json::from_str(&text).map_err(|_| missing())?;
        match document.get(key) {
            None => Err(missing()),
            Some(Value::String(value)) => Ok(value.clone()),
            Some(other) => Ok(other.to_string()),
        }
    }

    /// User name and password of a registry [ECS developer guide: private registry authentication].
    fn registry(&self, it: &Reference<'_>) -> Result<(), String> {
        let text = self.secret(it)?;
        let document: Value = serde_json::from_str(&text).unwrap_or_default();
        let has = |member: &str| document[member].as_str().is_some_and(|it| !it.is_empty());
        match has("username") && has("password") {
            true => Ok(()),
            false => Err(format!(
                "unable to retrieve secret from asm: the secret {} is not a JSON document with username and password",
                it.id
            )),
        }
    }

    fn may(
        &self,
        action: &str,
        resource: &str,
        context: BTreeMap<String, String>,
    ) -> Result<(), String> {
        let request = iam::Request {
            action,
            resource,
            context,
        };
        let because = match iam::evaluate(self.world, self.role, &request) {
            Verdict::Allowed => return Ok(()),
            Verdict::NotAllowed => {
                format!("because no identity-based policy allows the {action} action")
            }
            Verdict::Denied => "with an explicit deny in an identity-based policy".to_owned(),
        };
        Err(format!(
            "api error AccessDeniedException: User: arn:aws:sts::{}:assumed-role/{}/{} is not authorized to perform: {action} on resource: {resource} {because}",
            self.world.account, self.role.name, self.session
        ))
    }

    fn context(&self, region: &str) -> BTreeMap<String, String> {
        let account = &self.world.account;
        [
            ("aws:requestedregion", region),
            ("aws:resourceaccount", account),
            ("aws:principalaccount", account),
            ("aws:principalarn", &self.role.arn),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
    }
}

/// Reads the parameters; those that are not there are named together, as GetParameters does.
fn parameters_of(asker: &Asker<'_>, given: &[&str]) -> Result<(), String> {
    let failed = |why: String| {
        format!(
            "unable to retrieve secrets from ssm: service call has been retried 1 time(s): {why}"
        )
    };
    let mut invalid = Vec::new();
    for from in given {
        let region = match from.starts_with("arn:") {
            true => from.split(':').nth(3).unwrap_or(asker.region),
            false => asker.region,
        };
        let arn = ssm::arn(asker.world, region, from);
        let mut context = asker.context(region);
        let tagged = ssm::tagged(asker.world, region);
        add_tags(&mut context, "ssm:resourcetag/", &tagged, &arn);
        asker.may("ssm:GetParameters", &arn, context).map_err(|why| {
            failed(format!(
                "operation error SSM: GetParameters, https response error StatusCode: 400, RequestID: {}, {why}",
                asker.request_id
            ))
        })?;
        if ssm::resolve(asker.world, region, from).is_err() {
            invalid.push(*from);
        }
    }
    match invalid.is_empty() {
        true => Ok(()),
        false => Err(failed(format!(
            "invalid ssm parameters: {}",
            invalid.join(", ")
        ))),
    }
}

/// Tags are seen under the service's own condition key and under the general one.
fn add_tags(
    context: &mut BTreeMap<String, String>,
    own: &str,
    tagged: &[(String, &Tags)],
    arn: &str,
) {
    let tags = tagged.iter().filter(|(other, _)| other == arn);
    for (key, value) in tags.flat_map(|(_, tags)| tags.iter()) {
        let key = key.to_lowercase();
        context.insert(format!("{own}{key}"), value.clone());
        context.insert(format!("aws:resourcetag/{key}"), value.clone());
    }
}
