//! The id of a version says whose the value is: it is the token of the request that wrote it
//! [Secrets Manager API: PutSecretValue, ClientRequestToken].
//!
//! So a value that somebody else has put there is seen without a right to read values.

const GIVEN: &str = "-given";
const GENERATED: &str = "-generated-";
/// How long our tokens are.
const TOKEN: usize = 32;

/// Whose a version is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// Ours, with what the user gave us.
    Given,
    /// Ours, with what we made up.
    Generated {
        /// How many letters and digits.
        length: u32,
    },
    /// Somebody else's.
    Foreign,
}

impl Version {
    /// Whose the version of that id is.
    pub fn of(id: &str) -> Self {
        let of_token = |c: u8| c.is_ascii_lowercase() || (b'2'..=b'7').contains(&c);
        match id.split_at_checked(TOKEN) {
            Some((token, GIVEN)) if token.bytes().all(of_token) => Self::Given,
            Some((token, rest)) if token.bytes().all(of_token) => {
                let length = rest.strip_prefix(GENERATED);
                let length = length.and_then(|digits| digits.parse().ok());
                length.map_or(Self::Foreign, |length| Self::Generated { length })
            }
            _ => Self::Foreign,
        }
    }

    /// The id of such a version, from a token of 32 characters; AWS takes 64. Nobody else's has
    /// one that is ours to give.
    #[cfg_attr(
        not(feature = "live"),
        allow(dead_code, reason = "asked by the effect half")
    )]
    pub(super) fn id(self, token: &str) -> String {
        match self {
            Self::Given => format!("{token}{GIVEN}"),
            Self::Generated { length } => format!("{token}{GENERATED}{length}"),
            Self::Foreign => token.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_ours_says_what_was_written() {
        let token = "a2".repeat(16);
        for version in [
            Version::Given,
            Version::Generated { length: 64 },
            Version::Generated { length: 4096 },
        ] {
            let id = version.id(&token);
            assert!((32..=64).contains(&id.len()), "{id}");
            assert_eq!(Version::of(&id), version);
        }
    }

    #[test]
    fn any_other_id_is_somebody_elses() {
        for id in [
            "",
            "a2",
            "d2f8a5b0-1c8e-4a52-9d7b-0123456789ab",
            "terraform-20261121141348000000000001",
            &format!("{}-given", "A2".repeat(16)),
            &format!("{}-generated-x", "a2".repeat(16)),
        ] {
            assert_eq!(Version::of(id), Version::Foreign, "{id}");
        }
    }
}
