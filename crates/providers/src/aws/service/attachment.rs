//! Where a service's tasks are registered, so that somebody is sent to them.

use ashore_engine::input::Input;
use serde::{Deserialize, Serialize};

use super::Service;

/// A service behind a balancer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Attachment {
    /// The ARN of the target group.
    pub target_group: Input<String>,
    /// The container that answers.
    pub container: String,
    /// The port on which it does.
    pub port: u16,
}

/// A service behind a classic balancer, which knows the instances of its tasks and no tasks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClassicAttachment {
    /// The name of the balancer.
    pub balancer: Input<String>,
    /// The container that answers.
    pub container: String,
    /// The port on which it does.
    pub port: u16,
}

impl Service {
    /// Every target group in which its tasks are.
    pub(super) fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        self.load_balancer.iter().chain(&self.more_load_balancers)
    }

    /// Everywhere its tasks or their instances are registered: the target group or the classic
    /// balancer, the container, its port.
    pub(super) fn registered(&self) -> impl Iterator<Item = (&Input<String>, &str, u16)> {
        let groups = self.attachments();
        let groups = groups.map(|it| (&it.target_group, it.container.as_str(), it.port));
        let classic = self.classic_balancer.iter();
        groups.chain(classic.map(|it| (&it.balancer, it.container.as_str(), it.port)))
    }

    /// Whether it is behind a balancer of any sort.
    pub(super) fn is_balanced(&self) -> bool {
        self.registered().next().is_some()
    }

    /// The order in which a service names its target groups means nothing.
    pub(super) fn same_balancers(&self, there: &Self) -> bool {
        let count = |spec: &Self| spec.attachments().count();
        count(self) == count(there)
            && self
                .attachments()
                .all(|own| there.attachments().any(|other| own == other))
    }
}
