//! Where a service's image comes from: `image`, `build`, and `[repositories.NAME]`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use super::Named;
use crate::defaults;
use crate::located::Located;

/// The image of a service: a reference, or an image of one of `[repositories]`.
#[derive(Debug)]
pub(crate) enum ImageSection {
    /// As `docker pull` takes it.
    Reference(String),
    /// In a repository of ours.
    Stored(Box<StoredSection>),
}

/// An image of one of `[repositories]`, which somebody pushes: you, or CI. Until it is there for the first time, the
/// service is not made; whatever it needs is. The tag stands for the image that it is on when the plan is made.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredSection {
    /// The name of one of `[repositories]`.
    #[schemars(required, example = &"app")]
    pub(crate) repository: Option<Located<String>>,

    /// The tag of the image. Default `latest`.
    #[schemars(extend("default" = defaults::IMAGE_TAG), example = &"1.2")]
    pub(crate) tag: Option<Located<String>>,
}

/// What an image is built from: a folder, or a table.
#[derive(Debug)]
pub(crate) enum BuildSection {
    /// The folder.
    Context(String),
    /// The folder, and how.
    Table(Box<BuildTable>),
}

/// What an image is built from, and how. Docker or Podman builds it, whichever is on the PATH, before anything changes;
/// it is pushed to a repository in ECR, and services run exactly that image. The same content is not pushed twice.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuildTable {
    /// The folder that the build sees, from the manifest's own folder. Default `.`.
    #[schemars(extend("default" = defaults::BUILD_CONTEXT), example = &".")]
    pub(crate) context: Option<Located<String>>,

    /// The file that says how to build, from the context. Default: the builder's own, `Dockerfile`.
    #[schemars(example = &"docker/web.Dockerfile")]
    pub(crate) dockerfile: Option<Located<String>>,

    /// The stage to build up to. Default: the last one.
    #[schemars(example = &"production")]
    pub(crate) target: Option<Located<String>>,

    /// Build arguments. No secrets: they stay readable in the image.
    #[schemars(extend("examples" = [{ "VERSION": "1.2" }]))]
    pub(crate) args: Option<Named<Located<String>>>,

    /// The platform to build for, where the variant of a processor counts. Default: that of the service's `arch`.
    #[schemars(example = &"linux/arm64/v8")]
    pub(crate) platform: Option<Located<String>>,

    /// The one of `[repositories]` that it is pushed to. Default: one of the service's own, which goes with it and all
    /// that is in it: everything there was built from here.
    #[schemars(example = &"app")]
    pub(crate) repository: Option<Located<String>>,
}

/// A repository for images, in ECR. It says who may push to it; its address is shown by `plan` and `up` as long as a
/// service waits for its first image.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepositorySection {
    /// How many images are kept, the youngest ones. Default 10. Those that a release uses are kept besides, as long as
    /// one of the last ten releases does. An image for several processors counts as one for each, and one for all.
    #[schemars(range(min = 1, max = 5000), extend("default" = defaults::REPOSITORY_KEEP))]
    pub(crate) keep: Option<Located<u32>>,

    /// Do tags stay on the image that they were first put on? Default false: CI moves `latest` with every push.
    #[schemars(extend("default" = defaults::REPOSITORY_IMMUTABLE))]
    pub(crate) immutable: Option<Located<bool>>,

    /// Is each image scanned for known vulnerabilities when it is pushed? Default true: it costs nothing. Where the
    /// account's registry is set to enhanced scanning, that counts instead.
    #[schemars(extend("default" = defaults::REPOSITORY_SCAN))]
    pub(crate) scan: Option<Located<bool>>,

    /// ARN of the KMS key that encrypts the images. Default: AES-256 with ECR's own keys. It cannot be changed later
    /// without deleting the repository.
    #[schemars(example = &"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab")]
    pub(crate) kms_key: Option<Located<String>>,

    /// Who may pull, besides those whose own policies allow it: `account` for everybody in the stack's account, another
    /// account's number, or the ARN of a role or user.
    #[schemars(extend("examples" = [["210987654321"]]))]
    pub(crate) pull: Option<Located<Vec<Located<String>>>>,

    /// Who may push and pull, in the same words.
    #[schemars(extend("examples" = [["account"]]))]
    pub(crate) push: Option<Located<Vec<Located<String>>>>,

    /// What becomes of it when the stack goes down, or the section is taken out. Default `retain`: what others have
    /// pushed is not ours to throw away.
    #[schemars(extend("default" = "retain"))]
    pub(crate) removal: Option<Located<Removal>>,
}

/// What becomes of a repository.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Removal {
    /// It stays, with its images; an empty one goes.
    Retain,
    /// It goes, with its images.
    Delete,
}

impl ImageSection {
    /// The reference, if it is one.
    pub(crate) fn reference(&self) -> Option<&str> {
        match self {
            ImageSection::Reference(text) => Some(text),
            ImageSection::Stored(_) => None,
        }
    }
}

/// A text, or a table with places in it: what buffers it first, as an untagged enum does, loses the places.
struct TextOrTable<T, B>(fn(String) -> T, fn(Box<B>) -> T);

impl<'de, T, B: Deserialize<'de>> Visitor<'de> for TextOrTable<T, B> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or a table")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(self.0(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        B::deserialize(MapAccessDeserializer::new(map)).map(|table| self.1(Box::new(table)))
    }
}

impl<'de> Deserialize<'de> for ImageSection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable(Self::Reference, Self::Stored))
    }
}

impl<'de> Deserialize<'de> for BuildSection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable(Self::Context, Self::Table))
    }
}

impl JsonSchema for ImageSection {
    fn schema_name() -> Cow<'static, str> {
        "ImageSection".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        or_text(StoredSection::json_schema(generator))
    }
}

impl JsonSchema for BuildSection {
    fn schema_name() -> Cow<'static, str> {
        "BuildSection".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        or_text(BuildTable::json_schema(generator))
    }
}

/// The schema of a table, where a text can stand too.
fn or_text(mut table: Schema) -> Schema {
    match table.as_object_mut() {
        Some(members) => {
            members.insert("type".to_owned(), json!(["string", "object"]));
            table
        }
        None => json_schema!({ "type": ["string", "object"] }),
    }
}
