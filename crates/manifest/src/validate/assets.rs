//! `[assets.NAME]`: a folder of files behind CloudFront.

use std::collections::BTreeMap;

use super::Rules;
use super::buckets::{Written, settings};
use super::dns::Zone;
use super::hostname::in_zone;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Assets, AssetsHostname, DomainName, Name, Refusal, Seconds};
use crate::schema::{AssetsSection, Named, ServiceSection};
use crate::structure::dotted;

/// All of them. None if something in one is wrong.
pub(super) fn assets(
    cx: &mut Rules<'_>,
    sections: Option<Named<AssetsSection>>,
    services: &[(&Located<String>, &ServiceSection)],
    zone: &Zone,
) -> Option<BTreeMap<Name, Assets>> {
    let sections = sections.unwrap_or_default();
    check_names(cx, &sections, services);
    let all: Vec<Option<Assets>> = sections
        .into_iter()
        .map(|(name, section)| one(cx, &name, section, zone))
        .collect();
    let spoiled = cx.is_spoiled(&["assets"]) || cx.is_spoiled_below(&["assets"]);
    let all: Vec<Assets> = all.into_iter().collect::<Option<_>>()?;
    let named = all.into_iter().map(|it| (it.name.get().clone(), it));
    (!spoiled).then(|| named.collect())
}

fn one(
    cx: &mut Rules<'_>,
    key: &Located<String>,
    section: AssetsSection,
    zone: &Zone,
) -> Option<Assets> {
    let path: &[&str] = &["assets", key.as_str()];
    let at = |key| [path, &[key]].concat();
    let what = format!("`{}`", dotted(path));
    let name = cx.parse_text(Code::BadName, &what, key, key.span(), Name::parse);
    let dir = cx.parse(
        Code::BadFolder,
        &at("dir"),
        section.dir.as_ref(),
        parse_folder,
    );
    let default = |text: &str| Located::new(text.to_owned(), key.span());
    let prefix = cx.parse_or(
        Code::BadAssetPath,
        &at("path"),
        section.path.as_ref(),
        default(""),
        parse_path,
    );
    let cache = cx.parse_or(
        Code::BadCache,
        &at("cache"),
        section.cache.as_ref(),
        default(defaults::CACHE_CONTROL),
        parse_cache,
    );
    let index = match &section.index {
        None => (!cx.is_spoiled(&at("index"))).then_some(None),
        Some(_) => {
            let path = at("index");
            let parsed = cx.parse(Code::BadFolder, &path, section.index.as_ref(), parse_index);
            parsed.map(Some)
        }
    };
    let hostname = hostname(cx, &at("hostname"), section.hostname.as_ref(), zone);
    let bucket = settings(
        cx,
        path,
        &Written {
            versioning: section.versioning.as_ref(),
            old_versions: section.old_versions.as_ref(),
            default_days: Some(defaults::OLD_ASSETS_DAYS),
            cors: section.cors.as_ref(),
            removal: section.removal.as_ref(),
        },
    );
    let prefix = prefix?.into_inner();
    let root = index?.map(|index| format!("{prefix}{}", index.get()));
    let flag = |flag: &Option<Located<bool>>, default| flag.as_ref().map_or(default, |it| **it);
    Some(Assets {
        name: Located::new(name?, key.span()),
        dir: dir?,
        prefix,
        hostname: hostname?,
        root,
        cache_control: cache?.into_inner(),
        query_strings: flag(&section.query_strings, defaults::QUERY_STRINGS),
        prune: flag(&section.prune, defaults::PRUNE),
        bucket: bucket?,
    })
}

/// None if something about it is wrong.
fn hostname(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<String>>,
    zone: &Zone,
) -> Option<Option<AssetsHostname>> {
    let Some(written) = written else {
        return (!cx.is_spoiled(path)).then_some(None);
    };
    let name = cx.parse(Code::BadDomain, path, Some(written), DomainName::parse);
    let (dns, take_over) = match zone {
        Zone::Known(dns, take_over) => (dns, *take_over),
        Zone::Wrong => return None,
        Zone::Absent => {
            let message = format!("`{}` needs to know who serves its zone", dotted(path));
            cx.push(
                Diagnostic::new(Code::HostnameWithoutDns, written.span(), message).help(
                    "write for example: dns = { provider = \"cloudflare\", zone = \"example.com\" }",
                ),
            );
            return None;
        }
    };
    let name = name?;
    in_zone(cx, &name, dns, false).then_some(Some(AssetsHostname { name, take_over }))
}

/// A name leads to one place: to a service or to files.
fn check_names(
    cx: &mut Rules<'_>,
    sections: &Named<AssetsSection>,
    services: &[(&Located<String>, &ServiceSection)],
) {
    let mut names: BTreeMap<DomainName, Span> = BTreeMap::new();
    let of_services = services.iter().flat_map(|(_, section)| {
        let aliases = section.aliases.iter().flat_map(|aliases| aliases.iter());
        let hostname = section.hostname.iter().chain(&section.private_hostname);
        hostname.chain(aliases)
    });
    for written in of_services {
        if let Ok(name) = DomainName::parse(written) {
            names.entry(name).or_insert(written.span());
        }
    }
    let mut written: Vec<_> = sections
        .values()
        .filter_map(|section| section.hostname.as_ref())
        .collect();
    written.sort_by_key(|written| written.span().start);
    for written in written {
        let Ok(name) = DomainName::parse(written) else {
            continue;
        };
        match names.get(&name) {
            Some(first) => cx.push(
                Diagnostic::new(
                    Code::HostnameTwice,
                    written.span(),
                    format!("the hostname {:?} is there twice", name.as_str()),
                )
                .label("files have a name of their own")
                .related(first.clone(), "the other"),
            ),
            None => {
                names.insert(name, written.span());
            }
        }
    }
}

fn parse_folder(text: &str) -> Result<String, Refusal> {
    let folder = text.trim_end_matches('/');
    if folder.is_empty() {
        return Err(Refusal::new("names no folder").help("write for example \"public\""));
    }
    if folder.starts_with(['/', '~']) || folder.contains(':') || folder.contains('\\') {
        return Err(Refusal::new("only where it is on one machine")
            .help("write it from where the manifest lies"));
    }
    Ok(folder.to_owned())
}

fn parse_index(text: &str) -> Result<String, Refusal> {
    if text.is_empty() || text.starts_with('/') || text.len() > 200 {
        return Err(Refusal::new("a file of the folder").help("write for example \"index.html\""));
    }
    Ok(text.to_owned())
}

/// `/static/*` is the prefix `static/`, `/*` none.
fn parse_path(text: &str) -> Result<String, Refusal> {
    let example = "write for example \"/static/*\"";
    let Some(path) = text.strip_prefix('/').and_then(|it| it.strip_suffix('*')) else {
        return Err(Refusal::new("starts with a slash and ends with `/*`").help(example));
    };
    if !path.is_empty() && !path.ends_with('/') {
        return Err(Refusal::new("ends with `/*`").help(example));
    }
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_.~/".contains(c);
    if let Some(odd) = path.chars().find(|c| !inner(*c)) {
        return Err(Refusal::new(format!("{odd:?} cannot stand in it")).help(example));
    }
    if path.contains("//") || path.starts_with('/') || path.split('/').any(|it| it == "..") {
        return Err(Refusal::new("a part of it is empty, or leads out of it").help(example));
    }
    Ok(path.to_owned())
}

/// A `Cache-Control` (RFC 9111, 5.2.2; RFC 8246).
fn parse_cache(text: &str) -> Result<String, Refusal> {
    let example = "write for example \"1h\", \"1y, immutable\" or \"none\"";
    let mut words = text.split(',').map(str::trim);
    let time = words.next().unwrap_or_default();
    if time == "none" {
        return match words.next() {
            None => Ok("no-cache".to_owned()),
            Some(_) => Err(Refusal::new("nothing goes with `none`").help(example)),
        };
    }
    let years = time.strip_suffix('y').and_then(|it| it.parse::<u32>().ok());
    let seconds = match years.and_then(|years| years.checked_mul(365 * 86_400)) {
        Some(seconds) => Seconds(seconds),
        None => Seconds::parse(time).map_err(|refusal| refusal.help(example))?,
    };
    let (mut whose, mut immutable) = ("public", "");
    for word in words {
        match word {
            "immutable" => immutable = ", immutable",
            "private" => whose = "private",
            other => {
                let why = format!("{other:?} is neither `immutable` nor `private`");
                return Err(Refusal::new(why).help(example));
            }
        }
    }
    Ok(format!("{whose}, max-age={}{immutable}", seconds.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_is_a_time_and_words() {
        for (written, header) in [
            ("1y, immutable", Some("public, max-age=31536000, immutable")),
            ("10m", Some("public, max-age=600")),
            ("1h,private", Some("private, max-age=3600")),
            ("none", Some("no-cache")),
            ("none, immutable", None),
            ("1h, for ever", None),
            ("9999999999y", None),
            ("", None),
        ] {
            assert_eq!(parse_cache(written).ok().as_deref(), header, "{written}");
        }
    }

    #[test]
    fn a_path_is_a_prefix_of_keys() {
        for (written, prefix) in [
            ("/*", Some("")),
            ("/static/*", Some("static/")),
            ("/a/b-c/*", Some("a/b-c/")),
            ("static/*", None),
            ("/static", None),
            ("/static*", None),
            ("//*", None),
            ("/../*", None),
            ("/a b/*", None),
        ] {
            assert_eq!(parse_path(written).ok().as_deref(), prefix, "{written}");
        }
    }
}
