//! Resource kinds of Cloudflare.

#[cfg_attr(
    not(any(feature = "live", test)),
    expect(dead_code, reason = "marks are read and written by the effect half")
)]
pub(crate) mod comment;
pub mod dns_record;
#[cfg(feature = "live")]
pub mod live;

crate::list::kinds! {
    live::Cloudflare;
    dns_record::DnsRecord,
}
