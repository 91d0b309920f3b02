//! Tags: what the user wants on everything, and the marks by which we know our own.

use std::collections::BTreeMap;

use ashore_engine::address::{Address, Mark, StackName};
use serde::{Deserialize, Serialize};

/// The prefix of every mark. Users may not use it.
pub const PREFIX: &str = "ashore:";
const STACK: &str = "ashore:stack";
const ADDRESS: &str = "ashore:address";
const GENERATION: &str = "ashore:generation";
/// The keys of the marks.
pub const MARK_KEYS: [&str; 3] = [STACK, ADDRESS, GENERATION];
/// What is observed in the place of a mark that somebody has taken away.
const MISSING: &str = "missing";
/// How many of the 50 tags that AWS allows on a resource are ours: three marks, and on a secret
/// how it is deleted.
pub const MARKS: usize = 4;

/// Tags without marks. Where a mark is missing, what is observed says so in its place: it is ours
/// to put back, on what we know by its id.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(pub BTreeMap<String, String>);

/// What leads from the tags that are there to the tags that are wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TagChanges {
    /// To be set, with their values.
    pub set: BTreeMap<String, String>,
    /// To be taken away.
    pub unset: Vec<String>,
}

impl Tags {
    /// With the tag that AWS consoles show as the name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.0.insert("Name".to_string(), name.into());
        self
    }

    /// Of these observed tags, only those that any of the given specs put there, and the lack of
    /// a mark. What others put on our resources (cost allocation, organisation policies) is
    /// theirs.
    #[must_use]
    pub fn owned<'a>(mut self, by: impl IntoIterator<Item = &'a Tags> + Clone) -> Self {
        let put = |key: &String| by.clone().into_iter().any(|tags| tags.0.contains_key(key));
        self.0.retain(|key, _| is_mark(key) || put(key));
        self
    }

    /// What leads from `observed` to these tags; none if they are the same.
    pub fn changes(&self, observed: &Tags) -> Option<TagChanges> {
        let wanted = self.0.iter().filter(|(key, _)| !is_mark(key));
        let differing = wanted.filter(|(key, value)| observed.0.get(*key) != Some(*value));
        let surplus = observed.0.iter();
        let surplus = surplus.filter(|(key, _)| !self.0.contains_key(*key));
        // That a mark is missing is nothing to be taken away: it is set with the others.
        let (missing, surplus): (Vec<_>, Vec<_>) = surplus.partition(|(key, _)| is_mark(key));
        let set: BTreeMap<_, _> = differing
            .chain(missing)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let unset: Vec<_> = surplus.into_iter().map(|(key, _)| key.clone()).collect();
        (!set.is_empty() || !unset.is_empty()).then_some(TagChanges { set, unset })
    }

    /// The requests that lead from `observed` to these tags: what is wanted is set before what is
    /// surplus goes.
    pub fn requests<C>(
        &self,
        observed: &Tags,
        tag: C,
        untag: impl FnOnce(Vec<String>) -> C,
    ) -> impl Iterator<Item = C> {
        let TagChanges { set, unset } = self.changes(observed).unwrap_or_default();
        let tag = (!set.is_empty()).then_some(tag);
        let untag = (!unset.is_empty()).then(|| untag(unset));
        tag.into_iter().chain(untag)
    }

    /// These tags and the marks, as they go into a create, and into every request that sets tags.
    pub fn marked(&self, mark: &Mark) -> BTreeMap<String, String> {
        let mut all = self.0.clone();
        all.extend(marks(mark));
        all
    }

    /// The tags of an object as the cloud has them, marks and AWS's own left out; and which marks
    /// are missing.
    pub fn observed(all: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut tags: BTreeMap<String, String> = all.into_iter().collect();
        let missing = MARK_KEYS.map(str::to_string).into_iter();
        let missing: Vec<String> = missing.filter(|mark| !tags.contains_key(mark)).collect();
        tags.retain(|key, _| !is_mark(key) && !key.starts_with("aws:"));
        tags.extend(missing.into_iter().map(|mark| (mark, MISSING.to_string())));
        Self(tags)
    }
}

fn is_mark(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// The marks of a resource.
pub fn marks(mark: &Mark) -> BTreeMap<String, String> {
    BTreeMap::from([
        (STACK.to_string(), mark.stack.key()),
        (ADDRESS.to_string(), tag_value(&mark.instance.address)),
        (GENERATION.to_string(), mark.instance.generation.to_string()),
    ])
}

/// The marks of everything that a stack owns.
pub fn stack_mark(stack: &StackName) -> (&'static str, String) {
    (STACK, stack.key())
}

/// Whose an object is, for a person, if it bears marks of any stack.
pub fn owner(all: &BTreeMap<String, String>) -> Option<String> {
    let stack = all.get(STACK)?;
    Some(match all.get(ADDRESS) {
        Some(address) => format!("the stack `{stack}` ({address})"),
        None => format!("the stack `{stack}`"),
    })
}

/// Which life of its resource an object with these tags is, if it says so.
pub fn generation(all: &BTreeMap<String, String>) -> Option<u32> {
    all.get(GENERATION)?.parse().ok()
}

/// Whether an object with these tags belongs to the stack.
pub fn of_stack(all: &BTreeMap<String, String>, stack: &StackName) -> bool {
    all.get(STACK) == Some(&stack.key())
}

/// Whether an object with these tags is that part of something: `services.web/part`.
pub fn is_part(all: &BTreeMap<String, String>, part: &str) -> bool {
    let address = all.get(ADDRESS).and_then(|it| it.rsplit_once('/'));
    address.is_some_and(|(_, last)| last == part)
}

/// Whether an object with these tags bears the marks of any stack. One that is known by its name
/// alone and bears none was made by somebody else after ours was deleted.
pub fn marked(all: &BTreeMap<String, String>) -> bool {
    all.contains_key(STACK)
}

/// Whether an object with these tags is the one that bears the mark.
pub fn bears(all: &BTreeMap<String, String>, mark: &Mark) -> bool {
    marks(mark)
        .iter()
        .all(|(key, value)| all.get(key) == Some(value))
}

/// An address as a tag value: ELB, ECS and IAM allow letters, digits, spaces and `+-=._:/@` only
/// [IAM and ELBv2 API: Tag].
fn tag_value(address: &Address) -> String {
    address.as_str().replace('[', ":").replace(']', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        Tags(
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_string(), (*v).to_string()))
                .collect(),
        )
    }

    #[test]
    fn what_others_put_there_is_not_ours_to_take_away() {
        let observed = tags(&[("team", "a"), ("cost", "theirs"), ("old", "x")]);
        let wanted = tags(&[("team", "b")]);
        let written = tags(&[("team", "a"), ("old", "x")]);
        let owned = observed.owned([&wanted, &written]);
        let changes = wanted.changes(&owned).unwrap();
        assert_eq!(changes.set, tags(&[("team", "b")]).0);
        assert_eq!(changes.unset, ["old"]);
    }

    /// And whoever undoes that does not take it away again.
    #[test]
    fn a_missing_mark_is_set_with_the_tags() {
        let all = [
            ("ashore:address", "a"),
            ("ashore:generation", "1"),
            ("team", "a"),
        ];
        let all = all.map(|(key, value)| (key.to_string(), value.to_string()));
        let wanted = tags(&[("team", "a")]);
        let observed = Tags::observed(all).owned([&wanted, &wanted]);
        assert_eq!(observed, tags(&[("ashore:stack", MISSING), ("team", "a")]));
        let changes = wanted.changes(&observed).unwrap();
        assert_eq!(changes.set.keys().collect::<Vec<_>>(), ["ashore:stack"]);
        assert!(changes.unset.is_empty());
        assert_eq!(observed.changes(&wanted), None);
        assert_eq!(observed.changes(&observed), None);
    }

    #[test]
    fn equal_tags_need_no_change() {
        assert_eq!(tags(&[("a", "1")]).changes(&tags(&[("a", "1")])), None);
    }
}
