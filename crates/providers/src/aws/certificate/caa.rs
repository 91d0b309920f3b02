//! CAA records: whether Amazon may issue a certificate for a name.

/// The names by which a record lets Amazon issue [ACM guide: configure a CAA record].
pub const AMAZON: [&str; 4] = [
    "amazon.com",
    "amazontrust.com",
    "awstrust.com",
    "amazonaws.com",
];

/// One record.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Caa {
    /// `issue`, `issuewild`, `iodef`, …
    tag: String,
    value: String,
}

/// Who else may issue for a name, if Amazon may not: what the records say that count for it, those
/// of the name or else of its nearest parent that has any [RFC 8659 3]. Where no record is about
/// issuing, everybody may.
pub fn forbids_amazon(records: &[String], wildcard: bool) -> Option<Vec<String>> {
    let all: Vec<Caa> = records.iter().filter_map(|data| read(data)).collect();
    let of = |tag: &str| -> Vec<String> {
        let tagged = all.iter().filter(|record| record.tag == tag);
        tagged.map(|record| issuer(&record.value)).collect()
    };
    // A wildcard asks for `issuewild` first [RFC 8659 4.3].
    let wild = if wildcard {
        of("issuewild")
    } else {
        Vec::new()
    };
    let issuers = if wild.is_empty() { of("issue") } else { wild };
    let may = issuers.iter().any(|it| AMAZON.contains(&it.as_str()));
    (!issuers.is_empty() && !may).then_some(issuers)
}

/// The name and every name above it, the nearest first: where records are looked for.
pub fn climb(name: &str) -> impl Iterator<Item = &str> {
    let base = name.strip_prefix("*.").unwrap_or(name);
    let above = base.match_indices('.');
    let above = above.filter_map(move |(dot, _)| base.get(dot + 1..));
    std::iter::once(base).chain(above)
}

/// `letsencrypt.org; validationmethods=dns-01` names `letsencrypt.org`; `;` names nobody.
fn issuer(value: &str) -> String {
    let name = value.split(';').next().unwrap_or_default();
    name.trim().to_ascii_lowercase()
}

/// As resolvers tell it: `0 issue "amazon.com"`, or in octets, as they do with types that they do
/// not know, Cloudflare's resolver among them [RFC 3597 5].
fn read(data: &str) -> Option<Caa> {
    if let Some(octets) = data.strip_prefix("\\#") {
        return wire(octets);
    }
    let (_flags, rest) = data.trim().split_once(' ')?;
    let (tag, value) = rest.trim_start().split_once(' ')?;
    Some(Caa {
        tag: tag.to_ascii_lowercase(),
        value: value.trim().trim_matches('"').to_string(),
    })
}

/// Flags, the length of the tag, the tag, the value [RFC 8659 4.1].
fn wire(text: &str) -> Option<Caa> {
    let (_length, hex) = text.trim_start().split_once(' ')?;
    let digits: Vec<u8> = hex
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let octet = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    };
    let octets: Option<Vec<u8>> = digits.chunks(2).map(octet).collect();
    let octets = octets?;
    let length = usize::from(*octets.get(1)?);
    let (tag, value) = octets.get(2..)?.split_at_checked(length)?;
    Some(Caa {
        tag: String::from_utf8(tag.to_vec()).ok()?.to_ascii_lowercase(),
        value: String::from_utf8_lossy(value).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records, whether a wildcard is asked for, and who else may issue if Amazon may not.
    type Row = (
        &'static [&'static str],
        bool,
        Option<&'static [&'static str]>,
    );

    fn others(records: &[&str], wildcard: bool) -> Option<Vec<String>> {
        let records: Vec<String> = records.iter().map(ToString::to_string).collect();
        forbids_amazon(&records, wildcard)
    }

    #[test]
    fn only_records_about_issuing_that_name_others_forbid_amazon() {
        let rows: [Row; 11] = [
            (&[], false, None),
            (&["0 iodef \"mailto:a@example.com\""], false, None),
            (&["0 issue \"amazon.com\""], false, None),
            (&["0 issue \"AWSTRUST.com; x=y\""], false, None),
            (&["0 issue \"pki.goog\""], false, Some(&["pki.goog"])),
            (&["0 issue \";\""], false, Some(&[""])),
            (
                &["0 issue \"pki.goog\"", "0 issue \"amazonaws.com\""],
                false,
                None,
            ),
            (&["0 issuewild \"pki.goog\""], false, None),
            (&["0 issuewild \"pki.goog\""], true, Some(&["pki.goog"])),
            (
                &["0 issue \"pki.goog\"", "0 issuewild \"amazon.com\""],
                true,
                None,
            ),
            (&["0 issue \"pki.goog\""], true, Some(&["pki.goog"])),
        ];
        for (records, wildcard, expected) in rows {
            let expected = expected.map(|all| all.iter().map(ToString::to_string).collect());
            assert_eq!(others(records, wildcard), expected, "{records:?}");
        }
    }

    /// As Cloudflare's resolver spells `0 issue "pki.goog"` and `0 issue "amazon.com"`.
    #[test]
    fn octets_are_read_like_text() {
        let google = "\\# 15 00 05 69 73 73 75 65 70 6b 69 2e 67 6f 6f 67";
        let amazon = "\\# 17 00 05 69 73 73 75 65 61 6d 61 7a 6f 6e 2e 63 6f 6d";
        assert_eq!(others(&[google], false), Some(vec!["pki.goog".to_string()]));
        assert_eq!(others(&[google, amazon], false), None);
        for garbled in [
            "\\# 1",
            "\\# 2 00 ff",
            "\\# 3 zz",
            "",
            "0",
            "0 issue",
            "\\# 3 é00",
        ] {
            assert_eq!(others(&[garbled], false), None, "{garbled}");
        }
    }

    #[test]
    fn records_are_looked_for_up_to_the_top() {
        let names: Vec<_> = climb("*.a.example.com").collect();
        assert_eq!(names, ["a.example.com", "example.com", "com"]);
    }
}
