//! What people do themselves, where no provider's API can: it is said, and waited for.

pub mod dns_record;
#[cfg(feature = "live")]
pub mod live;

crate::list::kinds! {
    live::Resolver;
    dns_record::ManualRecord,
}
