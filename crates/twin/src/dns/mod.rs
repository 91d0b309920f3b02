//! DNS as a resolver on the internet sees it: what Cloudflare, Route 53 and the rest of the world answer.
//!
//! A zone answers if it is delegated to: by its parent, where that is in the twin too, else by the registrar. The
//! registrar names Cloudflare for a zone that is active there, else the oldest public zone of that name in Route 53;
//! NS records of the [`Elsewhere`] overrule it. Load balancers' names have addresses.

mod authority;
mod elsewhere;
mod https;
mod kind;
mod resolve;

pub(crate) use elsewhere::Elsewhere;
pub(crate) use https::answer;
pub(crate) use resolve::{lookup, points_to};

use crate::world::World;

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Without a final dot.
    pub(crate) name: String,
    /// `A`, `CNAME`, …
    pub(crate) kind: String,
    /// Seconds.
    pub(crate) ttl: i64,
    /// As zone files write it: names with a final dot, text in quotation marks.
    pub(crate) data: String,
}

/// Where the CNAME of exactly this name leads, without a final dot: what ACM looks for.
pub(crate) fn cname(world: &World, name: &str) -> Option<String> {
    let answers = lookup(world, name, "CNAME").answers;
    let first = answers.into_iter().find(|found| found.kind == "CNAME")?;
    Some(first.data.trim_end_matches('.').to_owned())
}
