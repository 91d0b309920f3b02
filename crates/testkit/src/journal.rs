//! A journal in memory that can break off anywhere, also in the middle of a line.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use ashore_engine::journal::{Chain, Journal};
use ashore_engine::run::Entry;

use crate::cloud::Cloud;

/// Where the process dies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Crash {
    /// Before the entry of this number becomes durable, counted over one command from 0.
    pub at: usize,
    /// How many bytes of that entry's line are written all the same.
    pub torn: usize,
}

/// A journal in memory. It tells the cloud which requests are announced.
#[derive(Debug)]
pub struct MemoryJournal {
    /// The file.
    pub bytes: Rc<RefCell<Vec<u8>>>,
    /// To go on from.
    pub chain: Chain,
    /// Who is told.
    pub cloud: Cloud,
    /// Where it breaks off.
    pub crash: Option<Crash>,
    /// How many entries this process has written.
    pub written: usize,
}

impl Journal for MemoryJournal {
    fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        for entry in entries {
            let line = self.chain.lines(std::slice::from_ref(entry));
            let mut bytes = self.bytes.borrow_mut();
            if let Some(crash) = self.crash.filter(|crash| crash.at == self.written) {
                // A whole line would be durable; a torn one lacks its newline at least.
                let torn = crash.torn.min(line.len() - 1);
                bytes.extend_from_slice(&line.as_bytes()[..torn]);
                return Err(io::Error::other("the process dies here"));
            }
            bytes.extend_from_slice(line.as_bytes());
            self.written += 1;
        }
        for entry in entries {
            if let Entry::Sending { step, .. } = entry {
                self.cloud.announce(step);
            }
        }
        Ok(())
    }
}
