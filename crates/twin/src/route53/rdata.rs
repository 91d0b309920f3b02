//! What the values of each type may say [Route 53 guide: supported DNS record types].

use std::net::{Ipv4Addr, Ipv6Addr};

use super::name;
use crate::refusal::Refusal;

/// What is wrong with the values, in Route 53's words. Types that the twin does not model are refused.
pub(super) fn problems(kind: &str, values: &[String]) -> Result<Vec<String>, Refusal> {
    let mut problems = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let problem = match kind {
            "A" => address::<Ipv4Addr>(value, "A", "IPv4"),
            "AAAA" => address::<Ipv6Addr>(value, "AAAA", "IPv6"),
            "CNAME" | "NS" | "PTR" => host(value, kind),
            "MX" => fields(value, "MX", 2),
            "SRV" => fields(value, "SRV", 4),
            "SOA" => fields(value, "SOA", 7),
            "CAA" => caa(value),
            "TXT" | "SPF" => strings(value).err(),
            _ => {
                let what = format!("records of type {kind} in Route 53");
                return Err(Refusal::not_implemented(what));
            }
        };
        problems.extend(problem.map(|(code, why)| {
            format!(
                "Invalid Resource Record: 'FATAL problem: {code} ({why}) encountered with '{value}''"
            )
        }));
        let spelled = spelled(kind, value);
        if values[..index]
            .iter()
            .any(|other| self::spelled(kind, other) == spelled)
        {
            problems.push(format!("Duplicate Resource Record: '{value}'"));
        }
    }
    Ok(problems)
}

/// The values in one order and spelling, to be compared.
pub(super) fn sorted(kind: &str, values: &[String]) -> Vec<String> {
    let mut values: Vec<String> = values.iter().map(|value| spelled(kind, value)).collect();
    values.sort();
    values
}

type Problem = (String, &'static str);

/// Names and addresses have more than one spelling; text has one.
fn spelled(kind: &str, value: &str) -> String {
    match kind {
        "CNAME" | "NS" | "PTR" => name::normal(value).unwrap_or_else(|_| value.to_owned()),
        "AAAA" => match value.parse::<Ipv6Addr>() {
            Ok(address) => address.to_string(),
            Err(_) => value.to_owned(),
        },
        _ => value.to_owned(),
    }
}

fn address<T: std::str::FromStr>(value: &str, kind: &str, family: &str) -> Option<Problem> {
    if value.contains(' ') {
        return Some((
            format!("{kind}RRDATANotSingleField"),
            "Value contains spaces",
        ));
    }
    let why = match family {
        "IPv4" => "Value is not a valid IPv4 address",
        _ => "Value is not a valid IPv6 address",
    };
    let code = || format!("{kind}RRDATAIllegal{family}Address");
    value.parse::<T>().is_err().then(|| (code(), why))
}

fn host(value: &str, kind: &str) -> Option<Problem> {
    if value.contains(' ') {
        return Some((
            format!("{kind}RRDATANotSingleField"),
            "Value contains spaces",
        ));
    }
    let problem = name::normal(value).err()?;
    Some(if problem.contains("Empty") {
        ("DomainLabelEmpty".to_owned(), "Domain label is empty")
    } else {
        ("DomainLabelTooLong".to_owned(), "Domain label is too long")
    })
}

/// Numbers, then a name; of an SOA two names, then numbers.
fn fields(value: &str, kind: &str, count: usize) -> Option<Problem> {
    let parts: Vec<&str> = value.split_whitespace().collect();
    if parts.len() != count {
        let (words, why) = match count {
            2 => ("Two", "Value must have two fields"),
            4 => ("Four", "Value must have four fields"),
            _ => ("Seven", "Value must have seven fields"),
        };
        return Some((format!("{kind}RRDATANot{words}Fields"), why));
    }
    let (names, numbers) = match kind {
        "SOA" => parts.split_at(2),
        _ => {
            let (numbers, names) = parts.split_at(count - 1);
            (names, numbers)
        }
    };
    if numbers.iter().any(|number| number.parse::<u32>().is_err()) {
        return Some((
            format!("{kind}RRDATAIllegalNumber"),
            "Value is not a number",
        ));
    }
    names.iter().find_map(|name| host(name, kind))
}

/// `0 issue "amazon.com"`
fn caa(value: &str) -> Option<Problem> {
    let mut parts = value.splitn(3, ' ');
    let (flags, tag, issuer) = (parts.next()?, parts.next(), parts.next());
    let (Some(tag), Some(issuer)) = (tag, issuer) else {
        let why = "CAA record must have three fields";
        return Some(("CAARRDATANotThreeFields".to_owned(), why));
    };
    if flags.parse::<u8>().is_err() {
        return Some((
            "CAARRDATAIllegalFlags".to_owned(),
            "Flags must be from 0 to 255",
        ));
    }
    if tag.is_empty() || !tag.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Some(("CAARRDATAIllegalTag".to_owned(), "Tag is not valid"));
    }
    strings(issuer).err()
}

/// Strings in quotation marks, 255 characters each, with spaces between them.
fn strings(value: &str) -> Result<(), Problem> {
    let illegal = |code: &str, why| Err((code.to_owned(), why));
    let unquoted = || {
        illegal(
            "InvalidCharacterString",
            "Value should be enclosed in quotation marks",
        )
    };
    let mut rest = value.trim();
    if rest.is_empty() {
        return unquoted();
    }
    while !rest.is_empty() {
        let Some(inner) = rest.strip_prefix('"') else {
            return unquoted();
        };
        let (mut length, mut end, mut escaped) = (0, None, false);
        for (at, character) in inner.char_indices() {
            match character {
                '"' if !escaped => {
                    end = Some(at);
                    break;
                }
                '\\' if !escaped => escaped = true,
                _ => {
                    escaped = false;
                    length += 1;
                }
            }
        }
        let Some(end) = end else {
            return unquoted();
        };
        if length > 255 {
            return illegal("CharacterStringTooLong", "Value is too long");
        }
        let after = &inner[end + 1..];
        if !after.is_empty() && !after.starts_with([' ', '\t']) {
            return unquoted();
        }
        rest = after.trim_start();
    }
    Ok(())
}
