//! Hosted zones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::record_set::RecordSet;
use super::{change, delegation, name, refuse, vpc};
use crate::clock::Millis;
use crate::cloudmap;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A hosted zone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HostedZone {
    /// Without `/hostedzone/`.
    pub id: String,
    /// In Route 53's spelling.
    pub name: String,
    /// The idempotency token of its creation.
    pub caller_reference: String,
    /// A note for people.
    pub comment: Option<String>,
    /// Where a private zone answers: region and VPC. A public one has none.
    pub vpcs: Vec<(String, String)>,
    /// Counts the account's zones in the order of their creation.
    pub serial: u64,
    /// Its name servers, without final dots.
    pub name_servers: Vec<String>,
    /// Its record sets, in Route 53's order.
    pub record_sets: BTreeMap<String, RecordSet>,
    /// What the name servers answer, from when on; the latest that has begun counts.
    pub served: Vec<Served>,
    /// Its tags.
    pub tags: Tags,
}

/// Record sets as the name servers have them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Served {
    from: Millis,
    record_sets: BTreeMap<String, RecordSet>,
}

/// Zones of an account until a higher quota is granted [Route 53 guide: quotas].
const QUOTA: usize = 500;

/// The zone of a new world: `example.org`, which Cloudflare knows as well but does not answer for.
pub(super) fn initial() -> impl Iterator<Item = (String, HostedZone)> {
    let since = Millis(1_700_000_000_000);
    let id = "Z0SANDBOXEXAMPLEORG".to_owned();
    let mut zone = HostedZone::new(id.clone(), "example.org.".to_owned(), "sandbox".to_owned());
    zone.serve(since, since);
    std::iter::once((id, zone))
}

/// `CreateHostedZone`
pub(super) fn create_hosted_zone(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("Name")?;
    let reference = input.required("CallerReference")?;
    let vpc = input.object("VPC")?.map(vpc::read).transpose()?;
    let (mut comment, mut private) = (None, vpc.is_some());
    if let Some(mut config) = input.object("HostedZoneConfig")? {
        comment = comment_of(&mut config)?;
        private = config.boolean("PrivateZone")?.unwrap_or(private);
        config.finish()?;
    }
    input.finish()?;
    if reference.is_empty() || reference.len() > 128 {
        return Err(refuse::input(
            "CallerReference must have 1 to 128 characters.",
        ));
    }
    let name =
        name::normal(&given).map_err(|problem| Refusal::new("InvalidDomainName", problem))?;
    if private && vpc.is_none() {
        return Err(refuse::input(
            "When you're creating a private hosted zone, a VPC must be specified.",
        ));
    }
    check(call.world, &name, &reference, vpc.as_ref())?;
    let id = format!("Z{}", call.world.ids.upper(20));
    let mut zone = HostedZone::new(id.clone(), name, reference);
    zone.comment = comment;
    zone.vpcs.extend(vpc);
    let others = call.world.route53.zones.values();
    zone.serial = 1 + others.map(|zone| zone.serial).max().unwrap_or_default();
    let (info, in_sync) = change::submit(call.world, None);
    zone.serve(call.now(), in_sync);
    let mut answer = json!({
        "HostedZone": zone.answer(),
        "ChangeInfo": info,
        "Location": format!("https://route53.amazonaws.com/2013-04-01/hostedzone/{id}"),
    });
    answer[zone.reach().0] = match zone.vpcs.first() {
        Some(vpc) => vpc_answer(vpc),
        None => zone.reach().1,
    };
    call.world.route53.zones.insert(id, zone);
    Ok(answer)
}

/// `GetHostedZone`
pub(super) fn get_hosted_zone(call: &mut Call<'_>) -> Answer {
    let id = only_id(call)?;
    let zone = find(call.world, &id)?;
    let (member, reach) = zone.reach();
    let member = if member == "VPC" { "VPCs" } else { member };
    Ok(json!({ "HostedZone": zone.answer(), member: reach }))
}

/// `DeleteHostedZone`
pub(super) fn delete_hosted_zone(call: &mut Call<'_>) -> Answer {
    let id = only_id(call)?;
    let zone = find(call.world, &id)?;
    refuse_owned(call.world, &id)?;
    let own = |set: &RecordSet| !delegation::is_required(set, &zone.name);
    if zone.record_sets.values().any(own) {
        return Err(Refusal::new(
            "HostedZoneNotEmpty",
            "The specified hosted zone contains non-required resource record sets and so cannot be \
             deleted.",
        ));
    }
    let (info, _) = change::submit(call.world, None);
    call.world.route53.zones.remove(&id);
    Ok(json!({ "ChangeInfo": info }))
}

/// Makes the private zone of a Cloud Map namespace. Refused as `CreateHostedZone` is.
pub(crate) fn make_private_zone(
    world: &mut World,
    given: &str,
    (region, vpc): (&str, &str),
    reference: &str,
) -> Result<String, Refusal> {
    let name = name::normal(given).map_err(|problem| Refusal::new("InvalidDomainName", problem))?;
    let vpc = (region.to_owned(), vpc.to_owned());
    check(world, &name, reference, Some(&vpc))?;
    let id = format!("Z{}", world.ids.upper(20));
    let mut zone = HostedZone::new(id.clone(), name, reference.to_owned());
    zone.comment = Some("Created by AWS Cloud Map namespace".to_owned());
    zone.vpcs.push(vpc);
    let others = world.route53.zones.values();
    zone.serial = 1 + others.map(|zone| zone.serial).max().unwrap_or_default();
    zone.serve(world.now, world.now);
    world.route53.zones.insert(id.clone(), zone);
    Ok(id)
}

/// Takes such a zone away, with whatever is in it.
pub(crate) fn drop_zone(world: &mut World, id: &str) {
    world.route53.zones.remove(id);
}

/// A zone that Cloud Map made is changed through Cloud Map only (the sentence is assumed).
pub(super) fn refuse_owned(world: &World, id: &str) -> Result<(), Refusal> {
    match cloudmap::namespace_of_zone(world, id) {
        None => Ok(()),
        Some(namespace) => Err(Refusal::new(
            "AccessDenied",
            format!("The resource hostedzone/{id} can only be managed through AWS Cloud Map ({namespace})"),
        )
        .status(403)),
    }
}

/// `UpdateHostedZoneComment`
pub(super) fn update_hosted_zone_comment(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = zone_id(&mut input)?;
    let comment = comment_of(&mut input)?;
    input.finish()?;
    let zone = find_mut(call.world, &id)?;
    zone.comment = comment;
    Ok(json!({ "HostedZone": zone.answer() }))
}

/// `GetDNSSEC`: no zone of the twin signs.
pub(super) fn get_dnssec(call: &mut Call<'_>) -> Answer {
    let id = only_id(call)?;
    if !find(call.world, &id)?.vpcs.is_empty() {
        let message = "Operation is unsupported for private hosted zones";
        return Err(Refusal::new("InvalidArgument", message));
    }
    Ok(json!({ "Status": { "ServeSignature": "NOT_SIGNING" }, "KeySigningKeys": {} }))
}

/// The zone's id in the path, without `/hostedzone/`.
pub(super) fn zone_id(input: &mut Input) -> Result<String, Refusal> {
    let id = input.required("Id")?;
    Ok(id.trim_start_matches("/hostedzone/").to_owned())
}

/// The zone of that id.
pub(super) fn find<'a>(world: &'a World, id: &str) -> Result<&'a HostedZone, Refusal> {
    let zone = world.route53.zones.get(id);
    zone.ok_or_else(|| refuse::no_such_zone(id))
}

/// The same, to change it.
pub(super) fn find_mut<'a>(world: &'a mut World, id: &str) -> Result<&'a mut HostedZone, Refusal> {
    let zone = world.route53.zones.get_mut(id);
    zone.ok_or_else(|| refuse::no_such_zone(id))
}

impl HostedZone {
    /// With its NS and SOA records, which nobody is served yet.
    fn new(id: String, name: String, caller_reference: String) -> HostedZone {
        let name_servers = delegation::name_servers(&id);
        let record_sets = delegation::records(&name, &name_servers);
        HostedZone {
            record_sets: record_sets.map(|set| (set.key(), set)).collect(),
            id,
            name,
            caller_reference,
            comment: None,
            vpcs: Vec::new(),
            serial: 0,
            name_servers,
            served: Vec::new(),
            tags: Tags::default(),
        }
    }

    /// Lets the name servers answer from `from` on what the zone says now.
    pub(super) fn serve(&mut self, now: Millis, from: Millis) {
        let current = self.served.iter().rposition(|served| served.from <= now);
        self.served.drain(..current.unwrap_or(0));
        let record_sets = self.record_sets.clone();
        self.served.push(Served { from, record_sets });
    }

    /// What the name servers answer.
    pub(crate) fn served(&self, now: Millis) -> Option<impl Iterator<Item = &RecordSet>> {
        let mut served = self.served.iter().rev();
        let served = served.find(|served| served.from <= now)?;
        Some(served.record_sets.values())
    }

    /// The name without its final dot.
    pub(crate) fn domain(&self) -> String {
        name::plain(&self.name)
    }

    /// As the API shows it.
    pub(super) fn answer(&self) -> Value {
        json!({
            "Id": format!("/hostedzone/{}", self.id),
            "Name": self.name,
            "CallerReference": self.caller_reference,
            "Config": { "Comment": self.comment, "PrivateZone": !self.vpcs.is_empty() },
            "ResourceRecordSetCount": self.record_sets.len(),
        })
    }

    /// Who can ask it: everybody by its name servers, or the machines of a VPC.
    fn reach(&self) -> (&'static str, Value) {
        if self.vpcs.is_empty() {
            let servers = json!({ "NameServers": { "NameServer": self.name_servers } });
            return ("DelegationSet", servers);
        }
        let vpcs: Vec<Value> = self.vpcs.iter().map(vpc_answer).collect();
        ("VPC", json!({ "VPC": vpcs }))
    }
}

/// A record's name as the rest of the twin spells it.
pub(crate) fn domain_of(set: &RecordSet) -> String {
    name::plain(&set.name)
}

fn check(
    world: &World,
    name: &str,
    reference: &str,
    vpc: Option<&(String, String)>,
) -> Result<(), Refusal> {
    let zones = || world.route53.zones.values();
    if zones().any(|zone| zone.caller_reference == reference) {
        let message = "A hosted zone has already been created with the specified caller reference.";
        return Err(Refusal::new("HostedZoneAlreadyExists", message).status(409));
    }
    if zones().count() >= QUOTA {
        let message = format!(
            "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more than {QUOTA} hosted zones."
        );
        return Err(Refusal::new("TooManyHostedZones", message));
    }
    vpc.map_or(Ok(()), |vpc| vpc::check(world, name, vpc))
}

fn only_id(call: &mut Call<'_>) -> Result<String, Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let id = zone_id(&mut input)?;
    input.finish()?;
    Ok(id)
}

/// Takes a comment.
pub(super) fn comment_of(input: &mut Input) -> Result<Option<String>, Refusal> {
    let comment = input.text("Comment")?.filter(|comment| !comment.is_empty());
    if comment
        .as_ref()
        .is_some_and(|comment| comment.chars().count() > 256)
    {
        return Err(refuse::input("Comment must not exceed 256 characters."));
    }
    Ok(comment)
}

fn vpc_answer((region, id): &(String, String)) -> Value {
    json!({ "VPCRegion": region, "VPCId": id })
}
