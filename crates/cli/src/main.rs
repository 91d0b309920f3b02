//! `ashore`: one manifest in, containers on ECS out.

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

use clap::Parser;

use args::Cli;
use environment::Environment;
use printer::Printer;

fn main() -> std::process::ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(), // clap prints help to stdout, mistakes to stderr, and exits 2
    };
    let environment = Environment::read();
    let mut printer = Printer::new(&cli.global, &environment);
    let done = commands::run(&cli, &environment, &mut printer);
    let exit = done.unwrap_or_else(|error| {
        printer.error(&error);
        error.exit
    });
    printer.finish(exit);
    std::process::ExitCode::from(exit.code())
}
