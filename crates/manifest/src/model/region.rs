//! AWS regions.

use std::fmt;

use super::Refusal;
use crate::did_you_mean::did_you_mean;

/// A region, spelled as AWS spells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region(String);

impl Region {
    /// The region, if it is spelled like one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if KNOWN.contains(&text) || (spelled_like_one(text) && !text.ends_with("-0")) {
            return Ok(Self(text.to_owned()));
        }
        let refusal = Refusal::new("not a region");
        Err(match nearest(text) {
            Some(region) => refusal.help(format!("did you mean \"{region}\"?")),
            None => refusal.help("write for example \"eu-central-1\""),
        })
    }

    /// Had this version heard of it?
    pub fn is_known(&self) -> bool {
        KNOWN.contains(&self.0.as_str())
    }

    /// The region as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The known region that is spelled most like this.
pub(crate) fn nearest(text: &str) -> Option<&'static str> {
    // A zone is a region and a letter, and easily taken for one.
    let region = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    if let Some(known) = KNOWN.iter().find(|known| **known == region) {
        return Some(known);
    }
    did_you_mean(text, KNOWN)
}

/// An area that has regions, one of the directions that AWS uses, and a number.
fn spelled_like_one(text: &str) -> bool {
    let mut parts = text.rsplitn(3, '-');
    let (number, direction, area) = (parts.next(), parts.next(), parts.next());
    number.is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()))
        && direction.is_some_and(|direction| DIRECTIONS.contains(&direction))
        && area.is_some_and(|area| AREAS.contains(&area))
}

const AREAS: [&str; 12] = [
    "af", "ap", "ca", "cn", "eu", "eusc-de", "il", "me", "mx", "sa", "us", "us-gov",
];

const DIRECTIONS: [&str; 9] = [
    "central",
    "east",
    "north",
    "northeast",
    "northwest",
    "south",
    "southeast",
    "southwest",
    "west",
];

/// The regions of botocore 1.44.5, `partitions.json`, without those of air-gapped networks.
const KNOWN: [&str; 41] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "me-west-1",
    "mx-central-1",
    "sa-east-1",
    "sa-west-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];
