//! One request and its answer, over HTTP or in this process.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use ashore_engine::failure::{Class, Failure};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::failure;
use crate::aws::live::batch::Batch;
use crate::aws::live::in_process::Service;

/// Where Cloudflare's API is.
pub const API: &str = "https://api.cloudflare.com/client/v4";

/// Everything that Cloudflare kinds talk through. Cheap to clone.
#[derive(Clone)]
pub struct Cloudflare {
    transport: Transport,
    base: Rc<str>,
    token: Rc<SecretString>,
    batches: Rc<RefCell<BTreeMap<&'static str, Rc<dyn Any>>>>,
}

/// The way to Cloudflare.
#[derive(Clone, Debug)]
pub enum Transport {
    /// Over the network.
    Http(reqwest::Client),
    /// To a service in this process.
    InProcess(Arc<dyn Service>),
}

/// A client for the network, with rustls. Redirects are not followed: no API here has any, and a
/// token must not go elsewhere.
///
/// # Errors
/// If TLS cannot be set up on this machine.
pub fn client() -> Result<reqwest::Client, Failure> {
    let client = reqwest::Client::builder()
        .user_agent(concat!("ashore/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .build();
    client.map_err(|error| Failure::internal("connect", &error))
}

/// One request, named as Cloudflare's reference names it.
pub(super) struct Asked<'a> {
    /// `cloudflare:GET /zones`.
    pub(super) operation: &'static str,
    /// The path with its values in it.
    pub(super) path: String,
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) body: Option<Value>,
}

/// What a good answer holds.
#[derive(Deserialize)]
pub(super) struct Answer<T> {
    pub(super) result: T,
    #[serde(default)]
    pub(super) result_info: Option<PageInfo>,
}

/// Which part of a listing an answer is.
#[derive(Clone, Copy, Deserialize, Default)]
pub(super) struct PageInfo {
    #[serde(default)]
    per_page: u64,
    #[serde(default)]
    total_count: Option<u64>,
    #[serde(default)]
    total_pages: Option<u64>,
}

impl PageInfo {
    /// How many pages there are. Not every listing says so [ux.md 3.3].
    pub(super) fn pages(self) -> u64 {
        let counted = self
            .total_count
            .map(|all| all.div_ceil(self.per_page.max(1)));
        self.total_pages.or(counted).unwrap_or(1)
    }
}

impl Cloudflare {
    /// Talks to the API at `base` ([`API`], or a twin's) with that token.
    pub fn new(transport: Transport, base: &str, token: SecretString) -> Self {
        Self {
            transport,
            base: base.trim_end_matches('/').into(),
            token: Rc::new(token),
            batches: Rc::default(),
        }
    }

    /// Where its API is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends one request, once.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        asked: Asked<'_>,
    ) -> Result<Answer<T>, Failure> {
        let operation = asked.operation;
        let zone = asked.path.strip_prefix("/zones/").unwrap_or_default();
        let zone = zone.split('/').next().unwrap_or_default().to_string();
        let request = self.request(asked)?;
        let response = self.transport.send(operation, request).await?;
        failure::answer(operation, &response).map_err(|refused| match refused.class {
            // A wrong id of a zone is answered like a token that may not use it (10000).
            Class::Denied if !zone.is_empty() => refused.with_evidence([format!("zone {zone}")]),
            _ => refused,
        })
    }

    /// All parts of a listing, one after the other.
    pub(super) async fn ask_all<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        filters: &[(&str, &str)],
        size: u32,
    ) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        for number in 1.. {
            let (page, pages) = self
                .ask_page(operation, path, filters, size, number)
                .await?;
            let empty = page.is_empty();
            all.extend(page);
            if empty || number >= pages {
                break;
            }
        }
        Ok(all)
    }

    /// One part of a listing, and how many parts there are.
    pub(super) async fn ask_page<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        filters: &[(&str, &str)],
        size: u32,
        number: u64,
    ) -> Result<(Vec<T>, u64), Failure> {
        let (size, number) = (size.to_string(), number.to_string());
        let mut query = filters.to_vec();
        query.extend([("page", number.as_str()), ("per_page", size.as_str())]);
        let asked = Asked {
            operation,
            path: path.to_string(),
            query: &query,
            body: None,
        };
        let answer: Answer<Option<Vec<T>>> = self.ask(asked).await?;
        let pages = answer.result_info.map_or(1, PageInfo::pages);
        Ok((answer.result.unwrap_or_default(), pages))
    }

    /// The batch of that name: reads that are wanted together go out as one.
    pub(super) fn batch<V, F>(
        &self,
        name: &'static str,
        limit: usize,
        fetch: impl Fn(Cloudflare, Vec<String>) -> F + 'static,
    ) -> Rc<Batch<V>>
    where
        V: Clone + 'static,
        F: Future<Output = Result<BTreeMap<String, V>, Failure>> + 'static,
    {
        let mut batches = self.batches.borrow_mut();
        let batch = batches.entry(name).or_insert_with(|| {
            // With batches of its own, so that no batch keeps itself alive.
            let cloudflare = Self {
                batches: Rc::default(),
                ..self.clone()
            };
            Rc::new(Batch::new(limit, move |keys| {
                fetch(cloudflare.clone(), keys)
            }))
        });
        let batch = Rc::clone(batch);
        batch.downcast().expect("a batch name stands for one type")
    }

    fn request(&self, asked: Asked<'_>) -> Result<Request<Bytes>, Failure> {
        let operation = asked.operation;
        let wrong = |what: &str| Failure::new(Class::Invalid, operation, "NotBuilt", what);
        let url = format!("{}{}", self.base, asked.path);
        let mut url =
            reqwest::Url::parse(&url).map_err(|_| wrong("the address of the API is no URL"))?;
        if !asked.query.is_empty() {
            url.query_pairs_mut().extend_pairs(asked.query);
        }
        let method = operation
            .split_once(':')
            .and_then(|(_, rest)| rest.split_once(' '))
            .and_then(|(method, _)| Method::from_bytes(method.as_bytes()).ok())
            .ok_or_else(|| wrong("an operation without a method"))?;
        let token = self.token.expose_secret();
        // What is pasted with its quotes, its line end or the word before it is no token: saying
        // so beats "invalid request headers" (6003).
        let is_one_word = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
        if !is_one_word || token.contains(['"', '\'', '\\']) {
            return Err(failure::malformed_token(operation));
        }
        let token = format!("Bearer {token}");
        let mut token =
            HeaderValue::from_str(&token).map_err(|_| failure::malformed_token(operation))?;
        token.set_sensitive(true);
        let request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(AUTHORIZATION, token);
        let request = match asked.body {
            None => request.body(Bytes::new()),
            Some(body) => request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string().into()),
        };
        request.map_err(|error| Failure::internal(operation, &error))
    }
}

impl Transport {
    /// Sends one request, once.
    pub(crate) async fn send(
        &self,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, Failure> {
        match self {
            Self::InProcess(service) => {
                let answer = service.answer(request).await;
                answer.ok_or_else(|| {
                    let lost = "the connection broke before an answer came";
                    Failure::new(Class::Unknown, operation, "Lost", lost)
                })
            }
            Self::Http(client) => {
                let not_sent = |error| failure::no_answer(operation, error);
                let request = reqwest::Request::try_from(request).map_err(not_sent)?;
                let answer = client.execute(request).await.map_err(not_sent)?;
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = answer.status();
                *response.headers_mut() = answer.headers().clone();
                *response.body_mut() = answer.bytes().await.map_err(not_sent)?;
                Ok(response)
            }
        }
    }
}

impl fmt::Debug for Cloudflare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cloudflare at {}", self.base)
    }
}
