//! What logs, metrics, alarms and traces mean in resources.

use serde_json::json;

use crate::lowered::{HEAD, WEB, addresses, graph, loaded, spec};

const WORK: &str = "[workers.work]\nimage = \"ghcr.io/acme/web:1\"\n";
const JOB: &str = "[jobs.report]\nimage = \"ghcr.io/acme/web:1\"\nschedule = \"rate(1 day)\"\n";

#[test]
fn what_is_said_of_logs_holds_where_nothing_else_is_said() {
    let key = "arn:aws:kms:eu-central-1:123456789012:key/k";
    let graph = graph(&format!(
        "{HEAD}{WEB}log_retention = \"7d\"\n{WORK}{JOB}[observability]\nlog_retention = \"365d\"\n\
         log_key = \"{key}\"\nlog_removal = \"retain\"\n"
    ));
    for (path, days) in [
        ("services.web", 7),
        ("workers.work", 365),
        ("jobs.report", 365),
    ] {
        let group = spec(&graph, &format!("{path}/log_group"));
        assert_eq!(group["retention_days"], days, "{path}");
        assert_eq!(group["key"], key);
        assert_eq!(group["retain"], true);
    }
}

#[test]
fn insights_are_the_clusters() {
    for (said, meant) in [
        ("off", "disabled"),
        ("enabled", "enabled"),
        ("enhanced", "enhanced"),
    ] {
        let graph = graph(&format!(
            "{HEAD}{WEB}[observability]\ninsights = \"{said}\"\n"
        ));
        assert_eq!(spec(&graph, "cluster")["container_insights"], meant);
    }
}

#[test]
fn everything_that_runs_for_long_has_alarms_on_one_topic() {
    let graph = graph(&format!(
        "{HEAD}{WEB}port = 80\n{WORK}{JOB}[observability.alarms]\nnotify = [\"ops@example.com\", \
         \"https://example.com/alarms\"]\ncpu = 80\n"
    ));
    assert_eq!(
        addresses(&graph, "aws.cloudwatch.alarm"),
        [
            "services.web/alarm[cpu]",
            "services.web/alarm[errors]",
            "services.web/alarm[memory]",
            "services.web/alarm[unhealthy]",
            "workers.work/alarm[cpu]",
            "workers.work/alarm[memory]",
        ]
    );
    let alarm = spec(&graph, "workers.work/alarm[cpu]");
    assert_eq!(alarm["name"], "shop-production-work-cpu");
    assert_eq!(alarm["threshold"], 80);
    assert_eq!(spec(&graph, "services.web/alarm[errors]")["threshold"], 5);
    assert_eq!(addresses(&graph, "aws.sns.topic"), ["observability/topic"]);
    assert_eq!(
        addresses(&graph, "aws.sns.subscription"),
        [
            "observability/subscription[https://example.com/alarms]",
            "observability/subscription[ops@example.com]",
        ]
    );
    assert_eq!(
        addresses(&graph, "aws.events.rule"),
        [
            "observability/event_rule[deployments]",
            "observability/event_rule[tasks]",
        ]
    );
    let pattern = &spec(&graph, "observability/event_rule[deployments]")["pattern"];
    assert_eq!(
        pattern["resources"],
        json!([{ "prefix": "arn:aws:ecs:eu-central-1:123456789012:service/shop-production-cluster/shop-production-" }])
    );
}

#[test]
fn without_anybody_to_tell_there_is_no_alarm() {
    let graph = graph(&format!("{HEAD}{WEB}port = 80\n"));
    for kind in ["aws.cloudwatch.alarm", "aws.sns.topic", "aws.events.rule"] {
        assert_eq!(addresses(&graph, kind), [] as [&str; 0]);
    }
}

#[test]
fn a_collector_stands_beside_what_is_traced() {
    let text = format!(
        "{HEAD}{WEB}{WORK}env = {{ OTEL_EXPORTER_OTLP_ENDPOINT = \"http://elsewhere\" }}\n{JOB}"
    );
    let graph = graph(&format!("{text}[observability]\ntracing = \"xray\"\n"));
    let containers = &spec(&graph, "services.web/task_definition")["containers"];
    assert_eq!(containers[1]["name"], "otel");
    assert_eq!(containers[1]["essential"], false);
    assert_eq!(containers[1]["ports"], json!([4317, 4318]));
    let endpoint =
        |of: &serde_json::Value| of["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"].clone();
    assert_eq!(endpoint(&containers[0]), "http://127.0.0.1:4317");
    let worker = &spec(&graph, "workers.work/task_definition")["containers"];
    assert_eq!(endpoint(&worker[0]), "http://elsewhere");
    let policies = &spec(&graph, "services.web/task_role")["inline_policies"];
    let traces = &policies["traces"]["Statement"][0];
    assert_eq!(traces["Action"].as_array().map(Vec::len), Some(5));
    let job = &spec(&graph, "jobs.report/task_definition")["containers"];
    assert_eq!(job.as_array().map(Vec::len), Some(1), "a job has none");
    let plain = spec(
        &crate::lowered::graph(&text),
        "services.web/task_definition",
    )["containers"]
        .clone();
    assert_eq!(plain.as_array().map(Vec::len), Some(1));
}

#[test]
fn the_smallest_manifest_says_nothing_of_all_this() {
    let said = loaded(&format!("{HEAD}{WEB}")).observability;
    assert!(said.alarms.is_none() && !said.xray && !said.retain_logs && said.log_key.is_none());
}

#[test]
fn a_dashboard_shows_everything_that_runs_for_long() {
    let text = format!("{HEAD}{WEB}port = 80\n{WORK}{JOB}[observability]\ndashboard = true\n");
    let with = graph(&text);
    let dashboard = spec(&with, "observability/dashboard");
    let graphs = dashboard["graphs"].as_array().expect("a list");
    let titles: Vec<_> = graphs
        .iter()
        .filter_map(|it| it["title"].as_str())
        .collect();
    assert_eq!(
        titles,
        [
            "services.web: cpu and memory, in percent",
            "services.web: requests and errors a minute",
            "services.web: seconds to answer",
            "services.web: tasks that are not well",
            "workers.work: cpu and memory, in percent",
        ]
    );
    let name = dashboard["name"].as_str().expect("a name");
    assert!(
        name.starts_with("shop-production-dashboard-"),
        "{name}: in no region, so its own in the account"
    );
    assert!(addresses(&graph(&format!("{HEAD}{WEB}")), "aws.cloudwatch.dashboard").is_empty());
}

#[test]
fn a_service_behind_two_balancers_has_alarms_on_both() {
    let graph = graph(&format!(
        "{HEAD}{WEB}port = 80\nbalancer = [\"public\", \"internal\"]\n[observability.alarms]\n\
         notify = [\"ops@example.com\"]\n"
    ));
    assert_eq!(
        addresses(&graph, "aws.cloudwatch.alarm"),
        [
            "services.web/alarm[cpu]",
            "services.web/alarm[errors-internal]",
            "services.web/alarm[errors]",
            "services.web/alarm[memory]",
            "services.web/alarm[unhealthy-internal]",
            "services.web/alarm[unhealthy]",
        ]
    );
}

#[test]
fn what_no_balancer_reads_has_no_alarm_on_answers() {
    let graph = graph(&format!(
        "{HEAD}{WEB}port = 5432\nprotocol = \"tcp\"\n[observability.alarms]\nnotify = [\"ops@example.com\"]\n"
    ));
    let alarms = addresses(&graph, "aws.cloudwatch.alarm");
    assert!(
        alarms.contains(&"services.web/alarm[unhealthy]".to_owned()),
        "{alarms:?}"
    );
    assert!(!alarms.iter().any(|it| it.contains("errors")), "{alarms:?}");
}
