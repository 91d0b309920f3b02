//! The VPCs that a private zone answers in.

use serde_json::{Value, json};

use super::zone::{self, HostedZone};
use super::{change, refuse};
use crate::ec2;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::world::World;

/// VPCs of a private zone until a higher quota is granted [Route 53 guide: quotas].
const QUOTA: usize = 300;

/// Region and id.
pub(super) type Vpc = (String, String);

/// `AssociateVPCWithHostedZone`
pub(super) fn associate_vpc_with_hosted_zone(call: &mut Call<'_>) -> Answer {
    let (id, vpc, comment) = change_of(call)?;
    let zone = private(call.world, &id)?;
    if zone.vpcs.len() >= QUOTA {
        let message = format!("A hosted zone can be associated with at most {QUOTA} VPCs.");
        return Err(Refusal::new("LimitsExceeded", message));
    }
    check(call.world, &zone.name, &vpc)?;
    let (info, _) = change::submit(call.world, comment);
    zone::find_mut(call.world, &id)?.vpcs.push(vpc);
    Ok(json!({ "ChangeInfo": info }))
}

/// `DisassociateVPCFromHostedZone`: not the last one, which would make the zone public. A VPC that is gone can still be
/// taken away.
pub(super) fn disassociate_vpc_from_hosted_zone(call: &mut Call<'_>) -> Answer {
    let (id, vpc, comment) = change_of(call)?;
    let zone = zone::find(call.world, &id)?;
    if !zone.vpcs.contains(&vpc) {
        let message = format!(
            "The VPC {} in region {} is not associated with the hosted zone {id}.",
            vpc.1, vpc.0
        );
        return Err(Refusal::new("VPCAssociationNotFound", message).status(404));
    }
    if zone.vpcs.len() == 1 {
        let message = "Cannot remove last VPC association for the private zone";
        return Err(Refusal::new("LastVPCAssociation", message));
    }
    let (info, _) = change::submit(call.world, comment);
    zone::find_mut(call.world, &id)?
        .vpcs
        .retain(|it| *it != vpc);
    Ok(json!({ "ChangeInfo": info }))
}

/// `ListHostedZonesByVPC`
pub(super) fn list_hosted_zones_by_vpc(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("vpcid")?;
    let region = input.required("vpcregion")?;
    let limit = super::zone_listing::max_items(&mut input, 100)?;
    let token = input.text("nexttoken")?;
    input.finish()?;
    let vpc = (region, id);
    if !ec2::vpc_exists(call.world, &vpc.0, &vpc.1) {
        return Err(refuse::input(format!(
            "The VPC {} in region {} is not valid.",
            vpc.1, vpc.0
        )));
    }
    let zones = call.world.route53.zones.values();
    let summary = |zone: &HostedZone| {
        json!({
            "HostedZoneId": zone.id,
            "Name": zone.name,
            "Owner": { "OwningAccount": call.world.account },
        })
    };
    let here = zones.filter(|zone| zone.vpcs.contains(&vpc)).map(summary);
    let items = i64::try_from(limit).unwrap_or(i64::MAX);
    let (found, next) = page(here.collect::<Vec<Value>>(), Some(items), token)
        .map_err(|refusal| Refusal::new("InvalidPaginationToken", refusal.message))?;
    Ok(json!({
        "HostedZoneSummaries": { "HostedZoneSummary": found },
        "MaxItems": limit.to_string(),
        "NextToken": next,
    }))
}

/// Takes region and id of a VPC.
pub(super) fn read(mut vpc: Input) -> Result<Vpc, Refusal> {
    let found = (vpc.required("VPCRegion")?, vpc.required("VPCId")?);
    vpc.finish()?;
    Ok(found)
}

/// Refuses a VPC that is not there, or in which that name is another zone's or an endpoint's already
/// [terraform-provider-aws #37783].
pub(super) fn check(world: &World, name: &str, vpc: &Vpc) -> Result<(), Refusal> {
    let (region, id) = vpc;
    if !ec2::vpc_exists(world, region, id) {
        let message = format!(
            "The VPC: {id} in region {region} that you provided is not authorized to make the association."
        );
        return Err(Refusal::new("InvalidVPCId", message));
    }
    let domain = name.trim_end_matches('.');
    let taken = private_zone_of(world, region, id, domain)
        .or_else(|| ec2::private_dns_of(world, region, id, domain));
    match taken {
        None => Ok(()),
        Some(by) => Err(Refusal::new(
            "ConflictingDomainExists",
            format!(
                "The VPC {id} in region {region} has already been associated with the hosted zone {by} with the same domain name."
            ),
        )),
    }
}

/// The private zone of this name that answers in a VPC.
pub(crate) fn private_zone_of(
    world: &World,
    region: &str,
    vpc: &str,
    domain: &str,
) -> Option<String> {
    let answers = |zone: &HostedZone| {
        let here = |it: &Vpc| it.0 == region && it.1 == vpc;
        zone.domain() == domain && zone.vpcs.iter().any(here)
    };
    let mut zones = world.route53.zones.values();
    zones.find(|zone| answers(zone)).map(|zone| zone.id.clone())
}

/// The zone's id, the VPC, and what the caller says about it.
type Asked = (String, Vpc, Option<String>);

fn change_of(call: &mut Call<'_>) -> Result<Asked, Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let id = zone::zone_id(&mut input)?;
    let vpc = input.object("VPC")?.ok_or_else(|| input.missing("VPC"))?;
    let vpc = read(vpc)?;
    let comment = zone::comment_of(&mut input)?;
    input.finish()?;
    Ok((id, vpc, comment))
}

fn private<'a>(world: &'a World, id: &str) -> Result<&'a HostedZone, Refusal> {
    let zone = zone::find(world, id)?;
    if zone.vpcs.is_empty() {
        let message = "You're trying to associate a VPC with a public hosted zone. Route 53 does not support it.";
        return Err(Refusal::new("PublicZoneVPCAssociation", message));
    }
    Ok(zone)
}
