//! Web ACLs: create, get, update, delete, list.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{invalid, missing};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A web ACL.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct WebAcl {
    /// `arn:…:regional/webacl/{name}/{id}`.
    pub arn: String,
    /// Unique in its scope.
    pub name: String,
    /// A UUID.
    pub id: String,
    /// `REGIONAL` or `CLOUDFRONT`.
    pub scope: String,
    /// Another one after every change.
    pub lock: String,
    /// What can be changed.
    pub settings: Settings,
    /// When it was created: it can be used a while after that.
    pub created: Millis,
    /// Its tags.
    pub tags: Tags,
}

/// What can be changed of a web ACL.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Settings {
    /// Else requests are blocked.
    pub allows: bool,
    /// What its maker says of it.
    pub description: Option<String>,
    /// Whether requests are kept as samples.
    pub sampled: bool,
    /// Whether there are metrics.
    pub measured: bool,
    /// The metric's name.
    pub metric: String,
}

/// Web ACLs per region [WAF developer guide: quotas].
const QUOTA: usize = 100;

pub(super) fn create_web_acl(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input)?;
    let scope = read_scope(&mut input, &call.region)?;
    let settings = Settings::read(&mut input)?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    accept_unmodelled(&mut input)?;
    input.finish()?;
    let here = &call.here().wafv2;
    let alike = here.web_acls.values().filter(|it| it.scope == scope);
    if alike.clone().any(|it| it.name == name) {
        return Err(Refusal::new(
            "WAFDuplicateItemException",
            "AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.",
        ));
    }
    if alike.count() >= QUOTA {
        return Err(Refusal::new(
            "WAFLimitsExceededException",
            "AWS WAF couldn’t perform the operation because you exceeded your resource limit.",
        ));
    }
    let id = call.world.ids.uuid();
    let place = if scope == "REGIONAL" {
        "regional"
    } else {
        "global"
    };
    let web_acl = WebAcl {
        arn: call.arn("wafv2", &format!("{place}/webacl/{name}/{id}")),
        name,
        id,
        scope,
        lock: call.world.ids.uuid(),
        settings,
        created: call.now(),
        tags,
    };
    let answer = web_acl.summary();
    let acls = &mut call.here().wafv2.web_acls;
    acls.insert(web_acl.arn.clone(), web_acl);
    Ok(json!({ "Summary": answer }))
}

/// By its ARN alone, or by name, scope and id.
pub(super) fn get_web_acl(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = match input.text("ARN")? {
        Some(arn) => {
            input.finish()?;
            arn
        }
        None => {
            let named = Named::read(&mut input, &call.region)?;
            input.finish()?;
            named.find(call)?.arn.clone()
        }
    };
    let account = call.account();
    let acls = &call.here().wafv2.web_acls;
    let found = acls.get(&arn).ok_or_else(missing)?;
    Ok(json!({ "WebACL": found.value(&account), "LockToken": found.lock }))
}

pub(super) fn update_web_acl(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = Named::read(&mut input, &call.region)?;
    let lock = input.required("LockToken")?;
    let settings = Settings::read(&mut input)?;
    accept_unmodelled(&mut input)?;
    input.finish()?;
    let arn = named.find(call)?.locked(&lock)?.arn.clone();
    let next = call.world.ids.uuid();
    let acls = &mut call.here().wafv2.web_acls;
    let found = acls.get_mut(&arn).ok_or_else(missing)?;
    found.settings = settings;
    found.lock.clone_from(&next);
    Ok(json!({ "NextLockToken": next }))
}

/// One that protects something cannot go [WAF API: DeleteWebACL].
pub(super) fn delete_web_acl(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = Named::read(&mut input, &call.region)?;
    let lock = input.required("LockToken")?;
    input.finish()?;
    let arn = named.find(call)?.locked(&lock)?.arn.clone();
    let here = &mut call.here().wafv2;
    if here.associations.values().any(|used| *used == arn) {
        return Err(Refusal::new(
            "WAFAssociatedItemException",
            "AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s associated with another resource.",
        ));
    }
    here.web_acls.remove(&arn);
    Ok(json!({}))
}

pub(super) fn list_web_acls(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let scope = read_scope(&mut input, &call.region)?;
    let marker = input.text("NextMarker")?;
    let limit = input.number("Limit")?;
    input.finish()?;
    if limit.is_some_and(|limit| !(1..=100).contains(&limit)) {
        return Err(invalid(
            "The limit must be from 1 to 100",
            "ENTITY_LIMIT",
            "Limit",
        ));
    }
    let acls = call.here().wafv2.web_acls.values();
    let alike = acls.filter(|it| it.scope == scope).map(WebAcl::summary);
    let (acls, next) = page::page(alike.collect(), Some(limit.unwrap_or(100)), marker)?;
    Ok(json!({ "WebACLs": acls, "NextMarker": next }))
}

/// How requests name a web ACL.
struct Named {
    name: String,
    scope: String,
    id: String,
}

impl Named {
    fn read(input: &mut Input, region: &str) -> Result<Named, Refusal> {
        Ok(Named {
            name: read_name(input)?,
            scope: read_scope(input, region)?,
            id: input.required("Id")?,
        })
    }

    fn find<'a>(&self, call: &'a mut Call<'_>) -> Result<&'a WebAcl, Refusal> {
        let mut acls = call.here().wafv2.web_acls.values();
        acls.find(|it| it.id == self.id && it.name == self.name && it.scope == self.scope)
            .ok_or_else(missing)
    }
}

impl Settings {
    fn read(input: &mut Input) -> Result<Settings, Refusal> {
        let Some(mut action) = input.object("DefaultAction")? else {
            return Err(input.missing("DefaultAction"));
        };
        let allow = action.object("Allow")?.map(Input::finish).transpose()?;
        let block = action.object("Block")?.map(Input::finish).transpose()?;
        action.finish()?;
        if allow.is_some() == block.is_some() {
            return Err(invalid(
                "You have used none or multiple values for a field that requires exactly one value.",
                "DEFAULT_ACTION",
                "DefaultAction",
            ));
        }
        let description = input.text("Description")?;
        let Some(mut visibility) = input.object("VisibilityConfig")? else {
            return Err(input.missing("VisibilityConfig"));
        };
        let mut flag = |name: &str| {
            let value = visibility.boolean(name)?;
            value.ok_or_else(|| visibility.missing(name))
        };
        let sampled = flag("SampledRequestsEnabled")?;
        let measured = flag("CloudWatchMetricsEnabled")?;
        let metric = visibility.required("MetricName")?;
        visibility.finish()?;
        let fits = |c: char| c.is_ascii_alphanumeric() || "_#:.-/".contains(c);
        if metric.is_empty() || metric.len() > 255 || !metric.chars().all(fits) {
            return Err(invalid(
                "The metric name is not valid",
                "METRIC_NAME",
                &metric,
            ));
        }
        Ok(Settings {
            allows: allow.is_some(),
            description,
            sampled,
            measured,
            metric,
        })
    }
}

impl WebAcl {
    /// Whether the caller has seen its last state.
    fn locked(&self, lock: &str) -> Result<&WebAcl, Refusal> {
        if self.lock == lock {
            return Ok(self);
        }
        Err(Refusal::new(
            "WAFOptimisticLockException",
            "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.",
        ))
    }

    fn summary(&self) -> Value {
        json!({
            "Name": self.name,
            "Id": self.id,
            "Description": self.settings.description.as_deref().unwrap_or_default(),
            "LockToken": self.lock,
            "ARN": self.arn,
        })
    }

    pub(super) fn value(&self, account: &str) -> Value {
        let Settings {
            allows,
            description,
            sampled,
            measured,
            metric,
        } = &self.settings;
        json!({
            "Name": self.name,
            "Id": self.id,
            "ARN": self.arn,
            "DefaultAction": if *allows { json!({ "Allow": {} }) } else { json!({ "Block": {} }) },
            "Description": description.as_deref().unwrap_or_default(),
            "Rules": [],
            "VisibilityConfig": {
                "SampledRequestsEnabled": sampled,
                "CloudWatchMetricsEnabled": measured,
                "MetricName": metric,
            },
            "Capacity": 0,
            "ManagedByFirewallManager": false,
            "RetrofittedByFirewallManager": false,
            "LabelNamespace": format!("awswaf:{account}:webacl:{}:", self.name),
        })
    }
}

fn read_name(input: &mut Input) -> Result<String, Refusal> {
    let name = input.required("Name")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if name.is_empty() || name.len() > 128 || !name.chars().all(fits) {
        return Err(invalid("The name is not valid", "WEB_ACL", &name));
    }
    Ok(name)
}

/// What is for CloudFront lies in us-east-1 [WAF API: CreateWebACL Scope].
fn read_scope(input: &mut Input, region: &str) -> Result<String, Refusal> {
    let scope = input.required("Scope")?;
    match scope.as_str() {
        "REGIONAL" => Ok(scope),
        "CLOUDFRONT" if region == "us-east-1" => Ok(scope),
        _ => Err(invalid("The scope is not valid.", "SCOPE_VALUE", &scope)),
    }
}

fn accept_unmodelled(input: &mut Input) -> Result<(), Refusal> {
    input.accept("Rules", &[json!([])])?;
    input.accept("CustomResponseBodies", &[json!({})])?;
    // terraform-provider-aws sends these two empty where its user says nothing.
    input.accept("CaptchaConfig", &[json!({})])?;
    input.accept("ChallengeConfig", &[json!({})])?;
    input.accept("TokenDomains", &[json!([])])
}
