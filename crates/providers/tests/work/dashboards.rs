//! A dashboard, and what somebody else makes of it.

use ashore_engine::kind::{Kind, Observed};
use ashore_providers::aws::alarm::Watch;
use ashore_providers::aws::dashboard::{Change, Dashboard, Graph};
use ashore_providers::aws::tags::Tags;

use crate::stage::{REGION, Stage};
use crate::tags;

const ADDRESS: &str = "observability/dashboard";

fn dashboard(stage: &Stage) -> Dashboard {
    let arn = |service: &str, resource: &str| {
        format!(
            "arn:aws:{service}:{REGION}:{}:{resource}",
            stage.aws.account
        )
    };
    let service = || arn("ecs", "service/hello/web").into();
    let load_balancer = |layer: &str| {
        let resource = format!("loadbalancer/{layer}/hello/0123456789abcdef");
        arn("elasticloadbalancing", &resource).into()
    };
    let target_group = || {
        let resource = "targetgroup/hello/0123456789abcdef";
        arn("elasticloadbalancing", resource).into()
    };
    let graph = |title: &str, lines| Graph {
        title: title.into(),
        lines,
    };
    Dashboard {
        name: "hello-default-dashboard-1".into(),
        graphs: vec![
            graph(
                "load",
                vec![
                    Watch::Cpu { service: service() },
                    Watch::Memory { service: service() },
                ],
            ),
            graph(
                "requests",
                vec![
                    Watch::Requests {
                        load_balancer: load_balancer("app"),
                        target_group: target_group(),
                    },
                    Watch::Errors {
                        load_balancer: load_balancer("app"),
                        target_group: target_group(),
                    },
                ],
            ),
            graph(
                "latency",
                vec![Watch::Latency {
                    load_balancer: load_balancer("app"),
                    target_group: target_group(),
                }],
            ),
            graph(
                "health",
                vec![Watch::Unhealthy {
                    load_balancer: load_balancer("net"),
                    target_group: target_group(),
                }],
            ),
        ],
        tags: tags("a"),
    }
}

#[tokio::test]
async fn a_dashboard_lives() {
    let stage = Stage::new().await;
    let first = dashboard(&stage);
    let one = Dashboard {
        graphs: first.graphs[..1].to_vec(),
        tags: tags("b"),
        ..first.clone()
    };
    let bare = Dashboard {
        tags: Tags::default(),
        ..first.clone()
    };
    stage.life(ADDRESS, &first, &[one, bare]).await;
}

#[tokio::test]
async fn what_somebody_drew_is_put_back() {
    let stage = Stage::new().await;
    let spec = dashboard(&stage);
    let outputs = stage.create(ADDRESS, &spec).await;
    stage.converged(&spec, &outputs).await;
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&stage.config);
    let there = cloudwatch.get_dashboard().dashboard_name(&spec.name);
    let there = there.send().await.expect("it is there");
    let body = there.dashboard_body.expect("a body");
    for altered in [
        body.replace("\"width\":12", "\"width\":6"),
        body.replace("AWS/NetworkELB", "AWS/ApplicationELB"),
        r##"{"widgets":[{"type":"text","properties":{"markdown":"# theirs"}}]}"##.to_string(),
    ] {
        let put = cloudwatch.put_dashboard().dashboard_name(&spec.name);
        put.dashboard_body(altered)
            .send()
            .await
            .expect("anybody may");
        let there: Observed<Dashboard> = stage.observed(&outputs).await.expect("there");
        assert_eq!(spec.changes(Some(&there)), [Change::Put]);
    }
}
