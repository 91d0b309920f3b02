//! A part's output: all of it in a file, its end in memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::Command;

/// How much of a failed part's output is printed again in the end: the last failing test with its
/// panic, and the list of failed tests, fit into it.
const TAIL_LINES: usize = 60;

/// Where the output of a part goes.
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    file: File,
    verbose: bool,
    tail: VecDeque<String>,
}

/// What a program left.
pub(crate) struct Ran {
    pub(crate) ok: bool,
    pub(crate) lines: Vec<String>,
}

impl Log {
    pub(crate) fn create(path: PathBuf, verbose: bool) -> Result<Self, String> {
        let folder = path.parent().unwrap_or(&path);
        let file = std::fs::create_dir_all(folder).and_then(|()| File::create(&path));
        let file = file.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self {
            path,
            file,
            verbose,
            tail: VecDeque::new(),
        })
    }

    /// Runs a program to its end, with stdout and stderr as one stream.
    pub(crate) fn run(&mut self, mut command: Command) -> Result<Ran, String> {
        let program = command.get_program().to_string_lossy().into_owned();
        let failed = |error: std::io::Error| format!("{program} cannot be run: {error}");
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        self.note(&format!("$ {program} {}", words.join(" ")));
        let (reader, writer) = std::io::pipe().map_err(failed)?;
        command.stdin(std::process::Stdio::null());
        command
            .stdout(writer.try_clone().map_err(failed)?)
            .stderr(writer);
        let mut child = command.spawn().map_err(failed)?;
        drop(command); // holds the pipe's other end, without which the reader sees no end
        let mut lines = Vec::new();
        for line in BufReader::new(reader).split(b'\n') {
            let line = line.map_err(failed)?;
            let line = String::from_utf8_lossy(&line).trim_end().to_string();
            self.note(&line);
            lines.push(line);
        }
        let status = child.wait().map_err(failed)?;
        if !status.success() {
            self.note(&format!("{program} ended with {status}"));
        }
        Ok(Ran {
            ok: status.success(),
            lines,
        })
    }

    /// A line of our own.
    #[expect(clippy::print_stderr, reason = "--verbose asks for it")]
    pub(crate) fn note(&mut self, line: &str) {
        // A full disk must not hide what the part says: it still stands in the tail.
        let _ = writeln!(self.file, "{line}");
        if self.verbose {
            eprintln!("  {line}");
        }
        if self.tail.len() == TAIL_LINES {
            self.tail.pop_front();
        }
        self.tail.push_back(line.to_string());
    }

    /// The last lines.
    pub(crate) fn tail(&self) -> impl Iterator<Item = &String> {
        self.tail.iter()
    }
}
