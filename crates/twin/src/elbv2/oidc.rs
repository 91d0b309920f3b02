//! Logging in through an identity provider that speaks OpenID Connect, before a request goes on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::constraint::{self, invalid};
use crate::hidden::Hidden;
use crate::input::Input;
use crate::refusal::Refusal;
use crate::wire::ENTRIES;

/// The provider and what is asked of it [ELBv2 API: AuthenticateOidcActionConfig].
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Oidc {
    issuer: String,
    authorization: String,
    token: String,
    user_info: String,
    client: String,
    /// Never given out again. `None` only in a request that goes on with the one that is there.
    secret: Option<Hidden>,
    cookie: String,
    scope: String,
    /// Seconds.
    session: i64,
    extra: BTreeMap<String, String>,
    unauthenticated: String,
}

/// What happens to a client that has not logged in.
pub(super) enum Stranger<'a> {
    Refused,
    LetIn,
    /// To this page.
    Sent(&'a str),
}

pub(super) fn read(item: &mut Input) -> Result<Oidc, Refusal> {
    let Some(mut config) = item.object("AuthenticateOidcConfig")? else {
        return Err(invalid(
            "AuthenticateOidcConfig must be specified for an action of type 'authenticate-oidc'",
        ));
    };
    let mut url = |name: &str| {
        let text = config.required(name)?;
        let rest = text.strip_prefix("https://").unwrap_or_default();
        match rest.is_empty() || rest.starts_with('/') || rest.contains(char::is_whitespace) {
            false => Ok(text),
            true => Err(invalid(format!(
                "{name} '{text}' must be a full URL with the HTTPS protocol"
            ))),
        }
    };
    let issuer = url("Issuer")?;
    let authorization = url("AuthorizationEndpoint")?;
    let token = url("TokenEndpoint")?;
    let user_info = url("UserInfoEndpoint")?;
    let client = config.required("ClientId")?;
    let secret = config.text("ClientSecret")?;
    let cookie = config.text("SessionCookieName")?;
    let scope = config.text("Scope")?;
    let session = constraint::number(&mut config, "SessionTimeout", 1..=604_800)?;
    let extra = read_extra(&mut config)?;
    let words = ["deny", "allow", "authenticate"];
    let unauthenticated = constraint::one_of(&mut config, "OnUnauthenticatedRequest", &words)?;
    let keep = config.boolean("UseExistingClientSecret")?.unwrap_or(false);
    config.finish()?;
    if client.is_empty() {
        return Err(invalid("ClientId cannot be empty"));
    }
    if extra.len() > 10 {
        return Err(invalid(
            "AuthenticationRequestExtraParams can have at most '10' parameters",
        ));
    }
    if secret.is_none() && !keep {
        return Err(invalid(
            "ClientSecret must be specified for an action of type 'authenticate-oidc'",
        ));
    }
    if secret.is_some() && keep {
        return Err(invalid(
            "ClientSecret cannot be specified when UseExistingClientSecret is 'true'",
        ));
    }
    Ok(Oidc {
        issuer,
        authorization,
        token,
        user_info,
        client,
        secret: secret.map(Hidden),
        cookie: cookie.unwrap_or_else(|| "AWSELBAuthSessionCookie".to_owned()),
        scope: scope.unwrap_or_else(|| "openid".to_owned()),
        session: session.unwrap_or(604_800),
        extra,
        unauthenticated: unauthenticated.unwrap_or_else(|| "authenticate".to_owned()),
    })
}

/// The query protocol spells maps as lists of `key` and `value`, below `entry`.
fn read_extra(config: &mut Input) -> Result<BTreeMap<String, String>, Refusal> {
    let mut extra = BTreeMap::new();
    let Some(mut map) = config.object("AuthenticationRequestExtraParams")? else {
        return Ok(extra);
    };
    for mut entry in map.objects("entry")? {
        let key = entry.required("key")?;
        let value = entry.required("value")?;
        entry.finish()?;
        extra.insert(key, value);
    }
    map.finish()?;
    Ok(extra)
}

impl Oidc {
    /// Whether a request leaves the secret as it is.
    pub(super) fn lacks_secret(&self) -> bool {
        self.secret.is_none()
    }

    /// Goes on with the secret of the action that this one replaces.
    pub(super) fn keep_secret(&mut self, before: &Oidc) {
        self.secret.clone_from(&before.secret);
    }

    pub(super) fn stranger(&self) -> Stranger<'_> {
        match self.unauthenticated.as_str() {
            "deny" => Stranger::Refused,
            "allow" => Stranger::LetIn,
            _ => Stranger::Sent(&self.authorization),
        }
    }

    /// Everything but the secret.
    pub(super) fn value(&self) -> Value {
        let entry = |(key, value): (&String, &String)| json!({"key": key, "value": value});
        let extra: Vec<Value> = self.extra.iter().map(entry).collect();
        json!({
            "Issuer": self.issuer,
            "AuthorizationEndpoint": self.authorization,
            "TokenEndpoint": self.token,
            "UserInfoEndpoint": self.user_info,
            "ClientId": self.client,
            "SessionCookieName": self.cookie,
            "Scope": self.scope,
            "SessionTimeout": self.session,
            "AuthenticationRequestExtraParams": (!extra.is_empty()).then(|| json!({ ENTRIES: extra })),
            "OnUnauthenticatedRequest": self.unauthenticated,
        })
    }
}
