//! Repositories and images against the twin, through the real SDK, in virtual time.

mod image;
mod repository;
#[path = "../tasks/stage.rs"]
#[allow(dead_code, reason = "nothing here runs tasks")]
mod stage;

use ashore_engine::input::Input;
use ashore_providers::aws::image::local::Local;
use ashore_providers::aws::image::{Image, built_tag, live_tag};
use ashore_providers::aws::repository::{Mutability, Removal, Repository, lifecycle};
use ashore_providers::aws::tags::Tags;

use crate::stage::Stage;

const ADDRESS: &str = "repositories.app/repository";
const IMAGE: &str = "services.web/image";
const NAME: &str = "hello-default-app";

fn repository() -> Repository {
    Repository {
        name: NAME.into(),
        mutability: Mutability::of(false),
        scan_on_push: true,
        kms_key: None,
        lifecycle: Some(lifecycle::keep(10)),
        policy: None,
        removal: Removal::Retain,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

/// An image of this machine with this in its one layer.
fn local(content: &str) -> Local {
    let listed = br#"[{"Config":"c.json","RepoTags":null,"Layers":["a/layer.tar"]}]"#;
    let configuration = format!(r#"{{"os":"linux","architecture":"amd64","made":"{content}"}}"#);
    let files: [(&str, &[u8]); 3] = [
        ("manifest.json", listed),
        ("c.json", configuration.as_bytes()),
        ("a/layer.tar", content.as_bytes()),
    ];
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let appended = archive.append_data(&mut header, name, bytes);
        appended.expect("it is written");
    }
    let archive = archive.into_inner().expect("it is written");
    Local::read(archive.as_slice()).expect("an image")
}

fn image_of(local: &Local) -> Image {
    Image {
        repository: Input::Known(NAME.into()),
        digest: local.digest.clone(),
        live_tag: live_tag("web", &local.digest),
        built_tag: Some(built_tag(&local.digest)),
    }
}

impl Stage {
    fn ecr(&self) -> aws_sdk_ecr::Client {
        aws_sdk_ecr::Client::new(&self.config)
    }

    /// Somebody else's push: what is there is put under another tag.
    async fn pushed(&self, content: &str, tag: &str) -> String {
        let local = local(content);
        let digest = local.digest.clone();
        let spec = Image {
            live_tag: tag.to_string(),
            built_tag: None,
            ..image_of(&local)
        };
        self.aws.images.hold(local);
        self.create(IMAGE, &spec).await;
        digest
    }

    async fn digests(&self) -> Vec<String> {
        let listed = self.ecr().describe_images().repository_name(NAME).send();
        let images = listed.await.expect("it is there").image_details;
        let digests = images.unwrap_or_default().into_iter();
        digests.filter_map(|image| image.image_digest).collect()
    }
}
