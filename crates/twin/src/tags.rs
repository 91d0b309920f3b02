//! Tags, with the limits that all services share.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::input::Input;
use crate::refusal::Refusal;

/// The tags of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags(pub BTreeMap<String, String>);

/// Tags per resource [AWS tagging guide: limits].
const LIMIT: usize = 50;

impl Tags {
    /// Reads a list of key and value objects, whose members have these names, and finishes them. Refuses duplicate
    /// keys, `aws:` keys, more than fifty tags, and keys and values that are too long.
    pub fn from_list(list: Vec<Input>, key_name: &str, value_name: &str) -> Result<Tags, Refusal> {
        let service = list.first().and_then(Input::service);
        let (bad, many) = service.map_or(("ValidationError", "TooManyTags"), |service| {
            (service.bad_tag, service.many_tags)
        });
        let mut tags = BTreeMap::new();
        for mut tag in list {
            let key = tag.required(key_name)?;
            let value = tag.text(value_name)?.unwrap_or_default();
            tag.finish()?;
            check(bad, &key, &value)?;
            if tags.contains_key(&key) {
                return Err(Refusal::new(
                    bad,
                    format!("Duplicate tag key '{key}' specified."),
                ));
            }
            tags.insert(key, value);
        }
        Tags(tags).within_limit(many)
    }

    /// The same from a JSON map, as CloudWatch Logs takes them.
    pub fn from_map(map: BTreeMap<String, String>, bad: &str, many: &str) -> Result<Tags, Refusal> {
        map.iter()
            .try_for_each(|(key, value)| check(bad, key, value))?;
        Tags(map).within_limit(many)
    }

    /// These tags with `more` on top; refused with `code` where that makes more than fifty.
    pub fn with(&self, more: Tags, code: &str) -> Result<Tags, Refusal> {
        let mut all = self.clone();
        all.0.extend(more.0);
        all.within_limit(code)
    }

    /// These tags as Resource Groups Tagging changes them: `add` is a map, `remove` a list of keys.
    pub fn changed(&self, change: &Value, code: &str) -> Result<Tags, Refusal> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let add = change["add"].as_object().into_iter().flatten();
        let add = add.map(|(key, value)| (key.clone(), text(value)));
        let mut tags = self.with(Tags::from_map(add.collect(), code, code)?, code)?;
        for key in change["remove"].as_array().into_iter().flatten() {
            tags.0.remove(&text(key));
        }
        Ok(tags)
    }

    /// As a list of objects whose members have these names.
    pub fn to_list(&self, key_name: &str, value_name: &str) -> Value {
        self.0
            .iter()
            .map(|(key, value)| json!({ key_name: key, value_name: value }))
            .collect()
    }

    /// Whether there is a tag with this key and one of the values; no values means any.
    pub fn matches(&self, key: &str, values: &[String]) -> bool {
        self.0
            .get(key)
            .is_some_and(|value| values.is_empty() || values.contains(value))
    }

    fn within_limit(self, code: &str) -> Result<Tags, Refusal> {
        if self.0.len() > LIMIT {
            return Err(Refusal::new(
                code,
                format!("The maximum number of tags for a resource is {LIMIT}."),
            ));
        }
        Ok(self)
    }
}

fn check(code: &str, key: &str, value: &str) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new(code, message));
    if key.is_empty() || key.chars().count() > 128 {
        return refuse(format!("Tag key '{key}' must have 1 to 128 characters."));
    }
    if value.chars().count() > 256 {
        return refuse(format!(
            "The value of tag '{key}' must not exceed 256 characters."
        ));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return refuse("Tag keys starting with 'aws:' are reserved for internal use".to_owned());
    }
    Ok(())
}

impl Deref for Tags {
    type Target = BTreeMap<String, String>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Tags {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}
