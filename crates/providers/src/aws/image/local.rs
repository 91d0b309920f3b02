//! Images of this machine, as they would be pushed.
//!
//! A builder's `save` writes an archive that has had the same heart since Docker 1.10, from Docker and Podman alike:
//! `manifest.json` names the configuration and the layers [docker image specification v1.2]. We make an OCI image
//! of it. Layers that are not compressed yet are, with nothing in them but the content, so that the same image has the
//! same digest on every machine.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::{Compression, GzBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// [OCI image specification: media types]
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const GZIPPED: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";

/// An image of this machine, as it would be pushed.
#[derive(Debug)]
pub struct Local {
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// `linux/arm64`, as its configuration says; nothing where it does not say so.
    pub platform: Option<String>,
    pub(super) manifest: String,
    pub(super) blobs: BTreeMap<String, Blob>,
    /// Where the blobs lie. It goes with this.
    _folder: tempfile::TempDir,
}

/// A layer or a configuration.
#[derive(Debug)]
pub(super) struct Blob {
    pub(super) path: PathBuf,
    pub(super) size: u64,
}

/// The images of this machine that a run may have to push, by digest.
#[derive(Debug, Default)]
pub struct Locals(RefCell<BTreeMap<String, Rc<Local>>>);

impl Locals {
    /// Holds an image for a run that may have to push it.
    pub fn hold(&self, image: Local) {
        let digest = image.digest.clone();
        self.0.borrow_mut().insert(digest, Rc::new(image));
    }

    pub(super) fn get(&self, digest: &str) -> Option<Rc<Local>> {
        self.0.borrow().get(digest).cloned()
    }
}

/// The part of an archive's `manifest.json` that counts.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: PathBuf,
    layers: Vec<PathBuf>,
}

impl Local {
    /// Reads what a builder saves of one image.
    ///
    /// # Errors
    /// If it is no such archive, or the disk is full.
    pub fn read(archive: impl Read) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let saved = folder.path().join("saved");
        let mut entries = tar::Archive::new(archive);
        entries.set_preserve_permissions(false);
        entries.set_preserve_mtime(false);
        entries.unpack(&saved)?;
        let listed = std::fs::read(saved.join("manifest.json"))
            .map_err(|error| odd(format!("it has no `manifest.json`: {error}")))?;
        let listed: Vec<Saved> = serde_json::from_slice(&listed).map_err(odd)?;
        let [image] = &listed[..] else {
            return Err(odd(format!("it holds {} images, not one", listed.len())));
        };
        let mut blobs = BTreeMap::new();
        let mut keep = |packed: Packed| {
            let described = packed.described();
            blobs.insert(packed.digest, packed.blob);
            described
        };
        let configuration = inside(&saved, &image.config)?;
        let text = std::fs::read(&configuration)?;
        let config = keep(as_it_is(&configuration, CONFIG)?);
        let mut layers = Vec::new();
        for (index, layer) in image.layers.iter().enumerate() {
            let layer = inside(&saved, layer)?;
            let to = folder.path().join(format!("layer-{index}"));
            layers.push(keep(packed(&layer, to)?));
        }
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers,
        })
        .to_string();
        Ok(Self {
            digest: hex(&Sha256::digest(manifest.as_bytes())),
            platform: platform(&text),
            manifest,
            blobs,
            _folder: folder,
        })
    }
}

/// `linux/arm64`, from an image's configuration.
pub(super) fn platform(configuration: &[u8]) -> Option<String> {
    let configuration: Value = serde_json::from_slice(configuration).ok()?;
    let part = |name: &str| Some(configuration.get(name)?.as_str()?.to_owned());
    Some(format!("{}/{}", part("os")?, part("architecture")?))
}

/// A file of the archive, wherever a link in it leads to: not out of it.
fn inside(saved: &Path, name: &Path) -> io::Result<PathBuf> {
    let root = saved.canonicalize()?;
    let path = root.join(name).canonicalize()?;
    match path.starts_with(&root) {
        true => Ok(path),
        false => Err(odd(format!("{} is not in it", name.display()))),
    }
}

struct Packed {
    digest: String,
    media_type: &'static str,
    blob: Blob,
}

impl Packed {
    fn described(&self) -> Value {
        json!({ "mediaType": self.media_type, "digest": self.digest, "size": self.blob.size })
    }
}

/// A layer as it is pushed: compressed, if it is not yet.
fn packed(layer: &Path, to: PathBuf) -> io::Result<Packed> {
    let mut file = File::open(layer)?;
    let mut first = [0; 4];
    let read = file.read(&mut first)?;
    match &first[..read] {
        [0x1f, 0x8b, ..] => return as_it_is(layer, GZIPPED),
        [0x28, 0xb5, 0x2f, 0xfd] => return as_it_is(layer, ZSTD),
        _ => {}
    }
    file.seek(SeekFrom::Start(0))?;
    let sum = Summing::new(File::create(&to)?);
    let mut writer = GzBuilder::new().mtime(0).write(sum, Compression::default());
    io::copy(&mut file, &mut writer)?;
    let sum = writer.finish()?;
    Ok(Packed {
        digest: hex(&sum.sum.finalize()),
        media_type: GZIPPED,
        blob: Blob {
            path: to,
            size: sum.size,
        },
    })
}

fn as_it_is(path: &Path, media_type: &'static str) -> io::Result<Packed> {
    let mut sum = Summing::new(io::sink());
    io::copy(&mut File::open(path)?, &mut sum)?;
    Ok(Packed {
        digest: hex(&sum.sum.finalize()),
        media_type,
        blob: Blob {
            path: path.to_path_buf(),
            size: sum.size,
        },
    })
}

/// Writes on, and adds up what was written.
struct Summing<W> {
    to: W,
    sum: Sha256,
    size: u64,
}

impl<W> Summing<W> {
    fn new(to: W) -> Self {
        Self {
            to,
            sum: Sha256::new(),
            size: 0,
        }
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sum.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("sha256:{}", digits.collect::<String>())
}

fn odd(why: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}

/// The digests of all that an image is made of, but for its manifest.
pub(super) fn digests(image: &Local) -> BTreeSet<&str> {
    image.blobs.keys().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            builder
                .append_data(&mut header, name, *bytes)
                .expect("it is written");
        }
        builder.into_inner().expect("it is written")
    }

    const LISTED: &[u8] = br#"[{"Config":"c.json","RepoTags":null,"Layers":["a/layer.tar"]}]"#;
    const CONFIGURATION: &[u8] = br#"{"os":"linux","architecture":"arm64"}"#;

    #[test]
    fn the_same_content_has_the_same_digest() {
        let files = [
            ("manifest.json", LISTED),
            ("c.json", CONFIGURATION),
            ("a/layer.tar", b"content".as_slice()),
        ];
        let first = Local::read(archive(&files).as_slice()).expect("an image");
        let again = Local::read(archive(&files).as_slice()).expect("an image");
        assert_eq!(first.digest, again.digest);
        assert_eq!(first.platform.as_deref(), Some("linux/arm64"));
        assert_eq!(digests(&first).len(), 2);
        let other = [files[0], files[1], ("a/layer.tar", b"other".as_slice())];
        let other = Local::read(archive(&other).as_slice()).expect("an image");
        assert_ne!(first.digest, other.digest);
    }

    #[test]
    fn a_compressed_layer_stays_as_it_is() {
        let gzipped = [0x1f, 0x8b, 8, 0, 0];
        let files = [
            ("manifest.json", LISTED),
            ("c.json", CONFIGURATION),
            ("a/layer.tar", gzipped.as_slice()),
        ];
        let image = Local::read(archive(&files).as_slice()).expect("an image");
        let digest = hex(&Sha256::digest(gzipped));
        assert!(digests(&image).contains(digest.as_str()));
    }

    #[test]
    fn what_is_no_archive_of_an_image_is_refused() {
        assert!(Local::read(b"no archive".as_slice()).is_err());
        assert!(Local::read(archive(&[("x", b"y")]).as_slice()).is_err());
        let out = br#"[{"Config":"../../c.json","Layers":[]}]"#;
        assert!(Local::read(archive(&[("manifest.json", out)]).as_slice()).is_err());
    }
}
