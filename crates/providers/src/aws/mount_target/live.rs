use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};
use aws_sdk_efs::types::{LifeCycleState as State, MountTargetDescription};

use super::{Change, MountTarget, Outputs};
use crate::aws::file_system::FileSystem;
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known as value_of, not_visible_yet, required};
use crate::aws::live::pace;

const CREATE: &str = "elasticfilesystem:CreateMountTarget";
const GROUPS: &str = "elasticfilesystem:ModifyMountTargetSecurityGroups";
const DELETE: &str = "elasticfilesystem:DeleteMountTarget";
const DESCRIBE: &str = "elasticfilesystem:DescribeMountTargets";
/// It takes a minute or two to come.
const LOOK_AFTER: Duration = Duration::from_secs(5);

impl Live for MountTarget {
    type Client = Aws;

    /// Whoever made it: it is the file system's that is ours.
    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let (Some(system), Some(subnet)) = (self.file_system.known(), self.subnet.known()) else {
            return Ok(Found::Absent);
        };
        let all = described(aws, By::System(system)).await?.into_iter();
        let mut there = all.filter(|it| is_there(it) && it.subnet_id == *subnet);
        Ok(there
            .next()
            .map_or(Found::Absent, |it| Found::Ours(outputs(it))))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, groups) = futures_util::join!(
            described(aws, By::Itself(&known.id)),
            groups_of(aws, &known.id)
        );
        let (Some(there), Some(groups)) = (there?.into_iter().find(is_there), groups?) else {
            return Ok(None);
        };
        Ok(Some(Observed {
            spec: MountTarget {
                file_system: there.file_system_id.clone().into(),
                subnet: there.subnet_id.clone().into(),
                security_groups: groups.into_iter().map(Input::Known).collect(),
            },
            outputs: outputs(there),
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &Context,
        change: &Change,
        known: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let groups = |operation| {
            let groups = self.security_groups.iter();
            let groups = groups.map(|id| value_of(operation, id).cloned());
            groups.collect::<Result<Vec<_>, _>>()
        };
        match change {
            Change::Create => {
                let create = aws.efs.create_mount_target();
                let create = create.file_system_id(value_of(CREATE, &self.file_system)?);
                let create = create.subnet_id(value_of(CREATE, &self.subnet)?);
                let sent = create
                    .set_security_groups(Some(groups(CREATE)?))
                    .send()
                    .await;
                let made = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
                return Ok(Outputs {
                    id: made.mount_target_id,
                    file_system: made.file_system_id,
                });
            }
            Change::Groups => {
                let modify = aws.efs.modify_mount_target_security_groups();
                let modify = modify.mount_target_id(&required(GROUPS, known)?.id);
                let sent = modify
                    .set_security_groups(Some(groups(GROUPS)?))
                    .send()
                    .await;
                sent.map_err(|e| not_visible_yet(failure(GROUPS, e)))?;
            }
            Change::Delete => {
                let delete = aws.efs.delete_mount_target();
                let sent = delete
                    .mount_target_id(&required(DELETE, known)?.id)
                    .send()
                    .await;
                sent.map_err(|e| failure(DELETE, e))?;
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
        let there = described(aws, By::Itself(&known.id)).await?;
        let state = there.into_iter().next().map(|it| it.life_cycle_state);
        let why = match state {
            Some(State::Available) => return Ok(Readiness::Ready(known.clone())),
            Some(State::Error) => {
                let failed = Failure::new(Class::Invalid, CREATE, "error", "AWS gives no reason");
                return Ok(Readiness::Failed(failed));
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
        let there = described(aws, By::Itself(&known.id)).await?;
        let state = there.into_iter().next().map(|it| it.life_cycle_state);
        Ok(match state.filter(|it| *it != State::Deleted) {
            Some(state) => Gone::Held {
                by: format!("AWS, which is still deleting it ({})", state.as_str()),
                look_after: LOOK_AFTER,
            },
            None => Gone::Gone,
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for system in FileSystem::list(aws, stack).await? {
            let all = described(aws, By::System(&system.id)).await?;
            ours.extend(all.into_iter().filter(is_there).map(outputs));
        }
        Ok(ours)
    }
}

fn is_there(it: &MountTargetDescription) -> bool {
    !matches!(it.life_cycle_state, State::Deleting | State::Deleted)
}

fn outputs(it: MountTargetDescription) -> Outputs {
    Outputs {
        id: it.mount_target_id,
        file_system: it.file_system_id,
    }
}

enum By<'a> {
    System(&'a str),
    Itself(&'a str),
}

async fn described(aws: &Aws, by: By<'_>) -> Result<Vec<MountTargetDescription>, Failure> {
    let describe = aws.efs.describe_mount_targets();
    let describe = match by {
        By::System(id) => describe.file_system_id(id),
        By::Itself(id) => describe.mount_target_id(id),
    };
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

async fn groups_of(aws: &Aws, id: &str) -> Result<Option<Vec<String>>, Failure> {
    const OPERATION: &str = "elasticfilesystem:DescribeMountTargetSecurityGroups";
    let describe = aws.efs.describe_mount_target_security_groups();
    let sent = describe.mount_target_id(id).send().await;
    match sent.map_err(|e| failure(OPERATION, e)) {
        Ok(described) => Ok(Some(described.security_groups)),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
