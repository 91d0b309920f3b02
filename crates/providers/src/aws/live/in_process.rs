//! The SDK over a function instead of a network: whole stacks in virtual time.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

/// What comes of a request.
#[derive(Debug)]
pub enum Reply {
    /// An answer, after some time.
    Answer(Duration, http::Response<Bytes>),
    /// The connection breaks, after some time.
    Lost(Duration),
    /// Nothing, ever.
    Silence,
}

/// Answers requests.
pub trait Service: Send + Sync + Debug {
    /// Answers one.
    fn answer(&self, request: http::Request<Bytes>) -> Reply;
}

/// The SDK's way to a service in this process.
#[derive(Clone, Debug)]
pub struct InProcess {
    service: Arc<dyn Service>,
    speed: f64,
}

impl InProcess {
    /// Talks to that service, whose clock runs `speed` times as fast as the machine's.
    pub fn new(service: Arc<dyn Service>, speed: f64) -> Self {
        Self { service, speed }
    }
}

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
        let service = Arc::clone(&self.service);
        let speed = self.speed;
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?
                .map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default()));
            match service.answer(request) {
                Reply::Answer(after, answer) => {
                    pass(after, speed).await;
                    HttpResponse::try_from(answer.map(SdkBody::from))
                        .map_err(|error| ConnectorError::other(error.into(), None))
                }
                Reply::Lost(after) => {
                    pass(after, speed).await;
                    Err(ConnectorError::io("the connection was lost".into()))
                }
                Reply::Silence => std::future::pending().await,
            }
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the network's own delay, not a wait of ours"
)]
async fn pass(time: Duration, speed: f64) {
    if !time.is_zero() {
        tokio::time::sleep(time.div_f64(speed)).await;
    }
}
