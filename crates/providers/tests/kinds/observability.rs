//! Examples of the kinds that tell somebody.

use ashore_providers::aws::alarm::{self, Alarm, Watch};
use ashore_providers::aws::dashboard::{self, Dashboard, Graph};
use ashore_providers::aws::event_rule::{self, EventRule};
use ashore_providers::aws::subscription::{self, Subscription};
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::topic::{self, Topic};
use serde_json::json;

use crate::example::Example;

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:hello-alarms";

pub(crate) fn examples() -> Vec<Example> {
    vec![alarm(), dashboard(), event_rule(), subscription(), topic()]
}

fn topic() -> Example {
    let spec = Topic {
        name: "hello-alarms".into(),
        publishers: ["events.amazonaws.com".to_string()].into(),
        tags: Tags::default().named("hello"),
    };
    Example::of(&spec, &topic::Outputs { arn: TOPIC.into() })
        .altered("name", |it: &mut Topic| it.name.push('x'))
        .altered("publishers", |it: &mut Topic| it.publishers.clear())
        .altered("tags", |it: &mut Topic| it.tags = Tags::default())
}

fn subscription() -> Example {
    let spec = Subscription {
        topic: TOPIC.to_string().into(),
        protocol: "email".into(),
        endpoint: "ops@example.com".into(),
    };
    let outputs = subscription::Outputs {
        topic: TOPIC.into(),
        protocol: "email".into(),
        endpoint: "ops@example.com".into(),
        arn: Some(format!("{TOPIC}:1")),
    };
    Example::of(&spec, &outputs)
        .altered("topic", |it: &mut Subscription| {
            it.topic = format!("{TOPIC}-g2").into();
        })
        .altered("protocol", |it: &mut Subscription| {
            it.protocol = "https".into();
        })
        .altered("endpoint", |it: &mut Subscription| {
            it.endpoint = "dev@example.com".into();
        })
}

fn alarm() -> Example {
    let spec = Alarm {
        name: "hello-web-cpu".into(),
        description: "CPU of web".into(),
        watch: Watch::Cpu {
            service: "arn:aws:ecs:eu-central-1:1:service/hello/web"
                .to_string()
                .into(),
        },
        threshold: 90,
        minutes: 5,
        topic: TOPIC.to_string().into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = alarm::Outputs {
        name: "hello-web-cpu".into(),
        arn: "arn:aws:cloudwatch:eu-central-1:1:alarm:hello-web-cpu".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Alarm| it.name.push('x'))
        .altered("description", |it: &mut Alarm| it.description.push('x'))
        .altered("watch", |it: &mut Alarm| {
            it.watch = Watch::Memory {
                service: "arn:aws:ecs:eu-central-1:1:service/hello/web"
                    .to_string()
                    .into(),
            };
        })
        .altered("threshold", |it: &mut Alarm| it.threshold = 80)
        .altered("minutes", |it: &mut Alarm| it.minutes = 1)
        .altered("topic", |it: &mut Alarm| {
            it.topic = format!("{TOPIC}-g2").into();
        })
        .altered("tags", |it: &mut Alarm| it.tags = Tags::default())
}

fn dashboard() -> Example {
    let service = || "arn:aws:ecs:eu-central-1:1:service/hello/web".to_string();
    let spec = Dashboard {
        name: "hello-dashboard".into(),
        graphs: vec![Graph {
            title: "services.web".into(),
            lines: vec![Watch::Cpu {
                service: service().into(),
            }],
        }],
        tags: Tags::default().named("hello"),
    };
    let outputs = dashboard::Outputs {
        name: "hello-dashboard".into(),
        arn: "arn:aws:cloudwatch::1:dashboard/hello-dashboard".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Dashboard| it.name.push('x'))
        .altered("graphs", move |it: &mut Dashboard| {
            let service = service().into();
            it.graphs[0].lines.push(Watch::Memory { service });
        })
        .altered("tags", |it: &mut Dashboard| it.tags = Tags::default())
}

fn event_rule() -> Example {
    let spec = EventRule {
        name: "hello-events".into(),
        description: "tasks that fail".into(),
        pattern: json!({ "source": ["aws.ecs"] }),
        topic: Some(TOPIC.to_string().into()),
        tags: Tags::default().named("hello"),
    };
    let outputs = event_rule::Outputs {
        name: "hello-events".into(),
        arn: "arn:aws:events:eu-central-1:1:rule/hello-events".into(),
        targets: vec!["topic".into()],
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut EventRule| it.name.push('x'))
        .altered("description", |it: &mut EventRule| it.description.push('x'))
        .altered("pattern", |it: &mut EventRule| {
            it.pattern = json!({ "source": ["aws.ec2"] });
        })
        .altered("topic", |it: &mut EventRule| {
            it.topic = Some(format!("{TOPIC}-g2").into());
        })
        .altered("tags", |it: &mut EventRule| it.tags = Tags::default())
}
