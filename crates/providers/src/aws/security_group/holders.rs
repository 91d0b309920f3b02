//! Who keeps a group from being deleted, and whether waiting for them is of any use.

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};

use super::described::{Group, groups};
use crate::aws::live::Aws;
use crate::aws::live::ec2::filter;
use crate::aws::live::holders;
use crate::aws::tags;

/// Who keeps it.
#[derive(Default)]
pub(super) struct Holders {
    /// The interfaces of balancers and tasks, and the stack's own groups: they let go by themselves.
    passing: Vec<String>,
    /// Groups of somebody else with a rule that names it. They never let go by themselves.
    foreign: Vec<String>,
}

/// Interfaces first: they are the usual case, and other groups are looked at only where there are
/// none [terraform-provider-aws #1671, #2445, #32745].
pub(super) async fn holders_of(aws: &Aws, id: &str, stack: &StackName) -> Result<Holders, Failure> {
    let by = |name: &str| vec![filter(name, vec![id.to_string()])];
    let interfaces = holders::interfaces(aws, by("group-id")).await?;
    if !interfaces.is_empty() {
        return Ok(Holders {
            passing: interfaces,
            ..Holders::default()
        });
    }
    let (ingress, egress) = futures_util::join!(
        groups(aws, by("ip-permission.group-id")),
        groups(aws, by("egress.ip-permission.group-id")),
    );
    let mut referring = ingress?;
    referring.extend(egress?);
    let others = referring.into_values().filter(|group| group.id != id);
    let (ours, theirs): (Vec<Group>, Vec<Group>) =
        others.partition(|group| tags::of_stack(&group.tags, stack));
    Ok(Holders {
        passing: ours.iter().map(in_words).collect(),
        foreign: theirs.iter().map(in_words).collect(),
    })
}

fn in_words(group: &Group) -> String {
    let whose = tags::owner(&group.tags).map(|owner| format!(" of {owner}"));
    let whose = whose.unwrap_or_default();
    format!(
        "a rule of security group {} ({}){whose}",
        group.id, group.name
    )
}

impl Holders {
    /// Whether nobody does.
    pub(super) fn are_none(&self) -> bool {
        self.passing.is_empty() && self.foreign.is_empty()
    }

    /// The refusal with their names; where waiting for them is of no use, one that is not waited for.
    pub(super) fn told(self, refused: Failure) -> Failure {
        if self.foreign.is_empty() {
            return refused.with_evidence(self.passing);
        }
        let advice = format!(
            "take {} away, then run the same command again",
            self.foreign.join(", ")
        );
        Failure {
            class: Class::Invalid,
            ..refused
        }
        .with_evidence(self.foreign)
        .with_advice(advice)
    }
}
