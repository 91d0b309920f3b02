//! One quota: as it is applied, and as it is by default.

use serde_json::{Value, json};

use super::catalogue::{ROWS, Row, SERVICES};
use super::{no_such, show};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

pub(super) fn applied(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let row = asked(&mut input)?;
    if let Some(context) = input.raw("ContextId") {
        let what = format_args!("quotas of one resource (ContextId={context})");
        return Err(Refusal::not_implemented(what));
    }
    input.finish()?;
    let row = row.filter(|row| is_told_in(row, &call.region));
    let row = row.filter(|row| row.is_applied(call.world, &call.region));
    let row = row.ok_or_else(missing)?;
    let value = row.value(call.world, &call.region);
    Ok(json!({ "Quota": show::quota(call, row, value) }))
}

pub(super) fn default(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let row = asked(&mut input)?;
    input.finish()?;
    let row = row.filter(|row| is_told_in(row, &call.region));
    let row = row.ok_or_else(missing)?;
    let mut quota = show::quota(call, row, row.default);
    // A default is nobody's, and applied at no level [Service Quotas API: GetAWSDefaultServiceQuota, example].
    quota["QuotaArn"] = arn_of_default(call, row);
    quota["QuotaAppliedAtLevel"] = Value::Null;
    Ok(json!({ "Quota": quota }))
}

/// Quotas of the account are told in us-east-1 only [IAM user guide: quotas].
pub(super) fn is_told_in(row: &Row, region: &str) -> bool {
    !row.global || region == "us-east-1"
}

pub(super) fn arn_of_default(call: &Call<'_>, row: &Row) -> Value {
    let region = if row.global { "" } else { &call.region };
    let (service, code) = (row.service, row.code);
    json!(format!("arn:aws:servicequotas:{region}::{service}/{code}"))
}

fn asked(input: &mut Input) -> Result<Option<&'static Row>, Refusal> {
    let service = code(input, "ServiceCode", 63)?;
    let quota = code(input, "QuotaCode", 128)?;
    known(&service)?;
    let mut rows = ROWS.iter();
    Ok(rows.find(|row| row.service == service && row.code == quota))
}

pub(super) fn known(service: &str) -> Result<(), Refusal> {
    let known = SERVICES.iter().any(|(code, _)| *code == service);
    known.then_some(()).ok_or_else(missing)
}

/// A code of up to so many letters, digits and hyphens that begins with a letter [service model: ServiceCode].
pub(super) fn code(input: &mut Input, member: &str, most: usize) -> Result<String, Refusal> {
    let text = input.required(member)?;
    let fits = text.len() >= 2
        && text.len() <= most
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fits.then_some(text).ok_or_else(|| {
        Refusal::new(
            "ValidationException",
            format!("1 validation error detected: {member} does not fit [a-zA-Z][a-zA-Z0-9-]+"),
        )
    })
}

fn missing() -> Refusal {
    no_such("The request failed because the specified service or quota does not exist.")
}
