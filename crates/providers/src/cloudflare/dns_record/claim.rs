//! Whose a name is: what the records that stand there mean for the one that we want.

use ashore_engine::address::Mark;
use ashore_engine::kind::{Foreign, Found};

use super::{DnsRecord, Outputs, Record, spelling};
use crate::cloudflare::comment;

/// What stands at the name, for us.
pub(super) fn judge(wanted: &DnsRecord, there: Vec<Record>, mark: &Mark) -> Found<Outputs> {
    let outputs = |id: Option<String>, displaced: Vec<Record>| Outputs {
        id,
        zone_id: wanted.zone_id.clone(),
        displaced,
        unmarked: false,
    };
    let ours = |record: &&Record| {
        let text = record.comment.as_deref();
        text.is_some_and(|text| comment::bears(text, mark))
    };
    if let Some(record) = there.iter().find(ours) {
        return Found::Ours(outputs(Some(record.id.clone()), Vec::new()));
    }
    let rivals = rivals(wanted, there, mark);
    match rivals.as_slice() {
        [] => Found::Absent,
        [only] if is_shared(wanted, only) => {
            Found::Shared(outputs(Some(only.id.clone()), Vec::new()))
        }
        rivals if wanted.take_over && rivals.iter().all(can_be_displaced) => Found::Displaces {
            what: rivals.iter().map(ToString::to_string).collect(),
            outputs: outputs(None, rivals.to_vec()),
        },
        rivals => Found::Foreign(foreign(wanted, rivals, mark)),
    }
}

/// The records that leave no place for the wanted one, in a steady order. Its own former lives are
/// none: they go when their time has come.
pub(super) fn rivals(wanted: &DnsRecord, there: Vec<Record>, mark: &Mark) -> Vec<Record> {
    let content = wanted.content.known();
    let content = content.map(|text| spelling::content(&wanted.record_type, text));
    let former = |record: &Record| {
        let text = record.comment.as_deref();
        text.is_some_and(|text| comment::bears_former(text, mark))
    };
    let is_rival = |record: &Record| {
        if former(record) {
            return false;
        }
        if points(&wanted.record_type) {
            // Next to a delegation nothing resolves [error 81056].
            return points(&record.record_type) || record.record_type == "NS";
        }
        let same_kind = record.record_type == wanted.record_type;
        same_kind && Some(spelling::content(&record.record_type, &record.content)) == content
    };
    let mut rivals: Vec<Record> = there.into_iter().filter(is_rival).collect();
    rivals.sort_by(|a, b| a.id.cmp(&b.id));
    rivals
}

/// Whether a type says where a name leads.
fn points(record_type: &str) -> bool {
    matches!(record_type, "A" | "AAAA" | "CNAME")
}

fn can_be_displaced(record: &Record) -> bool {
    points(&record.record_type)
}

/// ACM gives every certificate of a name in one account the same validation record: who has it
/// already has it for us too (`failures.md` 1.2).
fn is_shared(wanted: &DnsRecord, there: &Record) -> bool {
    let content = wanted.content.known();
    let content = content.map(|text| spelling::content(&wanted.record_type, text));
    there.record_type == "CNAME"
        && there.name.starts_with('_')
        && there.content.ends_with(".acm-validations.aws")
        && wanted.record_type == "CNAME"
        && content.as_deref() == Some(&spelling::content("CNAME", &there.content))
        && there.proxied == wanted.proxied
}

fn foreign(wanted: &DnsRecord, rivals: &[Record], mark: &Mark) -> Foreign {
    let said: Vec<String> = rivals.iter().map(ToString::to_string).collect();
    let own_stack = |record: &Record| {
        let text = record.comment.as_deref();
        text.is_some_and(|text| comment::of_stack(text, &mark.stack))
    };
    let advice = if !rivals.iter().all(can_be_displaced) {
        "the name is delegated to other name servers: remove the NS records, or use another name"
    } else if rivals.iter().any(|record| {
        let validation = record.content.ends_with(".acm-validations.aws");
        validation && record.proxied && !wanted.proxied
    }) {
        "switch the proxy of that record off: a validation record has to be seen from outside"
    } else if rivals.iter().all(own_stack) {
        "this stack has made it for another part of it: take the hostname away from that part \
         first, or say `take_over = true`"
    } else {
        "say `take_over = true` for the hostname, and it is displaced, and put back when the \
         hostname goes; or remove the record"
    };
    Foreign {
        who: said.join(", "),
        advice: advice.to_string(),
    }
}
