use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::address::StackName;
use ashore_engine::document::Document;
use ashore_engine::input::{Input, Ref, When};
use ashore_engine::kind::{Impact, Kind};
use ashore_engine::plan::Phase;
use ashore_engine::state::{Ownership, Record};

use super::*;
use crate::aws::cluster::Cluster;
use crate::aws::security_group::{Rule, SecurityGroup, Source};
use crate::aws::service::{Capacity, Service};
use crate::aws::subnet::Subnet;
use crate::aws::tags::Tags;
use crate::aws::task_definition::TaskDefinition;
use crate::aws::vpc::Vpc;

fn empty() -> Plan {
    Plan {
        stack: StackName {
            app: "hello".into(),
            environment: "test".into(),
        },
        wanted: String::new(),
        serial: 0,
        steps: BTreeMap::new(),
        stays: Default::default(),
        kept: BTreeMap::new(),
    }
}

fn put<K: Kind>(plan: &mut Plan, at: &str, action: Action, spec: &K, before: Option<&K>) {
    let references = ashore_engine::input::references(&Document::of(spec));
    let step = Step {
        kind: K::NAME.to_string(),
        action,
        phase: Phase::Converge,
        ownership: Ownership::Ours,
        reasons: Vec::new(),
        impact: Impact::None,
        differences: Vec::new(),
        spec: Document::of(spec),
        outputs: None,
        pre_image: before.map(Document::of),
        displaces: Vec::new(),
        looks: false,
        asks: None,
        requests: Vec::new(),
        after: Vec::new(),
        values: BTreeMap::new(),
        needs: BTreeSet::new(),
        references,
    };
    plan.steps.insert(Instance::new(at.into(), 1), step);
}

fn to(address: &str, output: &str) -> Input<String> {
    Input::Ref(Ref {
        address: address.into(),
        output: output.into(),
        when: When::Ready,
    })
}

fn vpc() -> Vpc {
    Vpc {
        cidr: "10.0.0.0/16".into(),
        dns_hostnames: true,
        ipv6: false,
        tags: Tags::default(),
    }
}

fn subnet(vpc: Input<String>) -> Subnet {
    Subnet {
        vpc,
        cidr: "10.0.0.0/24".into(),
        zone: "eu-test-1a".into(),
        ipv6: None,
        tags: Tags::default(),
    }
}

fn group(ingress: Vec<Source>) -> SecurityGroup {
    let rule = |source| Rule {
        source,
        ..Rule::all_out()
    };
    SecurityGroup {
        name: "web".into(),
        description: "web".into(),
        vpc: "vpc-1".to_string().into(),
        ingress: ingress.into_iter().map(rule).collect(),
        egress: vec![Rule::all_out()],
        tags: Tags::default(),
    }
}

fn service(task_definition: Input<String>, desired_count: u32) -> Service {
    Service {
        name: "web".into(),
        cluster: "arn:aws:ecs:eu-test-1:123456789012:cluster/c"
            .to_string()
            .into(),
        task_definition,
        capacity: Capacity::Fargate,
        desired_count,
        scaled: false,
        subnets: Vec::new(),
        security_groups: vec!["sg-1".to_string().into(), "sg-2".to_string().into()],
        assign_public_ip: true,
        load_balancer: None,
        more_load_balancers: Vec::new(),
        registry: None,
        connect: None,
        classic_balancer: None,
        grace_period_seconds: None,
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        circuit_breaker: true,
        rollback: true,
        execute_command: false,
        tags: Tags::default(),
    }
}

fn task(cpu: u32) -> TaskDefinition {
    TaskDefinition {
        family: "web".into(),
        runs_on: "FARGATE".into(),
        network_mode: "awsvpc".into(),
        cpu,
        memory: 512,
        architecture: "X86_64".into(),
        execution_role: "role".to_string().into(),
        task_role: None,
        ephemeral_storage_gib: None,
        containers: Vec::new(),
        volumes: Vec::new(),
        tags: Tags::default(),
    }
}

fn of<'a>(demands: &'a [Demand], code: &str) -> Vec<(&'a Within, f64)> {
    let of_code = demands.iter().filter(|demand| demand.quota.code == code);
    of_code
        .map(|demand| (&demand.within, demand.more))
        .collect()
}

#[test]
fn each_code_stands_once() {
    let codes: BTreeSet<&str> = QUOTAS.iter().map(|quota| quota.code).collect();
    assert_eq!(codes.len(), QUOTAS.len());
}

#[test]
fn a_plan_that_makes_nothing_takes_nothing() {
    assert_eq!(demands(&empty()), []);
    let mut plan = empty();
    put(&mut plan, "network/vpc", Action::Update, &vpc(), None);
    put(
        &mut plan,
        "network/subnet[a]",
        Action::Delete,
        &subnet("vpc-1".to_string().into()),
        None,
    );
    assert_eq!(demands(&plan), []);
}

#[test]
fn what_stands_in_something_is_counted_there() {
    let mut plan = empty();
    put(&mut plan, "network/vpc", Action::Create, &vpc(), None);
    for zone in ["a", "b"] {
        let at = format!("network/subnet[{zone}]");
        put(
            &mut plan,
            &at,
            Action::Create,
            &subnet(to("network/vpc", "id")),
            None,
        );
    }
    put(
        &mut plan,
        "other/subnet",
        Action::Create,
        &subnet("vpc-9".to_string().into()),
        None,
    );
    let demands = demands(&plan);
    assert_eq!(of(&demands, "L-F678F1CE"), [(&Within::Account, 1.0)]);
    let (there, new) = (
        Within::Present("vpc-9".into()),
        Within::Planned("network/vpc".into()),
    );
    assert_eq!(of(&demands, "L-407747CB"), [(&there, 1.0), (&new, 2.0)]);
    // What a VPC brings along: a group and a route table.
    assert_eq!(of(&demands, "L-E79EC296"), [(&Within::Account, 1.0)]);
    assert_eq!(of(&demands, "L-589F43AA"), [(&new, 1.0)]);
}

#[test]
fn rules_are_counted_by_direction_and_family_and_the_fullest_group_decides() {
    let four = || Source::Cidr4("10.0.0.0/8".into());
    let six = || Source::Cidr6("::/0".into());
    let both = || Source::Group("sg-1".to_string().into());
    let mut plan = empty();
    put(
        &mut plan,
        "a/group",
        Action::Create,
        &group(vec![four(), six(), both()]),
        None,
    );
    put(
        &mut plan,
        "b/group",
        Action::Update,
        &group(vec![four(), four(), both()]),
        None,
    );
    let demands = demands(&plan);
    let fullest = Within::Itself("b/group".into());
    assert_eq!(of(&demands, "L-0EA8095F"), [(&fullest, 3.0)]);
}

#[test]
fn a_new_service_takes_all_of_its_tasks_and_a_rollout_what_it_starts_beside_them() {
    let from = || to("services.web/task_definition", "arn");
    let cpus = |plan: &Plan| {
        of(&demands(plan), "L-3032A538")
            .iter()
            .map(|(_, more)| *more)
            .sum::<f64>()
    };
    let mut plan = empty();
    put(
        &mut plan,
        "services.web/task_definition",
        Action::Create,
        &task(512),
        None,
    );
    put(
        &mut plan,
        "services.web/service",
        Action::Create,
        &service(from(), 3),
        None,
    );
    assert_eq!(cpus(&plan), 1.5);
    let cluster = Within::Present("arn:aws:ecs:eu-test-1:123456789012:cluster/c".into());
    assert_eq!(of(&demands(&plan), "L-9EF96962"), [(&cluster, 1.0)]);
    let itself = Within::Itself("services.web/service".into());
    assert_eq!(of(&demands(&plan), "L-2AFB9258"), [(&itself, 2.0)]);

    let old = service("web:1".to_string().into(), 3);
    put(
        &mut plan,
        "services.web/service",
        Action::Update,
        &service(from(), 3),
        Some(&old),
    );
    assert_eq!(cpus(&plan), 1.5, "three beside three");
    let one_by_one = Service {
        maximum_percent: 134,
        ..service(from(), 3)
    };
    put(
        &mut plan,
        "services.web/service",
        Action::Update,
        &one_by_one,
        Some(&old),
    );
    assert_eq!(cpus(&plan), 0.5, "four in all");

    // The revision stays; only the count grows.
    let mut plan = empty();
    let kept = Record {
        kind: TaskDefinition::NAME.into(),
        spec: Document::of(&task(1024)),
        outputs: Document::default(),
        ownership: Ownership::Ours,
        needs: BTreeSet::new(),
        references: Vec::new(),
        settled: true,
    };
    let at = Instance::new("services.web/task_definition".into(), 1);
    plan.kept.insert(at, kept);
    let more = service(from(), 5);
    let before = service(from(), 3);
    put(
        &mut plan,
        "services.web/service",
        Action::Update,
        &more,
        Some(&before),
    );
    assert_eq!(cpus(&plan), 2.0);
}

#[test]
fn four_fifths_are_warned_of() {
    let rows = [
        (5.0, 0.0, 1.0, Room::Enough),
        (5.0, 3.0, 1.0, Room::Enough),
        (5.0, 4.0, 1.0, Room::Tight),
        (5.0, 5.0, 1.0, Room::Short),
        (0.0, 0.0, 0.25, Room::Short),
        (6.0, 5.5, 0.5, Room::Tight),
    ];
    for (limit, used, more, expected) in rows {
        assert_eq!(
            room(limit, used, more),
            expected,
            "{used} + {more} of {limit}"
        );
    }
}

#[test]
fn as_much_is_asked_for_as_is_needed_where_the_quota_is_kept() {
    let find = |code: &str| {
        QUOTAS
            .iter()
            .find(|quota| quota.code == code)
            .expect("a row")
    };
    let demand = |code: &str, more: f64| Demand {
        quota: find(code),
        within: Within::Account,
        more,
    };
    assert_eq!(
        demand("L-3032A538", 0.75).request("eu-test-1", 5.5),
        "aws service-quotas request-service-quota-increase --service-code fargate --quota-code \
         L-3032A538 --desired-value 7 --region eu-test-1"
    );
    let roles = demand("L-FE177D64", 2.0).request("eu-test-1", 1000.0);
    assert!(
        roles.ends_with("--desired-value 1002 --region us-east-1"),
        "{roles}"
    );
}

#[test]
fn a_cluster_is_one_of_the_account() {
    let mut plan = empty();
    let cluster = Cluster {
        name: "c".into(),
        container_insights: "disabled".into(),
        tags: Tags::default(),
    };
    put(&mut plan, "cluster/cluster", Action::Create, &cluster, None);
    assert_eq!(of(&demands(&plan), "L-21C621EB"), [(&Within::Account, 1.0)]);
}
