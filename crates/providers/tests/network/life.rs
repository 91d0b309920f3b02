//! One resource from nothing to nothing, with others who change it behind our back.

use std::fmt::Debug;

use ashore_engine::kind::{Context, Found, Live, Observed};
use ashore_providers::aws::live::Aws;

use crate::in_twin::{InTwin, cx, made, ready, removed, seen, send};

/// A resource that is there.
pub(crate) struct Life<'a, K: Live<Client = Aws>> {
    world: &'a InTwin,
    cx: Context,
    pub(crate) spec: K,
    pub(crate) outputs: K::Outputs,
}

impl<'a, K: Live<Client = Aws>> Life<'a, K>
where
    K::Outputs: Debug,
{
    /// Makes it. What is there then is what was wanted, it is found by its mark and listed with
    /// its stack, and nothing is left to do.
    pub(crate) async fn begin(world: &'a InTwin, address: &str, spec: K) -> Self {
        let cx = cx(address);
        let made = made(&world.aws, &cx, &spec).await;
        let (outputs, _) = ready(&world.aws, &cx, &spec, made).await;
        let life = Self {
            world,
            cx,
            spec,
            outputs,
        };
        life.is_as_wanted().await;
        let listed = K::list(&world.aws, &life.cx.mark.stack).await.unwrap();
        assert_eq!(listed.len(), 1, "{listed:?}");
        let found = life.spec.find(&world.aws, &life.cx).await.unwrap();
        assert!(matches!(found, Found::Ours(_)), "{found:?}");
        life
    }

    /// What is ours of what is there.
    pub(crate) async fn seen(&self) -> Observed<K> {
        seen(&self.world.aws, &self.spec, &self.outputs).await
    }

    async fn is_as_wanted(&self) {
        let seen = self.seen().await;
        assert_eq!(seen.spec, self.spec);
        assert_eq!(self.spec.changes(Some(&seen)), []);
        assert_eq!(self.spec.replaced_by(&seen), None);
    }

    /// Somebody else has changed it: that is seen, and put right in place.
    pub(crate) async fn is_put_right(&mut self) -> Vec<K::Change> {
        let seen = self.seen().await;
        let changes = self.spec.changes(Some(&seen));
        assert_ne!(changes, [], "what was changed is not seen");
        self.send(changes.clone(), seen.outputs).await;
        self.is_as_wanted().await;
        changes
    }

    /// Takes it to another spec in place.
    pub(crate) async fn becomes(&mut self, spec: K) -> Vec<K::Change> {
        let there = K::observe(&self.world.aws, &self.outputs).await.unwrap();
        let there = there.expect("it is there");
        let owned = Observed {
            spec: there.spec.owned(&[&spec, &self.spec]),
            outputs: there.outputs,
        };
        assert_eq!(spec.replaced_by(&owned), None);
        let changes = spec.changes(Some(&owned));
        self.spec = spec;
        self.send(changes.clone(), owned.outputs).await;
        self.is_as_wanted().await;
        changes
    }

    async fn send(&mut self, changes: Vec<K::Change>, outputs: K::Outputs) {
        let sent = send(
            &self.world.aws,
            &self.cx,
            &self.spec,
            changes,
            Some(outputs),
        )
        .await;
        self.outputs = sent.unwrap().expect("outputs stay");
        // What the requests answer is what a look tells.
        assert_eq!(self.seen().await.outputs, self.outputs);
    }

    /// Which members, as the cloud has them now, ask for a replacement.
    pub(crate) async fn replaced_by(&self) -> Vec<String> {
        let seen = self.seen().await;
        let replacement = self.spec.replaced_by(&seen);
        replacement.map(|it| it.fields).unwrap_or_default()
    }

    /// The first request of its removal that is refused.
    pub(crate) async fn refusal(&self) -> ashore_engine::failure::Failure {
        let seen = self.seen().await;
        let removal = K::removal(&seen);
        let sent = send(
            &self.world.aws,
            &self.cx,
            &seen.spec,
            removal,
            Some(seen.outputs),
        )
        .await;
        sent.expect_err("somebody holds it")
    }

    /// Takes it away. Then it is neither seen nor found, and taking it away again does no harm.
    pub(crate) async fn end(self) {
        assert_eq!(self.ends_held_by().await, Vec::<String>::new());
    }

    /// The same of what takes its time to go: who held it for how many looks.
    pub(crate) async fn ends_held_by(self) -> Vec<String> {
        let seen = self.seen().await;
        let held_by = removed::<K>(&self.world.aws, &self.cx, &self.outputs).await;
        let aws = &self.world.aws;
        assert_eq!(self.spec.find(aws, &self.cx).await, Ok(Found::Absent));
        assert_eq!(K::list(aws, &self.cx.mark.stack).await, Ok(Vec::new()));
        let last = K::removal(&seen).into_iter().last().expect("a deletion");
        let again = self
            .spec
            .send(aws, &self.cx, &last, Some(&self.outputs))
            .await;
        // What is shown for a while after it is gone is deleted once more without a word.
        if let Err(refused) = again {
            assert_eq!(refused.class, ashore_engine::failure::Class::Gone);
        }
        held_by
    }
}
