//! Whether a region can be used at all.

use ashore_engine::failure::{Class, Failure};
use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};

use super::failure::failure;

const DESCRIBE: &str = "ec2:DescribeRegions";

/// How a region stands to the account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Enabled {
    /// It can be used.
    Yes {
        /// Whether somebody had to opt in.
        opted_in: bool,
    },
    /// Nobody has opted in to it.
    No,
    /// There is none of that name.
    NoSuchRegion,
}

/// How the configuration's region stands to the account. A region that was not opted in to knows no
/// credentials, so one is asked that everybody has; its own only where that may not be asked.
///
/// # Errors
/// If neither can be asked.
pub async fn enabled(config: &SdkConfig) -> Result<Enabled, Failure> {
    let name = config.region().map(ToString::to_string).unwrap_or_default();
    match asked_in(config, everybodys(&name), &name).await {
        Err(denied) if denied.class == Class::Denied => {
            asked_in(config, &name, &name).await.map_err(|_| denied)
        }
        answer => answer,
    }
}

async fn asked_in(config: &SdkConfig, at: &str, name: &str) -> Result<Enabled, Failure> {
    let config = config
        .to_builder()
        .region(Region::new(at.to_string()))
        .retry_config(RetryConfig::disabled())
        .build();
    let request = aws_sdk_ec2::Client::new(&config).describe_regions();
    // With the name alone, regions that are not enabled are left out [EC2 API: DescribeRegions].
    let answer = request.all_regions(true).region_names(name).send().await;
    let answer = match answer.map_err(|e| failure(DESCRIBE, e)) {
        Ok(answer) => answer,
        // "Invalid region provided" [EC2 API: DescribeRegions].
        Err(refused) if refused.code == "InvalidParameterValue" => {
            return Ok(Enabled::NoSuchRegion);
        }
        Err(failure) => return Err(failure),
    };
    let region = answer.regions.unwrap_or_default().into_iter().next();
    Ok(match region.and_then(|region| region.opt_in_status) {
        None => Enabled::NoSuchRegion,
        Some(status) => match status.as_str() {
            "not-opted-in" => Enabled::No,
            status => Enabled::Yes {
                opted_in: status == "opted-in",
            },
        },
    })
}

/// A region of the same partition that needs no opt-in [AWS: regions and partitions].
fn everybodys(name: &str) -> &'static str {
    match name {
        name if name.starts_with("cn-") => "cn-north-1",
        name if name.starts_with("us-gov-") => "us-gov-west-1",
        _ => "us-east-1",
    }
}
