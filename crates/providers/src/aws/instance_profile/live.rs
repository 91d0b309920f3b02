use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_iam::types::{InstanceProfile as Described, Tag};

use super::{Change, InstanceProfile, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, marked, of_stack};

const CREATE: &str = "iam:CreateInstanceProfile";
const ADD: &str = "iam:AddRoleToInstanceProfile";
const REMOVE: &str = "iam:RemoveRoleFromInstanceProfile";
const GET: &str = "iam:GetInstanceProfile";
const TAG: &str = "iam:TagInstanceProfile";
const UNTAG: &str = "iam:UntagInstanceProfile";
const DELETE: &str = "iam:DeleteInstanceProfile";

// Ready at once: when it has spread nobody can tell, and who is refused because of it asks again.
impl Live for InstanceProfile {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(profile) = got(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs_of(&profile),
            &tag_map(profile.tags),
            &cx.mark,
            &format!("the instance profile `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let Some(profile) = got(aws, &outputs.name).await? else {
            return Ok(None);
        };
        let outputs = outputs_of(&profile);
        let tags = tag_map(profile.tags);
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        Ok(Some(Observed {
            spec: InstanceProfile {
                name: outputs.name.clone(),
                role: Input::Known(outputs.role.clone().unwrap_or_default()),
                tags: Tags::observed(tags),
            },
            outputs,
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let iam = &aws.iam;
        if *change == Change::Create {
            let tags = sdk_tags(CREATE, &self.tags.marked(&cx.mark))?;
            let create = iam.create_instance_profile();
            let create = create.instance_profile_name(&self.name);
            let sent = create.set_tags(Some(tags)).send().await;
            let made = sent.map_err(|e| failure(CREATE, e))?.instance_profile;
            return Ok(outputs_of(&required(CREATE, made)?));
        }
        let mut outputs = required("iam:InstanceProfile", outputs)?.clone();
        let name = outputs.name.clone();
        match change {
            Change::Create => {}
            Change::Add => {
                let role = known(ADD, &self.role)?;
                let add = iam.add_role_to_instance_profile();
                let sent = add.instance_profile_name(name).role_name(role).send().await;
                sent.map_err(|e| not_visible_yet(failure(ADD, e)))?;
                outputs.role = Some(role.clone());
            }
            Change::Remove(role) => {
                let remove = iam.remove_role_from_instance_profile();
                let remove = remove.instance_profile_name(name).role_name(role);
                match remove.send().await.map_err(|e| failure(REMOVE, e)) {
                    Err(error) if error.class != Class::Gone => return Err(error),
                    _ => outputs.role = None,
                }
            }
            Change::Tag => {
                let tags = sdk_tags(TAG, &self.tags.marked(&cx.mark))?;
                let tag = iam.tag_instance_profile().instance_profile_name(name);
                let sent = tag.set_tags(Some(tags)).send().await;
                sent.map_err(|e| not_visible_yet(failure(TAG, e)))?;
            }
            Change::Untag(keys) => {
                let untag = iam.untag_instance_profile().instance_profile_name(name);
                let sent = untag.set_tag_keys(Some(keys.clone())).send().await;
                sent.map_err(|e| not_visible_yet(failure(UNTAG, e)))?;
            }
            Change::Delete => {
                let delete = iam.delete_instance_profile().instance_profile_name(name);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
            }
        }
        Ok(outputs)
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        const LIST: &str = "iam:ListInstanceProfiles";
        let mut all = aws
            .iam
            .list_instance_profiles()
            .into_paginator()
            .items()
            .send();
        let mut ours = Vec::new();
        while let Some(profile) = all.next().await {
            let name = profile.map_err(|e| failure(LIST, e))?.instance_profile_name;
            // Lists leave out the tags, and the names of ours begin with the stack's.
            if !name.starts_with(&stack.to_string()) {
                continue;
            }
            if let Some(profile) = got(aws, &name).await? {
                let outputs = outputs_of(&profile);
                ours.extend(of_stack(&tag_map(profile.tags), stack).then_some(outputs));
            }
        }
        Ok(ours)
    }
}

fn outputs_of(profile: &Described) -> Outputs {
    Outputs {
        name: profile.instance_profile_name.clone(),
        arn: profile.arn.clone(),
        role: profile.roles.first().map(|role| role.role_name.clone()),
    }
}

/// None if there is no such profile.
async fn got(aws: &Aws, name: &str) -> Result<Option<Described>, Failure> {
    let get = aws.iam.get_instance_profile().instance_profile_name(name);
    match get.send().await.map_err(|e| failure(GET, e)) {
        Ok(got) => required(GET, got.instance_profile).map(Some),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn tag_map(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    let pair = |tag: Tag| (tag.key, tag.value);
    tags.unwrap_or_default().into_iter().map(pair).collect()
}

fn sdk_tags(operation: &'static str, tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, Failure> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.iter()
        .map(tag)
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::internal(operation, &error))
}
