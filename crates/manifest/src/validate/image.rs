//! Where a service's image comes from: `image`, or `build`.

use super::Rules;
use super::service::warn_without_tag;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Architecture, Build, Image, ImageReference, Name, Refusal};
use crate::schema::{BuildSection, BuildTable, ImageSection, ServiceSection};
use crate::structure::dotted;

/// The image. None if something in it is wrong.
pub(super) fn image(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    arch: Architecture,
    place: &Span,
) -> Option<Located<Image>> {
    let at = |key| [path, &[key]].concat();
    match (&section.image, &section.build) {
        (Some(image), Some(build)) => {
            let message = format!("`{}` has both `image` and `build`", dotted(path));
            cx.push(
                Diagnostic::new(Code::ImageAndBuild, build.span(), message)
                    .related(image.span(), "run this")
                    .help("take one of them out"),
            );
            None
        }
        (Some(image), None) => match image.get() {
            ImageSection::Reference(text) => {
                let text = Located::new(text.clone(), image.span());
                let parse = ImageReference::parse;
                let image = cx.parse(Code::BadImage, &at("image"), Some(&text), parse)?;
                warn_without_tag(cx, path, &image);
                Some(image.map(Image::Reference))
            }
            ImageSection::Stored(stored) => {
                let path = at("image");
                let repository = stored.repository.as_ref();
                let repository = repository.and_then(|it| named(cx, &path, it));
                let at = |key| [path.as_slice(), &[key]].concat();
                let default = Located::new(defaults::IMAGE_TAG.to_owned(), image.span());
                let tag = stored.tag.as_ref();
                let tag = cx.parse_or(Code::BadImage, &at("tag"), tag, default, parse_tag);
                Some(Located::new(
                    Image::Stored {
                        repository: repository?,
                        tag: tag?.into_inner(),
                    },
                    image.span(),
                ))
            }
        },
        (None, Some(build)) => {
            let path = at("build");
            let built = match build.get() {
                BuildSection::Context(context) => {
                    let context = Located::new(context.clone(), build.span());
                    let table = BuildTable {
                        context: Some(context),
                        ..BuildTable::default()
                    };
                    built(cx, &path, &path, &table, arch)
                }
                BuildSection::Table(table) => built(
                    cx,
                    &path,
                    &[path.as_slice(), &["context"]].concat(),
                    table,
                    arch,
                ),
            };
            Some(Located::new(Image::Built(built?), build.span()))
        }
        (None, None) => {
            if !cx.is_spoiled(&at("image")) && !cx.is_spoiled(&at("build")) {
                let message = format!("`{}` is missing", dotted(&at("image")));
                cx.push(
                    Diagnostic::new(Code::MissingKey, place.clone(), message)
                        .help("write for example: image = \"nginx:1.29\", or build = \".\""),
                );
            }
            None
        }
    }
}

fn built(
    cx: &mut Rules<'_>,
    path: &[&str],
    at_context: &[&str],
    table: &BuildTable,
    arch: Architecture,
) -> Option<Build> {
    let at = |key| [path, &[key]].concat();
    let default = Located::new(defaults::BUILD_CONTEXT.to_owned(), 0..0);
    let context = table.context.as_ref();
    let context = cx.parse_or(Code::BadBuild, at_context, context, default, parse_path);
    let dockerfile = table.dockerfile.as_ref();
    let dockerfile = optional(cx, &at("dockerfile"), dockerfile, parse_path);
    let target = optional(cx, &at("target"), table.target.as_ref(), parse_word);
    let wanted = match arch {
        Architecture::X86_64 => "linux/amd64",
        Architecture::Arm64 => "linux/arm64",
    };
    let parse = |text: &str| parse_platform(text, wanted);
    let platform = optional(cx, &at("platform"), table.platform.as_ref(), parse);
    let repository = match &table.repository {
        Some(written) => named(cx, path, written).map(Some),
        None => (!cx.is_spoiled(&at("repository"))).then_some(None),
    };
    let args = (!cx.is_spoiled_below(&at("args"))).then(|| {
        let args = table.args.iter().flatten();
        args.map(|(name, value)| (name.get().clone(), value.get().clone()))
            .collect()
    });
    Some(Build {
        context: context?.into_inner(),
        dockerfile: dockerfile?,
        target: target?,
        args: args?,
        platform: platform?.unwrap_or_else(|| wanted.to_owned()),
        repository: repository?,
    })
}

fn optional(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<String>>,
    parse: impl FnOnce(&str) -> Result<String, Refusal>,
) -> Option<Option<String>> {
    match written {
        Some(_) => cx
            .parse(Code::BadBuild, path, written, parse)
            .map(|value| Some(value.into_inner())),
        None => (!cx.is_spoiled(path)).then_some(None),
    }
}

/// The name of one of the manifest's repositories.
fn named(cx: &mut Rules<'_>, path: &[&str], written: &Located<String>) -> Option<Located<Name>> {
    let path = [path, &["repository"]].concat();
    let known = cx.repositories.clone();
    cx.parse(Code::UnknownRepository, &path, Some(written), |text| {
        if known.contains(text) {
            return Name::parse(text);
        }
        let refusal = Refusal::new("there is no such repository");
        let near = crate::did_you_mean::did_you_mean(text, known.iter().map(String::as_str));
        Err(match near {
            Some(near) => refusal.help(format!("did you mean {near:?}?")),
            None => refusal.help(format!("write a section for it: [repositories.{text}]")),
        })
    })
}

fn parse_tag(text: &str) -> Result<String, Refusal> {
    if let Some(digest) = text.strip_prefix("sha256:") {
        let why = format!(
            "a digest ({}…), not a tag",
            digest.get(..8).unwrap_or(digest)
        );
        return Err(Refusal::new(why).help("write the tag: it is resolved to its digest"));
    }
    ImageReference::parse(&format!("x:{text}")).map_err(|_| {
        Refusal::new(
            "a tag is letters, digits and `_.-`, at most 128, and starts with none of `.-`",
        )
    })?;
    Ok(text.to_owned())
}

/// A path below the manifest's folder, or wherever its author says.
fn parse_path(text: &str) -> Result<String, Refusal> {
    if text.is_empty() {
        return Err(Refusal::new("empty"));
    }
    if text.contains("://") || text.starts_with("git@") {
        return Err(Refusal::new("a URL, not a path").help("check it out, and name the folder"));
    }
    // It stands among a command's arguments.
    if text.starts_with('-') {
        return Err(Refusal::new("starts with a hyphen").help(format!("write \"./{text}\"")));
    }
    Ok(text.to_owned())
}

fn parse_word(text: &str) -> Result<String, Refusal> {
    match text.is_empty() || text.starts_with('-') || text.contains(char::is_whitespace) {
        true => Err(Refusal::new("not the name of a stage")),
        false => Ok(text.to_owned()),
    }
}

fn parse_platform(text: &str, wanted: &str) -> Result<String, Refusal> {
    let rest = text.strip_prefix(wanted);
    match rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        true => Ok(text.to_owned()),
        false => Err(Refusal::new(format!("the service runs on {wanted}"))
            .help("write the `arch` that you mean, or take `platform` out")),
    }
}
