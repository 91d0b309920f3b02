//! When images are scanned. Only the settings are kept: nothing is ever found here.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{refuse, repository};
use crate::operation::{Answer, Call};

/// The registry's setting, as it is shown.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Scanning(Value);

/// `PutImageScanningConfiguration`: on the repository, which AWS has deprecated in favour of the registry's.
pub(super) fn put_image_scanning_configuration(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    let Some(mut scanning) = input.object("imageScanningConfiguration")? else {
        return Err(input.missing("imageScanningConfiguration"));
    };
    let on_push = scanning.boolean("scanOnPush")?.unwrap_or(false);
    scanning.finish()?;
    input.finish()?;
    repository::find(call, &name, &registry)?.scan_on_push = on_push;
    Ok(json!({
        "registryId": registry,
        "repositoryName": name,
        "imageScanningConfiguration": { "scanOnPush": on_push },
    }))
}

/// `GetRegistryScanningConfiguration`
pub(super) fn get_registry_scanning_configuration(call: &mut Call<'_>) -> Answer {
    std::mem::take(&mut call.input).finish()?;
    let registry = call.account();
    let scanning = &call.here().ecr.scanning.0;
    Ok(json!({ "registryId": registry, "scanningConfiguration": scanning }))
}

/// `PutRegistryScanningConfiguration`
pub(super) fn put_registry_scanning_configuration(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let kind = input
        .text("scanType")?
        .unwrap_or_else(|| "BASIC".to_owned());
    let mut rules = Vec::new();
    for mut rule in input.objects("rules")? {
        let frequency = rule.required("scanFrequency")?;
        let mut filters = Vec::new();
        for mut filter in rule.objects("repositoryFilters")? {
            let pattern = filter.required("filter")?;
            let kind = filter.required("filterType")?;
            filter.finish()?;
            if kind != "WILDCARD" || pattern.is_empty() || pattern.len() > 255 {
                return Err(refuse::parameter(
                    "rules.repositoryFilters",
                    "filterType must be WILDCARD and filter have length between 1 and 255",
                ));
            }
            filters.push(json!({ "filter": pattern, "filterType": kind }));
        }
        rule.finish()?;
        rules.push((frequency, filters));
    }
    input.finish()?;
    // What is scanned continuously is scanned by Inspector only [ECR guide: image scanning].
    let allowed: &[&str] = match kind.as_str() {
        "BASIC" => &["SCAN_ON_PUSH", "MANUAL"],
        "ENHANCED" => &["SCAN_ON_PUSH", "CONTINUOUS_SCAN"],
        _ => {
            return Err(refuse::parameter(
                "scanType",
                "Member must satisfy enum value set: [BASIC, ENHANCED]",
            ));
        }
    };
    for (index, (frequency, _)) in rules.iter().enumerate() {
        if !allowed.contains(&frequency.as_str()) {
            return Err(refuse::invalid(format!(
                "Scan frequency {frequency} is not supported for scan type {kind}."
            )));
        }
        if rules[..index].iter().any(|(other, _)| other == frequency) {
            return Err(refuse::invalid(
                "There can only be one rule for each scan frequency.",
            ));
        }
    }
    let rules = rules.into_iter().map(
        |(frequency, filters)| json!({ "scanFrequency": frequency, "repositoryFilters": filters }),
    );
    let scanning = json!({ "scanType": kind, "rules": rules.collect::<Vec<_>>() });
    call.here().ecr.scanning = Scanning(scanning.clone());
    Ok(json!({ "registryScanningConfiguration": scanning }))
}

impl Default for Scanning {
    fn default() -> Scanning {
        Scanning(json!({ "scanType": "BASIC", "rules": [] }))
    }
}
