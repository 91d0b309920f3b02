//! The whole standard chain of credentials and endpoints: profiles, SSO, web identity, process,
//! container and instance roles, assumed roles, `AWS_ENDPOINT_URL`.

use std::sync::Arc;

pub use aws_config::SdkConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;

use super::in_process::{InProcess, Service};

/// The configuration of a user: environment, shared files, and what the command line says.
pub async fn standard(region: &str, profile: Option<&str>) -> SdkConfig {
    let mut loader =
        aws_config::defaults(BehaviorVersion::latest()).region(Region::new(region.to_string()));
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}

/// The same, in a role that is taken on with those credentials. It is taken on again before its
/// time runs out.
pub async fn in_role(config: &SdkConfig, role: &str) -> SdkConfig {
    let provider = aws_config::sts::AssumeRoleProvider::builder(role)
        .session_name("ashore")
        .configure(config)
        .build()
        .await;
    let provider = aws_credential_types::provider::SharedCredentialsProvider::new(provider);
    config.to_builder().credentials_provider(provider).build()
}

/// A configuration that talks to a service in this process. It reads no file and no variable:
/// nobody's real credentials can get into it.
pub fn in_process(region: &str, service: Arc<dyn Service>) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_string()))
        .credentials_provider(
            aws_credential_types::provider::SharedCredentialsProvider::new(Credentials::new(
                "AKIASANDBOXSANDBOXXX",
                "sandbox",
                None,
                None,
                "sandbox",
            )),
        )
        .http_client(InProcess(service))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .time_source(aws_smithy_async::time::SystemTimeSource::new())
        .build()
}
