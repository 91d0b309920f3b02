//! Alarms, the topic that they tell, who hears of it, and events that are told too.

use ashore_engine::kind::{Found, Kind, Live, Observed};
use ashore_providers::aws::alarm::{self, Alarm, Watch};
use ashore_providers::aws::event_rule::{self, EventRule};
use ashore_providers::aws::subscription::Subscription;
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::topic::{self, Topic};
use serde_json::json;

use crate::stage::{REGION, Stage, stack};
use crate::tags;

fn topic() -> Topic {
    Topic {
        name: "hello-default-alarms".into(),
        publishers: ["events.amazonaws.com".to_string()].into(),
        tags: tags("a"),
    }
}

fn arn(stage: &Stage, service: &str, resource: &str) -> String {
    format!(
        "arn:aws:{service}:{REGION}:{}:{resource}",
        stage.aws.account
    )
}

fn alarm(stage: &Stage) -> Alarm {
    Alarm {
        name: "hello-default-web-cpu".into(),
        description: "web uses more than 90 % of its cpu".into(),
        watch: Watch::Cpu {
            service: arn(stage, "ecs", "service/hello/web").into(),
        },
        threshold: 90,
        minutes: 5,
        topic: arn(stage, "sns", "hello-default-alarms").into(),
        tags: tags("a"),
    }
}

#[tokio::test]
async fn a_topic_lives() {
    let stage = Stage::new().await;
    let two = Topic {
        publishers: ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
            .map(str::to_string)
            .into(),
        ..topic()
    };
    let bare = Topic {
        tags: Tags::default(),
        ..topic()
    };
    stage
        .life("observability/topic", &topic(), &[two, bare])
        .await;
}

#[tokio::test]
async fn a_policy_of_somebody_elses_is_put_back() {
    let stage = Stage::new().await;
    let outputs = stage.create("observability/topic", &topic()).await;
    let sns = aws_sdk_sns::Client::new(&stage.config);
    let open = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sns:Publish", "Resource": outputs.arn,
    }] });
    let set = sns.set_topic_attributes().topic_arn(&outputs.arn);
    let set = set
        .attribute_name("Policy")
        .attribute_value(open.to_string());
    set.send().await.expect("anybody may");
    let there: Observed<Topic> = stage.observed(&outputs).await.expect("there");
    assert_eq!(topic().changes(Some(&there)), [topic::Change::Policy]);
}

#[tokio::test]
async fn an_address_is_asked_and_goes_with_its_topic() {
    let stage = Stage::new().await;
    let of_topic = stage.create("observability/topic", &topic()).await;
    let spec = Subscription {
        topic: of_topic.arn.clone().into(),
        protocol: "email".into(),
        endpoint: "ops@example.com".into(),
    };
    let address = "observability/subscription[ops@example.com]";
    let outputs = stage.create(address, &spec).await;
    assert_eq!(outputs.arn, None, "nobody has confirmed it");
    stage.converged(&spec, &outputs).await;
    assert_eq!(
        stage.found(address, &spec).await,
        Found::Ours(outputs.clone())
    );
    let again = stage.create(address, &spec).await;
    assert_eq!(again, outputs);
    let there: Observed<Subscription> = stage.observed(&outputs).await.expect("there");
    assert_eq!(
        Subscription::removal(&there),
        [],
        "AWS takes no end of it yet"
    );
    let listed = Subscription::list(&stage.aws, &stack()).await;
    assert_eq!(listed.expect("listed"), std::slice::from_ref(&outputs));
    stage
        .remove("observability/topic", &topic(), &of_topic)
        .await;
    assert!(stage.observed::<Subscription>(&outputs).await.is_none());
}

#[tokio::test]
async fn an_alarm_lives() {
    let stage = Stage::new().await;
    stage.create("observability/topic", &topic()).await;
    let first = alarm(&stage);
    let load_balancer = arn(
        &stage,
        "elasticloadbalancing",
        "loadbalancer/app/hello/0123456789abcdef",
    );
    let target_group = arn(
        &stage,
        "elasticloadbalancing",
        "targetgroup/hello/0123456789abcdef",
    );
    let then = [
        Alarm {
            threshold: 80,
            minutes: 1,
            tags: tags("b"),
            ..first.clone()
        },
        Alarm {
            watch: Watch::Memory {
                service: arn(&stage, "ecs", "service/hello/web").into(),
            },
            ..first.clone()
        },
        Alarm {
            watch: Watch::Errors {
                load_balancer: load_balancer.clone().into(),
                target_group: target_group.clone().into(),
            },
            threshold: 5,
            ..first.clone()
        },
        Alarm {
            watch: Watch::Unhealthy {
                load_balancer: load_balancer.into(),
                target_group: target_group.into(),
            },
            threshold: 0,
            tags: Tags::default(),
            ..first.clone()
        },
    ];
    stage.life("services.web/alarm[cpu]", &first, &then).await;
}

#[tokio::test]
async fn an_alarm_that_tells_nobody_any_more_is_seen() {
    let stage = Stage::new().await;
    stage.create("observability/topic", &topic()).await;
    let spec = alarm(&stage);
    let outputs = stage.create("services.web/alarm[cpu]", &spec).await;
    stage.converged(&spec, &outputs).await;
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&stage.config);
    let disable = cloudwatch.disable_alarm_actions().alarm_names(&spec.name);
    disable.send().await.expect("anybody may");
    let there: Observed<Alarm> = stage.observed(&outputs).await.expect("there");
    assert_eq!(spec.changes(Some(&there)), [alarm::Change::Put]);
}

#[tokio::test]
async fn a_rule_lives() {
    let stage = Stage::new().await;
    let of_topic = stage.create("observability/topic", &topic()).await;
    let spec = EventRule {
        name: "hello-default-ecs-tasks".into(),
        description: "tasks that fail".into(),
        pattern: json!({ "source": ["aws.ecs"], "detail": { "lastStatus": ["STOPPED"] } }),
        topic: Some(of_topic.arn.into()),
        tags: tags("a"),
    };
    let other = EventRule {
        pattern: json!({ "source": ["aws.ecs"], "detail": {
            "$or": [{ "stopCode": ["TaskFailedToStart"] }, { "containers": { "exitCode": [{ "anything-but": [0] }] } }],
        } }),
        description: "others".into(),
        tags: tags("b"),
        ..spec.clone()
    };
    let elsewhere = EventRule {
        topic: Some(arn(&stage, "sns", "hello-default-others").into()),
        tags: Tags::default(),
        ..spec.clone()
    };
    let address = "observability/event_rule[tasks]";
    stage.life(address, &spec, &[other, elsewhere]).await;
}

#[tokio::test]
async fn a_rule_that_is_turned_off_is_seen() {
    let stage = Stage::new().await;
    let of_topic = stage.create("observability/topic", &topic()).await;
    let spec = EventRule {
        name: "hello-default-ecs-tasks".into(),
        description: "tasks that fail".into(),
        pattern: json!({ "source": ["aws.ecs"] }),
        topic: Some(of_topic.arn.into()),
        tags: tags("a"),
    };
    let outputs = stage.create("observability/event_rule[tasks]", &spec).await;
    let events = aws_sdk_eventbridge::Client::new(&stage.config);
    let disable = events.disable_rule().name(&spec.name);
    disable.send().await.expect("anybody may");
    let there: Observed<EventRule> = stage.observed(&outputs).await.expect("there");
    assert_eq!(spec.changes(Some(&there)), [event_rule::Change::Put]);
}
