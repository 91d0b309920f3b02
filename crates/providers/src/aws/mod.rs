//! Resource kinds of AWS.

#[cfg(feature = "live")]
pub mod live;
pub mod names;
pub mod patience;
pub mod tags;

pub mod vpc;

crate::list::kinds! {
    live::Aws;
    vpc::Vpc,
}
