//! The HTTP API of ECR's registry, for the one thing that ECR's own API has not: what is in a small blob
//! [OCI distribution specification].

use ashore_engine::failure::{Class, Failure};
use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue, LOCATION};
use http::{Request, StatusCode};

use super::Aws;
use super::failure::{failure, required};
use crate::cloudflare::live::Transport;

const TOKEN: &str = "ecr:GetAuthorizationToken";
const GET: &str = "registry:GET blob";

/// The way to the registry.
#[derive(Clone)]
pub struct Registry {
    transport: Transport,
    /// Where it is, if not where ECR says.
    base: Option<String>,
}

impl Registry {
    /// The registry of ECR, or of whoever plays ECR at `base`.
    pub fn new(transport: Transport, base: Option<String>) -> Self {
        Self { transport, base }
    }

    /// What is in a blob; none if there is no such blob.
    pub(crate) async fn blob(
        &self,
        aws: &Aws,
        repository: &str,
        digest: &str,
    ) -> Result<Option<Bytes>, Failure> {
        let token = aws.ecr.get_authorization_token().send().await;
        let token = token.map_err(|e| failure(TOKEN, e))?;
        let token = token.authorization_data.unwrap_or_default().into_iter();
        let token = required(TOKEN, token.into_iter().next())?;
        let told = required(TOKEN, token.proxy_endpoint)?;
        let base = self.base.as_ref().unwrap_or(&told).trim_end_matches('/');
        let secret = required(TOKEN, token.authorization_token)?;
        let mut secret = HeaderValue::from_str(&format!("Basic {secret}"))
            .map_err(|error| Failure::internal(GET, &error))?;
        secret.set_sensitive(true);
        let request = Request::get(format!("{base}/v2/{repository}/blobs/{digest}"))
            .header(AUTHORIZATION, secret)
            .body(Bytes::new())
            .map_err(|error| Failure::internal(GET, &error))?;
        let mut answer = self.transport.send(GET, request).await?;
        if answer.status().is_redirection() {
            // To where the bytes lie. That address is its own permission, and the token is nothing for it.
            let to = answer
                .headers()
                .get(LOCATION)
                .and_then(|to| to.to_str().ok());
            let request = Request::get(required(GET, to)?)
                .body(Bytes::new())
                .map_err(|error| Failure::internal(GET, &error))?;
            answer = self.transport.send(GET, request).await?;
        }
        match answer.status() {
            StatusCode::OK => Ok(Some(answer.into_body())),
            StatusCode::NOT_FOUND => Ok(None),
            status => {
                let class = match status.as_u16() {
                    401 | 403 => Class::Denied,
                    429 => Class::Throttled,
                    500.. => Class::Unknown,
                    _ => Class::Invalid,
                };
                let said = String::from_utf8_lossy(answer.body()).into_owned();
                Err(Failure::new(
                    class,
                    GET,
                    format!("HTTP {}", status.as_u16()),
                    said,
                ))
            }
        }
    }
}
