//! Whether a tag can be moved to another image.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{refuse, repository};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::script::matches;

/// The setting, and the patterns of tags that are excluded from it.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Mutability {
    setting: String,
    filters: Vec<String>,
}

/// `PutImageTagMutability`
pub(super) fn put_image_tag_mutability(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, registry) = repository::named(call, &mut input)?;
    if !input.has("imageTagMutability") {
        return Err(input.missing("imageTagMutability"));
    }
    let mutability = read(&mut input)?.unwrap_or_default();
    input.finish()?;
    let mut answer = json!({ "registryId": registry, "repositoryName": name });
    mutability.show(&mut answer);
    repository::find(call, &name, &registry)?.mutability = mutability;
    Ok(answer)
}

/// `imageTagMutability` and `imageTagMutabilityExclusionFilters`, if there are any.
pub(super) fn read(input: &mut Input) -> Result<Option<Mutability>, Refusal> {
    let setting = input.text("imageTagMutability")?;
    let mut filters = Vec::new();
    for mut filter in input.objects("imageTagMutabilityExclusionFilters")? {
        let kind = filter.required("filterType")?;
        let pattern = filter.required("filter")?;
        filter.finish()?;
        if kind != "WILDCARD" {
            return Err(refuse::parameter(
                "imageTagMutabilityExclusionFilters.filterType",
                "Member must satisfy enum value set: [WILDCARD]",
            ));
        }
        let good = |c: char| c.is_ascii_alphanumeric() || "._*-".contains(c);
        // Two wildcards at most [ECR guide: image tag mutability].
        let stars = pattern.matches('*').count();
        if !(1..=128).contains(&pattern.len()) || !pattern.chars().all(good) || stars > 2 {
            return Err(refuse::parameter(
                "imageTagMutabilityExclusionFilters.filter",
                "must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}$' with at most 2 wildcards",
            ));
        }
        filters.push(pattern);
    }
    let Some(setting) = setting else {
        return match filters.is_empty() {
            true => Ok(None),
            false => Err(needless()),
        };
    };
    match setting.as_str() {
        "MUTABLE" | "IMMUTABLE" if !filters.is_empty() => Err(needless()),
        "MUTABLE" | "IMMUTABLE" => Ok(Some(Mutability { setting, filters })),
        "IMMUTABLE_WITH_EXCLUSION" | "MUTABLE_WITH_EXCLUSION" if filters.is_empty() => {
            Err(refuse::invalid(format!(
                "imageTagMutabilityExclusionFilters must be specified when imageTagMutability is {setting}."
            )))
        }
        // [botocore: ecr ImageTagMutabilityExclusionFilters]
        "IMMUTABLE_WITH_EXCLUSION" | "MUTABLE_WITH_EXCLUSION" if filters.len() > 5 => {
            Err(refuse::parameter(
                "imageTagMutabilityExclusionFilters",
                "Member must have length less than or equal to 5",
            ))
        }
        "IMMUTABLE_WITH_EXCLUSION" | "MUTABLE_WITH_EXCLUSION" => {
            Ok(Some(Mutability { setting, filters }))
        }
        _ => Err(refuse::parameter(
            "imageTagMutability",
            "Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]",
        )),
    }
}

fn needless() -> Refusal {
    refuse::invalid(
        "imageTagMutabilityExclusionFilters can only be specified when imageTagMutability is IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION.",
    )
}

impl Mutability {
    /// Whether this tag stays on the image that it is on.
    pub(super) fn fixes(&self, tag: &str) -> bool {
        let excluded = self.filters.iter().any(|filter| matches(filter, tag));
        self.setting.starts_with("IMMUTABLE") != excluded
    }

    /// Adds its members to an answer.
    pub(super) fn show(&self, answer: &mut Value) {
        answer["imageTagMutability"] = json!(self.setting);
        if !self.filters.is_empty() {
            let filters = self.filters.iter();
            answer["imageTagMutabilityExclusionFilters"] = filters
                .map(|filter| json!({ "filterType": "WILDCARD", "filter": filter }))
                .collect();
        }
    }
}

impl Default for Mutability {
    fn default() -> Mutability {
        Mutability {
            setting: "MUTABLE".to_owned(),
            filters: Vec::new(),
        }
    }
}
