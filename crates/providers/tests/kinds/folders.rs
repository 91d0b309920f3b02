//! One folder, one line per kind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

fn vendor(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name)
}

/// The folders of kinds: those with a pure half, `live` being everybody's effect half.
fn folders(vendor: &Path) -> io::Result<BTreeSet<String>> {
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(vendor)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != "live" && entry.path().join("mod.rs").is_file() {
            folders.insert(name);
        }
    }
    Ok(folders)
}

/// The modules in the vendor's list: `vpc::Vpc,` stands for `vpc`.
fn listed(source: &str) -> Vec<String> {
    let list = source.split("kinds! {").nth(1).unwrap_or_default();
    let list = list.split('}').next().unwrap_or_default();
    let entries = list.split([',', ';']).map(str::trim);
    let kinds = entries.filter_map(|entry| entry.split_once("::"));
    let kinds = kinds.filter(|(module, _)| *module != "live");
    kinds.map(|(module, _)| module.to_string()).collect()
}

#[test]
fn every_folder_is_a_kind_in_its_vendors_list() {
    for name in ["aws", "cloudflare", "manual"] {
        let vendor = vendor(name);
        let source = fs::read_to_string(vendor.join("mod.rs")).unwrap();
        let listed = listed(&source);
        let unique: BTreeSet<String> = listed.iter().cloned().collect();
        assert_eq!(folders(&vendor).unwrap(), unique, "{name}");
        let sorted: Vec<String> = unique.into_iter().collect();
        assert_eq!(listed, sorted, "{name}: in order, each once");
    }
}
