//! A command in this process, against a cloud of the caller's and by the caller's clock: what a bench or a simulation
//! runs many of.

use std::path::PathBuf;
use std::sync::Arc;

use ashore_manifest::Variables;
use ashore_providers::aws::live::in_process::Service;
use clap::Parser;

use crate::args::Cli;
use crate::commands;
use crate::environment::Environment;
use crate::printer::Printer;

/// What a command finds around itself.
#[derive(Debug)]
pub struct Surroundings {
    /// The current folder.
    pub folder: PathBuf,
    /// The environment's variables.
    pub variables: Variables,
    /// AWS, Cloudflare and the rest of the world. Its time is that of tokio's clock.
    pub cloud: Arc<dyn Service>,
    /// The wall clock at the start.
    pub now: jiff::Timestamp,
}

/// Carries out `ashore WORDS… --sandbox --json`, in the runtime of the caller. Each line of its answer is told as it
/// comes. Nobody is asked anything.
///
/// # Errors
/// What the command line said, if the words are none, or what the command ended with beside 0.
pub async fn command(
    words: &[&str],
    surroundings: Surroundings,
    told: impl FnMut(&str) + 'static,
) -> Result<(), String> {
    let fixed = ["--sandbox", "--json"];
    let line = ["ashore"].iter().chain(words).chain(&fixed);
    let cli = Cli::try_parse_from(line).map_err(|error| error.to_string())?;
    let environment = Environment {
        cloud: Some(surroundings.cloud),
        ..Environment::alone(
            surroundings.folder,
            surroundings.variables,
            surroundings.now,
        )
    };
    let mut printer = Printer::to(told);
    let done = commands::carry_out(&cli, &environment, &mut printer).await;
    match printer.ended(done).code() {
        0 => Ok(()),
        code => Err(format!("`ashore {}` exits with {code}", words.join(" "))),
    }
}
