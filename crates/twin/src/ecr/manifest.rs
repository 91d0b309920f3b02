//! What a manifest says: of an image, or of several images under one name.

use serde_json::Value;

/// [OCI image specification: media types; Docker image manifest version 2, schema 2]
const IMAGES: [&str; 2] = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
];
const LISTS: [&str; 2] = [
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
];

/// A manifest, understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) media_type: String,
    /// Digests and sizes of layers and configuration.
    pub(super) layers: Vec<(String, u64)>,
    /// Digests of the manifests that a list names, each with the platform that it is for.
    pub(super) children: Vec<(String, String)>,
    /// What the configuration is, where that is no image's.
    pub(super) artifact_type: Option<String>,
}

impl Manifest {
    /// Reads a manifest; its type stands in itself, or beside it. None: it is no manifest.
    pub(super) fn read(text: &str, given_type: Option<&str>) -> Option<Manifest> {
        let document: Value = serde_json::from_str(text).ok()?;
        if document["schemaVersion"].as_u64() != Some(2) {
            return None;
        }
        let own_type = document["mediaType"].as_str();
        // Both must agree [OCI image specification: mediaType].
        if own_type.is_some() && given_type.is_some() && own_type != given_type {
            return None;
        }
        let media_type = own_type.or(given_type)?.to_owned();
        let mut manifest = Manifest {
            layers: Vec::new(),
            children: Vec::new(),
            artifact_type: None,
            media_type,
        };
        if LISTS.contains(&manifest.media_type.as_str()) {
            for child in document["manifests"].as_array()? {
                let (digest, _) = descriptor(child)?;
                manifest.children.push((digest, platform(child)));
            }
            return Some(manifest);
        }
        if !IMAGES.contains(&manifest.media_type.as_str()) {
            return None;
        }
        manifest.layers.push(descriptor(&document["config"])?);
        for layer in document["layers"].as_array()? {
            manifest.layers.push(descriptor(layer)?);
        }
        let kind = document["artifactType"].as_str();
        let kind = kind.or(document["config"]["mediaType"].as_str());
        manifest.artifact_type = kind.map(str::to_owned);
        Some(manifest)
    }

    /// The bytes that a pull takes.
    pub(super) fn size(&self) -> u64 {
        self.layers.iter().map(|(_, size)| size).sum()
    }
}

/// `sha256:` and 64 hexadecimal digits.
pub(super) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        let good = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        hex.len() == 64 && hex.bytes().all(good)
    })
}

/// [OCI distribution specification: tag]
pub(super) fn is_tag(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let first = text.bytes().next();
    first.is_some_and(|first| first.is_ascii_alphanumeric() || first == b'_')
        && text.len() <= 128
        && text.bytes().all(good)
}

fn descriptor(value: &Value) -> Option<(String, u64)> {
    let digest = value["digest"].as_str().filter(|it| is_digest(it))?;
    Some((digest.to_owned(), value["size"].as_u64()?))
}

/// `linux/arm64`; what is for no platform says `unknown/unknown`, as attestations do.
fn platform(child: &Value) -> String {
    let part = |name: &str| child["platform"][name].as_str().unwrap_or("unknown");
    format!("{}/{}", part("os"), part("architecture"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn digest(letter: &str) -> String {
        format!("sha256:{}", letter.repeat(64))
    }

    #[test]
    fn an_image_names_its_configuration_and_layers() {
        let layer = |letter: &str| json!({ "digest": digest(letter), "size": 5 });
        let text = json!({
            "schemaVersion": 2, "mediaType": IMAGES[0], "config": layer("a"), "layers": [layer("b")],
        });
        let manifest = Manifest::read(&text.to_string(), None).expect("a manifest");
        assert_eq!(manifest.layers.len(), 2);
        assert_eq!(manifest.size(), 10);
        assert_eq!(Manifest::read(&text.to_string(), Some(LISTS[0])), None);
    }

    #[test]
    fn what_is_no_manifest() {
        for text in [
            "",
            "{}",
            "[]",
            r#"{"schemaVersion":1}"#,
            r#"{"schemaVersion":2,"layers":[]}"#,
        ] {
            assert_eq!(Manifest::read(text, Some(IMAGES[1])), None, "{text}");
        }
    }

    #[test]
    fn tags() {
        for good in ["latest", "1.0_x-Y", "_a"] {
            assert!(is_tag(good), "{good}");
        }
        for bad in ["", "-a", "a/b", "ä", &"a".repeat(129)] {
            assert!(!is_tag(bad), "{bad}");
        }
    }
}
