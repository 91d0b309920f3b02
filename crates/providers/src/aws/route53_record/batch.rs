//! Record sets read and changed: reads that are wanted together as one, and changes all or none.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::failure::{Class, Failure};
use aws_sdk_route53::operation::change_resource_record_sets::ChangeResourceRecordSetsError;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch};

use super::wire::{read, written};
use super::{RecordSet, spelling};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

pub(super) const CHANGE: &str = "route53:ChangeResourceRecordSets";
const LIST: &str = "route53:ListResourceRecordSets";
/// Record sets on one page [Route 53 API: ListResourceRecordSets].
const PAGE: i32 = 300;
/// Names that may be wanted together.
const TOGETHER: usize = 1000;

/// All record sets of that name.
pub(super) async fn at(aws: &Aws, zone: &str, name: &str) -> Result<Vec<RecordSet>, Failure> {
    let batch = aws.batch("route53-records", TOGETHER, |aws, keys| async move {
        let mut zones: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (zone, name) in keys.iter().filter_map(|key| key.split_once('/')) {
            zones.entry(zone).or_default().insert(name);
        }
        let mut found: BTreeMap<String, Vec<RecordSet>> = BTreeMap::new();
        for (zone, names) in zones {
            for set in of_names(&aws, zone, &names).await? {
                let key = format!("{zone}/{}", set.name);
                found.entry(key).or_default().push(set);
            }
        }
        Ok(found)
    });
    let found = batch.get(&format!("{zone}/{name}")).await?;
    Ok(found.unwrap_or_default())
}

/// Several names of a zone that fits on one page cost that page.
async fn of_names(
    aws: &Aws,
    zone: &str,
    names: &BTreeSet<&str>,
) -> Result<Vec<RecordSet>, Failure> {
    if names.len() > 1 {
        let (sets, next) = page(aws, zone, None).await?;
        if next.is_none() {
            let wanted = sets.into_iter();
            return Ok(wanted
                .filter(|set| names.contains(set.name.as_str()))
                .collect());
        }
    }
    let mut found = Vec::new();
    for name in names {
        let mut from = Some(Start::name(name));
        while let Some(at) = from.take() {
            let (sets, next) = page(aws, zone, Some(at)).await?;
            found.extend(sets.into_iter().filter(|set| set.name == *name));
            from = next.filter(|next| spelling::name(&next.name) == *name);
        }
    }
    Ok(found)
}

/// All record sets of a zone.
pub(super) async fn all(aws: &Aws, zone: &str) -> Result<Vec<RecordSet>, Failure> {
    let mut all = Vec::new();
    let mut from = None;
    loop {
        let (sets, next) = page(aws, zone, from).await?;
        all.extend(sets);
        match next {
            Some(_) => from = next,
            None => return Ok(all),
        }
    }
}

/// Where a page starts.
struct Start {
    name: String,
    record_type: Option<aws_sdk_route53::types::RrType>,
    identifier: Option<String>,
}

impl Start {
    fn name(name: &str) -> Self {
        Self {
            name: name.to_string(),
            record_type: None,
            identifier: None,
        }
    }
}

async fn page(
    aws: &Aws,
    zone: &str,
    from: Option<Start>,
) -> Result<(Vec<RecordSet>, Option<Start>), Failure> {
    let list = aws.route53.list_resource_record_sets().hosted_zone_id(zone);
    let mut list = list.max_items(PAGE);
    if let Some(from) = from {
        list = list
            .start_record_name(from.name)
            .set_start_record_type(from.record_type)
            .set_start_record_identifier(from.identifier);
    }
    let answer = list.send().await.map_err(|e| failure(LIST, e))?;
    let sets = answer.resource_record_sets().iter().map(read).collect();
    let next = answer.next_record_name().filter(|_| answer.is_truncated());
    let next = next.map(|name| Start {
        name: name.to_string(),
        record_type: answer.next_record_type().cloned(),
        identifier: answer.next_record_identifier().map(str::to_string),
    });
    Ok((sets, next))
}

/// One change of a batch.
pub(super) enum Act {
    /// Refused if there is one already.
    Create(RecordSet),
    /// Whatever is there.
    Upsert(RecordSet),
    /// Refused if it is not there letter by letter.
    Delete(RecordSet),
}

/// All of these, or none. Answers with the id by which to ask how far they have spread.
pub(super) async fn change(
    aws: &Aws,
    zone: &str,
    comment: String,
    acts: &[Act],
) -> Result<String, Failure> {
    let changes: Result<Vec<Change>, Failure> = acts.iter().map(one).collect();
    let batch = ChangeBatch::builder()
        .comment(comment)
        .set_changes(Some(changes?));
    let batch = batch
        .build()
        .map_err(|error| Failure::internal(CHANGE, &error))?;
    let request = aws.route53.change_resource_record_sets();
    let request = request.hosted_zone_id(zone).change_batch(batch);
    let sent = request.send().await.map_err(|error| {
        let reasons = match error.as_service_error() {
            Some(ChangeResourceRecordSetsError::InvalidChangeBatch(refused)) => {
                refused.messages().join("; ")
            }
            _ => String::new(),
        };
        judged(failure(CHANGE, error), &reasons)
    })?;
    let info = required(CHANGE, sent.change_info)?;
    Ok(info.id().trim_start_matches("/change/").to_string())
}

fn one(act: &Act) -> Result<Change, Failure> {
    let (action, set) = match act {
        Act::Create(set) => (ChangeAction::Create, set),
        Act::Upsert(set) => (ChangeAction::Upsert, set),
        Act::Delete(set) => (ChangeAction::Delete, set),
    };
    let change = Change::builder().action(action);
    let change = change.resource_record_set(written(CHANGE, set)?).build();
    change.map_err(|error| Failure::internal(CHANGE, &error))
}

/// One code stands for everything that a batch can be refused for; the text tells them apart
/// (`failures.md` 1.2, Route 53).
fn judged(mut refused: Failure, reasons: &str) -> Failure {
    if refused.code != "InvalidChangeBatch" {
        return refused;
    }
    if !reasons.is_empty() {
        refused.message = reasons.to_string();
    }
    let says = |texts: &[&str]| texts.iter().any(|text| refused.message.contains(text));
    // A balancer that was made a moment ago.
    if says(&["that target was not found"]) {
        refused.class = Class::Eventual;
        return refused;
    }
    // What is there is not what we saw a moment ago: a look tells.
    if says(&["already exists", "conflicts with", "not found", "not match"]) {
        refused.class = Class::Exists;
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_batch_is_told_by_its_text() {
        let rows = [
            (
                "[Tried to create resource record set [name='a.example.com.', type='A'] but it \
                 already exists]",
                Class::Exists,
            ),
            (
                "[Tried to delete resource record set [name='a.example.com.', type='A'] but it \
                 was not found]",
                Class::Exists,
            ),
            (
                "[Tried to delete resource record set [name='a.example.com.', type='A'] but the \
                 values provided do not match the current values]",
                Class::Exists,
            ),
            (
                "[RRSet of type CNAME with DNS name a.example.com. is not permitted as it \
                 conflicts with other records with the same DNS name in zone example.com.]",
                Class::Exists,
            ),
            (
                "[Tried to create an alias that targets lb.eu-central-1.elb.amazonaws.com., type \
                 A in zone Z215JYRZR1TBD5, but that target was not found]",
                Class::Eventual,
            ),
            (
                "[RRSet with DNS name a.example.org. is not permitted in zone example.com.]",
                Class::Invalid,
            ),
        ];
        for (text, class) in rows {
            let refused = Failure::new(Class::Invalid, CHANGE, "InvalidChangeBatch", "no message");
            let refused = judged(refused, text);
            assert_eq!(refused.class, class, "{text}");
            assert_eq!(refused.message, text);
        }
    }
}
