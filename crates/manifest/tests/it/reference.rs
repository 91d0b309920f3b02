//! The reference pages of the manifest, `docs/reference/manifest`: one per section, made from the schema.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use ashore_manifest::json_schema;
use serde_json::{Map, Value};

const HEAD: &str =
    "<!-- Made from the manifest's schema: `UPDATE_EXPECT=1 cargo test -p ashore-manifest`. -->\n";

/// `UPDATE_EXPECT=1 cargo test -p ashore-manifest` writes them anew.
#[test]
fn the_committed_pages_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/manifest");
    let now = Reference::new(json_schema()).pages();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(&folder).expect("can make the folder");
        for path in files(&folder).expect("the folder") {
            fs::remove_file(path).expect("can remove a page");
        }
        for (name, page) in &now {
            fs::write(folder.join(name), page).expect("can write a page");
        }
    }
    let committed = files(&folder).expect("docs/reference/manifest");
    let committed = committed.iter().map(|path| {
        let name = path.file_name().expect("a file").to_string_lossy();
        (name.into_owned(), fs::read_to_string(path).expect("a page"))
    });
    let committed: BTreeMap<String, String> = committed.collect();
    for (name, page) in &now {
        let current = committed.get(name) == Some(page);
        assert!(current, "{name} is stale: run with UPDATE_EXPECT=1");
    }
    assert_eq!(committed.len(), now.len(), "a page of no section");
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

#[test]
fn every_key_of_every_section_is_on_its_page() {
    let reference = Reference::new(json_schema());
    let pages = reference.pages();
    for (name, schema) in reference.members(&reference.schema) {
        let Some(section) = reference.table(schema) else {
            continue;
        };
        let page = &pages[&format!("{name}.md")];
        for key in reference.members(section).keys() {
            assert!(page.contains(&format!("`{key}`")), "{name}.{key}");
        }
    }
}

struct Reference {
    schema: Value,
}

impl Reference {
    fn new(schema: Value) -> Self {
        Self { schema }
    }

    /// File name to text.
    fn pages(&self) -> BTreeMap<String, String> {
        let mut pages = BTreeMap::new();
        let mut index = format!(
            "{HEAD}# The manifest\n\n{}\n\n## Keys\n",
            text(&self.schema, "description")
        );
        let mut sections = String::from("\n## Sections\n\n| section | |\n|---|---|\n");
        for (name, schema) in self.members(&self.schema) {
            if !self.is_section(schema) {
                index.push('\n');
                self.key(&mut index, name, schema, &self.schema);
                continue;
            }
            let first = text(schema, "description");
            let first = first.split("\n\n").next().unwrap_or_default();
            let _ = writeln!(sections, "| [`{name}`]({name}.md) | {first} |");
            pages.insert(format!("{name}.md"), self.page(name, schema));
        }
        pages.insert("README.md".to_string(), index + &sections);
        pages
    }

    /// Is it a table, rather than one value?
    fn is_section(&self, schema: &Value) -> bool {
        self.resolve(schema)["type"] == "object"
    }

    fn page(&self, name: &str, schema: &Value) -> String {
        let at = match self.named(schema) {
            true => format!("{name}.NAME"),
            false => name.to_string(),
        };
        let mut page = format!("{HEAD}# `[{at}]`\n\n{}\n", text(schema, "description"));
        match self.table(schema) {
            Some(section) => self.section(&mut page, &at, section, text(schema, "description")),
            None => {
                let _ = writeln!(page, "\nA {}.", self.type_of(schema));
            }
        }
        page
    }

    /// The keys of a table, and then the tables in it.
    fn section(&self, page: &mut String, at: &str, section: &Value, said: &str) {
        let about = text(section, "description");
        if !said.starts_with(about) {
            let _ = writeln!(page, "\n{about}");
        }
        if section["minProperties"] == 1 && section["maxProperties"] == 1 {
            page.push_str("\nExactly one of these keys:\n");
        }
        let mut inner = Vec::new();
        for (key, schema) in self.members(section) {
            page.push('\n');
            // An environment says again what the whole manifest can say.
            if at == "environments.NAME" && self.members(&self.schema).contains_key(key) {
                let page_of = match self.is_section(schema) {
                    true => format!("{key}.md"),
                    false => "README.md#keys".to_string(),
                };
                let _ = writeln!(
                    page,
                    "### `{key}`\n\nAs in [`{key}`]({page_of}), where it differs."
                );
                continue;
            }
            self.key(page, key, schema, section);
            let item = if schema["type"] == "array" {
                &schema["items"]
            } else {
                schema
            };
            if let Some(table) = self.table(item) {
                let at = match self.named(item) {
                    true => format!("{at}.{key}.NAME"),
                    false => format!("{at}.{key}"),
                };
                inner.push((at, table, text(schema, "description")));
            }
        }
        for (at, table, said) in inner {
            let _ = writeln!(page, "\n## `{at}`");
            self.section(page, &at, table, said);
        }
    }

    fn key(&self, page: &mut String, key: &str, schema: &Value, section: &Value) {
        let required = section["required"].as_array();
        let required = required.is_some_and(|keys| keys.iter().any(|it| it == key));
        let mut facts = vec![self.type_of(schema)];
        facts.extend(required.then(|| "**required**".to_string()));
        if let Some(default) = schema.get("default") {
            facts.push(format!("default `{default}`"));
        }
        if let Some(example) = schema.pointer("/examples/0") {
            facts.push(format!("for example `{}`", toml(example)));
        }
        let _ = writeln!(page, "### `{key}`\n\n{}\n", facts.join(" · "));
        let _ = writeln!(page, "{}", text(schema, "description"));
        let values = self.resolve(schema)["oneOf"].as_array();
        if let Some(values) = values {
            page.push('\n');
            for value in values {
                let _ = writeln!(
                    page,
                    "- `{}`: {}",
                    value["const"],
                    text(value, "description")
                );
            }
        }
    }

    /// What a value of it is, in words.
    fn type_of(&self, schema: &Value) -> String {
        let schema = self.resolve(schema);
        if schema.get("oneOf").is_some() {
            return "one of the words below".to_string();
        }
        let of = |kind: &str| match kind {
            "string" => "text".to_string(),
            "boolean" => "`true` or `false`".to_string(),
            "integer" | "number" => {
                let kind = if kind == "integer" {
                    "whole number"
                } else {
                    "number"
                };
                match (schema.get("minimum"), schema.get("maximum")) {
                    (Some(least), Some(most)) => format!("{kind}, {least} to {most}"),
                    (Some(least), None) => format!("{kind}, {least} or more"),
                    (None, Some(most)) => format!("{kind}, {most} or less"),
                    (None, None) => kind.to_string(),
                }
            }
            "array" => format!("list of {}", self.type_of(&schema["items"])),
            "object" => match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => {
                    format!("table by name, each {}", self.type_of(values))
                }
                _ => "table".to_string(),
            },
            other => other.to_string(),
        };
        match &schema["type"] {
            Value::Array(kinds) => {
                let kinds = kinds.iter().filter_map(Value::as_str).map(of);
                kinds.collect::<Vec<_>>().join(" or ")
            }
            Value::String(kind) => of(kind),
            _ => "any value".to_string(),
        }
    }

    /// The table that it is, or that each of its entries is.
    fn table<'a>(&'a self, schema: &'a Value) -> Option<&'a Value> {
        let schema = self.resolve(schema);
        let entries = schema.get("additionalProperties");
        let entries = entries.filter(|entries| entries.is_object());
        let table = self.resolve(entries.unwrap_or(schema));
        table.get("properties").map(|_| table)
    }

    /// Is it a table of tables by names of the user's choice?
    fn named(&self, schema: &Value) -> bool {
        let schema = self.resolve(schema);
        schema["additionalProperties"].is_object() && self.table(schema).is_some()
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let Some(path) = schema["$ref"].as_str() else {
            return schema;
        };
        let path = path.strip_prefix('#').expect("a place in the schema");
        self.schema.pointer(path).expect("what is referred to")
    }

    fn members<'a>(&'a self, section: &'a Value) -> &'a Map<String, Value> {
        section["properties"].as_object().expect("a table")
    }
}

fn text<'a>(schema: &'a Value, key: &str) -> &'a str {
    schema[key].as_str().unwrap_or_default()
}

/// As it is written in a manifest, on one line.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(toml).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Object(members) => {
            let pair = |(key, value)| format!("{key} = {}", toml(value));
            let pairs: Vec<String> = members.iter().map(pair).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        scalar => scalar.to_string(),
    }
}
