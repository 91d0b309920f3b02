use super::*;

fn pair(public_key: &str) -> KeyPair {
    KeyPair {
        name: "hello-instances".into(),
        public_key: public_key.into(),
        tags: Tags::default(),
    }
}

#[test]
fn another_key_is_another_pair_and_another_comment_is_nothing() {
    let there = Observed {
        spec: pair("ssh-ed25519 AAAA hello-instances"),
        outputs: Outputs {
            id: "key-1".into(),
            name: "hello-instances".into(),
        },
    };
    for (wanted, replaced) in [
        ("ssh-ed25519 AAAA anna@laptop", None),
        (
            "ssh-ed25519 BBBB",
            Some(Replacement::because(["public_key"])),
        ),
    ] {
        assert_eq!(pair(wanted).replaced_by(&there), replaced, "{wanted}");
        assert_eq!(pair(wanted).changes(Some(&there)), []);
    }
}
