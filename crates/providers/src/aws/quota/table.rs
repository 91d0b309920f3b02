//! The quotas, each with how much of it a step takes. Codes and names are as
//! `ListAWSDefaultServiceQuotas` lists them; where a guide's page of quotas links the code, it is
//! named.

use ashore_engine::address::Address;
use ashore_engine::document::Document;
use ashore_engine::input::Input;
use ashore_engine::kind::Kind;
use ashore_engine::plan::Action;

use super::{Counted, Planned, Quota, Within};
use crate::aws::certificate::Certificate;
use crate::aws::classic_balancer::ClassicBalancer;
use crate::aws::cluster::Cluster;
use crate::aws::iam_role::Role;
use crate::aws::internet_gateway::InternetGateway;
use crate::aws::load_balancer::{Layer, LoadBalancer};
use crate::aws::route_table::RouteTable;
use crate::aws::security_group::{Rule, SecurityGroup, Source};
use crate::aws::service::Service;
use crate::aws::subnet::Subnet;
use crate::aws::target_group::TargetGroup;
use crate::aws::task_definition::TaskDefinition;
use crate::aws::vpc::Vpc;

type Taken = Vec<(Within, f64)>;

/// Every quota that a plan can run into. A kind that has one adds its row here.
pub const QUOTAS: &[Quota] = &[
    // [VPC guide: quotas]
    Quota {
        service: "vpc",
        code: "L-F678F1CE",
        what: "VPCs in the region",
        counted: Counted::Vpcs,
        takes: |step| step.each::<Vpc>(),
    },
    // [VPC guide: quotas]
    Quota {
        service: "vpc",
        code: "L-A4707A72",
        what: "internet gateways in the region",
        counted: Counted::InternetGateways,
        takes: |step| step.each::<InternetGateway>(),
    },
    // [VPC guide: quotas] A VPC brings a group along.
    Quota {
        service: "vpc",
        code: "L-E79EC296",
        what: "security groups in the region",
        counted: Counted::SecurityGroups,
        takes: |step| [step.each::<SecurityGroup>(), step.each::<Vpc>()].concat(),
    },
    // [VPC guide: quotas]
    Quota {
        service: "vpc",
        code: "L-407747CB",
        what: "subnets in the VPC",
        counted: Counted::Subnets,
        takes: |step| step.each_in::<Subnet>(|subnet| &subnet.vpc),
    },
    // [VPC guide: quotas] A VPC brings a main table along.
    Quota {
        service: "vpc",
        code: "L-589F43AA",
        what: "route tables in the VPC",
        counted: Counted::RouteTables,
        takes: |step| match step.made::<Vpc>() {
            Some(_) => vec![(Within::Planned(step.instance.address.clone()), 1.0)],
            None => step.each_in::<RouteTable>(|table| &table.vpc),
        },
    },
    // [VPC guide: quotas] IPv4 and IPv6 are counted apart.
    Quota {
        service: "vpc",
        code: "L-93826ACB",
        what: "routes in a route table",
        counted: Counted::Nothing,
        takes: |step| step.within_itself::<RouteTable>(routes),
    },
    // [VPC guide: quotas] In and out are counted apart, and so are IPv4 and IPv6.
    Quota {
        service: "vpc",
        code: "L-0EA8095F",
        what: "rules of a security group, in or out",
        counted: Counted::Nothing,
        takes: |step| {
            step.within_itself::<SecurityGroup>(|group| {
                rules(&group.ingress).max(rules(&group.egress))
            })
        },
    },
    // [VPC guide: quotas]
    Quota {
        service: "vpc",
        code: "L-2AFB9258",
        what: "security groups of a network interface",
        counted: Counted::Nothing,
        takes: |step| {
            let services = step.within_itself::<Service>(|it| it.security_groups.len());
            let balancers = step.within_itself::<LoadBalancer>(|it| it.security_groups.len());
            [services, balancers].concat()
        },
    },
    // [ELB guide: quotas of application load balancers]
    Quota {
        service: "elasticloadbalancing",
        code: "L-53DA6B97",
        what: "application load balancers in the region",
        counted: Counted::ApplicationLoadBalancers,
        takes: |step| step.each_that::<LoadBalancer>(|it| it.layer == Layer::Application),
    },
    // [NLB guide: quotas of network load balancers]
    Quota {
        service: "elasticloadbalancing",
        code: "L-69A177A2",
        what: "network load balancers in the region",
        counted: Counted::NetworkLoadBalancers,
        takes: |step| step.each_that::<LoadBalancer>(|it| it.layer == Layer::Network),
    },
    // [Classic Load Balancers guide: quotas]
    Quota {
        service: "elasticloadbalancing",
        code: "L-E9E9831D",
        what: "classic load balancers in the region",
        counted: Counted::ClassicLoadBalancers,
        takes: |step| step.each::<ClassicBalancer>(),
    },
    // [ELB guide: quotas of application load balancers]
    Quota {
        service: "elasticloadbalancing",
        code: "L-B22855CB",
        what: "target groups in the region",
        counted: Counted::TargetGroups,
        takes: |step| step.each::<TargetGroup>(),
    },
    // [ACM guide: quotas]
    Quota {
        service: "acm",
        code: "L-F141DD1D",
        what: "certificates in the region",
        counted: Counted::Certificates,
        takes: |step| step.each::<Certificate>(),
    },
    // [IAM user guide: quotas]
    Quota {
        service: "iam",
        code: "L-FE177D64",
        what: "IAM roles of the account",
        counted: Counted::Roles,
        takes: |step| step.each::<Role>(),
    },
    // [ECS guide: quotas]
    Quota {
        service: "ecs",
        code: "L-21C621EB",
        what: "ECS clusters in the region",
        counted: Counted::Clusters,
        takes: |step| step.each::<Cluster>(),
    },
    // [ECS guide: quotas]
    Quota {
        service: "ecs",
        code: "L-9EF96962",
        what: "services in the cluster",
        counted: Counted::Services,
        takes: |step| step.each_in::<Service>(|service| &service.cluster),
    },
    // [ECS guide: Fargate quotas]
    Quota {
        service: "fargate",
        code: "L-3032A538",
        what: "vCPUs on Fargate in the region",
        counted: Counted::FargateCpus,
        takes: cpus,
    },
];

impl Planned<'_> {
    /// The spec, if the step is about that kind.
    fn spec<K: Kind>(&self) -> Option<K> {
        let is_it = self.step.kind == K::NAME;
        is_it.then(|| self.step.spec.read().ok()).flatten()
    }

    /// The spec, if the step makes one of that kind.
    fn made<K: Kind>(&self) -> Option<K> {
        let made = self.step.action == Action::Create;
        made.then(|| self.spec()).flatten()
    }

    /// One for each that is made.
    fn each<K: Kind>(&self) -> Taken {
        let made = self.made::<K>();
        made.map(|_| (Within::Account, 1.0)).into_iter().collect()
    }

    /// One for each of that sort that is made.
    fn each_that<K: Kind>(&self, is: fn(&K) -> bool) -> Taken {
        let made = self.made::<K>().filter(is);
        made.map(|_| (Within::Account, 1.0)).into_iter().collect()
    }

    /// One for each that is made, in what it stands in.
    fn each_in<K: Kind>(&self, parent: fn(&K) -> &Input<String>) -> Taken {
        let made = self.made::<K>();
        let taken = made.map(|spec| (within(parent(&spec)), 1.0));
        taken.into_iter().collect()
    }

    /// How much is in each.
    fn within_itself<K: Kind>(&self, count: fn(&K) -> usize) -> Taken {
        let spec = self.spec::<K>();
        let address = || Within::Itself(self.instance.address.clone());
        let taken = spec.map(|spec| (address(), count(&spec) as f64));
        taken.into_iter().collect()
    }
}

fn within(parent: &Input<String>) -> Within {
    match parent {
        Input::Known(id) => Within::Present(id.clone()),
        Input::Ref(reference) => Within::Planned(reference.address.clone()),
    }
}

fn routes(table: &RouteTable) -> usize {
    let six = table
        .routes
        .iter()
        .filter(|it| it.destination.contains(':'));
    let six = six.count();
    six.max(table.routes.len() - six)
}

/// The rules of one direction, of the address family that has more. One that names a group counts
/// for both.
fn rules(rules: &[Rule]) -> usize {
    let of = |other: fn(&Source) -> bool| rules.iter().filter(|it| !other(&it.source)).count();
    let four = of(|source| matches!(source, Source::Cidr6(_)));
    let six = of(|source| matches!(source, Source::Cidr4(_)));
    four.max(six)
}

/// CPU units of one vCPU.
const VCPU: f64 = 1024.0;

/// The vCPUs that a service takes beyond those of its tasks that run now: all of a new one; of one
/// that is there, what a rollout starts before it stops the old tasks, or what it has more in the
/// end.
fn cpus(step: &Planned<'_>) -> Taken {
    let Some(service) = step.spec::<Service>() else {
        return Vec::new();
    };
    let Some(size) = task_definition(step, &service).map(|task| f64::from(task.cpu) / VCPU) else {
        return Vec::new();
    };
    let before: Option<Service> = step.step.pre_image.as_ref().and_then(|it| it.read().ok());
    let on_demand = |it: &Service| it.capacity.on_demand(it.desired_count);
    let running = before.as_ref().map_or(0, on_demand);
    let wanted = on_demand(&service);
    let most = match &before {
        Some(before) if before.task_definition != service.task_definition => {
            wanted.saturating_mul(service.maximum_percent) / 100
        }
        _ => wanted,
    };
    let more = most.max(wanted).saturating_sub(running);
    vec![(Within::Account, f64::from(more) * size)]
}

/// The task definition that the service takes from another step, or that stays as it is.
fn task_definition(step: &Planned<'_>, service: &Service) -> Option<TaskDefinition> {
    let from = step.step.references.iter();
    let mut from = from.filter(|(member, _)| member == "task_definition");
    let address: &Address = match (&service.task_definition, from.next()) {
        (Input::Ref(reference), _) => &reference.address,
        (Input::Known(_), Some((_, reference))) => &reference.address,
        (Input::Known(_), None) => return None,
    };
    let steps = step.plan.steps.iter().rev();
    let planned = steps
        .filter(|(instance, step)| instance.address == *address && step.action != Action::Delete)
        .map(|(_, step)| &step.spec);
    let kept = step.plan.kept.iter().rev();
    let kept = kept
        .filter(|(instance, _)| instance.address == *address)
        .map(|(_, record)| &record.spec);
    let spec: &Document = planned.chain(kept).next()?;
    spec.read().ok()
}
