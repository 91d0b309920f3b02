//! Invalidations: paths that the edge is to fetch anew.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::list::Asked;
use super::{HOME, Happening, check, distribution, refuse, shapes};
use crate::agenda;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::{HEADERS, ROOT, STATUS};
use crate::world::World;

/// Paths on their way at one time, and those of them with a wildcard [CloudFront guide: quotas on invalidations].
const PATHS: usize = 3000;
const WILDCARDS: usize = 15;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Invalidation {
    id: String,
    created: Millis,
    pub(super) completed: bool,
    reference: String,
    paths: Vec<String>,
}

/// `CreateInvalidation`
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("DistributionId")?;
    input.finish()?;
    let body = std::mem::take(&mut call.body);
    let batch = refuse::read(&body, "InvalidationBatch", &shapes::INVALIDATION)?;
    let reference = batch["CallerReference"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let paths = check::items(&batch["Paths"], "Path").iter();
    let paths: Vec<String> = paths.filter_map(Value::as_str).map(str::to_owned).collect();
    if reference.is_empty() {
        return Err(refuse::argument(
            "The parameter CallerReference is required.",
        ));
    }
    check_paths(&paths)?;
    let found = distribution::find(call.world, &name)?;
    let mut known = found.invalidations.values();
    if let Some(known) = known.find(|it| it.reference == reference) {
        // [CloudFront API: InvalidationBatch CallerReference]
        if known.paths != paths {
            let message = "Your caller reference for this invalidation batch has already been used with other paths.";
            return Err(Refusal::new("InvalidationBatchAlreadyExists", message).status(409));
        }
        return Ok(known.answer(&name, 201));
    }
    let wild = |path: &&String| path.ends_with('*');
    let going = found.invalidations.values().filter(|it| !it.completed);
    let going: Vec<&String> = going.flat_map(|it| &it.paths).chain(&paths).collect();
    let stars = going.iter().filter(|path| wild(path)).count();
    if going.len() - stars > PATHS || stars > WILDCARDS {
        let message = "Processing your request will cause you to exceed the maximum number of in-progress wildcard invalidations.";
        return Err(Refusal::new("TooManyInvalidationsInProgress", message));
    }
    let id = format!("I{}", call.world.ids.upper(13));
    let invalidation = Invalidation {
        id: id.clone(),
        created: call.now(),
        completed: false,
        reference,
        paths,
    };
    let answer = invalidation.answer(&name, 201);
    let found = distribution::find_mut(call.world, &name)?;
    found.invalidations.insert(id.clone(), invalidation);
    let after = Duration::from_millis(call.world.timing.cloudfront_invalidation);
    let what = Happening::Invalidated {
        distribution: name,
        id,
    };
    let what = agenda::Happening::Cloudfront(what);
    call.world.agenda.add(call.world.now + after, HOME, what);
    Ok(answer)
}

/// `GetInvalidation`
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.body.clear();
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("DistributionId")?;
    let id = input.required("Id")?;
    input.finish()?;
    let found = distribution::find(call.world, &name)?
        .invalidations
        .get(&id);
    let found = found.ok_or_else(|| {
        let message = "The specified invalidation does not exist.";
        Refusal::new("NoSuchInvalidation", message).status(404)
    })?;
    Ok(found.answer(&name, 200))
}

/// `ListInvalidations`: the latest first.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.body.clear();
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("DistributionId")?;
    let asked = Asked::read(&mut input)?;
    input.finish()?;
    let found = distribution::find(call.world, &name)?;
    let mut all: Vec<&Invalidation> = found.invalidations.values().collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.created));
    let rows = (1..).zip(all).map(|(place, it): (u32, _)| {
        let row = json!({
            "Id": it.id, "CreateTime": it.created.iso8601(), "Status": it.status(),
        });
        (format!("{place:010}"), row)
    });
    Ok(asked.page("InvalidationList", "InvalidationSummary", rows.collect()))
}

pub(super) fn completed(world: &mut World, name: &str, id: &str) {
    let found = distribution::find_mut(world, name).ok();
    let found = found.and_then(|it| it.invalidations.get_mut(id));
    if let Some(found) = found {
        found.completed = true;
    }
}

/// [CloudFront guide: specifying the objects to invalidate]
fn check_paths(paths: &[String]) -> Result<(), Refusal> {
    let wrong = |path: &String| {
        !path.starts_with('/')
            || path.len() > 4000
            || path.trim_end_matches('*').contains('*')
            || path.ends_with("**")
            || path.contains(' ')
    };
    let distinct: BTreeSet<&String> = paths.iter().collect();
    if paths.is_empty() || paths.iter().any(wrong) || distinct.len() < paths.len() {
        return Err(refuse::argument(
            "Your request contains one or more invalid invalidation paths.",
        ));
    }
    match paths.len() > PATHS {
        true => {
            let message = "Your request contains too many invalidation paths.";
            Err(Refusal::new("BatchTooLarge", message).status(413))
        }
        false => Ok(()),
    }
}

impl Invalidation {
    fn status(&self) -> &'static str {
        match self.completed {
            true => "Completed",
            false => "InProgress",
        }
    }

    fn answer(&self, distribution: &str, status: u16) -> Value {
        let location = format!(
            "https://cloudfront.amazonaws.com/2020-05-31/distribution/{distribution}/invalidation/{}",
            self.id
        );
        json!({
            ROOT: "Invalidation",
            STATUS: status,
            HEADERS: { "location": (status == 201).then_some(location) },
            "Id": self.id,
            "Status": self.status(),
            "CreateTime": self.created.iso8601(),
            "InvalidationBatch": {
                "Paths": { "Quantity": self.paths.len(), "Items": { "Path": self.paths } },
                "CallerReference": self.reference,
            },
        })
    }
}
