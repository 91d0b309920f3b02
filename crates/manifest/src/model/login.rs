//! Logging in before a service gets a request.

use crate::located::Located;

use super::{Seconds, SecretSource};

/// The provider that people log in with, and what it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Who it is.
    pub issuer: String,
    /// Where people are sent to log in.
    pub authorization_endpoint: String,
    /// Where the load balancer gets tokens.
    pub token_endpoint: String,
    /// Where the load balancer learns who somebody is.
    pub userinfo_endpoint: String,
    /// As whom the load balancer is known there.
    pub client_id: String,
    /// Where the secret that goes with it lives, or comes from; it is not made up.
    pub client_secret: Located<SecretSource>,
    /// What is asked about people.
    pub scope: String,
    /// How long a login counts.
    pub session: Seconds,
    /// What happens to those who have not logged in.
    pub unauthenticated: Unauthenticated,
}

/// What happens to those who have not logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unauthenticated {
    /// They are sent to log in.
    Authenticate,
    /// Their requests go on.
    Allow,
    /// They are refused.
    Deny,
}
