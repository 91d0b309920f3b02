//! `[queues.NAME]`.

use std::collections::BTreeMap;

use super::Rules;
use super::arn::is_arn;
use super::health::duration;
use crate::codes::Code;
use crate::defaults;
use crate::did_you_mean::did_you_mean;
use crate::located::Located;
use crate::model::{Name, Queue, QueueReference, Refusal};
use crate::schema::{Named, QueueSection};
use crate::structure::dotted;

/// [SQS API: CreateQueue Attributes]
const VISIBILITY: (u32, u32) = (0, 12 * 3600);
const RETENTION: (u32, u32) = (60, 14 * 86_400);

/// All of them. None if something in one is wrong.
pub(super) fn queues(
    cx: &mut Rules<'_>,
    sections: Option<Named<QueueSection>>,
) -> Option<BTreeMap<Name, Queue>> {
    let all: Vec<Option<Queue>> = sections
        .unwrap_or_default()
        .into_iter()
        .map(|(key, section)| queue(cx, &key, &section))
        .collect();
    let spoiled = cx.is_spoiled(&["queues"]) || cx.is_spoiled_below(&["queues"]);
    let all: Vec<Queue> = all.into_iter().collect::<Option<_>>()?;
    let named = all.into_iter().map(|it| (it.name.get().clone(), it));
    (!spoiled).then(|| named.collect())
}

/// A queue that something else names: one of these, or somebody else's. None if it is wrong.
pub(super) fn reference(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<String>>,
) -> Option<QueueReference> {
    let known = cx.queues.clone();
    let queue = cx.parse(Code::BadQueue, path, written, |text| {
        if is_arn(text, "sqs", "") {
            return Ok(QueueReference::Existing(text.to_owned()));
        }
        if known.contains(text) {
            return Name::parse(text).map(QueueReference::Ours);
        }
        if text.starts_with("arn:") {
            let refusal = Refusal::new("not the ARN of a queue");
            return Err(refusal.help(
                "write for example \"arn:aws:sqs:eu-central-1:123456789012:orders\", or the name of one of [queues]",
            ));
        }
        let refusal = Refusal::new("there is no such queue");
        Err(match did_you_mean(text, known.iter().map(String::as_str)) {
            Some(near) => refusal.help(format!("did you mean {near:?}?")),
            None => refusal.help(format!(
                "write a section for it, [queues.{text}], or the ARN of somebody else's"
            )),
        })
    });
    queue.map(Located::into_inner)
}

fn queue(cx: &mut Rules<'_>, key: &Located<String>, section: &QueueSection) -> Option<Queue> {
    let path: &[&str] = &["queues", key.as_str()];
    let at = |key| [path, &[key]].concat();
    let what = format!("`{}`", dotted(path));
    let name = cx.parse_text(Code::BadName, &what, key, key.span(), Name::parse);
    let visibility = duration(
        cx,
        &at("visibility_timeout"),
        section.visibility_timeout.as_ref(),
        VISIBILITY,
        defaults::QUEUE_VISIBILITY,
    );
    let retention = duration(
        cx,
        &at("retention"),
        section.retention.as_ref(),
        RETENTION,
        defaults::QUEUE_RETENTION,
    );
    Some(Queue {
        name: Located::new(name?, key.span()),
        visibility_timeout: visibility?.into_inner(),
        retention: retention?.into_inner(),
        dead_letter_after: section.dead_letter_after.as_ref().map(|after| **after),
    })
}
