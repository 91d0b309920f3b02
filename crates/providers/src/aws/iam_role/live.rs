use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_iam::types::Tag;
use futures_util::future::try_join_all;
use serde_json::Value;

use super::{Change, Outputs, Role, policy, profiles};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, marked, of_stack};

// Ready at once: when it has spread nobody can tell, and who is refused because of it asks again.
impl Live for Role {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(role) = got(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs_of(&role),
            &tag_map(role.tags),
            &cx.mark,
            &format!("the role `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let name = &outputs.name;
        let (role, attached, inline) =
            futures_util::join!(got(aws, name), attached(aws, name), inline(aws, name));
        let Some(role) = role? else { return Ok(None) };
        let (Some(managed_policies), Some(inline_policies)) = (attached?, inline?) else {
            return Ok(None);
        };
        let outputs = outputs_of(&role);
        let tags = tag_map(role.tags);
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        let trust = required("iam:GetRole", role.assume_role_policy_document)?;
        Ok(Some(Observed {
            spec: Role {
                name: role.role_name,
                trust: required("iam:GetRole", policy::decoded(&trust))?,
                managed_policies,
                inline_policies,
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
        if *change == Change::Create {
            return create(self, aws, cx).await;
        }
        let outputs = required("iam:Role", outputs)?;
        let (iam, name) = (&aws.iam, &outputs.name);
        match change {
            Change::Create => {}
            Change::Trust => {
                let update = iam.update_assume_role_policy().role_name(name);
                let updated = update.policy_document(self.trust.to_string()).send().await;
                updated.map_err(|e| not_visible_yet(failure("iam:UpdateAssumeRolePolicy", e)))?;
            }
            Change::Attach(arn) => {
                let attach = iam.attach_role_policy().role_name(name).policy_arn(arn);
                let attached = attach.send().await;
                attached.map_err(|e| unless_policy(failure("iam:AttachRolePolicy", e)))?;
            }
            Change::Detach(arn) => {
                let detach = iam.detach_role_policy().role_name(name).policy_arn(arn);
                let detached = detach.send().await;
                ignoring_gone(detached.map_err(|e| failure("iam:DetachRolePolicy", e)))?;
            }
            Change::Put(policy) => {
                let document = required("iam:PutRolePolicy", self.inline_policies.get(policy))?;
                let put = iam.put_role_policy().role_name(name).policy_name(policy);
                let put = put.policy_document(document.to_string()).send().await;
                put.map_err(|e| not_visible_yet(failure("iam:PutRolePolicy", e)))?;
            }
            Change::Drop(policy) => {
                let delete = iam.delete_role_policy().role_name(name).policy_name(policy);
                let deleted = delete.send().await;
                ignoring_gone(deleted.map_err(|e| failure("iam:DeleteRolePolicy", e)))?;
            }
            Change::Tag => {
                let tags = sdk_tags("iam:TagRole", &self.tags.marked(&cx.mark))?;
                let tag = iam.tag_role().role_name(name).set_tags(Some(tags));
                let tagged = tag.send().await;
                tagged.map_err(|e| not_visible_yet(failure("iam:TagRole", e)))?;
            }
            Change::Untag(keys) => {
                let untag = iam.untag_role().role_name(name);
                let untagged = untag.set_tag_keys(Some(keys.clone())).send().await;
                untagged.map_err(|e| not_visible_yet(failure("iam:UntagRole", e)))?;
            }
            Change::Delete => {
                let deleted = iam.delete_role().role_name(name).send().await;
                if let Err(error) = deleted {
                    let refused = failure("iam:DeleteRole", error);
                    return Err(profiles::named(aws, cx, name, refused).await);
                }
            }
        }
        Ok(outputs.clone())
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut roles = aws.iam.list_roles().into_paginator().items().send();
        let mut ours = Vec::new();
        while let Some(role) = roles.next().await {
            let role = role.map_err(|e| failure("iam:ListRoles", e))?;
            // Lists leave out the tags, and the names of ours begin with the stack's
            // [IAM API: ListRoles].
            if !role.role_name.starts_with(&stack.to_string()) {
                continue;
            }
            if let Some(role) = got(aws, &role.role_name).await? {
                let outputs = outputs_of(&role);
                ours.extend(of_stack(&tag_map(role.tags), stack).then_some(outputs));
            }
        }
        Ok(ours)
    }
}

async fn create(spec: &Role, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
    const OPERATION: &str = "iam:CreateRole";
    let tags = sdk_tags(OPERATION, &spec.tags.marked(&cx.mark))?;
    let create = aws.iam.create_role().role_name(&spec.name);
    let create = create.assume_role_policy_document(spec.trust.to_string());
    let created = create.set_tags(Some(tags)).send().await;
    let role = created.map_err(|e| failure(OPERATION, e))?.role;
    Ok(outputs_of(&required(OPERATION, role)?))
}

fn outputs_of(role: &aws_sdk_iam::types::Role) -> Outputs {
    Outputs {
        name: role.role_name.clone(),
        arn: role.arn.clone(),
    }
}

/// None if there is no such role.
async fn got(aws: &Aws, name: &str) -> Result<Option<aws_sdk_iam::types::Role>, Failure> {
    let got = aws.iam.get_role().role_name(name).send().await;
    match got.map_err(|e| failure("iam:GetRole", e)) {
        Ok(got) => required("iam:GetRole", got.role).map(Some),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// None if there is no such role.
async fn attached(aws: &Aws, name: &str) -> Result<Option<BTreeSet<String>>, Failure> {
    let list = aws.iam.list_attached_role_policies().role_name(name);
    let listed: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
    match listed.map_err(|e| failure("iam:ListAttachedRolePolicies", e)) {
        Ok(policies) => Ok(Some(
            policies
                .into_iter()
                .filter_map(|policy| policy.policy_arn)
                .collect(),
        )),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// None if there is no such role.
async fn inline(aws: &Aws, name: &str) -> Result<Option<BTreeMap<String, Value>>, Failure> {
    let list = aws.iam.list_role_policies().role_name(name);
    let listed: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
    let policies = match listed.map_err(|e| failure("iam:ListRolePolicies", e)) {
        Ok(policies) => policies,
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    let documents = policies.into_iter().map(|policy| async move {
        let get = aws.iam.get_role_policy().role_name(name);
        let got = get.policy_name(&policy).send().await;
        let got = got.map_err(|e| failure("iam:GetRolePolicy", e))?;
        let document = policy::decoded(&got.policy_document);
        Ok::<_, Failure>((policy, required("iam:GetRolePolicy", document)?))
    });
    Ok(Some(try_join_all(documents).await?.into_iter().collect()))
}

pub(super) fn tag_map(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
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

/// That the role is not seen yet clears by itself; that there is no such policy does not.
fn unless_policy(failure: Failure) -> Failure {
    if failure.class == Class::Gone && failure.message.starts_with("Policy ") {
        return Failure {
            class: Class::Invalid,
            ..failure
        };
    }
    not_visible_yet(failure)
}

/// What was to be taken off is off already, in an update as in a removal.
fn ignoring_gone<T>(sent: Result<T, Failure>) -> Result<(), Failure> {
    match sent {
        Err(error) if error.class != Class::Gone => Err(error),
        _ => Ok(()),
    }
}
