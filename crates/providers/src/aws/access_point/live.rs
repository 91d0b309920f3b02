use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed, Readiness};
use aws_sdk_efs::types::{
    AccessPointDescription, CreationInfo, LifeCycleState as State, PosixUser, RootDirectory,
};

use super::{AccessPoint, Change, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::efs::{self, tag_map};
use crate::aws::live::failure::{failure, known as value_of, not_visible_yet, required};
use crate::aws::live::pace;
use crate::aws::tags::{Tags, bears, of_stack};

const CREATE: &str = "elasticfilesystem:CreateAccessPoint";
const DELETE: &str = "elasticfilesystem:DeleteAccessPoint";
const DESCRIBE: &str = "elasticfilesystem:DescribeAccessPoints";
/// What may be done in the directory: all by its user, reading by others.
const PERMISSIONS: &str = "0755";
/// It is there within seconds.
const LOOK_AFTER: Duration = Duration::from_secs(2);

impl Live for AccessPoint {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let all = described(aws, None).await?.into_iter();
        let mut ours = all.filter(|it| is_there(it) && bears(&tag_map(it.tags.clone()), &cx.mark));
        match ours.next() {
            Some(ours) => Ok(Found::Ours(outputs(&ours)?)),
            None => Ok(Found::Absent),
        }
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let all = described(aws, Some(&known.id)).await?;
        let Some(there) = all.into_iter().find(is_there) else {
            return Ok(None);
        };
        let user = there.posix_user.as_ref();
        let number =
            |number: Option<i64>| number.and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
        let root = there.root_directory.as_ref();
        Ok(Some(Observed {
            outputs: outputs(&there)?,
            spec: AccessPoint {
                file_system: there.file_system_id.clone().unwrap_or_default().into(),
                path: root.and_then(|it| it.path.clone()).unwrap_or_default(),
                uid: number(user.map(|it| it.uid)),
                gid: number(user.map(|it| it.gid)),
                tags: Tags::observed(tag_map(there.tags.clone())),
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
        match change {
            Change::Create => return self.create(aws, cx).await,
            Change::Tag => {
                let id = &required(efs::TAG, known)?.id;
                efs::tag(aws, id, self.tags.marked(&cx.mark)).await?;
            }
            Change::Untag(keys) => efs::untag(aws, &required(efs::UNTAG, known)?.id, keys).await?,
            Change::Delete => {
                let delete = aws.efs.delete_access_point();
                let sent = delete
                    .access_point_id(&required(DELETE, known)?.id)
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
        let there = described(aws, Some(&known.id)).await?.into_iter().next();
        let why = match there.and_then(|it| it.life_cycle_state) {
            Some(State::Available) => return Ok(Readiness::Ready(known.clone())),
            Some(state) => state.as_str().to_string(),
            None => "not visible yet".to_string(),
        };
        Ok(Readiness::Pending {
            outputs: known.clone(),
            why,
            look_after: pace::look_after(cx.waited, LOOK_AFTER),
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, None).await?.into_iter();
        let ours = all.filter(|it| is_there(it) && of_stack(&tag_map(it.tags.clone()), stack));
        ours.map(|it| outputs(&it)).collect()
    }
}

impl AccessPoint {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let internal = |error| Failure::internal(CREATE, &error);
        let (uid, gid) = (i64::from(self.uid), i64::from(self.gid));
        let user = PosixUser::builder().uid(uid).gid(gid).build();
        let owner = CreationInfo::builder().owner_uid(uid).owner_gid(gid);
        let owner = owner.permissions(PERMISSIONS).build().map_err(internal)?;
        let root = RootDirectory::builder().path(&self.path);
        let root = root.creation_info(owner).build();
        let create = aws.efs.create_access_point();
        let create = create.client_token(cx.mark.token("create"));
        let create = create.file_system_id(value_of(CREATE, &self.file_system)?);
        let create = create
            .posix_user(user.map_err(internal)?)
            .root_directory(root);
        let tags = efs::sdk_tags(self.tags.marked(&cx.mark))?;
        let sent = create.set_tags(Some(tags)).send().await;
        let made = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        Ok(Outputs {
            id: required(CREATE, made.access_point_id)?,
            arn: required(CREATE, made.access_point_arn)?,
        })
    }
}

fn is_there(it: &AccessPointDescription) -> bool {
    let state = it.life_cycle_state.as_ref();
    !matches!(state, Some(State::Deleting | State::Deleted))
}

fn outputs(it: &AccessPointDescription) -> Result<Outputs, Failure> {
    Ok(Outputs {
        id: required(DESCRIBE, it.access_point_id.clone())?,
        arn: required(DESCRIBE, it.access_point_arn.clone())?,
    })
}

/// That access point, or all.
async fn described(aws: &Aws, id: Option<&str>) -> Result<Vec<AccessPointDescription>, Failure> {
    let describe = aws.efs.describe_access_points();
    let describe = describe.set_access_point_id(id.map(str::to_string));
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
