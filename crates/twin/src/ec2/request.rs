//! Parameters that many calls share: dry runs, tags on create, address blocks, client tokens.

use std::time::Duration;

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use super::Ec2;
use super::resource::Kind;
use crate::clock::Millis;
use crate::input::Input;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// Ends the reading of a request: nothing may be left over, and a dry run goes no further. AWS checks permissions and
/// the form of a request before it says so, not whether the resources are there [EC2 API: DryRunOperation].
pub(super) fn finish(mut input: Input) -> Result<(), Refusal> {
    let dry = input.boolean("DryRun")?.unwrap_or(false);
    input.finish()?;
    if dry {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(Refusal::new("DryRunOperation", message).status(412));
    }
    Ok(())
}

/// The tags that a create call gives what it makes.
pub(super) fn tags_on_create(input: &mut Input, kind: &Kind) -> Result<Tags, Refusal> {
    let mut tags = Tags::default();
    for mut each in input.objects("TagSpecification")? {
        let resource_type = each.required("ResourceType")?;
        if resource_type != kind.resource_type {
            return Err(Refusal::new(
                "InvalidParameterValue",
                format!(
                    "'{resource_type}' is not a valid taggable resource type for this operation."
                ),
            ));
        }
        let list = each.objects("Tag")?;
        each.finish()?;
        if list.is_empty() {
            let message = "Tag specification must have at least one tag";
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        tags = tags.with(Tags::from_list(list, "Key", "Value")?, "TagLimitExceeded")?;
    }
    Ok(tags)
}

/// An IPv4 block in its canonical form: AWS changes 100.68.0.18/18 to 100.68.0.0/18 [EC2 API: CreateVpc].
pub(super) fn block(text: &str, parameter: &str) -> Result<Ipv4Net, Refusal> {
    text.parse::<Ipv4Net>()
        .map(|net| net.trunc())
        .map_err(|_| no_block(text, parameter))
}

/// An IPv6 block in its canonical form.
pub(super) fn block_v6(text: &str, parameter: &str) -> Result<Ipv6Net, Refusal> {
    text.parse::<Ipv6Net>()
        .map(|net| net.trunc())
        .map_err(|_| no_block(text, parameter))
}

fn no_block(text: &str, parameter: &str) -> Refusal {
    Refusal::new(
        "InvalidParameterValue",
        format!(
            "Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block."
        ),
    )
}

/// Refuses to make one more where `have` already fill the quota.
pub(super) fn within(have: usize, quota: usize, code: &str, what: &str) -> Result<(), Refusal> {
    if have < quota {
        return Ok(());
    }
    Err(Refusal::new(
        code,
        format!("The maximum number of {what} has been reached."),
    ))
}

/// A client token: names one request of one operation, however often it is sent.
pub(super) struct Token {
    /// As the client wrote it.
    pub(super) text: String,
    operation: &'static str,
}

/// What a client token was used for.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Used {
    /// The other parameters, in one text.
    request: String,
    /// What was made.
    id: String,
    at: Millis,
}

/// Tokens are honoured "for at least 24 hours" [EC2 API: idempotency]; the twin takes the least.
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

impl Token {
    /// Takes `ClientToken`, of up to 64 characters [EC2 API: ClientToken].
    pub(super) fn read(
        input: &mut Input,
        operation: &'static str,
    ) -> Result<Option<Token>, Refusal> {
        let Some(text) = input.text("ClientToken")? else {
            return Ok(None);
        };
        if text.chars().count() > 64 {
            let message = "The client token must not be longer than 64 characters.";
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        Ok(Some(Token { text, operation }))
    }

    fn key(&self) -> String {
        format!("{} {}", self.operation, self.text)
    }
}

/// The id that this token already stands for. Refused where the other parameters differ.
pub(super) fn made_before(
    ec2: &Ec2,
    now: Millis,
    token: Option<&Token>,
    request: &str,
) -> Result<Option<String>, Refusal> {
    let used = token.and_then(|token| ec2.tokens.get(&token.key()));
    match used {
        Some(used) if used.at + TOKEN_LIFE <= now => Ok(None),
        Some(used) if used.request != request => Err(Refusal::new(
            "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
        )),
        Some(used) => Ok(Some(used.id.clone())),
        None => Ok(None),
    }
}

/// Remembers what a token was used for.
pub(super) fn remember(ec2: &mut Ec2, now: Millis, token: Option<&Token>, request: &str, id: &str) {
    if let Some(token) = token {
        let used = Used {
            request: request.to_owned(),
            id: id.to_owned(),
            at: now,
        };
        ec2.tokens.insert(token.key(), used);
    }
}
