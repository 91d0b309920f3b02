//! `examples/hello`: through the balancer where clouds take their time, through the certificate
//! where they take none.

use ashore_twin::Timing;

use super::{BEGINNING, Dns, LOOK, Link, Until, call, slowest, tasks, through_balancer, wait};

/// Two checks, ten seconds apart: what `hello` asks for by asking for nothing. It is a setting of
/// ours, and so no row of the table: no provisioning makes it shorter. One good check is enough by
/// the balancer's guide, threshold times interval by that of ECS; the twin takes the longer.
pub(super) const CHECKS_MILLIS: u64 = 2 * 10_000;

/// The chain that takes the longest in a cloud that takes so long.
pub(crate) fn hello(timing: &Timing, until: Until) -> Vec<Link> {
    match until {
        Until::Healthy => slowest([
            through_balancer(timing, CHECKS_MILLIS, Dns::Cloudflare),
            through_certificate(timing, until),
        ]),
        Until::Accepted => through_certificate(timing, until),
    }
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
    ]);
    let [service, started, healthy] = tasks(timing, CHECKS_MILLIS);
    links.push(service);
    if until == Until::Healthy {
        links.extend([started, healthy]);
    }
    links.extend(Dns::Cloudflare.leads_there(timing));
    if until == Until::Accepted {
        links.retain(|link| *link != LOOK); // nobody waits for what would answer
    }
    links
}

#[cfg(test)]
mod tests {
    use super::super::sum;
    use super::*;

    /// The sums, by hand once more: a changed link has to be meant.
    #[test]
    fn the_chains_are_this_long() {
        let up = hello(&crate::table::timing(), Until::Healthy);
        assert_eq!(sum(&up), 9 * 150 + 170_000 - 150);
        let zero = hello(&Timing::zero(), Until::Healthy);
        assert_eq!(sum(&zero), 13 * 150 + 20_000 - 150);
        assert_eq!(sum(&hello(&Timing::zero(), Until::Accepted)), 11 * 150);
    }
}
