//! What the sources say of a kind and of its members: the doc comments.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;
use syn::{Attribute, Expr, Fields, Ident, ImplItem, Item, Lit, Meta, Type, Visibility};

/// What is said of a kind.
pub(super) struct Source {
    pub(super) about: String,
    pub(super) spec: Shape,
    /// None where it has another kind's.
    pub(super) outputs: Option<Shape>,
    /// The types that the spec is made of, by name.
    pub(super) parts: BTreeMap<String, Shape>,
}

/// A struct or an enum: what it is, and what its fields or variants are.
#[derive(Clone)]
pub(super) struct Shape {
    pub(super) about: String,
    pub(super) members: BTreeMap<String, String>,
    /// Every word in it, the names of types among them.
    words: Words,
}

#[derive(Clone, Default)]
struct Words(BTreeSet<String>);

impl Visit<'_> for Words {
    fn visit_ident(&mut self, word: &Ident) {
        self.0.insert(word.to_string());
    }
}

/// Every kind's, by its name.
pub(super) fn all() -> BTreeMap<String, Source> {
    let mut all = BTreeMap::new();
    for vendor in ["aws", "cloudflare", "manual"] {
        let vendor = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(vendor);
        for folder in entries(&vendor) {
            if folder.is_dir() && !folder.ends_with("live") {
                all.extend(kind(&folder));
            }
        }
    }
    all
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources");
    let mut entries: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    entries
}

fn kind(folder: &Path) -> Option<(String, Source)> {
    let mut shapes = BTreeMap::new();
    let mut found = None;
    for path in entries(folder) {
        if path.extension().is_none_or(|it| it != "rs") || path.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source");
        let file =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for item in &file.items {
            shapes.extend(shape(item));
            found = found.or_else(|| name(item));
        }
    }
    let (name, spec) = found?;
    let spec = shapes.remove(&spec).expect("the struct that is the spec");
    let outputs = shapes.remove("Outputs").filter(|it| !it.members.is_empty());
    let mut parts = BTreeMap::new();
    let mut made_of = vec![spec.words.clone()];
    while let Some(words) = made_of.pop() {
        for word in words.0 {
            if let Some(part) = shapes.remove(&word) {
                made_of.push(part.words.clone());
                parts.insert(word, part);
            }
        }
    }
    let about = spec.about.clone();
    let source = Source {
        about,
        spec,
        outputs,
        parts,
    };
    Some((name, source))
}

/// `Kind::NAME` and the type that it is of, where the item says so.
fn name(item: &Item) -> Option<(String, String)> {
    let Item::Impl(item) = item else {
        return None;
    };
    let (_, of, _) = item.trait_.as_ref()?;
    if !of.is_ident("Kind") {
        return None;
    }
    let Type::Path(spec) = item.self_ty.as_ref() else {
        return None;
    };
    let spec = spec.path.get_ident()?.to_string();
    item.items.iter().find_map(|item| match item {
        ImplItem::Const(constant) if constant.ident == "NAME" => {
            Some((literal(&constant.expr)?, spec.clone()))
        }
        _ => None,
    })
}

fn shape(item: &Item) -> Option<(String, Shape)> {
    let mut words = Words::default();
    let (vis, name, attributes, members) = match item {
        Item::Struct(item) => {
            words.visit_fields(&item.fields);
            (&item.vis, &item.ident, &item.attrs, fields(&item.fields))
        }
        Item::Enum(item) => {
            words.visit_item_enum(item);
            let variants = item.variants.iter();
            let variants = variants.map(|it| (it.ident.to_string(), docs(&it.attrs)));
            (&item.vis, &item.ident, &item.attrs, variants.collect())
        }
        _ => return None,
    };
    let public = matches!(vis, Visibility::Public(_));
    let about = docs(attributes);
    public.then(|| {
        let shape = Shape {
            about,
            members,
            words,
        };
        (name.to_string(), shape)
    })
}

fn fields(fields: &Fields) -> BTreeMap<String, String> {
    let named = fields.iter().filter_map(|field| {
        let name = field.ident.as_ref()?.to_string();
        Some((
            name.trim_start_matches("r#").to_string(),
            docs(&field.attrs),
        ))
    });
    named.collect()
}

/// A doc comment in one line per paragraph, its references to items as plain words.
fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => literal(&pair.value),
            _ => None,
        });
    let mut text = String::new();
    for line in lines {
        match line.trim() {
            "" => text.push_str("\n\n"),
            line => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push(' ');
                }
                text.push_str(line);
            }
        }
    }
    text.replace("[`", "`").replace("`]", "`")
}

fn literal(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(value) => match &value.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
