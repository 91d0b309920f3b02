//! A history: what some people and some mishaps do to one stack, act by act.
//!
//! A history prints itself as the Rust that makes it, so that a failing one can be pasted into
//! the file of regressions as it stands.

mod laws;
mod print;
mod session;

use crate::fault::{Fault, How, Meddling, Tamper};
use crate::journal::Crash;
use crate::manifest::Piece;
use crate::shape::Shape;

pub use session::{Act, Session, Tally, Wish};

/// What happens to one stack.
#[derive(Clone, PartialEq, Eq)]
pub struct History {
    /// Decides how long each answer takes, and so the order in which they come.
    pub seed: u64,
    /// What of somebody else's is there before.
    pub foreign: Vec<(Shape, &'static str)>,
    /// What happens, in order.
    pub acts: Vec<Act>,
}

/// A law that was broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach(pub String);

/// A history in which answers take as long as the seed says.
pub fn history(seed: u64) -> History {
    History {
        seed,
        foreign: Vec::new(),
        acts: Vec::new(),
    }
}

impl History {
    /// Somebody else's object of that name is there before.
    #[must_use]
    pub fn foreign(mut self, shape: Shape, name: &'static str) -> Self {
        self.foreign.push((shape, name));
        self
    }

    /// Then somebody wants these.
    #[must_use]
    pub fn up<const N: usize>(self, pieces: [Piece; N]) -> Self {
        self.act(Wish::Up(pieces.to_vec()))
    }

    /// Then somebody wants nothing of it to be left.
    #[must_use]
    pub fn down(self) -> Self {
        self.act(Wish::Down)
    }

    /// Then somebody wants the open run to be undone.
    #[must_use]
    pub fn undo(self) -> Self {
        self.act(Wish::Undo)
    }

    /// During which these requests go wrong.
    #[must_use]
    pub fn fault(mut self, at: u32, times: u32, how: How) -> Self {
        self.last().faults.push(Fault { at, times, how });
        self
    }

    /// During which these reads go wrong.
    #[must_use]
    pub fn read_fault(mut self, at: u32, times: u32, how: How) -> Self {
        self.last().read_faults.push(Fault { at, times, how });
        self
    }

    /// During which somebody else meddles.
    #[must_use]
    pub fn tamper(mut self, at: u32, name: &'static str, what: Meddling) -> Self {
        let name = name.to_string();
        self.last().tampers.push(Tamper { at, name, what });
        self
    }

    /// During which the process dies.
    #[must_use]
    pub fn crash(mut self, at: usize, torn: usize) -> Self {
        self.last().crash = Some(Crash { at, torn });
        self
    }

    /// After whose failure everything stays as it is.
    #[must_use]
    pub fn keep(mut self) -> Self {
        self.last().keep = true;
        self
    }

    /// Plays it, and then a calm end: the last wish is made again with nothing going wrong, and
    /// then everything is taken down.
    ///
    /// # Errors
    /// The first law that is broken.
    pub fn plays(&self) -> Result<Tally, Breach> {
        let mut session = Session::new(self);
        let played = self.acts.iter().try_for_each(|act| session.play(act));
        played
            .and_then(|()| session.calm_end())
            .map_err(|Breach(what)| {
                let story = session.story.join("\n");
                Breach(format!("{what}\n{story}\n"))
            })
    }

    /// Plays it, and says what broke together with the Rust that makes it.
    ///
    /// # Panics
    /// If a law is broken.
    pub fn holds(&self) -> Tally {
        match self.plays() {
            Ok(tally) => tally,
            Err(Breach(what)) => panic!("{what}\n\n{self:?}"),
        }
    }

    fn act(mut self, wish: Wish) -> Self {
        self.acts.push(Act::new(wish));
        self
    }

    fn last(&mut self) -> &mut Act {
        if self.acts.is_empty() {
            self.acts.push(Act::new(Wish::Down));
        }
        self.acts.last_mut().expect("just made")
    }
}
