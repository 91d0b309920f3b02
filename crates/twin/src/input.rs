//! A strict reader of parameters: whatever is not taken is refused.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::refusal::Refusal;
use crate::service::{Protocol, Service};

/// The parameters of one request, or of one structure in it. Every parameter must be taken; [`Input::finish`] refuses
/// what is left. Query protocols are decoded into the same tree as JSON; their scalars stay strings.
#[derive(Debug, Default)]
pub struct Input {
    fields: Map<String, Value>,
    service: Option<&'static Service>,
    path: String,
    open: Open,
}

/// The structures that were taken but not finished yet. A handler that forgets one would ignore parameters in silence,
/// so that the twin answers 500 and names it.
pub(crate) type Open = Rc<RefCell<Vec<String>>>;

impl Input {
    /// The parameters of a request.
    pub(crate) fn new(service: &'static Service, fields: Map<String, Value>) -> Input {
        Input {
            fields,
            service: Some(service),
            path: String::new(),
            open: Open::default(),
        }
    }

    /// A parameter that must be there.
    pub fn required(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A string.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.mistyped(name, &other, "a string")),
        }
    }

    /// A whole number; numeric strings count.
    pub fn number(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64()),
            Some(Value::String(text)) if self.is_form() && text.parse::<i64>().is_ok() => {
                Ok(text.parse().ok())
            }
            Some(other) => Err(self.mistyped(name, &other, "an integer")),
        }
    }

    /// True or false; in the query protocols as words.
    pub fn boolean(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(Value::String(text)) if self.is_form() && text == "true" => Ok(Some(true)),
            Some(Value::String(text)) if self.is_form() && text == "false" => Ok(Some(false)),
            Some(other) => Err(self.mistyped(name, &other, "a boolean")),
        }
    }

    /// A list of strings; absent is empty.
    pub fn texts(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        let mut texts = Vec::new();
        for (index, item) in self.list(name)?.into_iter().enumerate() {
            match item {
                Value::String(text) => texts.push(text),
                other => return Err(self.mistyped(&nth(name, index), &other, "a string")),
            }
        }
        Ok(texts)
    }

    /// A list of structures; absent is empty.
    pub fn objects(&mut self, name: &str) -> Result<Vec<Input>, Refusal> {
        let mut inputs = Vec::new();
        for (index, item) in self.list(name)?.into_iter().enumerate() {
            inputs.push(self.nested(&nth(name, index), item)?);
        }
        Ok(inputs)
    }

    /// A structure.
    pub fn object(&mut self, name: &str) -> Result<Option<Input>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => self.nested(name, value).map(Some),
        }
    }

    /// A map of strings; absent is empty.
    pub fn text_map(&mut self, name: &str) -> Result<BTreeMap<String, String>, Refusal> {
        let mut map = BTreeMap::new();
        match self.take(name) {
            None => {}
            Some(Value::Object(fields)) => {
                for (key, value) in fields {
                    match value {
                        Value::String(text) => drop(map.insert(key, text)),
                        other => {
                            let path = format!("{name}.{key}");
                            return Err(self.mistyped(&path, &other, "a string"));
                        }
                    }
                }
            }
            Some(other) => return Err(self.mistyped(name, &other, "a map")),
        }
        Ok(map)
    }

    /// Whether a parameter is still there.
    pub fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether a parameter that is still there is a structure.
    pub(crate) fn is_structure(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(Value::is_object)
    }

    /// Takes a parameter that the twin knows but models for these values only (they are compared as text, so that the
    /// query protocols' strings count too). Anything else is refused as not implemented.
    pub fn accept(&mut self, name: &str, only: &[Value]) -> Result<(), Refusal> {
        let Some(value) = self.take(name) else {
            return Ok(());
        };
        if only
            .iter()
            .any(|known| *known == value || plain(known) == plain(&value))
        {
            return Ok(());
        }
        Err(Refusal::not_implemented(format_args!(
            "{}={value}",
            self.full(name)
        )))
    }

    /// A parameter as it came.
    pub fn raw(&mut self, name: &str) -> Option<Value> {
        self.take(name)
    }

    /// The names of the parameters that were not taken yet.
    pub fn names(&self) -> Vec<String> {
        self.fields.keys().cloned().collect()
    }

    /// Refuses what was not taken. Every nested structure must be finished too.
    pub fn finish(self) -> Result<(), Refusal> {
        let left = self.fields.iter().find(|(_, value)| !value.is_null());
        if let Some((name, _)) = left {
            return Err(Refusal::not_implemented(format_args!(
                "parameter {}",
                self.full(name)
            )));
        }
        if !self.path.is_empty() {
            let mut open = self.open.borrow_mut();
            if let Some(at) = open.iter().position(|path| *path == self.path) {
                open.swap_remove(at);
            }
        }
        Ok(())
    }

    /// The refusal of a parameter whose value cannot be, in the service's own code.
    pub fn invalid(&self, message: impl Into<String>) -> Refusal {
        Refusal::new(
            self.service
                .map_or("ValidationError", |service| service.invalid),
            message,
        )
    }

    /// The refusal of a missing parameter, as the service words it.
    pub fn missing(&self, name: &str) -> Refusal {
        let name = self.full(name);
        let Some(service) = self.service else {
            return Refusal::new("ValidationError", format!("{name} is missing"));
        };
        let message = match service.protocol {
            Protocol::Ec2 { .. } => format!("The request must contain the parameter {name}"),
            Protocol::Cbor { .. }
            | Protocol::Documents { .. }
            | Protocol::Json { .. }
            | Protocol::Json10 { .. }
            | Protocol::Query { .. }
            | Protocol::RestJson { .. }
            | Protocol::RestXml { .. }
            | Protocol::S3 => format!(
                "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
            ),
            Protocol::Registry | Protocol::Rest => format!("{name} is required"),
        };
        Refusal::new(service.missing, message)
    }

    /// All that is not taken yet, as one value: what an idempotency token was used for.
    pub(crate) fn whole(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    pub(crate) fn service(&self) -> Option<&'static Service> {
        self.service
    }

    pub(crate) fn open(&self) -> Open {
        self.open.clone()
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    /// botocore spells an empty list in the query protocols as an empty string.
    fn list(&mut self, name: &str) -> Result<Vec<Value>, Refusal> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(Value::String(text)) if text.is_empty() && self.is_form() => Ok(Vec::new()),
            Some(other) => Err(self.mistyped(name, &other, "a list")),
        }
    }

    fn nested(&self, name: &str, value: Value) -> Result<Input, Refusal> {
        let Value::Object(fields) = value else {
            return Err(self.mistyped(name, &value, "a structure"));
        };
        let path = self.full(name);
        self.open.borrow_mut().push(path.clone());
        Ok(Input {
            fields,
            service: self.service,
            path,
            open: self.open.clone(),
        })
    }

    fn mistyped(&self, name: &str, value: &Value, wanted: &str) -> Refusal {
        if !self.is_form() {
            let message = format!("{} must be {wanted}, got {value}", self.full(name));
            return Refusal::new("SerializationException", message);
        }
        let value = plain(value);
        self.invalid(format!(
            "Value ({value}) for parameter {} is invalid. Expected {wanted}.",
            self.full(name)
        ))
    }

    fn is_form(&self) -> bool {
        match self.service {
            Some(service) => !service.protocol.is_typed(),
            None => true,
        }
    }

    fn full(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

fn nth(name: &str, index: usize) -> String {
    format!("{name}.{}", index + 1)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
