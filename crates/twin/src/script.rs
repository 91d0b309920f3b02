//! How tasks behave, by rules over their image.

use serde::{Deserialize, Serialize};

/// Rules over image references; the first that matches wins.
#[derive(Serialize, Deserialize, Debug, Clone, Default, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// The rules, most important first.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// An image reference; `*` stands for any characters.
    pub image: String,
    /// What containers of such an image do.
    pub behaviour: Behaviour,
}

/// What a container does. The default starts healthy, answers 200, logs two lines and runs for ever.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// The text of `CannotPullContainerError`, if the image cannot be had.
    pub pull_error: Option<String>,
    /// When and how it ends by itself.
    pub exit: Option<Exit>,
    /// What it writes when it starts.
    pub log: Vec<String>,
    /// What it answers to every HTTP request, health checks among them.
    pub http_status: u16,
    /// Whether anything listens on its ports.
    pub listens: bool,
}

/// How a container ends by itself.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// The exit code.
    pub code: i32,
    /// How long after its start.
    pub after_ms: u64,
}

impl Script {
    /// How a container of this image behaves.
    pub fn behaviour(&self, image: &str) -> Behaviour {
        let rule = self.rules.iter().find(|rule| matches(&rule.image, image));
        rule.map(|rule| rule.behaviour.clone()).unwrap_or_default()
    }
}

impl Default for Behaviour {
    fn default() -> Behaviour {
        Behaviour {
            pull_error: None,
            exit: None,
            log: vec!["starting".to_owned(), "listening".to_owned()],
            http_status: 200,
            listens: true,
        }
    }
}

/// Whether `text` fits `pattern`, where `*` stands for any characters.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else {
            return false;
        };
        text = &text[at + part.len()..];
    }
    text.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, text, fits) in [
            ("nginx:1.29", "nginx:1.29", true),
            ("nginx", "nginx:1.29", false),
            ("nginx*", "nginx:1.29", true),
            ("*", "", true),
            ("*:broken", "a/b:broken", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*bc", "abc", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
