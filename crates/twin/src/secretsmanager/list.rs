//! ListSecrets.

use serde_json::{Value, json};

use super::refuse;
use super::secret::Secret;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;

/// Which part of a listing is asked for.
pub(super) struct Window {
    limit: Option<i64>,
    token: Option<String>,
}

/// All values of a filter are alternatives, all filters must fit.
struct Filter {
    key: String,
    values: Vec<String>,
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let deleted = input.boolean("IncludePlannedDeletion")?.unwrap_or(false);
    let mut filters = Vec::new();
    for mut filter in input.objects("Filters")? {
        filters.push(Filter {
            key: filter.required("Key")?,
            values: filter.texts("Values")?,
        });
        filter.finish()?;
    }
    let descending = match input.text("SortOrder")?.as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(other) => return Err(wrong("sortOrder", other)),
    };
    let by = input
        .text("SortBy")?
        .unwrap_or_else(|| "created-date".into());
    let window = Window::read(&mut input)?;
    input.finish()?;
    if !["created-date", "last-changed-date", "name"].contains(&by.as_str()) {
        return Err(match by.as_str() {
            "last-accessed-date" => Refusal::not_implemented("SortBy=last-accessed-date"),
            other => wrong("sortBy", other),
        });
    }
    for filter in &filters {
        check(filter)?;
    }
    let secrets = call.here().secretsmanager.secrets.values();
    let mut shown: Vec<&Secret> = secrets
        .filter(|it| it.is_there() && (deleted || it.deletion.is_none()))
        .filter(|it| filters.iter().all(|filter| fits(filter, it)))
        .collect();
    match by.as_str() {
        "name" => {}
        "last-changed-date" => shown.sort_by_key(|it| (it.changed, it.ordinal)),
        _ => shown.sort_by_key(|it| (it.created, it.ordinal)),
    }
    if descending {
        shown.reverse();
    }
    let rows = shown.iter().map(|it| it.view("SecretVersionsToStages"));
    window.answer("SecretList", rows.collect())
}

impl Window {
    pub(super) fn read(input: &mut Input) -> Result<Window, Refusal> {
        let limit = input.number("MaxResults")?;
        let token = input.text("NextToken")?;
        if limit.is_some_and(|limit| !(1..=100).contains(&limit)) {
            return Err(refuse::validation(
                "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must have value between 1 and 100",
            ));
        }
        Ok(Window { limit, token })
    }

    /// A hundred rows unless said otherwise.
    pub(super) fn answer(self, member: &str, rows: Vec<Value>) -> Answer {
        let (rows, next) = page::page(rows, self.limit.or(Some(100)), self.token)
            .map_err(|refusal| Refusal::new("InvalidNextTokenException", refusal.message))?;
        Ok(json!({ member: rows, "NextToken": next }))
    }
}

const KEYS: [&str; 7] = [
    "description",
    "name",
    "tag-key",
    "tag-value",
    "primary-region",
    "owning-service",
    "all",
];

fn check(filter: &Filter) -> Result<(), Refusal> {
    if !KEYS.contains(&filter.key.as_str()) {
        return Err(wrong("filters.key", &filter.key));
    }
    if filter.values.is_empty() || filter.values.len() > 10 {
        return Err(refuse::validation(
            "1 validation error detected: Value at 'filters.values' failed to satisfy constraint: Member must have length between 1 and 10",
        ));
    }
    Ok(())
}

/// A value with `!` in front asks for what does not fit [Secrets Manager API: Filter].
fn fits(filter: &Filter, secret: &Secret) -> bool {
    filter
        .values
        .iter()
        .any(|value| match value.strip_prefix('!') {
            Some(value) => !matches(&filter.key, value, secret),
            None => matches(&filter.key, value, secret),
        })
}

/// Prefixes, which are told apart by case but in `description` and `all`; `all` looks for every word anywhere
/// [Secrets Manager API: Filter].
fn matches(key: &str, value: &str, secret: &Secret) -> bool {
    let description = secret.description.as_deref().unwrap_or_default();
    let lower = value.to_lowercase();
    match key {
        "name" => secret.name.starts_with(value),
        "description" => description.to_lowercase().starts_with(&lower),
        "tag-key" => secret.tags.keys().any(|it| it.starts_with(value)),
        "tag-value" => secret.tags.values().any(|it| it.starts_with(value)),
        "all" => {
            let mut texts = vec![secret.name.to_lowercase(), description.to_lowercase()];
            let tags = secret.tags.iter().flat_map(|(key, value)| [key, value]);
            texts.extend(tags.map(|text| text.to_lowercase()));
            lower
                .split_whitespace()
                .all(|word| texts.iter().any(|text| text.contains(word)))
        }
        "owning-service" => {
            let owner = secret.owner.as_ref();
            owner.is_some_and(|owner| owner.service.starts_with(value))
        }
        // No secret here is a replica.
        _ => false,
    }
}

fn wrong(member: &str, value: &str) -> Refusal {
    refuse::validation(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy enum value set"
    ))
}
