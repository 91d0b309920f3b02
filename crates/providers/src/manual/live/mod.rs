//! The effect half of what is done by hand: looking whether it has been done.

mod resolver;

pub use resolver::{DOH, Resolver, SERVFAIL};
