//! Aliases: to a load balancer, or to another name of the same zone.

use std::collections::BTreeMap;

use super::name;
use super::record_set::{Problems, RecordSet, Target, key};
use super::zone::HostedZone;
use crate::refusal::Refusal;
use crate::world::World;
use crate::{cloudfront, elbv2};

/// The zone of all CloudFront distributions [AWS General Reference: CloudFront].
const CLOUDFRONT: &str = "Z2FDTNDATAQYW2";

/// What stands in the way of this alias, in Route 53's words.
pub(super) fn problems(
    world: &World,
    zone: &HostedZone,
    sets: &BTreeMap<String, RecordSet>,
    set: &RecordSet,
) -> Result<Problems, Refusal> {
    let Target::Alias {
        zone_id, dns_name, ..
    } = &set.target
    else {
        return Ok(Problems::new());
    };
    if matches!(set.kind.as_str(), "NS" | "SOA") {
        // [Route 53 guide: values for alias records]
        return Ok(vec![format!(
            "An alias of type {} is not permitted for {}",
            set.kind, set.name
        )]);
    }
    let (within, found) = if *zone_id == zone.id {
        // An alias to itself names nothing.
        let found = sets.contains_key(&key(dns_name, &set.kind)) && *dns_name != set.name;
        (name::lies_in(dns_name, &zone.name), found)
    } else if zone_id == CLOUDFRONT {
        let domain = name::plain(dns_name);
        let addressed = matches!(set.kind.as_str(), "A" | "AAAA" | "HTTPS");
        let found = addressed && cloudfront::has_domain(world, &domain);
        (domain.ends_with(".cloudfront.net"), found)
    } else {
        let balancer = name::plain(dns_name);
        let addressed = matches!(set.kind.as_str(), "A" | "AAAA");
        (
            elbv2::hosted_zone_of_name(&balancer).as_deref() == Some(zone_id),
            addressed
                && elbv2::hosted_zone_of_balancer(world, &balancer).as_deref() == Some(zone_id),
        )
    };
    let tried = format!(
        "Tried to create an alias that targets {dns_name}, type {} in zone {zone_id}, but",
        set.kind
    );
    let mut problems = Problems::new();
    if !within {
        problems.push(format!(
            "{tried} the alias target name does not lie within the target zone"
        ));
    }
    if !found {
        problems.push(format!("{tried} that target was not found"));
    }
    Ok(problems)
}
