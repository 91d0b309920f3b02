//! `[services.NAME]`: a long-running container.

use std::collections::BTreeMap;

use super::Rules;
use super::dns::Zone;
use super::env::env;
use super::health::duration;
use super::ingress::ingress;
use super::size::{ephemeral_storage, size};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{
    Architecture, ImageReference, LogRetention, Name, RetentionDays, Seconds, Service,
};
use crate::schema::{self, ServiceSection};
use crate::structure::dotted;

/// The service. None if something in it is wrong.
pub(super) fn service(
    cx: &mut Rules<'_>,
    key: Located<String>,
    section: ServiceSection,
    dns: &Zone,
    shared_env: Option<&BTreeMap<String, String>>,
) -> Option<Service> {
    let path: &[&str] = &["services", key.as_str()];
    let at = |key| [path, &[key]].concat();
    let place = key.span();

    let name = cx.parse(Code::BadName, path, Some(&key), Name::parse);
    let image = cx.parse(
        Code::BadImage,
        &at("image"),
        section.image.as_ref(),
        ImageReference::parse,
    );
    if let Some(image) = &image {
        warn_without_tag(cx, path, image);
    }
    let ingress = ingress(cx, path, &section, dns, &place);
    let entrypoint = entrypoint(cx, &at("entrypoint"), section.entrypoint.as_ref());
    let size = size(cx, path, &section, place.clone());
    let stop_timeout = duration(
        cx,
        &at("stop_timeout"),
        section.stop_timeout.as_ref(),
        (2, 120), // [ECS API: ContainerDefinition.stopTimeout] "valid values for Fargate are 2-120".
        defaults::STOP_TIMEOUT,
    );
    let log_retention = log_retention(cx, &at("log_retention"), section.log_retention.as_ref());
    let ephemeral_storage = ephemeral_storage(cx, path, section.ephemeral_storage.as_ref());
    let own_env = env(cx, &at("env"), section.env);

    let mut merged = shared_env?.clone();
    merged.extend(own_env?);
    Some(Service {
        name: name?,
        image: image?,
        ingress: ingress?,
        command: section.command.map(words).unwrap_or_default(),
        entrypoint: entrypoint?,
        env: merged,
        size: size?,
        arch: match section.arch.as_ref().map(Located::get) {
            Some(schema::Architecture::Arm64) => Architecture::Arm64,
            Some(schema::Architecture::X86_64) | None => Architecture::X86_64,
        },
        count: section
            .count
            .unwrap_or_else(|| Located::new(defaults::COUNT, place)),
        stop_timeout: stop_timeout?.into_inner(),
        log_retention: log_retention?,
        ephemeral_storage: ephemeral_storage?,
    })
}

fn words(list: Located<Vec<Located<String>>>) -> Vec<String> {
    list.into_inner()
        .into_iter()
        .map(Located::into_inner)
        .collect()
}

fn warn_without_tag(cx: &mut Rules<'_>, path: &[&str], image: &Located<ImageReference>) {
    if image.tag.is_none() && image.digest.is_none() {
        cx.push(
            Diagnostic::new(
                Code::ImageWithoutTag,
                image.span(),
                format!("`{}.image` has no tag, so `latest` is meant", dotted(path)),
            )
            .help("write the tag that you mean"),
        );
    }
}

fn entrypoint(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<Vec<Located<String>>>>,
) -> Option<Vec<String>> {
    let Some(written) = written else {
        return Some(Vec::new());
    };
    if let Some(first) = written.first().filter(|first| first.is_empty()) {
        cx.push(
            Diagnostic::new(
                Code::EmptyWord,
                first.span(),
                format!("`{}` starts with an empty word", dotted(path)),
            )
            .label("this is the program to run"),
        );
        return None;
    }
    Some(words(written.clone()))
}

fn log_retention(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<String>>,
) -> Option<LogRetention> {
    let Some(written) = written else {
        return (!cx.is_spoiled(path)).then_some(LogRetention::Days(defaults::LOG_RETENTION));
    };
    if written.as_str() == "forever" {
        return Some(LogRetention::Forever);
    }
    let Seconds(seconds) = cx
        .parse(Code::BadDuration, path, Some(written), Seconds::parse)?
        .into_inner();
    let days = seconds / DAY;
    if seconds.is_multiple_of(DAY) && RetentionDays::OFFERED.contains(&days) {
        return Some(LogRetention::Days(RetentionDays(days)));
    }
    let below = RetentionDays::OFFERED
        .iter()
        .rev()
        .find(|offered| **offered * DAY < seconds);
    let above = RetentionDays::OFFERED
        .iter()
        .find(|offered| **offered * DAY > seconds);
    let mut near: Vec<_> = below
        .into_iter()
        .chain(above)
        .map(|days| format!("\"{days}d\""))
        .collect();
    if above.is_none() {
        near.push("\"forever\"".to_owned());
    }
    cx.push(
        Diagnostic::new(
            Code::LogRetention,
            written.span(),
            format!("`{}` cannot be {:?}", dotted(path), written.as_str()),
        )
        .label("CloudWatch Logs does not offer this")
        .help(format!("the nearest are {}", near.join(" and "))),
    );
    None
}

const DAY: u32 = 86_400;
