//! `cargo xtask`: what developers and CI run. One file a verb.

mod bench;
mod ci;
mod docs;
mod place;

use std::process::ExitCode;

use place::Place;

const USAGE: &str = "\
usage: cargo xtask VERB

verbs:
  bench [--release] [--trace]                measure `up` on the virtual clock, and the binary
  ci [--only PART]... [--list] [--verbose]   set up what the tests need, and run them all
  docs [--check] [PAGE]...                   write the generated pages, or say which are stale";

#[expect(
    clippy::print_stderr,
    reason = "a tool for developers: this is where it answers"
)]
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.split_first() {
        Some((verb, rest)) => Place::find().and_then(|place| match verb.as_str() {
            "bench" => bench::bench(&place, rest),
            "ci" => ci::ci(&place, rest),
            "docs" => docs::docs(&place, rest),
            other => Err(format!("there is no verb `{other}`\n\n{USAGE}")),
        }),
        None => Err(USAGE.to_string()),
    };
    done.unwrap_or_else(|why| {
        eprintln!("{why}");
        ExitCode::from(2)
    })
}
