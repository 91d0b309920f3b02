//! A twin, clients that talk to it, and a kind's verbs as the engine would call them.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::time::Duration;

use ashore_engine::address::{Instance, Mark, RunId, StackName};
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness, Wait};
use ashore_providers::aws::live::in_process::Service;
use ashore_providers::aws::live::{Aws, config};
use ashore_providers::cloudflare::live::{API, Cloudflare, Transport};
use ashore_providers::manual::live::{DOH, Resolver};
use ashore_twin::{Millis, TokioClock, Twin};
use aws_config::SdkConfig;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const ZONE: &str = "c0de0000000000000000000000000001";

/// A twin and the clients of one user. Tests that use it run on paused time.
pub(crate) struct InTwin {
    pub(crate) twin: Arc<Twin>,
    pub(crate) sdk: SdkConfig,
    pub(crate) aws: Aws,
    pub(crate) cloudflare: Cloudflare,
}

struct Served(Arc<Twin>);

impl Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("twin")
    }
}

impl Service for Served {
    fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Option<http::Response<Bytes>>> {
        let twin = Arc::clone(&self.0);
        async move { twin.respond(request).await }.boxed()
    }
}

impl InTwin {
    pub(crate) async fn new() -> Self {
        let clock = TokioClock::new(Millis::START, 1.0);
        let twin = Arc::new(Twin::new(Arc::new(clock)));
        let service: Arc<dyn Service> = Arc::new(Served(Arc::clone(&twin)));
        let sdk = config::in_process(REGION, Arc::clone(&service));
        let aws = Aws::connect(&sdk).await.expect("the twin answers");
        let cloudflare = Self::cloudflare_of(&service, "sandbox-token");
        Self {
            twin,
            sdk,
            aws,
            cloudflare,
        }
    }

    /// A client with another token.
    pub(crate) fn cloudflare(&self, token: &str) -> Cloudflare {
        let service: Arc<dyn Service> = Arc::new(Served(Arc::clone(&self.twin)));
        Self::cloudflare_of(&service, token)
    }

    /// What the world sees in the DNS.
    pub(crate) fn resolver(&self) -> Resolver {
        let service: Arc<dyn Service> = Arc::new(Served(Arc::clone(&self.twin)));
        Resolver::new(Transport::InProcess(service), DOH)
    }

    fn cloudflare_of(service: &Arc<dyn Service>, token: &str) -> Cloudflare {
        let transport = Transport::InProcess(Arc::clone(service));
        Cloudflare::new(transport, API, token.to_string().into())
    }

    /// Somebody else's request to Cloudflare, by hand.
    pub(crate) async fn by_hand(&self, method: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() {
            Bytes::new()
        } else {
            body.to_string().into()
        };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{API}{path}"))
            .header("authorization", "Bearer sandbox-token")
            .body(body)
            .unwrap();
        let answer = self.twin.respond(request).await.unwrap();
        let answer: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(answer["success"], json!(true), "{answer}");
        answer["result"].clone()
    }

    /// The operations that the twin has answered since `from`, as `service:Operation`.
    pub(crate) fn asked(&self, from: usize) -> Vec<String> {
        let log = self.twin.log();
        let asked = log.iter().skip(from);
        asked
            .map(|entry| format!("{}:{}", entry.service, entry.operation))
            .collect()
    }

    pub(crate) fn so_far(&self) -> usize {
        self.twin.log().len()
    }
}

/// The context of a resource of the stack `hello-default`.
pub(crate) fn cx(address: &str) -> Context {
    of_stack("hello", address)
}

pub(crate) fn of_stack(app: &str, address: &str) -> Context {
    Context {
        mark: Mark {
            stack: StackName {
                app: app.into(),
                environment: "default".into(),
            },
            instance: Instance::new(address.into(), 1),
            run: RunId::new("r1"),
        },
        wait: Wait::Healthy,
        waited: Duration::ZERO,
    }
}

/// Sends these changes, in order.
pub(crate) async fn send<K: Live>(
    client: &K::Client,
    cx: &Context,
    spec: &K,
    changes: Vec<K::Change>,
    mut outputs: Option<K::Outputs>,
) -> Result<Option<K::Outputs>, Failure> {
    for change in changes {
        outputs = Some(spec.send(client, cx, &change, outputs.as_ref()).await?);
    }
    Ok(outputs)
}

/// Makes it, without waiting until it is ready.
pub(crate) async fn made<K: Live>(client: &K::Client, cx: &Context, spec: &K) -> K::Outputs {
    let before = match spec.find(client, cx).await.unwrap() {
        Found::Displaces { outputs, .. } => Some(outputs),
        Found::Absent => None,
        other => panic!("{other:?} is there"),
    };
    let made = send(client, cx, spec, spec.changes(None), before).await;
    made.unwrap().expect("a create answers")
}

/// Waits until it is ready. Says how often it looked, and in what words it was waiting.
pub(crate) async fn ready<K: Live>(
    client: &K::Client,
    cx: &Context,
    spec: &K,
    mut outputs: K::Outputs,
) -> (K::Outputs, Vec<String>) {
    let mut words = Vec::new();
    let mut cx = cx.clone();
    for _ in 0..1000 {
        match spec.ready(client, &cx, &outputs).await.unwrap() {
            Readiness::Ready(outputs) => return (outputs, words),
            Readiness::Pending {
                outputs: so_far,
                why,
                look_after,
            } => {
                outputs = so_far;
                words.push(why);
                pass(look_after).await;
                cx.waited += look_after;
            }
            Readiness::Failed(failure) => panic!("{failure}"),
        }
    }
    panic!("never ready: {words:?}");
}

/// What is there now, as the engine sees it: only what is ours of it.
pub(crate) async fn seen<K: Live>(
    client: &K::Client,
    spec: &K,
    outputs: &K::Outputs,
) -> Observed<K> {
    let seen = K::observe(client, outputs).await.unwrap();
    let seen = seen.expect("it is there");
    Observed {
        spec: seen.spec.owned(&[spec]),
        outputs: seen.outputs,
    }
}

/// What is still to do.
pub(crate) async fn pending<K: Live>(
    client: &K::Client,
    spec: &K,
    outputs: &K::Outputs,
) -> Vec<K::Change> {
    let seen = seen(client, spec, outputs).await;
    assert_eq!(spec.replaced_by(&seen), None);
    spec.changes(Some(&seen))
}

/// Takes it to what `spec` says, and checks that nothing is left to do then.
pub(crate) async fn converged<K: Live>(
    client: &K::Client,
    cx: &Context,
    spec: &K,
    outputs: &K::Outputs,
) -> Vec<K::Change> {
    let changes = pending(client, spec, outputs).await;
    let sent = send(client, cx, spec, changes.clone(), Some(outputs.clone())).await;
    sent.unwrap();
    let left = pending(client, spec, outputs).await;
    assert_eq!(left, [], "after {changes:?}");
    changes
}

/// Takes it away and waits until it is gone. Says who held it.
pub(crate) async fn removed<K: Live>(
    client: &K::Client,
    cx: &Context,
    outputs: &K::Outputs,
) -> Vec<String> {
    let seen = K::observe(client, outputs).await.unwrap();
    let seen = seen.expect("it is there");
    let removal = K::removal(&seen);
    let sent = send(client, cx, &seen.spec, removal, Some(outputs.clone())).await;
    sent.unwrap();
    let mut holders = Vec::new();
    while let Gone::Held { by, look_after } = K::gone(client, outputs).await.unwrap() {
        holders.push(by);
        pass(look_after).await;
    }
    assert_eq!(K::observe(client, outputs).await, Ok(None));
    holders
}

#[expect(clippy::disallowed_methods, reason = "the test's time is paused")]
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}
