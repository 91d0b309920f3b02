//! Route 53: hosted zones, their record sets, and changes that take their time to reach the name servers.
//!
//! A batch of changes is one transaction: the API shows it at once, the name servers answer as before until it is
//! `INSYNC`. Records have simple routing only. Private zones are kept, and nobody on the internet can ask them.

mod alias;
mod apply;
mod change;
mod delegation;
mod health_check;
mod listing;
mod name;
mod rdata;
mod record_set;
mod refuse;
mod routes;
mod tagging;
mod vpc;
mod zone;
mod zone_listing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};

use change::Change;
use health_check::HealthCheck;
pub(crate) use record_set::Target;
pub(crate) use routes::ROUTES;
pub(crate) use tagging::tagged;
pub(crate) use vpc::private_zone_of;
pub(crate) use zone::{HostedZone, domain_of, drop_zone, make_private_zone};

/// The state of Route 53.
#[derive(Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Route53 {
    /// By id, without `/hostedzone/`.
    pub zones: BTreeMap<String, HostedZone>,
    /// By id, without `/change/`.
    pub changes: BTreeMap<String, Change>,
    /// By id.
    pub health_checks: BTreeMap<String, HealthCheck>,
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write(
        "AssociateVPCWithHostedZone",
        vpc::associate_vpc_with_hosted_zone,
    ),
    write(
        "ChangeResourceRecordSets",
        apply::change_resource_record_sets,
    ),
    write("ChangeTagsForResource", tagging::change_tags_for_resource),
    write("CreateHealthCheck", health_check::create_health_check),
    write("CreateHostedZone", zone::create_hosted_zone),
    write("DeleteHealthCheck", health_check::delete_health_check),
    write("DeleteHostedZone", zone::delete_hosted_zone),
    write(
        "DisassociateVPCFromHostedZone",
        vpc::disassociate_vpc_from_hosted_zone,
    ),
    read("GetChange", change::get_change),
    read("GetDNSSEC", zone::get_dnssec),
    read("GetHealthCheck", health_check::get_health_check),
    read("GetHostedZone", zone::get_hosted_zone),
    read("GetHostedZoneCount", zone_listing::get_hosted_zone_count),
    read("ListHealthChecks", health_check::list_health_checks),
    read("ListHostedZones", zone_listing::list_hosted_zones),
    read(
        "ListHostedZonesByName",
        zone_listing::list_hosted_zones_by_name,
    ),
    read("ListHostedZonesByVPC", vpc::list_hosted_zones_by_vpc),
    read("ListResourceRecordSets", listing::list_resource_record_sets),
    read("ListTagsForResource", tagging::list_tags_for_resource),
    read("ListTagsForResources", tagging::list_tags_for_resources),
    write("UpdateHostedZoneComment", zone::update_hosted_zone_comment),
];

impl Default for Route53 {
    fn default() -> Route53 {
        Route53 {
            zones: zone::initial().collect(),
            changes: BTreeMap::new(),
            health_checks: BTreeMap::new(),
        }
    }
}
