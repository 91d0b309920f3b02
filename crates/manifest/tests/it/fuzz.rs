//! No text makes the loader panic, and every span that it gives is one of the text.

use ashore_manifest::{LoadOptions, load};
use proptest::prelude::*;

const RICH: &str = include_str!("rich.toml");

/// Pieces that the loader has rules about.
const PIECES: &[&str] = &[
    "",
    "=",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\n",
    ".",
    ",",
    "#",
    "\\",
    "0",
    "-1",
    "99999999999999999999",
    "nan",
    "inf",
    "1e400",
    "0x_",
    "true",
    "1979-05-27",
    "\"\"",
    "\"é.example.com\"",
    "\"/0\"",
    "\"0.0.0.0/0\"",
    "\"10.0.0.0/32\"",
    "\"255.255.255.255/16\"",
    "\"${env:\"",
    "\"${env:X}\"",
    "\"é${param:tag}$${\"",
    "[environments.production]\n",
    "[environments.é.services.web]\n",
    "environments.production.services = 1\n",
    "[[services.web.permissions]]\n",
    "\"s\"",
    "\"0s\"",
    "\"4294967295d\"",
    "\".\"",
    "\"1e9GiB\"",
    "\"@\"",
    "\"a:b:c\"",
    "\"-\"",
    "[services.é]\n",
    "[services]\n",
    "[[services]]\n",
    "services = 1\n",
    "\u{0}",
    "\u{feff}",
    "\"\\u0000\"",
    "\"aws:é\"",
    "\"\\ud800\"",
    "[]",
    "[[]]",
    "{}",
    "\"\"\"",
    "'''",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn edits_of_a_manifest_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..20, 0..PIECES.len()), 1..6)
    ) {
        let mut text = RICH.to_owned();
        for (place, cut, piece) in edits {
            let start = floor(&text, place.index(text.len() + 1));
            let end = floor(&text, start + cut);
            text.replace_range(start..end, PIECES[piece]);
        }
        loads_or_says_why(&text)?;
    }

    #[test]
    fn any_text_never_panics(text in "(?s).{0,200}") {
        loads_or_says_why(&text)?;
    }

    #[test]
    fn any_value_never_panics(key in prop::sample::select(KEYS), value in "(?s).{0,40}") {
        let value = toml::Value::String(value);
        let text = format!("app = \"a\"\nregion = \"eu-west-1\"\n[services.web]\nimage = \"nginx:1\"\n{key} = {value}\n");
        loads_or_says_why(&text)?;
    }
}

const KEYS: &[&str] = &[
    "hostname",
    "memory",
    "stop_timeout",
    "log_retention",
    "ephemeral_storage",
    "health.path",
    "health.container.command",
    "aliases",
    "secrets.A.secret",
    "secrets.A.ssm",
    "secrets.A.env",
    "sidecars.a.image",
    "sidecars.a.memory",
    "depends_on.web",
    "permissions",
    "deploy.strategy",
    "health.matcher",
    "health.interval",
    "env.\"\"",
    "env.A",
    "x",
    "port",
    "cpu",
    "command",
    "entrypoint",
];

fn loads_or_says_why(text: &str) -> Result<(), TestCaseError> {
    let said = match load(text, &LoadOptions::default()) {
        Ok(manifest) => manifest.warnings,
        Err(diagnostics) => {
            prop_assert!(!diagnostics.is_empty(), "refused without a word: {text}");
            diagnostics
        }
    };
    for found in said {
        for span in std::iter::once(&found.span).chain(found.related.iter().map(|(span, _)| span)) {
            prop_assert!(
                text.get(span.clone()).is_some(),
                "{found:?} is not about a part of {text:?}"
            );
        }
    }
    Ok(())
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
