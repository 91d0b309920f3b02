//! A kind on its own in an account of its own: made, changed, waited for and taken away, one
//! request at a time, as the engine does it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ashore_engine::address::{Instance, Mark, RunId, StackName};
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness, Wait};
use ashore_providers::aws::live::in_process::Service;
use ashore_providers::aws::live::{Aws, config};
use ashore_twin::{Behaviour, ManualClock, Millis, Rule, Twin};
use aws_config::SdkConfig;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

pub(crate) const REGION: &str = "eu-central-1";

struct InTwin(Arc<Twin>);

impl fmt::Debug for InTwin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("twin")
    }
}

impl Service for InTwin {
    fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Option<http::Response<Bytes>>> {
        let twin = Arc::clone(&self.0);
        async move { twin.respond(request).await }.boxed()
    }
}

/// An account and a way into it.
pub(crate) struct Stage {
    pub(crate) twin: Arc<Twin>,
    pub(crate) aws: Aws,
    pub(crate) config: SdkConfig,
}

/// What came of waiting.
pub(crate) struct Waited<T> {
    pub(crate) answer: T,
    /// What was said on the way, each once.
    pub(crate) whys: Vec<String>,
    pub(crate) time: Duration,
    pub(crate) looks: usize,
}

pub(crate) fn stack() -> StackName {
    StackName {
        app: "hello".into(),
        environment: "default".into(),
    }
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let twin = Arc::new(Twin::new(Arc::new(ManualClock::new(Millis::START))));
        let config = config::in_process(REGION, Arc::new(InTwin(twin.clone())));
        let aws = Aws::connect(&config).await.expect("the twin lets us in");
        Self { twin, aws, config }
    }

    /// What tasks of an image do.
    pub(crate) fn script(&self, image: &str, behaviour: Behaviour) {
        let image = image.to_string();
        let rule = Rule { image, behaviour };
        self.twin.world(|world| world.script.rules.insert(0, rule));
    }

    pub(crate) fn cx(&self, address: &str) -> Context {
        Context {
            mark: Mark {
                stack: stack(),
                instance: Instance::new(address.into(), 1),
                run: RunId::new("r1"),
            },
            wait: Wait::Healthy,
            waited: Duration::ZERO,
        }
    }

    /// Sends each change, tries again what clears by itself, and answers with the outputs.
    pub(crate) async fn send<K: Live<Client = Aws>>(
        &self,
        address: &str,
        spec: &K,
        changes: Vec<K::Change>,
        outputs: Option<K::Outputs>,
    ) -> Result<K::Outputs, Failure> {
        let mut outputs = outputs;
        let cx = self.cx(address);
        for change in changes {
            let mut left = 60;
            outputs = loop {
                let sent = spec.send(&self.aws, &cx, &change, outputs.as_ref()).await;
                match sent {
                    Ok(outputs) => break Some(outputs),
                    Err(error)
                        if left > 0
                            && matches!(error.class, Class::Eventual | Class::Dependency) =>
                    {
                        left -= 1;
                        self.twin.advance(Duration::from_secs(5));
                    }
                    Err(error) => return Err(error),
                }
            };
        }
        Ok(outputs.expect("there was a change"))
    }

    pub(crate) async fn create<K: Live<Client = Aws>>(
        &self,
        address: &str,
        spec: &K,
    ) -> K::Outputs {
        let made = self.send(address, spec, spec.changes(None), None).await;
        made.expect("it is made")
    }

    pub(crate) async fn wait<K: Live<Client = Aws>>(
        &self,
        address: &str,
        spec: &K,
        outputs: &K::Outputs,
        wait: Wait,
    ) -> Waited<Result<K::Outputs, Failure>> {
        let mut cx = self.cx(address);
        cx.wait = wait;
        let mut whys: Vec<String> = Vec::new();
        let mut looks = 0;
        let answer = loop {
            looks += 1;
            match spec.ready(&self.aws, &cx, outputs).await {
                Ok(Readiness::Ready(outputs)) => break Ok(outputs),
                Ok(Readiness::Failed(failure)) => break Err(failure),
                Err(failure) => break Err(failure),
                Ok(Readiness::Pending {
                    why, look_after, ..
                }) => {
                    assert!(!why.is_empty() && look_after > Duration::ZERO);
                    if whys.last() != Some(&why) {
                        whys.push(why);
                    }
                    self.twin.advance(look_after);
                    cx.waited += look_after;
                }
            }
            assert!(
                cx.waited < Duration::from_secs(2 * 3600),
                "waits for ever: {whys:#?}"
            );
        };
        Waited {
            answer,
            whys,
            time: cx.waited,
            looks,
        }
    }

    pub(crate) async fn observed<K: Live<Client = Aws>>(
        &self,
        outputs: &K::Outputs,
    ) -> Option<Observed<K>> {
        K::observe(&self.aws, outputs)
            .await
            .expect("it can be read")
    }

    /// What is there says what is wanted, and nothing is left to do.
    pub(crate) async fn converged<K: Live<Client = Aws>>(&self, spec: &K, outputs: &K::Outputs) {
        let observed = self.observed::<K>(outputs).await.expect("it is there");
        let observed = Observed {
            spec: observed.spec.owned(&[spec]),
            outputs: observed.outputs,
        };
        assert_eq!(&observed.spec, spec);
        assert_eq!(spec.changes(Some(&observed)), []);
        assert_eq!(spec.replaced_by(&observed), None);
    }

    /// Changes it from what is there to another spec, and checks that it has become so.
    pub(crate) async fn change<K: Live<Client = Aws>>(
        &self,
        address: &str,
        from: &K,
        to: &K,
        outputs: &K::Outputs,
    ) -> K::Outputs {
        let observed = self.observed::<K>(outputs).await.expect("it is there");
        let observed = Observed {
            spec: observed.spec.owned(&[to, from]),
            outputs: observed.outputs,
        };
        let changes = to.changes(Some(&observed));
        assert!(!changes.is_empty(), "nothing differs: {to:?}");
        let outputs = self
            .send(address, to, changes, Some(outputs.clone()))
            .await
            .expect("it is changed");
        self.converged(to, &outputs).await;
        outputs
    }

    /// Takes it away; the answer says who held it meanwhile.
    pub(crate) async fn remove<K: Live<Client = Aws>>(
        &self,
        address: &str,
        spec: &K,
        outputs: &K::Outputs,
    ) -> Waited<()> {
        let observed = self.observed::<K>(outputs).await.expect("it is there");
        let changes = K::removal(&observed);
        let removed = self.send(address, spec, changes, Some(outputs.clone()));
        removed.await.expect("it is removed");
        let (mut whys, mut time, mut looks) = (Vec::new(), Duration::ZERO, 0);
        loop {
            looks += 1;
            match K::gone(&self.aws, outputs).await.expect("it can be read") {
                Gone::Gone => break,
                Gone::Held { by, look_after } => {
                    if whys.last() != Some(&by) {
                        whys.push(by);
                    }
                    self.twin.advance(look_after);
                    time += look_after;
                }
            }
            assert!(time < Duration::from_secs(3600), "held for ever: {whys:#?}");
        }
        assert!(self.observed::<K>(outputs).await.is_none());
        Waited {
            answer: (),
            whys,
            time,
            looks,
        }
    }

    pub(crate) async fn found<K: Live<Client = Aws>>(
        &self,
        address: &str,
        spec: &K,
    ) -> Found<K::Outputs> {
        let found = spec.find(&self.aws, &self.cx(address)).await;
        found.expect("it can be looked for")
    }

    /// The whole life of a kind that nothing else is needed for.
    pub(crate) async fn life<K: Live<Client = Aws>>(&self, address: &str, spec: &K, then: &[K]) {
        assert_eq!(self.found(address, spec).await, Found::Absent);
        let mut outputs = self.create(address, spec).await;
        let ready = self.wait(address, spec, &outputs, Wait::Healthy).await;
        outputs = ready.answer.expect("it is ready");
        self.converged(spec, &outputs).await;
        assert_eq!(
            self.found(address, spec).await,
            Found::Ours(outputs.clone())
        );
        assert_eq!(
            K::list(&self.aws, &stack()).await.expect("it is listed"),
            [outputs.clone()]
        );
        if K::LOOKS_BEFORE {
            let foreign = self.found("somebody/else", spec).await;
            assert!(matches!(foreign, Found::Foreign(_)), "{foreign:?}");
        }
        let mut last = spec;
        for next in then {
            outputs = self.change(address, last, next, &outputs).await;
            last = next;
        }
        self.remove(address, last, &outputs).await;
        assert_eq!(self.found(address, spec).await, Found::Absent);
        assert_eq!(K::list(&self.aws, &stack()).await.expect("listed"), []);
    }
}
