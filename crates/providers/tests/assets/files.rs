//! Files: put, replaced, put back, pruned; and what the edge is told.

use std::collections::BTreeMap;
use std::path::Path;

use ashore_engine::kind::{Kind, Observed};
use ashore_providers::aws::bucket::{Bucket, Removal};
use ashore_providers::aws::files::{Change, File, Files};

use crate::stage::Stage;
use crate::{NAME, bucket};

const ADDRESS: &str = "assets.static/files";
/// The MD5 sums of `one` and `two`.
const ONE: &str = "f97c5d29941bfb1b2fdab0874906ab82";
const TWO: &str = "b8a9f715dbb64fd5c56e7783c6820a61";

fn files(all: &[(&str, &str)]) -> Files {
    let file = |md5: &str| File {
        md5: md5.into(),
        size: 3,
        content_type: "text/css; charset=utf-8".into(),
        cache_control: "public, max-age=3600".into(),
    };
    let all = all.iter().map(|(key, md5)| ((*key).to_string(), file(md5)));
    Files {
        bucket: NAME.to_string().into(),
        prefix: "static/".into(),
        files: all.collect::<BTreeMap<_, _>>(),
        distribution: None,
        prune: false,
        removal: Removal::Delete,
    }
}

impl Stage {
    async fn with_bucket() -> Self {
        let stage = Self::new().await;
        stage
            .create::<Bucket>("assets.static/bucket", &bucket())
            .await;
        stage
    }

    fn lay(&self, folder: &Path, text: &str, md5: &str) {
        let path = folder.join(text);
        std::fs::write(&path, text).expect("written");
        self.aws.shelf().put(md5, path);
    }

    async fn text(&self, key: &str) -> String {
        let got = self.s3().get_object().bucket(NAME).key(key).send().await;
        let body = got.expect("it is there").body.collect().await;
        String::from_utf8(body.expect("read").to_vec()).expect("text")
    }
}

#[tokio::test]
async fn files_go_up_change_and_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::with_bucket().await;
    stage.lay(folder.path(), "one", ONE);
    stage.lay(folder.path(), "two", TWO);
    let first = files(&[("static/a b.css", ONE), ("static/c.css", ONE)]);
    let outputs = stage.create(ADDRESS, &first).await;
    stage.converged(&first, &outputs).await;
    stage.write("static/theirs", "x").await;
    stage.write("elsewhere", "x").await;
    stage.converged(&first, &outputs).await;

    let second = files(&[("static/a b.css", TWO), ("static/c.css", ONE)]);
    let outputs = stage.change(ADDRESS, &first, &second, &outputs).await;
    assert_eq!(stage.text("static/a b.css").await, "two");

    // The undo, on a machine that has nothing: the bucket kept what was there before.
    let elsewhere = Stage {
        aws: ashore_providers::aws::live::Aws::connect(&stage.config)
            .await
            .expect("the twin lets us in"),
        twin: stage.twin.clone(),
        config: stage.config.clone(),
    };
    elsewhere.change(ADDRESS, &second, &first, &outputs).await;
    assert_eq!(stage.text("static/a b.css").await, "one");
}

#[tokio::test]
async fn what_has_vanished_goes_where_asked_for_and_what_is_theirs_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::with_bucket().await;
    stage.lay(folder.path(), "one", ONE);
    let both = files(&[("static/a", ONE), ("static/b", ONE)]);
    let outputs = stage.create(ADDRESS, &both).await;
    stage.write("static/theirs", "x").await;
    let pruned = Files {
        prune: true,
        ..files(&[("static/a", ONE)])
    };
    let there: Observed<Files> = stage.observed(&outputs).await.expect("there");
    let owned = Observed {
        spec: there.spec.owned(&[&pruned, &both]),
        outputs: there.outputs,
    };
    let delete = [Change::Delete(vec!["static/b".into()])];
    assert_eq!(pruned.changes(Some(&owned)), delete);
    let sent = stage.send(ADDRESS, &pruned, delete.into(), Some(outputs));
    sent.await.expect("it goes");
    let left = stage.s3().list_objects_v2().bucket(NAME).send().await;
    let left = left.expect("listed").contents.unwrap_or_default();
    let left: Vec<_> = left.iter().filter_map(|it| it.key()).collect();
    assert_eq!(left, ["static/a", "static/theirs"]);
}

#[tokio::test]
async fn a_header_that_somebody_else_sets_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::with_bucket().await;
    stage.lay(folder.path(), "one", ONE);
    let wanted = files(&[("static/a", ONE)]);
    let outputs = stage.create(ADDRESS, &wanted).await;
    stage.write("static/a", "one").await; // the same, without a word of what it is
    let there: Observed<Files> = stage.observed(&outputs).await.expect("there");
    let replace = [Change::Replace(vec!["static/a".into()])];
    assert_eq!(wanted.changes(Some(&there)), replace);
}

#[tokio::test]
async fn a_file_that_changes_under_our_hands_is_not_passed_off_as_planned() {
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::with_bucket().await;
    stage.lay(folder.path(), "two", ONE);
    let wanted = files(&[("static/a", ONE)]);
    let sent = stage.send(ADDRESS, &wanted, wanted.changes(None), None);
    assert_eq!(sent.await.expect_err("it differs").code, "Changed");
}
