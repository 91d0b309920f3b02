//! The managed policies, read. There are no others here.

use serde_json::{Value, json};

use super::distribution::only_id;
use super::list::Asked;
use super::managed::{self, Managed};
use super::refuse;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::{HEADERS, ROOT};

/// A sort of policy: what it is called, and those there are.
struct Sort {
    word: &'static str,
    missing: &'static str,
    all: &'static [Managed],
}

const CACHE: Sort = Sort {
    word: "CachePolicy",
    missing: "NoSuchCachePolicy",
    all: managed::CACHE,
};
const ORIGIN_REQUEST: Sort = Sort {
    word: "OriginRequestPolicy",
    missing: "NoSuchOriginRequestPolicy",
    all: managed::ORIGIN_REQUEST,
};
const RESPONSE_HEADERS: Sort = Sort {
    word: "ResponseHeadersPolicy",
    missing: "NoSuchResponseHeadersPolicy",
    all: managed::RESPONSE_HEADERS,
};

pub(super) fn get_cache_policy(call: &mut Call<'_>) -> Answer {
    get(call, &CACHE)
}

pub(super) fn get_origin_request_policy(call: &mut Call<'_>) -> Answer {
    get(call, &ORIGIN_REQUEST)
}

pub(super) fn get_response_headers_policy(call: &mut Call<'_>) -> Answer {
    get(call, &RESPONSE_HEADERS)
}

pub(super) fn list_cache_policies(call: &mut Call<'_>) -> Answer {
    list(call, &CACHE)
}

pub(super) fn list_origin_request_policies(call: &mut Call<'_>) -> Answer {
    list(call, &ORIGIN_REQUEST)
}

pub(super) fn list_response_headers_policies(call: &mut Call<'_>) -> Answer {
    list(call, &RESPONSE_HEADERS)
}

fn get(call: &mut Call<'_>, sort: &Sort) -> Answer {
    let id = only_id(call)?;
    let found = sort.all.iter().find(|it| it.id == id);
    let found = found.ok_or_else(|| {
        let message = "The specified policy does not exist.";
        Refusal::new(sort.missing, message).status(404)
    })?;
    let mut answer = shown(found, sort);
    answer[ROOT] = json!(sort.word);
    answer[HEADERS] = json!({ "etag": "E23ZP02F085DFQ" });
    Ok(answer)
}

fn list(call: &mut Call<'_>, sort: &Sort) -> Answer {
    call.body.clear();
    let mut input = std::mem::take(&mut call.input);
    let kind = input.text("Type")?;
    let asked = Asked::read(&mut input)?;
    input.finish()?;
    let rows = match kind.as_deref() {
        None | Some("managed") => sort.all,
        Some("custom") => &[],
        Some(_) => return Err(refuse::argument("The parameter Type is not valid.")),
    };
    let rows = rows.iter().map(|it| {
        let row = json!({ "Type": "managed", sort.word: shown(it, sort) });
        (it.id.to_owned(), row)
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (root, member) = (
        format!("{}List", sort.word),
        format!("{}Summary", sort.word),
    );
    let mut answer = asked.page(&root, &member, rows);
    // These lists say neither where they begin nor whether there is more [service model: CachePolicyList].
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("Marker");
        fields.remove("IsTruncated");
    }
    Ok(answer)
}

fn shown(policy: &Managed, sort: &Sort) -> Value {
    json!({
        "Id": policy.id,
        "LastModifiedTime": Millis::START.iso8601(),
        format!("{}Config", sort.word): policy.config(),
    })
}
