//! Actions as ELBv2 has them.

use ashore_engine::failure::{Class, Failure};
use aws_sdk_elasticloadbalancingv2::types::{
    Action as Sdk, ActionTypeEnum, FixedResponseActionConfig, RedirectActionConfig,
    RedirectActionStatusCodeEnum,
};

use super::Action;
use crate::aws::live::elb;

/// The action as a request has it.
pub(super) fn written(operation: &'static str, action: &Action) -> Result<Sdk, Failure> {
    Ok(match action {
        Action::Forward { target_group } => elb::forward(elb::known(operation, target_group)?),
        Action::Respond {
            status,
            content_type,
            body,
        } => {
            let response = FixedResponseActionConfig::builder()
                .status_code(status.to_string())
                .content_type(content_type)
                .message_body(body);
            Sdk::builder()
                .r#type(ActionTypeEnum::FixedResponse)
                .fixed_response_config(response.build())
                .build()
        }
        Action::Redirect {
            protocol,
            port,
            status,
        } => {
            // Host, path and query keep what the client has asked for when they are left out
            // [ELBv2 API: RedirectActionConfig].
            let redirect = RedirectActionConfig::builder()
                .protocol(protocol)
                .port(port)
                .status_code(RedirectActionStatusCodeEnum::from(status.as_str()));
            Sdk::builder()
                .r#type(ActionTypeEnum::Redirect)
                .redirect_config(redirect.build())
                .build()
        }
        Action::Other { what } => {
            return Err(Failure::new(
                Class::Invalid,
                operation,
                "NotOurs",
                format!("the default action was {what}, which ashore cannot write"),
            ));
        }
    })
}

/// The actions as an answer has them.
pub(super) fn read(actions: &[Sdk]) -> Action {
    match actions {
        [only] => read_one(only),
        several => Action::Other {
            what: format!("{} actions in a row", several.len()),
        },
    }
}

fn read_one(action: &Sdk) -> Action {
    let other = |what: String| Action::Other { what };
    match action.r#type() {
        Some(ActionTypeEnum::Forward) => {
            let groups = elb::forwards_to(action);
            match <[String; 1]>::try_from(groups) {
                Ok([target_group]) => Action::Forward {
                    target_group: target_group.into(),
                },
                Err(groups) if groups.is_empty() => other("forward to nothing".into()),
                Err(groups) => other(format!("forward to {}", groups.join(", "))),
            }
        }
        Some(ActionTypeEnum::FixedResponse) => {
            let response = action.fixed_response_config();
            let text = |member: Option<&str>| member.unwrap_or_default().to_string();
            let status = response.and_then(|r| r.status_code()?.parse().ok());
            match status {
                Some(status) => Action::Respond {
                    status,
                    content_type: text(response.and_then(|r| r.content_type())),
                    body: text(response.and_then(|r| r.message_body())),
                },
                None => other("a fixed response of no single status".into()),
            }
        }
        Some(ActionTypeEnum::Redirect) => match action.redirect_config() {
            Some(redirect) if keeps(redirect) => Action::Redirect {
                protocol: redirect.protocol().unwrap_or("#{protocol}").to_string(),
                port: redirect.port().unwrap_or("#{port}").to_string(),
                status: redirect
                    .status_code()
                    .map_or("", |status| status.as_str())
                    .to_string(),
            },
            _ => other("a redirect to another host, path or query".into()),
        },
        Some(kind) => other(kind.as_str().to_string()),
        None => other("of no type".into()),
    }
}

/// Whether the redirect leaves host, path and query as they are.
fn keeps(redirect: &RedirectActionConfig) -> bool {
    let parts = [
        (redirect.host(), "#{host}"),
        (redirect.path(), "/#{path}"),
        (redirect.query(), "#{query}"),
    ];
    let kept = |(value, default): &(Option<&str>, &str)| value.is_none_or(|v| v == *default);
    parts.iter().all(kept)
}
