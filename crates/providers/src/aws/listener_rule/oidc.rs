//! A login as ELBv2 has it, and the one moment in which its client secret is at hand.

use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, AuthenticateOidcActionConditionalBehaviorEnum as Behavior,
    AuthenticateOidcActionConfig,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::login::{ClientSecret, Login, Sent, Unauthenticated};
use crate::aws::live::Aws;
use crate::aws::live::elb;
use crate::aws::live::failure::{failure, not_visible_yet};
use crate::aws::secret;

const GET: &str = "secretsmanager:GetSecretValue";

/// The actions of a rule, and the secret in them: whatever is said about them must not say that.
pub(super) struct Actions {
    pub(super) actions: Vec<Action>,
    /// What is remembered of the secret.
    pub(super) sent: Option<Sent>,
    secret: Option<SecretString>,
}

impl Actions {
    /// Forwards, after the login if there is one. Two actions need an order [ELBv2 API: Action].
    pub(super) async fn of(
        aws: &Aws,
        operation: &'static str,
        target_group: String,
        login: Option<&Login>,
    ) -> Result<Self, Failure> {
        let mut forward = elb::forward(target_group);
        let Some(login) = login else {
            return Ok(Self {
                actions: vec![forward],
                sent: None,
                secret: None,
            });
        };
        let (secret, sent) = value(aws, operation, &login.client_secret).await?;
        let config = AuthenticateOidcActionConfig::builder()
            .issuer(&login.issuer)
            .authorization_endpoint(&login.authorization_endpoint)
            .token_endpoint(&login.token_endpoint)
            .user_info_endpoint(&login.userinfo_endpoint)
            .client_id(&login.client_id)
            .client_secret(secret.expose_secret())
            .scope(&login.scope)
            .session_timeout(login.session_timeout_seconds.into())
            .on_unauthenticated_request(Behavior::from(login.unauthenticated.name()));
        let authenticate = Action::builder()
            .r#type(ActionTypeEnum::AuthenticateOidc)
            .order(1)
            .authenticate_oidc_config(config.build())
            .build();
        forward.order = Some(2);
        Ok(Self {
            actions: vec![authenticate, forward],
            sent: Some(sent),
            secret: Some(secret),
        })
    }

    /// The failure of a request that carried them. A refusal may repeat what it refuses.
    pub(super) fn hidden(&self, mut failure: Failure) -> Failure {
        if let Some(secret) = &self.secret {
            failure.message = failure.message.replace(secret.expose_secret(), "…");
        }
        failure
    }
}

/// Reads the secret, or its member, and says which one it was.
async fn value(
    aws: &Aws,
    operation: &'static str,
    from: &ClientSecret,
) -> Result<(SecretString, Sent), Failure> {
    let arn = elb::known(operation, &from.secret)?;
    let get = aws.secrets.get_secret_value().secret_id(&arn);
    let got = get.set_version_id(from.version.clone()).send().await;
    let got = got.map_err(|e| not_visible_yet(failure(GET, e)));
    let got = got.map_err(|error| match error.class {
        Class::Denied => error.with_advice(
            "the listener rule is written with the client secret itself: allow it for this secret",
        ),
        _ => error,
    })?;
    let unusable = |why: &str| {
        let message = format!("the secret {arn} {why}");
        Failure::new(Class::Invalid, GET, "NoClientSecret", message)
    };
    let sent = Sent {
        secret: arn.clone(),
        key: from.key.clone(),
        version: got.version_id.unwrap_or_default(),
    };
    let Some(text) = got.secret_string.map(SecretString::from) else {
        return Err(unusable("holds no text"));
    };
    let Some(key) = &from.key else {
        return Ok((text, sent));
    };
    let object: Value =
        serde_json::from_str(text.expose_secret()).map_err(|_| unusable("is no JSON object"))?;
    let member = object.get(key).and_then(Value::as_str);
    let member = member.ok_or_else(|| unusable(&format!("has no text called `{key}`")))?;
    Ok((SecretString::from(member.to_string()), sent))
}

/// The secret that the rule has, as far as anybody can tell: the current one, if that is what was
/// sent and no other is about to take its place.
pub(super) async fn client_secret(aws: &Aws, sent: Option<&Sent>) -> Result<ClientSecret, Failure> {
    let Some(sent) = sent else {
        return Ok(ClientSecret {
            secret: Input::Known(String::new()),
            key: None,
            version: Some(String::new()),
        });
    };
    let stays = secret::stays_at(aws, &sent.secret, &sent.version).await?;
    Ok(ClientSecret {
        secret: Input::Known(sent.secret.clone()),
        key: sent.key.clone(),
        version: (!stays).then(|| sent.version.clone()),
    })
}

/// The login that a rule begins with, and what of it no spec can say.
pub(super) fn read(
    config: &AuthenticateOidcActionConfig,
    client_secret: ClientSecret,
    foreign: &mut Vec<String>,
) -> Login {
    let text = |value: Option<&str>| value.unwrap_or_default().to_string();
    let unauthenticated = match config.on_unauthenticated_request() {
        Some(Behavior::Allow) => Unauthenticated::Allow,
        Some(Behavior::Deny) => Unauthenticated::Deny,
        _ => Unauthenticated::Authenticate,
    };
    if config
        .authentication_request_extra_params()
        .is_some_and(|extra| !extra.is_empty())
    {
        foreign.push("further parameters of the login".to_string());
    }
    if config
        .session_cookie_name()
        .is_some_and(|name| name != COOKIE)
    {
        foreign.push("another name of the login's cookie".to_string());
    }
    let session = config.session_timeout().unwrap_or(SESSION_SECONDS);
    Login {
        issuer: text(config.issuer()),
        authorization_endpoint: text(config.authorization_endpoint()),
        token_endpoint: text(config.token_endpoint()),
        userinfo_endpoint: text(config.user_info_endpoint()),
        client_id: text(config.client_id()),
        client_secret,
        scope: text(config.scope()),
        session_timeout_seconds: session.try_into().unwrap_or(0),
        unauthenticated,
    }
}

/// [ELBv2 API: AuthenticateOidcActionConfig.SessionCookieName]
const COOKIE: &str = "AWSELBAuthSessionCookie";
/// [ELBv2 API: AuthenticateOidcActionConfig.SessionTimeout]
const SESSION_SECONDS: i64 = 604_800;
