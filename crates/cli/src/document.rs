//! What programs read with `--json`: one document a line, told apart by `type`.
//!
//! These types are the interface. The published schema (`ashore schema output`) is made from them,
//! and every line that the tests of the binary see is checked against it.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::address::{Address, Instance};
use ashore_engine::document::Difference;
use ashore_engine::event::Event;
use ashore_engine::kind::Impact;
use ashore_engine::plan::{Action, Phase, Reason};
use ashore_engine::run::Outcome;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value;

/// One line of stdout with `--json`.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "Output of ashore with --json, one document a line")]
#[expect(
    dead_code,
    reason = "the schema is made from it; lines are written one variant at a time"
)]
pub(crate) enum Line {
    /// What a command answers.
    Document(Document),
    /// What happens in a run.
    Event(Event),
}

/// What a command answers.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Document {
    /// `version`.
    Version {
        /// The program's version.
        version: String,
        /// The version of events and documents: minor grows with additions, major with anything
        /// else.
        events: String,
        /// The version of the state on disk.
        state_format: u32,
    },
    /// `init`.
    Init {
        /// The manifest that was written.
        file: String,
    },
    /// `check`: the manifest is right.
    Check {
        /// Its stack.
        stack: String,
        /// What is allowed and odd.
        warnings: Vec<Mistake>,
    },
    /// `plan`, `up`: a service that is left out until its first image is there.
    Waiting {
        /// Its name.
        service: String,
        /// What to push.
        image: String,
    },
    /// `completions`.
    Completions {
        /// To be sourced by the shell.
        script: String,
    },
    /// `sandbox`: it serves now.
    Sandbox {
        /// Where.
        address: String,
        /// Variables that point clients at it.
        environment: BTreeMap<String, String>,
    },
    /// `plan`, and what `up` and `down` are going to do.
    Plan(Plan),
    /// `status`.
    Status(Status),
    /// `doctor`.
    Doctor(Doctor),
    /// How a URL answers, seen from outside, after `up`.
    Look(Look),
    /// `up` or `down` has ended well.
    Result {
        /// How.
        outcome: Outcome,
        /// Where the services are reached.
        urls: Vec<String>,
        /// What else is good to know, by the manifest object: `databases.db.endpoint`.
        outputs: BTreeMap<String, String>,
    },
    /// Something went wrong.
    Error(Error),
    /// The last line: how the process ends.
    Exit {
        /// The exit code.
        code: u8,
    },
}

/// A plan.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Plan {
    /// The version of events and documents.
    pub(crate) version: &'static str,
    /// Whose.
    pub(crate) stack: String,
    /// Whether there is anything to do.
    pub(crate) changes: bool,
    /// How much.
    pub(crate) summary: Summary,
    /// The worst that it may break.
    pub(crate) impact: Impact,
    /// What happens to each resource.
    pub(crate) steps: Vec<Step>,
    /// What nobody wants any more and stays all the same, and why.
    pub(crate) stays: BTreeMap<String, String>,
}

/// How many resources meet with what.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Summary {
    /// Made.
    pub(crate) create: usize,
    /// Made anew, and the old one taken away.
    pub(crate) replace: usize,
    /// Changed in place.
    pub(crate) update: usize,
    /// Taken away.
    pub(crate) delete: usize,
    /// As wanted.
    pub(crate) unchanged: usize,
}

/// What happens to one resource.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Step {
    /// The step's name: address and generation.
    pub(crate) step: Instance,
    /// The resource.
    pub(crate) address: Address,
    /// Which life of it, from 1.
    pub(crate) generation: u32,
    /// What sort of resource it is.
    pub(crate) kind: String,
    /// What happens to it.
    pub(crate) action: Action,
    /// Before or after the commit point.
    pub(crate) phase: Phase,
    /// Why.
    pub(crate) reasons: Vec<Reason>,
    /// What it may break.
    pub(crate) impact: Impact,
    /// Which members differ.
    pub(crate) differences: Vec<Difference>,
    /// Whose place it takes; put back by an undo or `down`.
    pub(crate) displaces: Vec<String>,
    /// Why it is done only with `--allow-destroy` and the name of its manifest object, if so.
    pub(crate) asks: Option<String>,
    /// The requests, in order: `service:Operation`.
    pub(crate) requests: Vec<String>,
    /// The steps that it waits for.
    pub(crate) after: BTreeSet<String>,
}

/// What is there.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Status {
    /// Whose.
    pub(crate) stack: String,
    /// The account that the stack is in, once it is in one.
    pub(crate) account: Option<String>,
    /// Its region.
    pub(crate) region: Option<String>,
    /// Where the services are reached. As long as a run is not finished nobody knows who answers there, if anybody.
    pub(crate) urls: Vec<String>,
    /// What else is good to know, by the manifest object: `databases.db.endpoint`.
    pub(crate) outputs: BTreeMap<String, String>,
    /// A run that was not finished.
    pub(crate) unfinished_run: Option<String>,
    /// All resources.
    pub(crate) resources: Vec<Resource>,
}

/// One resource.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Resource {
    /// Address and generation.
    pub(crate) instance: String,
    /// What sort of resource it is.
    pub(crate) kind: String,
    /// What the cloud calls it.
    pub(crate) id: String,
    /// How it is.
    pub(crate) condition: Condition,
}

/// How a resource is.
#[derive(Serialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Condition {
    /// It is there.
    There,
    /// An earlier run did not see it through.
    Unsettled,
    /// It is not there any more.
    Missing,
    /// Not ours; we only use it.
    Shared,
}

/// What stands in the way of the next command, looked for beforehand.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Doctor {
    /// Whose.
    pub(crate) stack: String,
    /// How many checks ended how.
    pub(crate) summary: Verdicts,
    /// Each check, in a fixed order.
    pub(crate) findings: Vec<Finding>,
}

/// How many checks ended how.
#[derive(Serialize, JsonSchema, Clone, Copy, Default)]
pub(crate) struct Verdicts {
    /// Well.
    pub(crate) ok: usize,
    /// With a warning.
    pub(crate) warnings: usize,
    /// With a failure.
    pub(crate) failures: usize,
    /// Without an answer.
    pub(crate) unknown: usize,
}

/// What one check found.
#[derive(Serialize, JsonSchema, Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// What it is about.
    pub(crate) about: Subject,
    /// What was looked at.
    pub(crate) what: String,
    /// How it is.
    pub(crate) verdict: Verdict,
    /// What was found, in one line.
    pub(crate) found: String,
    /// What a command would fail with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) next: Vec<String>,
}

/// What a check is about.
#[derive(Serialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Subject {
    /// Who we are.
    Credentials,
    /// What time it is.
    Clock,
    /// Where the stack is to be.
    Region,
    /// Zones, delegation, and who may issue certificates.
    Dns,
    /// What the DNS provider's token may do.
    Token,
    /// What the plan takes of what the account may have.
    Quotas,
    /// What earlier runs have left.
    Leftovers,
}

/// How something is.
#[derive(Serialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// As it should be.
    Ok,
    /// It hinders nothing yet.
    Warning,
    /// A command would fail for it.
    Failure,
    /// It could not be found out.
    Unknown,
}

/// How a URL answers.
#[derive(Serialize, JsonSchema, Clone, Debug, PartialEq)]
pub(crate) struct Look {
    /// What was asked.
    pub(crate) url: String,
    /// The status of the answer; none if nobody answered.
    pub(crate) status: Option<u16>,
    /// Where the answer sends to, or why there is none.
    pub(crate) said: Option<String>,
}

/// What went wrong.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Error {
    /// Stable: people search for it, scripts look at it.
    pub(crate) code: String,
    /// What went wrong, in one line.
    pub(crate) message: String,
    /// Why, from the outside in.
    pub(crate) causes: Vec<String>,
    /// What is left behind.
    pub(crate) state: String,
    /// What to do next.
    pub(crate) advice: Vec<String>,
    /// Mistakes in the manifest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) diagnostics: Vec<Mistake>,
}

/// A mistake in the manifest, or something odd.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Mistake {
    /// The code of the rule.
    pub(crate) code: String,
    /// `error` or `warning`.
    pub(crate) severity: String,
    /// What is wrong.
    pub(crate) message: String,
    /// The file that it is in, as the manifest names it; none where it is in the manifest itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// Where, from 1.
    pub(crate) line: usize,
    /// Where in the line, from 1.
    pub(crate) column: usize,
    /// What to write instead.
    pub(crate) helps: Vec<String>,
    /// Why it is so.
    pub(crate) notes: Vec<String>,
}

/// The JSON Schema (draft 2020-12) of one line of output.
pub(crate) fn schema() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    // What is written, not what could be read.
    settings.contract = schemars::generate::Contract::Serialize;
    let schema: Schema = settings.into_generator().into_root_schema_for::<Line>();
    schema.to_value()
}
