//! `[services.NAME.login]`: who people have to be before a service gets their requests.

use super::Rules;
use super::health::duration;
use super::secrets::client_secret;
use crate::codes::Code;
use crate::defaults;
use crate::located::Located;
use crate::model::{Login, Refusal, Unauthenticated};
use crate::schema::{self, LoginSection};

/// The login. None if something in it is wrong. Bounds are those of [ELBv2 API: AuthenticateOidcActionConfig].
pub(super) fn login(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &Located<LoginSection>,
) -> Option<Login> {
    let at = |key| [path, &[key]].concat();
    let urls = [
        ("issuer", &section.issuer),
        ("authorization_endpoint", &section.authorization_endpoint),
        ("token_endpoint", &section.token_endpoint),
        ("userinfo_endpoint", &section.userinfo_endpoint),
    ];
    let urls = urls.map(|(key, written)| {
        let url = cx.parse(Code::BadLogin, &at(key), written.as_ref(), parse_url);
        url.map(Located::into_inner)
    });
    let client_id = cx.parse(
        Code::BadLogin,
        &at("client_id"),
        section.client_id.as_ref(),
        not_empty,
    );
    let secret = section.client_secret.as_ref();
    let secret = secret.and_then(|it| client_secret(cx, &at("client_secret"), it));
    let scope = cx.parse_or(
        Code::BadLogin,
        &at("scope"),
        section.scope.as_ref(),
        Located::new(defaults::LOGIN_SCOPE.to_owned(), section.span()),
        parse_scope,
    );
    let session = duration(
        cx,
        &at("session"),
        section.session.as_ref(),
        (1, 604_800),
        defaults::LOGIN_SESSION,
    );
    if cx.is_spoiled(&at("unauthenticated")) {
        return None;
    }
    let [
        issuer,
        authorization_endpoint,
        token_endpoint,
        userinfo_endpoint,
    ] = urls;
    Some(Login {
        issuer: issuer?,
        authorization_endpoint: authorization_endpoint?,
        token_endpoint: token_endpoint?,
        userinfo_endpoint: userinfo_endpoint?,
        client_id: client_id?.into_inner(),
        client_secret: secret?,
        scope: scope?.into_inner(),
        session: session?.into_inner(),
        unauthenticated: match section.unauthenticated.as_ref().map(Located::get) {
            None | Some(schema::Unauthenticated::Authenticate) => Unauthenticated::Authenticate,
            Some(schema::Unauthenticated::Allow) => Unauthenticated::Allow,
            Some(schema::Unauthenticated::Deny) => Unauthenticated::Deny,
        },
    })
}

/// "The endpoint must be a full URL, including the HTTPS protocol, the domain, and the path."
fn parse_url(text: &str) -> Result<String, Refusal> {
    let rest = text.strip_prefix("https://").unwrap_or_default();
    if rest.is_empty() || rest.starts_with('/') || rest.contains(char::is_whitespace) {
        return Err(Refusal::new("not a URL that begins with https://")
            .help("take it from the provider's /.well-known/openid-configuration"));
    }
    Ok(text.to_owned())
}

fn not_empty(text: &str) -> Result<String, Refusal> {
    match text.trim().is_empty() {
        true => Err(Refusal::new("empty")),
        false => Ok(text.to_owned()),
    }
}

/// Without `openid` it is no login at all [OpenID Connect Core: 3.1.2.1].
fn parse_scope(text: &str) -> Result<String, Refusal> {
    match text.split(' ').any(|word| word == "openid") {
        true => Ok(text.to_owned()),
        false => {
            Err(Refusal::new("`openid` is not in it")
                .help(format!("write \"openid {}\"", text.trim())))
        }
    }
}
