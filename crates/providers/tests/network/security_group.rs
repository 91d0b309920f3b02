use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Live};
use ashore_providers::aws::security_group::{Change, Direction, Rule, SecurityGroup, Source};
use ashore_providers::aws::tags::Tags;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{IpPermission, IpRange, UserIdGroupPair};

use crate::in_twin::{InTwin, REGION, cx, made, of_stack};
use crate::life::Life;
use crate::vpc::{network, retagged};
use Direction::{Egress, Ingress};

fn tcp(port: i32, source: Source, description: &str) -> Rule {
    Rule {
        protocol: "tcp".into(),
        from_port: port,
        to_port: port,
        source,
        description: description.into(),
    }
}

fn anyone() -> Source {
    Source::Cidr4("0.0.0.0/0".into())
}

fn group(vpc: &str, name: &str, ingress: Vec<Rule>) -> SecurityGroup {
    SecurityGroup {
        name: format!("hello-default-{name}"),
        description: format!("The {name} of hello"),
        vpc: vpc.to_string().into(),
        ingress,
        egress: vec![Rule::all_out()],
        tags: Tags::default().named(name),
    }
}

fn permission(port: i32) -> IpPermission {
    let range = IpRange::builder().cidr_ip("0.0.0.0/0").build();
    let permission = IpPermission::builder().ip_protocol("tcp").ip_ranges(range);
    permission.from_port(port).to_port(port).build()
}

async fn a_subnet(ec2: &Client, vpc: &str) -> String {
    let request = ec2.create_subnet().vpc_id(vpc).cidr_block("10.0.0.0/24");
    let made = request.send().await.unwrap();
    made.subnet.unwrap().subnet_id.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_group_from_nothing_to_nothing() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let rules = vec![
        tcp(443, anyone(), "HTTPS from anywhere"),
        tcp(80, anyone(), "HTTP from anywhere"),
    ];
    let spec = group(&vpc.outputs.id, "balancer", rules);
    let mut life = Life::begin(&world, "ingress/security_group", spec).await;
    let id = life.outputs.id.clone();
    assert_eq!(retagged(&mut life, &ec2, &id).await, [Change::Tag]);

    let request = ec2.authorize_security_group_ingress().group_id(&id);
    let request = request.ip_permissions(permission(22));
    request.send().await.unwrap();
    let request = ec2.revoke_security_group_ingress().group_id(&id);
    let request = request.ip_permissions(permission(80));
    request.send().await.unwrap();
    let request = ec2.update_security_group_rule_descriptions_ingress();
    let request = request.group_id(&id).ip_permissions(permission(443));
    request.send().await.unwrap();
    let expect = [
        Change::Authorize(Ingress, vec![1]),
        Change::Describe(Ingress, vec![0]),
        Change::Revoke(Ingress, vec![tcp(22, anyone(), "")]),
    ];
    assert_eq!(life.is_put_right().await, expect);

    let everywhere = IpRange::builder().cidr_ip("0.0.0.0/0").build();
    let everything = IpPermission::builder().ip_protocol("-1");
    let everything = everything.ip_ranges(everywhere).build();
    let request = ec2.revoke_security_group_egress().group_id(&id);
    let request = request.ip_permissions(everything);
    request.send().await.unwrap();
    assert_eq!(
        life.is_put_right().await,
        [Change::Authorize(Egress, vec![0])]
    );

    for field in ["name", "description", "vpc"] {
        let before = world.twin.world(|world| {
            let groups = &mut world.region(REGION).ec2.groups;
            let group = groups.get_mut(&id).unwrap();
            let before = group.clone();
            match field {
                "name" => group.name.push('x'),
                "description" => group.description.push('x'),
                _ => group.vpc = "vpc-0123456789abcdef0".into(),
            }
            before
        });
        assert_eq!(life.replaced_by().await, [field]);
        world.twin.world(|world| {
            let groups = &mut world.region(REGION).ec2.groups;
            groups.insert(id.clone(), before);
        });
    }
    life.end().await;
    vpc.end().await;
}

#[tokio::test(start_paused = true)]
async fn less_may_leave_and_more_again() {
    let world = InTwin::new().await;
    let (vpc, _) = network(&world).await;
    let mut spec = group(&vpc.outputs.id, "balancer", Vec::new());
    let all = spec.clone();
    let range = Source::Cidr6("2001:db8::/32".into());
    spec.egress = vec![tcp(443, range, ""), tcp(443, anyone(), "to anywhere")];
    let mut life = Life::begin(&world, "ingress/security_group", spec).await;
    let changes = life.becomes(all).await;
    assert!(
        matches!(&changes[..], [Change::Authorize(Egress, _), Change::Revoke(Egress, rules)] if rules.len() == 2),
        "{changes:?}"
    );
    life.end().await;
}

#[tokio::test(start_paused = true)]
async fn who_bears_a_group_or_refers_to_it_is_named_when_it_cannot_go() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let spec = group(&vpc.outputs.id, "balancer", Vec::new());
    let life = Life::begin(&world, "ingress/security_group", spec).await;
    let from_balancer = Source::Group(life.outputs.id.clone().into());
    let rules = vec![tcp(80, from_balancer, "from the load balancer")];
    let tasks = group(&vpc.outputs.id, "web", rules);
    let tasks_cx = cx("services.web/security_group");
    let tasks = made(&world.aws, &tasks_cx, &tasks).await;

    let refusal = life.refusal().await;
    assert_eq!(refusal.class, Class::Dependency);
    let holder = format!(
        "a rule of security group {} (hello-default-web) of the stack `hello/default` \
         (services.web/security_group)",
        tasks.id
    );
    assert_eq!(refusal.evidence, [holder]);

    let subnet = a_subnet(&ec2, &vpc.outputs.id).await;
    let request = ec2.create_network_interface().subnet_id(&subnet);
    let request = request.groups(&life.outputs.id).description("a test");
    let made = request.send().await.unwrap();
    let id = made.network_interface.unwrap().network_interface_id;
    let refusal = life.refusal().await;
    let holder = format!("network interface {} \"a test\" in {subnet}", id.unwrap());
    assert_eq!(refusal.evidence, [holder]);
}

#[tokio::test(start_paused = true)]
async fn a_rule_of_somebody_elses_group_is_not_waited_for() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let spec = group(&vpc.outputs.id, "balancer", Vec::new());
    let life = Life::begin(&world, "ingress/security_group", spec).await;
    let from_balancer = Source::Group(life.outputs.id.clone().into());
    let rules = vec![tcp(5432, from_balancer, "the database of another team")];
    let theirs = group(&vpc.outputs.id, "database", rules);
    let theirs_cx = of_stack("other", "databases.main/security_group");
    let theirs = made(&world.aws, &theirs_cx, &theirs).await;

    let refusal = life.refusal().await;
    assert_eq!(refusal.class, Class::Invalid);
    let holder = format!(
        "a rule of security group {} (hello-default-database) of the stack `other/default` \
         (databases.main/security_group)",
        theirs.id
    );
    assert_eq!(
        refusal.advice,
        [format!(
            "take {holder} away, then run the same command again"
        )]
    );
    assert_eq!(refusal.evidence, [holder]);

    let request = ec2.delete_security_group().group_id(&theirs.id);
    request.send().await.unwrap();
    life.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_has_is_theirs() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let spec = group(&vpc.outputs.id, "balancer", Vec::new());
    let request = ec2.create_security_group().vpc_id(&vpc.outputs.id);
    let request = request.group_name(&spec.name).description("theirs");
    let theirs = request.send().await.unwrap().group_id.unwrap();
    let cx = cx("ingress/security_group");
    let refused = spec.send(&world.aws, &cx, &Change::Create, None).await;
    assert_eq!(refused.unwrap_err().class, Class::Exists);
    match spec.find(&world.aws, &cx).await.unwrap() {
        Found::Foreign(foreign) => assert!(foreign.who.contains(&theirs), "{}", foreign.who),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_somebody_else_took_away_first_asks_for_another_look() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let spec = group(&vpc.outputs.id, "balancer", Vec::new());
    let life = Life::begin(&world, "ingress/security_group", spec).await;
    let id = &life.outputs.id;
    let permission = |port| {
        let pair = UserIdGroupPair::builder().group_id(id).description("mine");
        let permission = IpPermission::builder().ip_protocol("tcp");
        let permission = permission.user_id_group_pairs(pair.build());
        permission.from_port(port).to_port(port).build()
    };
    for port in [22, 23] {
        let request = ec2.authorize_security_group_ingress().group_id(id);
        let request = request.ip_permissions(permission(port));
        request.send().await.unwrap();
    }
    let seen = life.seen().await;
    let changes = life.spec.changes(Some(&seen));
    let rule = |port| tcp(port, Source::Group(id.clone().into()), "mine");
    assert_eq!(changes, [Change::Revoke(Ingress, vec![rule(22), rule(23)])]);
    let request = ec2.revoke_security_group_ingress().group_id(id);
    let request = request.ip_permissions(permission(22));
    request.send().await.unwrap();
    let cx = cx("ingress/security_group");
    let outputs = Some(&seen.outputs);
    let refused = life.spec.send(&world.aws, &cx, &changes[0], outputs).await;
    assert_eq!(refused.unwrap_err().class, Class::Exists);
    let left = life.spec.changes(Some(&life.seen().await));
    assert_eq!(left, [Change::Revoke(Ingress, vec![rule(23)])]);
}
