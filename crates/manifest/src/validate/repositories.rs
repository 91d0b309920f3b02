//! `[repositories.NAME]`: repositories for images.

use std::collections::{BTreeMap, BTreeSet};

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::located::Located;
use crate::model::{Name, Principal, Refusal, Repository};
use crate::schema::{self, Named, RepositorySection};

/// The repositories. None if something in one is wrong.
pub(super) fn repositories(
    cx: &mut Rules<'_>,
    sections: Option<Named<RepositorySection>>,
) -> Option<BTreeMap<Name, Repository>> {
    if sections.is_none() && cx.is_spoiled(&["repositories"]) {
        return None;
    }
    let sections = sections.unwrap_or_default().into_iter();
    let all: Vec<_> = sections
        .map(|(key, section)| {
            let path: &[&str] = &["repositories", key.as_str()];
            let name = cx.parse(Code::BadName, path, Some(&key), Name::parse);
            let repository = repository(cx, path, section);
            Some((name?.into_inner(), repository?))
        })
        .collect();
    all.into_iter().collect()
}

fn repository(cx: &mut Rules<'_>, path: &[&str], section: RepositorySection) -> Option<Repository> {
    let at = |key| [path, &[key]].concat();
    let kms_key = match &section.kms_key {
        Some(key) => cx
            .parse(Code::BadRepository, &at("kms_key"), Some(key), parse_key)
            .map(|key| Some(key.into_inner())),
        None => (!cx.is_spoiled(&at("kms_key"))).then_some(None),
    };
    let pull = principals(cx, &at("pull"), section.pull.as_ref());
    let push = principals(cx, &at("push"), section.push.as_ref());
    let keys = ["keep", "immutable", "scan", "removal"];
    if keys.iter().any(|key| cx.is_spoiled(&at(key))) {
        return None;
    }
    let mut pull = pull?;
    let push = push?;
    pull.retain(|who| !push.contains(who));
    Some(Repository {
        keep: value(section.keep).unwrap_or(defaults::REPOSITORY_KEEP),
        immutable: value(section.immutable).unwrap_or(defaults::REPOSITORY_IMMUTABLE),
        scan: value(section.scan).unwrap_or(defaults::REPOSITORY_SCAN),
        kms_key: kms_key?,
        pull,
        push,
        delete: matches!(value(section.removal), Some(schema::Removal::Delete)),
    })
}

fn value<T>(written: Option<Located<T>>) -> Option<T> {
    written.map(Located::into_inner)
}

fn principals(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<Vec<Located<String>>>>,
) -> Option<BTreeSet<Principal>> {
    let Some(written) = written else {
        return (!cx.is_spoiled(path)).then(BTreeSet::new);
    };
    let parsed: Vec<_> = written
        .iter()
        .map(|who| cx.parse(Code::BadRepository, path, Some(who), parse_principal))
        .map(|who| who.map(Located::into_inner))
        .collect();
    parsed.into_iter().collect()
}

fn parse_principal(text: &str) -> Result<Principal, Refusal> {
    let help = "write \"account\", an account's twelve digits, or the ARN of a role or user";
    if text == "account" {
        return Ok(Principal::OwnAccount);
    }
    if text == "*" {
        return Err(Refusal::new("everybody in the world").help(help));
    }
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    if digits(text) {
        return Ok(Principal::Account(text.to_owned()));
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, "iam", "", account, who]
            if partition.starts_with("aws")
                && digits(account)
                && ["role/", "user/"]
                    .iter()
                    .any(|kind| who.strip_prefix(kind).is_some_and(|name| !name.is_empty()))
                && !who.contains('*') =>
        {
            Ok(Principal::Arn(text.to_owned()))
        }
        _ => Err(Refusal::new("nobody that ECR knows").help(help)),
    }
}

/// An alias would be answered as the key that it is for, and never be the same.
fn parse_key(text: &str) -> Result<String, Refusal> {
    let help = "write for example \"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"";
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "kms", region, account, key]
            if !region.is_empty() && !account.is_empty() && key.starts_with("key/") =>
        {
            Ok(text.to_owned())
        }
        _ if text.contains("alias/") => Err(Refusal::new("an alias, not a key").help(help)),
        _ => Err(Refusal::new("not the ARN of a key").help(help)),
    }
}
