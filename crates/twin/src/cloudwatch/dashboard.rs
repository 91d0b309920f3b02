//! Dashboards, and what their bodies may be.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::wire::timestamp;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Dashboard {
    pub(super) arn: String,
    body: String,
    modified: Millis,
    pub(super) tags: Tags,
}

/// Dashboards have no region: each region shows all of them [CloudWatch User Guide: dashboards]. They are kept here.
pub(super) const HOME: &str = "us-east-1";

/// [CloudWatch API: dashboard body structure and syntax]
const KINDS: [&str; 6] = ["alarm", "custom", "explorer", "log", "metric", "text"];
const WIDGETS: usize = 500;
const WIDTH: i64 = 24;
const HEIGHT: i64 = 1000;

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(input.text("DashboardName")?, "DashboardName")?;
    let body = input.text("DashboardBody")?;
    let body = body.ok_or_else(|| wrong("The field DashboardBody must be specified."))?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    let allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    if !name.chars().all(allowed) || name.len() > 255 {
        return Err(wrong(&format!(
            "The value {name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_)."
        )));
    }
    let warnings = check_body(&body)?;
    let now = call.now();
    let arn = format!(
        "arn:aws:cloudwatch::{}:dashboard/{name}",
        call.world.account
    );
    let dashboards = &mut call.world.region(HOME).cloudwatch.dashboards;
    // Tags count when it is made, not later [CloudWatch API: PutDashboard Tags].
    let tags = dashboards.remove(&name).map_or(tags, |before| before.tags);
    dashboards.insert(
        name,
        Dashboard {
            arn,
            body,
            modified: now,
            tags,
        },
    );
    Ok(json!({ "DashboardValidationMessages": warnings }))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(input.text("DashboardName")?, "DashboardName")?;
    input.finish()?;
    let found = call.world.region(HOME).cloudwatch.dashboards.get(&name);
    let dashboard = found.ok_or_else(|| not_found(&name))?;
    Ok(json!({
        "DashboardArn": dashboard.arn,
        "DashboardBody": dashboard.body,
        "DashboardName": name,
    }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let prefix = input.text("DashboardNamePrefix")?.unwrap_or_default();
    let token = input.text("NextToken")?;
    input.finish()?;
    let dashboards = call.world.region(HOME).cloudwatch.dashboards.iter();
    let rows = dashboards
        .filter(|(name, _)| name.starts_with(&prefix))
        .map(|(name, dashboard)| {
            json!({
                "DashboardName": name,
                "DashboardArn": dashboard.arn,
                "LastModified": timestamp(dashboard.modified),
                "Size": dashboard.body.len(),
            })
        });
    let (rows, next) = page(rows.collect(), Some(1000), token)?;
    Ok(json!({ "DashboardEntries": rows, "NextToken": next }))
}

/// "If there is an error during this call, the operation attempts to delete as many dashboards as possible"
/// [CloudWatch API: DeleteDashboards].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("DashboardNames")?;
    input.finish()?;
    if names.is_empty() {
        return Err(Refusal::new(
            "InvalidParameterValue",
            "The field DashboardNames must be specified.",
        ));
    }
    let dashboards = &mut call.world.region(HOME).cloudwatch.dashboards;
    let missing = names.iter().find(|name| !dashboards.contains_key(*name));
    if let Some(missing) = missing
        && names.iter().all(|name| !dashboards.contains_key(name))
    {
        return Err(not_found(missing));
    }
    names.iter().for_each(|name| drop(dashboards.remove(name)));
    Ok(json!({}))
}

fn read_name(name: Option<String>, field: &str) -> Result<String, Refusal> {
    let name = name.filter(|name| !name.is_empty());
    name.ok_or_else(|| wrong(&format!("The field {field} must be specified.")))
}

/// What is wrong with a body is refused with a list of all of it; what is only odd comes back as a warning.
fn check_body(body: &str) -> Result<Vec<Value>, Refusal> {
    let Ok(Value::Object(body)) = serde_json::from_str::<Value>(body) else {
        return Err(wrong(
            "The field DashboardBody must be a valid JSON object.",
        ));
    };
    let mut wrongs = Vec::new();
    let mut warnings = Vec::new();
    match body.get("widgets") {
        Some(Value::Array(widgets)) => {
            if widgets.len() > WIDGETS {
                wrongs.push(message(
                    "/widgets",
                    &format!("Should NOT have more than {WIDGETS} items"),
                ));
            }
            for (index, widget) in widgets.iter().enumerate() {
                check_widget(&format!("/widgets/{index}"), widget, &mut wrongs);
            }
        }
        Some(_) => wrongs.push(message("/widgets", "Should be array")),
        None => wrongs.push(message("", "Should have required property 'widgets'")),
    }
    for key in body.keys() {
        let known = ["widgets", "start", "end", "periodOverride", "variables"];
        if !known.contains(&key.as_str()) {
            warnings.push(message(
                &format!("/{key}"),
                "Should NOT have additional properties",
            ));
        }
    }
    if wrongs.is_empty() {
        return Ok(warnings);
    }
    let list: Vec<String> = wrongs
        .iter()
        .map(|it| {
            let part = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
            format!("{}: {}", part("DataPath"), part("Message"))
        })
        .collect();
    Err(wrong(&format!(
        "The dashboard body is invalid, there are {} validation errors: {}",
        list.len(),
        list.join("; ")
    )))
}

fn check_widget(path: &str, widget: &Value, wrongs: &mut Vec<Value>) {
    let mut must = |holds: bool, at: &str, what: &str| {
        if !holds {
            wrongs.push(message(&format!("{path}{at}"), what));
        }
    };
    let Some(fields) = widget.as_object() else {
        return must(false, "", "Should be object");
    };
    match fields.get("type").map(Value::as_str) {
        None => must(false, "", "Should have required property 'type'"),
        Some(kind) => {
            let known = kind.is_some_and(|kind| KINDS.contains(&kind));
            must(
                known,
                "/type",
                "Should be equal to one of the allowed values",
            );
        }
    }
    let properties = fields.get("properties").and_then(Value::as_object);
    must(
        properties.is_some(),
        "",
        "Should have required property 'properties'",
    );
    for (name, least, most) in [
        ("x", 0, WIDTH - 1),
        ("y", 0, i64::MAX),
        ("width", 1, WIDTH),
        ("height", 1, HEIGHT),
    ] {
        let Some(value) = fields.get(name) else {
            continue;
        };
        let fits = value
            .as_i64()
            .is_some_and(|it| (least..=most).contains(&it));
        must(
            fits,
            &format!("/{name}"),
            &format!("Should be between {least} and {most}"),
        );
    }
    must(
        fields.contains_key("x") == fields.contains_key("y"),
        "",
        "Should have both properties 'x' and 'y'",
    );
    let Some(properties) = properties else {
        return;
    };
    let has = |name: &str| properties.contains_key(name);
    match fields.get("type").and_then(Value::as_str) {
        Some("metric") => {
            must(
                has("metrics") || has("annotations"),
                "/properties",
                "Should have required property 'metrics'",
            );
            let lists = properties.get("metrics").is_none_or(Value::is_array);
            must(lists, "/properties/metrics", "Should be array");
            must(
                has("region"),
                "/properties",
                "Should have required property 'region'",
            );
        }
        Some("text") => must(
            properties.get("markdown").is_some_and(Value::is_string),
            "/properties",
            "Should have required property 'markdown'",
        ),
        Some("log") => must(
            has("query"),
            "/properties",
            "Should have required property 'query'",
        ),
        Some("alarm") => must(
            properties.get("alarms").is_some_and(Value::is_array),
            "/properties",
            "Should have required property 'alarms'",
        ),
        _ => {}
    }
}

fn message(path: &str, what: &str) -> Value {
    json!({ "DataPath": path, "Message": what })
}

fn wrong(message: &str) -> Refusal {
    Refusal::new("InvalidParameterInput", message)
}

fn not_found(name: &str) -> Refusal {
    let message = format!("Dashboard {name} does not exist");
    Refusal::new("ResourceNotFound", message).status(404)
}
