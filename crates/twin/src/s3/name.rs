//! Names of buckets [S3 guide: bucket naming rules].

use crate::refusal::Refusal;

/// Names that are not this account's: everybody would like to have them, and somebody has. `foreign-` stands for all
/// others of other accounts.
const TAKEN: &[&str] = &[
    "assets",
    "backup",
    "backups",
    "bucket",
    "data",
    "example",
    "images",
    "logs",
    "media",
    "my-bucket",
    "mybucket",
    "public",
    "static",
    "test",
    "uploads",
    "website",
];

/// Whether the bucket is another account's.
pub(super) fn is_foreign(name: &str) -> bool {
    TAKEN.contains(&name) || name.starts_with("foreign-")
}

/// [botocore: s3 BucketLocationConstraint]
const REGIONS: &str = "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 \
    ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 \
    ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 \
    eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-2 us-west-1 us-west-2";

/// Whether buckets can be made there by naming it.
pub(super) fn is_region(name: &str) -> bool {
    REGIONS.split_whitespace().any(|region| region == name)
}

pub(super) fn check(name: &str) -> Result<(), Refusal> {
    let good =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let end =
        |byte: Option<u8>| byte.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    let address = name.parse::<std::net::Ipv4Addr>().is_ok();
    let reserved = ["xn--", "sthree-", "amzn-s3-demo-"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        || ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]
            .iter()
            .any(|suffix| name.ends_with(suffix));
    let fits = (3..=63).contains(&name.len())
        && name.bytes().all(good)
        && end(name.bytes().next())
        && end(name.bytes().last())
        && !name.contains("..")
        && !address
        && !reserved;
    match fits {
        true => Ok(()),
        false => Err(
            Refusal::new("InvalidBucketName", "The specified bucket is not valid.")
                .because("BucketName", name),
        ),
    }
}
