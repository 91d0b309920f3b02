//! The effect half of Cloudflare: a client of our own, since no crate can change a record in
//! part, change several at once, or write a comment (`ux.md` 2.3).

pub mod client;
mod failure;
pub(crate) mod records;
mod token;
mod zones;

pub use client::{API, Cloudflare, Transport, client};
pub use token::Token;
pub use zones::{Account, Zone};
