//! `[network]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// The network that the tasks run in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkSection {
    /// How tasks reach the internet. Default `public-tasks`: it needs no NAT gateway, which would cost
    /// more than a small service does.
    #[schemars(extend("default" = "public-tasks"))]
    pub(crate) layout: Option<Located<Layout>>,

    /// Address range of the VPC, /16 to /26. Default 10.0.0.0/16: the largest that a VPC may have, and
    /// outside 172.17.0.0/16, which Docker uses.
    #[schemars(extend("default" = defaults::CIDR.to_string()), example = &"10.20.0.0/16")]
    pub(crate) cidr: Option<Located<String>>,

    /// In how many zones there is a subnet. Default two, or as many as there are `subnets`: a load
    /// balancer wants at least two, and each more costs a public address.
    #[schemars(range(min = 2, max = 6), extend("default" = defaults::ZONES))]
    pub(crate) azs: Option<Located<u32>>,

    /// Address ranges of the subnets, one for each zone, inside `cidr` and apart from each other.
    /// Default: sixteenths of `cidr`, from its start, so that room is left for more zones and layouts.
    #[schemars(extend("examples" = [["10.20.0.0/20", "10.20.16.0/20"]]))]
    pub(crate) subnets: Option<Located<Vec<Located<String>>>>,

    /// Address ranges of the private subnets that the tasks of a private layout run in, one for each zone, inside
    /// `cidr` and apart from all others. Default: sixteenths of `cidr`, from its second half.
    #[schemars(extend("examples" = [["10.20.128.0/20", "10.20.144.0/20"]]))]
    pub(crate) private_subnets: Option<Located<Vec<Located<String>>>>,

    /// How many NAT gateways lead out of the private subnets of the layout `private-nat`. Default `per-az`: a zone
    /// that fails then takes no other one's way out with it. Each costs about 33 USD a month and what it carries.
    #[schemars(example = &"single")]
    pub(crate) nat: Option<Located<Nat>>,

    /// Who speaks with whom in the network is written down, and kept for so long: `30d`, or `forever`. Default: it is
    /// not, since CloudWatch Logs bills every line.
    #[schemars(example = &"30d")]
    pub(crate) flow_logs: Option<Located<String>>,

    /// A domain that is answered within the network and nowhere else, such as `myorg.local`: a private zone of Route 53,
    /// for records of yours. `down` wants it empty. Default: none; one costs 0.50 USD a month.
    #[schemars(example = &"myorg.local")]
    pub(crate) private_zone: Option<Located<String>>,

    /// Can the load balancer be reached over IPv6 too? Default false: most networks still reach everything over
    /// IPv4, and an allow-list of addresses somewhere would have to know both.
    #[schemars(extend("default" = defaults::IPV6))]
    pub(crate) ipv6: Option<Located<bool>>,
}

/// How tasks reach the internet, and how it reaches them.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layout {
    /// Tasks have public addresses and no NAT; a security group lets only the load balancer in.
    PublicTasks,
    /// Tasks have private addresses and go out by NAT gateways; the load balancer stands in public subnets.
    PrivateNat,
    /// Tasks have private addresses and no way to the internet; endpoints lead to the services of AWS that they need.
    /// Images must be in ECR, in the same region. Each endpoint costs about 7 USD a month in each zone, and there are
    /// three or more.
    PrivateEndpoints,
}

/// What leads out of private subnets.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Nat {
    /// One gateway, in the first zone: the cheapest, and gone when that zone is.
    Single,
    /// A gateway in each zone.
    PerAz,
    /// One regional gateway, which AWS has in every zone where there are tasks.
    Regional,
}
