//! `aws.wafv2.association`: which web ACL looks at the requests of a load balancer first.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::Input;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;

/// A web ACL before a load balancer. A balancer has one at most, and nothing else marks it: whose
/// balancer it is, his is the association.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WebAclAssociation {
    /// The ARN of the application load balancer. Cannot be changed.
    pub resource: Input<String>,
    /// The ARN of a regional web ACL. Observed, it is empty where somebody has taken theirs off: an
    /// association has no identity but its balancer's, so that one made anew could not be told
    /// from the one that went.
    pub web_acl: String,
}

/// What AWS tells of an association.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// The ARN of the load balancer.
    pub resource: String,
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `AssociateWebACL`. Another one takes the place of the first, and none twice.
    Associate,
    /// `DisassociateWebACL`. The web ACL itself stays.
    Disassociate,
}

impl Kind for WebAclAssociation {
    const NAME: &'static str = "aws.wafv2.association";
    const PATIENCE: Patience = patience::TARGETS;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let there = observed.map(|observed| &observed.spec.web_acl);
        match there == Some(&self.web_acl) {
            true => Vec::new(),
            false => vec![Change::Associate],
        }
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        match observed.spec.web_acl.is_empty() {
            true => Vec::new(), // somebody has taken it off already
            false => vec![Change::Disassociate],
        }
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let moved = self.resource != observed.spec.resource;
        Replacement::because(moved.then_some("resource")).or_none()
    }

    fn request(change: &Change) -> Request {
        // Both are asked for on the ACL and on the balancer [service authorization reference].
        match change {
            Change::Associate => Request::new("wafv2:AssociateWebACL").on("loadbalancer/app/*"),
            Change::Disassociate => Request::new("wafv2:DisassociateWebACL")
                .on("loadbalancer/app/*")
                .impact(Impact::Brief(
                    "requests come through that the web ACL would have stopped".into(),
                )),
        }
    }

    fn can_be_found(&self) -> bool {
        self.resource.known().is_some()
    }
}
