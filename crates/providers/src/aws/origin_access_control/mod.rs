//! `aws.cloudfront.origin_access_control`: how CloudFront shows a bucket that it is CloudFront.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::Output;
use ashore_engine::kind::{Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::{names, patience};

/// The longest name [CloudFront API: OriginAccessControlConfig].
pub const NAME_MAX: usize = 64;

/// An origin access control for buckets. It has no tags: its mark stands in its description.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OriginAccessControl {
    /// Its name, unique in the account.
    pub name: String,
    /// Which requests are signed: `always`, `never`, `no-override`.
    pub signing: String,
}

/// What AWS tells of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `E…`.
    pub id: String,
}

impl OriginAccessControl {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateOriginAccessControl`. Names are unique.
    Create,
    /// `UpdateOriginAccessControl`.
    Update,
    /// `DeleteOriginAccessControl`. Refused while a distribution has it.
    Delete,
}

impl Kind for OriginAccessControl {
    const NAME: &'static str = "aws.cloudfront.origin_access_control";
    const PATIENCE: Patience = patience::DISTRIBUTION;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        match observed {
            None => vec![Change::Create],
            Some(there) if there.spec.signing != self.signing => vec![Change::Update],
            Some(_) => Vec::new(),
        }
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).on("origin-access-control/*");
        match change {
            Change::Create => request("cloudfront:CreateOriginAccessControl"),
            Change::Update => request("cloudfront:UpdateOriginAccessControl"),
            Change::Delete => request("cloudfront:DeleteOriginAccessControl"),
        }
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}
