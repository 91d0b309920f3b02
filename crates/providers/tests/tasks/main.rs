//! The effect half of kinds against the twin, through the real SDK, in virtual time.

mod existing;
mod names;
mod network;
mod raw;
mod rollout;
mod stage;
