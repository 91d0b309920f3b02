use ashore_providers::aws::live::Aws;
use aws_sdk_ec2::types::ModifyAvailabilityZoneOptInStatus;

use crate::in_twin::InTwin;

#[tokio::test(start_paused = true)]
async fn the_zones_of_a_region_are_sorted() {
    let world = InTwin::new().await;
    let zones = world.aws.zones().await.unwrap();
    assert_eq!(zones, ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
}

#[tokio::test(start_paused = true)]
async fn zones_that_one_opts_in_to_are_left_out() {
    let world = InTwin::new().await;
    let http = world.sdk.http_client().unwrap();
    let in_process = world.sdk.to_builder().http_client(http);
    let region = aws_config::Region::new("us-east-1");
    let sdk = in_process.region(region).build();
    let request = aws_sdk_ec2::Client::new(&sdk).modify_availability_zone_group();
    let request = request.group_name("us-east-1-bos-1");
    let request = request.opt_in_status(ModifyAvailabilityZoneOptInStatus::OptedIn);
    request.send().await.unwrap();
    let zones = Aws::connect(&sdk).await.unwrap().zones().await.unwrap();
    assert_eq!(zones.len(), 6, "{zones:?}");
    assert!(zones.iter().all(|zone| zone.len() == "us-east-1a".len()));
}
