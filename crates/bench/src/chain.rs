//! The longest chain of an `up` of `examples/hello`, written by hand.
//!
//! Each link waits for the one before it, and says why nobody could begin sooner. The sum is what
//! an `up` takes that wastes nothing. It is not derived from the graph or from a run: what those
//! do needlessly would be in the chain too, and never be seen.
//!
//! Two chains compete, and the slower one counts: through the balancer where clouds take their
//! time, through the certificate where they take none.

use ashore_twin::Timing;

use crate::table::CALL_MILLIS;

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

/// Two checks, ten seconds apart: what `hello` asks for by asking for nothing. It is a setting of
/// ours, and so no row of the table: no provisioning makes it shorter. One good check is enough by
/// the balancer's guide, threshold times interval by that of ECS; the twin takes the longer.
const HEALTH_MILLIS: u64 = 2 * 10_000;

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

fn through_balancer(timing: &Timing) -> Vec<Link> {
    let mut links = BEGINNING.to_vec();
    links.extend([
        call("ec2:CreateVpc", "the first request of the plan"),
        call("ec2:CreateSubnet", "a subnet is in a VPC"),
        call(
            "elasticloadbalancing:CreateLoadBalancer",
            "a balancer is in subnets; group and gateway are there by then",
        ),
        wait(
            "the balancer is provisioned, then its targets are checked",
            timing.balancer + HEALTH_MILLIS,
            "it checks nothing before it is active, and tasks that it does not find healthy get no \
             traffic",
        ),
    ]);
    links.extend(ENDING);
    links
}

fn through_certificate(timing: &Timing, until: Until) -> Vec<Link> {
    let mut links = BEGINNING.to_vec();
    links.extend([
        call("acm:RequestCertificate", "the first request of the plan"),
        wait(
            "ACM names the validation record",
            timing.certificate_record,
            "it does so some time after its answer",
        ),
        call(
            "acm:DescribeCertificate",
            "the answer to the request does not name the record",
        ),
        call(
            "cloudflare:POST dns_records",
            "the record is the one that ACM named",
        ),
        wait(
            "the certificate is issued",
            timing.certificate_issue,
            "ACM looks the record up",
        ),
        call("acm:DescribeCertificate", "nobody is told; it is asked for"),
        call(
            "elasticloadbalancing:CreateListener",
            "a listener is refused whose certificate is not issued",
        ),
        call(
            "elasticloadbalancing:CreateRule",
            "a rule is part of a listener",
        ),
        call(
            "ecs:CreateService",
            "a service is refused whose target group is behind no balancer",
        ),
    ]);
    if until == Until::Healthy {
        let tasks = timing.task_pull + timing.task_start;
        links.push(wait(
            "the task starts, then it is checked",
            tasks + HEALTH_MILLIS,
            "a task is registered as a target when it runs",
        ));
        links.extend(ENDING);
    } else {
        links.extend(ENDING.into_iter().skip(1));
    }
    links
}

const ENDING: [Link; 2] = [
    call(
        "ecs:DescribeServices or elasticloadbalancing:DescribeTargetHealth",
        "nobody is told that it is healthy; it is asked for",
    ),
    call(
        "cloudflare:POST dns_records",
        "DNS leads only to healthy tasks",
    ),
];

/// The chain that takes the longest in a cloud that takes so long.
pub(crate) fn longest(timing: &Timing, until: Until) -> Vec<Link> {
    let certificate = through_certificate(timing, until);
    match until {
        Until::Healthy => {
            let balancer = through_balancer(timing);
            if sum(&balancer) > sum(&certificate) {
                balancer
            } else {
                certificate
            }
        }
        Until::Accepted => certificate,
    }
}

/// All links together, in milliseconds.
pub(crate) fn sum(links: &[Link]) -> u64 {
    links.iter().map(|link| link.millis).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums, by hand once more: a changed link has to be meant.
    #[test]
    fn the_chains_are_this_long() {
        let up = longest(&crate::table::timing(), Until::Healthy);
        assert_eq!(sum(&up), 8 * 150 + 170_000 - 150);
        let zero = longest(&Timing::zero(), Until::Healthy);
        assert_eq!(sum(&zero), 12 * 150 + 20_000 - 150);
        assert_eq!(sum(&longest(&Timing::zero(), Until::Accepted)), 11 * 150);
    }
}
