//! What does not go together, or is not good for its purpose: one sentence each.

use std::collections::BTreeSet;

use super::{Certificate, Existing, Named, Purpose, Subnet};

/// A load balancer stands in subnets of two zones [ELBv2 API: CreateLoadBalancer].
const ZONES_MIN: usize = 2;
/// … and wants so many free addresses in each [ELBv2 user guide: subnets].
const FREE_FOR_BALANCER: u32 = 8;

/// Everything that is wrong; nothing if all is well.
pub(super) fn misfits(named: &Named, there: &Existing, purpose: &Purpose) -> Vec<String> {
    [
        absent(named, there),
        elsewhere(there),
        unusable(there, purpose),
        of_ingress(there, purpose),
    ]
    .concat()
}

/// What is not there.
fn absent(named: &Named, there: &Existing) -> Vec<String> {
    let missing = |what: &str, which: &Option<String>, found: bool| {
        let which = which.as_ref().filter(|_| !found);
        which.map(|which| format!("there is no {what} `{which}`"))
    };
    let one = [
        missing("VPC", &named.vpc, there.vpc.is_some()),
        missing("cluster", &named.cluster, there.cluster.is_some()),
        missing(
            "load balancer",
            &named.load_balancer,
            there.load_balancer.is_some(),
        ),
        missing("listener", &named.listener, there.listener.is_some()),
        missing(
            "certificate",
            &named.certificate,
            there.certificate.is_some(),
        ),
    ];
    let subnets = named.subnets.iter().filter_map(|id| {
        let found = there.subnets.iter().any(|subnet| subnet.id == *id);
        (!found).then(|| format!("there is no subnet `{id}`"))
    });
    let groups = named.security_groups.iter().filter_map(|id| {
        let found = there.security_groups.iter().any(|group| group.id == *id);
        (!found).then(|| format!("there is no security group `{id}`"))
    });
    one.into_iter()
        .flatten()
        .chain(subnets)
        .chain(groups)
        .collect()
}

/// What is in another VPC.
fn elsewhere(there: &Existing) -> Vec<String> {
    let Some(vpc) = there.vpc.as_ref() else {
        return Vec::new();
    };
    let subnets = there.subnets.iter();
    let subnets = subnets.map(|it| (format!("subnet `{}`", it.id), &it.vpc));
    let groups = there.security_groups.iter();
    let groups = groups.map(|it| (format!("security group `{}` ({})", it.id, it.name), &it.vpc));
    let balancer = there.load_balancer.iter();
    let balancer = balancer.map(|it| (format!("load balancer `{}`", it.name), &it.vpc));
    subnets
        .chain(groups)
        .chain(balancer)
        .filter(|(_, its)| **its != vpc.id)
        .map(|(what, its)| format!("the {what} is in `{its}`, not in `{}`", vpc.id))
        .collect()
}

/// What is there and of no use.
fn unusable(there: &Existing, purpose: &Purpose) -> Vec<String> {
    let cluster = there.cluster.iter().filter(|it| it.status != "ACTIVE");
    let cluster = cluster.map(|it| format!("the cluster `{}` is {}", it.name, it.status));
    let full = there.subnets.iter().filter(|subnet| subnet.free == 0);
    let full = full.map(|it| format!("the subnet `{}` has no free address", it.id));
    cluster.chain(full).chain(stand(there, purpose)).collect()
}

/// Why a load balancer cannot be made in these subnets.
fn stand(there: &Existing, purpose: &Purpose) -> Option<String> {
    if !purpose.makes_balancer || there.subnets.is_empty() {
        return None;
    }
    let roomy = |it: &&Subnet| it.public && it.free >= FREE_FOR_BALANCER;
    let stands = there.subnets.iter().filter(roomy);
    let zones: BTreeSet<&str> = stands.map(|subnet| subnet.zone.as_str()).collect();
    (zones.len() < ZONES_MIN).then(|| {
        let have = match zones.len() {
            0 => "none".to_string(),
            _ => format!("only {}", zones.into_iter().collect::<Vec<_>>().join(", ")),
        };
        format!(
            "a load balancer needs public subnets with {FREE_FOR_BALANCER} free addresses in two \
             zones, and of these subnets' zones {have} has one"
        )
    })
}

/// What keeps requests from their way to the tasks.
fn of_ingress(there: &Existing, purpose: &Purpose) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(balancer) = &there.load_balancer {
        let name = &balancer.name;
        if balancer.sort != "application" {
            let sort = &balancer.sort;
            wrong.push(format!(
                "the load balancer `{name}` is a {sort} one: only application load balancers \
                 know hostnames"
            ));
        }
        if balancer.state == "failed" {
            wrong.push(format!("the load balancer `{name}` is in the state failed"));
        }
        let unserved = of_tasks(&there.subnets).into_iter();
        let unserved = unserved.filter(|subnet| !balancer.zones.contains(&subnet.zone));
        wrong.extend(unserved.map(|subnet| {
            format!(
                "the load balancer `{name}` sends nothing to {}, where the subnet `{}` is",
                subnet.zone, subnet.id
            )
        }));
        if let Some(listener) = &there.listener
            && listener.load_balancer != balancer.arn
        {
            wrong.push(format!(
                "the listener on port {} belongs to `{}`, not to the load balancer `{name}`",
                listener.port, listener.load_balancer
            ));
        }
    }
    if let Some(listener) = &there.listener
        && listener.protocol != "HTTPS"
        && !purpose.hostnames.is_empty()
    {
        wrong.push(format!(
            "the listener on port {} speaks {}, not HTTPS",
            listener.port, listener.protocol
        ));
    }
    wrong.extend(of_certificates(there, purpose));
    wrong
}

/// Hostnames that no certificate is good for.
fn of_certificates(there: &Existing, purpose: &Purpose) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(certificate) = &there.certificate {
        if certificate.status != "ISSUED" {
            let (arn, status) = (&certificate.arn, &certificate.status);
            wrong.push(format!("the certificate `{arn}` is {status}"));
        }
        let hostnames = purpose.hostnames.iter();
        let uncovered = hostnames.filter(|hostname| !certificate.covers(hostname));
        wrong.extend(uncovered.map(|hostname| {
            let names = certificate.names.join(", ");
            format!("the certificate is for {names}, not for `{hostname}`")
        }));
    }
    if let Some(certificates) = &there.listener_certificates {
        let usable = |it: &&Certificate| it.status == "ISSUED";
        let usable: Vec<_> = certificates.iter().filter(usable).collect();
        if usable.is_empty() {
            wrong.push("the listener has no certificate of ACM that can be used".to_string());
            return wrong;
        }
        let hostnames = purpose.hostnames.iter();
        let uncovered = hostnames.filter(|name| !usable.iter().any(|it| it.covers(name)));
        wrong.extend(uncovered.map(|hostname| {
            let names = usable.iter().flat_map(|it| it.names.iter());
            let names: Vec<_> = names.map(String::as_str).collect();
            format!(
                "the listener has certificates for {}, none for `{hostname}`",
                names.join(", ")
            )
        }));
    }
    wrong
}

/// Where tasks run: in the private subnets, or in all if none is private.
fn of_tasks(subnets: &[Subnet]) -> Vec<&Subnet> {
    let private: Vec<_> = subnets.iter().filter(|subnet| !subnet.public).collect();
    match private.is_empty() {
        true => subnets.iter().collect(),
        false => private,
    }
}

#[cfg(test)]
#[path = "fit_tests.rs"]
mod tests;
