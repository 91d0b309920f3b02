//! GetAccountSummary: how much the account has, and how much it may have.

use serde_json::{Value, json};

use super::role;
use crate::operation::{Answer, Call};
use crate::wire::ENTRIES;

/// What the account has of what the twin models; of the rest there is nothing. Quotas are the defaults
/// [IAM user guide: quotas], but for what Service Quotas has raised.
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    std::mem::take(&mut call.input).finish()?;
    let iam = &call.world.iam;
    let versions: usize = iam
        .policies
        .values()
        .map(|policy| policy.versions.len())
        .sum();
    let rows: [(&str, usize); 28] = [
        ("Users", 0),
        ("UsersQuota", 5000),
        ("Groups", 0),
        ("GroupsQuota", 300),
        ("ServerCertificates", 0),
        ("ServerCertificatesQuota", 20),
        ("UserPolicySizeQuota", 2048),
        ("GroupPolicySizeQuota", 5120),
        ("GroupsPerUserQuota", 10),
        ("SigningCertificatesPerUserQuota", 2),
        ("AccessKeysPerUserQuota", 2),
        ("MFADevices", 0),
        ("MFADevicesInUse", 0),
        ("AccountMFAEnabled", 0),
        ("AccountAccessKeysPresent", 0),
        ("AttachedPoliciesPerGroupQuota", 10),
        ("AttachedPoliciesPerRoleQuota", 10),
        ("AttachedPoliciesPerUserQuota", 10),
        ("Policies", iam.policies.len()),
        ("PoliciesQuota", 1500),
        ("PolicySizeQuota", 6144),
        ("PolicyVersionsInUse", versions),
        ("PolicyVersionsInUseQuota", 10_000),
        ("VersionsPerPolicyQuota", 5),
        ("InstanceProfiles", iam.instance_profiles.len()),
        ("InstanceProfilesQuota", 1000),
        ("Roles", role::counted(iam)),
        ("RolesQuota", role::quota(call.world)),
    ];
    let entry = |(key, value): &(&str, usize)| json!({ "key": key, "value": value });
    let entries: Vec<Value> = rows.iter().map(entry).collect();
    Ok(json!({ "SummaryMap": { ENTRIES: entries } }))
}
