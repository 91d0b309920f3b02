//! `task_definition` and `service_definition`: what two files in JSON mean together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Rules;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::files;
use crate::interpolate::Values;
use crate::located::{Located, Span};
use crate::model::{Raw, RawNetwork, Reference};
use crate::raw::{Definition, Json, Placeholder, Read, read};
use crate::schema::{ImageSection, Named, ServiceSection};
use crate::structure::dotted;

/// What the files are read with.
pub(super) struct Files<'s> {
    pub(super) files: &'s files::Files,
    pub(super) values: &'s Values<'s>,
    /// Does `existing.target_group` name one?
    pub(super) target_group: bool,
}

/// The definitions of a service, if it has them. None if something in them is wrong. The section is given the image
/// that the task definition has.
pub(super) fn raw(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &mut ServiceSection,
    files: &Files<'_>,
) -> Option<Option<Raw>> {
    let at = |key| [path, &[key]].concat();
    let spoiled = ["task_definition", "service_definition"].map(|key| cx.is_spoiled(&at(key)));
    let (task, service) = match (&section.task_definition, &section.service_definition) {
        (Some(task), Some(service)) => (task.clone(), service.clone()),
        (None, None) if spoiled == [false, false] => return Some(None),
        (None, None) => return None,
        (Some(there), None) if !spoiled[1] => {
            alone(
                cx,
                path,
                there.span(),
                "task_definition",
                "service_definition",
            );
            return None;
        }
        (None, Some(there)) if !spoiled[0] => {
            alone(
                cx,
                path,
                there.span(),
                "service_definition",
                "task_definition",
            );
            return None;
        }
        _ => return None,
    };
    let idle = check_idle(cx, path, section, &task);
    let task_file = File::read(cx, &task, Definition::Task, files);
    let service_file = File::read(cx, &service, Definition::Service, files);
    let (task_file, service_file) = (task_file?, service_file?);
    section.image = image(&task_file.read.places, &service_file.read.places)
        .map(|image| Located::new(ImageSection::Reference(image), task.span()));
    let before = cx.diagnostics.len();
    check_task(cx, path, section, &task_file);
    check_service(cx, section, &task_file, &service_file, files.target_group);
    let raw = meaning(cx, &task_file, &service_file)?;
    (idle && cx.diagnostics.len() == before).then_some(Some(raw))
}

/// What all services share reaches none whose definitions are files.
pub(super) fn check_shared(
    cx: &mut Rules<'_>,
    (env, secrets): (Option<Span>, Option<Span>),
    services: &Named<ServiceSection>,
) {
    let raw = |section: &ServiceSection| section.task_definition.is_some();
    if services.is_empty() || !services.values().all(raw) {
        return;
    }
    for (key, span) in [("env", env), ("secrets", secrets)] {
        let Some(span) = span else { continue };
        let message =
            format!("`{key}` has no effect: all services have task definitions of their own");
        cx.push(
            Diagnostic::new(Code::NoEffect, span, message)
                .help("write it in the `environment` or the `secrets` of their containers"),
        );
    }
}

/// A definition with the file that it stands in.
struct File<'a> {
    name: &'a str,
    read: Read,
}

impl<'a> File<'a> {
    fn read(
        cx: &mut Rules<'_>,
        path: &'a Located<String>,
        definition: Definition,
        files: &Files<'_>,
    ) -> Option<Self> {
        let text = match files.files.get(path) {
            Ok(text) => text,
            Err(why) => {
                let message = format!("`{}` cannot be read", path.as_str());
                let diagnostic = Diagnostic::new(Code::RawUnreadable, path.span(), message);
                cx.push(diagnostic.label(why.to_owned()));
                return None;
            }
        };
        let mut found = Vec::new();
        let read = read(definition, text, files.values, &mut found);
        let found = found.into_iter().map(|it| it.in_file(path));
        cx.diagnostics.extend(found);
        Some(Self {
            name: path,
            read: read?,
        })
    }

    fn refuse(&self, cx: &mut Rules<'_>, code: Code, span: Span, message: String) -> Refused {
        cx.push(Diagnostic::new(code, span, message).in_file(self.name));
        Refused(cx.diagnostics.len() - 1)
    }

    fn has(&self, placeholder: Placeholder) -> bool {
        self.read.placeholders.contains_key(&placeholder)
    }
}

/// Where a diagnostic is, to say more of it.
struct Refused(usize);

impl Refused {
    fn label(self, cx: &mut Rules<'_>, label: &str) -> Self {
        if let Some(diagnostic) = cx.diagnostics.get_mut(self.0) {
            label.clone_into(&mut diagnostic.label);
        }
        self
    }

    fn help(self, cx: &mut Rules<'_>, help: &str) {
        if let Some(diagnostic) = cx.diagnostics.get_mut(self.0) {
            diagnostic.helps.push(help.to_owned());
        }
    }
}

fn alone(cx: &mut Rules<'_>, path: &[&str], span: Span, there: &str, missing: &str) {
    let message = format!("`{}` has a `{there}` and no `{missing}`", dotted(path));
    cx.push(Diagnostic::new(Code::RawAlone, span, message).help(format!(
        "write for example: {missing} = \"{}.json\"",
        missing.replace('_', "-")
    )));
}

/// What the definitions say is not said again. Says whether it is not.
fn check_idle(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    task: &Located<String>,
) -> bool {
    let keys = [
        ("image", section.image.as_ref().map(Located::span)),
        ("build", section.build.as_ref().map(Located::span)),
        ("command", section.command.as_ref().map(Located::span)),
        ("entrypoint", section.entrypoint.as_ref().map(Located::span)),
        (
            "env",
            section
                .env
                .as_ref()
                .and_then(|it| it.keys().next())
                .map(Located::span),
        ),
        (
            "secrets",
            section
                .secrets
                .as_ref()
                .and_then(|it| it.keys().next())
                .map(Located::span),
        ),
        ("cpu", section.cpu.as_ref().map(Located::span)),
        ("memory", section.memory.as_ref().map(Located::span)),
        ("arch", section.arch.as_ref().map(Located::span)),
        ("capacity", section.capacity.as_ref().map(Located::span)),
        ("daemon", section.daemon.as_ref().map(Located::span)),
        ("count", section.count.as_ref().map(Located::span)),
        ("scale", section.scale.as_ref().map(Located::span)),
        (
            "stop_timeout",
            section.stop_timeout.as_ref().map(Located::span),
        ),
        (
            "ephemeral_storage",
            section.ephemeral_storage.as_ref().map(Located::span),
        ),
        ("exec", section.exec.as_ref().map(Located::span)),
        (
            "sidecars",
            section
                .sidecars
                .as_ref()
                .and_then(|it| it.keys().next())
                .map(Located::span),
        ),
        (
            "depends_on",
            section
                .depends_on
                .as_ref()
                .and_then(|it| it.keys().next())
                .map(Located::span),
        ),
        ("uses", section.uses.as_ref().map(Located::span)),
        (
            "volumes",
            section
                .volumes
                .as_ref()
                .and_then(|it| it.keys().next())
                .map(Located::span),
        ),
        (
            "deploy.strategy",
            section
                .deploy
                .as_ref()
                .and_then(|it| it.strategy.as_ref())
                .map(Located::span),
        ),
        (
            "deploy.minimum_healthy",
            section
                .deploy
                .as_ref()
                .and_then(|it| it.minimum_healthy.as_ref())
                .map(Located::span),
        ),
        (
            "deploy.maximum",
            section
                .deploy
                .as_ref()
                .and_then(|it| it.maximum.as_ref())
                .map(Located::span),
        ),
        (
            "deploy.circuit_breaker.rollback",
            section
                .deploy
                .as_ref()
                .and_then(|it| it.circuit_breaker.as_ref())
                .and_then(|it| it.rollback.as_ref())
                .map(Located::span),
        ),
        (
            "health.container",
            section
                .health
                .as_ref()
                .and_then(|it| it.container.as_ref())
                .map(Located::span),
        ),
        (
            "health.grace",
            section
                .health
                .as_ref()
                .and_then(|it| it.grace.as_ref())
                .map(Located::span),
        ),
    ];
    let mut idle = true;
    for (key, span) in keys {
        let Some(span) = span else { continue };
        let message = format!(
            "`{}.{key}` has no effect beside `task_definition`",
            dotted(path)
        );
        cx.push(
            Diagnostic::new(Code::NoEffect, span, message)
                .related(task.span(), "the definition says it")
                .help("take the key out"),
        );
        idle = false;
    }
    idle
}

/// The container that is behind the balancer, or else the first.
fn image(task: &Json, service: &Json) -> Option<String> {
    let containers = task.get("containerDefinitions")?.items();
    let balancer = service
        .get("loadBalancers")
        .and_then(|it| it.items().first());
    let named = balancer.and_then(|it| it.get("containerName")?.text());
    let of_balancer = containers
        .iter()
        .find(|it| it.get("name").and_then(Json::text) == named);
    let container = of_balancer.or(containers.first())?;
    container.get("image")?.text().map(str::to_owned)
}

fn check_task(cx: &mut Rules<'_>, path: &[&str], section: &ServiceSection, task: &File<'_>) {
    let places = &task.read.places;
    let containers = places
        .get("containerDefinitions")
        .map_or(&[][..], Json::items);
    if containers.is_empty() {
        let span = places
            .get("containerDefinitions")
            .map_or(0..0, |it| it.span.clone());
        let message = "a task definition without a container".to_owned();
        task.refuse(cx, Code::RawMissing, span, message);
    }
    for container in containers {
        for name in ["name", "image"] {
            if container.get(name).is_none() {
                let span = container.span.start..container.span.start + 1;
                let message = format!("a container without `{name}`");
                task.refuse(cx, Code::RawMissing, span, message);
            }
        }
    }
    // [ECS developer guide: task execution role] it reads secrets, and on Fargate writes logs.
    let needs = containers.iter().find_map(|container| {
        let secrets = container.get("secrets").filter(|it| !it.items().is_empty());
        secrets.or(container.get("repositoryCredentials"))
    });
    if let Some(needs) = needs
        && places.get("executionRoleArn").is_none()
    {
        let message = "secrets without `executionRoleArn`".to_owned();
        let refused = task.refuse(cx, Code::RawMisfit, needs.span.clone(), message);
        refused.label(cx, "ECS reads them by that role").help(
            cx,
            "write \"executionRoleArn\": \"@@EXECUTION_ROLE_ARN@@\" for a role that may read these and no others",
        );
    }
    let unused = [
        (
            "permissions",
            section
                .permissions
                .as_ref()
                .and_then(|it| it.first())
                .map(Located::span),
            Placeholder::TaskRole,
            "\"taskRoleArn\": \"@@TASK_ROLE_ARN@@\"",
        ),
        (
            "log_retention",
            section.log_retention.as_ref().map(Located::span),
            Placeholder::LogGroup,
            "\"awslogs-group\": \"@@LOG_GROUP@@\"",
        ),
    ];
    for (key, span, placeholder, example) in unused {
        if let Some(span) = span
            && !task.has(placeholder)
        {
            let message = format!(
                "`{}.{key}` has no effect: `{}` does not have @@{}@@",
                dotted(path),
                task.name,
                placeholder.name()
            );
            let diagnostic = Diagnostic::new(Code::NoEffect, span, message);
            cx.push(diagnostic.help(format!("write {example} there, or take the key out")));
        }
    }
}

fn check_service(
    cx: &mut Rules<'_>,
    section: &ServiceSection,
    task: &File<'_>,
    service: &File<'_>,
    existing_group: bool,
) {
    let places = &service.read.places;
    if let Some(written) = places.get("taskDefinition")
        && written.text() != Some("@@TASKDEFINITION_ARN@@")
    {
        let message = "`taskDefinition` is another than the one beside it".to_owned();
        let refused = service.refuse(cx, Code::RawMisfit, written.span.clone(), message);
        refused.help(cx, "write \"@@TASKDEFINITION_ARN@@\"");
    }
    let group = service.read.placeholders.get(&Placeholder::TargetGroup);
    if let Some(span) = group
        && section.port.is_none()
        && !existing_group
    {
        let message = "there is no target group for @@TARGET_GROUP_ARN@@".to_owned();
        service.refuse(cx, Code::RawPlaceholder, span.clone(), message).help(
            cx,
            "write the service's `port` in the manifest to have one made, or name one: existing.target_group = \"arn:…\"",
        );
    }
    if let Some(port) = &section.port {
        if group.is_none() {
            let message = format!(
                "the port has no effect: `{}` does not have @@TARGET_GROUP_ARN@@",
                service.name
            );
            cx.push(
                Diagnostic::new(Code::NoEffect, port.span(), message).help(
                    "write it as \"targetGroupArn\" in \"loadBalancers\", or take the key out",
                ),
            );
        } else if mode(task) != Some("awsvpc") {
            let place = task.read.places.get("networkMode");
            let span = place.map_or(0..1, |it| it.span.clone());
            let message =
                "a target group of the manifest's `port` takes addresses of tasks".to_owned();
            task.refuse(cx, Code::RawMisfit, span, message).help(
                cx,
                "write \"networkMode\": \"awsvpc\", or name a group of instances: existing.target_group = \"arn:…\"",
            );
        }
        if let Some(names) = &section.balancer
            && names.get().0.len() > 1
        {
            let message =
                "@@TARGET_GROUP_ARN@@ is the target group of one load balancer".to_owned();
            let diagnostic = Diagnostic::new(Code::RawMisfit, names.span(), message);
            cx.push(diagnostic.help(
                "let the manifest name one load balancer, and write the target groups of others into \"loadBalancers\"",
            ));
        }
    }
    // [ECS API: DescribeServices] the answer has the ARN, whatever was given.
    let namespace = places.get("serviceConnectConfiguration");
    if let Some(namespace) = namespace.and_then(|it| it.get("namespace"))
        && !namespace.text().is_some_and(|it| it.starts_with("arn:"))
    {
        let message = "a namespace by its name".to_owned();
        let refused = service.refuse(cx, Code::RawMisfit, namespace.span.clone(), message);
        refused.label(cx, "write its ARN: ECS answers with that");
    }
    let balancers = places.get("loadBalancers").map_or(&[][..], Json::items);
    for balancer in balancers {
        check_balancer(cx, section, task, service, balancer);
    }
}

/// The balancer's container is in the task and maps the balancer's port.
fn check_balancer(
    cx: &mut Rules<'_>,
    section: &ServiceSection,
    task: &File<'_>,
    service: &File<'_>,
    balancer: &Json,
) {
    let (Some(name), Some(port)) = (balancer.get("containerName"), balancer.get("containerPort"))
    else {
        let span = balancer.span.start..balancer.span.start + 1;
        let message = "a load balancer without `containerName` and `containerPort`".to_owned();
        service.refuse(cx, Code::RawMissing, span, message);
        return;
    };
    let containers = task.read.places.get("containerDefinitions");
    let containers = containers.map_or(&[][..], Json::items);
    let named = |it: &&Json| it.get("name").and_then(Json::text) == name.text();
    let Some(container) = containers.iter().find(named) else {
        let message = format!(
            "`{}` has no container {:?}",
            task.name,
            name.text().unwrap_or_default()
        );
        service.refuse(cx, Code::RawMisfit, name.span.clone(), message);
        return;
    };
    let wanted = number(port);
    let mappings = container.get("portMappings").map_or(&[][..], Json::items);
    if !mappings
        .iter()
        .any(|it| it.get("containerPort").and_then(number) == wanted)
    {
        let message = format!(
            "the container {:?} of `{}` does not map this port",
            name.text().unwrap_or_default(),
            task.name
        );
        service.refuse(cx, Code::RawMisfit, port.span.clone(), message);
    }
    let group = balancer.get("targetGroupArn").and_then(Json::text);
    if let Some(written) = &section.port
        && group == Some("@@TARGET_GROUP_ARN@@")
        && wanted != Some(i64::from(*written.get()))
    {
        let message = format!("the manifest's `port` is {}", written.get());
        let refused = service.refuse(cx, Code::RawMisfit, port.span.clone(), message);
        refused.label(cx, "must be the same");
    }
}

fn number(json: &Json) -> Option<i64> {
    match &json.node {
        crate::raw::Node::Number(number) => number.as_i64(),
        _ => None,
    }
}

fn mode<'f>(task: &'f File<'_>) -> Option<&'f str> {
    task.read.places.get("networkMode").and_then(Json::text)
}

/// What is sent, apart from what Ashore itself says.
fn meaning(cx: &mut Rules<'_>, task: &File<'_>, service: &File<'_>) -> Option<Raw> {
    let (Value::Object(mut task_value), Value::Object(mut service_value)) =
        (task.read.value.clone(), service.read.value.clone())
    else {
        return None;
    };
    let task_tags = tags(cx, task, &mut task_value);
    let service_tags = tags(cx, service, &mut service_value);
    let network = match (
        mode(task),
        service_value.contains_key("networkConfiguration"),
    ) {
        (_, true) => RawNetwork::Theirs,
        (Some("awsvpc"), false) => RawNetwork::Ours,
        (_, false) => RawNetwork::Host,
    };
    service_value
        .entry("taskDefinition")
        .or_insert_with(|| Value::from("@@TASKDEFINITION_ARN@@"));
    let text = |value: &mut Map<String, Value>, key: &str| {
        let written = value.remove(key)?;
        written.as_str().map(str::to_owned)
    };
    let cluster = text(&mut service_value, "cluster").filter(|it| it != "@@CLUSTER_ARN@@");
    let execution_role = task.has(Placeholder::ExecutionRole);
    let reads = reads(&task_value);
    Some(Raw {
        family: text(&mut task_value, "family"),
        task_tags: task_tags?,
        name: text(&mut service_value, "serviceName"),
        cluster,
        service_tags: service_tags?,
        network,
        reads_by_theirs: !execution_role && !reads.is_empty(),
        reads: match execution_role {
            true => reads,
            false => BTreeSet::new(),
        },
        execution_role,
        log_group: task.has(Placeholder::LogGroup),
        task_role: task.has(Placeholder::TaskRole),
        task: Value::Object(task_value),
        service: Value::Object(service_value),
    })
}

fn tags(
    cx: &mut Rules<'_>,
    file: &File<'_>,
    value: &mut Map<String, Value>,
) -> Option<BTreeMap<String, String>> {
    value.remove("tags");
    let mut tags = BTreeMap::new();
    let mut good = true;
    for tag in file.read.places.get("tags").map_or(&[][..], Json::items) {
        let key = tag.get("key").and_then(Json::text).unwrap_or_default();
        if key.is_empty() || key.starts_with("ashore:") || key.starts_with("aws:") {
            let message = format!("a tag cannot be called {key:?}");
            file.refuse(cx, Code::RawOurs, tag.span.clone(), message);
            good = false;
        }
        let value = tag.get("value").and_then(Json::text).unwrap_or_default();
        tags.insert(key.to_owned(), value.to_owned());
    }
    good.then_some(tags)
}

/// The secrets and parameters that containers take values from [ECS API: Secret.valueFrom].
fn reads(task: &Map<String, Value>) -> BTreeSet<Reference> {
    let mut reads = BTreeSet::new();
    let containers = task.get("containerDefinitions").and_then(Value::as_array);
    for container in containers.into_iter().flatten() {
        let credentials = container.pointer("/repositoryCredentials/credentialsParameter");
        let lists = [
            container.get("secrets"),
            container.pointer("/logConfiguration/secretOptions"),
        ];
        let lists = lists.into_iter().flatten().filter_map(Value::as_array);
        let from = lists.flatten().filter_map(|it| it.get("valueFrom"));
        reads.extend(from.filter_map(Value::as_str).map(reference));
        let secret = credentials.and_then(Value::as_str);
        reads.extend(secret.map(|it| Reference::Secret(it.to_owned())));
    }
    reads
}

/// A secret's ARN, perhaps with `:json-key:version-stage:version-id`; else a parameter's name or ARN.
fn reference(from: &str) -> Reference {
    let parts: Vec<&str> = from.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "secretsmanager", _, _, "secret", ..] => {
            Reference::Secret(parts[..parts.len().min(7)].join(":"))
        }
        _ => Reference::Parameter(from.to_owned()),
    }
}
