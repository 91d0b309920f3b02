//! Launch templates: a name with numbered versions that never change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Ec2;
use super::describe::Query;
use super::request::{Token, finish, made_before, remember, tags_on_create};
use super::resource::{Kind, Resource, View, view};
use super::template_data;
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A launch template.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct LaunchTemplate {
    /// Unique in the region.
    pub name: String,
    pub(super) default: u64,
    pub(super) last: u64,
    pub(super) versions: BTreeMap<u64, Version>,
    pub(super) created_by: String,
    pub(super) tags: Tags,
    created: Millis,
}

/// One version.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Version {
    pub(super) description: Option<String>,
    pub(super) data: Map<String, Value>,
    pub(super) created: Millis,
    pub(super) created_by: String,
}

/// Ids of launch templates.
pub(super) const KIND: Kind = Kind {
    prefix: "lt-",
    resource_type: "launch-template",
    noun: "specified launch template, with template ID",
    not_found: "InvalidLaunchTemplateId.NotFound",
    malformed: "InvalidLaunchTemplateId.Malformed",
};

/// `CreateLaunchTemplate`
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let request = input.whole().to_string();
    let token = Token::read(&mut input, "CreateLaunchTemplate")?;
    let name = input.required("LaunchTemplateName")?;
    let description = input.text("VersionDescription")?;
    let data = template_data::read(&mut input)?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    check_name(&name)?;
    check_description(description.as_deref())?;
    let now = call.now();
    let ec2 = &call.here().ec2;
    if let Some(id) = made_before(ec2, now, token.as_ref(), &request)?
        && ec2.launch_templates.contains_key(&id)
    {
        return Ok(json!({ "launchTemplate": view(call).find_made::<LaunchTemplate>(&id) }));
    }
    if ec2.launch_templates.values().any(|it| it.name == name) {
        return Err(Refusal::new(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            "Launch template name already in use.",
        ));
    }
    let version = Version {
        description,
        data,
        created: now,
        created_by: call.principal.clone(),
    };
    let template = LaunchTemplate {
        name,
        default: 1,
        last: 1,
        versions: BTreeMap::from([(1, version)]),
        created_by: call.principal.clone(),
        tags,
        created: now,
    };
    let id = call.world.ids.hex("lt-", 17);
    let ec2 = &mut call.here().ec2;
    ec2.launch_templates.insert(id.clone(), template);
    remember(ec2, now, token.as_ref(), &request, &id);
    Ok(json!({ "launchTemplate": view(call).find_made::<LaunchTemplate>(&id) }))
}

/// `DescribeLaunchTemplates`
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("LaunchTemplateName")?;
    input.boolean("IncludeManagedResources")?;
    let query = Query::read::<LaunchTemplate>(&mut input, "LaunchTemplateId")?;
    finish(input)?;
    let view = view(call);
    for name in &names {
        if !view
            .each::<LaunchTemplate>()
            .any(|(_, it)| it.name == *name)
        {
            return Err(name_not_found());
        }
    }
    query.answer::<LaunchTemplate>(&view, "launchTemplates", |it| {
        names.is_empty() || names.contains(&it.name)
    })
}

/// `ModifyLaunchTemplate`: makes another version the default one.
pub(super) fn modify(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    // Setting the same default twice is the same as once, so that the token has nothing to do.
    Token::read(&mut input, "ModifyLaunchTemplate")?;
    let which = Which::read(&mut input)?;
    let version = input.text("SetDefaultVersion")?;
    finish(input)?;
    let id = which.find(&view(call))?;
    let number = match version {
        Some(text) => Some(view(call).find::<LaunchTemplate>(&id)?.number(&id, &text)?),
        None => None,
    };
    if let (Some(template), Some(number)) = (call.here().ec2.launch_templates.get_mut(&id), number)
    {
        template.default = number;
    }
    Ok(json!({ "launchTemplate": view(call).find_made::<LaunchTemplate>(&id) }))
}

/// `DeleteLaunchTemplate`: groups that use it are left with a template that is not there.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let which = Which::read(&mut input)?;
    finish(input)?;
    let id = which.find(&view(call))?;
    let shown = view(call).find_made::<LaunchTemplate>(&id);
    call.here().ec2.launch_templates.remove(&id);
    Ok(json!({ "launchTemplate": shown }))
}

/// The template that a request means: by id or by name, not both.
pub(super) enum Which {
    Id(String),
    Name(String),
}

impl Which {
    pub(super) fn read(input: &mut Input) -> Result<Which, Refusal> {
        match Which::read_optional(input)? {
            Some(which) => Ok(which),
            None => Err(Refusal::new(
                "MissingParameter",
                "Either the launch template ID or the launch template name must be specified.",
            )),
        }
    }

    pub(super) fn read_optional(input: &mut Input) -> Result<Option<Which>, Refusal> {
        match (
            input.text("LaunchTemplateId")?,
            input.text("LaunchTemplateName")?,
        ) {
            (Some(_), Some(_)) => Err(Refusal::new(
                "InvalidParameterCombination",
                "You must specify either the launch template ID or the launch template name, but not both.",
            )),
            (Some(id), None) => Ok(Some(Which::Id(id))),
            (None, Some(name)) => Ok(Some(Which::Name(name))),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn find(&self, view: &View<'_>) -> Result<String, Refusal> {
        match self {
            Which::Id(id) => view.find::<LaunchTemplate>(id).map(|_| id.clone()),
            Which::Name(name) => {
                let mut all = view.each::<LaunchTemplate>();
                let found = all.find(|(_, it)| it.name == *name);
                found.map(|(id, _)| id.clone()).ok_or_else(name_not_found)
            }
        }
    }
}

fn name_not_found() -> Refusal {
    Refusal::new(
        "InvalidLaunchTemplateName.NotFoundException",
        "At least one of the launch templates specified in the request does not exist.",
    )
}

/// [EC2 API: CreateLaunchTemplate LaunchTemplateName]
fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"().-/_".contains(&byte);
    if (3..=128).contains(&name.len()) && name.bytes().all(fits) {
        return Ok(());
    }
    Err(Refusal::new(
        "InvalidLaunchTemplateName.MalformedException",
        "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.",
    ))
}

pub(super) fn check_description(text: Option<&str>) -> Result<(), Refusal> {
    match text.is_some_and(|text| text.chars().count() > 255) {
        true => Err(Refusal::new(
            "InvalidParameterValue",
            "The version description must not exceed 255 characters.",
        )),
        false => Ok(()),
    }
}

impl LaunchTemplate {
    /// The number that a caller means by `$Latest`, `$Default` or digits.
    pub(super) fn number(&self, id: &str, text: &str) -> Result<u64, Refusal> {
        let number = match text {
            "$Latest" => self.versions.keys().next_back().copied(),
            "$Default" => Some(self.default),
            digits => digits.parse().ok(),
        };
        let found = number.filter(|number| self.versions.contains_key(number));
        found.ok_or_else(|| {
            Refusal::new(
                "InvalidLaunchTemplateId.VersionNotFound",
                format!(
                    "Could not find the specified version {text} for the launch template with ID {id}."
                ),
            )
        })
    }
}

impl Resource for LaunchTemplate {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("create-time", "createTime"),
        ("launch-template-name", "launchTemplateName"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, LaunchTemplate> {
        &ec2.launch_templates
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, _: &View<'_>) -> Value {
        json!({
            "launchTemplateId": id,
            "launchTemplateName": self.name,
            "createTime": self.created.iso8601(),
            "createdBy": self.created_by,
            "defaultVersionNumber": self.default,
            "latestVersionNumber": self.versions.keys().next_back(),
            "operator": { "managed": false },
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
