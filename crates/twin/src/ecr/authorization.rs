//! The password of the registry's HTTP API.

use std::time::Duration;

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::refuse;
use crate::clock::Millis;
use crate::operation::{Answer, Call};

/// How long a token is good for [ECR API: GetAuthorizationToken].
const VALID: Duration = Duration::from_secs(12 * 3600);

/// What a password says: like the twin's signatures it is believed, not verified.
pub(crate) struct Token {
    pub(crate) region: String,
    pub(crate) expires: Millis,
}

/// `GetAuthorizationToken`
pub(super) fn get_token(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let registries = input.texts("registryIds")?;
    input.finish()?;
    if registries.len() > 10 {
        return Err(refuse::parameter(
            "registryIds",
            "Member must have length less than or equal to 10",
        ));
    }
    let account = call.account();
    let hosts = match registries.is_empty() {
        true => vec![account],
        false => registries,
    };
    let expires = call.now() + VALID;
    let password = json!({
        "region": call.region,
        "expires": expires.0,
    });
    let password = BASE64.encode(password.to_string().as_bytes());
    let token = BASE64.encode(format!("AWS:{password}").as_bytes());
    let data = hosts.iter().map(|host| {
        json!({
            "authorizationToken": token,
            "expiresAt": expires.epoch_seconds(),
            "proxyEndpoint": format!("https://{host}.dkr.ecr.{}.amazonaws.com", call.region),
        })
    });
    Ok(json!({ "authorizationData": data.collect::<Vec<_>>() }))
}

impl Token {
    /// What is behind a password that was handed out.
    pub(crate) fn read(password: &str) -> Option<Token> {
        let bytes = BASE64.decode(password.as_bytes()).ok()?;
        let token: Value = serde_json::from_slice(&bytes).ok()?;
        Some(Token {
            region: token["region"].as_str()?.to_owned(),
            expires: Millis(token["expires"].as_u64()?),
        })
    }
}
