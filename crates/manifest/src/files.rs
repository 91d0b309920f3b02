//! Other files that a manifest names. Whoever loads it reads them: nothing in this crate opens a file.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

/// The texts of files by their paths, as the manifest writes these; or why a file cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, Result<String, String>>);

impl Files {
    /// The paths of every file that a manifest names in any of its environments. Nothing if it cannot be read:
    /// [`crate::load`] tells why.
    pub fn named(manifest: &str) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        let document = DeTable::parse_recoverable(manifest).0;
        collect(document.get_ref(), &mut paths);
        let environments = document.get_ref().get("environments");
        let environments = environments.and_then(|it| it.get_ref().as_table());
        for (_, environment) in environments.into_iter().flatten() {
            if let DeValue::Table(environment) = environment.get_ref() {
                collect(environment, &mut paths);
            }
        }
        paths
    }

    /// The text of the file at that path, or why there is none.
    pub fn get(&self, path: &str) -> Result<&str, &str> {
        match self.0.get(path) {
            Some(Ok(text)) => Ok(text),
            Some(Err(why)) => Err(why),
            None => Err("it was not read: its path has a variable in it"),
        }
    }
}

impl FromIterator<(String, Result<String, String>)> for Files {
    fn from_iter<I: IntoIterator<Item = (String, Result<String, String>)>>(files: I) -> Self {
        Self(files.into_iter().collect())
    }
}

fn collect(file: &DeTable<'_>, paths: &mut BTreeSet<String>) {
    let services = file.get("services").and_then(|it| it.get_ref().as_table());
    for (_, service) in services.into_iter().flatten() {
        for key in ["task_definition", "service_definition"] {
            let path = service.get_ref().get(key);
            let path = path.and_then(|path| path.get_ref().as_str());
            paths.extend(path.map(str::to_owned));
        }
    }
}
