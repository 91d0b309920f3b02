//! `[services.NAME.login]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// Where people log in before the service gets their requests: a provider that speaks OpenID Connect. The load balancer
/// sees to it, and tells the service who they are in the header field `x-amzn-oidc-identity`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginSection {
    /// Who the provider is: `issuer` in its `/.well-known/openid-configuration`, as are the three that follow.
    #[schemars(required, example = &"https://accounts.google.com")]
    pub(crate) issuer: Option<Located<String>>,

    /// Where people are sent to log in.
    #[schemars(required, example = &"https://accounts.google.com/o/oauth2/v2/auth")]
    pub(crate) authorization_endpoint: Option<Located<String>>,

    /// Where the load balancer gets tokens.
    #[schemars(required, example = &"https://oauth2.googleapis.com/token")]
    pub(crate) token_endpoint: Option<Located<String>>,

    /// Where the load balancer learns who somebody is.
    #[schemars(required, example = &"https://openidconnect.googleapis.com/v1/userinfo")]
    pub(crate) userinfo_endpoint: Option<Located<String>>,

    /// As whom the load balancer is known to the provider.
    #[schemars(required, example = &"shop")]
    pub(crate) client_id: Option<Located<String>>,

    /// Where the secret that goes with it comes from, never the secret itself.
    #[schemars(required, extend("examples" = [{ "env": "OIDC_CLIENT_SECRET" }]))]
    pub(crate) client_secret: Option<Located<ClientSecretSection>>,

    /// What is asked about people, with spaces in between. Default `openid`: that they are somebody.
    #[schemars(extend("default" = defaults::LOGIN_SCOPE), example = &"openid email")]
    pub(crate) scope: Option<Located<String>>,

    /// How long a login counts, `1s` to `7d`. Default `7d`, as AWS has it.
    #[schemars(extend("default" = "7d"), example = &"8h")]
    pub(crate) session: Option<Located<String>>,

    /// What happens to those who have not logged in. Default `authenticate`.
    #[schemars(extend("default" = "authenticate"))]
    pub(crate) unauthenticated: Option<Located<Unauthenticated>>,
}

/// Where a client secret comes from. Exactly one key, and `key` besides `secret`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 2))]
pub(crate) struct ClientSecretSection {
    /// Name or ARN of a secret in Secrets Manager that somebody else keeps. Once it is another one, the next `up` takes
    /// it.
    #[schemars(example = &"shop/oidc")]
    pub(crate) secret: Option<Located<String>>,

    /// One member of a secret that is a JSON object. Default: all of the secret's text.
    #[schemars(example = &"client_secret")]
    pub(crate) key: Option<Located<String>>,

    /// The environment variable, of whoever runs Ashore, that has the value. It is kept in Secrets Manager.
    #[schemars(example = &"OIDC_CLIENT_SECRET")]
    pub(crate) env: Option<Located<String>>,

    /// The name of one of `[params]` with `secret = true`. The value is kept in Secrets Manager.
    #[schemars(example = &"oidc-client-secret")]
    pub(crate) param: Option<Located<String>>,
}

/// What happens to those who have not logged in.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unauthenticated {
    /// They are sent to the provider to log in.
    Authenticate,
    /// Their requests go on to the service, without a word of who they are.
    Allow,
    /// They get 401.
    Deny,
}
