//! `[environments.NAME]`: what an environment says of itself. What differs in it has been merged by now.

use super::Rules;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{Guard, Refusal};
use crate::schema::{Confirm, EnvironmentSection};

/// The guard of the environment. None if something in it is wrong.
pub(super) fn guard(cx: &mut Rules<'_>, name: &str, section: &EnvironmentSection) -> Option<Guard> {
    let at = |key| ["environments", name, key];
    let account = cx.parse(
        Code::BadAccount,
        &at("account"),
        section.account.as_ref(),
        parse_account,
    );
    let role = cx.parse(
        Code::BadRole,
        &at("role"),
        section.role.as_ref(),
        parse_role,
    );
    let read = (section.account.is_none() || account.is_some())
        && (section.role.is_none() || role.is_some());
    if let (Some(account), Some(role)) = (&account, &role)
        && role.split(':').nth(4) != Some(account.as_str())
    {
        cx.push(
            Diagnostic::new(
                Code::BadRole,
                role.span(),
                "the role is in another account than the environment",
            )
            .label(format!("not in {}", account.as_str()))
            .related(account.span(), "the account of the environment"),
        );
        return None;
    }
    read.then(|| Guard {
        account,
        role,
        type_name: matches!(
            section.confirm.as_ref().map(Located::get),
            Some(Confirm::TypeName)
        ),
    })
}

fn parse_account(text: &str) -> Result<String, Refusal> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    if is_account(text) {
        return Ok(text.to_owned());
    }
    let refusal = Refusal::new("an account is 12 digits");
    Err(if is_account(&digits) {
        refusal.help(format!("write {digits:?}"))
    } else {
        refusal
    })
}

/// [IAM user guide: IAM identifiers] `arn:partition:iam::account:role/path/name`.
fn parse_role(text: &str) -> Result<String, Refusal> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let fits = match parts.as_slice() {
        ["arn", partition, "iam", "", account, name] => {
            partition.starts_with("aws")
                && parse_account(account).is_ok()
                && name
                    .strip_prefix("role/")
                    .is_some_and(|name| !name.is_empty() && !name.ends_with('/'))
        }
        _ => false,
    };
    if fits {
        return Ok(text.to_owned());
    }
    Err(Refusal::new("not the ARN of a role")
        .help("write for example \"arn:aws:iam::123456789012:role/deploy\""))
}
