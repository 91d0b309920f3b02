//! `ashore`: one manifest in, containers on ECS out. All of the program; `main.rs` only starts it.

mod args;
mod assets;
mod cloud;
mod commands;
mod doctor;
mod document;
mod environment;
mod error;
mod exit;
mod images;
pub mod in_process;
mod look;
mod outputs;
mod printer;
mod project;
mod render;
mod sandbox;
mod saved_plan;
mod session;
mod surroundings;
mod vault;

use std::process::ExitCode;

use clap::Parser;

use args::Cli;
use environment::Environment;
use printer::Printer;

/// The program, from the words of its command line to its exit code.
pub fn program() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(), // clap prints help to stdout, mistakes to stderr, and exits 2
    };
    let environment = Environment::read();
    let mut printer = Printer::new(&cli.global, &environment);
    let done = commands::run(&cli, &environment, &mut printer);
    let exit = printer.ended(done);
    ExitCode::from(exit.code())
}
