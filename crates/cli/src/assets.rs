//! The folders of `[assets]`: what is in each file, and what it is. Contents go onto the provider's
//! shelf by their MD5, and nowhere else.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ashore_manifest::lower::LocalFile;
use ashore_providers::aws::files::LARGEST;
use ashore_providers::aws::files::shelf::Shelf;
use md5::{Digest, Md5};

use crate::error::CommandError;
use crate::project::Project;

/// What is in a folder and nobody means to publish.
const NOT_MEANT: [&str; 3] = [".DS_Store", ".git", "Thumbs.db"];
/// The longest key [S3 guide: object keys].
const KEY_MAX: usize = 1024;

type Folders = BTreeMap<String, BTreeMap<String, LocalFile>>;

/// Reads every folder that the manifest names.
pub(crate) fn read(project: &Project, shelf: &Shelf) -> Result<Folders, CommandError> {
    let all = project.manifest.assets.values().map(|assets| {
        let name = assets.name.get().to_string();
        let folder = project.beside(assets.dir.get());
        let what = format!("the folder `{}` of [assets.{name}]", assets.dir.get());
        let files = files(&folder, shelf, assets.prefix.len()).map_err(|error| {
            CommandError::io("E0618", format!("{what} cannot be read"), &error)
                .advice("build the files before, or change `dir`")
        })?;
        // Nothing at all is more likely a build that has not run than what somebody wants.
        if files.is_empty() {
            return Err(CommandError::new("E0619", format!("{what} is empty"))
                .advice("build the files before, or take the section out"));
        }
        Ok((name, files))
    });
    all.collect()
}

/// By their path in the folder, with slashes.
fn files(folder: &Path, shelf: &Shelf, prefix: usize) -> io::Result<BTreeMap<String, LocalFile>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, before)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().into_string().map_err(|name| {
                io::Error::other(format!("{} is no UTF-8 text", Path::new(&name).display()))
            })?;
            if NOT_MEANT.contains(&name.as_str()) {
                continue;
            }
            let path = format!("{before}{name}");
            let at = entry.path();
            let named = |error: io::Error| io::Error::other(format!("`{path}`: {error}"));
            if entry.file_type().map_err(named)?.is_dir() {
                folders.push((at, format!("{path}/")));
                continue;
            }
            let told = fs::metadata(&at).map_err(named)?;
            if told.is_dir() {
                // It could lead round in a circle, or out of the project.
                return Err(named(io::Error::other("is a link to a folder")));
            }
            if told.len() > LARGEST || prefix + path.len() > KEY_MAX {
                return Err(named(io::Error::other(
                    "is larger than 5 GiB, or its name longer than 1024 bytes: S3 takes neither",
                )));
            }
            let md5 = sum(&at).map_err(named)?;
            shelf.put(&md5, at);
            let local = LocalFile {
                md5,
                size: told.len(),
                content_type: content_type(&path),
            };
            found.insert(path, local);
        }
    }
    Ok(found)
}

fn sum(path: &PathBuf) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut sum = Md5::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        sum.update(&buffer[..read]);
    }
    Ok(sum
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// By the end of its name. Text is UTF-8: nothing else has been for years.
fn content_type(path: &str) -> String {
    match mime_guess::from_path(path).first_raw() {
        Some(text) if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        Some(other) => other.to_string(),
        None => "application/octet-stream".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_name_says() {
        for (path, what) in [
            ("index.html", "text/html; charset=utf-8"),
            ("css/site.css", "text/css; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("logo.svg", "image/svg+xml"),
            ("font.woff2", "font/woff2"),
            ("data.json", "application/json"),
            ("LICENSE", "application/octet-stream"),
        ] {
            assert_eq!(content_type(path), what, "{path}");
        }
    }

    #[test]
    fn a_folder_is_read_with_all_below_it() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("css")).expect("made");
        fs::write(folder.path().join("css/a.css"), "a").expect("written");
        fs::write(folder.path().join(".DS_Store"), "x").expect("written");
        let shelf = Shelf::default();
        let files = files(folder.path(), &shelf, 0).expect("it can be read");
        let all = files
            .iter()
            .map(|(path, it)| (path.as_str(), it.md5.as_str()));
        assert_eq!(
            all.collect::<Vec<_>>(),
            [("css/a.css", "0cc175b9c0f1b6a831c399e269772661")]
        );
    }
}
