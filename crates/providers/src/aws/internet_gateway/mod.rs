//! `aws.ec2.internet_gateway`: the way from the network to the internet.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// An internet gateway, attached to a VPC.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct InternetGateway {
    /// The VPC. Observed empty where it is attached to none.
    pub vpc: Input<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of an internet gateway.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `igw-…`.
    pub id: String,
    /// The id again, once it is attached: a route to a gateway that is not is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attached: Option<String>,
}

impl InternetGateway {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
    /// Its id, known once it is attached.
    pub const ATTACHED: Output<Self, String> = Output::new("attached");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateInternetGateway`. It has no token: a lost one is found again by its tags.
    Create,
    /// `AttachInternetGateway`.
    Attach,
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DetachInternetGateway`, from that VPC. Refused while anything in it has a public address.
    Detach(String),
    /// `DeleteInternetGateway`. Refused while it is attached.
    Delete,
}

impl Kind for InternetGateway {
    const NAME: &'static str = "aws.ec2.internet_gateway";
    const PATIENCE: Patience = patience::EC2;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            return vec![Change::Create, Change::Attach];
        };
        let mut changes = Vec::new();
        changes.extend(
            self.tags
                .requests(&observed.tags, Change::Tag, Change::Untag),
        );
        match (nowhere(&self.vpc), attachment(observed)) {
            (false, None) => changes.push(Change::Attach),
            // Only an undo wants that: what it undoes is an attachment.
            (true, Some(vpc)) => changes.push(Change::Detach(vpc.clone())),
            _ => {}
        }
        changes
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let detach = attachment(&observed.spec).map(|vpc| Change::Detach(vpc.clone()));
        detach.into_iter().chain([Change::Delete]).collect()
    }

    /// It could be moved, but not while anything in its VPC has a public address: a new VPC gets
    /// a new gateway.
    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let attached = attachment(&observed.spec).is_some();
        let moved = attached && !nowhere(&self.vpc) && self.vpc != observed.spec.vpc;
        Replacement::because(moved.then_some("vpc")).or_none()
    }

    fn request(change: &Change) -> Request {
        const ON: &str = "internet-gateway/*";
        match change {
            Change::Create => Request::new("ec2:CreateInternetGateway").uses(&[]).on(ON),
            Change::Attach => Request::new("ec2:AttachInternetGateway")
                .uses(&["vpc"])
                .on(ON),
            Change::Tag => Request::new("ec2:CreateTags").uses(&[]).on(ON),
            Change::Untag(_) => Request::new("ec2:DeleteTags").uses(&[]).on(ON),
            Change::Detach(_) => Request::new("ec2:DetachInternetGateway")
                .uses(&[])
                .on(ON)
                .impact(Impact::Outage(
                    "nothing in the network reaches the internet, or is reached from it".into(),
                )),
            Change::Delete => Request::new("ec2:DeleteInternetGateway").uses(&[]).on(ON),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}

/// The VPC that an observed gateway is attached to.
fn attachment(observed: &InternetGateway) -> Option<&String> {
    observed.vpc.known().filter(|vpc| !vpc.is_empty())
}

fn nowhere(vpc: &Input<String>) -> bool {
    vpc.known().is_some_and(String::is_empty)
}
