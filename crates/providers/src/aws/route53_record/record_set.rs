//! A record set as Route 53 has it, with every field that can be written.

use serde::{Deserialize, Serialize};

/// All records of one name and type; where Route 53 chooses between several answers, those of one
/// of them.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordSet {
    /// The full name, lower case, no final dot.
    pub name: String,
    /// `A`, `CNAME`, …
    pub record_type: String,
    /// Seconds. None where it is an alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<i64>,
    /// Its values, texts in their quotes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// What it is an alias of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<AliasTarget>,
    /// Which of several answers it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_identifier: Option<String>,
    /// Its share of the answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<i64>,
    /// The region to whose neighbours it is the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// `PRIMARY` or `SECONDARY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failover: Option<String>,
    /// Whether it is one of several that are all given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_value: Option<bool>,
    /// The place to whose people it is the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geo_location: Option<GeoLocation>,
    /// The place to whose neighbours it is the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geo_proximity: Option<GeoProximity>,
    /// The addresses to which it is the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr_routing: Option<CidrRouting>,
    /// The check without whose consent it is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check_id: Option<String>,
    /// The traffic policy instance that has made it, and alone can delete it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic_policy_instance_id: Option<String>,
}

/// What an alias is an alias of.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AliasTarget {
    /// Its name.
    pub dns_name: String,
    /// The zone that this name is in.
    pub zone_id: String,
    /// Whether it is no answer while it is unhealthy.
    pub evaluate_target_health: bool,
}

/// A place by its codes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GeoLocation {
    /// `EU`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continent: Option<String>,
    /// `DE`, or `*` for everywhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// `CA`, of the United States or Ukraine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
}

/// A place on the globe.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GeoProximity {
    /// `eu-central-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// A local zone group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_zone_group: Option<String>,
    /// Latitude and longitude, as Route 53 writes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<(String, String)>,
    /// By how much its neighbourhood is larger or smaller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bias: Option<i32>,
}

/// A named part of a collection of ranges.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CidrRouting {
    /// The collection's id.
    pub collection_id: String,
    /// The part's name.
    pub location: String,
}

/// For a person: what it says.
impl std::fmt::Display for RecordSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} -> ", self.record_type, self.name)?;
        match &self.alias {
            Some(alias) => write!(f, "{} (alias)", alias.dns_name)?,
            None => write!(f, "{}", self.values.join(" "))?,
        }
        match &self.set_identifier {
            Some(identifier) => write!(f, " ({identifier})"),
            None => Ok(()),
        }
    }
}
