//! Requests and answers as the JSON that they are on the wire, where the SDK's types would have to be filled in and
//! read out member by member for no gain: what a user wrote in ECS's own JSON.

use std::sync::{Arc, Mutex};

use ashore_engine::failure::Failure;
use ashore_engine::input::NotKnown;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

use super::failure::required;

/// Puts this in place of a request's body, before it is signed.
pub(crate) fn body(
    operation: &'static str,
    document: &Value,
) -> Result<impl Fn(&mut HttpRequest) + Send + Sync + 'static, Failure> {
    if let Some(reference) = unknown(document) {
        let error = NotKnown(reference.to_string());
        return Err(Failure::internal(operation, &error));
    }
    let text = document.to_string();
    Ok(move |request: &mut HttpRequest| {
        let headers = request.headers_mut();
        headers.insert("content-length", text.len().to_string());
        *request.body_mut() = SdkBody::from(text.clone());
    })
}

/// A reference that is still in it.
fn unknown(document: &Value) -> Option<&Value> {
    match document {
        Value::Object(members) => members
            .get("$ref")
            .or_else(|| members.values().find_map(unknown)),
        Value::Array(items) => items.iter().find_map(unknown),
        _ => None,
    }
}

/// Keeps the answer to a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer(Arc<Mutex<Option<Value>>>);

impl Answer {
    /// It, once the request is answered.
    pub(crate) fn told(&self, operation: &'static str) -> Result<Value, Failure> {
        let told = self.0.lock().ok().and_then(|mut told| told.take());
        required(operation, told)
    }
}

impl Intercept for Answer {
    fn name(&self) -> &'static str {
        "Answer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes();
        let told = bytes.and_then(|bytes| serde_json::from_slice(bytes).ok());
        if let Ok(mut kept) = self.0.lock() {
            *kept = told;
        }
        Ok(())
    }
}
