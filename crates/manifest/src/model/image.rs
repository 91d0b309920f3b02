//! Image references, by the grammar of the distribution project's `reference` package.

use std::fmt;

use super::Refusal;

/// `[registry/]repository[:tag][@sha256:digest]`, kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageReference {
    written: String,
    /// Host and port of the registry; none means Docker Hub.
    pub registry: Option<String>,
    /// Path in the registry.
    pub repository: String,
    /// Tag; none and no digest means `latest`.
    pub tag: Option<String>,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: Option<String>,
}

impl ImageReference {
    /// The reference, if it is one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Err(Refusal::new("empty"));
        }
        if let Some(odd) = text.chars().find(|c| c.is_whitespace() || c.is_control()) {
            return Err(Refusal::new(format!(
                "{odd:?} cannot stand in an image reference"
            )));
        }
        if let Some((_, rest)) = text.split_once("://") {
            return Err(Refusal::new("a URL, not a reference").help(format!("write {rest:?}")));
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        // [ECS API: ContainerDefinition.image] the limit is on everything before the digest.
        if name.len() > 255 {
            return Err(Refusal::new("longer than 255 characters before the digest"));
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(Refusal::new(
                "the digest must be `sha256:` and 64 hexadecimal digits",
            ));
        }
        // A colon before the last slash is the registry's port.
        let path_start = name.rfind('/').map_or(0, |slash| slash + 1);
        let (path, tag) = match name[path_start..].find(':') {
            Some(colon) => (
                &name[..path_start + colon],
                Some(&name[path_start + colon + 1..]),
            ),
            None => (name, None),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(Refusal::new(
                "a tag is letters, digits and `_.-`, at most 128, and starts with none of `.-`",
            ));
        }
        let (registry, repository) = match path.split_once('/') {
            Some((first, rest)) if is_registry(first) => (Some(first), rest),
            _ => (None, path),
        };
        if let Some(part) = repository.split('/').find(|part| !is_path_part(part)) {
            let refusal = Refusal::new(if part.is_empty() {
                "a part of the name is empty".to_owned()
            } else {
                format!("`{part}` cannot be part of an image's name")
            });
            let lower = text.to_lowercase();
            let folds =
                repository.chars().any(|c| c.is_ascii_uppercase()) && Self::parse(&lower).is_ok();
            return Err(if folds {
                refusal.help(format!(
                    "names are lower-case: {:?}",
                    text.replacen(repository, &repository.to_lowercase(), 1)
                ))
            } else {
                refusal
            });
        }
        Ok(Self {
            written: text.to_owned(),
            registry: registry.map(str::to_owned),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// The reference as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

/// The first part is a registry if it looks like a host: that is how Docker tells it from a user's name.
fn is_registry(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':'])
}

/// Lower-case words with one dot, one or two underscores or any number of hyphens between them.
fn is_path_part(part: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    part.starts_with(word)
        && part.ends_with(word)
        && part.split(word).all(|between| {
            matches!(between, "" | "." | "_" | "__") || between.chars().all(|c| c == '-')
        })
}

fn is_tag(tag: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128
        && tag.starts_with(word)
        && tag.chars().all(|c| word(c) || c == '.' || c == '-')
}

fn is_digest(digest: &str) -> bool {
    digest
        .strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
