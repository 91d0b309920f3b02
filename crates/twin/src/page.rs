//! Pagination.

use serde_json::Value;

use crate::refusal::Refusal;

/// The code of a token that this never gave; each service has its own word for it.
pub(crate) const BAD_TOKEN: &str = "InvalidNextToken";

/// One page of `items`, and the token for the next one if there is more. Without a limit everything is one page.
pub(crate) fn page(
    mut items: Vec<Value>,
    limit: Option<i64>,
    token: Option<String>,
) -> Result<(Vec<Value>, Option<String>), Refusal> {
    let start = match token {
        Some(token) => offset(&token)
            .filter(|start| *start <= items.len())
            .ok_or_else(|| {
                Refusal::new(
                    BAD_TOKEN,
                    "The specified token is not valid or has expired.",
                )
            })?,
        None => 0,
    };
    let limit = limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(0).max(1)
    });
    let end = start.saturating_add(limit).min(items.len());
    let next = (end < items.len()).then(|| format!("{PREFIX}{end:08x}"));
    items.truncate(end);
    Ok((items.split_off(start), next))
}

/// A token is opaque to clients, but must not look like a bare number: some clients would compute with it.
const PREFIX: &str = "eyJwYWdl";

fn offset(token: &str) -> Option<usize> {
    usize::from_str_radix(token.strip_prefix(PREFIX)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_join_to_the_whole() {
        let items: Vec<Value> = (0..7).map(Value::from).collect();
        let mut seen = Vec::new();
        let mut token = None;
        loop {
            let (some, next) = page(items.clone(), Some(3), token).expect("a page");
            assert!(some.len() <= 3);
            seen.extend(some);
            token = next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, items);
    }

    #[test]
    fn a_foreign_token_is_refused() {
        for token in ["x", "3", "eyJwYWdl-", "eyJwYWdl000000ff"] {
            let refusal = page(vec![], None, Some(token.to_owned())).expect_err(token);
            assert_eq!(refusal.code, "InvalidNextToken");
        }
    }
}
