//! API tokens: who calls, and what they may do.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{rate, refuse, zone};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// An API token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// Its public identifier.
    pub id: String,
    /// Whether it can be used at all.
    pub status: TokenStatus,
    /// What it may do, in every zone.
    pub grant: Grant,
}

/// Whether a token can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenStatus {
    /// It can.
    Active,
    /// It was switched off.
    Disabled,
    /// Its time is over.
    Expired,
}

/// What a token may do. Each grant includes the ones above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Zone: Read and DNS: Read.
    Read,
    /// Zone: Read and DNS: Edit, which is all that DNS work needs (ux.md 3.2).
    EditDns,
    /// Zone: Edit as well: adding zones and changing their settings.
    EditZones,
}

/// The tokens of a new world: one for all work, and one for each way in which a token falls short.
pub(super) fn initial() -> impl Iterator<Item = (String, Token)> {
    let rows = [
        ("sandbox-token", TokenStatus::Active, Grant::EditZones),
        ("sandbox-token-dns", TokenStatus::Active, Grant::EditDns),
        ("sandbox-token-read", TokenStatus::Active, Grant::Read),
        (
            "sandbox-token-disabled",
            TokenStatus::Disabled,
            Grant::EditZones,
        ),
        (
            "sandbox-token-expired",
            TokenStatus::Expired,
            Grant::EditZones,
        ),
    ];
    rows.into_iter()
        .enumerate()
        .map(|(n, (text, status, grant))| {
            let id = format!("{:032x}", 0xed17_u128 << 96 | n as u128);
            (text.to_owned(), Token { id, status, grant })
        })
}

/// `GET /user/tokens/verify`: answers for every token that can be told, active or not.
pub(super) fn verify(call: &mut Call<'_>) -> Answer {
    let input = std::mem::take(&mut call.input);
    rate::count(call)?;
    input.finish()?;
    let text = of(call);
    check_form(text)?;
    let token = call.world.cloudflare.tokens.get(text);
    let token = token.ok_or_else(|| Refusal::new("1000", "Invalid API Token").status(401))?;
    let mut answer = json!({ "result": { "id": token.id, "status": token.status } });
    if token.status == TokenStatus::Active {
        answer["messages"] = json!([{
            "code": 10000, "message": "This API Token is valid and active", "type": null,
        }]);
    }
    Ok(answer)
}

/// Lets the call through if its token may do what `needed` says. Counts it against the rate limit first.
pub(super) fn authorise(call: &mut Call<'_>, needed: Grant) -> Result<(), Refusal> {
    rate::count(call)?;
    let text = of(call);
    check_form(text)?;
    let token = call
        .world
        .cloudflare
        .tokens
        .get(text)
        .ok_or_else(refuse::invalid_token)?;
    if token.status != TokenStatus::Active {
        return Err(refuse::invalid_token());
    }
    if token.grant < needed {
        return Err(refuse::authentication());
    }
    Ok(())
}

/// As `authorise`, for a call on the zone of that id. A well-formed id of no zone is refused like a zone that the token
/// may not touch (ux.md 3.4: 10000 "also: wrong zone id").
pub(super) fn authorise_zone(
    call: &mut Call<'_>,
    needed: Grant,
    zone_id: &str,
) -> Result<(), Refusal> {
    authorise(call, needed)?;
    if !zone::is_identifier(zone_id) {
        return Err(refuse::no_route(&format!("/zones/{zone_id}")));
    }
    if !call.world.cloudflare.zones.contains_key(zone_id) {
        return Err(refuse::authentication());
    }
    Ok(())
}

/// The token's text, which is how the core names the caller of Cloudflare.
pub(super) fn of<'a>(call: &'a Call<'_>) -> &'a str {
    &call.principal
}

fn check_form(token: &str) -> Result<(), Refusal> {
    let characters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if token.is_empty() || !token.chars().all(characters) {
        return Err(refuse::malformed_token());
    }
    Ok(())
}
