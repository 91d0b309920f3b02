//! `cargo xtask docs`: the pages under `docs/reference` that are made from the sources.
//!
//! Nobody edits them by hand. `cargo xtask ci` fails when one is stale.

mod cli;
mod codes;
mod errors;
mod literal;

use std::process::ExitCode;

use crate::place::Place;

/// One generated page.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    /// What the command line calls it.
    name: &'static str,
    /// Its place in the checkout.
    path: &'static str,
    text: fn(&Place) -> Result<String, String>,
}

impl Page {
    /// Every error code, from the sources.
    pub(crate) const ERRORS: Self = Self {
        name: "errors",
        path: "docs/reference/errors.md",
        text: errors::text,
    };
    /// The command line, from the built binary.
    pub(crate) const CLI: Self = Self {
        name: "cli",
        path: "docs/reference/cli.md",
        text: cli::text,
    };
    /// The schema of what `--json` prints, from the built binary.
    pub(crate) const OUTPUT: Self = Self {
        name: "output",
        path: "docs/reference/output.schema.json",
        text: |place| cli::said(place, &["schema", "output"]),
    };
    const ALL: [Self; 3] = [Self::ERRORS, Self::CLI, Self::OUTPUT];

    /// Why the page is stale; none if it is current.
    pub(crate) fn stale(self, place: &Place) -> Result<Option<String>, String> {
        let now = (self.text)(place)?;
        let committed = std::fs::read_to_string(place.root.join(self.path)).unwrap_or_default();
        let first = now
            .lines()
            .zip(committed.lines())
            .find(|(now, committed)| now != committed);
        let differs = match first {
            Some((now, committed)) => format!("has `{committed}` and should have `{now}`"),
            None => "is missing or of another length".to_string(),
        };
        Ok((now != committed).then(|| {
            format!(
                "{} {differs}: run `cargo xtask docs {}`",
                self.path, self.name
            )
        }))
    }

    fn write(self, place: &Place) -> Result<(), String> {
        let path = place.root.join(self.path);
        std::fs::write(&path, (self.text)(place)?)
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Runs the verb.
#[expect(clippy::print_stdout, reason = "the verb's answer")]
pub(crate) fn docs(place: &Place, words: &[String]) -> Result<ExitCode, String> {
    let check = words.iter().any(|word| word == "--check");
    let names: Vec<&String> = words.iter().filter(|word| *word != "--check").collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| Page::ALL.iter().all(|page| page.name != **name))
    {
        let known = Page::ALL.map(|page| page.name).join(", ");
        return Err(format!("there is no page `{unknown}`, only {known}"));
    }
    let mut current = true;
    for page in Page::ALL
        .iter()
        .filter(|page| names.is_empty() || names.iter().any(|n| *n == page.name))
    {
        if !check {
            page.write(place)?;
            println!("wrote {}", page.path);
        } else if let Some(why) = page.stale(place)? {
            println!("{why}");
            current = false;
        }
    }
    Ok(if current {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
