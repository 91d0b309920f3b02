//! Reading a zone's records: one by id, or all that pass the filters.

use serde_json::json;

use super::page::{self, Page};
use super::record::Record;
use super::token::{Grant, authorise_zone};
use super::{change, refuse, zone};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `GET /zones/{zone_id}/dns_records/{dns_record_id}`
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::Read, &zone_id)?;
    let id = change::record_id(&mut input)?;
    input.finish()?;
    let record = zone::find(call.world, &zone_id)?.records.get(&id);
    Ok(json!({ "result": record.ok_or_else(refuse::no_such_record)?.answer() }))
}

/// `GET /zones/{zone_id}/dns_records`
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::Read, &zone_id)?;
    let filters = Filters::read(&mut input)?;
    let order = input.text("order")?.unwrap_or_else(|| "type".into());
    let descending = page::descending(&mut input)?;
    let page = Page::read(&mut input, 100, 1..=5_000_000)?;
    input.finish()?;
    let now = call.now();
    let stale = call.world.timing.stale_read;
    let records = zone::find(call.world, &zone_id)?.records.values();
    // What was just written may not be listed yet (ux.md 3.6).
    let visible = records.filter(|record| now.0 >= record.created.0.saturating_add(stale));
    let mut found: Vec<&Record> = visible.filter(|record| filters.pass(record)).collect();
    // In order of name where the asked order leaves it open, so that pages do not overlap.
    found.sort_by(|a, b| (&a.name, &a.kind, &a.content).cmp(&(&b.name, &b.kind, &b.content)));
    match order.as_str() {
        "type" => found.sort_by_key(|record| &record.kind),
        "name" => {}
        "content" => found.sort_by_key(|record| &record.content),
        "ttl" => found.sort_by_key(|record| record.ttl),
        "proxied" => found.sort_by_key(|record| record.proxied),
        other => {
            return Err(refuse::parameter(format!(
                "cannot order records by {other}"
            )));
        }
    }
    if descending {
        found.reverse();
    }
    page.answer(found.into_iter().map(Record::answer).collect())
}

/// The tests of a listing, and whether one is enough.
struct Filters {
    tests: Vec<Test>,
    any: bool,
}

/// One test of one record.
struct Test {
    field: Field,
    relation: Relation,
    /// Lower case: filters are case-insensitive.
    text: String,
}

#[derive(Clone, Copy)]
enum Field {
    Name,
    Content,
    Comment,
    Type,
    Proxied,
    /// Any tag. No record has one, as the quota is 0.
    Tag,
    /// Name, content or comment: `search`, "for humans".
    Anything,
}

#[derive(Clone, Copy)]
enum Relation {
    Exact,
    Contains,
    StartsWith,
    EndsWith,
    Present,
    Absent,
}

/// Every filter's name and what it tests [Cloudflare API: List DNS Records].
const FILTERS: &[(&str, Field, Relation)] = &[
    ("name", Field::Name, Relation::Exact),
    ("name.exact", Field::Name, Relation::Exact),
    ("name.contains", Field::Name, Relation::Contains),
    ("name.startswith", Field::Name, Relation::StartsWith),
    ("name.endswith", Field::Name, Relation::EndsWith),
    ("content", Field::Content, Relation::Exact),
    ("content.exact", Field::Content, Relation::Exact),
    ("content.contains", Field::Content, Relation::Contains),
    ("content.startswith", Field::Content, Relation::StartsWith),
    ("content.endswith", Field::Content, Relation::EndsWith),
    ("comment", Field::Comment, Relation::Exact),
    ("comment.exact", Field::Comment, Relation::Exact),
    ("comment.contains", Field::Comment, Relation::Contains),
    ("comment.startswith", Field::Comment, Relation::StartsWith),
    ("comment.endswith", Field::Comment, Relation::EndsWith),
    ("comment.present", Field::Comment, Relation::Present),
    ("comment.absent", Field::Comment, Relation::Absent),
    ("tag", Field::Tag, Relation::Exact),
    ("tag.exact", Field::Tag, Relation::Exact),
    ("tag.contains", Field::Tag, Relation::Contains),
    ("tag.startswith", Field::Tag, Relation::StartsWith),
    ("tag.endswith", Field::Tag, Relation::EndsWith),
    ("tag.present", Field::Tag, Relation::Present),
    ("tag.absent", Field::Tag, Relation::Absent),
    ("type", Field::Type, Relation::Exact),
    ("proxied", Field::Proxied, Relation::Exact),
    ("search", Field::Anything, Relation::Contains),
];

impl Filters {
    fn read(input: &mut Input) -> Result<Filters, Refusal> {
        let mut tests = Vec::new();
        for (name, field, relation) in FILTERS {
            if let Some(text) = input.text(name)? {
                let text = text.to_lowercase();
                tests.push(Test {
                    field: *field,
                    relation: *relation,
                    text,
                });
            }
        }
        let any = match input.text("match")?.as_deref() {
            None | Some("all") => false,
            Some("any") => true,
            Some(other) => {
                return Err(refuse::parameter(format!(
                    "match must be any or all, got {other}"
                )));
            }
        };
        input.accept("tag_match", &[json!("all"), json!("any")])?;
        input.accept("include_shadow_metadata", &[json!(false)])?;
        Ok(Filters { tests, any })
    }

    fn pass(&self, record: &Record) -> bool {
        let mut results = self.tests.iter().map(|test| test.pass(record));
        if self.any && !self.tests.is_empty() {
            results.any(|passed| passed)
        } else {
            results.all(|passed| passed)
        }
    }
}

impl Test {
    fn pass(&self, record: &Record) -> bool {
        let comment = record.comment.as_deref();
        match self.field {
            Field::Name => self.holds(Some(&record.name)),
            Field::Content => self.holds(Some(&record.content)),
            Field::Comment => self.holds(comment),
            Field::Type => self.holds(Some(&record.kind)),
            Field::Proxied => self.holds(Some(if record.proxied { "true" } else { "false" })),
            Field::Tag => self.holds(None),
            Field::Anything => {
                let texts = [
                    Some(record.name.as_str()),
                    Some(record.content.as_str()),
                    comment,
                ];
                texts.into_iter().any(|text| self.holds(text))
            }
        }
    }

    fn holds(&self, text: Option<&str>) -> bool {
        let Some(text) = text.map(str::to_lowercase) else {
            return matches!(self.relation, Relation::Absent);
        };
        match self.relation {
            Relation::Exact => text == self.text,
            Relation::Contains => text.contains(&self.text),
            Relation::StartsWith => text.starts_with(&self.text),
            Relation::EndsWith => text.ends_with(&self.text),
            Relation::Present => true,
            Relation::Absent => false,
        }
    }
}
