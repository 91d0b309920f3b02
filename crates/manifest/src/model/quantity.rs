//! Amounts with units: time, memory, disk, cpu.

use std::fmt;

use super::Refusal;

/// A time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub u32);

impl Seconds {
    /// `30s`, `5m`, `1h`, `30d`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let factor = match unit.trim_start() {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86400,
            "" if digits > 0 => {
                return Err(
                    Refusal::new("no unit").help(format!("write \"{number}s\" for seconds"))
                );
            }
            _ => return Err(not_a_duration()),
        };
        if digits == 0 {
            return Err(not_a_duration());
        }
        number
            .parse::<u32>()
            .ok()
            .and_then(|number| number.checked_mul(factor))
            .map(Self)
            .ok_or_else(|| Refusal::new("longer than 136 years"))
    }
}

fn not_a_duration() -> Refusal {
    Refusal::new("a whole number and a unit: s, m, h or d").help("write for example \"30s\"")
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}

/// A time in whole days, one of those that CloudWatch Logs offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RetentionDays(pub u32);

impl RetentionDays {
    /// [CloudWatch Logs API: PutRetentionPolicy]
    pub const OFFERED: [u32; 22] = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
        2922, 3288, 3653,
    ];
}

impl fmt::Display for RetentionDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

/// An amount of memory or disk in whole MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount {
    /// MiB.
    pub mebibytes: u32,
}

impl Amount {
    /// `512MiB`, `2GiB`, `0.5GiB`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let end = text
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let (number, unit) = text.split_at(end);
        let example = "write for example \"512MiB\" or \"2GiB\"";
        let Some(number) = number
            .parse::<f64>()
            .ok()
            .filter(|_| !number.starts_with('.'))
        else {
            return Err(Refusal::new("a number and a unit: MiB or GiB").help(example));
        };
        let factor = match unit.trim_start() {
            "MiB" => 1.0,
            "GiB" => 1024.0,
            "" => return Err(Refusal::new("no unit").help(example)),
            other => {
                let unit = match other.to_ascii_lowercase().as_str() {
                    "m" | "mb" | "mi" | "mib" => "MiB",
                    "g" | "gb" | "gi" | "gib" => "GiB",
                    _ => return Err(Refusal::new("the unit must be MiB or GiB").help(example)),
                };
                return Err(Refusal::new("the unit must be MiB or GiB")
                    .help(format!("write \"{number}{unit}\"")));
            }
        };
        let mebibytes = number * factor;
        if mebibytes.fract() != 0.0 || mebibytes > f64::from(u32::MAX) {
            return Err(Refusal::new("not a whole number of MiB").help(example));
        }
        // Whole and in range, as just checked.
        Ok(Self {
            mebibytes: mebibytes as u32,
        })
    }
}

/// Disk in whole GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GibiBytes(pub u32);

impl fmt::Display for GibiBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}GiB", self.0)
    }
}

/// A cpu size that Fargate sells, in units: 1024 are one vCPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cpu {
    /// CPU units.
    pub units: u32,
}

impl Cpu {
    /// Up to 16 in vCPU, from 128 in units; in between it could be either.
    pub fn from_number(number: f64) -> Result<Self, Refusal> {
        let units = match number {
            n if n > 0.0 && n <= 16.0 => n * 1024.0,
            n if n >= 128.0 => n,
            n if n > 16.0 => {
                return Err(
                    Refusal::new("too much for vCPU, too little for CPU units").help(offer())
                );
            }
            _ => return Err(Refusal::new("must be more than nothing").help(offer())),
        };
        crate::fargate::SIZES
            .iter()
            .find(|row| f64::from(row.cpu) == units)
            .map(|row| Self { units: row.cpu })
            .ok_or_else(|| Refusal::new("Fargate does not sell this").help(near(units)))
    }
}

fn offer() -> String {
    let sizes = crate::fargate::SIZES.map(|row| crate::fargate::vcpu(row.cpu));
    format!("Fargate sells {} vCPU", sizes.join(", "))
}

/// The sizes on either side.
fn near(units: f64) -> String {
    let sizes = crate::fargate::SIZES;
    let below = sizes.iter().rev().find(|row| f64::from(row.cpu) < units);
    let above = sizes.iter().find(|row| f64::from(row.cpu) > units);
    let near: Vec<_> = below
        .into_iter()
        .chain(above)
        .map(|row| crate::fargate::vcpu(row.cpu))
        .collect();
    format!("the nearest sizes are {} (vCPU)", near.join(" and "))
}
