//! Load balancers: create, describe, delete.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::attributes::Attributes;
use super::health_check::HealthCheck;
use super::instances::Registered;
use super::listener::{self, Listener};
use super::policy::{self, Policy};
use super::{Elb, placement, tagging};
use crate::clock::Millis;
use crate::elbv2::constraint::{self, invalid};
use crate::elbv2::{self, Kind, Zone, dns};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;
use crate::{ec2, page};

/// A Classic Load Balancer.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct LoadBalancer {
    /// Its name, unique among its like in the region.
    pub name: String,
    /// `arn:…:loadbalancer/{name}`, which only tagging and IAM speak of.
    pub arn: String,
    /// The name under which it answers.
    pub dns_name: String,
    /// Whether its interfaces have public addresses.
    pub internet_facing: bool,
    /// The VPC of its subnets.
    pub vpc: String,
    /// Where it stands: one subnet a zone.
    pub zones: Vec<Zone>,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// By the port that clients connect to.
    pub listeners: BTreeMap<u16, Listener>,
    /// How instances are checked.
    pub health_check: HealthCheck,
    /// In order of registration.
    pub instances: Vec<Registered>,
    /// What else can be set.
    pub attributes: Attributes,
    /// By name.
    pub policies: BTreeMap<String, Policy>,
    /// Names of policies by instance port.
    pub backend: BTreeMap<u16, Vec<String>>,
    /// When it was created.
    pub created: Millis,
    /// Its tags.
    pub tags: Tags,
}

/// Default quotas [ELB API: DescribeAccountLimits; Classic Load Balancers guide: quotas].
pub(super) const LIMITS: &[(&str, usize)] = &[
    ("classic-load-balancers", 20),
    ("classic-listeners", 100),
    ("classic-registered-instances", 1000),
];

pub(super) fn create_load_balancer(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let listeners = listener::read(&mut input)?;
    let subnets = input.texts("Subnets")?;
    let zones = input.texts("AvailabilityZones")?;
    let groups = input.texts("SecurityGroups")?;
    let scheme = input.text("Scheme")?;
    let tags = tagging::read(&mut input)?;
    input.finish()?;
    constraint::name("LoadBalancer", &name)?;
    if !zones.is_empty() && !subnets.is_empty() {
        return Err(invalid(
            "Only one of SubnetIds or AvailabilityZones may be specified",
        ));
    }
    if !zones.is_empty() {
        return Err(Refusal::not_implemented(
            "AvailabilityZones of classic load balancers: name subnets",
        ));
    }
    if subnets.is_empty() {
        return Err(invalid(
            "Either AvailabilityZones or SubnetIds must be specified",
        ));
    }
    let internet_facing = match scheme.as_deref() {
        None | Some("" | "internet-facing") => true,
        Some("internal") => false,
        Some(other) => {
            let message = format!("The scheme '{other}' is not valid");
            return Err(Refusal::new("InvalidScheme", message));
        }
    };
    let mut ports = BTreeMap::new();
    for wanted in listeners {
        let listener = listener::check(call, wanted)?;
        listener::add(&mut ports, listener)?;
    }
    let region = call.region.clone();
    let place = placement::choose(call.world, &region, internet_facing, &subnets)?;
    let groups = placement::groups(call.world, &region, &place.vpc, groups)?;
    let here = &call.here().elb;
    if let Some(held) = here.balancers.get(&name) {
        let same = held.internet_facing == internet_facing
            && held
                .zones
                .iter()
                .map(|zone| &zone.subnet)
                .eq(place.subnets())
            && held.security_groups == groups
            && held.listeners == ports;
        if same {
            return Ok(json!({ "DNSName": held.dns_name }));
        }
        let message = format!(
            "Load Balancer named '{name}' already exists and it is configured with different parameters."
        );
        return Err(Refusal::new("DuplicateLoadBalancerName", message));
    }
    let held = here.balancers.len();
    within("classic-load-balancers", held + 1, "TooManyLoadBalancers")?;
    let zones = placement::occupy(call.world, &region, &name, &place, &groups, internet_facing)?;

    let id = call.world.ids.hex("", 16);
    let dns_name = dns::name(Kind::Application, internet_facing, &name, &id, &region);
    let balancer = LoadBalancer {
        arn: call.arn("elasticloadbalancing", &format!("loadbalancer/{name}")),
        dns_name: dns_name.clone(),
        internet_facing,
        vpc: place.vpc,
        zones,
        security_groups: groups,
        health_check: HealthCheck::first(&ports),
        policies: policy::first(&ports),
        listeners: ports,
        instances: Vec::new(),
        attributes: Attributes::default(),
        backend: BTreeMap::new(),
        created: call.now(),
        tags,
        name: name.clone(),
    };
    call.here().elb.balancers.insert(name, balancer);
    Ok(json!({ "DNSName": dns_name }))
}

pub(super) fn describe_load_balancers(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("LoadBalancerNames")?;
    let size = constraint::number(&mut input, "PageSize", 1..=400)?;
    let marker = input.text("Marker")?;
    input.finish()?;
    for name in &names {
        named(&mut call.here().elb, name)?;
    }
    let (region, world) = (call.region.clone(), &*call.world);
    let here = world.regions.get(&region).map(|here| &here.elb);
    let all = here.into_iter().flat_map(|here| here.balancers.values());
    let wanted = all.filter(|it| names.is_empty() || names.contains(&it.name));
    let rows = wanted.map(|it| it.value(world, &region)).collect();
    let (rows, next) = page::page(rows, Some(size.unwrap_or(400)), marker)?;
    Ok(json!({ "LoadBalancerDescriptions": rows, "NextMarker": next }))
}

/// A balancer that is not there is a success [ELB API: DeleteLoadBalancer]. Its interfaces outlive it.
pub(super) fn delete_load_balancer(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    input.finish()?;
    let Some(balancer) = call.here().elb.balancers.remove(&name) else {
        return Ok(json!({}));
    };
    let certificates = balancer.certificates().map(str::to_owned).collect();
    elbv2::release_certificates(call, &balancer.arn, certificates);
    let linger = Duration::from_millis(call.world.timing.interface_release);
    for zone in balancer.zones {
        ec2::interfaces::release(call.world, &call.region, &zone.interface, linger);
    }
    Ok(json!({}))
}

pub(super) fn describe_account_limits(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let size = constraint::number(&mut input, "PageSize", 1..=400)?;
    let marker = input.text("Marker")?;
    input.finish()?;
    let limits = LIMITS
        .iter()
        .map(|(name, max)| json!({ "Name": name, "Max": max.to_string() }));
    let (limits, next) = page::page(limits.collect(), size, marker)?;
    Ok(json!({ "Limits": limits, "NextMarker": next }))
}

/// Refuses with `code` what is more than the quota.
pub(super) fn within(quota: &str, wanted: usize, code: &str) -> Result<(), Refusal> {
    let mut limits = LIMITS.iter();
    let limit = limits.find(|(name, _)| *name == quota);
    let limit = limit.map_or(usize::MAX, |(_, max)| *max);
    if wanted <= limit {
        return Ok(());
    }
    let message = format!("The maximum number of {quota} is '{limit}'");
    Err(Refusal::new(code, message))
}

/// The balancer of this name.
pub(super) fn named<'a>(here: &'a mut Elb, name: &str) -> Result<&'a mut LoadBalancer, Refusal> {
    here.balancers.get_mut(name).ok_or_else(|| not_found(name))
}

pub(super) fn not_found(name: &str) -> Refusal {
    let message = format!("There is no ACTIVE Load Balancer named '{name}'");
    Refusal::new("LoadBalancerNotFound", message)
}

/// The balancer of this name, for other services.
pub(crate) fn find<'a>(world: &'a World, region: &str, name: &str) -> Option<&'a LoadBalancer> {
    world.regions.get(region)?.elb.balancers.get(name)
}

/// The ARNs of the balancers whose listeners use a certificate.
pub(crate) fn uses_certificate(world: &World, region: &str, arn: &str) -> Vec<String> {
    let here = world.regions.get(region).map(|here| &here.elb);
    let all = here.into_iter().flat_map(|here| here.balancers.values());
    all.filter(|it| it.certificates().any(|own| own == arn))
        .map(|it| it.arn.clone())
        .collect()
}

/// The addresses of the balancer that answers under this name; none where there is no such balancer.
pub(crate) fn addresses(world: &World, name: &str) -> Option<Vec<IpAddr>> {
    let (region, balancer) = by_dns_name(world, name)?;
    let interfaces = &world.regions.get(region)?.ec2.interfaces;
    let own = balancer.zones.iter();
    let own = own.filter_map(|zone| interfaces.get(&zone.interface));
    let address = own.map(|one| IpAddr::V4(one.public_ip.unwrap_or(one.private_ip)));
    Some(address.collect())
}

/// The Route 53 zone of the balancer that answers under this name.
pub(crate) fn hosted_zone(world: &World, name: &str) -> Option<String> {
    let (region, _) = by_dns_name(world, name)?;
    Some(dns::hosted_zone(Kind::Application, region))
}

/// The balancer that answers under this name, and its region.
pub(super) fn by_dns_name<'a>(world: &'a World, name: &str) -> Option<(&'a str, &'a LoadBalancer)> {
    let name = name.strip_prefix("dualstack.").unwrap_or(name);
    world.regions.iter().find_map(|(region, here)| {
        let mut balancers = here.elb.balancers.values();
        let found = balancers.find(|one| one.dns_name.eq_ignore_ascii_case(name))?;
        Some((region.as_str(), found))
    })
}

impl LoadBalancer {
    /// The certificates of its listeners.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &str> {
        let listeners = self.listeners.values();
        listeners.filter_map(|listener| listener.certificate.as_deref())
    }

    pub(super) fn has_zone(&self, zone: &str) -> bool {
        self.zones.iter().any(|own| own.name == zone)
    }

    fn value(&self, world: &World, region: &str) -> Value {
        let zone = dns::hosted_zone(Kind::Application, region);
        let first = self.security_groups.first();
        let group = first.and_then(|id| ec2::group(world, region, id));
        let instances = self
            .instances
            .iter()
            .map(|it| json!({ "InstanceId": it.id }));
        let backend = self.backend.iter().filter(|(_, names)| !names.is_empty());
        let backend =
            backend.map(|(port, names)| json!({ "InstancePort": port, "PolicyNames": names }));
        json!({
            "LoadBalancerName": self.name,
            "DNSName": self.dns_name,
            "CanonicalHostedZoneName": self.internet_facing.then_some(&self.dns_name),
            "CanonicalHostedZoneNameID": zone,
            "ListenerDescriptions": Vec::from_iter(self.listeners.values().map(Listener::value)),
            "Policies": policy::values(&self.policies),
            "BackendServerDescriptions": Vec::from_iter(backend),
            "AvailabilityZones": Vec::from_iter(self.zones.iter().map(|zone| &zone.name)),
            "Subnets": Vec::from_iter(self.zones.iter().map(|zone| &zone.subnet)),
            "VPCId": self.vpc,
            "Instances": Vec::from_iter(instances),
            "HealthCheck": self.health_check.value(),
            "SourceSecurityGroup": group.map(|group| {
                json!({ "OwnerAlias": world.account, "GroupName": group.name })
            }),
            "SecurityGroups": self.security_groups,
            "CreatedTime": self.created.iso8601(),
            "Scheme": if self.internet_facing { "internet-facing" } else { "internal" },
        })
    }
}
