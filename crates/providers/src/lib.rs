//! Every resource kind of every vendor.
//!
//! A kind is a folder: `mod.rs` is its pure half, `live.rs` its effect half, and one line in its
//! vendor's list makes it known. Planning table, provider look-up and reference are derived from
//! the lists. The vendors' SDKs are compiled only under the feature `live`.

pub mod aws;
pub mod cloudflare;
mod dns;
mod list;
pub mod manual;
#[cfg(feature = "live")]
pub mod outside;

use ashore_engine::kind::Kinds;

/// The pure halves of all kinds.
pub fn kinds() -> Kinds {
    let mut kinds = aws::kinds();
    kinds.extend(cloudflare::kinds());
    kinds.extend(manual::kinds());
    kinds
}
