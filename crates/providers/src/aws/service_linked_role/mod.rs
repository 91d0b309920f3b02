//! `aws.iam.service_linked_role`: the role by which an AWS service acts in the account. It is the
//! account's, not a stack's: made where it is missing, never changed, never deleted.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::Output;
use ashore_engine::kind::{Kind, Observed, Patience, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;

/// A service-linked role.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ServiceLinkedRole {
    /// The service that assumes it, `ecs.amazonaws.com`.
    pub service: String,
}

/// What AWS tells of a service-linked role.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `AWSServiceRoleFor…`; AWS chooses it.
    pub name: String,
    /// `arn:…:role/aws-service-role/…`.
    pub arn: String,
}

impl ServiceLinkedRole {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateServiceLinkedRole`. `CreateRole` cannot make it.
    Create,
}

impl Kind for ServiceLinkedRole {
    const NAME: &'static str = "aws.iam.service_linked_role";
    const PATIENCE: Patience = patience::IAM;
    const LOOKS_BEFORE: bool = true;
    const SHARED: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        match observed {
            Some(_) => Vec::new(),
            None => vec![Change::Create],
        }
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        Vec::new() // everybody's who uses the service in this account
    }

    fn request(Change::Create: &Change) -> Request {
        Request::new("iam:CreateServiceLinkedRole").on("role/aws-service-role/*")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_where_it_is_missing_and_never_taken_away() {
        let spec = ServiceLinkedRole {
            service: "ecs.amazonaws.com".into(),
        };
        let observed = Observed {
            spec: spec.clone(),
            outputs: Outputs {
                name: "AWSServiceRoleForECS".into(),
                arn: "arn".into(),
            },
        };
        assert_eq!(spec.changes(None), [Change::Create]);
        assert_eq!(spec.changes(Some(&observed)), []);
        assert_eq!(ServiceLinkedRole::removal(&observed), []);
    }
}
