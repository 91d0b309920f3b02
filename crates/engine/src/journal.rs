//! The journal: a run's entries, written before the act.
//!
//! One entry a line: a chain hash over all lines before it, then the entry. The chain finds
//! flipped bits, lines that were dropped, swapped or spliced in. A last line without its newline
//! was torn by a crash before it was durable, so what it announces never happened: it is cut
//! off. Anything else that does not fit is damage, and is refused.

use std::io;

use crate::run::{Entry, IllegalEntry, Run};

/// Where a run's entries go.
pub trait Journal {
    /// Makes the entries durable, in order, together. Once this has returned, they survive a
    /// crash; if it fails, nothing that they announce may be done.
    ///
    /// # Errors
    /// If they may not be durable. The journal is not to be used any more then.
    fn append(&mut self, entries: &[Entry]) -> io::Result<()>;
}

/// The hash that the first line is chained to. It names the format and its version.
const ROOT: &str = "ashore journal 1";

/// Writes entries as lines.
#[derive(Clone, Debug)]
pub struct Chain {
    last: String,
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            last: ROOT.to_string(),
        }
    }
}

impl Chain {
    /// The next lines, newlines included.
    pub fn lines(&mut self, entries: &[Entry]) -> String {
        let mut lines = String::new();
        for entry in entries {
            let text = serde_json::to_string(entry).expect("entries are plain JSON");
            self.last = link(&self.last, &text);
            lines.push_str(&self.last);
            lines.push(' ');
            lines.push_str(&text);
            lines.push('\n');
        }
        lines
    }
}

fn link(last: &str, text: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(last.as_bytes());
    hasher.update(text.as_bytes());
    hasher.finalize().to_hex()[..32].to_string()
}

/// What a journal held.
#[derive(Debug)]
pub struct Reading {
    /// Its entries.
    pub entries: Vec<Entry>,
    /// How many bytes of it are whole lines; what stands behind them was torn and is to be cut.
    pub whole: u64,
    /// The chain, to go on from.
    pub chain: Chain,
}

/// A journal that cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// A line does not follow from those before it.
    #[error("line {line} of the journal does not follow from the lines before it")]
    Broken {
        /// Which, from 1.
        line: usize,
    },
    /// A line is whole and cannot be read: written by another version.
    #[error("line {line} of the journal cannot be read")]
    Unreadable {
        /// Which, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// The first entry is not the beginning of a run.
    #[error("the journal does not begin with a run")]
    Headless,
    /// The entries do not fit each other.
    #[error("the journal's entries do not fit each other")]
    Illegal(#[from] IllegalEntry),
}

/// Reads a journal.
///
/// # Errors
/// If any whole line is damaged.
pub fn read(bytes: &[u8]) -> Result<Reading, Damage> {
    let mut chain = Chain::default();
    let mut entries = Vec::new();
    let mut whole = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        let broken = Damage::Broken { line: number };
        let Some(line_text) = line.strip_suffix(b"\n") else {
            // A whole line with something else in the newline's place was durable once.
            if follows(&chain, &line[..line.len() - 1]) {
                return Err(broken);
            }
            break; // torn
        };
        let text = std::str::from_utf8(line_text).ok();
        let Some((hash, entry)) = text.and_then(|text| text.split_once(' ')) else {
            return Err(broken);
        };
        let expected = link(&chain.last, entry);
        if hash != expected {
            return Err(broken);
        }
        let entry = serde_json::from_str(entry).map_err(|source| Damage::Unreadable {
            line: number,
            source,
        })?;
        entries.push(entry);
        chain.last = expected;
        whole += line.len() as u64;
    }
    Ok(Reading {
        entries,
        whole,
        chain,
    })
}

fn follows(chain: &Chain, line: &[u8]) -> bool {
    let text = std::str::from_utf8(line).ok();
    let parts = text.and_then(|text| text.split_once(' '));
    parts.is_some_and(|(hash, entry)| hash == link(&chain.last, entry))
}

/// The run that the entries tell of; none if there are none.
///
/// # Errors
/// If they do not begin with a run, or do not fit each other.
pub fn replay(entries: &[Entry]) -> Result<Option<Run>, Damage> {
    let Some(first) = entries.first() else {
        return Ok(None);
    };
    let Entry::Begun { run, plan, .. } = first else {
        return Err(Damage::Headless);
    };
    let mut replayed = Run::new(run.clone(), (**plan).clone());
    for entry in entries {
        replayed.record(entry)?;
    }
    Ok(Some(replayed))
}
