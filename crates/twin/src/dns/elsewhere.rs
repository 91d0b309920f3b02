//! Records that no service of the twin holds: domains with some other DNS provider, and the registrar.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The rest of the world's DNS, as `PUT /_twin/dns` sets it. A name in it answers with these records and no others,
/// except that NS records say whom the registrar delegates the name to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// The records.
    pub records: Vec<Fixed>,
}

/// One record.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// The full name.
    pub name: String,
    /// `A`, `CNAME`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Seconds.
    #[serde(default = "five_minutes")]
    pub ttl: i64,
    /// As zone files write it.
    pub data: String,
}

impl Elsewhere {
    /// One spelling for names: lower case, no final dot.
    pub(crate) fn normalised(mut self) -> Elsewhere {
        for record in &mut self.records {
            record.name = record.name.trim_end_matches('.').to_ascii_lowercase();
            record.kind = record.kind.to_ascii_uppercase();
        }
        self
    }

    /// The records of this name, if there are any.
    pub(super) fn of(&self, name: &str) -> Option<Vec<&Fixed>> {
        let own = self.records.iter();
        let own: Vec<&Fixed> = own
            .filter(|record| record.name == name && record.kind != "NS")
            .collect();
        (!own.is_empty()).then_some(own)
    }

    /// The name servers that the registrar has for each name, where that is said here.
    pub(super) fn delegations(&self) -> BTreeMap<&str, Vec<String>> {
        let mut delegations: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for record in self.records.iter().filter(|record| record.kind == "NS") {
            let server = record.data.trim_end_matches('.').to_ascii_lowercase();
            delegations.entry(&record.name).or_default().push(server);
        }
        delegations
    }
}

fn five_minutes() -> i64 {
    300
}
