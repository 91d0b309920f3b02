//! API tokens: who calls, and what they may do.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::zone::ACCOUNT;
use super::{rate, refuse, zone};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// An API token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// Its public identifier.
    pub id: String,
    /// Whether it can be used at all, its time left aside.
    pub status: TokenStatus,
    /// What it may do.
    pub grant: Grant,
    /// The only zones in which it may do that, by id; every zone where there is none.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Whether it belongs to the account and to no user.
    #[serde(default)]
    pub of_account: bool,
    /// When its time is over, if ever.
    #[serde(default)]
    pub expires: Option<Millis>,
}

impl Token {
    fn status(&self, now: Millis) -> TokenStatus {
        match (self.status, self.expires) {
            (TokenStatus::Active, Some(at)) if at <= now => TokenStatus::Expired,
            (status, _) => status,
        }
    }
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
    use TokenStatus::{Active, Disabled, Expired};
    let rows = [
        ("sandbox-token", Active, Grant::EditZones),
        ("sandbox-token-dns", Active, Grant::EditDns),
        ("sandbox-token-read", Active, Grant::Read),
        ("sandbox-token-disabled", Disabled, Grant::EditZones),
        ("sandbox-token-expired", Expired, Grant::EditZones),
        ("sandbox-token-com", Active, Grant::EditDns),
        ("sandbox-token-account", Active, Grant::EditDns),
        (EXPIRING, Active, Grant::EditDns),
    ];
    (0..)
        .zip(rows)
        .map(|(n, (text, status, grant)): (u128, _)| {
            let token = Token {
                id: format!("{:032x}", 0xed17_u128 << 96 | n),
                status,
                grant,
                zones: match text {
                    "sandbox-token-com" => vec![zone::EXAMPLE_COM.to_owned()],
                    _ => Vec::new(),
                },
                of_account: text == "sandbox-token-account",
                expires: None,
            };
            (text.to_owned(), token)
        })
}

/// One whose time is over in three days.
const EXPIRING: &str = "sandbox-token-expiring";
const THREE_DAYS: Duration = Duration::from_secs(3 * 24 * 3600);

/// The tokens, from that moment on.
pub(super) fn begin(tokens: &mut BTreeMap<String, Token>, now: Millis) {
    if let Some(token) = tokens.get_mut(EXPIRING) {
        token.expires = Some(now + THREE_DAYS);
    }
}

/// `GET /user/tokens/verify`: answers for every token of a user that can be told, active or not. Those of an account
/// are unknown here (ux.md 3.1).
pub(super) fn verify(call: &mut Call<'_>) -> Answer {
    verified(call, false)
}

/// `GET /accounts/{account_id}/tokens/verify`: the same for the account's own tokens.
pub(super) fn verify_of_account(call: &mut Call<'_>) -> Answer {
    verified(call, true)
}

fn verified(call: &mut Call<'_>, of_account: bool) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    rate::count(call)?;
    let account = input.text("{account_id}")?;
    input.finish()?;
    let text = of(call);
    check_form(text)?;
    if let Some(account) = account.filter(|account| account != ACCOUNT) {
        if !zone::is_identifier(&account) {
            return Err(refuse::no_route(&format!("/accounts/{account}")));
        }
        return Err(refuse::authentication());
    }
    let token = call.world.cloudflare.tokens.get(text);
    let token = token.filter(|token| token.of_account == of_account);
    let token = token.ok_or_else(|| Refusal::new("1000", "Invalid API Token").status(401))?;
    let status = token.status(call.world.now);
    let mut answer = json!({ "result": { "id": token.id, "status": status } });
    // A token that has no end has no such member [Cloudflare API: Verify Token].
    if let Some(at) = token.expires {
        answer["result"]["expires_on"] = json!(at.iso8601());
    }
    if status == TokenStatus::Active {
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
    if token.status(call.world.now) != TokenStatus::Active {
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
    if !call.world.cloudflare.zones.contains_key(zone_id) || !reaches(call, zone_id) {
        return Err(refuse::authentication());
    }
    Ok(())
}

/// Whether the call's token is for this zone too.
pub(super) fn reaches(call: &Call<'_>, zone_id: &str) -> bool {
    let token = call.world.cloudflare.tokens.get(of(call));
    token.is_some_and(|token| {
        token.zones.is_empty() || token.zones.iter().any(|zone| zone == zone_id)
    })
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
