//! Storage: types, sizes, IOPS and throughput [RDS user guide: Amazon RDS DB instance storage].

use serde_json::{Value, json};

use super::refuse;
use crate::refusal::Refusal;

/// A storage type and its bounds for PostgreSQL.
pub(super) struct Type {
    pub(super) name: &'static str,
    sizes: std::ops::RangeInclusive<i64>,
    /// None: the type has none to choose.
    iops: Option<std::ops::RangeInclusive<i64>>,
    throughput: Option<std::ops::RangeInclusive<i64>>,
    /// IOPS per GiB at the most.
    ratio: i64,
}

pub(super) const TYPES: [Type; 4] = [
    Type {
        name: "gp2",
        sizes: 20..=65_536,
        iops: None,
        throughput: None,
        ratio: 0,
    },
    Type {
        name: "gp3",
        sizes: 20..=65_536,
        iops: Some(12_000..=64_000),
        throughput: Some(500..=4_000),
        ratio: 500,
    },
    Type {
        name: "io1",
        sizes: 100..=65_536,
        iops: Some(1_000..=256_000),
        throughput: None,
        ratio: 50,
    },
    Type {
        name: "io2",
        sizes: 100..=65_536,
        iops: Some(1_000..=256_000),
        throughput: None,
        ratio: 1_000,
    },
];

/// gp3 below this size has 3000 IOPS and 125 MiB/s, no more and no less; above it 12000 and 500 at the least.
const LARGE: i64 = 400;

/// What an instance stores its data on.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Wanted {
    pub(super) kind: String,
    pub(super) size: i64,
    pub(super) iops: Option<i64>,
    pub(super) throughput: Option<i64>,
}

impl Wanted {
    /// Checks the combination and fills in what gp3 has by itself.
    pub(super) fn checked(mut self) -> Result<Wanted, Refusal> {
        let Some(kind) = TYPES.iter().find(|it| it.name == self.kind) else {
            return Err(match self.kind.as_str() {
                "standard" => Refusal::not_implemented("StorageType=standard"),
                other => refuse::value(format!("Invalid storage type: {other}")),
            });
        };
        if !kind.sizes.contains(&self.size) {
            return Err(refuse::value(format!(
                "Invalid storage size for engine name postgres and storage type {}: {}",
                kind.name, self.size
            )));
        }
        if kind.name == "gp3" && self.size < LARGE {
            if self.iops.is_some() || self.throughput.is_some() {
                return Err(refuse::combination(format!(
                    "You can't specify IOPS or storage throughput for engine postgres and a storage size less than {LARGE}."
                )));
            }
            (self.iops, self.throughput) = (Some(3_000), Some(125));
            return Ok(self);
        }
        self.iops = kind.iops_of(self.iops, self.size)?;
        self.throughput = match (&kind.throughput, self.throughput) {
            (None, None) => None,
            (None, Some(_)) => {
                return Err(refuse::combination(format!(
                    "You can't specify storage throughput for storage type {}.",
                    kind.name
                )));
            }
            (Some(bounds), given) => {
                let given = given.unwrap_or(*bounds.start());
                if !bounds.contains(&given) {
                    return Err(refuse::combination(format!(
                        "Invalid storage throughput value {given}. It must be between {} and {}.",
                        bounds.start(),
                        bounds.end()
                    )));
                }
                Some(given)
            }
        };
        Ok(self)
    }
}

impl Type {
    pub(super) fn has_iops(&self) -> bool {
        self.iops.is_some() && self.throughput.is_none()
    }

    fn iops_of(&self, given: Option<i64>, size: i64) -> Result<Option<i64>, Refusal> {
        let Some(bounds) = &self.iops else {
            return match given {
                None => Ok(None),
                Some(_) => Err(refuse::combination(format!(
                    "You can't specify IOPS for storage type {}.",
                    self.name
                ))),
            };
        };
        let given = match given {
            Some(given) => given,
            None if self.name == "gp3" => *bounds.start(),
            None => {
                return Err(refuse::combination(format!(
                    "You must specify Iops for storage type {}.",
                    self.name
                )));
            }
        };
        if !bounds.contains(&given) || given > size.saturating_mul(self.ratio) {
            return Err(refuse::combination(format!(
                "Invalid iops value {given} for storage type {} and a storage size of {size}.",
                self.name
            )));
        }
        Ok(Some(given))
    }

    /// The members of an orderable option.
    pub(super) fn show(&self, view: &mut Value) {
        view["StorageType"] = json!(self.name);
        view["SupportsIops"] = json!(self.iops.is_some());
        view["SupportsStorageThroughput"] = json!(self.throughput.is_some());
        view["MinStorageSize"] = json!(self.sizes.start());
        view["MaxStorageSize"] = json!(self.sizes.end());
        if let Some(bounds) = &self.iops {
            view["MinIopsPerDbInstance"] = json!(bounds.start());
            view["MaxIopsPerDbInstance"] = json!(bounds.end());
            view["MaxIopsPerGib"] = json!(self.ratio);
        }
        if let Some(bounds) = &self.throughput {
            view["MinStorageThroughputPerDbInstance"] = json!(bounds.start());
            view["MaxStorageThroughputPerDbInstance"] = json!(bounds.end());
        }
    }
}

/// Room for growth: more than the storage, by a tenth at the least [RDS user guide: storage autoscaling].
pub(super) fn check_ceiling(size: i64, ceiling: i64) -> Result<(), Refusal> {
    if ceiling <= size {
        return Err(refuse::combination(
            "Max storage size must be greater than storage size",
        ));
    }
    if ceiling * 10 < size * 11 {
        return Err(refuse::combination(
            "The maximum allocated storage must be increased by at least 10 percent.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn combinations() {
        // Type, size, IOPS and throughput; and what they come to.
        for (kind, size, asked, expected) in [
            ("gp3", 20, (None, None), Some((Some(3_000), Some(125)))),
            ("gp3", 19, (None, None), None),
            ("gp3", 399, (Some(12_000), None), None),
            ("gp3", 400, (None, None), Some((Some(12_000), Some(500)))),
            ("gp3", 400, (Some(11_999), None), None),
            ("gp2", 20, (None, None), Some((None, None))),
            ("gp2", 20, (Some(1_000), None), None),
            ("io1", 100, (Some(5_000), None), Some((Some(5_000), None))),
            ("io1", 100, (Some(5_001), None), None),
            ("io1", 100, (None, None), None),
            ("gp4", 100, (None, None), None),
        ] {
            let wanted = Wanted {
                kind: kind.to_owned(),
                size,
                iops: asked.0,
                throughput: asked.1,
            };
            let found = wanted.checked().map(|it| (it.iops, it.throughput)).ok();
            assert_eq!(found, expected, "{kind} {size} {asked:?}");
        }
    }
}
