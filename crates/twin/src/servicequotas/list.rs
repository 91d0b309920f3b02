//! Quotas of a service, page by page; and the services that have any.

use serde_json::{Value, json};

use super::catalogue::{ROWS, Row, SERVICES};
use super::{get, show};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;

pub(super) fn applied(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let service = get::code(&mut input, "ServiceCode", 63)?;
    let only = match input.has("QuotaCode") {
        true => Some(get::code(&mut input, "QuotaCode", 128)?),
        false => None,
    };
    input.accept("QuotaAppliedAtLevel", &[json!("ACCOUNT")])?;
    let window = window(&mut input)?;
    input.finish()?;
    get::known(&service)?;
    let rows = of(&service, &call.region);
    let rows = rows.filter(|row| only.as_deref().is_none_or(|code| code == row.code));
    let rows = rows.filter(|row| row.is_applied(call.world, &call.region));
    let shown = rows.map(|row| {
        let value = row.value(call.world, &call.region);
        show::quota(call, row, value)
    });
    paged("Quotas", shown.collect(), window)
}

pub(super) fn defaults(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let service = get::code(&mut input, "ServiceCode", 63)?;
    let window = window(&mut input)?;
    input.finish()?;
    get::known(&service)?;
    let shown = of(&service, &call.region).map(|row| {
        let mut quota = show::quota(call, row, row.default);
        quota["QuotaArn"] = get::arn_of_default(call, row);
        quota["QuotaAppliedAtLevel"] = Value::Null;
        quota
    });
    paged("Quotas", shown.collect(), window)
}

pub(super) fn services(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let window = window(&mut input)?;
    input.finish()?;
    let rows = SERVICES.iter();
    let rows = rows.map(|(code, name)| json!({ "ServiceCode": code, "ServiceName": name }));
    paged("Services", rows.collect(), window)
}

fn of<'a>(service: &'a str, region: &'a str) -> impl Iterator<Item = &'static Row> {
    let rows = ROWS.iter().filter(move |row| row.service == service);
    rows.filter(move |row| get::is_told_in(row, region))
}

type Window = (Option<i64>, Option<String>);

fn window(input: &mut Input) -> Result<Window, Refusal> {
    let limit = input.number("MaxResults")?;
    if limit.is_some_and(|limit| !(1..=100).contains(&limit)) {
        return Err(Refusal::new(
            "ValidationException",
            "1 validation error detected: maxResults must have value between 1 and 100",
        ));
    }
    Ok((limit, input.text("NextToken")?))
}

fn paged(member: &str, rows: Vec<Value>, (limit, token): Window) -> Answer {
    let (rows, next) = page::page(rows, limit.or(Some(100)), token)?;
    Ok(json!({ member: rows, "NextToken": next }))
}
