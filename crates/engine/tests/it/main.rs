//! The engine's laws and its data tests, against the toy cloud of the testkit.

mod bench;
mod drive;
mod folder;
mod journal;
mod laws;
mod open;
mod plan;
mod recovery;
mod regressions;
mod survey;
mod worlds;
