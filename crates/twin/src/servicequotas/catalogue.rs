//! Quotas with their codes and defaults, as ListAWSDefaultServiceQuotas lists them: those of what the twin makes.

use crate::ec2::Quotas;

/// One quota.
#[derive(Debug)]
pub(super) struct Row {
    /// Service Quotas' own name of the service.
    pub(super) service: &'static str,
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) default: f64,
    pub(super) adjustable: bool,
    /// Whether it is of the account, whatever the region.
    pub(super) global: bool,
    /// Where EC2 keeps it.
    pub(super) kept: Option<fn(&mut Quotas) -> &mut usize>,
}

const fn row(
    service: &'static str,
    code: &'static str,
    name: &'static str,
    default: f64,
    adjustable: bool,
) -> Row {
    Row {
        service,
        code,
        name,
        default,
        adjustable,
        global: false,
        kept: None,
    }
}

const fn network(
    code: &'static str,
    name: &'static str,
    default: f64,
    kept: fn(&mut Quotas) -> &mut usize,
) -> Row {
    Row {
        kept: Some(kept),
        ..row("vpc", code, name, default, true)
    }
}

/// Services by their codes, with the names that people know.
pub(super) const SERVICES: &[(&str, &str)] = &[
    ("acm", "AWS Certificate Manager (ACM)"),
    ("ecs", "Amazon Elastic Container Service (Amazon ECS)"),
    ("elasticloadbalancing", "Elastic Load Balancing (ELB)"),
    ("fargate", "AWS Fargate"),
    ("iam", "AWS Identity and Access Management (IAM)"),
    ("vpc", "Amazon Virtual Private Cloud (Amazon VPC)"),
];

/// Codes and names [Service Quotas: ListAWSDefaultServiceQuotas; VPC, ELB, ECS, ACM and IAM guides: quotas].
pub(super) const ROWS: &[Row] = &[
    row("acm", "L-F141DD1D", "ACM certificates", 2500.0, true),
    row("ecs", "L-21C621EB", "Clusters per account", 10_000.0, true),
    row("ecs", "L-9EF96962", "Services per cluster", 5000.0, true),
    row(
        "elasticloadbalancing",
        "L-53DA6B97",
        "Application Load Balancers per Region",
        50.0,
        true,
    ),
    row(
        "elasticloadbalancing",
        "L-E9E9831D",
        "Classic Load Balancers per Region",
        20.0,
        true,
    ),
    row(
        "elasticloadbalancing",
        "L-B22855CB",
        "Target Groups per Region",
        3000.0,
        true,
    ),
    row(
        "elasticloadbalancing",
        "L-7EED9B64",
        "Rules per Application Load Balancer",
        100.0,
        true,
    ),
    row(
        "fargate",
        "L-3032A538",
        "Fargate On-Demand vCPU resource count",
        6.0,
        true,
    ),
    Row {
        global: true,
        ..row("iam", "L-FE177D64", "Roles per account", 1000.0, true)
    },
    network("L-F678F1CE", "VPCs per Region", 5.0, |q| &mut q.vpcs),
    network("L-407747CB", "Subnets per VPC", 200.0, |q| {
        &mut q.subnets_per_vpc
    }),
    network("L-A4707A72", "Internet gateways per Region", 5.0, |q| {
        &mut q.internet_gateways
    }),
    network("L-589F43AA", "Route tables per VPC", 200.0, |q| {
        &mut q.route_tables_per_vpc
    }),
    network("L-93826ACB", "Routes per route table", 500.0, |q| {
        &mut q.routes_per_table
    }),
    network(
        "L-E79EC296",
        "VPC security groups per Region",
        2500.0,
        |q| &mut q.groups,
    ),
    network(
        "L-0EA8095F",
        "Inbound or outbound rules per security group",
        60.0,
        |q| &mut q.rules_per_group,
    ),
    network(
        "L-2AFB9258",
        "Security groups per network interface",
        5.0,
        |q| &mut q.groups_per_interface,
    ),
    network("L-DF5E4CA3", "Network interfaces per Region", 5000.0, |q| {
        &mut q.interfaces
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_elsewhere_has_the_same_default() {
        for row in ROWS {
            if let Some(kept) = row.kept {
                assert_eq!(
                    *kept(&mut Quotas::default()) as f64,
                    row.default,
                    "{}",
                    row.name
                );
            }
            assert!(SERVICES.iter().any(|(code, _)| *code == row.service));
        }
    }
}
