//! Codes are for ever.

use std::collections::BTreeSet;

use ashore_manifest::Code;

#[test]
fn ids_are_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for code in Code::ALL {
        let id = code.id();
        assert!(seen.insert(id), "{id} is there twice");
        assert!(
            id.len() == 5
                && id.starts_with(['E', 'W'])
                && id[1..].bytes().all(|b| b.is_ascii_digit()),
            "{id}"
        );
        assert_eq!(Code::find(&id.to_lowercase()), Some(*code));
    }
}

#[test]
fn every_code_is_explained() {
    for code in Code::ALL {
        assert!(
            code.title().len() < 80 && !code.title().ends_with('.'),
            "{code}: {}",
            code.title()
        );
        let explanation = code.explanation();
        assert!(
            explanation.len() > 60 && explanation.ends_with('.'),
            "{code}: {explanation}"
        );
    }
}
