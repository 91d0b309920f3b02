//! Filters of DescribeParameters and GetParametersByPath.

use super::parameter::Parameter;
use super::refuse;
use crate::input::Input;
use crate::refusal::Refusal;

/// All filters must fit, of each one any of the values.
pub(super) struct Filter {
    key: String,
    option: String,
    values: Vec<String>,
}

/// The operation that filters: they know different keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    Describe,
    ByPath,
}

/// Keys and their options, the default first [SSM API: ParameterStringFilter].
const DESCRIBE: &[(&str, &[&str])] = &[
    ("Path", &["OneLevel", "Recursive"]),
    ("Name", &["Equals", "BeginsWith", "Contains"]),
    ("Type", &["Equals", "BeginsWith"]),
    ("KeyId", &["Equals", "BeginsWith"]),
    ("Tier", &["Equals"]),
    ("DataType", &["Equals"]),
];
const BY_PATH: &[(&str, &[&str])] = &[
    ("Type", &["Equals", "BeginsWith"]),
    ("KeyId", &["Equals", "BeginsWith"]),
];

/// Reads `ParameterFilters`.
pub(super) fn read(input: &mut Input, asker: Asker) -> Result<Vec<Filter>, Refusal> {
    let known = match asker {
        Asker::Describe => DESCRIBE,
        Asker::ByPath => BY_PATH,
    };
    let mut filters: Vec<Filter> = Vec::new();
    for mut one in input.objects("ParameterFilters")? {
        let key = one.required("Key")?;
        let option = one.text("Option")?;
        let values = one.texts("Values")?;
        one.finish()?;
        let tag = asker == Asker::Describe && key.starts_with("tag:");
        let options = known.iter().find(|(name, _)| *name == key);
        let options: &[&str] = match options {
            Some((_, options)) => options,
            None if tag => &["Equals"],
            None => {
                let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                return Err(Refusal::new(
                    "InvalidFilterKey",
                    format!(
                        "The following filter key is not valid: {key}. Valid filter keys include: [{}].",
                        names.join(", ")
                    ),
                ));
            }
        };
        let option = option.unwrap_or_else(|| options.first().copied().unwrap_or_default().into());
        if !options.contains(&option.as_str()) {
            return Err(Refusal::new(
                "InvalidFilterOption",
                format!(
                    "The following filter option is not valid: {option}. Valid options include: [{}].",
                    options.join(", ")
                ),
            ));
        }
        if values.is_empty() && !tag {
            return Err(Refusal::new(
                "InvalidFilterValue",
                format!("The following filter values are missing : null for filter key {key}."),
            ));
        }
        if filters.iter().any(|other| other.key == key) {
            return Err(Refusal::new(
                "InvalidFilterKey",
                format!(
                    "The following filter is duplicated in the request: {key}. A request can contain only one occurrence of a specific filter."
                ),
            ));
        }
        filters.push(Filter {
            key,
            option,
            values,
        });
    }
    Ok(filters)
}

/// Reads the older `Filters`, where names are prefixes [SSM API: ParametersFilter].
pub(super) fn read_old(input: &mut Input) -> Result<Vec<Filter>, Refusal> {
    let mut filters = Vec::new();
    for mut one in input.objects("Filters")? {
        let key = one.required("Key")?;
        let values = one.texts("Values")?;
        one.finish()?;
        if !["Name", "Type", "KeyId"].contains(&key.as_str()) {
            return Err(refuse::validation(format!(
                "1 validation error detected: Value '{key}' at 'filters.key' failed to satisfy constraint: Member must satisfy enum value set: [Type, KeyId, Name]"
            )));
        }
        let option = if key == "Name" {
            "BeginsWith"
        } else {
            "Equals"
        };
        filters.push(Filter {
            key,
            option: option.to_owned(),
            values,
        });
    }
    Ok(filters)
}

impl Filter {
    pub(super) fn fits(&self, parameter: &Parameter) -> bool {
        if let Some(tag) = self.key.strip_prefix("tag:") {
            return parameter.tags.matches(tag, &self.values);
        }
        self.values.iter().any(|value| match self.key.as_str() {
            "Path" => is_under(&parameter.name, value, self.option == "Recursive"),
            "Name" => self.compare(&parameter.name, value),
            "Type" => self.compare(&parameter.kind, value),
            "KeyId" => parameter.key().is_some_and(|key| self.compare(key, value)),
            "Tier" => self.compare(&parameter.tier, value),
            _ => self.compare("text", value),
        })
    }

    fn compare(&self, text: &str, value: &str) -> bool {
        match self.option.as_str() {
            "BeginsWith" => text.starts_with(value),
            "Contains" => text.contains(value),
            _ => text == value,
        }
    }
}

/// Whether a name lies in a path: directly, or at any depth.
pub(super) fn is_under(name: &str, path: &str, recursive: bool) -> bool {
    let path = path.trim_end_matches('/');
    let rest = match name.strip_prefix(path) {
        Some(rest) if path.is_empty() => rest.strip_prefix('/').unwrap_or(rest),
        Some(rest) => match rest.strip_prefix('/') {
            Some(rest) => rest,
            None => return false,
        },
        None => return false,
    };
    recursive || !rest.contains('/')
}

#[cfg(test)]
mod tests {
    use super::is_under;

    #[test]
    fn paths() {
        let rows = [
            ("/a/b", "/a", false, true),
            ("/a/b", "/a/", false, true),
            ("/a/b/c", "/a", false, false),
            ("/a/b/c", "/a", true, true),
            ("/ab", "/a", true, false),
            ("/a", "/a", true, false),
            ("/a", "/", false, true),
            ("a", "/", false, true),
            ("/a/b", "/", false, false),
        ];
        for (name, path, recursive, fits) in rows {
            assert_eq!(is_under(name, path, recursive), fits, "{name} {path}");
        }
    }
}
