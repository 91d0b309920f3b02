//! The messages of a queue that wait for each task, as metric math.
//!
//! AWS has no metric of it. What a service's CPU was measured from, counted over a minute, is how many tasks ran in it
//! [ECS developer guide: "Service RUNNING task count"]; this works without Container Insights.

use aws_sdk_applicationautoscaling::types::{
    CustomizedMetricSpecification, TargetTrackingMetric, TargetTrackingMetricDataQuery as Query,
    TargetTrackingMetricDimension, TargetTrackingMetricStat,
};

/// A queue that nothing was sent to for hours has no metric at all [SQS developer guide: CloudWatch metrics].
const PER_TASK: &str = "FILL(waiting, 0) / tasks";

/// What is followed, for a queue by its name and a service as `service/CLUSTER/SERVICE`. None if that is no service.
pub(super) fn specification(queue: &str, resource: &str) -> Option<CustomizedMetricSpecification> {
    let mut parts = resource.split('/').skip(1);
    let (cluster, service) = (parts.next()?, parts.next()?);
    let waiting = metric(
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        &[("QueueName", queue)],
    )?;
    let tasks = metric(
        "AWS/ECS",
        "CPUUtilization",
        &[("ClusterName", cluster), ("ServiceName", service)],
    )?;
    let per_task = Query::builder().id("per_task").expression(PER_TASK);
    let queries = [
        query("waiting", waiting, "Average")?,
        query("tasks", tasks, "SampleCount")?,
        per_task.return_data(true).build().ok()?,
    ];
    let specification = CustomizedMetricSpecification::builder();
    Some(specification.set_metrics(Some(queries.to_vec())).build())
}

/// The queue that this follows, if it is what we say for one.
pub(super) fn queue(of: &CustomizedMetricSpecification, resource: &str) -> Option<String> {
    let waiting = of.metrics().first()?.metric_stat()?.metric()?;
    let queue = waiting.dimensions().first()?.value();
    let ours = specification(queue, resource)?;
    let same = ours.metrics().len() == of.metrics().len()
        && ours
            .metrics()
            .iter()
            .zip(of.metrics())
            .all(|(ours, there)| {
                ours.id() == there.id()
                    && ours.expression() == there.expression()
                    && ours.metric_stat() == there.metric_stat()
                    && ours.return_data().unwrap_or(true) == there.return_data().unwrap_or(true)
            });
    same.then(|| queue.to_string())
}

fn query(id: &str, metric: TargetTrackingMetric, stat: &str) -> Option<Query> {
    let stat = TargetTrackingMetricStat::builder()
        .metric(metric)
        .stat(stat);
    let query = Query::builder().id(id).metric_stat(stat.build().ok()?);
    query.return_data(false).build().ok()
}

fn metric(
    namespace: &str,
    name: &str,
    dimensions: &[(&str, &str)],
) -> Option<TargetTrackingMetric> {
    let dimension = |(name, value): &(&str, &str)| {
        let dimension = TargetTrackingMetricDimension::builder();
        dimension.name(*name).value(*value).build().ok()
    };
    let dimensions: Option<Vec<_>> = dimensions.iter().map(dimension).collect();
    let metric = TargetTrackingMetric::builder();
    let metric = metric.namespace(namespace).metric_name(name);
    Some(metric.set_dimensions(Some(dimensions?)).build())
}
