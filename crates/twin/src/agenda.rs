//! What will happen by itself, and when.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::{acm, ec2, ecs, elbv2};

/// Something that will happen by itself; the service named does it.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    Ec2(ec2::Happening),
    Elbv2(elbv2::Happening),
    Acm(acm::Happening),
    Ecs(ecs::Happening),
}

/// All that is going to happen, in order of time; at the same time, in the order in which it was added.
#[derive(Serialize, Deserialize, Debug, Default)]
pub struct Agenda(BTreeMap<Millis, VecDeque<Entry>>);

#[derive(Serialize, Deserialize, Debug)]
struct Entry {
    region: String,
    what: Happening,
}

pub(crate) struct Due {
    pub(crate) at: Millis,
    pub(crate) region: String,
    pub(crate) what: Happening,
}

impl Agenda {
    /// Lets `what` happen at `at`, or as soon as time moves if that has passed.
    pub fn add(&mut self, at: Millis, region: &str, what: Happening) {
        self.0.entry(at).or_default().push_back(Entry {
            region: region.to_owned(),
            what,
        });
    }

    /// When the next thing happens.
    pub fn next(&self) -> Option<Millis> {
        self.0.keys().next().copied()
    }

    pub(crate) fn next_due(&mut self, until: Millis) -> Option<Due> {
        let mut first = self.0.first_entry()?;
        let at = *first.key();
        if at > until {
            return None;
        }
        let Entry { region, what } = first.get_mut().pop_front()?;
        if first.get().is_empty() {
            first.remove();
        }
        Some(Due { at, region, what })
    }
}
