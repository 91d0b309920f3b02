//! The engine's laws and its data tests, against the toy cloud of the testkit.

mod laws;
mod regressions;
mod worlds;
