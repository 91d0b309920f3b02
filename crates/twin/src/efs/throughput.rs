//! Throughput modes, and UpdateFileSystem.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{State, file_system, lists, refuse};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// How fast a file system is.
#[derive(Clone, Serialize, Deserialize, Debug, PartialEq)]
pub(super) struct Throughput {
    pub(super) mode: String,
    /// MiB a second, in the mode `provisioned` only.
    pub(super) provisioned: Option<f64>,
    /// When the mode last changed or the speed last went down.
    changed: Option<Millis>,
}

/// MiB a second [EFS quotas: provisioned throughput, the smallest of all regions].
const MOST: f64 = 1_024.0;
/// Between two changes of mode, or steps down [EFS API: UpdateFileSystem].
const REST: Duration = Duration::from_secs(86_400);

/// Reads `ThroughputMode` and `ProvisionedThroughputInMibps`; none where neither was sent.
pub(super) fn read(input: &mut Input) -> Result<Option<Throughput>, Refusal> {
    let mode = lists::one_of(
        input,
        "ThroughputMode",
        &["bursting", "provisioned", "elastic"],
    )?;
    let provisioned = match input.raw("ProvisionedThroughputInMibps") {
        None => None,
        Some(value) => Some(
            value
                .as_f64()
                .ok_or_else(|| refuse::bad("ProvisionedThroughputInMibps must be a number."))?,
        ),
    };
    if mode.is_none() && provisioned.is_none() {
        return Ok(None);
    }
    Ok(Some(Throughput {
        mode: mode.unwrap_or_default(),
        provisioned,
        changed: None,
    }))
}

impl Throughput {
    pub(super) const BURSTING: Throughput = Throughput {
        mode: String::new(),
        provisioned: None,
        changed: None,
    };

    /// Mode and speed go together. No mode is `bursting`.
    pub(super) fn check(&mut self) -> Result<(), Refusal> {
        if self.mode.is_empty() {
            self.mode = "bursting".to_owned();
        }
        match (self.mode.as_str(), self.provisioned) {
            ("provisioned", None) => Err(refuse::bad(
                "ProvisionedThroughputInMibps must be specified if ThroughputMode is provisioned.",
            )),
            ("provisioned", Some(speed)) if speed < 1.0 => Err(refuse::bad(
                "ProvisionedThroughputInMibps must be at least 1.",
            )),
            ("provisioned", Some(speed)) if speed > MOST => {
                let message = format!("The throughput limit of {MOST} MiB/s is exceeded.");
                Err(Refusal::new("ThroughputLimitExceeded", message))
            }
            ("provisioned", Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => Err(refuse::bad(
                "ProvisionedThroughputInMibps can only be specified if ThroughputMode is provisioned.",
            )),
        }
    }
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    let wanted = read(&mut input)?;
    input.finish()?;
    let now = call.now();
    let system = file_system::available(&mut call.here().efs, &given)?;
    let id = system.id.clone();
    let Some(mut wanted) = wanted else {
        return Err(refuse::bad(
            "ThroughputMode or ProvisionedThroughputInMibps must be specified.",
        ));
    };
    let before = &system.throughput;
    if wanted.mode.is_empty() {
        wanted.mode.clone_from(&before.mode);
    }
    wanted.check()?;
    if wanted.mode == "elastic" && system.max_io {
        return Err(refuse::bad(
            "Elastic throughput is not supported for PerformanceMode maxIO.",
        ));
    }
    if wanted.mode != "elastic"
        && system
            .lifecycle
            .iter()
            .any(|it| it.get("TransitionToArchive").is_some())
    {
        return Err(refuse::bad(
            "A file system with the Archive storage class has elastic throughput.",
        ));
    }
    let slower = wanted.provisioned < before.provisioned;
    let rests = wanted.mode != before.mode || slower;
    if rests && before.changed.is_some_and(|at| at + REST > now) {
        let message = "The throughput mode can be changed, and provisioned throughput decreased, once in 24 hours.";
        return Err(Refusal::new("TooManyRequests", message).status(429));
    }
    wanted.changed = if rests { Some(now) } else { before.changed };
    system.throughput = wanted;
    system.state = State::Updating;
    file_system::later(call.world, &call.region, &id);
    file_system::answer(call, &id)
}
