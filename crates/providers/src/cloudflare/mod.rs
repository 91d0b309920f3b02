//! Resource kinds of Cloudflare.

mod comment;
pub mod dns_record;
#[cfg(feature = "live")]
pub mod live;

crate::list::kinds! {
    live::Cloudflare;
    dns_record::DnsRecord,
}
