//! SDK errors become classified failures here and nowhere else.

use std::error::Error;

use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::codes;

/// How a role is taken on.
pub const ASSUME: &str = "sts:AssumeRole";

/// Classifies what the SDK reports of one request.
pub(crate) fn failure<E>(operation: &'static str, error: SdkError<E, Response>) -> Failure
where
    E: Error + ProvideErrorMetadata + RequestId + 'static,
{
    match &error {
        SdkError::ServiceError(service) => {
            let answer = service.err();
            let status = service.raw().status().as_u16();
            let code = answer.code().unwrap_or_default();
            let class = codes::class(
                operation,
                code,
                answer.message().unwrap_or_default(),
                status,
            );
            let code = if code.is_empty() {
                format!("HTTP {status}")
            } else {
                code.to_string()
            };
            let message = answer.message().unwrap_or("no message").to_string();
            let mut failure = Failure::new(class, operation, code, message);
            failure.request_id = answer.request_id().map(str::to_string);
            advised(failure)
        }
        SdkError::TimeoutError(_) => lost(operation, "TimedOut", "no answer in time"),
        SdkError::ResponseError(_) => lost(operation, "Garbled", "the answer could not be read"),
        SdkError::DispatchFailure(dispatch) => {
            if let Some(credentials) = cause::<CredentialsError>(&error) {
                return no_credentials(operation, credentials);
            }
            let sent = !dispatch.as_connector_error().is_some_and(unsent);
            let class = if sent { Class::Unknown } else { Class::Unsent };
            Failure::new(class, operation, "Unreachable", chain(&error))
        }
        _ => match cause::<CredentialsError>(&error) {
            Some(credentials) => no_credentials(operation, credentials),
            None => Failure::new(Class::Invalid, operation, "NotBuilt", chain(&error)),
        },
    }
}

/// Classifies what an answer that is otherwise a success says of one thing in it.
pub(crate) fn refused(operation: &'static str, code: &str, message: &str) -> Failure {
    let class = codes::class(operation, code, message, 200);
    advised(Failure::new(class, operation, code, message))
}

/// A member that the answer must have and does not: the call was applied, and we cannot tell to
/// what effect.
pub(crate) fn required<T>(operation: &'static str, member: Option<T>) -> Result<T, Failure> {
    member.ok_or_else(|| lost(operation, "Incomplete", "the answer lacks a member"))
}

/// On a create or an update, "not found" of what we have just made means "not everywhere yet"
/// (`failures.md` 1.2, VPC).
pub(crate) fn not_visible_yet(mut failure: Failure) -> Failure {
    if failure.class == Class::Gone {
        failure.class = Class::Eventual;
    }
    failure
}

/// What a request needs of an input that is still a reference. The plan's needs make this
/// impossible: it is our own mistake where it happens.
pub(crate) fn known<'a, T>(operation: &'static str, input: &'a Input<T>) -> Result<&'a T, Failure> {
    input
        .value()
        .map_err(|error| Failure::internal(operation, &error))
}

fn lost(operation: &str, code: &str, message: &str) -> Failure {
    Failure::new(Class::Unknown, operation, code, message)
}

/// Whether the connection was never made. Only what fails before a byte is written counts:
/// names that do not resolve, refused connections, failed handshakes.
fn unsent(error: &aws_smithy_runtime_api::client::result::ConnectorError) -> bool {
    let text = chain(error);
    [
        "dns error",
        "tcp connect error",
        "Connection refused",
        "tls handshake",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}

/// Why there are no credentials to ask with. A role that could not be taken on is told as STS tells
/// it: it knows who asked, and that he may not.
pub(crate) fn no_credentials(operation: &str, error: &CredentialsError) -> Failure {
    if let Some(refused) = cause::<AssumeRoleError>(error) {
        let code = refused.code().unwrap_or_default();
        let message = refused.message().unwrap_or("no message");
        let class = codes::class(ASSUME, code, message, 400);
        let mut failure = Failure::new(class, ASSUME, code, message);
        failure.request_id = refused.request_id().map(str::to_string);
        return advised(failure);
    }
    Failure::new(Class::Auth, operation, "NoCredentials", chain(error)).with_advice(
        "set AWS_PROFILE, run `aws sso login`, or export AWS_ACCESS_KEY_ID and \
         AWS_SECRET_ACCESS_KEY; try it without an account with --sandbox",
    )
}

fn advised(failure: Failure) -> Failure {
    match failure.class {
        Class::Auth => failure.with_advice(
            "renew the credentials (`aws sso login`), then run the same command again: it goes on \
             where it stopped",
        ),
        Class::Denied => {
            let action = failure.operation.clone();
            failure.with_advice(format!("allow `{action}` to the caller in IAM"))
        }
        Class::Quota => failure.with_advice(
            "ask for a higher quota (`aws service-quotas request-service-quota-increase`), then \
             run the same command again",
        ),
        _ => failure,
    }
}

fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut at: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        at = error.source();
    }
    None
}

/// The whole chain of causes: the SDK's outermost error says nothing.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut at = error.source();
    while let Some(cause) = at {
        let more = cause.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        at = cause.source();
    }
    text
}
