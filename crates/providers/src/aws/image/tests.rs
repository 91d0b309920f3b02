use super::*;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn image() -> Image {
    Image {
        repository: Input::Known("hello-web".into()),
        digest: DIGEST.into(),
        live_tag: live_tag("web", DIGEST),
        built_tag: Some(built_tag("sha256:aa")),
    }
}

fn observed(spec: Image) -> Observed<Image> {
    let outputs = Outputs {
        repository: "hello-web".into(),
        digest: spec.digest.clone(),
        live_tag: spec.live_tag.clone(),
        built_tag: spec.built_tag.clone(),
    };
    Observed { spec, outputs }
}

#[test]
fn what_was_built_says_from_what() {
    assert_eq!(image().changes(None), [Change::Put, Change::Name]);
    let pushed = Image {
        built_tag: None,
        ..image()
    };
    assert_eq!(pushed.changes(None), [Change::Put]);
    assert_eq!(image().changes(Some(&observed(image()))), []);
    assert_eq!(
        image().changes(Some(&observed(pushed.clone()))),
        [Change::Name]
    );
    let owned = image().owned(&[&pushed]);
    assert_eq!(pushed.changes(Some(&observed(owned))), []);
}

#[test]
fn another_digest_is_another_image() {
    let wanted = Image {
        digest: DIGEST.replace("0123", "3210"),
        ..image()
    };
    let replaced = wanted.replaced_by(&observed(image()));
    assert_eq!(replaced, Some(Replacement::because(["digest"])));
}

/// Two generations of one image are told apart: the older one's tag goes one day.
#[test]
fn a_tag_is_of_one_generation() {
    let mut again = image();
    again.at_generation(3);
    assert_eq!(again.live_tag, "ashore-live-web-0123456789abcdef-g3");
    assert_eq!(image().live_tag, "ashore-live-web-0123456789abcdef");
    assert_eq!(built_tag("sha256:aa"), "ashore-build-aa");
    assert!(is_ours(&again.live_tag) && !is_ours("1.42.0"));
}
