//! Load balancers: create, describe, delete.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::address_type::{self, IPV4, WITHOUT_PUBLIC_IPV4};
use super::attributes::Attributes;
use super::constraint::{self, invalid};
use super::placement::{self, ENFORCE, Placement, Zone};
use super::{Elbv2, Happening, Released, dns, limits, look, mapping, tagging};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;
use crate::{Agenda, agenda, ec2, page, wafv2};
use std::time::Duration;

/// A load balancer.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct LoadBalancer {
    /// `arn:…:loadbalancer/app/{name}/{id}`.
    pub arn: String,
    /// Its name, unique in the region.
    pub name: String,
    /// The name under which it answers.
    pub dns_name: String,
    /// `application` or `network`.
    pub kind: Kind,
    /// Whether its interfaces have public addresses.
    pub internet_facing: bool,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`.
    pub address_type: String,
    /// The VPC of its subnets.
    pub vpc: String,
    /// Where it stands: one subnet a zone.
    pub zones: Vec<Zone>,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// Whether what comes through PrivateLink is let in whatever the groups' inbound rules say.
    #[serde(default)]
    pub unenforced: bool,
    /// When it was created.
    pub created: Millis,
    /// `active`; else still `provisioning`.
    pub active: bool,
    /// Attributes that differ from the default.
    pub attributes: Attributes,
    /// Its tags.
    pub tags: Tags,
}

/// The sort of a load balancer.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum Kind {
    /// HTTP and HTTPS.
    Application,
    /// TCP, TLS and UDP.
    Network,
}

pub(super) fn create_load_balancer(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Name")?;
    let kind = match constraint::one_of(&mut input, "Type", &["application", "network", "gateway"])?
    {
        None => Kind::Application,
        Some(word) if word == "application" => Kind::Application,
        Some(word) if word == "network" => Kind::Network,
        Some(word) => return Err(Refusal::not_implemented(format_args!("Type={word}"))),
    };
    let scheme = constraint::one_of(&mut input, "Scheme", &["internet-facing", "internal"])?;
    let internet_facing = scheme.as_deref() != Some("internal");
    let subnets = mapping::read(&mut input)?;
    let groups = input.texts("SecurityGroups")?;
    let address_type = address_type::read(&mut input)?.unwrap_or_else(|| IPV4.to_owned());
    input.accept("EnablePrefixForIpv6SourceNat", &[json!("off")])?;
    let tags = tagging::read(&mut input)?;
    input.finish()?;
    constraint::name("Load balancer", &name)?;
    if name.starts_with("internal-") {
        return Err(invalid(format!(
            "Load balancer name '{name}' cannot begin with 'internal-'"
        )));
    }
    let place = placement::choose(call.world, &call.region, kind, internet_facing, &subnets)?;
    let face = (kind, internet_facing);
    address_type::check(
        call.world,
        &call.region,
        face,
        place.subnets(),
        &address_type,
    )?;
    let groups = placement::security_groups(call.world, &call.region, kind, &place.vpc, groups)?;

    if let Some(existing) = call
        .here()
        .elbv2
        .balancers
        .values()
        .find(|b| b.name == name)
    {
        return existing.answer_again(face, &address_type, &place, &groups);
    }
    let quota = format!("{}-load-balancers", kind.word());
    let held = call
        .here()
        .elbv2
        .balancers
        .values()
        .filter(|b| b.kind == kind)
        .count();
    let code = "TooManyLoadBalancers";
    limits::room_here(call.world, &call.region, &quota, held, code)?;

    placement::has_room(call.world, &call.region, &place)?;
    let id = call.world.ids.hex("", 16);
    let arn = call.arn(
        "elasticloadbalancing",
        &format!("loadbalancer/{}/{name}/{id}", kind.abbreviation()),
    );
    let owner = format!("{}/{name}/{id}", kind.abbreviation());
    let zones = placement::occupy(
        call.world,
        &call.region,
        &owner,
        &place,
        &groups,
        internet_facing && address_type != WITHOUT_PUBLIC_IPV4,
    )?;
    let now = call.now();
    let balancer = LoadBalancer {
        dns_name: dns::name(kind, internet_facing, &name, &id, &call.region),
        arn: arn.clone(),
        name,
        kind,
        internet_facing,
        address_type,
        vpc: place.vpc,
        zones,
        security_groups: groups,
        unenforced: false,
        created: now,
        active: false,
        attributes: Attributes::new(),
        tags,
    };
    let answer = balancer.value(&call.region);
    call.here().elbv2.balancers.insert(arn.clone(), balancer);
    let active_at = now + Duration::from_millis(call.world.timing.balancer);
    later(
        &mut call.world.agenda,
        active_at,
        &call.region,
        Happening::BalancerActive { balancer: arn },
    );
    Ok(json!({"LoadBalancers": [answer]}))
}

pub(super) fn describe_load_balancers(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arns = input.texts("LoadBalancerArns")?;
    let names = input.texts("Names")?;
    let size = constraint::number(&mut input, "PageSize", 1..=400)?;
    let marker = input.text("Marker")?;
    input.finish()?;
    if !arns.is_empty() && !names.is_empty() {
        return Err(invalid(
            "Load balancer names and load balancer ARNs cannot be specified at the same time",
        ));
    }
    if arns.len() > 20 {
        return Err(invalid(
            "The maximum number of load balancer ARNs in one call is '20'",
        ));
    }
    let region = call.region.clone();
    let here = &call.here().elbv2;
    for arn in &arns {
        if !here.balancers.contains_key(arn) {
            return Err(if arn.contains(":loadbalancer/") {
                not_found(arn)
            } else {
                not_valid(arn)
            });
        }
    }
    for name in &names {
        if !here
            .balancers
            .values()
            .any(|balancer| balancer.name == *name)
        {
            let message = format!("Load balancers '[{name}]' not found");
            return Err(Refusal::new("LoadBalancerNotFound", message));
        }
    }
    let all = arns.is_empty() && names.is_empty();
    let wanted = here
        .balancers
        .values()
        .filter(|b| all || arns.contains(&b.arn) || names.contains(&b.name));
    let (balancers, next) = page::page(wanted.map(|b| b.value(&region)).collect(), size, marker)?;
    Ok(json!({"LoadBalancers": balancers, "NextMarker": next}))
}

/// Deletes the balancer with its listeners and rules. A missing one is a success [ELBv2 API: DeleteLoadBalancer].
pub(super) fn delete_load_balancer(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("LoadBalancerArn")?;
    input.finish()?;
    let Some(balancer) = call.here().elbv2.balancers.get(&arn) else {
        return if arn.contains(":loadbalancer/") {
            Ok(json!({}))
        } else {
            Err(not_valid(&arn))
        };
    };
    if balancer
        .attributes
        .get("deletion_protection.enabled")
        .is_some_and(|value| value == "true")
    {
        return Err(Refusal::new(
            "OperationNotPermitted",
            format!(
                "Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            ),
        ));
    }
    let zones = balancer.zones.clone();
    let here = &mut call.here().elbv2;
    let mut targets = here.target_groups.values().flat_map(|it| &it.targets);
    if targets.any(|target| target.id == arn) {
        return Err(Refusal::new(
            "ResourceInUse",
            format!(
                "Load balancer '{arn}' cannot be deleted because it is currently associated with another service"
            ),
        ));
    }
    let certificates: Vec<String> = here
        .listeners
        .values()
        .filter(|listener| listener.balancer == arn)
        .flat_map(|listener| listener.certificates().map(str::to_owned))
        .collect();
    here.listeners
        .retain(|_, listener| listener.balancer != arn);
    let listeners = &here.listeners;
    here.rules
        .retain(|_, rule| listeners.contains_key(&rule.listener));
    here.balancers.remove(&arn);
    here.associate();
    wafv2::forget(call.world, &call.region, &arn);

    release_certificates(call, &arn, certificates);
    // The interfaces outlive the balancer: this is what keeps security groups, subnets and gateways from going
    // [terraform-provider-aws #2445, #1671].
    let linger = Duration::from_millis(call.world.timing.interface_release);
    for zone in zones {
        ec2::interfaces::release(call.world, &call.region, &zone.interface, linger);
    }
    look(call.world, &call.region);
    Ok(json!({}))
}

/// No balancer of the twin reserves capacity. Terraform asks for each one.
pub(super) fn describe_capacity_reservation(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("LoadBalancerArn")?;
    input.finish()?;
    named(&mut call.here().elbv2, &arn)?;
    Ok(json!({"DecreaseRequestsRemaining": 2, "CapacityReservationState": []}))
}

/// Whether a balancer is active; `None` where there is none of this ARN.
pub(crate) fn is_active(world: &World, region: &str, arn: &str) -> Option<bool> {
    let balancer = world.regions.get(region)?.elbv2.balancers.get(arn)?;
    Some(balancer.active)
}

/// The balancer with this ARN.
pub(super) fn named<'a>(here: &'a mut Elbv2, arn: &str) -> Result<&'a mut LoadBalancer, Refusal> {
    if !arn.contains(":loadbalancer/") {
        return Err(not_valid(arn));
    }
    here.balancers.get_mut(arn).ok_or_else(|| not_found(arn))
}

/// Keeps the certificates in use for a while: DeleteCertificate is refused for some time after the balancer or
/// listener went [terraform-provider-aws #3866, aws-cdk #4179].
pub(crate) fn release_certificates(call: &mut Call<'_>, balancer: &str, certificates: Vec<String>) {
    let until = call.now() + Duration::from_millis(call.world.timing.certificate_release);
    if certificates.is_empty() || until <= call.now() {
        return;
    }
    let released = certificates.into_iter().map(|certificate| Released {
        certificate,
        balancer: balancer.to_owned(),
        until,
    });
    call.here().elbv2.released.extend(released);
    later(
        &mut call.world.agenda,
        until,
        &call.region,
        Happening::CertificatesReleased,
    );
}

pub(super) fn later(agenda: &mut Agenda, at: Millis, region: &str, what: Happening) {
    agenda.add(at, region, agenda::Happening::Elbv2(what));
}

fn not_found(arn: &str) -> Refusal {
    Refusal::new(
        "LoadBalancerNotFound",
        format!("Load balancer '{arn}' not found"),
    )
}

fn not_valid(arn: &str) -> Refusal {
    invalid(format!("'{arn}' is not a valid load balancer ARN"))
}

impl Kind {
    /// As `Type` says it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Application => "application",
            Kind::Network => "network",
        }
    }

    /// As ARNs say it.
    pub(super) fn abbreviation(self) -> &'static str {
        match self {
            Kind::Application => "app",
            Kind::Network => "net",
        }
    }
}

impl LoadBalancer {
    /// What the rules about addresses ask for.
    pub(super) fn face(&self) -> (Kind, bool) {
        (self.kind, self.internet_facing)
    }

    /// What the same name says a second time: the same balancer for the same settings, else a refusal.
    fn answer_again(
        &self,
        face: (Kind, bool),
        address_type: &str,
        place: &Placement,
        groups: &[String],
    ) -> Answer {
        let same =
            self.face() == face && self.address_type == address_type && place.is(&self.zones);
        if !same || !placement::same_set(&self.security_groups, groups) {
            return Err(Refusal::new(
                "DuplicateLoadBalancerName",
                format!(
                    "A load balancer with the same name '{}' exists, but with different settings",
                    self.name
                ),
            ));
        }
        let region = self.arn.split(':').nth(3).unwrap_or_default();
        Ok(json!({"LoadBalancers": [self.value(region)]}))
    }

    /// Whether inbound rules hold for what comes through PrivateLink; nothing where there are no groups to have rules.
    pub(super) fn enforces(&self) -> Option<&'static str> {
        let asked = self.kind == Kind::Network && !self.security_groups.is_empty();
        asked.then_some(if self.unenforced { "off" } else { "on" })
    }

    fn value(&self, region: &str) -> Value {
        let groups = (!self.security_groups.is_empty()).then_some(&self.security_groups);
        json!({
            "LoadBalancerArn": self.arn,
            "DNSName": self.dns_name,
            "CanonicalHostedZoneId": dns::hosted_zone(self.kind, region),
            "CreatedTime": self.created.iso8601(),
            "LoadBalancerName": self.name,
            "Scheme": if self.internet_facing { "internet-facing" } else { "internal" },
            "VpcId": self.vpc,
            "State": {"Code": if self.active { "active" } else { "provisioning" }},
            "Type": self.kind.word(),
            "AvailabilityZones": placement::values(&self.zones),
            "SecurityGroups": groups,
            "IpAddressType": self.address_type,
            ENFORCE: self.enforces(),
        })
    }
}
