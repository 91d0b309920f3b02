//! Attributes of balancers and target groups: text by key. Only the keys that a spec names are
//! managed; what others have set beside them is theirs.

use std::collections::BTreeMap;

/// Attributes by key.
pub type Attributes = BTreeMap<String, String>;

/// What a new object has, for the keys whose default is known here.
pub(crate) type Defaults = &'static [(&'static str, &'static str)];

/// What is to be set for `wanted` to hold. `observed` holds the managed keys as the cloud has
/// them; none for an object that is about to be made. A key that is no longer wanted goes back to
/// its default; where that is not known here it stays as it is.
pub(crate) fn changes(
    wanted: &Attributes,
    observed: Option<&Attributes>,
    defaults: Defaults,
) -> Attributes {
    let default = |key: &str| {
        let known = defaults.iter().find(|(known, _)| *known == key);
        known.map(|(_, value)| *value)
    };
    let there = |key: &str| match observed.and_then(|observed| observed.get(key)) {
        Some(value) => Some(value.as_str()),
        None => default(key),
    };
    let mut set: Attributes = wanted
        .iter()
        .filter(|(key, value)| there(key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    for key in observed.into_iter().flat_map(BTreeMap::keys) {
        if let Some(value) = default(key)
            && !wanted.contains_key(key)
            && there(key) != Some(value)
        {
            set.insert(key.clone(), value.to_string());
        }
    }
    set
}

/// Of these observed attributes, only those that any of the given specs names.
pub(crate) fn owned<'a>(
    mut observed: Attributes,
    by: impl IntoIterator<Item = &'a Attributes> + Clone,
) -> Attributes {
    observed.retain(|key, _| by.clone().into_iter().any(|own| own.contains_key(key)));
    observed
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: Defaults = &[("idle", "60"), ("protected", "false")];

    fn of(pairs: &[(&str, &str)]) -> Attributes {
        let pair = |(key, value): &(&str, &str)| ((*key).to_string(), (*value).to_string());
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_what_differs_is_set() {
        let rows: [(&[_], Option<&[_]>, &[_]); 7] = [
            (&[("idle", "60")], None, &[]),
            (&[("idle", "90")], None, &[("idle", "90")]),
            (&[("unknown", "x")], None, &[("unknown", "x")]),
            (&[("idle", "90")], Some(&[("idle", "90")]), &[]),
            (
                &[("idle", "60")],
                Some(&[("idle", "90")]),
                &[("idle", "60")],
            ),
            (&[], Some(&[("idle", "90")]), &[("idle", "60")]),
            (&[], Some(&[("unknown", "x")]), &[]),
        ];
        for (wanted, observed, set) in rows {
            let observed = observed.map(of);
            let found = changes(&of(wanted), observed.as_ref(), DEFAULTS);
            assert_eq!(found, of(set), "{wanted:?} over {observed:?}");
        }
    }

    #[test]
    fn what_no_spec_names_is_not_ours() {
        let observed = of(&[("idle", "60"), ("theirs", "x")]);
        assert_eq!(
            owned(observed, [&of(&[("idle", "1")])]),
            of(&[("idle", "60")])
        );
    }
}
