//! Reads that are wanted together, as one request.
//!
//! Each caller asks for one object, and waits until everybody who is ready to run has asked too.
//! Whoever goes on first then sends one request for all of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use ashore_engine::failure::{Class, Failure};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::sync::oneshot;

type Fetch<V> =
    dyn Fn(Vec<String>) -> LocalBoxFuture<'static, Result<BTreeMap<String, V>, Failure>>;
type Asking<V> = (String, oneshot::Sender<Result<Option<V>, Failure>>);

/// A read of many objects by key.
pub(crate) struct Batch<V> {
    limit: usize,
    fetch: Box<Fetch<V>>,
    asking: RefCell<Vec<Asking<V>>>,
}

impl<V: Clone + 'static> Batch<V> {
    /// `fetch` reads objects by their keys and leaves out what is not there. At most `limit` keys
    /// go into one request.
    pub(crate) fn new<F>(limit: usize, fetch: impl Fn(Vec<String>) -> F + 'static) -> Self
    where
        F: Future<Output = Result<BTreeMap<String, V>, Failure>> + 'static,
    {
        let fetch = move |keys| fetch(keys).boxed_local();
        Self {
            limit,
            fetch: Box::new(fetch),
            asking: RefCell::default(),
        }
    }

    /// The object with that key; none if it is not there.
    pub(crate) async fn get(self: &Rc<Self>, key: &str) -> Result<Option<V>, Failure> {
        let (answer, answered) = oneshot::channel();
        self.asking.borrow_mut().push((key.to_string(), answer));
        // One turn of the executor: whoever is ready to run asks in it. Nobody is chosen before,
        // since whoever is chosen may be given up in that turn.
        tokio::task::yield_now().await;
        let asking = self.asking.take();
        for together in chunks(asking, self.limit) {
            self.answer(together).await;
        }
        // Dropped if the one who sent the request was given up in between: ask again.
        answered.await.unwrap_or_else(|_| {
            Err(Failure::new(
                Class::Unknown,
                "read",
                "Cancelled",
                "a shared read was given up",
            ))
        })
    }

    async fn answer(&self, together: Vec<Asking<V>>) {
        let mut keys: Vec<String> = together.iter().map(|(key, _)| key.clone()).collect();
        keys.sort();
        keys.dedup();
        let fetched = (self.fetch)(keys).await;
        for (key, answer) in together {
            let found = fetched.as_ref().map(|found| found.get(&key).cloned());
            // Nobody listens any more: fine.
            let _ = answer.send(found.map_err(Clone::clone));
        }
    }
}

fn chunks<T>(items: Vec<T>, size: usize) -> Vec<Vec<T>> {
    let mut chunks = Vec::new();
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        chunks.push(items.by_ref().take(size).collect());
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn one_who_is_given_up_before_it_asks_for_all_leaves_nobody_waiting() {
        let batch = Rc::new(Batch::new(20, |keys: Vec<String>| async move {
            Ok(keys.into_iter().map(|k| (k.clone(), k)).collect())
        }));
        let first = batch.get("1").now_or_never();
        assert_eq!(first, None, "it waits for others");
        assert_eq!(batch.get("2").await, Ok(Some("2".to_string())));
    }

    #[tokio::test]
    async fn what_is_asked_for_together_goes_out_as_one_and_no_larger_than_the_limit() {
        let calls = Rc::new(Cell::new(0));
        let counted = Rc::clone(&calls);
        let batch = Rc::new(Batch::new(20, move |keys: Vec<String>| {
            counted.set(counted.get() + 1);
            async move {
                Ok(keys
                    .into_iter()
                    .filter(|k| k != "7")
                    .map(|k| (k.clone(), k))
                    .collect())
            }
        }));
        let keys: Vec<String> = (0..30).map(|n| n.to_string()).collect();
        let asked = keys.iter().map(|key| batch.get(key));
        let answers = futures_util::future::join_all(asked).await;
        assert_eq!(calls.get(), 2);
        assert_eq!(answers[3], Ok(Some("3".to_string())));
        assert_eq!(answers[7], Ok(None));
    }
}
