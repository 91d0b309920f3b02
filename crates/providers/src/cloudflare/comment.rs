//! Marks in comments: what Cloudflare has instead of tags on its free plan.
//!
//! `ashore:v1 id=1f0c2a9b.77e01d3c hello-default services.web/record#1 | the user's note`
//!
//! The two halves of the id stand for stack and instance; the words after it are for people and
//! are cut where there is no room. People edit comments: what stands in the state is ours with
//! any comment, and the next change writes the mark again.

use ashore_engine::address::{Mark, StackName};

/// Characters of a comment on the free plan [Cloudflare API: error 9313].
const LIMIT: usize = 100;
/// Characters of the mark; the rest is the user's.
const MARK_MAX: usize = 66;
const NOTE_SEPARATOR: &str = " | ";
const VERSION: &str = "ashore:v1 id=";

/// The comment of a record that bears the mark, with the user's note.
pub(crate) fn marked(mark: &Mark, text: &str) -> String {
    let instance = &mark.instance;
    let words = format!(
        "{VERSION}{} {} {}#{}",
        id(mark),
        mark.stack,
        instance.address,
        instance.generation
    );
    let words = cut(&words.replace('|', "/"), MARK_MAX);
    match note(text) {
        note if note.is_empty() => words,
        note => format!("{words}{NOTE_SEPARATOR}{note}"),
    }
}

/// A user's note as a comment has it: one line, no longer than there is room for.
pub(crate) fn note(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&line, LIMIT - MARK_MAX - NOTE_SEPARATOR.len())
}

/// The user's note in a comment that bears a mark; none in one that bears none.
pub(crate) fn note_in(comment: &str) -> Option<&str> {
    comment.starts_with(VERSION).then(|| {
        let note = comment.split_once(NOTE_SEPARATOR);
        note.map_or("", |(_, note)| note)
    })
}

/// Whether a comment bears this mark.
pub(crate) fn bears(comment: &str, mark: &Mark) -> bool {
    let found = comment.strip_prefix(VERSION);
    found.and_then(|rest| rest.split(' ').next()) == Some(&id(mark))
}

/// Whether a comment bears the mark of a former life of the same resource.
pub(crate) fn bears_former(comment: &str, mark: &Mark) -> bool {
    (1..mark.instance.generation).any(|generation| {
        let mut former = mark.clone();
        former.instance.generation = generation;
        bears(comment, &former)
    })
}

/// Whether a comment bears the mark of anything that the stack owns.
pub(crate) fn of_stack(comment: &str, stack: &StackName) -> bool {
    comment.starts_with(&prefix(stack))
}

/// What the comments of everything that the stack owns begin with.
pub(crate) fn prefix(stack: &StackName) -> String {
    format!("{VERSION}{}.", hash(&[&stack.app, &stack.environment]))
}

fn id(mark: &Mark) -> String {
    let stack = hash(&[&mark.stack.app, &mark.stack.environment]);
    let generation = mark.instance.generation.to_string();
    let instance = hash(&[mark.instance.address.as_str(), &generation]);
    format!("{stack}.{instance}")
}

fn hash(parts: &[&str]) -> String {
    let text = parts.join("\n");
    blake3::hash(text.as_bytes()).to_hex()[..8].to_string()
}

fn cut(text: &str, limit: usize) -> String {
    let kept: String = text.chars().take(limit).collect();
    kept.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ashore_engine::address::{Instance, RunId};

    fn mark(app: &str, address: &str, generation: u32) -> Mark {
        Mark {
            stack: StackName {
                app: app.into(),
                environment: "default".into(),
            },
            instance: Instance::new(address.into(), generation),
            run: RunId::new("r1"),
        }
    }

    #[test]
    fn former_lives_are_those_before() {
        let now = mark("hello", "web/record", 3);
        for (generation, former) in [(1, true), (2, true), (3, false), (4, false)] {
            let comment = marked(&mark("hello", "web/record", generation), "");
            assert_eq!(bears_former(&comment, &now), former, "{generation}");
        }
        let other = marked(&mark("hello", "api/record", 1), "");
        assert!(!bears_former(&other, &now));
    }

    #[test]
    fn a_comment_is_never_longer_than_the_free_plan_takes() {
        let long = "x".repeat(200);
        for text in [
            "",
            "by hand",
            &long,
            "häßlich\n und über mehrere Zeilen gehend, sehr lang",
        ] {
            let comment = marked(&mark(&long, &long, 7), text);
            assert!(comment.chars().count() <= LIMIT, "{comment}");
            assert!(!comment.contains('\n'));
            assert!(bears(&comment, &mark(&long, &long, 7)));
            assert_eq!(note_in(&comment), Some(note(text).as_str()));
        }
    }

    #[test]
    fn a_mark_tells_stack_address_and_generation_apart() {
        let ours = mark("hello", "services.web/record", 1);
        let comment = marked(&ours, "");
        assert!(bears(&comment, &ours) && of_stack(&comment, &ours.stack));
        for other in [
            mark("hello", "services.web/record", 2),
            mark("hello", "services.api/record", 1),
            mark("hell", "services.web/record", 1),
        ] {
            assert!(!bears(&comment, &other), "{other:?}");
        }
        assert!(!of_stack(&comment, &mark("hell", "x", 1).stack));
    }

    #[test]
    fn a_comment_of_somebody_else_has_no_note_of_ours() {
        assert_eq!(note_in("by hand | do not touch"), None);
        assert!(!bears("by hand", &mark("hello", "x", 1)));
    }
}
