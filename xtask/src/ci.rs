//! `cargo xtask ci`: everything that has to hold before a change goes in.
//!
//! The parts stand in [`parts::PARTS`] in the order in which they run: what is cheap and fails
//! often comes first, what compiles the AWS SDK comes last. A part that fails does not keep the
//! others from running.

mod count;
mod lints;
mod log;
mod parts;
mod pytest;
mod rust;
mod summary;
mod venv;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::place::Place;
use log::Log;
use parts::{PARTS, Part};
use summary::{Line, Summary};

/// What a part needs to know.
pub(crate) struct Cx<'a> {
    pub(crate) place: &'a Place,
    /// `ASHORE_REQUIRE_ALL`: what would be skipped fails.
    pub(crate) require_all: bool,
}

/// What came of a part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// A check that holds or does not.
    Checked(bool),
    /// Tests, counted.
    Tests {
        passed: usize,
        failed: usize,
        /// Why each skipped test was skipped.
        skipped: Vec<String>,
    },
    /// It could not run, and that is a failure.
    Broken(String),
    /// It could not run on this machine, and nobody asked for everything.
    Skipped(String),
}

/// Runs the verb.
pub(crate) fn ci(place: &Place, words: &[String]) -> Result<ExitCode, String> {
    let asked = Asked::read(words)?;
    if asked.list {
        summary::list();
        return Ok(ExitCode::SUCCESS);
    }
    let cx = Cx {
        place,
        require_all: std::env::var_os("ASHORE_REQUIRE_ALL").is_some_and(|value| !value.is_empty()),
    };
    let mut summary = Summary::default();
    for part in PARTS.iter().filter(|part| asked.wants(part)) {
        summary::started(part);
        let line = run(part, &cx, asked.verbose)?;
        summary::ended(&line);
        summary.lines.push(line);
    }
    summary.tell();
    Ok(if summary.failed() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run(part: &'static Part, cx: &Cx<'_>, verbose: bool) -> Result<Line, String> {
    let path = cx
        .place
        .target
        .join("ci")
        .join(format!("{}.log", part.name));
    let mut log = Log::create(path, verbose)?;
    let began = now();
    let verdict = (part.run)(cx, &mut log).unwrap_or_else(Verdict::Broken);
    let verdict = match verdict {
        Verdict::Skipped(why) if cx.require_all => {
            Verdict::Broken(format!("{why} (ASHORE_REQUIRE_ALL is set)"))
        }
        Verdict::Tests {
            passed,
            failed,
            skipped,
        } if cx.require_all && !skipped.is_empty() => {
            log.note("skipped tests count as failed: ASHORE_REQUIRE_ALL is set");
            skipped.iter().for_each(|why| log.note(why));
            Verdict::Tests {
                passed,
                failed: failed + skipped.len(),
                skipped: Vec::new(),
            }
        }
        other => other,
    };
    Ok(Line {
        part,
        verdict,
        took: now().saturating_duration_since(began),
        log,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long real programs take"
)]
fn now() -> Instant {
    Instant::now()
}

/// What was asked for on the command line.
#[derive(Default)]
struct Asked {
    only: Vec<String>,
    list: bool,
    verbose: bool,
}

impl Asked {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut asked = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--list" => asked.list = true,
                "--verbose" | "-v" => asked.verbose = true,
                "--only" => match words.next() {
                    Some(name) if PARTS.iter().any(|part| part.name == name) => {
                        asked.only.push(name.clone());
                    }
                    Some(name) => {
                        return Err(format!(
                            "there is no part `{name}`: see `cargo xtask ci --list`"
                        ));
                    }
                    None => return Err("--only wants the name of a part".to_string()),
                },
                other => return Err(format!("`ci` does not know `{other}`")),
            }
        }
        Ok(asked)
    }

    fn wants(&self, part: &Part) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == part.name)
    }
}

/// How long something took, for people.
pub(crate) fn elapsed(took: Duration) -> String {
    match took.as_secs() {
        seconds @ 0..60 => format!("{seconds}.{}s", took.subsec_millis() / 100),
        seconds => format!("{}m{:02}s", seconds / 60, seconds % 60),
    }
}
