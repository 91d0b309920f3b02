//! The machine that brings a stack from what is there to what is wanted.
//!
//! It knows no vendor, no manifest and no terminal. Read it in this order: [`kind`] is the shape
//! of a resource; [`graph`] is what is wanted; [`survey`] reads what is there; [`plan`] decides,
//! purely; [`run`] is the state machine of carrying a plan out, also purely; [`drive`] is the
//! only loop that acts: it writes an entry to the [`journal`], then does what the entry says,
//! then records what came of it. [`state`] is what is known between runs; [`open`] says what a
//! command does first where a run was not finished.

pub mod address;
pub mod clock;
pub mod document;
pub mod drive;
pub mod event;
pub mod failure;
pub mod graph;
pub mod input;
pub mod journal;
pub mod kind;
pub mod open;
pub mod plan;
pub mod retry;
pub mod run;
pub mod state;
pub mod survey;
