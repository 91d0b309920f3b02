//! `aws.ec2.security_group`: what may flow to and from those that bear it.

#[cfg(feature = "live")]
mod described;
#[cfg(feature = "live")]
mod holders;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod permission;
mod rule;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::sequence::in_order_of;
use crate::aws::tags::Tags;
use crate::aws::{names, patience};
use rule::{Difference, difference};
pub use rule::{Direction, Rule, Source};

/// A security group. Its rules are sets, and all of them are ours: what somebody lets through by
/// hand is shown by the next plan and taken away.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// Its name, at most 255 characters, unique in its VPC. Cannot be changed.
    pub name: String,
    /// What it is for, in a few ASCII characters. Cannot be changed.
    pub description: String,
    /// Its VPC.
    pub vpc: Input<String>,
    /// What may come in.
    pub ingress: Vec<Rule>,
    /// What may go out. AWS gives a new group [`Rule::all_out`].
    pub egress: Vec<Rule>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a security group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `sg-…`.
    pub id: String,
}

impl SecurityGroup {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateSecurityGroup`. It has no token; its name is taken once it is there.
    Create,
    /// `AuthorizeSecurityGroupIngress` or `…Egress`: these of the spec's rules, all or none.
    Authorize(Direction, Vec<usize>),
    /// `UpdateSecurityGroupRuleDescriptionsIngress` or `…Egress`: of these of the spec's rules.
    Describe(Direction, Vec<usize>),
    /// `RevokeSecurityGroupIngress` or `…Egress`: these rules, all or none.
    Revoke(Direction, Vec<Rule>),
    /// `RevokeSecurityGroupEgress`: the rule that AWS gave the new group. Nobody bears the group
    /// yet, so nothing is shut out.
    RevokeAllOut,
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteSecurityGroup`. Its rules go with it; refused while an interface bears it or another
    /// group's rule names it.
    Delete,
}

impl Kind for SecurityGroup {
    const NAME: &'static str = "aws.ec2.security_group";
    const PATIENCE: Patience = patience::EC2;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec, .. }) = observed else {
            return self.to_create();
        };
        let differences = [
            (Direction::Ingress, difference(&self.ingress, &spec.ingress)),
            (Direction::Egress, difference(&self.egress, &spec.egress)),
        ];
        let mut changes = Vec::new();
        // Add before remove, so that nothing is shut out in between (`failures.md` 1.2).
        for (direction, difference) in &differences {
            changes.extend(additions(*direction, difference));
        }
        for (direction, Difference { surplus, .. }) in differences {
            changes.extend((!surplus.is_empty()).then_some(Change::Revoke(direction, surplus)));
        }
        changes.extend(self.tags.requests(&spec.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let before = &observed.spec;
        let fields = [
            ("name", self.name != before.name),
            ("description", self.description != before.description),
            ("vpc", self.vpc != before.vpc),
        ];
        let fields = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(fields.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        use Direction::{Egress, Ingress};
        let request = |operation| Request::new(operation).uses(&[]).on("security-group/*");
        let shuts = || Impact::Brief("what only these rules let through is refused".into());
        match change {
            Change::Create => request("ec2:CreateSecurityGroup").uses(&["vpc"]),
            Change::Authorize(Ingress, _) => {
                request("ec2:AuthorizeSecurityGroupIngress").uses(&["ingress"])
            }
            Change::Authorize(Egress, _) => {
                request("ec2:AuthorizeSecurityGroupEgress").uses(&["egress"])
            }
            Change::Describe(Ingress, _) => {
                request("ec2:UpdateSecurityGroupRuleDescriptionsIngress").uses(&["ingress"])
            }
            Change::Describe(Egress, _) => {
                request("ec2:UpdateSecurityGroupRuleDescriptionsEgress").uses(&["egress"])
            }
            Change::Revoke(Ingress, _) => request("ec2:RevokeSecurityGroupIngress").impact(shuts()),
            Change::Revoke(Egress, _) => request("ec2:RevokeSecurityGroupEgress").impact(shuts()),
            Change::RevokeAllOut => request("ec2:RevokeSecurityGroupEgress"),
            Change::Tag => request("ec2:CreateTags"),
            Change::Untag(_) => request("ec2:DeleteTags"),
            Change::Delete => request("ec2:DeleteSecurityGroup"),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        let same = |one: &Rule, other: &Rule| one.flow().is_some() && one.flow() == other.flow();
        let egress = by.iter().flat_map(|spec| &spec.egress);
        // Where the VPC has IPv6, AWS gives a new group this one too. Whoever wants everything
        // let out has not asked for less.
        let named = |rule: &Rule| egress.clone().any(|one| same(one, rule));
        if named(&Rule::all_out()) && !named(&Rule::all_out_v6()) {
            self.egress.retain(|rule| *rule != Rule::all_out_v6());
        }
        self.egress = in_order_of(self.egress, egress.clone(), same);
        let ingress = by.iter().flat_map(|spec| &spec.ingress);
        self.ingress = in_order_of(self.ingress, ingress, same);
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, 255);
    }
}

impl SecurityGroup {
    fn to_create(&self) -> Vec<Change> {
        let ingress = difference(&self.ingress, &[]);
        let egress = difference(&self.egress, &[Rule::all_out()]);
        let mut changes = vec![Change::Create];
        changes.extend(additions(Direction::Ingress, &ingress));
        changes.extend(additions(Direction::Egress, &egress));
        changes.extend((!egress.surplus.is_empty()).then_some(Change::RevokeAllOut));
        changes
    }
}

fn additions(direction: Direction, difference: &Difference) -> Vec<Change> {
    let Difference {
        missing,
        redescribed,
        ..
    } = difference;
    let missing = (!missing.is_empty()).then(|| Change::Authorize(direction, missing.clone()));
    let redescribed =
        (!redescribed.is_empty()).then(|| Change::Describe(direction, redescribed.clone()));
    missing.into_iter().chain(redescribed).collect()
}
