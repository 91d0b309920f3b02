//! Actions of listeners and rules: forward, redirect, fixed-response, and logging in before them.
//!
//! `authenticate-cognito` and `jwt-validation` need identity providers of AWS's, which the twin has none of.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::constraint::{self, invalid};
use super::oidc::{self, Oidc};
use crate::input::Input;
use crate::refusal::Refusal;

/// One action. A list holds exactly one that says where the request goes, and that is its last.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Action {
    /// As given.
    pub order: Option<i64>,
    /// What to do.
    pub routing: Routing,
}

/// What to do with a request.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub enum Routing {
    /// Send it to one of these groups.
    Forward {
        /// Group and weight.
        groups: Vec<(String, i64)>,
        /// Seconds for which a client stays with its group.
        stickiness: Option<i64>,
    },
    /// Send the client elsewhere.
    Redirect {
        /// `HTTP_301` or `HTTP_302`.
        status: String,
        /// `HTTP`, `HTTPS` or `#{protocol}`.
        protocol: String,
        /// May hold `#{host}`.
        host: String,
        /// A number or `#{port}`.
        port: String,
        /// May hold `#{host}`, `#{path}`, `#{port}`.
        path: String,
        /// May hold any of them.
        query: String,
    },
    /// Answer it.
    Fixed {
        /// 2XX, 4XX or 5XX.
        status: u16,
        /// Its media type.
        content_type: Option<String>,
        /// The body.
        body: Option<String>,
    },
    /// Let the client log in first.
    Oidc(Box<Oidc>),
}

const TYPES: [&str; 6] = [
    "forward",
    "authenticate-oidc",
    "authenticate-cognito",
    "redirect",
    "fixed-response",
    "jwt-validation",
];
const CONTENT_TYPES: [&str; 5] = [
    "text/plain",
    "text/css",
    "text/html",
    "application/javascript",
    "application/json",
];

/// Reads a list of actions; whether they suit the balancer is for `action_check` to say.
pub(super) fn read(input: &mut Input, name: &str) -> Result<Vec<Action>, Refusal> {
    let mut actions = Vec::new();
    for mut item in input.objects(name)? {
        let Some(kind) = constraint::one_of(&mut item, "Type", &TYPES)? else {
            return Err(item.missing("Type"));
        };
        let order = constraint::number(&mut item, "Order", 1..=50_000)?;
        let routing = match kind.as_str() {
            "forward" => read_forward(&mut item)?,
            "redirect" => read_redirect(&mut item)?,
            "fixed-response" => read_fixed(&mut item)?,
            "authenticate-oidc" => Routing::Oidc(Box::new(oidc::read(&mut item)?)),
            _ => return Err(Refusal::not_implemented(format_args!("action type {kind}"))),
        };
        let configs = [
            "TargetGroupArn",
            "ForwardConfig",
            "RedirectConfig",
            "FixedResponseConfig",
            "AuthenticateOidcConfig",
        ];
        if let Some(other) = configs.into_iter().find(|config| item.has(config)) {
            return Err(invalid(format!(
                "{other} cannot be specified for an action of type '{kind}'"
            )));
        }
        item.finish()?;
        actions.push(Action { order, routing });
    }
    // The lowest order is carried out first [ELBv2 API: Action].
    actions.sort_by_key(|action| action.order);
    Ok(actions)
}

fn read_forward(item: &mut Input) -> Result<Routing, Refusal> {
    let single = item.text("TargetGroupArn")?;
    let mut groups = Vec::new();
    let mut stickiness = None;
    if let Some(mut config) = item.object("ForwardConfig")? {
        for mut tuple in config.objects("TargetGroups")? {
            let arn = tuple.required("TargetGroupArn")?;
            let weight = constraint::number(&mut tuple, "Weight", 0..=999)?.unwrap_or(1);
            tuple.finish()?;
            if groups.iter().any(|(known, _)| *known == arn) {
                return Err(invalid(format!(
                    "Target group '{arn}' was specified more than once"
                )));
            }
            groups.push((arn, weight));
        }
        if let Some(mut sticky) = config.object("TargetGroupStickinessConfig")? {
            let enabled = sticky.boolean("Enabled")?.unwrap_or(false);
            let seconds = constraint::number(&mut sticky, "DurationSeconds", 1..=604_800)?;
            sticky.finish()?;
            if enabled && seconds.is_none() {
                return Err(invalid(
                    "DurationSeconds must be specified when stickiness is enabled",
                ));
            }
            stickiness = seconds.filter(|_| enabled);
        }
        config.finish()?;
    }
    match single {
        Some(arn) if groups.is_empty() => groups.push((arn, 1)),
        Some(arn) if groups.len() != 1 || groups[0].0 != arn => {
            return Err(invalid(
                "The target group of TargetGroupArn must be the only one in ForwardConfig",
            ));
        }
        Some(_) => {}
        None if groups.is_empty() => {
            return Err(invalid(
                "A target group ARN must be specified for an action of type 'forward'",
            ));
        }
        None => {}
    }
    Ok(Routing::Forward { groups, stickiness })
}

fn read_redirect(item: &mut Input) -> Result<Routing, Refusal> {
    let Some(mut config) = item.object("RedirectConfig")? else {
        return Err(invalid(
            "RedirectConfig must be specified for an action of type 'redirect'",
        ));
    };
    let status = constraint::one_of(&mut config, "StatusCode", &["HTTP_301", "HTTP_302"])?;
    let status = status.ok_or_else(|| config.missing("StatusCode"))?;
    let mut part = |name: &str, default: &str| {
        Ok::<_, Refusal>(config.text(name)?.unwrap_or_else(|| default.to_owned()))
    };
    let protocol = part("Protocol", "#{protocol}")?;
    let host = part("Host", "#{host}")?;
    let port = part("Port", "#{port}")?;
    let path = part("Path", "/#{path}")?;
    let query = part("Query", "#{query}")?;
    config.finish()?;
    if !["HTTP", "HTTPS", "#{protocol}"].contains(&protocol.as_str()) {
        return Err(constraint::unsatisfied(
            &protocol,
            "protocol",
            "Member must satisfy regular expression pattern: ^(HTTPS?|#\\{protocol\\})$",
        ));
    }
    if port != "#{port}" && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(invalid(format!(
            "The redirect port '{port}' must be a number from 1 to 65535 or #{{port}}"
        )));
    }
    if !path.starts_with('/') {
        return Err(invalid(format!(
            "The redirect path '{path}' must start with '/'"
        )));
    }
    for (name, text) in [("Host", &host), ("Path", &path), ("Query", &query)] {
        if text.len() > 128 {
            return Err(invalid(format!(
                "The redirect {name} cannot be longer than '128' characters"
            )));
        }
    }
    let kept =
        protocol == "#{protocol}" && host == "#{host}" && port == "#{port}" && path == "/#{path}";
    if kept {
        return Err(Refusal::new(
            "InvalidLoadBalancerAction",
            "The redirect configuration is not valid because it creates a loop",
        ));
    }
    Ok(Routing::Redirect {
        status,
        protocol,
        host,
        port,
        path,
        query,
    })
}

fn read_fixed(item: &mut Input) -> Result<Routing, Refusal> {
    let Some(mut config) = item.object("FixedResponseConfig")? else {
        return Err(invalid(
            "FixedResponseConfig must be specified for an action of type 'fixed-response'",
        ));
    };
    let code = config.required("StatusCode")?;
    let content_type = constraint::one_of(&mut config, "ContentType", &CONTENT_TYPES)?;
    let body = config.text("MessageBody")?;
    config.finish()?;
    let status = code
        .parse()
        .ok()
        .filter(|status| matches!(status, 200..=299 | 400..=599));
    let status = status.ok_or_else(|| {
        let limit = "Member must satisfy regular expression pattern: ^(2|4|5)\\d\\d$";
        constraint::unsatisfied(&code, "statusCode", limit)
    })?;
    if body.as_ref().is_some_and(|body| body.len() > 1024) {
        return Err(invalid(
            "The message body cannot be longer than '1024' characters",
        ));
    }
    Ok(Routing::Fixed {
        status,
        content_type,
        body,
    })
}

pub(super) fn values(actions: &[Action]) -> Vec<Value> {
    actions.iter().map(Action::value).collect()
}

impl Action {
    /// The target groups that it names.
    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        let groups = match &self.routing {
            Routing::Forward { groups, .. } => groups.as_slice(),
            _ => &[],
        };
        groups.iter().map(|(arn, _)| arn.as_str())
    }

    fn value(&self) -> Value {
        match &self.routing {
            Routing::Oidc(oidc) => json!({
                "Type": "authenticate-oidc",
                "Order": self.order,
                "AuthenticateOidcConfig": oidc.value(),
            }),
            Routing::Forward { groups, stickiness } => {
                let tuple = |(arn, weight): &(String, i64)| json!({"TargetGroupArn": arn, "Weight": weight});
                let tuples: Vec<Value> = groups.iter().map(tuple).collect();
                let single = (groups.len() == 1).then(|| &groups[0].0);
                json!({
                    "Type": "forward",
                    "Order": self.order,
                    "TargetGroupArn": single,
                    "ForwardConfig": {
                        "TargetGroups": tuples,
                        "TargetGroupStickinessConfig": {
                            "Enabled": stickiness.is_some(),
                            "DurationSeconds": stickiness,
                        },
                    },
                })
            }
            Routing::Redirect {
                status,
                protocol,
                host,
                port,
                path,
                query,
            } => json!({
                "Type": "redirect",
                "Order": self.order,
                "RedirectConfig": {
                    "Protocol": protocol,
                    "Port": port,
                    "Host": host,
                    "Path": path,
                    "Query": query,
                    "StatusCode": status,
                },
            }),
            Routing::Fixed {
                status,
                content_type,
                body,
            } => json!({
                "Type": "fixed-response",
                "Order": self.order,
                "FixedResponseConfig": {
                    "StatusCode": status.to_string(),
                    "ContentType": content_type,
                    "MessageBody": body,
                },
            }),
        }
    }
}
