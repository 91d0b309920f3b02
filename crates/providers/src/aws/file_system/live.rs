use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};
use aws_sdk_efs::types::{
    BackupPolicy, FileSystemDescription, LifeCycleState as State, LifecyclePolicy, Status,
    TransitionToIaRules, TransitionToPrimaryStorageClassRules,
};

use super::{Change, FileSystem, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::efs::{self, tag_map};
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::pace;
use crate::aws::removal::Removal;
use crate::aws::tags::{Tags, bears, of_stack};

const CREATE: &str = "elasticfilesystem:CreateFileSystem";
const UPDATE: &str = "elasticfilesystem:UpdateFileSystem";
const LIFECYCLE: &str = "elasticfilesystem:PutLifecycleConfiguration";
const BACKUP: &str = "elasticfilesystem:PutBackupPolicy";
const DELETE: &str = "elasticfilesystem:DeleteFileSystem";
const DESCRIBE: &str = "elasticfilesystem:DescribeFileSystems";
/// It is there within seconds.
const LOOK_AFTER: Duration = Duration::from_secs(2);

impl Live for FileSystem {
    type Client = Aws;

    /// By its marks. The token of its create would find it too, but not one that was taken over from another stack.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let all = described(aws, None).await?;
        let mut ours = all
            .into_iter()
            .filter(|it| is_there(it) && bears(&tag_map(Some(it.tags.clone())), &cx.mark));
        Ok(match ours.next() {
            Some(ours) => Found::Ours(outputs(aws, &ours)),
            None => Found::Absent,
        })
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, archive, backup) = futures_util::join!(
            described(aws, Some(&known.id)),
            archive_days(aws, &known.id),
            backed_up(aws, &known.id)
        );
        let Some(there) = there?.into_iter().find(is_there) else {
            return Ok(None);
        };
        let tags = tag_map(Some(there.tags.clone()));
        let mode = there.throughput_mode.as_ref();
        Ok(Some(Observed {
            outputs: outputs(aws, &there),
            spec: FileSystem {
                encrypted: there.encrypted.unwrap_or(false),
                throughput: mode.map(|it| it.as_str().to_string()).unwrap_or_default(),
                archive_days: archive?,
                backup: backup?,
                removal: Removal::of(&tags),
                tags: Tags::observed(tags),
            },
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        known: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let id = |operation| required(operation, known).map(|it| it.id.clone());
        match change {
            Change::Create => {
                let tags = self.removal.tag(self.tags.marked(&cx.mark));
                let create = aws.efs.create_file_system();
                let create = create.creation_token(cx.mark.token("create"));
                let create = create.encrypted(self.encrypted).backup(self.backup);
                let create = create.throughput_mode(self.throughput.as_str().into());
                let sent = create.set_tags(Some(efs::sdk_tags(tags)?)).send().await;
                let made = sent.map_err(|e| failure(CREATE, e))?;
                let arn = made.file_system_arn;
                let arn = arn.unwrap_or_else(|| arn_of(aws, &made.file_system_id));
                return Ok(Outputs {
                    id: made.file_system_id,
                    arn,
                });
            }
            Change::Throughput => {
                let update = aws.efs.update_file_system().file_system_id(id(UPDATE)?);
                let update = update.throughput_mode(self.throughput.as_str().into());
                let sent = update.send().await;
                sent.map_err(|e| not_visible_yet(failure(UPDATE, e)))?;
            }
            Change::Lifecycle => {
                let put = aws.efs.put_lifecycle_configuration();
                let put = put.file_system_id(id(LIFECYCLE)?);
                let put = put.set_lifecycle_policies(Some(policies(self.archive_days)));
                let sent = put.send().await;
                sent.map_err(|e| not_visible_yet(failure(LIFECYCLE, e)))?;
            }
            Change::Backup => {
                let status = match self.backup {
                    true => Status::Enabled,
                    false => Status::Disabled,
                };
                let policy = BackupPolicy::builder().status(status).build();
                let policy = policy.map_err(|error| Failure::internal(BACKUP, &error))?;
                let put = aws.efs.put_backup_policy().file_system_id(id(BACKUP)?);
                let sent = put.backup_policy(policy).send().await;
                sent.map_err(|e| not_visible_yet(failure(BACKUP, e)))?;
            }
            Change::Tag => {
                let tags = self.removal.tag(self.tags.marked(&cx.mark));
                efs::tag(aws, &id(efs::TAG)?, tags).await?;
            }
            Change::Untag(keys) => efs::untag(aws, &id(efs::UNTAG)?, keys).await?,
            Change::Delete => {
                let delete = aws.efs.delete_file_system().file_system_id(id(DELETE)?);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
            }
        }
        required("elasticfilesystem:answer", known.cloned())
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let there = described(aws, Some(&known.id)).await?.into_iter().next();
        let why = match there.map(|it| it.life_cycle_state) {
            Some(State::Available | State::Updating) => {
                return Ok(Readiness::Ready(known.clone()));
            }
            Some(state) => state.as_str().to_string(),
            None => "not visible yet".to_string(),
        };
        Ok(Readiness::Pending {
            outputs: known.clone(),
            why,
            look_after: pace::look_after(cx.waited, LOOK_AFTER),
        })
    }

    async fn gone(aws: &Aws, known: &Outputs) -> Result<Gone, Failure> {
        let there = described(aws, Some(&known.id)).await?.into_iter().next();
        let state = there.map(|it| it.life_cycle_state);
        Ok(match state.filter(|it| *it != State::Deleted) {
            Some(state) => Gone::Held {
                by: format!("AWS, which is still deleting it ({})", state.as_str()),
                look_after: LOOK_AFTER,
            },
            None => Gone::Gone,
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, None).await?.into_iter();
        let ours =
            all.filter(|it| is_there(it) && of_stack(&tag_map(Some(it.tags.clone())), stack));
        Ok(ours.map(|it| outputs(aws, &it)).collect())
    }
}

fn is_there(it: &FileSystemDescription) -> bool {
    !matches!(it.life_cycle_state, State::Deleting | State::Deleted)
}

fn outputs(aws: &Aws, it: &FileSystemDescription) -> Outputs {
    let arn = it.file_system_arn.clone();
    Outputs {
        id: it.file_system_id.clone(),
        arn: arn.unwrap_or_else(|| arn_of(aws, &it.file_system_id)),
    }
}

fn arn_of(aws: &Aws, id: &str) -> String {
    aws.arn("elasticfilesystem", &format!("file-system/{id}"))
}

/// That file system, or all.
async fn described(aws: &Aws, id: Option<&str>) -> Result<Vec<FileSystemDescription>, Failure> {
    let describe = aws.efs.describe_file_systems();
    let describe = describe.set_file_system_id(id.map(str::to_string));
    let mut all = describe.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(one) = all.next().await {
        match one.map_err(|e| failure(DESCRIBE, e)) {
            Ok(one) => found.push(one),
            Err(error) if error.class == Class::Gone => break,
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Days and EFS's words for them [EFS API: LifecyclePolicy TransitionToIA].
const ARCHIVE: [(u32, TransitionToIaRules); 9] = [
    (1, TransitionToIaRules::After1Day),
    (7, TransitionToIaRules::After7Days),
    (14, TransitionToIaRules::After14Days),
    (30, TransitionToIaRules::After30Days),
    (60, TransitionToIaRules::After60Days),
    (90, TransitionToIaRules::After90Days),
    (180, TransitionToIaRules::After180Days),
    (270, TransitionToIaRules::After270Days),
    (365, TransitionToIaRules::After365Days),
];

fn policies(days: Option<u32>) -> Vec<LifecyclePolicy> {
    let rule = ARCHIVE.into_iter().find(|(known, _)| Some(*known) == days);
    let Some((_, rule)) = rule else {
        return Vec::new();
    };
    let policy = LifecyclePolicy::builder;
    vec![
        policy().transition_to_ia(rule).build(),
        policy()
            .transition_to_primary_storage_class(TransitionToPrimaryStorageClassRules::After1Access)
            .build(),
    ]
}

async fn archive_days(aws: &Aws, id: &str) -> Result<Option<u32>, Failure> {
    const OPERATION: &str = "elasticfilesystem:DescribeLifecycleConfiguration";
    let describe = aws.efs.describe_lifecycle_configuration();
    let sent = describe.file_system_id(id).send().await;
    let policies = match sent.map_err(|e| failure(OPERATION, e)) {
        Ok(described) => described.lifecycle_policies.unwrap_or_default(),
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    let rules: Vec<_> = policies
        .iter()
        .filter_map(|it| it.transition_to_ia.as_ref())
        .collect();
    let days = ARCHIVE.into_iter().find(|(_, rule)| rules.contains(&rule));
    Ok(days.map(|(days, _)| days))
}

async fn backed_up(aws: &Aws, id: &str) -> Result<bool, Failure> {
    const OPERATION: &str = "elasticfilesystem:DescribeBackupPolicy";
    let describe = aws.efs.describe_backup_policy().file_system_id(id);
    match describe.send().await.map_err(|e| failure(OPERATION, e)) {
        Ok(described) => {
            let status = described.backup_policy.map(|it| it.status);
            Ok(matches!(status, Some(Status::Enabled | Status::Enabling)))
        }
        // `PolicyNotFound`: it never had one.
        Err(error) if error.class == Class::Gone => Ok(false),
        Err(error) => Err(error),
    }
}
