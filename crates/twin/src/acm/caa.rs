//! CAA records: who may issue certificates for a name.

use super::domain;
use crate::dns;
use crate::world::World;

/// The names by which a record lets Amazon issue [ACM user guide: CAA].
const AMAZON: [&str; 4] = [
    "amazon.com",
    "amazontrust.com",
    "awstrust.com",
    "amazonaws.com",
];

/// Whether Amazon may issue for a name: the records of the name itself count, or else those of its nearest parent
/// that has any [RFC 8659]. A wildcard asks for `issuewild` first.
pub(super) fn permits_amazon(world: &World, name: &str) -> bool {
    let wildcard = name.starts_with("*.");
    let mut owner = domain::base(name);
    loop {
        let found = issuers(world, owner, if wildcard { "issuewild" } else { "issue" });
        let found = if found.is_empty() && wildcard {
            issuers(world, owner, "issue")
        } else {
            found
        };
        if !found.is_empty() {
            return found.iter().any(|issuer| AMAZON.contains(&issuer.as_str()));
        }
        match owner.split_once('.') {
            Some((_, parent)) => owner = parent,
            None => return true,
        }
    }
}

/// The issuers that the records of this name give leave to; those of the name that a CNAME leads to count [RFC 8659 3].
fn issuers(world: &World, owner: &str, tag: &str) -> Vec<String> {
    let answers = dns::lookup(world, owner, "CAA").answers;
    let parts = answers.iter().filter(|found| found.kind == "CAA");
    parts
        .filter_map(|found| {
            let (found_tag, value) = found.data.split_once(' ')?.1.split_once(' ')?;
            let value = value.trim().trim_matches('"');
            let issuer = value.split(';').next().unwrap_or_default().trim();
            (found_tag == tag).then(|| issuer.to_ascii_lowercase())
        })
        .collect()
}
