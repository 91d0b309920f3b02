//! Record sets: all that a zone says of one name and type.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{name, rdata, refuse};
use crate::input::Input;
use crate::refusal::Refusal;

/// All that a zone says of one name and type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSet {
    /// In Route 53's spelling.
    pub name: String,
    /// `A`, `CNAME`, …
    pub kind: String,
    /// What it says.
    pub target: Target,
}

/// What a record set says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// These values.
    Values {
        /// Seconds.
        ttl: i64,
        /// As they were given.
        values: Vec<String>,
    },
    /// Whatever another name says.
    Alias {
        /// The zone of that name: of a load balancer, or this one.
        zone_id: String,
        /// The name, in Route 53's spelling.
        dns_name: String,
        /// Whether the target's health counts.
        evaluate_target_health: bool,
    },
}

/// The types of the service model [Route 53 API: RRType].
const TYPES: &[&str] = &[
    "SOA", "A", "TXT", "NS", "CNAME", "MX", "NAPTR", "PTR", "SRV", "SPF", "AAAA", "CAA", "DS",
    "TLSA", "SSHFP", "SVCB", "HTTPS",
];

/// The names' problems, which Route 53 tells of together with those of the batch.
pub(super) type Problems = Vec<String>;

impl RecordSet {
    /// Takes a record set, and finishes it. What is wrong with its names is told, not refused.
    pub(super) fn read(
        mut input: Input,
        action: &str,
        problems: &mut Problems,
    ) -> Result<RecordSet, Refusal> {
        let given = input.required("Name")?;
        let kind = input.required("Type")?;
        let ttl = input.number("TTL")?;
        let mut values = Vec::new();
        for mut record in input.objects("ResourceRecords")? {
            values.push(record.required("Value")?);
            record.finish()?;
        }
        let alias = match input.object("AliasTarget")? {
            Some(alias) => Some(read_alias(alias, problems)?),
            None => None,
        };
        input.finish()?;
        if !TYPES.contains(&kind.as_str()) {
            return Err(refuse::input(format!(
                "Invalid XML ; cvc-enumeration-valid: Value '{kind}' is not facet-valid with \
                 respect to enumeration '[{}]'.",
                TYPES.join(", ")
            )));
        }
        let change = format!("[Action={action}, Name={given}, Type={kind}, SetIdentifier=null]");
        let target = match (alias, ttl, values.is_empty()) {
            (Some(alias), None, true) => alias,
            (None, Some(ttl), false) => Target::Values { ttl, values },
            (alias, ttl, _) => {
                let found = if alias.is_some() {
                    "more than one"
                } else {
                    "none"
                };
                let lacking = ttl.is_none() && alias.is_none() && !values.is_empty();
                return Err(refuse::input(if lacking {
                    format!("Invalid request: Missing field 'TTL' in Change with {change}")
                } else {
                    format!(
                        "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and \
                         ResourceRecords], or TrafficPolicyInstanceId], but found {found} in \
                         Change with {change}"
                    )
                }));
            }
        };
        if let Target::Values { ttl, .. } = &target
            && !(0..=2_147_483_647).contains(ttl)
        {
            return Err(refuse::input(format!(
                "Invalid TTL {ttl} in Change with {change}"
            )));
        }
        let name = name::normal(&given).unwrap_or_else(|problem| {
            problems.push(problem);
            given
        });
        Ok(RecordSet { name, kind, target })
    }

    /// As the API shows it.
    pub(super) fn answer(&self) -> Value {
        let mut answer = json!({ "Name": self.name, "Type": self.kind });
        match &self.target {
            Target::Values { ttl, values } => {
                let records: Vec<Value> = values
                    .iter()
                    .map(|value| json!({ "Value": value }))
                    .collect();
                answer["TTL"] = json!(ttl);
                answer["ResourceRecords"] = json!({ "ResourceRecord": records });
            }
            Target::Alias {
                zone_id,
                dns_name,
                evaluate_target_health,
            } => {
                answer["AliasTarget"] = json!({
                    "HostedZoneId": zone_id,
                    "DNSName": dns_name,
                    "EvaluateTargetHealth": evaluate_target_health,
                });
            }
        }
        answer
    }

    /// Where it stands among the others: reversed name, then type.
    pub(super) fn key(&self) -> String {
        key(&self.name, &self.kind)
    }

    /// `[name='www.example.com.', type='A']`
    pub(super) fn described(&self) -> String {
        format!("[name='{}', type='{}']", self.name, self.kind)
    }

    /// Whether both say the same; the order of values does not matter, nor how names in them are spelled.
    pub(super) fn says_the_same(&self, other: &RecordSet) -> bool {
        match (&self.target, &other.target) {
            (
                Target::Values { ttl, values },
                Target::Values {
                    ttl: other_ttl,
                    values: others,
                },
            ) => {
                ttl == other_ttl
                    && rdata::sorted(&self.kind, values) == rdata::sorted(&self.kind, others)
            }
            (one, other) => one == other,
        }
    }
}

/// The key of a name and type. A space stands before every character of a name.
pub(super) fn key(name: &str, kind: &str) -> String {
    format!("{} {kind}", name::reversed(name))
}

fn read_alias(mut alias: Input, problems: &mut Problems) -> Result<Target, Refusal> {
    let zone_id = alias.required("HostedZoneId")?;
    let dns_name = alias.required("DNSName")?;
    let evaluate_target_health = alias.boolean("EvaluateTargetHealth")?.ok_or_else(|| {
        refuse::input(
            "Invalid XML ; cvc-complex-type.2.4.b: The content of element 'AliasTarget' is not \
             complete. One of '{EvaluateTargetHealth}' is expected.",
        )
    })?;
    alias.finish()?;
    let dns_name = name::normal(&dns_name).unwrap_or_else(|problem| {
        problems.push(problem);
        dns_name
    });
    Ok(Target::Alias {
        zone_id: zone_id.trim_start_matches("/hostedzone/").to_owned(),
        dns_name,
        evaluate_target_health,
    })
}
