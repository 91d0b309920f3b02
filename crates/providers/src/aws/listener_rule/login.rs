//! Logging in through an identity provider that speaks OpenID Connect, before a request goes on.

use ashore_engine::input::Input;
use serde::{Deserialize, Serialize};

/// The provider, and what is asked of it [ELBv2 API: AuthenticateOidcActionConfig].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Login {
    /// Who it is, as its tokens say it.
    pub issuer: String,
    /// Where people are sent to log in.
    pub authorization_endpoint: String,
    /// Where the balancer gets tokens.
    pub token_endpoint: String,
    /// Where the balancer learns who somebody is.
    pub userinfo_endpoint: String,
    /// As whom the balancer is known there.
    pub client_id: String,
    /// What it proves that by.
    pub client_secret: ClientSecret,
    /// Which claims are asked for, with spaces between them.
    pub scope: String,
    /// For so long a login counts, at most 604800.
    pub session_timeout_seconds: u32,
    /// What happens to those who have not logged in.
    pub unauthenticated: Unauthenticated,
}

/// Where the client secret is. Never the secret itself: that is read when the rule is written.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClientSecret {
    /// The ARN of the secret in Secrets Manager.
    pub secret: Input<String>,
    /// A member of it, where it is a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// That version of it, whatever is current: what is found where another one is due, and what
    /// can be gone back to. Without it, the current one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// The client secret that was sent last. AWS gives it to nobody, so this is how it is known
/// whether another one is due.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Sent {
    /// The ARN of the secret in Secrets Manager.
    pub secret: String,
    /// The member of it that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The id of the version that was sent.
    pub version: String,
}

/// What happens to those who have not logged in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unauthenticated {
    /// They are sent to log in.
    Authenticate,
    /// Their requests go on, and say nothing of who sent them.
    Allow,
    /// They are refused.
    Deny,
}

impl Unauthenticated {
    /// As ELBv2 spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}
