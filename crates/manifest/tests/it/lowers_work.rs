//! What workers, jobs and times mean in resources.

use serde_json::json;

use crate::lowered::{HEAD, WEB, addresses, after, graph, loaded, spec};

const WORK: &str = "[workers.work]\nimage = \"ghcr.io/acme/web:1\"\ncommand = [\"work\"]\n";

fn named(address: &str, output: &str) -> serde_json::Value {
    json!({ "$ref": { "address": address, "output": output, "when": "named" } })
}

#[test]
fn a_worker_is_a_service_that_nobody_reaches() {
    let graph = graph(&format!("{HEAD}{WEB}port = 80\n{WORK}count = 2\n"));
    let worker = spec(&graph, "workers.work/service");
    assert_eq!(worker["desired_count"], 2);
    assert_eq!(worker["load_balancer"], json!(null));
    assert_eq!(worker["name"], "shop-production-work");
    assert_eq!(
        spec(&graph, "workers.work/security_group")["ingress"],
        json!([]),
        "nobody is let in"
    );
    assert_eq!(
        spec(&graph, "workers.work/log_group")["name"],
        "/ashore/shop-production/work"
    );
    let groups = addresses(&graph, "aws.elb.target_group");
    assert_eq!(groups, ["services.web/target_group"]);
}

/// A rule that moves is a moment in which it is not there.
#[test]
fn one_worker_more_moves_no_rule() {
    let dns = "dns = { provider = \"cloudflare\", zone = \"example.com\" }\n";
    let web = format!("{WEB}port = 80\nhostname = \"example.com\"\n");
    let before = graph(&format!("{HEAD}{dns}{web}"));
    let more = WORK.replace("workers.work", "workers.a-first");
    let after = graph(&format!("{HEAD}{dns}{web}{more}"));
    let rule = "services.web/listener_rule";
    assert_eq!(spec(&before, rule), spec(&after, rule));
}

#[test]
fn a_secret_of_a_worker_is_kept_under_its_own_path() {
    let graph = graph(&format!(
        "{HEAD}{WEB}{WORK}secrets = {{ KEY = {{ generate = 16 }} }}\n"
    ));
    assert_eq!(
        spec(&graph, "workers.work/secret[KEY]")["name"],
        "shop-production/workers/work/KEY"
    );
}

#[test]
fn a_job_is_started_by_a_role_that_can_do_nothing_else() {
    let graph = graph(&format!(
        "{HEAD}{WEB}[jobs.report]\nimage = \"ghcr.io/acme/web:1\"\nschedule = \"0 3 * * 1\"\n\
         timezone = \"Europe/Berlin\"\ndead_letter = \"arn:aws:sqs:eu-central-1:123456789012:failed\"\n"
    ));
    let schedule = spec(&graph, "jobs.report/schedule");
    assert_eq!(schedule["name"], "report");
    assert_eq!(schedule["expression"], "cron(0 3 ? * MON *)");
    assert_eq!(schedule["timezone"], "Europe/Berlin");
    assert_eq!(schedule["assign_public_ip"], true);
    assert_eq!(schedule["group"], named("jobs/schedule_group", "name"));
    assert_eq!(
        schedule["security_groups"],
        json!([named("jobs.report/security_group", "id")])
    );
    assert!(after(&graph, "jobs.report/schedule").contains(&"network/route_table".to_string()));
    let role = spec(&graph, "jobs.report/schedule_role");
    assert_eq!(
        role["trust"]["Statement"][0]["Principal"],
        json!({ "Service": "scheduler.amazonaws.com" })
    );
    let statements = &role["inline_policies"]["start"]["Statement"];
    assert_eq!(
        *statements,
        json!([
            {
                "Effect": "Allow",
                "Action": ["ecs:RunTask"],
                "Resource": [
                    "arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-production-report:*"
                ],
                "Condition": { "ArnEquals": { "ecs:cluster": named("cluster", "arn") } },
            },
            {
                "Effect": "Allow",
                "Action": ["iam:PassRole"],
                "Resource": [
                    named("jobs.report/execution_role", "arn"),
                    named("jobs.report/task_role", "arn"),
                ],
                "Condition": { "StringEquals": { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
            },
            {
                "Effect": "Allow",
                "Action": ["sqs:SendMessage"],
                "Resource": ["arn:aws:sqs:eu-central-1:123456789012:failed"],
            },
        ])
    );
    assert_eq!(
        addresses(&graph, "aws.ecs.service"),
        ["services.web/service"]
    );
}

#[test]
fn without_jobs_there_is_no_group_for_them() {
    let graph = graph(&format!("{HEAD}{WEB}"));
    assert_eq!(
        addresses(&graph, "aws.scheduler.schedule_group"),
        [] as [&str; 0]
    );
}

#[test]
fn bounds_move_at_their_times_and_the_target_knows() {
    let graph = graph(&format!(
        "{HEAD}{WEB}scale = {{ max = 4, schedule = [{{ cron = \"0 8 * * 1-5\", min = 2, timezone = \
         \"Europe/Berlin\" }}, {{ cron = \"cron(0 20 * * ? *)\", min = 1, max = 2 }}] }}\n"
    ));
    let morning = spec(&graph, "services.web/scheduled_action[1]");
    assert_eq!(
        *morning,
        json!({
            "name": "shop-production-web-schedule-1",
            "resource": named("services.web/scalable_target", "resource"),
            "expression": "cron(0 8 ? * MON,TUE,WED,THU,FRI *)",
            "timezone": "Europe/Berlin",
            "min": 2,
            "max": null,
        })
    );
    assert_eq!(
        spec(&graph, "services.web/scalable_target")["scheduled"],
        json!([{ "min": 2, "max": null }, { "min": 1, "max": 2 }])
    );
    assert_eq!(
        addresses(&graph, "aws.application_autoscaling.scaling_policy"),
        [] as [&str; 0]
    );
}

#[test]
fn a_worker_follows_a_queue() {
    let graph = graph(&format!(
        "{HEAD}{WEB}{WORK}scale = {{ max = 20, queue_depth = {{ queue = \
         \"arn:aws:sqs:eu-central-1:123456789012:orders\", per_task = 100 }} }}\n"
    ));
    let policy = spec(&graph, "workers.work/scaling_policy[backlog]");
    assert_eq!(
        policy["metric"],
        json!({ "backlog": { "queue": "orders" } })
    );
    assert_eq!(policy["target_thousandths"], 100_000);
}

#[test]
fn everything_in_tasks_is_counted_once() {
    let manifest = loaded(&format!(
        "{HEAD}{WEB}{WORK}[jobs.report]\nimage = \"ghcr.io/acme/web:1\"\nschedule = \"rate(1 day)\"\n"
    ));
    let paths: Vec<_> = manifest.tasks().map(|task| task.path()).collect();
    assert_eq!(paths, ["services.web", "workers.work", "jobs.report"]);
}

#[test]
fn a_queue_of_ours_is_followed_by_its_name_and_told_by_its_arn() {
    let graph = graph(&format!(
        "{HEAD}{WEB}{WORK}uses = [\"orders\"]\nscale = {{ max = 4, queue_depth = {{ queue = \"orders\", per_task = 10 }} }}\n\
         [jobs.report]\nimage = \"ghcr.io/acme/web:1\"\nschedule = \"0 3 * * 1\"\ndead_letter = \"failed\"\n\
         [queues.orders]\n[queues.failed]\n"
    ));
    let policy = spec(&graph, "workers.work/scaling_policy[backlog]");
    assert_eq!(
        policy["metric"]["backlog"]["queue"],
        named("queues.orders/queue", "name")
    );
    let failed = named("queues.failed/queue", "arn");
    assert_eq!(spec(&graph, "jobs.report/schedule")["dead_letter"], failed);
    let statements =
        &spec(&graph, "jobs.report/schedule_role")["inline_policies"]["start"]["Statement"];
    assert_eq!(statements[2]["Resource"], json!([failed]));
    let environment = &spec(&graph, "workers.work/task_definition")["containers"][0]["environment"];
    assert_eq!(
        environment["ORDERS_QUEUE_URL"],
        named("queues.orders/queue", "url")
    );
}

#[test]
fn a_worker_and_a_job_reach_what_they_use() {
    let graph = graph(&format!(
        "{HEAD}{WEB}{WORK}uses = [\"db\"]\n[jobs.report]\nimage = \"ghcr.io/acme/web:1\"\nschedule = \"0 3 * * 1\"\n\
         uses = [\"db\"]\nvolumes = {{ \"/data\" = \"files\" }}\n[databases.db]\n[volumes.files]\n"
    ));
    let rules = &spec(&graph, "databases.db/security_group")["ingress"];
    let sources: Vec<_> = rules
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| &it["source"])
        .collect();
    let group = |path: &str| json!({ "group": named(&format!("{path}/security_group"), "id") });
    assert_eq!(sources, [&group("workers.work"), &group("jobs.report")]);
    let mounts = &spec(&graph, "jobs.report/task_definition")["containers"][0]["mounts"];
    assert_eq!(*mounts, json!({ "/data": "files" }));
    assert!(
        after(&graph, "jobs.report/schedule")
            .iter()
            .any(|it| it.starts_with("volumes.files/mount_target")),
        "a task mounts its volume as it starts"
    );
}
