//! `aws.logs.log_group`: where the containers' output goes, and for how long it is kept.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::names;
use crate::aws::tags::Tags;

/// The longest name [CloudWatch Logs API: CreateLogGroup].
const NAME_MAX: usize = 512;

/// A log group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogGroup {
    /// Its name. Cannot be changed.
    pub name: String,
    /// After so many days events are dropped; 0 keeps them for ever. AWS takes certain numbers
    /// only (1, 3, 5, 7, 14, 30, 60, 90 …).
    pub retention_days: u32,
    /// The ARN of the key that events are encrypted with; CloudWatch Logs' own without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether it stays when nothing wants it any more, with all that was logged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retain: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a log group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN, without the `:*` that some answers append.
    pub arn: String,
}

impl LogGroup {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateLogGroup` with its key, which takes no retention. Names are unique.
    Create,
    /// `PutRetentionPolicy`.
    Retention,
    /// `DeleteRetentionPolicy`: keeps events for ever.
    KeepForEver,
    /// `AssociateKmsKey`: what is logged from then on is encrypted with it.
    Encrypt,
    /// `DisassociateKmsKey`: what was encrypted with the key stays so.
    ForgetKey,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteLogGroup`, with all that was logged.
    Delete,
}

impl LogGroup {
    fn retention(&self) -> Change {
        match self.retention_days {
            0 => Change::KeepForEver,
            _ => Change::Retention,
        }
    }
}

impl Kind for LogGroup {
    const NAME: &'static str = "aws.logs.log_group";
    const PATIENCE: Patience = Patience::DEFAULT;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            let retention = (self.retention_days != 0).then_some(Change::Retention);
            return [Change::Create].into_iter().chain(retention).collect();
        };
        let mut changes = Vec::new();
        if self.retention_days != observed.retention_days {
            changes.push(self.retention());
        }
        if self.key != observed.key {
            changes.push(match self.key {
                Some(_) => Change::Encrypt,
                None => Change::ForgetKey,
            });
        }
        // That it stays is told by a tag.
        let tags = self.tags.changes(&observed.tags).unwrap_or_default();
        let tag = !tags.set.is_empty() || self.retain != observed.retain;
        changes.extend(tag.then_some(Change::Tag));
        changes.extend((!tags.unset.is_empty()).then_some(Change::Untag(tags.unset)));
        changes
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        match observed.spec.retain {
            true => Vec::new(),
            false => vec![Change::Delete],
        }
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("logs:CreateLogGroup").on("log-group:{name}"),
            Change::Retention => Request::new("logs:PutRetentionPolicy").on("log-group:{name}"),
            Change::KeepForEver => {
                Request::new("logs:DeleteRetentionPolicy").on("log-group:{name}")
            }
            Change::Encrypt => Request::new("logs:AssociateKmsKey").on("log-group:{name}"),
            Change::ForgetKey => Request::new("logs:DisassociateKmsKey").on("log-group:{name}"),
            Change::Tag => Request::new("logs:TagResource").on("log-group:{name}"),
            Change::Untag(_) => Request::new("logs:UntagResource").on("log-group:{name}"),
            Change::Delete => Request::new("logs:DeleteLogGroup")
                .on("log-group:{name}")
                .impact(Impact::DataLoss("what was logged goes with it".into())),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
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

    fn group(retention_days: u32, team: &str) -> LogGroup {
        LogGroup {
            name: "/ashore/hello".into(),
            retention_days,
            key: None,
            retain: false,
            tags: Tags([("team".to_string(), team.to_string())].into()),
        }
    }

    fn observed(spec: LogGroup) -> Observed<LogGroup> {
        let outputs = Outputs {
            name: spec.name.clone(),
            arn: "arn".into(),
        };
        Observed { spec, outputs }
    }

    #[test]
    fn retention_is_a_request_of_its_own() {
        assert_eq!(
            group(30, "a").changes(None),
            [Change::Create, Change::Retention]
        );
        assert_eq!(group(0, "a").changes(None), [Change::Create]);
    }

    #[test]
    fn every_difference_has_its_request() {
        let there = observed(group(30, "a"));
        for (wanted, changes) in [
            (group(30, "a"), vec![]),
            (group(7, "a"), vec![Change::Retention]),
            (group(0, "a"), vec![Change::KeepForEver]),
            (group(30, "b"), vec![Change::Tag]),
        ] {
            assert_eq!(wanted.changes(Some(&there)), changes, "{wanted:?}");
        }
        let bare = LogGroup {
            tags: Tags::default(),
            ..group(30, "a")
        };
        assert_eq!(
            bare.changes(Some(&there)),
            [Change::Untag(vec!["team".into()])]
        );
    }

    #[test]
    fn a_key_comes_with_the_group_and_goes_by_itself() {
        let encrypted = LogGroup {
            key: Some("arn:key".into()),
            ..group(0, "a")
        };
        assert_eq!(encrypted.changes(None), [Change::Create]);
        let plain = observed(group(0, "a"));
        assert_eq!(encrypted.changes(Some(&plain)), [Change::Encrypt]);
        let there = observed(encrypted);
        assert_eq!(group(0, "a").changes(Some(&there)), [Change::ForgetKey]);
    }

    #[test]
    fn what_is_retained_stays() {
        let retained = LogGroup {
            retain: true,
            ..group(30, "a")
        };
        let there = observed(group(30, "a"));
        assert_eq!(retained.changes(Some(&there)), [Change::Tag]);
        assert_eq!(LogGroup::removal(&there), [Change::Delete]);
        let there = observed(retained);
        assert_eq!(LogGroup::removal(&there), []);
        assert_eq!(group(30, "a").changes(Some(&there)), [Change::Tag]);
    }

    #[test]
    fn another_name_is_another_group() {
        let mut wanted = group(30, "a");
        wanted.name = "/ashore/bye".into();
        let replaced = wanted.replaced_by(&observed(group(30, "a")));
        assert_eq!(replaced, Some(Replacement::because(["name"])));
    }
}
