//! Every Describe call: by ids or by filters, in pages.

use serde_json::{Value, json};

use super::filter::{self, Filter, Table};
use super::request::finish;
use super::resource::{Resource, View, view};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;

/// What a Describe call asks for.
pub(super) struct Query {
    ids: Vec<String>,
    filters: Vec<Filter>,
    table: Table,
    limit: Option<i64>,
    token: Option<String>,
}

/// Answers a Describe call that has no parameters of its own: `ids` names the parameter with the ids, `set` the list in
/// the answer.
pub(super) fn describe<R: Resource>(call: &mut Call<'_>, ids: &str, set: &str) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let query = Query::read::<R>(&mut input, ids)?;
    finish(input)?;
    query.answer::<R>(&view(call), set, |_| true)
}

impl Query {
    /// Takes the parameters that all Describe calls share.
    pub(super) fn read<R: Resource>(input: &mut Input, ids: &str) -> Result<Query, Refusal> {
        Query::with(input, ids, R::FILTERS)
    }

    /// The same for what is no [`Resource`]; an empty `ids` names no parameter.
    pub(super) fn with(input: &mut Input, ids: &str, table: Table) -> Result<Query, Refusal> {
        let chosen = if ids.is_empty() {
            Vec::new()
        } else {
            input.texts(ids)?
        };
        let filters = filter::read(input, table)?;
        let limit = input.number("MaxResults")?;
        let token = input.text("NextToken")?;
        if limit.is_some() && !chosen.is_empty() {
            return Err(Refusal::new(
                "InvalidParameterCombination",
                format!("The parameter {ids} cannot be used with the parameter MaxResults"),
            ));
        }
        check(limit)?;
        Ok(Query {
            ids: chosen,
            filters,
            table,
            limit,
            token,
        })
    }

    /// The page asked for, of what passes the filters and is `wanted`. An id that names nothing refuses the whole call.
    pub(super) fn answer<R: Resource>(
        self,
        view: &View<'_>,
        set: &str,
        wanted: impl Fn(&R) -> bool,
    ) -> Answer {
        let mut shown = Vec::new();
        if self.ids.is_empty() {
            for (id, found) in view.each::<R>().filter(|(_, found)| wanted(found)) {
                shown.push(found.show(id, view));
            }
        } else {
            let mut ids = self.ids.clone();
            ids.sort();
            ids.dedup();
            for id in &ids {
                let found = view.find::<R>(id)?;
                if wanted(found) {
                    shown.push(found.show(id, view));
                }
            }
        }
        self.page(set, shown)
    }

    /// The page asked for, of what passes the filters.
    pub(super) fn page(self, set: &str, mut shown: Vec<Value>) -> Answer {
        shown.retain(|shown| filter::passes(&self.filters, self.table, shown));
        let (items, next) = page(shown, self.limit, self.token)?;
        Ok(json!({ set: items, "nextToken": next }))
    }
}

/// Pages have 5 to 1000 items [EC2 API: MaxResults].
fn check(limit: Option<i64>) -> Result<(), Refusal> {
    let (limit, bound) = match limit {
        Some(limit) if limit < 5 => (limit, "greater than 5"),
        Some(limit) if limit > 1000 => (limit, "less than 1000"),
        _ => return Ok(()),
    };
    let message = format!(
        "Value ( {limit} ) for parameter maxResults is invalid. Expecting a value {bound}."
    );
    Err(Refusal::new("InvalidParameterValue", message))
}
