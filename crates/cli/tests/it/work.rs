//! Workers, jobs, scaling, logs and alarms, from end to end.

use serde_json::{Value, json};

use crate::hello::{does_what_it_plans, leftovers};
use crate::rig::Rig;

const REGION: &str = "eu-central-1";

/// A web service between one and four tasks, at 60 percent of cpu and 80 of memory, a worker and a job.
const WORK: &str = r#"
app = "shop"
region = "eu-central-1"

[services.web]
image = "nginx:1.29"
port = 80
scale = { min = 1, max = 4, cpu = 60, memory = 80 }

[workers.work]
image = "ghcr.io/acme/shop:1"
command = ["work"]
count = 2

[jobs.report]
image = "ghcr.io/acme/report:1"
schedule = "0 3 1 1 *"
timezone = "Europe/Berlin"
"#;

/// The part of the world that a service of AWS has here.
fn of(rig: &Rig, service: &str) -> Value {
    rig.world()["regions"][REGION][service].clone()
}

#[track_caller]
fn nothing_to_do(rig: &Rig) {
    let again = ["plan", "--json", "--detailed-exitcode"];
    let plan = rig.ashore(&again).exits(0).document("plan");
    assert_eq!(plan["changes"], false, "{plan:#}");
}

fn scaling(rig: &Rig, operation: &str, body: &Value) -> Value {
    let target = format!("AnyScaleFrontendService.{operation}");
    rig.aws("application-autoscaling", &target, body)
}

fn policies(rig: &Rig) -> Vec<Value> {
    let answer = scaling(
        rig,
        "DescribeScalingPolicies",
        &json!({ "ServiceNamespace": "ecs" }),
    );
    answer["ScalingPolicies"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn target(rig: &Rig) -> Value {
    let answer = scaling(
        rig,
        "DescribeScalableTargets",
        &json!({ "ServiceNamespace": "ecs" }),
    );
    answer["ScalableTargets"][0].clone()
}

fn ecs(rig: &Rig, operation: &str, body: &Value) -> Value {
    let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
    rig.aws("ecs", &target, body)
}

fn service(rig: &Rig, name: &str) -> Value {
    let body = json!({ "cluster": "shop-production-cluster", "services": [name] });
    ecs(rig, "DescribeServices", &body)["services"][0].clone()
}

/// Seed: S4-14.
#[test]
fn cpu_and_memory_say_how_many_tasks_run_and_up_leaves_their_number_alone() {
    let rig = Rig::new(WORK);
    does_what_it_plans(&rig, &["plan"], &["up"]);
    let kept: Vec<(String, f64)> = policies(&rig)
        .iter()
        .map(|policy| {
            let tracking = &policy["TargetTrackingScalingPolicyConfiguration"];
            let metric = &tracking["PredefinedMetricSpecification"]["PredefinedMetricType"];
            let metric = metric.as_str().unwrap_or_default().to_string();
            (metric, tracking["TargetValue"].as_f64().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        kept,
        [
            ("ECSServiceAverageCPUUtilization".to_string(), 60.0),
            ("ECSServiceAverageMemoryUtilization".to_string(), 80.0),
        ]
    );
    let bounds = target(&rig);
    assert_eq!(
        (&bounds["MinCapacity"], &bounds["MaxCapacity"]),
        (&json!(1), &json!(4))
    );
    nothing_to_do(&rig);

    // As the scaler does.
    let moved = json!({
        "cluster": "shop-production-cluster", "service": "shop-production-web", "desiredCount": 3,
    });
    ecs(&rig, "UpdateService", &moved);
    nothing_to_do(&rig);
    rig.write(
        &WORK
            .replace("max = 4", "max = 6")
            .replace("cpu = 60", "cpu = 50"),
    );
    let up = does_what_it_plans(&rig, &["plan"], &["up"]);
    let steps = up.document("plan")["steps"].as_array().map(Vec::len);
    assert_eq!(steps, Some(2), "the bounds and one policy");
    assert_eq!(service(&rig, "shop-production-web")["desiredCount"], 3);
    assert_eq!(target(&rig)["MaxCapacity"], 6);
    nothing_to_do(&rig);

    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), [] as [String; 0]);
    assert_eq!(policies(&rig), [] as [Value; 0]);
}

#[test]
fn a_worker_and_a_job_come_change_and_go() {
    let rig = Rig::new(WORK);
    rig.ashore(&["check"]).exits(0);
    does_what_it_plans(&rig, &["plan"], &["up"]);
    let worker = service(&rig, "shop-production-work");
    assert_eq!(worker["runningCount"], 2, "{worker:#}");
    assert_eq!(worker["loadBalancers"], json!([]));
    nothing_to_do(&rig);

    let more = WORK
        .replace("count = 2", "count = 1")
        .replace("report:1", "report:2")
        .replace("0 3 1 1 *", "0 4 1 1 *");
    rig.write(&more);
    does_what_it_plans(&rig, &["plan"], &["up"]);
    let schedules = of(&rig, "scheduler")["schedules"].clone();
    let report = &schedules["shop-production-jobs/report"]["plan"];
    assert_eq!(report["expression"], "cron(0 4 1 1 ? *)", "{schedules:#}");
    assert_eq!(report["zone"], "Europe/Berlin");
    nothing_to_do(&rig);

    // Without its section it goes, and the worker with it.
    let (web, _) = WORK.split_once("[workers").expect("a worker");
    rig.write(web);
    rig.ashore(&["up", "--yes"]).exits(0);
    assert_eq!(of(&rig, "scheduler")["schedules"], json!({}));
    nothing_to_do(&rig);
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), [] as [String; 0]);
}

/// The role's policy is enough, and a job that ends well is nobody's alarm.
#[test]
fn a_job_is_started_by_the_clock() {
    let rig = Rig::new(&WORK.replace("0 3 1 1 *", "*/5 * * * *"));
    rig.script(json!({ "rules": [{
        "image": "ghcr.io/acme/report:1",
        "behaviour": { "exit": { "code": 0, "after_ms": 1000 }, "log": ["reported"] },
    }] }));
    rig.ashore(&["up"]).exits(0);
    rig.pass(900);
    let tasks = of(&rig, "ecs")["tasks"].clone();
    let tasks = tasks.as_object().into_iter().flatten();
    let started: Vec<_> = tasks
        .filter(|(_, task)| task.to_string().contains("chronos-schedule/report"))
        .collect();
    assert!(!started.is_empty(), "nothing was started");
    let lines = rig.aws(
        "logs",
        "Logs_20140328.FilterLogEvents",
        &json!({ "logGroupName": "/ashore/shop-production/report" }),
    );
    assert!(lines.to_string().contains("reported"), "{lines}");
    nothing_to_do(&rig);
    rig.ashore(&["down", "--yes"]).exits(0);
}

#[test]
fn bounds_move_by_the_clock_and_the_plan_stays_empty() {
    let scale = "scale = { min = 1, max = 4, cpu = 60, schedule = [{ cron = \"*/5 * * * *\", min = 2, \
                 max = 8 }] }";
    let rig = Rig::new(&WORK.replace("scale = { min = 1, max = 4, cpu = 60, memory = 80 }", scale));
    rig.ashore(&["up"]).exits(0);
    rig.pass(900);
    let bounds = target(&rig);
    assert_eq!(
        (&bounds["MinCapacity"], &bounds["MaxCapacity"]),
        (&json!(2), &json!(8))
    );
    nothing_to_do(&rig);

    rig.write(
        &WORK
            .replace("memory = 80 }", "}")
            .replace("cpu = 60, }", "cpu = 60 }"),
    );
    rig.ashore(&["up", "--yes"]).exits(0);
    let bounds = target(&rig);
    assert_eq!(
        (&bounds["MinCapacity"], &bounds["MaxCapacity"]),
        (&json!(1), &json!(4))
    );
    nothing_to_do(&rig);
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), [] as [String; 0]);
}

#[test]
fn a_worker_follows_the_messages_that_wait() {
    let scale = "scale = { min = 1, max = 5, queue_depth = { queue = \
                 \"arn:aws:sqs:eu-central-1:000000000000:orders\", per_task = 10 } }";
    let rig = Rig::new(&WORK.replace("count = 2", scale));
    does_what_it_plans(&rig, &["plan"], &["up"]);
    let policies = policies(&rig);
    let math = policies.iter().find_map(|policy| {
        let tracking = &policy["TargetTrackingScalingPolicyConfiguration"];
        tracking["CustomizedMetricSpecification"]["Metrics"].as_array()
    });
    let math = math.expect("one of the policies is ours to reckon");
    assert_eq!(
        math[0]["MetricStat"]["Metric"]["Dimensions"][0]["Value"],
        "orders"
    );
    assert_eq!(math[2]["Expression"], "FILL(waiting, 0) / tasks");
    nothing_to_do(&rig);
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), [] as [String; 0]);
}

/// Seed: S3-19.
#[test]
fn logs_are_kept_for_a_year_and_stay() {
    let kept =
        format!("{WORK}\n[observability]\nlog_retention = \"365d\"\nlog_removal = \"retain\"\n");
    let rig = Rig::new(&kept);
    does_what_it_plans(&rig, &["plan"], &["up"]);
    let groups = || {
        let groups = of(&rig, "logs")["groups"].clone();
        let groups = groups.as_object().into_iter().flatten();
        let days = |(name, group): (&String, &Value)| (name.clone(), group["retention"].clone());
        groups.map(days).collect::<Vec<_>>()
    };
    let all =
        ["report", "web", "work"].map(|it| (format!("/ashore/shop-production/{it}"), json!(365)));
    assert_eq!(groups(), all);
    nothing_to_do(&rig);
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(groups(), all, "they stay");

    // And are found again.
    rig.ashore(&["up"]).exits(0);
    nothing_to_do(&rig);
    rig.write(WORK);
    rig.ashore(&["up"]).exits(0);
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(groups(), []);
    assert_eq!(leftovers(&rig.world()), [] as [String; 0]);
}

/// Seeds: S1-16, S1-17, S2-17.
#[test]
fn somebody_is_told_of_what_goes_wrong() {
    let told = format!(
        "{WORK}\n[observability]\ninsights = \"enhanced\"\ntracing = \"xray\"\n\
         [observability.alarms]\nnotify = [\"ops@example.com\"]\ncpu = 80\n"
    );
    let rig = Rig::new(&told);
    does_what_it_plans(&rig, &["plan"], &["up"]);
    nothing_to_do(&rig);
    let alarms = of(&rig, "cloudwatch")["alarms"].clone();
    let names: Vec<_> = alarms
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect();
    for name in [
        "web-cpu",
        "web-memory",
        "web-errors",
        "web-unhealthy",
        "work-cpu",
        "work-memory",
    ] {
        let name = format!("shop-production-{name}");
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let topic = of(&rig, "sns");
    assert!(topic.to_string().contains("ops@example.com"), "{topic}");

    // A change of every sort.
    let other = told
        .replace("cpu = 80", "cpu = 70\nerrors = 1")
        .replace("ops@example.com", "https://example.com/alarms")
        .replace("tracing = \"xray\"\n", "")
        .replace("enhanced", "enabled");
    rig.write(&other);
    rig.ashore(&["up", "--yes"]).exits(0);
    nothing_to_do(&rig);
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(leftovers(&rig.world()), [] as [String; 0]);
}
