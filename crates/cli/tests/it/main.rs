//! The real binary against a twin in a process of its own.

mod bad_input;
mod failures;
mod foreign;
mod hello;
mod kills;
mod polls;
mod rig;
mod saved_plan;
mod take_over;
mod visitor;
