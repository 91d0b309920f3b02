//! The longest chain of an `up` of each example, written by hand.
//!
//! Each link waits for the one before it, and says why nobody could begin sooner. The sum is what
//! an `up` takes that wastes nothing. It is not derived from the graph or from a run: what those
//! do needlessly would be in the chain too, and never be seen.
//!
//! Several chains compete in an example, and the slowest one counts.

mod examples;
mod hello;

use ashore_twin::Timing;

use crate::table::CALL_MILLIS;

pub(crate) use examples::{
    anzu, django_stack, ec2_cluster, fargate_template, shop, task_and_service,
};
pub(crate) use hello::hello;

/// One link.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    /// What takes the time.
    pub(crate) what: &'static str,
    /// How long.
    pub(crate) millis: u64,
    /// Why it cannot begin before the link ahead of it has ended.
    pub(crate) why: &'static str,
}

/// How far an `up` waits for its tasks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Until {
    /// Until the balancer finds them healthy.
    Healthy,
    /// Not at all: only the calls are left.
    Accepted,
}

const fn call(what: &'static str, why: &'static str) -> Link {
    Link {
        what,
        millis: CALL_MILLIS,
        why,
    }
}

/// A wait begins when the request reaches the cloud and ends when a look does: half a call on
/// either side is in the links beside it already.
const fn wait(what: &'static str, millis: u64, why: &'static str) -> Link {
    Link {
        what,
        millis: millis.saturating_sub(CALL_MILLIS),
        why,
    }
}

const BEGINNING: [Link; 3] = [
    call(
        "sts:GetCallerIdentity",
        "nothing is read or written before it is known in whose account",
    ),
    call(
        "ec2:DescribeAvailabilityZones, beside it the DNS zone",
        "the graph has a subnet for each zone, and a record in the DNS zone",
    ),
    call(
        "the survey, all at once",
        "the plan says whether a name is taken before anything is made",
    ),
];

const VPC: Link = call("ec2:CreateVpc", "the first request of the plan");
const SUBNET: Link = call("ec2:CreateSubnet", "a subnet is in a VPC");
const HEALTHY: Link = call(
    "ecs:DescribeServices or elasticloadbalancing:DescribeTargetHealth",
    "nobody is told that it is healthy; it is asked for",
);
const LOOK: Link = call(
    "a look at the URL from outside",
    "there is nothing to see before DNS leads there",
);

/// Who answers for the hostname.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Dns {
    Cloudflare,
    Route53,
    /// There is no hostname that the world could ask for.
    None,
}

impl Dns {
    /// From healthy tasks to a URL that answers.
    fn leads_there(self, timing: &Timing) -> Vec<Link> {
        const WHY: &str = "DNS leads only to healthy tasks";
        match self {
            Self::None => Vec::new(),
            Self::Cloudflare => vec![call("cloudflare:POST dns_records", WHY), LOOK],
            Self::Route53 => vec![
                call("route53:ChangeResourceRecordSets", WHY),
                wait(
                    "the change reaches every name server",
                    timing.route53_change,
                    "name servers answer as before until then",
                ),
                call("route53:GetChange", "nobody is told; it is asked for"),
                LOOK,
            ],
        }
    }
}

/// Through the balancer: it finds tasks healthy after so many milliseconds of good checks.
fn through_balancer(timing: &Timing, checks: u64, dns: Dns) -> Vec<Link> {
    let mut links = BEGINNING.to_vec();
    links.extend([
        VPC,
        SUBNET,
        call(
            "elasticloadbalancing:CreateLoadBalancer",
            "a balancer is in subnets; group and gateway are there by then",
        ),
        wait(
            "the balancer is provisioned, then its targets are checked",
            timing.balancer + checks,
            "it checks nothing before it is active, and tasks that it does not find healthy get no \
             traffic",
        ),
        HEALTHY,
    ]);
    links.extend(dns.leads_there(timing));
    links
}

/// From a service that may start tasks to tasks that are found healthy.
fn tasks(timing: &Timing, checks: u64) -> [Link; 3] {
    [
        call(
            "ecs:CreateService",
            "a service is refused whose target group is behind no balancer",
        ),
        wait(
            "the task starts, then it is checked",
            timing.task_pull + timing.task_start + checks,
            "a task is registered as a target when it runs",
        ),
        HEALTHY,
    ]
}

/// The one of them that takes the longest.
fn slowest(chains: impl IntoIterator<Item = Vec<Link>>) -> Vec<Link> {
    chains
        .into_iter()
        .max_by_key(|links| sum(links))
        .unwrap_or_default()
}

/// All links together, in milliseconds.
pub(crate) fn sum(links: &[Link]) -> u64 {
    links.iter().map(|link| link.millis).sum()
}
