//! Whose a name is: what the record sets that stand there mean for the one that we want.

use ashore_engine::address::Mark;
use ashore_engine::kind::{Foreign, Found};

use super::{Outputs, RecordSet, Route53Record, Target, spelling};
use crate::cloudflare::comment;

/// What stands at a name and beside it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct There {
    /// The record sets of the name.
    pub(super) sets: Vec<RecordSet>,
    /// The TXT record that says whose they are, if there is one.
    pub(super) owner: Option<RecordSet>,
}

/// The name of the TXT record that says whose a name is.
pub(super) fn owner_name(name: &str) -> String {
    format!("ashore-owner.{name}")
}

/// The name of which this is the owner's record.
pub(super) fn owned_name(name: &str) -> Option<&str> {
    name.strip_prefix("ashore-owner.")
}

impl There {
    /// What the owner's record says, its quotes taken off.
    pub(super) fn says(&self) -> impl Iterator<Item = &str> {
        let values = self.owner.iter().flat_map(|owner| &owner.values);
        values.map(|value| value.trim_matches('"'))
    }

    /// Whether it says that the name is this one's.
    pub(super) fn bears(&self, mark: &Mark) -> bool {
        self.says().any(|text| comment::bears(text, mark))
    }

    /// Whether it says that the name is this stack's.
    pub(super) fn of_stack(&self, mark: &Mark) -> bool {
        self.says().any(|text| comment::of_stack(text, &mark.stack))
    }

    /// The one record set of that type, if Route 53 has nothing to choose from.
    pub(super) fn plain(&self, record_type: &str) -> Option<&RecordSet> {
        let mut sets = self.sets.iter();
        sets.find(|set| set.record_type == record_type && set.set_identifier.is_none())
    }

    /// The record sets that make up a record: where it is an alias, also the AAAA record that
    /// leads to the same.
    pub(super) fn record(&self, record_type: &str) -> Vec<&RecordSet> {
        let Some(main) = self.plain(record_type) else {
            return Vec::new();
        };
        let target = |set: &RecordSet| set.alias.as_ref().map(|it| spelling::alias(&it.dns_name));
        let beside = self.plain("AAAA").filter(|aaaa| {
            record_type == "A" && target(main).is_some() && target(aaaa) == target(main)
        });
        [main].into_iter().chain(beside).collect()
    }

    /// The record sets that leave no place for the wanted one.
    pub(super) fn rivals(&self, wanted: &Route53Record) -> Vec<RecordSet> {
        let is_apex = self.sets.iter().any(|set| set.record_type == "SOA");
        let is_rival = |set: &&RecordSet| {
            let theirs = set.record_type.as_str();
            match theirs {
                // Where a zone begins they are part of it; elsewhere they end it.
                "NS" | "SOA" if is_apex => false,
                "NS" => true,
                // A CNAME stands alone [RFC 1034 3.6.2].
                _ if wanted.record_type == "CNAME" || theirs == "CNAME" => true,
                _ if points(&wanted.record_type) => points(theirs),
                _ => theirs == wanted.record_type,
            }
        };
        self.sets.iter().filter(is_rival).cloned().collect()
    }
}

/// What stands at the name, for us.
pub(super) fn judge(
    wanted: &Route53Record,
    name: &str,
    there: &There,
    mark: &Mark,
) -> Found<Outputs> {
    let outputs = |made: bool, owner: Option<String>, displaced: Vec<RecordSet>| Outputs {
        zone_id: wanted.zone_id.clone(),
        name: name.to_string(),
        record_type: wanted.record_type.clone(),
        made,
        owner,
        change: None,
        displaced,
        unmarked: false,
    };
    if there.bears(mark) && there.plain(&wanted.record_type).is_some() {
        return Found::Ours(outputs(
            true,
            there.says().next().map(str::to_string),
            Vec::new(),
        ));
    }
    let rivals = there.rivals(wanted);
    match rivals.as_slice() {
        [] => Found::Absent,
        [only] if is_shared(wanted, only) => Found::Shared(outputs(true, None, Vec::new())),
        rivals if wanted.take_over && rivals.iter().all(can_be_displaced) => Found::Displaces {
            what: rivals.iter().map(ToString::to_string).collect(),
            outputs: outputs(false, None, displaced(rivals, there)),
        },
        rivals => Found::Foreign(foreign(rivals, there, mark)),
    }
}

/// What goes when ours comes: the rivals, and the record that says whose they were.
pub(super) fn displaced(rivals: &[RecordSet], there: &There) -> Vec<RecordSet> {
    rivals.iter().chain(&there.owner).cloned().collect()
}

/// Whether a type says where a name leads.
pub(super) fn points(record_type: &str) -> bool {
    matches!(record_type, "A" | "AAAA" | "CNAME")
}

/// What a traffic policy has made only that policy can take away [Route 53 API:
/// ResourceRecordSet].
fn can_be_displaced(set: &RecordSet) -> bool {
    points(&set.record_type) && set.traffic_policy_instance_id.is_none()
}

/// ACM gives every certificate of a name in one account the same validation record: who has it
/// already has it for us too (`failures.md` 1.2).
fn is_shared(wanted: &Route53Record, there: &RecordSet) -> bool {
    let Target::Values { values, .. } = &wanted.target else {
        return false;
    };
    let spelt = |text: &String| spelling::value("CNAME", text);
    let wants: Option<Vec<String>> = values.iter().map(|it| it.known().map(spelt)).collect();
    let has: Vec<String> = there.values.iter().map(spelt).collect();
    wanted.record_type == "CNAME"
        && there.record_type == "CNAME"
        && there.set_identifier.is_none()
        && there.name.starts_with('_')
        && has
            .iter()
            .all(|value| value.ends_with(".acm-validations.aws"))
        && wants == Some(has)
}

fn foreign(rivals: &[RecordSet], there: &There, mark: &Mark) -> Foreign {
    let mut said: Vec<String> = rivals.iter().map(ToString::to_string).collect();
    said.extend(there.says().map(|text| format!("which is {text}")));
    let advice = if rivals.iter().any(|set| set.record_type == "NS") {
        "the name is delegated to other name servers: remove the NS records, or use another name"
    } else if rivals
        .iter()
        .any(|set| set.traffic_policy_instance_id.is_some())
    {
        "a traffic policy has made that record: delete its policy instance, or use another name"
    } else if !rivals.iter().all(can_be_displaced) {
        "remove what stands at the name, or use another name"
    } else if there.of_stack(mark) {
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
