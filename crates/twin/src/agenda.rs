//! What will happen by itself, and when.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::{
    acm, appautoscaling, autoscaling, cloudfront, cloudmap, cloudwatch, ec2, ecr, ecs, efs, elb,
    elbv2, events, kms, rds, scheduler, secretsmanager, sqs,
};

/// Something that will happen by itself; the service named does it.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    Acm(acm::Happening),
    Appautoscaling(appautoscaling::Happening),
    Autoscaling(autoscaling::Happening),
    Cloudfront(cloudfront::Happening),
    Cloudmap(cloudmap::Happening),
    Cloudwatch(cloudwatch::Happening),
    Ec2(ec2::Happening),
    Ecr(ecr::Happening),
    Ecs(ecs::Happening),
    Efs(efs::Happening),
    Elb(elb::Happening),
    Elbv2(elbv2::Happening),
    Events(events::Happening),
    Kms(kms::Happening),
    Rds(rds::Happening),
    Scheduler(scheduler::Happening),
    Secretsmanager(secretsmanager::Happening),
    Sqs(sqs::Happening),
}

/// All that is going to happen, in order of time; at the same time, in the order in which it was added.
#[derive(Serialize, Deserialize, Debug)]
pub struct Agenda<What = Happening>(BTreeMap<Millis, VecDeque<Entry<What>>>);

#[derive(Serialize, Deserialize, Debug)]
struct Entry<What> {
    region: String,
    what: What,
}

pub(crate) struct Due<What> {
    pub(crate) at: Millis,
    pub(crate) region: String,
    pub(crate) what: What,
}

impl<What> Agenda<What> {
    /// Lets `what` happen at `at`, or as soon as time moves if that has passed.
    pub fn add(&mut self, at: Millis, region: &str, what: What) {
        self.0.entry(at).or_default().push_back(Entry {
            region: region.to_owned(),
            what,
        });
    }

    /// When the next thing happens.
    pub fn next(&self) -> Option<Millis> {
        self.0.keys().next().copied()
    }

    pub(crate) fn next_due(&mut self, until: Millis) -> Option<Due<What>> {
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

impl<What> Default for Agenda<What> {
    fn default() -> Agenda<What> {
        Agenda(BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_happen_in_order_of_time_then_of_arrival() {
        let mut agenda: Agenda<u8> = Agenda::default();
        for (at, what) in [(20, 1), (10, 2), (20, 3), (10, 4), (30, 5)] {
            agenda.add(Millis(at), "here", what);
        }
        assert_eq!(agenda.next(), Some(Millis(10)));
        let due = std::iter::from_fn(|| agenda.next_due(Millis(20)));
        let due: Vec<(u64, u8)> = due.map(|due| (due.at.0, due.what)).collect();
        assert_eq!(due, [(10, 2), (10, 4), (20, 1), (20, 3)]);
        assert_eq!(agenda.next(), Some(Millis(30)));
    }

    #[test]
    fn an_agenda_survives_being_saved() {
        let mut agenda: Agenda<u8> = Agenda::default();
        agenda.add(Millis(10), "here", 1);
        let saved = serde_json::to_string(&agenda).expect("saved");
        let mut found: Agenda<u8> = serde_json::from_str(&saved).expect("found");
        let due = found.next_due(Millis(10)).map(|due| (due.region, due.what));
        assert_eq!(due, Some(("here".to_owned(), 1)));
    }
}
