//! The DNS names of load balancers, and the Route 53 zones that these lie in.

use super::balancer::Kind;

/// Balancers answer under a name of their own domain; internal ones say so in it.
pub(crate) fn name(
    kind: Kind,
    internet_facing: bool,
    name: &str,
    id: &str,
    region: &str,
) -> String {
    match kind {
        Kind::Application => {
            let number = u64::from_str_radix(id, 16).unwrap_or_default() % 10_000_000_000;
            let prefix = if internet_facing { "" } else { "internal-" };
            format!("{prefix}{name}-{number:010}.{region}.elb.amazonaws.com")
        }
        Kind::Network => format!("{name}-{id}.elb.{region}.amazonaws.com"),
    }
}

/// Route 53 zones of balancers' names [AWS General Reference: Elastic Load Balancing endpoints].
pub(crate) fn hosted_zone(kind: Kind, region: &str) -> String {
    let known = match (kind, region) {
        (Kind::Application, "ap-northeast-1") => "Z14GRHDCWA56QT",
        (Kind::Application, "ap-south-1") => "ZP97RAFLXTNZK",
        (Kind::Application, "ap-southeast-1") => "Z1LMS91P8CMLE5",
        (Kind::Application, "ap-southeast-2") => "Z1GM3OXH4ZPM65",
        (Kind::Application, "ca-central-1") => "ZQSVJUPU6J1EY",
        (Kind::Application, "eu-central-1") => "Z215JYRZR1TBD5",
        (Kind::Application, "eu-north-1") => "Z23TAZ6LKFMNIO",
        (Kind::Application, "eu-west-1") => "Z32O12XQLNTSW2",
        (Kind::Application, "eu-west-2") => "ZHURV8PSTC4K8",
        (Kind::Application, "eu-west-3") => "Z3Q77PNBQS71R4",
        (Kind::Application, "sa-east-1") => "Z2P70J7HTTTPLU",
        (Kind::Application, "us-east-1") => "Z35SXDOTRQ7X7K",
        (Kind::Application, "us-east-2") => "Z3AADJGX6KTTL2",
        (Kind::Application, "us-west-1") => "Z368ELLRRE2KJ0",
        (Kind::Application, "us-west-2") => "Z1H1FL5HABSF5",
        (Kind::Network, "ap-northeast-1") => "Z31USIVHYNEOWT",
        (Kind::Network, "ap-south-1") => "ZVDDRBQ08TROA",
        (Kind::Network, "ap-southeast-1") => "ZKVM4W9LS7TM",
        (Kind::Network, "ap-southeast-2") => "ZCT6FZBF4DROD",
        (Kind::Network, "ca-central-1") => "Z2EPGBW3API2WT",
        (Kind::Network, "eu-central-1") => "Z3F0SRJ5LGBH90",
        (Kind::Network, "eu-north-1") => "Z1UDT6IFJ4EJM",
        (Kind::Network, "eu-west-1") => "Z2IFOLAFXWLO4F",
        (Kind::Network, "eu-west-2") => "ZD4D7Y8KGAS4G",
        (Kind::Network, "eu-west-3") => "Z1CMS0P5QUZ6D5",
        (Kind::Network, "sa-east-1") => "ZTK26PT1VY4CU",
        (Kind::Network, "us-east-1") => "Z26RNL4JYFTOTI",
        (Kind::Network, "us-east-2") => "ZLMOA37VPKANP",
        (Kind::Network, "us-west-1") => "Z24FKFUX50B4VW",
        (Kind::Network, "us-west-2") => "Z18D5FSROUN65G",
        // Any well-formed id does: the twin has no Route 53 zones of other regions.
        _ => return format!("Z{}", region.replace('-', "").to_ascii_uppercase()),
    };
    known.to_owned()
}
