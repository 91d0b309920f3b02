//! Instance profiles, which hold a role: EC2 instances get it through them.

use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::Context;

use super::live::tag_map;
use crate::aws::live::Aws;
use crate::aws::live::failure::failure;
use crate::aws::tags::of_stack;

/// A refused deletion with the names of the profiles that hold the role, if that is why. What is
/// not this stack's never lets go by itself, and waiting for it is of no use [IAM API:
/// DeleteRole].
pub(super) async fn named(aws: &Aws, cx: &Context, role: &str, refused: Failure) -> Failure {
    if refused.class != Class::Dependency {
        return refused;
    }
    match holding(aws, cx, role).await {
        Ok(holding) if holding.is_empty() => refused,
        Ok(holding) => {
            let foreign: Vec<&str> = holding
                .iter()
                .filter(|(_, ours)| !ours)
                .map(|(name, _)| name.as_str())
                .collect();
            let class = match foreign.is_empty() {
                true => Class::Dependency,
                false => Class::Invalid,
            };
            let all = holding
                .iter()
                .map(|(name, _)| format!("in instance profile {name}"));
            let told = Failure { class, ..refused }.with_evidence(all);
            match foreign.as_slice() {
                [] => told,
                foreign => told.with_advice(format!(
                    "take the role out of {} (`aws iam remove-role-from-instance-profile`), then \
                     run the same command again",
                    foreign.join(", ")
                )),
            }
        }
        // The refusal is what matters; who is in the way would have been a help.
        Err(unread) => refused.with_evidence([unread.to_string()]),
    }
}

/// The profiles that hold it, and whether each is this stack's. Lists leave out the tags [IAM API:
/// ListInstanceProfilesForRole].
async fn holding(aws: &Aws, cx: &Context, role: &str) -> Result<Vec<(String, bool)>, Failure> {
    let list = aws.iam.list_instance_profiles_for_role().role_name(role);
    let profiles: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
    let profiles = profiles.map_err(|e| failure("iam:ListInstanceProfilesForRole", e))?;
    let mut holding = Vec::new();
    for profile in profiles {
        let name = profile.instance_profile_name;
        let get = aws.iam.get_instance_profile().instance_profile_name(&name);
        let got = get.send().await;
        let got = got.map_err(|e| failure("iam:GetInstanceProfile", e))?;
        let tags = got.instance_profile.and_then(|profile| profile.tags);
        holding.push((name, of_stack(&tag_map(tags), &cx.mark.stack)));
    }
    Ok(holding)
}
