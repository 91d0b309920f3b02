//! Versions of launch templates: create, describe, delete, and the data of one for those who launch instances from it.

use serde_json::{Map, Value, json};

use super::describe::Query;
use super::filter::Table;
use super::launch_template::{LaunchTemplate, Version, Which, check_description};
use super::request::{Token, finish, made_before, remember};
use super::resource::{View, view};
use super::template_data;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// Versions of one call [EC2 API: DeleteLaunchTemplateVersions].
const AT_ONCE: usize = 200;

const FILTERS: Table = &[
    ("create-time", "createTime"),
    ("ebs-optimized", "launchTemplateData.ebsOptimized"),
    (
        "http-endpoint",
        "launchTemplateData.metadataOptions.httpEndpoint",
    ),
    (
        "http-tokens",
        "launchTemplateData.metadataOptions.httpTokens",
    ),
    (
        "iam-instance-profile",
        "launchTemplateData.iamInstanceProfile.arn",
    ),
    ("image-id", "launchTemplateData.imageId"),
    ("instance-type", "launchTemplateData.instanceType"),
    ("is-default-version", "defaultVersion"),
];

/// `CreateLaunchTemplateVersion`
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let request = input.whole().to_string();
    let token = Token::read(&mut input, "CreateLaunchTemplateVersion")?;
    let which = Which::read(&mut input)?;
    let source = input.text("SourceVersion")?;
    let description = input.text("VersionDescription")?;
    let data = template_data::read(&mut input)?;
    input.accept("ResolveAlias", &[json!(false)])?;
    finish(input)?;
    check_description(description.as_deref())?;
    let id = which.find(&view(call))?;
    let (now, by) = (call.now(), call.principal.clone());
    let template = view(call).find::<LaunchTemplate>(&id)?;
    let data = match source {
        None => data,
        Some(text) => {
            let number = template.number(&id, &text)?;
            template.versions.get(&number).map_or(data.clone(), |it| {
                template_data::over(&it.data, data.clone())
            })
        }
    };
    let ec2 = &mut call.here().ec2;
    let made = made_before(ec2, now, token.as_ref(), &request)?;
    let number = match made.and_then(|number| number.parse().ok()) {
        Some(number) => number,
        None => {
            let Some(template) = ec2.launch_templates.get_mut(&id) else {
                return Err(super::launch_template::KIND.not_found(&id));
            };
            template.last += 1;
            let number = template.last;
            let version = Version {
                description,
                data,
                created: now,
                created_by: by,
            };
            template.versions.insert(number, version);
            remember(ec2, now, token.as_ref(), &request, &number.to_string());
            number
        }
    };
    let template = view(call).find::<LaunchTemplate>(&id)?;
    let shown = template
        .versions
        .get(&number)
        .map(|it| show(&id, template, number, it));
    Ok(json!({ "launchTemplateVersion": shown }))
}

/// `DescribeLaunchTemplateVersions`: of one template, or the latest and default ones of all.
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let which = Which::read_optional(&mut input)?;
    let wanted = input.texts("LaunchTemplateVersion")?;
    let bound = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok());
    let least = bound(input.text("MinVersion")?);
    let most = bound(input.text("MaxVersion")?);
    input.accept("ResolveAlias", &[json!(false)])?;
    input.boolean("IncludeManagedResources")?;
    let query = Query::with(&mut input, "", FILTERS)?;
    finish(input)?;
    let view = view(call);
    let mut shown = Vec::new();
    match which {
        Some(which) => {
            let id = which.find(&view)?;
            let template = view.find::<LaunchTemplate>(&id)?;
            let numbers = match wanted.is_empty() {
                true => template.versions.keys().copied().collect(),
                false => each_number(&id, template, &wanted)?,
            };
            let fits = |number: &u64| {
                least.is_none_or(|it| *number >= it) && most.is_none_or(|it| *number <= it)
            };
            // Newest first, as AWS lists them.
            for number in numbers.into_iter().rev().filter(fits) {
                if let Some(version) = template.versions.get(&number) {
                    shown.push(show(&id, template, number, version));
                }
            }
        }
        None => {
            if wanted.is_empty() || wanted.iter().any(|it| !it.starts_with('$')) {
                return Err(Refusal::new(
                    "MissingParameter",
                    "Without a launch template, the versions must be $Latest or $Default.",
                ));
            }
            for (id, template) in view.each::<LaunchTemplate>() {
                for number in each_number(id, template, &wanted)? {
                    if let Some(version) = template.versions.get(&number) {
                        shown.push(show(id, template, number, version));
                    }
                }
            }
        }
    }
    query.page("launchTemplateVersionSet", shown)
}

/// `DeleteLaunchTemplateVersions`: the default version stays; what cannot be deleted is listed and the others go.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let which = Which::read(&mut input)?;
    let wanted = input.texts("LaunchTemplateVersion")?;
    if wanted.is_empty() {
        return Err(input.missing("LaunchTemplateVersion"));
    }
    finish(input)?;
    if wanted.len() > AT_ONCE {
        let message = format!("At most {AT_ONCE} versions can be deleted at once.");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let id = which.find(&view(call))?;
    let (mut gone, mut left) = (Vec::new(), Vec::new());
    let Some(template) = call.here().ec2.launch_templates.get_mut(&id) else {
        return Err(super::launch_template::KIND.not_found(&id));
    };
    for text in wanted {
        let mut shown = json!({
            "launchTemplateId": id,
            "launchTemplateName": template.name,
            "versionNumber": text,
        });
        let error = match template.number(&id, &text) {
            Err(_) => Some((
                "launchTemplateVersionDoesNotExist",
                "The version does not exist.",
            )),
            Ok(number) if number == template.default => Some((
                "unexpectedError",
                "Can not delete the default launch template version.",
            )),
            Ok(number) => {
                template.versions.remove(&number);
                None
            }
        };
        match error {
            None => gone.push(shown),
            Some((code, message)) => {
                shown["responseError"] = json!({ "code": code, "message": message });
                left.push(shown);
            }
        }
    }
    Ok(json!({
        "successfullyDeletedLaunchTemplateVersionSet": gone,
        "unsuccessfullyDeletedLaunchTemplateVersionSet": left,
    }))
}

/// One version of a template as those see it who launch from it.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) number: u64,
    pub(crate) data: Map<String, Value>,
}

/// The version that `$Latest`, `$Default` or a number means now.
pub(crate) fn template(
    world: &mut World,
    region: &str,
    id: Option<&str>,
    name: Option<&str>,
    version: &str,
) -> Result<Template, Refusal> {
    let view = View::of(world, region);
    let which = match (id, name) {
        (Some(id), _) => Which::Id(id.to_owned()),
        (None, name) => Which::Name(name.unwrap_or_default().to_owned()),
    };
    let id = which.find(&view)?;
    let template = view.find::<LaunchTemplate>(&id)?;
    let number = template.number(&id, version)?;
    let data = template
        .versions
        .get(&number)
        .map(|it| it.data.clone())
        .unwrap_or_default();
    let name = template.name.clone();
    Ok(Template {
        id,
        name,
        number,
        data,
    })
}

fn each_number(id: &str, template: &LaunchTemplate, texts: &[String]) -> Result<Vec<u64>, Refusal> {
    let numbers = texts.iter().map(|text| template.number(id, text));
    let mut numbers = numbers.collect::<Result<Vec<u64>, Refusal>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

fn show(id: &str, template: &LaunchTemplate, number: u64, version: &Version) -> Value {
    json!({
        "launchTemplateId": id,
        "launchTemplateName": template.name,
        "versionNumber": number,
        "versionDescription": version.description,
        "createTime": version.created.iso8601(),
        "createdBy": version.created_by,
        "defaultVersion": number == template.default,
        "launchTemplateData": version.data,
        "operator": { "managed": false },
    })
}
