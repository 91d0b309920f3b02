//! `aws.iam.role`: whom a task is when it calls AWS, and what it may.

#[cfg(feature = "live")]
mod live;
pub(crate) mod policy;
#[cfg(feature = "live")]
mod profiles;

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [IAM user guide: quotas].
const NAME_MAX: usize = 64;

/// A role.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Role {
    /// Its name, unique in the account. Cannot be changed.
    pub name: String,
    /// Who may assume it: a policy document.
    pub trust: Value,
    /// ARNs of the managed policies on it: these and no others.
    pub managed_policies: BTreeSet<String>,
    /// Policy documents in it, by name: these and no others.
    pub inline_policies: BTreeMap<String, Value>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a role.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl Role {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateRole`. Names are unique: a lost one is found again by its name.
    Create,
    /// `UpdateAssumeRolePolicy`.
    Trust,
    /// `AttachRolePolicy`, of this ARN.
    Attach(String),
    /// `DetachRolePolicy`, of this ARN.
    Detach(String),
    /// `PutRolePolicy`, of this name.
    Put(String),
    /// `DeleteRolePolicy`, of this name.
    Drop(String),
    /// `TagRole`.
    Tag,
    /// `UntagRole`.
    Untag(Vec<String>),
    /// `DeleteRole`, which must be bare by then.
    Delete,
}

impl Role {
    /// Adds come before removals: nothing that is allowed now and then is refused in between.
    fn policies(&self, before: &BTreeSet<String>, inline: &BTreeMap<String, Value>) -> Vec<Change> {
        let differs = |(name, document): &(&String, &Value)| {
            !inline
                .get(*name)
                .is_some_and(|there| policy::same(document, there))
        };
        let attach = self.managed_policies.difference(before).cloned();
        let put = self.inline_policies.iter().filter(differs);
        let detach = before.difference(&self.managed_policies).cloned();
        let unwanted = |name: &&String| !self.inline_policies.contains_key(*name);
        let drop = inline.keys().filter(unwanted);
        attach
            .map(Change::Attach)
            .chain(put.map(|(name, _)| Change::Put(name.clone())))
            .chain(detach.map(Change::Detach))
            .chain(drop.map(|name| Change::Drop(name.clone())))
            .collect()
    }
}

impl Kind for Role {
    const NAME: &'static str = "aws.iam.role";
    const PATIENCE: Patience = patience::IAM;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            let mut changes = vec![Change::Create];
            changes.extend(self.policies(&BTreeSet::new(), &BTreeMap::new()));
            return changes;
        };
        let mut changes = Vec::new();
        if !policy::same(&self.trust, &observed.trust) {
            changes.push(Change::Trust);
        }
        changes.extend(self.policies(&observed.managed_policies, &observed.inline_policies));
        changes.extend(
            self.tags
                .requests(&observed.tags, Change::Tag, Change::Untag),
        );
        changes
    }

    /// A role with policies cannot be deleted [IAM API: DeleteRole].
    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let spec = &observed.spec;
        let detach = spec.managed_policies.iter().cloned().map(Change::Detach);
        let drop = spec.inline_policies.keys().cloned().map(Change::Drop);
        detach.chain(drop).chain([Change::Delete]).collect()
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        let less = || Impact::Brief("tasks that rely on this permission lose it".into());
        match change {
            Change::Create => Request::new("iam:CreateRole"),
            Change::Trust => Request::new("iam:UpdateAssumeRolePolicy"),
            Change::Attach(_) => Request::new("iam:AttachRolePolicy"),
            Change::Detach(_) => Request::new("iam:DetachRolePolicy").impact(less()),
            Change::Put(_) => Request::new("iam:PutRolePolicy"),
            Change::Drop(_) => Request::new("iam:DeleteRolePolicy").impact(less()),
            Change::Tag => Request::new("iam:TagRole"),
            Change::Untag(_) => Request::new("iam:UntagRole"),
            Change::Delete => Request::new("iam:DeleteRole"),
        }
        .on("role/{name}")
    }

    /// What differs from ours in its wording only is put in our words: no plan shows it, and no
    /// undo takes it for somebody else's edit.
    fn owned(mut self, by: &[&Self]) -> Self {
        for spec in by {
            if policy::same(&self.trust, &spec.trust) {
                self.trust = spec.trust.clone();
            }
            for (name, document) in &mut self.inline_policies {
                if let Some(ours) = spec.inline_policies.get(name)
                    && policy::same(document, ours)
                {
                    *document = ours.clone();
                }
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn role() -> Role {
        Role {
            name: "hello-default-task".into(),
            trust: json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }]}),
            managed_policies: ["arn:a".to_string()].into(),
            inline_policies: [("uses".to_string(), document("s3:GetObject"))].into(),
            tags: Tags([("team".to_string(), "a".to_string())].into()),
        }
    }

    fn document(action: &str) -> Value {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": [action], "Resource": "*"},
        ]})
    }

    fn observed(spec: Role) -> Observed<Role> {
        let outputs = Outputs {
            name: spec.name.clone(),
            arn: "arn".into(),
        };
        Observed { spec, outputs }
    }

    #[test]
    fn a_role_is_made_bare_and_filled_and_emptied_before_it_goes() {
        assert_eq!(
            role().changes(None),
            [
                Change::Create,
                Change::Attach("arn:a".into()),
                Change::Put("uses".into()),
            ]
        );
        assert_eq!(
            Role::removal(&observed(role())),
            [
                Change::Detach("arn:a".into()),
                Change::Drop("uses".into()),
                Change::Delete,
            ]
        );
    }

    #[test]
    fn every_difference_has_its_request() {
        type Edit = fn(&mut Role);
        let rows: [(Edit, Vec<Change>); 6] = [
            (|_| {}, vec![]),
            (
                |role| role.trust["Statement"][0]["Effect"] = json!("Deny"),
                vec![Change::Trust],
            ),
            (
                |role| role.managed_policies = ["arn:b".to_string()].into(),
                vec![
                    Change::Attach("arn:b".into()),
                    Change::Detach("arn:a".into()),
                ],
            ),
            (
                |role| {
                    role.inline_policies
                        .insert("uses".into(), document("s3:PutObject"));
                },
                vec![Change::Put("uses".into())],
            ),
            (
                |role| role.inline_policies.clear(),
                vec![Change::Drop("uses".into())],
            ),
            (
                |role| role.tags = Tags::default(),
                vec![Change::Untag(vec!["team".into()])],
            ),
        ];
        for (edit, changes) in rows {
            let mut wanted = role();
            edit(&mut wanted);
            assert_eq!(wanted.changes(Some(&observed(role()))), changes);
            assert_eq!(wanted.replaced_by(&observed(role())), None);
        }
    }

    #[test]
    fn another_name_is_another_role() {
        let mut wanted = role();
        wanted.at_generation(2);
        assert_eq!(wanted.name, "hello-default-task-g2");
        assert_eq!(
            wanted.replaced_by(&observed(role())),
            Some(Replacement::because(["name"]))
        );
    }

    #[test]
    fn another_wording_is_put_in_ours() {
        let mut theirs = role();
        theirs.trust["Statement"] = json!({
            "Effect": "Allow",
            "Principal": {"Service": ["ecs-tasks.amazonaws.com"]},
            "Action": ["sts:AssumeRole"],
        });
        assert_eq!(role().changes(Some(&observed(theirs.clone()))), []);
        assert_eq!(theirs.owned(&[&role()]), role());
    }
}
