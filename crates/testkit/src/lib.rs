//! What the engine is tested against: a toy cloud with toy kinds of every shape that hurts, a
//! clock that jumps, a script of faults, and histories that put them together.
//!
//! Start with [`history`]: a history is what some people and some mishaps do to one stack, and
//! [`history::History::plays`] checks every law on the way. What whole commands are tested with, the examples of the
//! repository, is in [`example`].

pub mod clock;
pub mod cloud;
pub mod example;
pub mod fault;
pub mod history;
pub mod journal;
pub mod kinds;
pub mod manifest;
pub mod shape;
