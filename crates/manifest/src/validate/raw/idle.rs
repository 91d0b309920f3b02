//! Keys of the manifest that say again what the definitions say.

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::schema::ServiceSection;
use crate::structure::dotted;
use crate::validate::Rules;

/// What the definitions say is not said again. Says whether it is not.
pub(super) fn check_idle(
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
