//! The sandbox: the same engine and SDKs against a twin of AWS and Cloudflare on this machine.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ashore_providers::aws::live::in_process::Service;
use ashore_twin::{Clock, ManualClock, Millis, TokioClock, Twin};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use secrecy::SecretString;

use crate::error::CommandError;

/// How fast the sandbox's clock runs unless told otherwise: a balancer's two and a half minutes
/// pass in five seconds, and a person can still follow what happens.
pub(crate) const SPEED: f64 = 30.0;

/// Where it tells how a URL answers. In this process any host will do.
pub(crate) const OUTSIDE: &str = "http://localhost/_twin/ask";

/// A token that the sandbox's Cloudflare knows.
pub(crate) fn token() -> SecretString {
    SecretString::from("sandbox-token")
}

/// A twin in this process.
#[derive(Clone)]
pub(crate) struct Sandbox(pub(crate) Arc<Twin>);

impl Sandbox {
    /// The twin whose world lies in `folder`; without one it forgets everything.
    pub(crate) fn open(
        folder: Option<&Path>,
        now: jiff::Timestamp,
        speed: f64,
    ) -> Result<Self, CommandError> {
        let origin = Millis(u64::try_from(now.as_millisecond()).unwrap_or_default());
        let clock: Arc<dyn Clock> = if speed > 0.0 {
            Arc::new(TokioClock::new(origin, speed))
        } else {
            Arc::new(ManualClock::new(origin))
        };
        let Some(folder) = folder else {
            return Ok(Self(Arc::new(Twin::new(clock))));
        };
        let opened = std::fs::create_dir_all(folder).and_then(|()| Twin::open(clock, folder));
        match opened {
            Ok(twin) => Ok(Self(Arc::new(twin))),
            Err(error) => {
                let what = format!("the sandbox's world in {} cannot be used", folder.display());
                Err(CommandError::io("E0603", what, &error)
                    .advice("another command may be using it; or delete the folder to begin anew"))
            }
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sandbox")
    }
}

impl Service for Sandbox {
    fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Option<http::Response<Bytes>>> {
        let twin = Arc::clone(&self.0);
        async move { twin.respond(request).await }.boxed()
    }
}
