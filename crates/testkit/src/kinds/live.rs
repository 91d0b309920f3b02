//! The effect half of the toy kinds.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Duration;

use ashore_engine::address::{Mark, StackName};
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Context, Foreign, Found, Gone, Live, Observed, Readiness};

use super::{Change, Sort, Thing, Told};
use crate::cloud::{Cloud, Fields, Object, Owner, Request, Seen};

impl<S: Sort> Live for Thing<S> {
    type Client = Cloud;

    async fn find(&self, cloud: &Cloud, cx: &Context) -> Result<Found<Told>, Failure> {
        let owner = owner(&cx.mark);
        cloud.read(|seen| self.found(seen, &owner)).await
    }

    async fn observe(cloud: &Cloud, told: &Told) -> Result<Option<Observed<Self>>, Failure> {
        let Some(id) = &told.id else { return Ok(None) };
        cloud
            .read(|seen| {
                seen.get(id).map(|object| Observed {
                    spec: Self::of(seen.fields(object)),
                    outputs: tell(seen, object, told),
                })
            })
            .await
    }

    async fn send(
        &self,
        cloud: &Cloud,
        cx: &Context,
        change: &Change,
        told: Option<&Told>,
    ) -> Result<Told, Failure> {
        let known = told.cloned().unwrap_or_default();
        let id = known.id.clone().unwrap_or_default();
        let request = match change {
            Change::Create => Request::Create {
                sort: S::SHAPE.name,
                owner: owner(&cx.mark),
                fields: self.made()?,
                token: cx.mark.token("create"),
                displaces: known.displaced.clone(),
            },
            Change::Attach(slot) => Request::Attach {
                id,
                slot: slot.clone(),
                target: match self.uses.get(slot) {
                    Some(target) => value(target)?,
                    None => String::new(),
                },
            },
            Change::Detach(slot) => Request::Detach {
                id,
                slot: slot.clone(),
            },
            Change::Resize(size) => Request::Resize { id, size: *size },
            Change::Tag(key, value) => Request::Tag {
                id,
                key: key.clone(),
                value: Some(value.clone()),
            },
            Change::Untag(key) => Request::Tag {
                id,
                key: key.clone(),
                value: None,
            },
            Change::Delete => Request::Delete {
                id,
                restores: known.displaced.clone(),
            },
        };
        let id = Some(cloud.call(&cx.mark, request).await?);
        Ok(Told { id, ..known })
    }

    async fn ready(
        &self,
        cloud: &Cloud,
        _cx: &Context,
        told: &Told,
    ) -> Result<Readiness<Told>, Failure> {
        let id = told.id.clone().unwrap_or_default();
        cloud
            .read(|seen| {
                let object = seen.get(&id);
                let outputs = object.map_or_else(|| told.clone(), |o| tell(seen, o, told));
                match object {
                    // Ready is what every read sees.
                    Some(object) if seen.ready(object) && seen.settled(object) => {
                        Readiness::Ready(outputs)
                    }
                    _ => Readiness::Pending {
                        outputs,
                        why: "pending".into(),
                        look_after: Duration::from_secs(1 + S::SHAPE.ready_after / 8),
                    },
                }
            })
            .await
    }

    async fn gone(cloud: &Cloud, told: &Told) -> Result<Gone, Failure> {
        let id = told.id.clone().unwrap_or_default();
        cloud
            .read(|seen| match seen.lingers(&id) {
                false => Gone::Gone,
                true => Gone::Held {
                    by: "the cloud".into(),
                    look_after: Duration::from_secs(1 + S::SHAPE.gone_after / 8),
                },
            })
            .await
    }

    async fn list(cloud: &Cloud, stack: &StackName) -> Result<Vec<Told>, Failure> {
        let stack = stack.to_string();
        cloud
            .read(|seen| {
                let ours = |object: &&Object| {
                    let owner = object.owner.as_ref();
                    object.sort == S::SHAPE.name && owner.is_some_and(|owner| owner.stack == stack)
                };
                let all = seen.all().filter(ours);
                all.map(|object| tell(seen, object, &Told::default()))
                    .collect()
            })
            .await
    }
}

impl<S: Sort> Thing<S> {
    fn found(&self, seen: &Seen<'_>, owner: &Owner) -> Found<Told> {
        let of_sort = || seen.all().filter(|object| object.sort == S::SHAPE.name);
        let none = Told::default();
        if let Some(ours) = of_sort().find(|object| object.owner.as_ref() == Some(owner)) {
            return Found::Ours(tell(seen, ours, &none));
        }
        let namesake = |object: &&Object| S::SHAPE.unique && object.fields.name == self.name;
        match of_sort().find(namesake) {
            Some(object) if S::SHAPE.shared => Found::Shared(tell(seen, object, &none)),
            Some(object) if object.owner.is_none() && S::SHAPE.displaces => Found::Displaces {
                outputs: Told {
                    displaced: vec![object.fields.clone()],
                    ..none
                },
                what: vec![object.title()],
            },
            Some(object) if object.owner.is_none() => Found::Foreign(Foreign {
                who: object.title(),
                advice: "choose another name".into(),
            }),
            // Another life of ours, or nothing.
            _ => Found::Absent,
        }
    }

    /// What a create makes of the spec.
    fn made(&self) -> Result<Fields, Failure> {
        let apart = S::SHAPE.sized_apart;
        let uses = match S::SHAPE.attaches {
            true => BTreeMap::new(),
            false => self
                .uses
                .iter()
                .map(|(slot, input)| Ok((slot.clone(), value(input)?)))
                .collect::<Result<_, Failure>>()?,
        };
        Ok(Fields {
            name: self.name.clone(),
            size: if apart { 0 } else { self.size },
            form: self.form,
            tags: self.tags.clone(),
            uses,
        })
    }

    fn of(fields: &Fields) -> Self {
        let known = |(slot, value): (&String, &String)| (slot.clone(), value.clone().into());
        Self {
            name: fields.name.clone(),
            size: fields.size,
            form: fields.form,
            tags: fields.tags.clone(),
            uses: fields.uses.iter().map(known).collect(),
            sort: PhantomData,
        }
    }
}

fn owner(mark: &Mark) -> Owner {
    Owner {
        stack: mark.stack.to_string(),
        address: mark.instance.address.to_string(),
        generation: mark.instance.generation,
    }
}

fn tell(seen: &Seen<'_>, object: &Object, known: &Told) -> Told {
    let (named, ready) = (seen.named(object), seen.ready(object));
    Told {
        id: Some(object.id.clone()),
        proof: named.then(|| format!("proof-of-{}", object.id)),
        endpoint: ready.then(|| format!("{}.toy", object.id)),
        displaced: known.displaced.clone(),
    }
}

fn value(input: &ashore_engine::input::Input<String>) -> Result<String, Failure> {
    match input.value() {
        Ok(value) => Ok(value.clone()),
        Err(error) => Err(Failure::internal("toy:input", &error)),
    }
}
