//! The way into a bucket: whose it is, where it is, who asks.

use super::bucket::Bucket;
use super::{name, policy, refuse};
use crate::input::Input;
use crate::operation::Call;
use crate::refusal::Refusal;
use crate::world::World;

/// The parameters and the bucket's name, if the caller may go on.
pub(super) fn enter(call: &mut Call<'_>) -> Result<(Input, String), Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let bucket = input.required("Bucket")?;
    let owner = input.text("x-amz-expected-bucket-owner")?;
    input.text("x-amz-request-payer")?;
    let found = find(call.world, &bucket)?;
    let nobody = call.principal == "anonymous";
    // [S3 guide: bucket owner condition]
    if owner.is_some_and(|owner| owner != call.world.account) {
        return Err(refuse::denied());
    }
    if nobody {
        let key = input.has("Key");
        let read = matches!(call.operation, "GetObject" | "HeadObject") && key;
        if !read || !policy::is_readable_by_all(found) {
            return Err(refuse::denied().because("header x-amz-bucket-region", &found.region));
        }
    } else if found.region != call.region {
        return Err(elsewhere(call, found));
    }
    Ok((input, bucket))
}

/// The bucket, if it is this account's.
pub(super) fn find<'a>(world: &'a World, bucket: &str) -> Result<&'a Bucket, Refusal> {
    if name::is_foreign(bucket) {
        return Err(refuse::denied());
    }
    let found = world.s3.buckets.get(bucket);
    found.ok_or_else(|| refuse::no_bucket(bucket))
}

/// The same, to change it.
pub(super) fn find_mut<'a>(world: &'a mut World, bucket: &str) -> Result<&'a mut Bucket, Refusal> {
    let found = world.s3.buckets.get_mut(bucket);
    found.ok_or_else(|| refuse::no_bucket(bucket))
}

/// The region that a request is signed for stands for the endpoint that it was sent to: us-east-1 for the global one,
/// which lets it through to the bucket's region, where its signature does not fit; the others say where to go
/// [S3 guide: request redirection].
fn elsewhere(call: &Call<'_>, bucket: &Bucket) -> Refusal {
    let region = &bucket.region;
    let refusal = match call.region.as_str() {
        "us-east-1" => Refusal::new(
            "AuthorizationHeaderMalformed",
            format!(
                "The authorization header is malformed; the region 'us-east-1' is wrong; expecting '{region}'"
            ),
        )
        .because("Region", region),
        _ => Refusal::new(
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
        )
        .status(301)
        .because("Endpoint", format!("{}.s3.{region}.amazonaws.com", bucket.name))
        .because("Bucket", &bucket.name),
    };
    refusal.because("header x-amz-bucket-region", region)
}
