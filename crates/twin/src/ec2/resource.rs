//! What all things of EC2 have in common: an id of a known form, an owner, a moment of creation, a way to show them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Ec2;
use crate::clock::Millis;
use crate::operation::Call;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A sort of resource: how its ids look and what AWS says about a wrong one.
///
/// The codes are not derivable from the name (`InvalidRouteTableID.NotFound`, but `InvalidRouteTableId.Malformed`), so
/// that each is spelt out as in [EC2 API: error codes].
#[derive(Debug)]
pub(super) struct Kind {
    /// What ids begin with, with its dash.
    pub(super) prefix: &'static str,
    /// The resource type of tag specifications, of DescribeTags and in ARNs.
    pub(super) resource_type: &'static str,
    /// How messages call it: `The vpc ID 'vpc-1' does not exist`.
    pub(super) noun: &'static str,
    /// The code for an id that names nothing.
    pub(super) not_found: &'static str,
    /// The code for an id that cannot be one.
    pub(super) malformed: &'static str,
}

/// One sort of resource in the store.
pub(super) trait Resource: Sized + 'static {
    /// Its sort.
    const KIND: &'static Kind;
    /// Filter names, and where the value stands in what [`Resource::show`] gives. Tag filters need no entry.
    const FILTERS: &'static [(&'static str, &'static str)];

    /// All of them, by id.
    fn all(ec2: &Ec2) -> &BTreeMap<String, Self>;
    /// When it was made.
    fn created(&self) -> Millis;
    /// Its tags.
    fn tags(&self) -> &Tags;
    /// As Describe answers show it.
    fn show(&self, id: &str, view: &View<'_>) -> Value;
}

/// EC2 of one region as a caller sees it now.
pub(super) struct View<'a> {
    /// The store.
    pub(super) ec2: &'a Ec2,
    /// The region's name.
    pub(super) region: &'a str,
    /// The account's number.
    pub(super) account: String,
    /// The time.
    pub(super) now: Millis,
    /// How long a block takes to be associated.
    pub(super) cidr_association: u64,
    stale: u64,
}

impl Kind {
    /// The refusal of an id that names nothing.
    pub(super) fn not_found(&self, id: &str) -> Refusal {
        Refusal::new(
            self.not_found,
            format!("The {} '{id}' does not exist", self.noun),
        )
    }

    /// Refuses what cannot be an id of this sort. AWS looks only at the prefix and the alphabet: `vpc-nope` is well
    /// formed and merely does not exist.
    pub(super) fn check(&self, id: &str) -> Result<(), Refusal> {
        let expected = format!("{}...", self.prefix);
        let why = match id.strip_prefix(self.prefix) {
            Some(rest)
                if rest
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) =>
            {
                if !rest.is_empty() {
                    return Ok(());
                }
                expected
            }
            Some(_) => format!(
                "{expected}; the id may only contain lowercase alphanumeric characters and a single dash"
            ),
            None => expected,
        };
        Err(Refusal::new(
            self.malformed,
            format!("Invalid id: \"{id}\" (expecting \"{why}\")"),
        ))
    }
}

impl<'a> View<'a> {
    /// EC2 of `region`.
    pub(super) fn of(world: &'a mut World, region: &'a str) -> View<'a> {
        let (account, now, stale) = (world.account.clone(), world.now, world.timing.stale_read);
        let cidr_association = world.timing.cidr_association;
        View {
            cidr_association,
            ec2: &world.region(region).ec2,
            region,
            account,
            now,
            stale,
        }
    }

    /// What this id names. What was made a moment ago may not be seen yet, which is what AWS calls eventual
    /// consistency; the window is `Timing::stale_read` [EC2 API: eventual consistency].
    pub(super) fn find<R: Resource>(&self, id: &str) -> Result<&'a R, Refusal> {
        R::KIND.check(id)?;
        R::all(self.ec2)
            .get(id)
            .filter(|found| self.sees(*found))
            .ok_or_else(|| R::KIND.not_found(id))
    }

    /// Everything of a sort that can be seen.
    pub(super) fn each<R: Resource>(&self) -> impl Iterator<Item = (&'a String, &'a R)> {
        R::all(self.ec2)
            .iter()
            .filter(|(_, found)| self.sees(*found))
    }

    /// The ARN of a resource of EC2.
    pub(super) fn arn(&self, kind: &Kind, id: &str) -> String {
        format!(
            "arn:aws:ec2:{}:{}:{}/{id}",
            self.region, self.account, kind.resource_type
        )
    }

    fn sees<R: Resource>(&self, found: &R) -> bool {
        found.created().0.saturating_add(self.stale) <= self.now.0
    }
}

/// EC2 of the region that a call is for.
pub(super) fn view<'a>(call: &'a mut Call<'_>) -> View<'a> {
    View::of(call.world, &call.region)
}

/// Refuses to delete what others still need: `The subnet 'subnet-1' has dependencies and cannot be deleted.`
/// [terraform-aws-vpc #1081, cloud-nuke #345, aws-operator #109]
pub(super) fn in_use(noun: &str, id: &str) -> Refusal {
    Refusal::new(
        "DependencyViolation",
        format!("The {noun} '{id}' has dependencies and cannot be deleted."),
    )
}
