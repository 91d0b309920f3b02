//! GetRandomPassword.

use serde_json::json;

use super::refuse;
use crate::operation::{Answer, Call};

/// The characters of each kind [Secrets Manager API: GetRandomPassword].
const KINDS: [(&str, &str); 4] = [
    ("ExcludeLowercase", "abcdefghijklmnopqrstuvwxyz"),
    ("ExcludeUppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("ExcludeNumbers", "0123456789"),
    ("ExcludePunctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
];

/// As random as everything in the twin: the same in every run.
pub(super) fn generate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let length = input.number("PasswordLength")?.unwrap_or(32);
    let excluded = input.text("ExcludeCharacters")?.unwrap_or_default();
    let mut kinds: Vec<Vec<char>> = Vec::new();
    for (switch, characters) in KINDS {
        if !input.boolean(switch)?.unwrap_or(false) {
            let left = characters.chars().filter(|c| !excluded.contains(*c));
            kinds.push(left.collect());
        }
    }
    if input.boolean("IncludeSpace")?.unwrap_or(false) && !excluded.contains(' ') {
        kinds.push(vec![' ']);
    }
    let each = input.boolean("RequireEachIncludedType")?.unwrap_or(true);
    input.finish()?;
    let length = match usize::try_from(length) {
        Ok(length @ 1..=4096) => length,
        _ => {
            return Err(refuse::parameter(
                "PasswordLength must be between 1 and 4096.",
            ));
        }
    };
    let all: Vec<char> = kinds.iter().flatten().copied().collect();
    if all.is_empty() {
        return Err(refuse::parameter(
            "All characters are excluded: the password would have none.",
        ));
    }
    if each && (kinds.iter().any(Vec::is_empty) || length < kinds.len()) {
        return Err(refuse::parameter(
            "The password cannot have a character of each included type.",
        ));
    }
    let ids = &mut call.world.ids;
    let mut password: Vec<char> = (0..length).map(|_| all[ids.below(all.len())]).collect();
    if each {
        // One of each kind, each at a place of its own.
        let mut places: Vec<usize> = (0..length).collect();
        for kind in &kinds {
            let place = places.swap_remove(ids.below(places.len()));
            password[place] = kind[ids.below(kind.len())];
        }
    }
    let password: String = password.into_iter().collect();
    Ok(json!({ "RandomPassword": password }))
}
