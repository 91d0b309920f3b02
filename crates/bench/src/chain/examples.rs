//! The other examples, in a cloud that takes its time.

use ashore_twin::Timing;

use super::hello::CHECKS_MILLIS;
use super::{BEGINNING, Dns, Link, SUBNET, VPC, call, slowest, tasks, through_balancer, wait};

/// The registry's password is kept while the balancer is provisioned.
pub(crate) fn anzu(timing: &Timing) -> Vec<Link> {
    through_balancer(timing, CHECKS_MILLIS, Dns::Cloudflare)
}

/// Three services, side by side behind one balancer.
pub(crate) fn shop(timing: &Timing) -> Vec<Link> {
    through_balancer(timing, CHECKS_MILLIS, Dns::Route53)
}

/// Nobody outside of the network reaches it by a name.
pub(crate) fn task_and_service(timing: &Timing) -> Vec<Link> {
    through_balancer(timing, CHECKS_MILLIS, Dns::None)
}

/// Three good checks, thirty seconds apart, of tasks that fetch their image by way of a NAT gateway.
pub(crate) fn fargate_template(timing: &Timing) -> Vec<Link> {
    let checks = 3 * 30_000;
    let mut by_gateway = way_out(timing);
    by_gateway.extend(tasks(timing, checks));
    by_gateway.extend(Dns::Route53.leads_there(timing));
    slowest([through_balancer(timing, checks, Dns::Route53), by_gateway])
}

/// Two good checks, a hundred seconds apart, of tasks that are told where their database is.
pub(crate) fn django_stack(timing: &Timing) -> Vec<Link> {
    let checks = 2 * 100_000;
    let mut by_database = BEGINNING.to_vec();
    by_database.extend([
        VPC,
        SUBNET,
        call(
            "rds:CreateDBSubnetGroup",
            "the group names subnets that are there",
        ),
        call("rds:CreateDBInstance", "a database is in a subnet group"),
        wait(
            "the database is available",
            timing.database,
            "its address is not known before",
        ),
        call(
            "rds:DescribeDBInstances",
            "nobody is told that it is available; it is asked for",
        ),
        call(
            "ecs:RegisterTaskDefinition",
            "the task is told the database's address",
        ),
    ]);
    by_database.extend(tasks(timing, checks));
    by_database.extend(Dns::Route53.leads_there(timing));
    slowest([through_balancer(timing, checks, Dns::Route53), by_database])
}

/// Tasks on instances, which come up with what they fetch by way of a NAT gateway.
pub(crate) fn ec2_cluster(timing: &Timing) -> Vec<Link> {
    let mut on_instances = way_out(timing);
    let [_, started, healthy] = tasks(timing, CHECKS_MILLIS);
    on_instances.extend([
        call(
            "ec2:AssociateRouteTable",
            "the subnet's way out is the table's",
        ),
        call(
            "autoscaling:CreateAutoScalingGroup",
            "an instance fetches what it needs as it boots for the first time",
        ),
        wait(
            "the instance is in the cluster",
            timing.instance_start + timing.instance_boot,
            "there is no room for a task before",
        ),
        started,
        healthy,
    ]);
    on_instances.extend(Dns::Cloudflare.leads_there(timing));
    slowest([
        through_balancer(timing, CHECKS_MILLIS, Dns::Cloudflare),
        on_instances,
    ])
}

/// From nothing to a route that leads out of the private subnets.
fn way_out(timing: &Timing) -> Vec<Link> {
    let mut links = BEGINNING.to_vec();
    links.extend([
        VPC,
        SUBNET,
        call(
            "ec2:CreateNatGateway",
            "a gateway is in a subnet; its address is there by then",
        ),
        wait(
            "the gateway is available",
            timing.nat_gateway,
            "a route to it is refused before",
        ),
        call(
            "ec2:DescribeNatGateways",
            "nobody is told that it is available; it is asked for",
        ),
        call(
            "ec2:CreateRoute",
            "a route leads to a gateway that is there",
        ),
    ]);
    links
}
