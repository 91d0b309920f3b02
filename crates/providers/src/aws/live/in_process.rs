//! The SDK over a function instead of a network: whole stacks in virtual time.

use std::fmt::Debug;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use futures_util::future::BoxFuture;

/// Answers requests. Nothing means that the connection broke before an answer came.
pub trait Service: Send + Sync + Debug {
    /// Answers one.
    fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Option<http::Response<Bytes>>>;
}

/// The SDK's way to a service in this process.
#[derive(Clone, Debug)]
pub struct InProcess(pub Arc<dyn Service>);

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?
                .map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default()));
            match service.answer(request).await {
                Some(answer) => HttpResponse::try_from(answer.map(SdkBody::from))
                    .map_err(|error| ConnectorError::other(error.into(), None)),
                None => Err(ConnectorError::io("the connection was lost".into())),
            }
        })
    }
}
