//! How a URL answers, asked as anybody on the internet would: no credentials, no address of our
//! own choosing.

use std::sync::Arc;
use std::time::Duration;

use ashore_engine::failure::{Class, Failure};
use bytes::Bytes;
use http::header::LOCATION;
use serde::Deserialize;

use crate::aws::live::in_process::Service;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Outside {
    /// This machine, over the network.
    Network(reqwest::Client),
    /// Somebody at this address who looks for us and tells what they saw: `?url=` is appended.
    Through(reqwest::Client, String),
    /// As `Through`, in this process.
    InProcess(Arc<dyn Service>, String),
}

/// How a URL answered.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where it sends to, if it does.
    #[serde(default)]
    pub location: Option<String>,
    /// Why nobody answered, as somebody who looked for us tells it (the status is 0 then).
    #[serde(default)]
    error: Option<String>,
}

const ASK: &str = "GET";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl Outside {
    /// Asks once. Redirects are told, not followed.
    ///
    /// # Errors
    /// If nobody answers: no such name, nobody listens, the certificate does not count, no answer
    /// in time.
    pub async fn ask(&self, url: &str) -> Result<Answer, Failure> {
        let answer = match self {
            Self::Network(client) => return direct(client, url).await,
            Self::Through(client, address) => {
                let asked = client
                    .get(asking(address, url))
                    .timeout(PATIENCE)
                    .send()
                    .await;
                let body = asked.map_err(|error| nobody(&error))?.bytes().await;
                body.map_err(|error| nobody(&error))?
            }
            Self::InProcess(service, address) => {
                let request = http::Request::get(asking(address, url));
                let request = request
                    .body(Bytes::new())
                    .map_err(|error| Failure::internal(ASK, &error))?;
                let answer = service.answer(request).await;
                answer.map(http::Response::into_body).unwrap_or_default()
            }
        };
        let answer: Answer =
            serde_json::from_slice(&answer).map_err(|error| Failure::internal(ASK, &error))?;
        match answer.error {
            Some(why) => Err(Failure::new(Class::Unsent, ASK, "NoAnswer", why)),
            None => Ok(answer),
        }
    }
}

async fn direct(client: &reqwest::Client, url: &str) -> Result<Answer, Failure> {
    let answer = client.get(url).timeout(PATIENCE).send().await;
    let answer = answer.map_err(|error| nobody(&error))?;
    let location = answer.headers().get(LOCATION);
    Ok(Answer {
        status: answer.status().as_u16(),
        location: location.and_then(|value| Some(value.to_str().ok()?.to_string())),
        error: None,
    })
}

/// What the error says at its root is what a person can use: the name, the certificate, the time.
fn nobody(error: &reqwest::Error) -> Failure {
    Failure {
        class: Class::Unsent,
        code: "NoAnswer".to_string(),
        ..Failure::internal(ASK, error)
    }
}

fn asking(address: &str, url: &str) -> String {
    let mut asked = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            asked.push(char::from(byte));
        } else {
            asked.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{address}?url={asked}")
}
