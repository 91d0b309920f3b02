//! What goes wrong, as a script: which request, how, and whether it was applied all the same.

use ashore_engine::failure::Class;

/// One thing that goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The first request that it hits, counted over all requests of a command from 0.
    pub at: u32,
    /// How many requests in a row it hits.
    pub times: u32,
    /// What happens.
    pub how: How,
}

/// How a request goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// It is refused with this class and not applied.
    Refused(Class),
    /// It is applied, and the answer is an error of unknown outcome.
    Applied,
    /// It is not applied, and the answer is an error of unknown outcome.
    Lost,
    /// It is applied, and never answered.
    Silent,
    /// It never arrives, and is never answered.
    Swallowed,
}

impl Fault {
    /// Whether it hits the request of that number.
    pub fn hits(&self, number: u32) -> bool {
        (self.at..self.at.saturating_add(self.times)).contains(&number)
    }
}

/// What somebody else does to an object of ours, just before a request of a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tamper {
    /// Before which request of the command, from 0.
    pub at: u32,
    /// The name of the resource.
    pub name: String,
    /// What they do to it.
    pub what: Meddling,
}

/// What somebody else may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meddling {
    /// They give it another size.
    Resizes(u32),
    /// They put a tag of theirs on it.
    Tags,
    /// They delete it, if nothing holds it.
    Deletes,
}
