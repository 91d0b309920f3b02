//! Compares a definition with its shape, and puts values in place of variables. Every mistake is told.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::json::{Json, Node};
use super::shapes::{Definition, Member, SHAPES, Shape, Type, members, page};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::interpolate::{Values, replace};
use crate::located::Span;

/// A definition, every variable replaced. Placeholders are still in it.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// As it is sent.
    pub(crate) value: Value,
    /// The same with places, texts as in `value`.
    pub(crate) places: Json,
    /// Each placeholder, and where it stands first.
    pub(crate) placeholders: BTreeMap<Placeholder, Span>,
}

/// What Ashore fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Placeholder {
    Cluster,
    ExecutionRole,
    LogGroup,
    Region,
    TargetGroup,
    TaskDefinition,
    TaskRole,
}

impl Placeholder {
    const ALL: [(Placeholder, &'static str); 7] = [
        (Placeholder::Cluster, "CLUSTER_ARN"),
        (Placeholder::ExecutionRole, "EXECUTION_ROLE_ARN"),
        (Placeholder::LogGroup, "LOG_GROUP"),
        (Placeholder::Region, "REGION"),
        (Placeholder::TargetGroup, "TARGET_GROUP_ARN"),
        (Placeholder::TaskDefinition, "TASKDEFINITION_ARN"),
        (Placeholder::TaskRole, "TASK_ROLE_ARN"),
    ];

    /// As it is written between `@@` and `@@`.
    pub(crate) fn name(self) -> &'static str {
        let found = Self::ALL
            .iter()
            .find(|(placeholder, _)| *placeholder == self);
        found.map_or("", |(_, name)| name)
    }

    /// Is it known before anything is made? Only then can it be a part of a text.
    fn is_known(self) -> bool {
        self == Placeholder::Region
    }

    /// Can it stand there? What a service is made of is not known to its task definition.
    fn stands_in(self, definition: Definition) -> bool {
        match self {
            Placeholder::Region => true,
            Placeholder::Cluster | Placeholder::TargetGroup | Placeholder::TaskDefinition => {
                definition == Definition::Service
            }
            Placeholder::ExecutionRole | Placeholder::LogGroup | Placeholder::TaskRole => {
                definition == Definition::Task
            }
        }
    }
}

/// Reads a definition. None if something in it is wrong; that is told, with places in `text`.
pub(crate) fn read(
    definition: Definition,
    text: &str,
    values: &Values<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Read> {
    let mut places = match Json::parse(text) {
        Ok(places) => places,
        Err((span, said)) => {
            let message = format!("{} that is not JSON", definition.noun());
            diagnostics.push(Diagnostic::new(Code::RawUnreadable, span, message).label(said));
            return None;
        }
    };
    let before = diagnostics.len();
    let mut check = Check {
        definition,
        text,
        values,
        diagnostics,
        placeholders: BTreeMap::new(),
    };
    let value = check.object("", definition.shape(), &mut places);
    let placeholders = check.placeholders;
    (diagnostics.len() == before).then_some(Read {
        value: value?,
        places,
        placeholders,
    })
}

struct Check<'a> {
    definition: Definition,
    text: &'a str,
    values: &'a Values<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    placeholders: BTreeMap<Placeholder, Span>,
}

impl Check<'_> {
    fn object(&mut self, path: &str, shape: &str, json: &mut Json) -> Option<Value> {
        let whole = json.span.clone();
        let kind = json.kind();
        let Node::Object(written) = &mut json.node else {
            let what = if path.is_empty() {
                self.definition.noun().to_owned()
            } else {
                format!("`{path}`")
            };
            self.wrong(whole, format!("{what} is {kind}, and not an object"));
            return None;
        };
        let known = members(shape);
        let mut value = Map::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for (name, json) in written.iter_mut() {
            let at = joined(path, name.as_str());
            if let Some(first) = seen.insert(name.as_str().to_owned(), name.span()) {
                let message = format!("`{at}` stands there twice");
                let diagnostic = Diagnostic::new(Code::RawUnreadable, name.span(), message);
                self.diagnostics
                    .push(diagnostic.related(first, "the first"));
                continue;
            }
            let Some(member) = known.iter().find(|member| member.name == name.as_str()) else {
                self.unknown(&at, shape, name.as_str(), name.span());
                continue;
            };
            let help = page(shape, member.name);
            if let Some(read) = self.value(&at, &member.of, json, &help) {
                value.insert(member.name.to_owned(), read);
            }
        }
        let missing = known
            .iter()
            .filter(|it| it.required && !seen.contains_key(it.name));
        for Member { name, .. } in missing {
            let message = format!("`{}` is missing", joined(path, name));
            let diagnostic = Diagnostic::new(Code::RawMissing, start_of(&whole), message);
            self.diagnostics.push(diagnostic.help(page(shape, name)));
        }
        Some(Value::Object(value))
    }

    fn value(&mut self, path: &str, of: &Type, json: &mut Json, page: &str) -> Option<Value> {
        let span = json.span.clone();
        match (of, &mut json.node) {
            (Type::Text, Node::Text(text)) => {
                let text = self.filled_in(text, &span)?;
                Some(Value::String(text))
            }
            (Type::Truth, Node::Truth(truth)) => Some(Value::Bool(*truth)),
            (Type::Number, Node::Number(number)) => Some(Value::Number(number.clone())),
            (Type::Integer, Node::Number(number)) if number.is_i64() => {
                Some(Value::Number(number.clone()))
            }
            (Type::Texts, Node::Object(members)) => {
                let mut texts = Map::new();
                for (name, json) in members.iter_mut() {
                    let at = joined(path, name.as_str());
                    if name.as_str() == "$ref" {
                        let message = format!("`{at}` cannot be a name here");
                        self.wrong(name.span(), message);
                        continue;
                    }
                    if let Some(text) = self.value(&at, &Type::Text, json, page) {
                        texts.insert(name.as_str().to_owned(), text);
                    }
                }
                Some(Value::Object(texts))
            }
            (Type::List(of), Node::List(items)) => {
                let items = items.iter_mut().enumerate();
                let items: Vec<_> = items
                    .map(|(index, item)| self.value(&format!("{path}[{index}]"), of, item, page))
                    .collect();
                items
                    .into_iter()
                    .collect::<Option<Vec<_>>>()
                    .map(Value::Array)
            }
            (Type::Named(shape), _) => match SHAPES.get(shape.as_str()) {
                Some(Shape::Words(words)) => self.word(path, words, json, page),
                _ => self.object(path, shape, json),
            },
            _ => {
                let message = format!("`{path}` is {}, and not {}", json.kind(), wanted(of));
                let diagnostic = Diagnostic::new(Code::RawType, span.clone(), message);
                let written = self.text.get(span).unwrap_or_default();
                let diagnostic = match (of, &json.node) {
                    (Type::Text, Node::Number(_) | Node::Truth(_)) => {
                        diagnostic.help(format!("write \"{written}\""))
                    }
                    (_, Node::Null) => diagnostic.help("take the member out"),
                    _ => diagnostic,
                };
                self.diagnostics.push(diagnostic.help(page));
                None
            }
        }
    }

    fn word(
        &mut self,
        path: &str,
        words: &[&'static str],
        json: &mut Json,
        page: &str,
    ) -> Option<Value> {
        let span = json.span.clone();
        let word = self.value(path, &Type::Text, json, page)?;
        let text = word.as_str().unwrap_or_default();
        if words.contains(&text) {
            return Some(word);
        }
        let message = format!("`{path}` cannot be {text:?}");
        let diagnostic = Diagnostic::new(Code::RawType, span, message);
        let diagnostic = match did_you_mean(text, words.iter().copied()) {
            Some(near) => diagnostic.label(format!("did you mean \"{near}\"?")),
            None => diagnostic.label(format!("one of {}", words.join(", "))),
        };
        self.diagnostics.push(diagnostic.help(page));
        None
    }

    /// The text with values in place of its variables; its placeholders are noted. None if one has no value.
    fn filled_in(&mut self, text: &mut String, span: &Span) -> Option<String> {
        let mut replaced = Cow::Borrowed(text.as_str());
        let fits = replace(
            &mut replaced,
            span.clone(),
            self.text,
            self.values,
            self.diagnostics,
        );
        if !fits {
            // What a secret param stands for is never told, and it has been told that it is one.
            return None;
        }
        let replaced = replaced.into_owned();
        for name in placeholders(&replaced) {
            let known = Placeholder::ALL.iter().find(|(_, known)| *known == name);
            match known {
                Some((placeholder, _)) if placeholder.stands_in(self.definition) => {
                    if !placeholder.is_known() && replaced != format!("@@{name}@@") {
                        let message = format!("`@@{name}@@` is a part of a text");
                        let diagnostic =
                            Diagnostic::new(Code::RawPlaceholder, span.clone(), message);
                        self.diagnostics
                            .push(diagnostic.label("it can only stand alone"));
                    }
                    self.placeholders
                        .entry(*placeholder)
                        .or_insert_with(|| span.clone());
                }
                _ => self.unknown_placeholder(name, known.is_some(), span),
            }
        }
        text.clone_from(&replaced);
        Some(replaced)
    }

    fn unknown_placeholder(&mut self, name: &str, elsewhere: bool, span: &Span) {
        let here = Placeholder::ALL.iter();
        let here = here.filter(|(it, _)| it.stands_in(self.definition));
        let here: Vec<&str> = here.map(|(_, name)| *name).collect();
        let noun = self.definition.noun();
        let message = match elsewhere {
            true => format!("`@@{name}@@` is not known in {noun}"),
            false => format!("nothing is filled in for `@@{name}@@`"),
        };
        let diagnostic = Diagnostic::new(Code::RawPlaceholder, span.clone(), message);
        let diagnostic = match did_you_mean(name, here.iter().copied()) {
            Some(near) => diagnostic.label(format!("did you mean `@@{near}@@`?")),
            None => diagnostic.help(format!("{noun} can have @@{}@@", here.join("@@, @@"))),
        };
        self.diagnostics.push(diagnostic.help(format!(
            "a variable of the environment is written ${{env:{name}}}"
        )));
    }

    fn unknown(&mut self, path: &str, shape: &str, name: &str, span: Span) {
        let known = members(shape).iter().map(|member| member.name);
        let (code, why) = match (shape, name) {
            ("CreateServiceRequest", "clientToken") => {
                (Code::RawOurs, Some("Ashore makes a token for each request"))
            }
            ("CreateServiceRequest", "role") => (
                Code::RawOurs,
                Some("ECS acts at load balancers by its service-linked role now"),
            ),
            _ => (Code::RawMember, None),
        };
        let diagnostic = Diagnostic::new(
            code,
            span,
            match code {
                Code::RawOurs => format!("`{path}` is not for a file to say"),
                _ => format!("unknown member `{path}`"),
            },
        );
        let diagnostic = match (why, did_you_mean(name, known.clone())) {
            (Some(why), _) => diagnostic.label(why).help("take it out"),
            (None, _) if (shape, name) == ("CreateServiceRequest", "service") => {
                diagnostic.label("did you mean `serviceName`?").note(
                    "whether it is created or updated is found out; the file is the same for both",
                )
            }
            (None, Some(near)) => {
                let member = members(shape).iter().find(|member| member.name == near);
                let diagnostic = diagnostic.label(format!("did you mean `{near}`?"));
                match member {
                    Some(member) => diagnostic.help(page(shape, member.name)),
                    None => diagnostic,
                }
            }
            (None, None) => {
                let all: Vec<&str> = known.collect();
                diagnostic.help(format!("members that can stand here: {}", all.join(", ")))
            }
        };
        self.diagnostics.push(diagnostic);
    }

    fn wrong(&mut self, span: Span, message: String) {
        self.diagnostics
            .push(Diagnostic::new(Code::RawType, span, message));
    }
}

/// The names between `@@` and `@@`: capitals, digits and underscores, so that other uses of the sign stay.
fn placeholders(text: &str) -> Vec<&str> {
    let mut parts = text.split("@@");
    parts.next();
    let is_name = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    parts.filter(is_name).collect()
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// The brace that opens it: to mark a whole object would mark half the file.
fn start_of(span: &Span) -> Span {
    span.start..(span.start + 1).min(span.end)
}

fn wanted(of: &Type) -> &'static str {
    match of {
        Type::Text => "text",
        Type::Integer => "a whole number",
        Type::Number => "a number",
        Type::Truth => "true or false",
        Type::Texts | Type::Named(_) => "an object",
        Type::List(_) => "a list",
    }
}
