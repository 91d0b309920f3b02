//! Which known word a user most likely meant.

/// The known word nearest to `written`, or none that is near enough to be worth saying.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Past this length nobody mistyped a key, and the distance would cost its square.
    const LONGEST: usize = 64;
    if written.len() > LONGEST {
        return None;
    }
    let written = fold(written);
    let elsewhere = ELSEWHERE
        .iter()
        .find(|(theirs, _)| *theirs == written)
        .map(|(_, ours)| *ours);
    known
        .into_iter()
        .map(|word| {
            (
                if elsewhere == Some(word) {
                    0
                } else {
                    distance(&written, &fold(word))
                },
                word,
            )
        })
        .filter(|(distance, word)| *distance <= word.len().max(written.len()).div_ceil(3).min(3))
        .min()
        .map(|(_, word)| word)
}

/// What other tools of this field call the same thing.
const ELSEWHERE: [(&str, &str); 25] = [
    ("aarch64", "arm64"),
    ("amd64", "x86_64"),
    ("architecture", "arch"),
    ("availability_zones", "azs"),
    ("containerport", "port"),
    ("desired_count", "count"),
    ("domain", "hostname"),
    ("environment", "env"),
    ("execute_command", "exec"),
    ("healthy", "healthy_threshold"),
    ("host", "hostname"),
    ("iam_statements", "permissions"),
    ("instances", "count"),
    ("internal_port", "port"),
    ("mem", "memory"),
    ("name", "app"),
    ("platform", "arch"),
    ("policies", "permissions"),
    ("recreate", "stop-then-start"),
    ("replicas", "count"),
    ("rolling_update", "rolling"),
    ("unhealthy", "unhealthy_threshold"),
    ("variables", "env"),
    ("vpc_cidr", "cidr"),
    ("zones", "azs"),
];

fn fold(word: &str) -> String {
    word.chars()
        .map(|c| {
            if c == '-' {
                '_'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect()
}

/// Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours, since a swap
/// is the commonest slip of the hand.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = a[i - 1] == b[j - 1];
            let mut best = (last[j - 1] + usize::from(!same))
                .min(last[j] + 1)
                .min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before_last[j - 2] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_known_word() {
        let keys = [
            "app", "arch", "azs", "count", "env", "hostname", "image", "memory", "port",
        ];
        for (written, expected) in [
            ("hostnam", Some("hostname")),
            ("imgae", Some("image")),
            ("Port", Some("port")),
            ("domain", Some("hostname")),
            ("replicas", Some("count")),
            ("prot", Some("port")),
            ("frobnicate", None),
            ("", None),
        ] {
            assert_eq!(did_you_mean(written, keys), expected, "{written}");
        }
    }

    #[test]
    fn a_swap_of_neighbours_costs_one() {
        assert_eq!(distance("eu_cnetral_1", "eu_central_1"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }
}
