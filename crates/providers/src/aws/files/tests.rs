use super::*;

fn file(md5: &str) -> File {
    File {
        md5: md5.into(),
        size: 10,
        content_type: "text/css".into(),
        cache_control: "public, max-age=3600".into(),
    }
}

fn files(all: &[(&str, &str)]) -> Files {
    let all = all.iter().map(|(key, md5)| ((*key).to_string(), file(md5)));
    Files {
        bucket: "shop-static".to_string().into(),
        prefix: "static/".into(),
        files: all.collect(),
        distribution: Some("E2".to_string().into()),
        prune: false,
        removal: Removal::Retain,
    }
}

fn observed(spec: Files) -> Observed<Files> {
    let outputs = Outputs {
        bucket: "shop-static".into(),
        prefix: "static/".into(),
        stale: BTreeSet::new(),
    };
    Observed { spec, outputs }
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_string()).collect()
}

#[test]
fn only_what_differs_is_put_and_only_what_was_there_is_invalidated() {
    let there = observed(files(&[("static/a", "1"), ("static/b", "1")]));
    let wanted = files(&[("static/a", "1"), ("static/b", "2"), ("static/c d", "1")]);
    let changes = [
        Change::Put(keys(&["static/c d"])),
        Change::Replace(keys(&["static/b"])),
        Change::Invalidate(keys(&["/static/b"])),
    ];
    assert_eq!(wanted.changes(Some(&there)), changes);
    assert_eq!(there.spec.changes(Some(&there)), []);
}

#[test]
fn what_has_vanished_stays_unless_asked_for() {
    let there = observed(files(&[("static/a", "1"), ("static/old ü", "1")]));
    let mut wanted = files(&[("static/a", "1")]);
    assert_eq!(wanted.changes(Some(&there)), []);
    wanted.prune = true;
    let changes = [
        Change::Delete(keys(&["static/old ü"])),
        Change::Invalidate(keys(&["/static/old%20%C3%BC"])),
    ];
    assert_eq!(wanted.changes(Some(&there)), changes);
}

#[test]
fn what_the_edge_was_not_told_it_is_told_next_time() {
    let mut there = observed(files(&[("static/a", "1")]));
    there.outputs.stale.insert("static/a".into());
    let told = [Change::Invalidate(keys(&["/static/a"]))];
    assert_eq!(there.spec.changes(Some(&there)), told);
}

#[test]
fn files_go_up_in_batches_bounded_by_number_and_size() {
    let all: Vec<String> = (0..20).map(|n| format!("static/{n:02}")).collect();
    let pairs: Vec<_> = all.iter().map(|key| (key.as_str(), "1")).collect();
    let mut wanted = files(&pairs);
    let sizes = |wanted: &Files| -> Vec<usize> {
        let batch = |change: &Change| match change {
            Change::Put(keys) => keys.len(),
            other => panic!("{other:?}"),
        };
        wanted.changes(None).iter().map(batch).collect()
    };
    assert_eq!(sizes(&wanted), [16, 4]);
    wanted.files.get_mut("static/03").unwrap().size = LARGEST;
    assert_eq!(sizes(&wanted), [3, 1, 16]);
}

#[test]
fn too_many_paths_are_one_with_a_wildcard() {
    let all: Vec<String> = (0..1001).map(|n| format!("static/{n}")).collect();
    let pairs = |md5| -> Vec<_> { all.iter().map(|key| (key.as_str(), md5)).collect() };
    let changes = files(&pairs("2")).changes(Some(&observed(files(&pairs("1")))));
    let wild = Change::Invalidate(keys(&["/static/*"]));
    assert_eq!(changes.last(), Some(&wild));
}

#[test]
fn in_a_bucket_that_stays_they_stay() {
    let mut there = observed(files(&[("static/a", "1")]));
    assert_eq!(Files::removal(&there), []);
    there.spec.removal = Removal::Delete;
    let away = [Change::Delete(keys(&["static/a"]))];
    assert_eq!(Files::removal(&there), away);
}

#[test]
fn what_is_somebody_elses_is_left_alone() {
    let mut there = files(&[("static/a", "1"), ("static/theirs", "1")]);
    let wanted = Files {
        prune: true,
        ..files(&[("static/a", "1")])
    };
    there = there.owned(&[&wanted, &wanted]);
    assert_eq!(wanted.changes(Some(&observed(there))), []);
}
