//! Conditions of rules: what they may say, and which requests they match.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::constraint::invalid;
use super::limits;
use crate::input::Input;
use crate::refusal::Refusal;

/// One condition. Any of its values is enough.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub enum Condition {
    /// The host asked for; any case, `*` and `?`.
    Host(Vec<String>),
    /// The path asked for; exact case, `*` and `?`.
    Path(Vec<String>),
    /// A header's name, and its value in any case with `*` and `?`.
    Header(String, Vec<String>),
    /// Parameters, as key and value or value alone.
    Query(Vec<(Option<String>, String)>),
    /// The method, exactly.
    Method(Vec<String>),
    /// CIDR blocks of the client.
    Source(Vec<String>),
}

/// The part of a request that conditions look at, of a plain GET by a client that nobody knows.
pub(super) struct Asked<'a> {
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
}

const FIELDS: &str =
    "path-pattern,host-header,http-header,http-request-method,query-string,source-ip";

/// Reads the conditions of a rule and checks them together [ELBv2 API: RuleCondition].
pub(super) fn read(input: &mut Input) -> Result<Vec<Condition>, Refusal> {
    let mut conditions = Vec::new();
    for mut item in input.objects("Conditions")? {
        conditions.push(read_one(&mut item)?);
        item.finish()?;
    }
    let once = |field: &str| {
        conditions
            .iter()
            .filter(|c: &&Condition| c.field() == field)
            .count()
            < 2
    };
    for field in [
        "host-header",
        "path-pattern",
        "http-request-method",
        "source-ip",
    ] {
        if !once(field) {
            return Err(invalid(format!(
                "A rule can only have one '{field}' condition"
            )));
        }
    }
    let values: Vec<String> = conditions.iter().flat_map(Condition::words).collect();
    let wildcards = values
        .iter()
        .flat_map(|value| value.chars())
        .filter(|c| matches!(c, '*' | '?'))
        .count();
    limits::at_most(
        "condition-values-per-alb-rule",
        values.len(),
        "ValidationError",
    )?;
    limits::at_most(
        "condition-wildcards-per-alb-rule",
        wildcards,
        "ValidationError",
    )?;
    Ok(conditions)
}

fn read_one(item: &mut Input) -> Result<Condition, Refusal> {
    let field = item.required("Field")?;
    let condition = match field.as_str() {
        "host-header" => Condition::Host(read_values(item, &field, "HostHeaderConfig")?),
        "path-pattern" => Condition::Path(read_values(item, &field, "PathPatternConfig")?),
        "http-request-method" => {
            Condition::Method(read_config(item, &field, "HttpRequestMethodConfig")?)
        }
        "source-ip" => Condition::Source(read_config(item, &field, "SourceIpConfig")?),
        "http-header" => read_header(item)?,
        "query-string" => read_query(item)?,
        _ => {
            return Err(invalid(format!(
                "Condition field '{field}' must be one of '[{FIELDS}]'"
            )));
        }
    };
    condition.check()?;
    Ok(condition)
}

/// Hosts and paths may stand directly in `Values` as well.
fn read_values(item: &mut Input, field: &str, config: &str) -> Result<Vec<String>, Refusal> {
    let plain = item.texts("Values")?;
    if !item.has(config) {
        return Ok(plain);
    }
    let configured = read_config(item, field, config)?;
    if !plain.is_empty() && plain != configured {
        return Err(invalid(format!(
            "You cannot specify both 'Values' and '{config}' for field '{field}'"
        )));
    }
    Ok(configured)
}

fn read_config(item: &mut Input, field: &str, name: &str) -> Result<Vec<String>, Refusal> {
    let Some(mut config) = item.object(name)? else {
        return Err(invalid(format!(
            "'{name}' must be specified for condition field '{field}'"
        )));
    };
    let values = config.texts("Values")?;
    config.finish()?;
    Ok(values)
}

fn read_header(item: &mut Input) -> Result<Condition, Refusal> {
    let Some(mut config) = item.object("HttpHeaderConfig")? else {
        return Err(invalid(
            "'HttpHeaderConfig' must be specified for condition field 'http-header'",
        ));
    };
    let name = config.required("HttpHeaderName")?;
    let values = config.texts("Values")?;
    config.finish()?;
    Ok(Condition::Header(name, values))
}

fn read_query(item: &mut Input) -> Result<Condition, Refusal> {
    let Some(mut config) = item.object("QueryStringConfig")? else {
        return Err(invalid(
            "'QueryStringConfig' must be specified for condition field 'query-string'",
        ));
    };
    let mut pairs = Vec::new();
    for mut pair in config.objects("Values")? {
        let key = pair.text("Key")?;
        let value = pair.required("Value")?;
        pair.finish()?;
        pairs.push((key, value));
    }
    config.finish()?;
    Ok(Condition::Query(pairs))
}

impl Condition {
    /// As `Field` says it.
    pub(super) fn field(&self) -> &'static str {
        match self {
            Condition::Host(_) => "host-header",
            Condition::Path(_) => "path-pattern",
            Condition::Header(..) => "http-header",
            Condition::Query(_) => "query-string",
            Condition::Method(_) => "http-request-method",
            Condition::Source(_) => "source-ip",
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        let words = self.words();
        if words.is_empty() || words.iter().any(String::is_empty) {
            return Err(invalid("A condition value must be specified"));
        }
        let longest = if matches!(self, Condition::Method(_)) {
            40
        } else {
            128
        };
        if let Some(long) = words.iter().find(|word| word.chars().count() > longest) {
            return Err(invalid(format!(
                "Condition value '{long}' is longer than {longest} characters"
            )));
        }
        let fits = |good: fn(&str) -> bool| words.iter().find(|word| !good(word));
        let bad = match self {
            Condition::Host(_) => fits(is_host),
            Condition::Path(_) => fits(is_path),
            Condition::Method(_) => fits(|word| {
                word.bytes()
                    .all(|b| b.is_ascii_uppercase() || b"-_".contains(&b))
            }),
            Condition::Source(_) => fits(|word| parse_cidr(word).is_some()),
            Condition::Header(name, _) if name.is_empty() || name.len() > 40 => Some(name),
            Condition::Header(name, _) if name.eq_ignore_ascii_case("host") => Some(name),
            Condition::Header(..) | Condition::Query(_) => None,
        };
        match bad {
            Some(bad) => Err(invalid(format!(
                "Condition value '{bad}' is not valid for field '{}'",
                self.field()
            ))),
            None => Ok(()),
        }
    }

    /// Every value on its own.
    fn words(&self) -> Vec<String> {
        match self {
            Condition::Query(pairs) => pairs.iter().map(|(_, value)| value.clone()).collect(),
            Condition::Host(words)
            | Condition::Path(words)
            | Condition::Header(_, words)
            | Condition::Method(words)
            | Condition::Source(words) => words.clone(),
        }
    }

    /// Whether a plain GET matches. It carries no headers, and comes from an address of the documentation range.
    pub(super) fn matches(&self, asked: &Asked<'_>) -> bool {
        let lower = |text: &str| text.to_ascii_lowercase();
        match self {
            Condition::Host(words) => words
                .iter()
                .any(|word| fits(&lower(word), &lower(asked.host))),
            Condition::Path(words) => words.iter().any(|word| fits(word, asked.path)),
            Condition::Method(words) => words.iter().any(|word| word == "GET"),
            Condition::Header(..) => false,
            Condition::Source(words) => words.iter().any(|word| word == "0.0.0.0/0"),
            Condition::Query(pairs) => pairs.iter().any(|(key, value)| {
                asked.query.split('&').any(|pair| {
                    let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
                    let named = key
                        .as_ref()
                        .is_none_or(|key| fits(&lower(key), &lower(name)));
                    named
                        && fits(
                            &lower(value),
                            &lower(if key.is_none() && text.is_empty() {
                                name
                            } else {
                                text
                            }),
                        )
                })
            }),
        }
    }

    pub(super) fn value(&self) -> Value {
        let field = self.field();
        match self {
            Condition::Host(words) => {
                json!({"Field": field, "Values": words, "HostHeaderConfig": {"Values": words}})
            }
            Condition::Path(words) => {
                json!({"Field": field, "Values": words, "PathPatternConfig": {"Values": words}})
            }
            Condition::Method(words) => {
                json!({"Field": field, "HttpRequestMethodConfig": {"Values": words}})
            }
            Condition::Source(words) => {
                json!({"Field": field, "SourceIpConfig": {"Values": words}})
            }
            Condition::Header(name, words) => {
                json!({"Field": field, "HttpHeaderConfig": {"HttpHeaderName": name, "Values": words}})
            }
            Condition::Query(pairs) => {
                let pair =
                    |(key, value): &(Option<String>, String)| json!({"Key": key, "Value": value});
                let pairs: Vec<Value> = pairs.iter().map(pair).collect();
                json!({"Field": field, "QueryStringConfig": {"Values": pairs}})
            }
        }
    }
}

/// A dot at least, and only letters after the last one [ELBv2 API: HostHeaderConditionConfig].
fn is_host(host: &str) -> bool {
    let letters = host
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-.*?".contains(&b));
    let end = host.rsplit_once('.').is_some_and(|(_, end)| {
        !end.is_empty()
            && end
                .bytes()
                .all(|b| b.is_ascii_alphabetic() || b"*?".contains(&b))
    });
    letters && end
}

fn is_path(path: &str) -> bool {
    path.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_-.$/~\"'@:+&*?".contains(&b))
}

fn parse_cidr(cidr: &str) -> Option<(IpAddr, u8)> {
    let (address, length) = cidr.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    Some((
        address,
        length.parse().ok().filter(|length| *length <= longest)?,
    ))
}

/// `*` stands for any characters, `?` for one.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
