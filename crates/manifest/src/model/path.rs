//! Which requests of a name are a service's.

use super::Refusal;

/// A path and everything below it, or a pattern with wildcards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathPattern(String);

impl PathPattern {
    /// The most characters of a pattern [ELBv2 API: PathPatternConditionConfig], less those that
    /// say "and everything below it".
    pub const LONGEST: usize = 126;

    /// The pattern, if it is one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if !text.starts_with('/') {
            return Err(
                Refusal::new("does not start with a slash").help(format!("write \"/{text}\""))
            );
        }
        if text.len() > Self::LONGEST {
            return Err(Refusal::new(format!(
                "longer than {} characters",
                Self::LONGEST
            )));
        }
        // [ELBv2 API: PathPatternConditionConfig] what a pattern may be made of.
        let fits = |c: char| c.is_ascii_alphanumeric() || "_-.$/~\"'@:+&*?".contains(c);
        if let Some(odd) = text.chars().find(|c| !fits(*c)) {
            return Err(Refusal::new(format!("{odd:?} cannot stand in a pattern")));
        }
        let wildcards = text.matches(['*', '?']).count();
        if wildcards > Self::WILDCARDS {
            return Err(Refusal::new(format!(
                "more than {} wildcards",
                Self::WILDCARDS
            )));
        }
        let pattern = match text.strip_suffix("/*") {
            Some(above) if !above.contains(['*', '?']) => above,
            _ => text.trim_end_matches('/'),
        };
        if pattern.is_empty() || pattern == "*" {
            return Err(Refusal::new("that is every request")
                .help("leave the key out: such a service gets what no other has a path for"));
        }
        Ok(Self(pattern.to_owned()))
    }

    /// [ELBv2 quotas: match wildcards per rule], less the one that is added.
    const WILDCARDS: usize = 4;

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a rule is told. A plain path is for itself and for everything below it, and not for what
    /// only begins the same: `/api` is not `/apiary`.
    pub fn values(&self) -> Vec<String> {
        match self.has_wildcards() {
            true => vec![self.0.clone()],
            false => vec![self.0.clone(), format!("{}/*", self.0)],
        }
    }

    /// How many of its characters stand for themselves: the more there are, the fewer requests fit.
    pub fn specificity(&self) -> usize {
        self.0.chars().filter(|c| !"*?".contains(*c)).count()
    }

    /// Is there a request that fits both, with nothing to tell which of them it is for?
    pub fn clashes(&self, other: &Self) -> bool {
        self.specificity() == other.specificity()
            && self
                .values()
                .iter()
                .any(|one| other.values().iter().any(|two| overlap(one, two)))
    }

    fn has_wildcards(&self) -> bool {
        self.0.contains(['*', '?'])
    }
}

/// Is there a text that fits both patterns? `*` is any number of characters, `?` is one.
fn overlap(one: &str, two: &str) -> bool {
    let two: Vec<char> = two.chars().collect();
    // Which beginnings of `two` can have met the beginning of `one` that was read.
    let mut met: Vec<bool> = vec![false; two.len() + 1];
    met[0] = true;
    skip(&two, &mut met);
    for c in one.chars() {
        let before = met.clone();
        for (at, met) in met.iter_mut().enumerate() {
            let came = |by: bool| by && at > 0 && before[at - 1];
            *met = match (c, at.checked_sub(1).map(|last| two[last])) {
                ('*', _) => before[..=at].iter().any(|met| *met),
                (_, Some('*')) => before[at] || before[at - 1],
                (c, Some(d)) => came(c == d || c == '?' || d == '?'),
                (_, None) => false,
            };
        }
        skip(&two, &mut met);
    }
    met[two.len()]
}

/// A `*` of the second pattern may stand for nothing.
fn skip(two: &[char], met: &mut [bool]) {
    for (at, c) in two.iter().enumerate() {
        if *c == '*' && met[at] {
            met[at + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> PathPattern {
        PathPattern::parse(text).unwrap_or_else(|refusal| panic!("{text}: {}", refusal.why))
    }

    #[test]
    fn a_plain_path_is_for_what_is_below_it_too() {
        for (text, values) in [
            ("/api", &["/api", "/api/*"][..]),
            ("/api/", &["/api", "/api/*"]),
            ("/api/*", &["/api", "/api/*"]),
            ("/img/*.png", &["/img/*.png"]),
            ("/v?/*", &["/v?/*"]),
        ] {
            assert_eq!(pattern(text).values(), values, "{text}");
        }
    }

    #[test]
    fn only_patterns_that_are_alike_and_meet_clash() {
        for (one, two, clash) in [
            ("/api", "/api/*", true),
            ("/api", "/abc", false),
            ("/a*c", "/*ac", true),
            ("/a*c", "/b*c", false),
            ("/a?c", "/abc", false), // the second is more specific
            ("/a*", "/?a", true),
            ("/a*", "/?b", true),
            ("/a/*.js", "/a/b*js", true),
            ("/x/y", "/x*yy", true), // "/x/y/yy"
            ("/x/y", "/z*yy", false),
        ] {
            assert_eq!(pattern(one).clashes(&pattern(two)), clash, "{one} {two}");
            assert_eq!(pattern(two).clashes(&pattern(one)), clash, "{two} {one}");
        }
    }

    #[test]
    fn what_is_every_request_is_no_path() {
        for text in ["/", "/*", "//"] {
            assert!(PathPattern::parse(text).is_err(), "{text}");
        }
    }
}
