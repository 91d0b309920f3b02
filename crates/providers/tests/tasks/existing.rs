//! What somebody else owns, read and checked.

use ashore_engine::failure::Class;
use ashore_providers::aws::live::existing::{Named, Purpose};

use crate::network::Ground;
use crate::stage::{REGION, Stage};

async fn named(stage: &Stage, ground: &Ground) -> Named {
    let ec2 = aws_sdk_ec2::Client::new(&stage.config);
    let subnet = ec2.describe_subnets().subnet_ids(&ground.subnets[0]);
    let subnets = subnet.send().await.expect("it can be read").subnets;
    let vpc = subnets.and_then(|all| all.into_iter().next()?.vpc_id);
    Named {
        vpc,
        subnets: ground.subnets.clone(),
        security_groups: vec![ground.group.clone()],
        cluster: Some("hello-default".into()),
        load_balancer: Some("hello-default".into()),
        listener: None,
        certificate: None,
    }
}

fn purpose() -> Purpose {
    Purpose {
        hostnames: vec!["shop.example.com".into()],
        makes_balancer: true,
    }
}

#[tokio::test]
async fn what_is_there_and_fits_is_read() {
    let stage = Stage::new().await;
    let ground = stage.ground().await;
    let mut named = named(&stage, &ground).await;
    let read = stage.aws.existing(&named, &purpose()).await;
    let read = read.expect("it fits");
    let subnets: Vec<_> = read.subnets.iter().map(|it| it.id.clone()).collect();
    assert_eq!(subnets, ground.subnets);
    assert!(read.subnets.iter().all(|it| it.public && it.free > 200));
    assert_eq!(read.subnets[1].zone, format!("{REGION}b"));
    assert_eq!(
        read.vpc.as_ref().map(|it| it.cidr.as_str()),
        Some("10.0.0.0/16")
    );
    assert_eq!(read.security_groups[0].name, "tasks");
    assert_eq!(read.cluster.expect("named").arn, ground.cluster);
    let balancer = read.load_balancer.expect("named");
    assert_eq!(balancer.sort, "application");
    assert_eq!(balancer.scheme, "internet-facing");
    assert_eq!(
        balancer.security_groups,
        std::slice::from_ref(&ground.group)
    );
    assert_eq!(balancer.zones, [format!("{REGION}a"), format!("{REGION}b")]);
    assert!(!balancer.zone_id.is_empty() && balancer.dns_name.contains("elb"));
    let listener = balancer.listeners[0].clone();
    assert_eq!((listener.port, listener.protocol.as_str()), (80, "HTTP"));

    // In another order, the balancer by its ARN, and a listener that is of no use.
    named.subnets.reverse();
    named.load_balancer = Some(balancer.arn);
    named.listener = Some(listener.arn);
    let refused = stage.aws.existing(&named, &purpose()).await;
    let refused = refused.expect_err("it speaks no HTTPS");
    assert_eq!(
        refused.message,
        "the listener on port 80 speaks HTTP, not HTTPS"
    );
    let plain = stage.aws.existing(&named, &Purpose::default()).await;
    let plain = plain.expect("for plain HTTP it is good enough");
    assert_eq!(plain.subnets[0].zone, format!("{REGION}b"));
}

#[tokio::test]
async fn everything_that_does_not_fit_is_told_at_once() {
    let stage = Stage::new().await;
    let ground = stage.ground().await;
    let mut named = named(&stage, &ground).await;
    let ec2 = aws_sdk_ec2::Client::new(&stage.config);
    let other = ec2.create_vpc().cidr_block("10.1.0.0/16").send().await;
    named.vpc = other.expect("a VPC").vpc.and_then(|it| it.vpc_id);
    named.cluster = Some("nobodys".into());
    named.security_groups.push("sg-0123456789abcdef0".into());
    let balancer = "0123456789abcdef/0123456789abcdef";
    named.listener = Some(format!(
        "arn:aws:elasticloadbalancing:{REGION}:{}:listener/app/x/{balancer}",
        stage.aws.account
    ));
    named.certificate = Some(format!(
        "arn:aws:acm:{REGION}:{}:certificate/d2f8a5b0-1c8e-4a52-9d7b-0123456789ab",
        stage.aws.account
    ));
    let refused = stage.aws.existing(&named, &purpose()).await;
    let refused = refused.expect_err("nothing fits");
    assert_eq!(refused.class, Class::Invalid);
    let told = [vec![refused.message.clone()], refused.evidence].concat();
    let text = told.join("\n");
    assert_eq!(told.len(), 8, "{text}");
    for sentence in [
        "there is no cluster `nobodys`",
        "there is no listener `arn:",
        "there is no certificate `arn:",
        "there is no security group `sg-0123456789abcdef0`",
        "the load balancer `hello-default` is in `vpc-",
    ] {
        assert!(text.contains(sentence), "{sentence} is not in\n{text}");
    }
}
