//! Capacity providers of one's own: over Auto Scaling groups, and ECS Managed Instances. Create, update, delete,
//! describe.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::capacity::PROVIDERS;
use super::group_provider::{self, GroupProvider};
use super::listing::{check_include, page};
use super::managed_provider::{self, ManagedProvider};
use super::{Ecs, Happening, refuse};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;
use crate::{agenda, autoscaling};
use std::time::Duration;

/// A capacity provider. A deleted one can be seen as INACTIVE until its name is used again.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Provider {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) active: bool,
    pub(super) over: Over,
    pub(super) tags: Tags,
    pub(super) update: Update,
    pub(super) reason: Option<String>,
    /// When managed scaling acts: more capacity, less capacity.
    pub(super) scale_out: Option<Millis>,
    pub(super) scale_in: Option<Millis>,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) enum Over {
    Group(GroupProvider),
    Managed(ManagedProvider),
}

/// [ECS API: CapacityProvider updateStatus]
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Update {
    Created,
    Updating,
    Updated,
    Deleting,
    Deleted,
    DeleteFailed,
}

/// Providers per account and region [ECS quotas].
const QUOTA: usize = 20;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("name")?;
    let cluster = input.text("cluster")?;
    let group = group_provider::read(input.raw("autoScalingGroupProvider"))?;
    let managed = managed_provider::read(input.raw("managedInstancesProvider"))?;
    let tags = Tags::from_list(input.objects("tags")?, "key", "value")?;
    input.finish()?;
    check_name(&name)?;
    let ecs = &call.here().ecs;
    if ecs.provider(&name).is_some() {
        return Err(refuse::client(
            "The specified capacity provider already exists. To change the configuration of an existing capacity provider, update the capacity provider.",
        ));
    }
    if ecs.providers.values().filter(|it| it.active).count() >= QUOTA {
        return Err(Refusal::new(
            "LimitExceededException",
            "The limit for the number of capacity providers has been exceeded.",
        ));
    }
    let region = call.region.clone();
    let over = match (group, managed) {
        (Some(_), Some(_)) | (None, None) => {
            return Err(refuse::client(
                "Exactly one of autoScalingGroupProvider and managedInstancesProvider must be specified.",
            ));
        }
        (Some(group), None) => {
            if cluster.is_some() {
                return Err(refuse::client(
                    "The cluster parameter is only supported for Managed Instances capacity providers.",
                ));
            }
            group_provider::check(call.world, &region, &group, None)?;
            Over::Group(group)
        }
        (None, Some(managed)) => Over::Managed(managed_provider::check(call, managed, cluster)?),
    };
    let provider = Provider {
        arn: call.arn("ecs", &format!("capacity-provider/{name}")),
        name: name.clone(),
        active: true,
        over,
        tags,
        update: Update::Created,
        reason: None,
        scale_out: None,
        scale_in: None,
    };
    if let Over::Group(group) = &provider.over {
        // ECS marks the groups that it manages [ECS developer guide: Auto Scaling group capacity providers].
        autoscaling::tag(call.world, &region, &group.arn.clone(), "AmazonECSManaged");
    }
    if let Over::Managed(managed) = &provider.over {
        let (cluster, name) = (managed.cluster.clone(), name.clone());
        if let Some(cluster) = call.here().ecs.clusters.get_mut(&cluster) {
            cluster.providers.push(name);
        }
    }
    let view = provider.view(true);
    call.here().ecs.providers.insert(name, provider);
    Ok(json!({ "capacityProvider": view }))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("name")?;
    let cluster = input.text("cluster")?;
    let group = input
        .raw("autoScalingGroupProvider")
        .filter(|it| !it.is_null());
    let managed = input
        .raw("managedInstancesProvider")
        .filter(|it| !it.is_null());
    input.finish()?;
    let region = call.region.clone();
    let Some(before) = call.here().ecs.provider(&name).cloned() else {
        return Err(not_found());
    };
    let over = match (&before.over, group, managed) {
        (Over::Group(old), Some(raw), None) => {
            let new = group_provider::over(old, raw)?;
            group_provider::check(call.world, &region, &new, Some(&name))?;
            Over::Group(new)
        }
        (Over::Managed(old), None, Some(raw)) => {
            Over::Managed(managed_provider::update(call, old, raw, cluster)?)
        }
        _ => {
            return Err(refuse::client(
                "The capacity provider's own sort of configuration must be specified.",
            ));
        }
    };
    if before.update == Update::Updating {
        return Err(Refusal::new(
            "UpdateInProgressException",
            "The specified capacity provider is in an UPDATE_IN_PROGRESS state.",
        ));
    }
    let Some(provider) = call.here().ecs.providers.get_mut(&name) else {
        return Err(not_found());
    };
    provider.over = over;
    provider.update = Update::Updating;
    let view = provider.view(true);
    settle_later(call.world, &region, &name);
    Ok(json!({ "capacityProvider": view }))
}

/// Accepted at once; that a cluster still has it comes out afterwards (terraform-provider-aws #14393, #25176).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("capacityProvider")?;
    input.text("cluster")?;
    input.finish()?;
    let name = short(&given).to_owned();
    if PROVIDERS.contains(&name.as_str()) {
        return Err(refuse::client(
            "The specified capacity provider is reserved and cannot be deleted.",
        ));
    }
    let region = call.region.clone();
    if call.here().ecs.provider(&name).is_none() {
        return Err(not_found());
    }
    let Some(provider) = call.here().ecs.providers.get_mut(&name) else {
        return Err(not_found());
    };
    provider.update = Update::Deleting;
    provider.reason = None;
    let view = provider.view(true);
    settle_later(call.world, &region, &name);
    Ok(json!({ "capacityProvider": view }))
}

fn settle_later(world: &mut World, region: &str, name: &str) {
    let at = world.now + Duration::from_millis(world.timing.capacity_provider);
    let what = Happening::ProviderSettles {
        name: name.to_owned(),
    };
    world.agenda.add(at, region, agenda::Happening::Ecs(what));
}

/// A change or a deletion is over.
pub(super) fn settle(world: &mut World, region: &str, name: &str) {
    let ecs = &mut world.region(region).ecs;
    let of_cluster =
        |it: &&super::cluster::Cluster| it.active && it.providers.iter().any(|p| p == name);
    let holder = ecs
        .clusters
        .values()
        .find(of_cluster)
        .map(|it| it.name.clone());
    let services = ecs.services.values().any(|it| {
        !it.is_inactive()
            && it
                .strategy()
                .iter()
                .any(|item| item.capacity_provider == name)
    });
    let Some(provider) = ecs.providers.get_mut(name) else {
        return;
    };
    match (provider.update, &provider.over) {
        (Update::Updating, _) => provider.update = Update::Updated,
        (Update::Deleting, Over::Group(_)) if holder.is_some() => {
            let holder = holder.unwrap_or_default();
            provider.update = Update::DeleteFailed;
            provider.reason = Some(format!(
                "The capacity provider cannot be deleted because it is associated with cluster: {holder}. Remove the capacity provider from the cluster and try again."
            ));
            return;
        }
        (Update::Deleting, Over::Managed(_)) if services => {
            provider.update = Update::DeleteFailed;
            provider.reason =
                Some("The capacity provider cannot be deleted because services use it.".to_owned());
            return;
        }
        (Update::Deleting, _) => {
            provider.update = Update::Deleted;
            provider.active = false;
            provider.tags = Tags::default();
            for cluster in ecs.clusters.values_mut() {
                cluster.providers.retain(|it| it != name);
            }
            managed_provider::end(world, region, name);
        }
        _ => {}
    }
    super::managed_scaling::look(world, region);
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let mut wanted = input.texts("capacityProviders")?;
    let include = input.texts("include")?;
    let cluster = input.text("cluster")?;
    let (limit, token) = (input.number("maxResults")?, input.text("nextToken")?);
    input.finish()?;
    check_include(&include, &["TAGS"])?;
    if wanted.len() > 100 {
        return Err(refuse::parameter(
            "You can describe up to 100 capacity providers at once.",
        ));
    }
    let cluster = cluster
        .map(|given| super::names::active_cluster(call, Some(given)))
        .transpose()?;
    let tags = include.iter().any(|word| word == "TAGS");
    let every = wanted.is_empty();
    if every {
        wanted.extend(PROVIDERS.map(str::to_owned));
        let own = call.here().ecs.providers.values().filter(|it| it.active);
        wanted.extend(own.map(|it| it.name.clone()));
    }
    let of_cluster = |provider: &Provider| match &cluster {
        None => true,
        Some(cluster) => matches!(&provider.over, Over::Managed(it) if it.cluster == *cluster),
    };
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for given in wanted {
        let name = short(&given).to_owned();
        let arn = call.arn("ecs", &format!("capacity-provider/{name}"));
        if PROVIDERS.contains(&name.as_str()) {
            if cluster.is_none() || !every {
                found.push(json!({
                    "capacityProviderArn": arn,
                    "name": name,
                    "status": "ACTIVE",
                    "type": name,
                    "tags": [],
                }));
            }
            continue;
        }
        match call.here().ecs.providers.get(&name) {
            Some(provider) if of_cluster(provider) => found.push(provider.view(tags)),
            Some(_) if every => {}
            _ => failures.push(json!({ "arn": arn, "reason": "MISSING" })),
        }
    }
    let (found, next) = page(found, limit, 100, token)?;
    Ok(json!({ "capacityProviders": found, "failures": failures, "nextToken": next }))
}

fn not_found() -> Refusal {
    refuse::client(
        "The specified capacity provider does not exist. Specify a valid name or ARN and try again.",
    )
}

/// The name in a name or ARN.
pub(super) fn short(given: &str) -> &str {
    given.rsplit('/').next().unwrap_or(given)
}

/// [ECS API: CreateCapacityProvider name]
fn check_name(name: &str) -> Result<(), Refusal> {
    let lower = name.to_ascii_lowercase();
    let reserved = ["aws", "ecs", "fargate"]
        .iter()
        .any(|word| lower.starts_with(word));
    if super::names::is_name(name) && !reserved {
        return Ok(());
    }
    Err(refuse::client(
        "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper and lowercase), numbers, underscores (_), and hyphens (-). The name can't be prefixed with \"aws\", \"ecs\", or \"fargate\". Specify a valid name and try again.",
    ))
}

impl Ecs {
    /// The provider of that name, if it was not deleted.
    pub(super) fn provider(&self, name: &str) -> Option<&Provider> {
        self.providers.get(name).filter(|it| it.active)
    }
}

impl Provider {
    pub(super) fn group(&self) -> Option<&GroupProvider> {
        match &self.over {
            Over::Group(group) => Some(group),
            Over::Managed(_) => None,
        }
    }

    pub(super) fn managed(&self) -> Option<&ManagedProvider> {
        match &self.over {
            Over::Managed(managed) => Some(managed),
            Over::Group(_) => None,
        }
    }

    fn view(&self, tags: bool) -> Value {
        let mut view = json!({
            "capacityProviderArn": self.arn,
            "name": self.name,
            "status": if self.active { "ACTIVE" } else { "INACTIVE" },
            "updateStatus": match self.update {
                Update::Created => Value::Null,
                Update::Updating => json!("UPDATE_IN_PROGRESS"),
                Update::Updated => json!("UPDATE_COMPLETE"),
                Update::Deleting => json!("DELETE_IN_PROGRESS"),
                Update::Deleted => json!("DELETE_COMPLETE"),
                Update::DeleteFailed => json!("DELETE_FAILED"),
            },
            "updateStatusReason": self.reason,
            "tags": if tags { self.tags.to_list("key", "value") } else { json!([]) },
        });
        match &self.over {
            Over::Group(group) => {
                view["type"] = json!("EC2_AUTOSCALING");
                view["autoScalingGroupProvider"] = json!(group);
            }
            Over::Managed(managed) => {
                view["type"] = json!("MANAGED_INSTANCES");
                view["managedInstancesProvider"] = managed.document.clone();
                view["cluster"] = json!(managed.cluster_arn);
            }
        }
        view
    }
}
