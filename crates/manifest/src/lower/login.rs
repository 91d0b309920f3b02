//! `[services.*.login]`: what a rule is told of the provider that people log in with.

use ashore_engine::graph::Handle;
use ashore_engine::input::Input;
use ashore_providers::aws::listener_rule::{ClientSecret, Login, Unauthenticated};
use ashore_providers::aws::secret::Secret;

use super::secrets::of_login;
use super::{LowerError, Lowering};
use crate::model::{self, SecretSource, Service, Target};

impl Lowering<'_> {
    /// The login before a service, and the secret that is kept for it, if it is.
    pub(super) fn login(
        &self,
        service: &Service,
        target: &Target,
    ) -> Result<(Option<Login>, Option<Handle<Secret>>), LowerError> {
        let Some(login) = &target.login else {
            return Ok((None, None));
        };
        let mut kept = None;
        let (secret, key) = match login.client_secret.get() {
            SecretSource::Existing { reference, key } => {
                let found = self.surroundings.secrets.get(reference);
                let found = found.ok_or_else(|| LowerError::Secret(reference.clone()))?;
                (Input::Known(found.arn.clone()), key.clone())
            }
            SecretSource::Given(_) | SecretSource::Generated { .. } => {
                let ours = self.kept.get(&of_login(service));
                let ours = ours.ok_or(LowerError::Unread("secrets"))?;
                kept = Some(ours.clone());
                (ours.get(Secret::ARN), None)
            }
        };
        let login = Login {
            issuer: login.issuer.clone(),
            authorization_endpoint: login.authorization_endpoint.clone(),
            token_endpoint: login.token_endpoint.clone(),
            userinfo_endpoint: login.userinfo_endpoint.clone(),
            client_id: login.client_id.clone(),
            client_secret: ClientSecret {
                secret,
                key,
                version: None,
            },
            scope: login.scope.clone(),
            session_timeout_seconds: login.session.0,
            unauthenticated: match login.unauthenticated {
                model::Unauthenticated::Authenticate => Unauthenticated::Authenticate,
                model::Unauthenticated::Allow => Unauthenticated::Allow,
                model::Unauthenticated::Deny => Unauthenticated::Deny,
            },
        };
        Ok((Some(login), kept))
    }
}
