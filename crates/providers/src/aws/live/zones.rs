//! The zones of the region.

use ashore_engine::failure::{Class, Failure};
use aws_sdk_ec2::types::{AvailabilityZone, AvailabilityZoneState};

use super::Aws;
use super::failure::failure;

const DESCRIBE: &str = "ec2:DescribeAvailabilityZones";
/// A load balancer needs subnets in two zones [ELBv2 API: CreateLoadBalancer].
const AT_LEAST: usize = 2;

impl Aws {
    /// The names of the availability zones that can be used, sorted. Local and wavelength zones,
    /// which some accounts have opted in to, cannot hold a balancer's ordinary subnets.
    ///
    /// # Errors
    /// If they cannot be read, or there are fewer than two.
    pub async fn zones(&self) -> Result<Vec<String>, Failure> {
        let answer = self.ec2.describe_availability_zones().send().await;
        let all = answer.map_err(|e| failure(DESCRIBE, e))?.availability_zones;
        let usable = all.unwrap_or_default().into_iter().filter(is_usable);
        let mut names: Vec<String> = usable.filter_map(|zone| zone.zone_name).collect();
        names.sort();
        if names.len() < AT_LEAST {
            return Err(too_few(&self.region, &names));
        }
        Ok(names)
    }
}

fn is_usable(zone: &AvailabilityZone) -> bool {
    zone.zone_type() == Some("availability-zone")
        && zone.state() == Some(&AvailabilityZoneState::Available)
}

fn too_few(region: &str, names: &[String]) -> Failure {
    let have = match names {
        [] => "none".to_string(),
        names => format!("only {}", names.join(", ")),
    };
    let message = format!("{region} has {have} of the {AT_LEAST} zones that are needed");
    Failure::new(Class::Invalid, DESCRIBE, "TooFewZones", message)
        .with_advice("choose another region, or ask AWS why its zones are not available to you")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seed: B35.
    #[test]
    fn only_ordinary_zones_that_work_are_usable() {
        let zone = |kind: &str, state: AvailabilityZoneState| {
            let zone = AvailabilityZone::builder().zone_type(kind).state(state);
            is_usable(&zone.build())
        };
        assert!(zone("availability-zone", AvailabilityZoneState::Available));
        assert!(!zone("availability-zone", AvailabilityZoneState::Impaired));
        assert!(!zone("local-zone", AvailabilityZoneState::Available));
        assert!(!zone("wavelength-zone", AvailabilityZoneState::Available));
    }

    /// Seed: B35.
    #[test]
    fn a_region_with_one_zone_is_told_by_name() {
        let failure = too_few("eu-test-1", &["eu-test-1a".to_string()]);
        assert_eq!(
            failure.message,
            "eu-test-1 has only eu-test-1a of the 2 zones that are needed"
        );
    }
}
