//! What the world adds to a manifest: zones, machine images, what somebody else owns, and what secrets refer to.

use std::collections::BTreeMap;

use ashore_engine::state::State;
use ashore_manifest::lower::{self, Surroundings};
use ashore_manifest::model::{Architecture, DnsProvider, Manifest, Reference};
use ashore_providers::aws::live::existing::{self, Named, Purpose};
use ashore_providers::aws::names::Names;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::assets;
use crate::cloud::Cloud;
use crate::error::CommandError;
use crate::images;
use crate::project::Project;

/// Looks everything up at once. What must not change from one plan to the next is pinned in the
/// state.
pub(crate) async fn look_up(
    cloud: &Cloud,
    project: &Project,
    state: &mut State,
    say: &mut dyn FnMut(&str),
) -> Result<Surroundings, CommandError> {
    let manifest = &project.manifest;
    let assets = assets::read(project, cloud.aws.shelf())?;
    let names = names(cloud, project);
    // First: what is built here can go wrong before anybody is asked for anything else.
    let images = images::look_up(cloud, project, &names, state, say).await?;
    let (zones, dns_zones, machine_image, existing, secrets) = futures_util::try_join!(
        zones(cloud, manifest, state),
        dns_zones(cloud, manifest, state),
        machine_image(cloud, manifest, state),
        owned_by_others(cloud, manifest),
        secrets(cloud, manifest),
    )?;
    if !zones.is_empty() {
        state.inputs.insert("zones".to_string(), json!(zones));
    }
    if !dns_zones.is_empty() {
        state
            .inputs
            .insert("dns_zones".to_string(), json!(dns_zones));
    }
    if let Some(image) = &machine_image {
        state.inputs.insert(MACHINE_IMAGE.to_string(), json!(image));
    }
    Ok(Surroundings {
        names,
        zones,
        dns_zones,
        machine_image: machine_image.map(|image| image.id),
        existing,
        assets,
        secrets,
        images,
    })
}

/// What physical names are made of.
pub(crate) fn names(cloud: &Cloud, project: &Project) -> Names {
    Names {
        stack: project.stack.clone(),
        account: cloud.aws.account.clone(),
        region: cloud.aws.region.clone(),
    }
}

/// The zones of the region that the network is in. What is pinned stays where it is; more zones
/// come behind.
async fn zones(
    cloud: &Cloud,
    manifest: &Manifest,
    state: &State,
) -> Result<Vec<String>, CommandError> {
    let network = manifest.network.as_ref();
    let wanted = network.map_or(0, |network| network.subnets.len());
    let pinned = state.inputs.get("zones");
    let pinned: Vec<String> = pinned
        .and_then(|zones| serde_json::from_value(zones.clone()).ok())
        .unwrap_or_default();
    if pinned.len() >= wanted {
        return Ok(pinned);
    }
    let there = cloud
        .read("zones", || cloud.aws.zones())
        .await
        .map_err(|failure| {
            CommandError::of_failure("the region's zones cannot be read", &failure)
        })?;
    let more = there.into_iter().filter(|zone| !pinned.contains(zone));
    Ok(pinned.iter().cloned().chain(more).take(wanted).collect())
}

/// What is pinned of machine images, in the state's inputs.
const MACHINE_IMAGE: &str = "machine_image";

/// A machine image that was looked up.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct MachineImage {
    /// For which processor.
    arm: bool,
    /// By which word of the manifest.
    refresh: String,
    /// What it was then.
    id: String,
}

/// The machine image of instances. It stays until the manifest asks for another processor, or by another word: AWS
/// publishes a new one every few weeks, and each replaces all instances.
async fn machine_image(
    cloud: &Cloud,
    manifest: &Manifest,
    state: &State,
) -> Result<Option<MachineImage>, CommandError> {
    let Some(ec2) = &manifest.ec2 else {
        return Ok(None);
    };
    let Some(refresh) = ec2.newest_image() else {
        return Ok(None);
    };
    let arm = ec2.arch == Architecture::Arm64;
    let pinned = state.inputs.get(MACHINE_IMAGE);
    let pinned: Option<MachineImage> =
        pinned.and_then(|image| serde_json::from_value(image.clone()).ok());
    if let Some(pinned) = pinned.filter(|it| it.arm == arm && it.refresh == refresh) {
        return Ok(Some(pinned));
    }
    let found = cloud
        .read("the machine image", || cloud.aws.machine_image(arm))
        .await;
    let id = found.map_err(|failure| {
        CommandError::of_failure("the newest machine image cannot be looked up", &failure)
    })?;
    Ok(Some(MachineImage {
        arm,
        refresh: refresh.to_string(),
        id,
    }))
}

/// The id of the DNS zone of each name that a service is reached by.
async fn dns_zones(
    cloud: &Cloud,
    manifest: &Manifest,
    state: &State,
) -> Result<BTreeMap<String, String>, CommandError> {
    let Some(dns) = &manifest.dns else {
        return Ok(BTreeMap::new());
    };
    let pinned = state.inputs.get("dns_zones");
    let pinned: BTreeMap<String, String> = pinned
        .and_then(|zones| serde_json::from_value(zones.clone()).ok())
        .unwrap_or_default();
    let mut found = BTreeMap::new();
    let mut of_zone: BTreeMap<String, String> = BTreeMap::new();
    for name in manifest.all_names() {
        let name = name.to_string();
        if let Some(id) = pinned.get(&name) {
            found.insert(name, id.clone());
            continue;
        }
        let zone = dns.zone.as_ref().map_or(name.clone(), ToString::to_string);
        let id = match of_zone.get(&zone) {
            Some(id) => Some(id.clone()),
            None => zone_of(cloud, dns.provider, &zone).await?,
        };
        if let Some(id) = id {
            of_zone.insert(zone, id.clone());
            found.insert(name, id);
        }
    }
    Ok(found)
}

async fn zone_of(
    cloud: &Cloud,
    provider: DnsProvider,
    name: &str,
) -> Result<Option<String>, CommandError> {
    let found = match (provider, &cloud.cloudflare) {
        (DnsProvider::Cloudflare, Some(cloudflare)) => cloud
            .read("the DNS zone", || cloudflare.zone(name))
            .await
            .map(|zone| zone.id),
        (DnsProvider::Route53, _) => cloud
            .read("the DNS zone", || cloud.aws.hosted_zone(name))
            .await
            .map(|zone| zone.id),
        (DnsProvider::Cloudflare, None) | (DnsProvider::Manual, _) => return Ok(None),
    };
    found.map(Some).map_err(|failure| {
        CommandError::of_failure(&format!("the zone of `{name}` cannot be used"), &failure)
    })
}

/// What the manifest's `[existing]` names: read, checked, never changed.
async fn owned_by_others(
    cloud: &Cloud,
    manifest: &Manifest,
) -> Result<lower::Existing, CommandError> {
    let text = |it: &ashore_manifest::Located<String>| it.get().clone();
    let wanted = &manifest.existing;
    let named = Named {
        vpc: wanted.vpc.as_ref().map(text),
        subnets: wanted.subnets.iter().map(text).collect(),
        security_groups: wanted.security_groups.iter().map(text).collect(),
        cluster: wanted.cluster.as_ref().map(text),
        load_balancer: wanted.load_balancer.as_ref().map(text),
        listener: wanted.listener.as_ref().map(text),
        certificate: wanted.certificate.as_ref().map(text),
    };
    if named == Named::default() {
        return Ok(lower::Existing::default());
    }
    let purpose = Purpose {
        hostnames: manifest
            .certified_names()
            .map(ToString::to_string)
            .collect(),
        makes_balancer: manifest.has_load_balancer() && named.load_balancer.is_none(),
    };
    let found = cloud
        .read("[existing]", || cloud.aws.existing(&named, &purpose))
        .await;
    let found = found.map_err(|failure| {
        CommandError::of_failure("what [existing] names cannot be used", &failure)
    })?;
    Ok(translated(found))
}

fn translated(found: existing::Existing) -> lower::Existing {
    lower::Existing {
        vpc: found.vpc.map(|vpc| lower::Vpc {
            id: vpc.id,
            cidr: vpc.cidr,
        }),
        subnets: found
            .subnets
            .into_iter()
            .map(|subnet| lower::Subnet {
                id: subnet.id,
                zone: subnet.zone,
                public: subnet.public,
            })
            .collect(),
        security_groups: found.security_groups.into_iter().map(|it| it.id).collect(),
        cluster: found.cluster.map(|it| it.arn),
        load_balancer: found.load_balancer.map(|it| lower::LoadBalancer {
            arn: it.arn,
            dns_name: it.dns_name,
            zone_id: it.zone_id,
            ipv6: it.ipv6,
            security_groups: it.security_groups,
        }),
        listener: found.listener.map(|it| it.arn),
        certificate: found.certificate.map(|it| it.arn),
    }
}

/// The ARNs of what somebody else keeps and containers read.
async fn secrets(
    cloud: &Cloud,
    manifest: &Manifest,
) -> Result<BTreeMap<Reference, lower::Secret>, CommandError> {
    let look = async |reference: &Reference| {
        let found = match reference {
            Reference::Secret(name) => cloud.read("a secret", || cloud.aws.secret(name)).await,
            Reference::Parameter(name) => {
                cloud
                    .read("a parameter", || cloud.aws.parameter(name))
                    .await
            }
        };
        let found = found.map_err(|failure| {
            CommandError::of_failure(&format!("the {reference} cannot be used"), &failure)
        })?;
        let secret = lower::Secret {
            arn: found.arn,
            kms_key: found.kms_key,
        };
        Ok::<_, CommandError>((reference.clone(), secret))
    };
    let all = try_join_all(manifest.references().into_iter().map(look)).await?;
    Ok(all.into_iter().collect())
}
