//! Distributions: made, shown, deployed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::invalidation::Invalidation;
use super::{HOME, Happening, check, defaults, refuse, shapes, tag};
use crate::agenda;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::wire::{HEADERS, ROOT, STATUS};
use crate::world::World;

/// Distributions of an account until a higher quota is granted [CloudFront guide: quotas].
const QUOTA: usize = 500;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Distribution {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) domain: String,
    /// As it was put, with what AWS adds.
    pub(super) config: Value,
    /// Of this version; every change makes another.
    pub(super) etag: String,
    pub(super) deployed: bool,
    pub(super) modified: Millis,
    pub(super) tags: Tags,
    /// By id.
    pub(super) invalidations: BTreeMap<String, Invalidation>,
}

/// `CreateDistribution`
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    std::mem::take(&mut call.input).finish()?;
    let body = std::mem::take(&mut call.body);
    let config = refuse::read(&body, "DistributionConfig", &shapes::DISTRIBUTION)?;
    make(call, config, Tags::default())
}

/// `CreateDistributionWithTags`
pub(super) fn create_with_tags(call: &mut Call<'_>) -> Answer {
    std::mem::take(&mut call.input).finish()?;
    let body = std::mem::take(&mut call.body);
    let root = "DistributionConfigWithTags";
    let mut given = refuse::read(&body, root, &shapes::DISTRIBUTION_WITH_TAGS)?;
    let tags = tag::read(&given["Tags"])?;
    make(call, given["DistributionConfig"].take(), tags)
}

fn make(call: &mut Call<'_>, mut config: Value, tags: Tags) -> Answer {
    check::config(call.world, &config, None)?;
    let mut all = call.world.cloudfront.distributions.values();
    // Whatever else it says [CloudFront API: CallerReference].
    if let Some(other) = all.find(|it| it.config["CallerReference"] == config["CallerReference"]) {
        let message = format!(
            "The caller reference that you are using to create a distribution is associated with another distribution. Already exists: {}",
            other.id
        );
        return Err(Refusal::new("DistributionAlreadyExists", message).status(409));
    }
    if call.world.cloudfront.distributions.len() >= QUOTA {
        let message = "Processing your request would cause you to exceed the maximum number of distributions allowed.";
        return Err(Refusal::new("TooManyDistributions", message));
    }
    defaults::fill(&mut config);
    let ids = &mut call.world.ids;
    let id = format!("E{}", ids.upper(13));
    let domain = format!("d{}.cloudfront.net", ids.upper(13).to_lowercase());
    let distribution = Distribution {
        arn: format!(
            "arn:aws:cloudfront::{}:distribution/{id}",
            call.world.account
        ),
        id: id.clone(),
        domain,
        config,
        etag: String::new(),
        deployed: false,
        modified: call.world.now,
        tags,
        invalidations: BTreeMap::new(),
    };
    let all = &mut call.world.cloudfront.distributions;
    all.insert(id.clone(), distribution);
    deploy(call.world, &id);
    let distribution = find(call.world, &id)?;
    let mut answer = distribution.answer();
    answer[STATUS] = json!(201);
    answer[HEADERS]["location"] = json!(format!(
        "https://cloudfront.amazonaws.com/2020-05-31/distribution/{id}"
    ));
    Ok(answer)
}

/// `GetDistribution`
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let id = only_id(call)?;
    Ok(find(call.world, &id)?.answer())
}

/// `GetDistributionConfig`: what `UpdateDistribution` takes back.
pub(super) fn get_config(call: &mut Call<'_>) -> Answer {
    let id = only_id(call)?;
    let distribution = find(call.world, &id)?;
    let mut answer = distribution.config.clone();
    answer[ROOT] = json!("DistributionConfig");
    answer[HEADERS] = json!({ "etag": distribution.etag });
    Ok(answer)
}

/// Gives a changed distribution its new version, which is on its way to the edge from now on.
pub(super) fn deploy(world: &mut World, id: &str) {
    let etag = format!("E{}", world.ids.upper(13));
    let now = world.now;
    if let Some(distribution) = world.cloudfront.distributions.get_mut(id) {
        distribution.etag.clone_from(&etag);
        distribution.deployed = false;
        distribution.modified = now;
    }
    let what = Happening::Deployed {
        id: id.to_owned(),
        etag,
    };
    let at = now + Duration::from_millis(world.timing.cloudfront_deploy);
    let what = agenda::Happening::Cloudfront(what);
    world.agenda.add(at, HOME, what);
}

/// It has reached the edge, unless it was changed meanwhile.
pub(super) fn deployed(world: &mut World, id: &str, etag: &str) {
    if let Some(distribution) = world.cloudfront.distributions.get_mut(id)
        && distribution.etag == etag
    {
        distribution.deployed = true;
    }
}

pub(super) fn find<'a>(world: &'a World, id: &str) -> Result<&'a Distribution, Refusal> {
    let found = world.cloudfront.distributions.get(id);
    found.ok_or_else(refuse::no_distribution)
}

pub(super) fn find_mut<'a>(
    world: &'a mut World,
    id: &str,
) -> Result<&'a mut Distribution, Refusal> {
    let found = world.cloudfront.distributions.get_mut(id);
    found.ok_or_else(refuse::no_distribution)
}

pub(super) fn only_id(call: &mut Call<'_>) -> Result<String, Refusal> {
    call.body.clear();
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("Id")?;
    input.finish()?;
    Ok(id)
}

impl Distribution {
    pub(super) fn status(&self) -> &'static str {
        match self.deployed {
            true => "Deployed",
            false => "InProgress",
        }
    }

    pub(super) fn aliases(&self) -> Vec<&str> {
        let aliases = self.config["Aliases"]["Items"]["CNAME"].as_array();
        let aliases = aliases.into_iter().flatten();
        aliases.filter_map(Value::as_str).collect()
    }

    pub(super) fn answer(&self) -> Value {
        let going = self.invalidations.values().filter(|it| !it.completed);
        let nobody = json!({ "Enabled": false, "Quantity": 0 });
        let recorded = self
            .aliases()
            .into_iter()
            .map(|alias| json!({ "CNAME": alias, "ICPRecordalStatus": "APPROVED" }));
        let recorded: Vec<Value> = recorded.collect();
        json!({
            ROOT: "Distribution",
            HEADERS: { "etag": self.etag },
            "Id": self.id,
            "ARN": self.arn,
            "Status": self.status(),
            "LastModifiedTime": self.modified.iso8601(),
            "InProgressInvalidationBatches": going.count(),
            "DomainName": self.domain,
            "ActiveTrustedSigners": nobody,
            "ActiveTrustedKeyGroups": nobody,
            "DistributionConfig": self.config,
            "AliasICPRecordals": { "AliasICPRecordal": recorded },
        })
    }
}
