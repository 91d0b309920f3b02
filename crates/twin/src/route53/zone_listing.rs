//! Listings of zones: by id, and by name.

use serde_json::{Value, json};

use super::zone::HostedZone;
use super::{name, refuse};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `ListHostedZones`
pub(super) fn list_hosted_zones(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let marker = input.text("marker")?.filter(|marker| !marker.is_empty());
    let limit = max_items(&mut input, 100)?;
    let private_only = match input.text("hostedzonetype")?.as_deref() {
        None => false,
        Some("PrivateHostedZone") => true,
        Some(other) => return Err(refuse::input(format!("Invalid hosted zone type {other}"))),
    };
    input.finish()?;
    let zones = &call.world.route53.zones;
    if let Some(marker) = marker
        .as_ref()
        .filter(|marker| !zones.contains_key(*marker))
    {
        return Err(refuse::input(format!(
            "No hosted zone found with marker: {marker}"
        )));
    }
    let from = marker.clone().unwrap_or_default();
    let mut found: Vec<&HostedZone> = zones.range(from..).map(|(_, zone)| zone).collect();
    found.retain(|zone| !private_only || !zone.vpcs.is_empty());
    let next = found.get(limit).map(|zone| zone.id.clone());
    Ok(json!({
        "HostedZones": list(&found, limit),
        "Marker": marker.unwrap_or_default(),
        "IsTruncated": next.is_some(),
        "NextMarker": next,
        "MaxItems": limit.to_string(),
    }))
}

/// `ListHostedZonesByName`: in order of the reversed name, from a name on. It is no filter.
pub(super) fn list_hosted_zones_by_name(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.text("dnsname")?;
    let from_id = input.text("hostedzoneid")?;
    let limit = max_items(&mut input, 100)?;
    input.finish()?;
    if from_id.is_some() && given.is_none() {
        return Err(refuse::input(
            "The request must contain DNSName if it contains HostedZoneId.",
        ));
    }
    let from = match &given {
        Some(given) => {
            let name = name::normal(given)
                .map_err(|problem| Refusal::new("InvalidDomainName", problem))?;
            let id = from_id.as_deref().unwrap_or_default();
            (
                name::reversed(&name),
                id.trim_start_matches("/hostedzone/").to_owned(),
            )
        }
        None => Default::default(),
    };
    let order = |zone: &HostedZone| (name::reversed(&zone.name), zone.id.clone());
    let mut found: Vec<&HostedZone> = call.world.route53.zones.values().collect();
    found.retain(|zone| order(zone) >= from);
    found.sort_by_key(|zone| order(zone));
    let next = found.get(limit);
    Ok(json!({
        "HostedZones": list(&found, limit),
        "DNSName": given,
        "HostedZoneId": from_id,
        "IsTruncated": next.is_some(),
        "NextDNSName": next.map(|zone| &zone.name),
        "NextHostedZoneId": next.map(|zone| &zone.id),
        "MaxItems": limit.to_string(),
    }))
}

/// `GetHostedZoneCount`
pub(super) fn get_hosted_zone_count(call: &mut Call<'_>) -> Answer {
    std::mem::take(&mut call.input).finish()?;
    Ok(json!({ "HostedZoneCount": call.world.route53.zones.len() }))
}

/// `MaxItems`, which is text on the wire; more than the ceiling gives the ceiling.
pub(super) fn max_items(input: &mut Input, ceiling: usize) -> Result<usize, Refusal> {
    let Some(text) = input.text("maxitems")? else {
        return Ok(ceiling);
    };
    match text.parse::<usize>() {
        Ok(count) if count > 0 => Ok(count.min(ceiling)),
        _ => Err(refuse::input(format!("Invalid value for MaxItems: {text}"))),
    }
}

fn list(zones: &[&HostedZone], limit: usize) -> Value {
    let page: Vec<Value> = zones.iter().take(limit).map(|zone| zone.answer()).collect();
    json!({ "HostedZone": page })
}
