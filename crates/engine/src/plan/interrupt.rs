//! What else goes early where something is deleted before it is made anew.

use super::PlanError;
use super::decide::Deciding;
use crate::address::Instance;
use crate::state::Record;

impl Deciding<'_> {
    /// What goes anyway goes early where it uses something that goes early. What stays and uses
    /// such a thing could let go of it only afterwards: that cannot be planned.
    pub(super) fn interrupt_users(&mut self) -> Vec<PlanError> {
        loop {
            let more: Vec<Instance> = self
                .state
                .resources
                .iter()
                .filter(|(instance, _)| !self.stays(instance))
                .filter(|(instance, _)| !self.interrupted.contains(instance))
                .filter(|(_, record)| self.takes_interrupted(record).is_some())
                .map(|(instance, _)| instance.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            self.interrupted.extend(more);
        }
        let held = |(instance, record): (&Instance, &Record)| {
            let taken = self.takes_interrupted(record)?;
            self.stays(instance).then(|| PlanError::Held {
                address: taken.address.clone(),
                user: instance.address.clone(),
            })
        };
        self.state.resources.iter().filter_map(held).collect()
    }

    /// What a resource takes outputs of, and so may hold, that is deleted before it is made anew.
    pub(super) fn takes_interrupted<'r>(&self, record: &'r Record) -> Option<&'r Instance> {
        let taken = record.needs.iter().filter(|need| record.takes(need));
        taken
            .into_iter()
            .find(|need| self.interrupted.contains(need))
    }

    fn stays(&self, instance: &Instance) -> bool {
        let stepped = self.plan.steps.contains_key(instance);
        stepped || self.plan.kept.contains_key(instance)
    }
}
