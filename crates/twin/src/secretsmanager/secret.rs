//! A secret: its versions, and the stages that point at them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::owned::Owner;
use super::refuse;
use super::value::{Sent, Value};
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// The stage of the version that is given out.
pub(super) const CURRENT: &str = "AWSCURRENT";
/// The stage of the version before that.
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";
/// Stages per version [Secrets Manager quotas].
pub(super) const STAGES: usize = 20;
/// More versions than this are not kept: old ones without a stage go [Secrets Manager guide: secret versions].
const VERSIONS: usize = 100;
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Secret {
    pub(super) name: String,
    /// The name and six random characters, so that a secret made again is another one to policies.
    pub(super) arn: String,
    pub(super) description: Option<String>,
    pub(super) created: Millis,
    /// Numbers secrets that were made at the same time.
    pub(super) ordinal: u64,
    pub(super) changed: Millis,
    pub(super) deletion: Option<Deletion>,
    pub(super) tags: Tags,
    /// The service that manages it, if one does.
    #[serde(default)]
    pub(super) owner: Option<Owner>,
    /// By id, which is the token that made it.
    pub(super) versions: BTreeMap<String, Version>,
}

/// A secret that was deleted.
#[derive(Serialize, Deserialize, Debug, Clone, Copy)]
pub(super) struct Deletion {
    /// When it is gone for good.
    pub(super) at: Millis,
    /// Deleted without recovery: nothing but its name is there any more.
    pub(super) forced: bool,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Version {
    pub(super) value: Value,
    pub(super) created: Millis,
    /// Numbers versions that were made at the same time.
    pub(super) ordinal: u64,
    pub(super) stages: BTreeSet<String>,
}

impl Secret {
    /// Whether it can be seen at all.
    pub(super) fn is_there(&self) -> bool {
        !self.deletion.is_some_and(|deletion| deletion.forced)
    }

    /// Refuses a secret that waits for its deletion.
    pub(super) fn must_live(&self) -> Result<(), Refusal> {
        match self.deletion {
            Some(_) => Err(refuse::marked()),
            None => Ok(()),
        }
    }

    /// The ARN without its six random characters.
    pub(super) fn partial_arn(&self) -> &str {
        self.arn.rsplit_once('-').map_or(&*self.arn, |(arn, _)| arn)
    }

    /// The version that bears a stage.
    pub(super) fn staged(&self, stage: &str) -> Option<(&String, &Version)> {
        self.versions
            .iter()
            .find(|(_, version)| version.stages.contains(stage))
    }

    /// Adds a version under these stages, or finds the one that the token made before. A token stands for one value
    /// [Secrets Manager API: ClientRequestToken].
    pub(super) fn add(
        &mut self,
        sent: Sent,
        stages: &[String],
        now: Millis,
    ) -> Result<String, Refusal> {
        let Sent { value, token } = sent;
        if let Some(known) = self.versions.get(&token) {
            if known.value != value {
                return Err(refuse::exists(format!(
                    "You can't use ClientRequestToken {token} because that value is already in use for a version of secret {}.",
                    self.arn
                )));
            }
            return Ok(token);
        }
        let first = self.versions.is_empty();
        let ordinal = self.versions.values().map(|it| it.ordinal + 1).max();
        let version = Version {
            value,
            created: now,
            ordinal: ordinal.unwrap_or_default(),
            stages: BTreeSet::new(),
        };
        self.versions.insert(token.clone(), version);
        for stage in stages {
            self.move_stage(stage, &token);
        }
        // The first version is the current one, whatever was asked for [Secrets Manager API: PutSecretValue].
        if first {
            self.move_stage(CURRENT, &token);
        }
        self.changed = now;
        self.prune(now);
        Ok(token)
    }

    /// Moves a stage to a version. Where AWSCURRENT was, AWSPREVIOUS is then [Secrets Manager API: PutSecretValue].
    pub(super) fn move_stage(&mut self, stage: &str, to: &str) {
        let from = self.staged(stage).map(|(id, _)| id.clone());
        if from.as_deref() == Some(to) {
            return;
        }
        self.drop_stage(stage);
        if let Some(version) = self.versions.get_mut(to) {
            version.stages.insert(stage.to_owned());
        }
        if let (CURRENT, Some(from)) = (stage, from) {
            self.drop_stage(PREVIOUS);
            if let Some(version) = self.versions.get_mut(&from) {
                version.stages.insert(PREVIOUS.to_owned());
            }
        }
    }

    pub(super) fn drop_stage(&mut self, stage: &str) {
        for version in self.versions.values_mut() {
            version.stages.remove(stage);
        }
    }

    /// Versions of the last day stay in any case [Secrets Manager guide: secret versions].
    fn prune(&mut self, now: Millis) {
        while self.versions.len() > VERSIONS {
            let old = |(_, version): &(&String, &Version)| {
                version.stages.is_empty() && version.created + DAY < now
            };
            let unused = self.versions.iter().filter(old);
            let oldest = unused.min_by_key(|(_, version)| (version.created, version.ordinal));
            let Some(id) = oldest.map(|(id, _)| id.clone()) else {
                return;
            };
            self.versions.remove(&id);
        }
    }

    /// As ListSecrets shows it; DescribeSecret calls one member by another name. LastAccessedDate, a day, is left out:
    /// reads change nothing here.
    pub(super) fn view(&self, stages_name: &str) -> Json {
        let stages: BTreeMap<&String, &BTreeSet<String>> = self
            .versions
            .iter()
            .filter(|(_, version)| !version.stages.is_empty())
            .map(|(id, version)| (id, &version.stages))
            .collect();
        let mut view = json!({
            "ARN": self.arn,
            "Name": self.name,
            "Description": self.description,
            "CreatedDate": self.created.epoch_seconds(),
            "LastChangedDate": self.changed.epoch_seconds(),
            "DeletedDate": self.deletion.map(|deletion| deletion.at.epoch_seconds()),
            "Tags": (!self.tags.is_empty()).then(|| self.tags.to_list("Key", "Value")),
            stages_name: (!stages.is_empty()).then_some(stages),
        });
        self.show_owner(&mut view);
        view
    }

    /// What most answers say.
    pub(super) fn names(&self) -> Json {
        json!({ "ARN": self.arn, "Name": self.name })
    }
}
