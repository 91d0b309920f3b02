//! Regions and zones: availability zones, and the local and wavelength zones of us-east-1 that one has to opt in to.

use serde_json::{Value, json};

use super::describe::Query;
use super::filter::Table;
use super::request::finish;
use super::resource::{View, view};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// A zone.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    /// `us-east-1a`
    pub(super) name: String,
    /// `use1-az4`: the same place in all accounts, which the name is not.
    pub(super) id: String,
    kind: &'static str,
    group: String,
    border: String,
    parent: Option<(&'static str, &'static str)>,
    opt_in: bool,
}

struct Region {
    name: &'static str,
    /// The short name in zone ids.
    short: &'static str,
    /// The letters of its zones, with the numbers in their ids: how one account sees them; letters may skip.
    zones: &'static [(char, u8)],
    opt_in: bool,
}

const fn region(
    name: &'static str,
    short: &'static str,
    zones: &'static [(char, u8)],
    opt_in: bool,
) -> Region {
    Region {
        name,
        short,
        zones,
        opt_in,
    }
}

const THREE: &[(char, u8)] = &[('a', 1), ('b', 2), ('c', 3)];
const FOUR: &[(char, u8)] = &[('a', 1), ('b', 2), ('c', 3), ('d', 4)];

/// Regions as an account of today sees them, with the zones that [AWS global infrastructure] counts.
const REGIONS: &[Region] = &[
    region("af-south-1", "afs1", THREE, true),
    region("ap-east-1", "ape1", THREE, true),
    region(
        "ap-northeast-1",
        "apne1",
        &[('a', 4), ('c', 1), ('d', 2)],
        false,
    ),
    region("ap-northeast-2", "apne2", FOUR, false),
    region(
        "ap-northeast-3",
        "apne3",
        &[('a', 3), ('b', 1), ('c', 2)],
        false,
    ),
    region("ap-south-1", "aps1", &[('a', 1), ('b', 3), ('c', 2)], false),
    region(
        "ap-southeast-1",
        "apse1",
        &[('a', 2), ('b', 1), ('c', 3)],
        false,
    ),
    region(
        "ap-southeast-2",
        "apse2",
        &[('a', 1), ('b', 3), ('c', 2)],
        false,
    ),
    region(
        "ca-central-1",
        "cac1",
        &[('a', 1), ('b', 2), ('d', 4)],
        false,
    ),
    region(
        "eu-central-1",
        "euc1",
        &[('a', 2), ('b', 3), ('c', 1)],
        false,
    ),
    region("eu-north-1", "eun1", THREE, false),
    region("eu-south-1", "eus1", THREE, true),
    region("eu-west-1", "euw1", &[('a', 3), ('b', 1), ('c', 2)], false),
    region("eu-west-2", "euw2", &[('a', 2), ('b', 3), ('c', 1)], false),
    region("eu-west-3", "euw3", THREE, false),
    region("me-south-1", "mes1", THREE, true),
    region("sa-east-1", "sae1", THREE, false),
    region(
        "us-east-1",
        "use1",
        &[('a', 4), ('b', 6), ('c', 1), ('d', 2), ('e', 3), ('f', 5)],
        false,
    ),
    region("us-east-2", "use2", THREE, false),
    region("us-west-1", "usw1", &[('a', 3), ('c', 1)], false),
    region(
        "us-west-2",
        "usw2",
        &[('a', 2), ('b', 1), ('c', 3), ('d', 4)],
        false,
    ),
];

const ZONE_FILTERS: Table = &[
    ("group-long-name", "groupLongName"),
    ("group-name", "groupName"),
    ("message", "messageSet.message"),
    ("opt-in-status", "optInStatus"),
    ("parent-zone-id", "parentZoneId"),
    ("parent-zone-name", "parentZoneName"),
    ("region-name", "regionName"),
    ("state", "zoneState"),
    ("zone-id", "zoneId"),
    ("zone-name", "zoneName"),
    ("zone-type", "zoneType"),
];

const REGION_FILTERS: Table = &[
    ("endpoint", "regionEndpoint"),
    ("opt-in-status", "optInStatus"),
    ("region-name", "regionName"),
];

/// The names of the region's availability zones.
pub(super) fn names(region: &str) -> Vec<String> {
    ordinary(region).into_iter().map(|zone| zone.name).collect()
}

/// `DescribeAvailabilityZones`: without AllAvailabilityZones only the zones that the account has opted in to, or need
/// not opt in to [EC2 API: DescribeAvailabilityZones].
pub(super) fn describe_availability_zones(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("ZoneName")?;
    let ids = input.texts("ZoneId")?;
    let all = input.boolean("AllAvailabilityZones")?.unwrap_or(false);
    let query = Query::with(&mut input, "", ZONE_FILTERS)?;
    finish(input)?;
    let view = view(call);
    let mut seen = all_zones(view.region);
    seen.retain(|zone| all || view.is_open(zone));
    for (asked, is_known) in [
        (
            &names,
            &(|name: &String| seen.iter().any(|zone| zone.name == *name))
                as &dyn Fn(&String) -> bool,
        ),
        (&ids, &|id: &String| seen.iter().any(|zone| zone.id == *id)),
    ] {
        if let Some(unknown) = asked.iter().find(|name| !is_known(name)) {
            let message = format!("Invalid availability zone: [{unknown}]");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    }
    seen.retain(|zone| names.is_empty() || names.contains(&zone.name));
    seen.retain(|zone| ids.is_empty() || ids.contains(&zone.id));
    query.page(
        "availabilityZoneInfo",
        seen.iter().map(|zone| view.show_zone(zone)).collect(),
    )
}

/// `ModifyAvailabilityZoneGroup`: opting in is a call, opting out is a letter to AWS Support
/// [EC2 API: ModifyAvailabilityZoneGroup].
pub(super) fn modify_availability_zone_group(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let group = input.required("GroupName")?;
    let status = input.required("OptInStatus")?;
    finish(input)?;
    if !all_zones(&call.region)
        .iter()
        .any(|zone| zone.opt_in && zone.group == group)
    {
        let message = format!("Value ({group}) for parameter groupName is invalid.");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if status != "opted-in" {
        let message = format!(
            "Value ({status}) for parameter optInStatus is invalid. Contact AWS Support to opt out."
        );
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    call.here().ec2.opted_in.insert(group);
    Ok(json!({ "return": true }))
}

/// `DescribeRegions`
pub(super) fn describe_regions(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("RegionName")?;
    let all = input.boolean("AllRegions")?.unwrap_or(false);
    let query = Query::with(&mut input, "", REGION_FILTERS)?;
    finish(input)?;
    if let Some(unknown) = names
        .iter()
        .find(|name| !REGIONS.iter().any(|known| known.name == **name))
    {
        let message = format!("Invalid region provided: {unknown}");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let asked = |region: &&Region| {
        if names.is_empty() {
            all || !region.opt_in
        } else {
            names.iter().any(|name| name == region.name)
        }
    };
    let shown = REGIONS.iter().filter(asked).map(|region| {
        json!({
            "regionName": region.name,
            "regionEndpoint": format!("ec2.{}.amazonaws.com", region.name),
            "optInStatus": if region.opt_in { "not-opted-in" } else { "opt-in-not-required" },
        })
    });
    query.page("regionInfo", shown.collect())
}

/// Names and ids of a region's zones that need no opting in to.
pub(super) fn names_and_ids(region: &str) -> Vec<(String, String)> {
    let zones = all_zones(region).into_iter().filter(|zone| !zone.opt_in);
    zones.map(|zone| (zone.name, zone.id)).collect()
}

/// The zone that a new subnet asks for, or the first one. The refusal names those that would do
/// [terraform #3434, aws-cdk #32017].
pub(super) fn choose(
    view: &View<'_>,
    name: Option<String>,
    id: Option<String>,
) -> Result<Zone, Refusal> {
    if name.is_some() && id.is_some() {
        let message = "Only one of availabilityZone and availabilityZoneId may be specified.";
        return Err(Refusal::new("InvalidParameterCombination", message));
    }
    let open: Vec<Zone> = all_zones(view.region)
        .into_iter()
        .filter(|zone| view.is_open(zone))
        .collect();
    let names: Vec<&str> = open.iter().map(|zone| zone.name.as_str()).collect();
    let found = open.iter().find(|zone| match (&name, &id) {
        (Some(name), _) => zone.name == *name,
        (_, Some(id)) => zone.id == *id,
        (None, None) => true,
    });
    found.cloned().ok_or_else(|| {
        let (parameter, value) = match (&name, &id) {
            (_, Some(id)) => ("availabilityZoneId", id.as_str()),
            (name, None) => ("availabilityZone", name.as_deref().unwrap_or_default()),
        };
        Refusal::new(
            "InvalidParameterValue",
            format!(
                "Value ({value}) for parameter {parameter} is invalid. Subnets can currently only be created in the following availability zones: {}.",
                names.join(", ")
            ),
        )
    })
}

/// The availability zones of a region, without local and wavelength zones.
pub(super) fn ordinary(region: &str) -> Vec<Zone> {
    all_zones(region)
        .into_iter()
        .filter(|zone| !zone.opt_in)
        .collect()
}

fn all_zones(name: &str) -> Vec<Zone> {
    let Some(region) = REGIONS.iter().find(|region| region.name == name) else {
        return Vec::new();
    };
    let mut zones: Vec<Zone> = region
        .zones
        .iter()
        .map(|(letter, number)| Zone {
            name: format!("{name}{letter}"),
            id: format!("{}-az{number}", region.short),
            kind: "availability-zone",
            group: format!("{name}-zg-1"),
            border: name.to_owned(),
            parent: None,
            opt_in: false,
        })
        .collect();
    if name == "us-east-1" {
        // Where programs that take "all zones" go wrong: neither can hold a load balancer's ordinary subnets.
        zones.push(Zone {
            name: "us-east-1-bos-1a".to_owned(),
            id: "use1-bos1-az1".to_owned(),
            kind: "local-zone",
            group: "us-east-1-bos-1".to_owned(),
            border: "us-east-1-bos-1".to_owned(),
            parent: Some(("us-east-1a", "use1-az4")),
            opt_in: true,
        });
        zones.push(Zone {
            name: "us-east-1-wl1-bos-wlz-1".to_owned(),
            id: "use1-wl1-bos-wlz1".to_owned(),
            kind: "wavelength-zone",
            group: "us-east-1-wl1".to_owned(),
            border: "us-east-1-wl1-bos-wlz-1".to_owned(),
            parent: Some(("us-east-1a", "use1-az4")),
            opt_in: true,
        });
    }
    zones
}

impl View<'_> {
    fn is_open(&self, zone: &Zone) -> bool {
        !zone.opt_in || self.ec2.opted_in.contains(&zone.group)
    }

    fn show_zone(&self, zone: &Zone) -> Value {
        let status = match (zone.opt_in, self.is_open(zone)) {
            (false, _) => "opt-in-not-required",
            (true, true) => "opted-in",
            (true, false) => "not-opted-in",
        };
        json!({
            "zoneName": zone.name,
            "zoneId": zone.id,
            "zoneState": "available",
            "zoneType": zone.kind,
            "regionName": self.region,
            "groupName": zone.group,
            "networkBorderGroup": zone.border,
            "optInStatus": status,
            "parentZoneName": zone.parent.map(|(name, _)| name),
            "parentZoneId": zone.parent.map(|(_, id)| id),
            "messageSet": [],
        })
    }
}
