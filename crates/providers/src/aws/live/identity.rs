//! Who we are before anybody was asked: where the credentials are from and until when they count;
//! and what time it is where answers come from.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use ashore_engine::failure::{Class, Failure};
use aws_config::SdkConfig;
use aws_credential_types::credential_feature::AwsCredentialFeature as Feature;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::{DateTime, Format};

use super::failure::no_credentials;

/// The source that comes before all others.
pub const VARIABLES: &str = "environment variables";

/// Credentials as they were found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where they are from, in words.
    pub source: &'static str,
    /// Until when they count, in seconds since 1970, if they end.
    pub expires: Option<i64>,
    /// The same configuration, with these credentials and no others.
    pub config: SdkConfig,
}

/// Finds the credentials of a configuration, once.
///
/// # Errors
/// `NoCredentials` if there are none; the refusal of a role that may not be taken on.
pub async fn find(config: &SdkConfig) -> Result<Found, Failure> {
    const OPERATION: &str = "credentials";
    let Some(provider) = config.credentials_provider() else {
        let message = "no credentials are configured";
        return Err(Failure::new(
            Class::Auth,
            OPERATION,
            "NoCredentials",
            message,
        ));
    };
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|error| no_credentials(OPERATION, &error))?;
    let seconds = |time: std::time::SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok()
    };
    let features = credentials.get_property::<Vec<Feature>>();
    let source = features.and_then(|all| all.iter().rev().find_map(source));
    let provider = SharedCredentialsProvider::new(credentials.clone());
    Ok(Found {
        source: source.unwrap_or("the configured source"),
        expires: credentials.expiry().and_then(seconds),
        config: config.to_builder().credentials_provider(provider).build(),
    })
}

fn source(feature: &Feature) -> Option<&'static str> {
    Some(match feature {
        Feature::CredentialsEnvVars => VARIABLES,
        Feature::CredentialsEnvVarsStsWebIdToken
        | Feature::CredentialsStsAssumeRoleWebId
        | Feature::CredentialsProfileStsWebIdToken => "a web identity token",
        Feature::CredentialsStsAssumeRole => "a role that was taken on",
        Feature::CredentialsProfile
        | Feature::CredentialsProfileSourceProfile
        | Feature::CredentialsProfileNamedProvider => "a profile in the shared files",
        Feature::CredentialsProfileSso | Feature::CredentialsSso => "AWS SSO",
        Feature::CredentialsProfileProcess | Feature::CredentialsProcess => {
            "a process that a profile names"
        }
        Feature::CredentialsHttp => "the container's role",
        Feature::CredentialsImds => "the instance's role",
        _ => return None,
    })
}

/// What the `Date` of the last answer said.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<Option<i64>>>);

impl Heard {
    /// In seconds since 1970; none if no answer came, or none that says the time.
    pub fn seconds(&self) -> Option<i64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for Heard {
    fn name(&self) -> &'static str {
        "Heard"
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|text| DateTime::from_str(text, Format::HttpDate).ok());
        if let Some(date) = date {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(date.secs());
        }
        Ok(())
    }
}
