//! What a request for flow logs may ask for.

use super::Destination;
use crate::input::Input;
use crate::refusal::Refusal;

/// A request, its form checked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) resources: Vec<String>,
    pub(super) resource_type: String,
    pub(super) traffic: String,
    pub(super) format: String,
    pub(super) interval: i64,
    bucket: bool,
    group: Option<String>,
    arn: Option<String>,
    role: Option<String>,
    options: Option<(bool, bool, bool)>,
}

/// The default format [VPC guide: flow log records].
const FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/// The fields of the later versions [VPC guide: flow log records].
const MORE_FIELDS: &str = "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id \
sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path ecs-cluster-arn \
ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id \
ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id reject-reason resource-id encryption-status";

/// The refusal of most that a flow log cannot have [terraform-provider-aws #28577].
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameter", message)
}

impl Asked {
    pub(super) fn read(input: &mut Input) -> Result<Asked, Refusal> {
        let resources = input.texts("ResourceId")?;
        if resources.is_empty() {
            return Err(input.missing("ResourceId"));
        }
        let resource_type = input.required("ResourceType")?;
        let modelled = ["VPC", "Subnet", "NetworkInterface", "RegionalNatGateway"];
        if !modelled.contains(&resource_type.as_str()) {
            return Err(Refusal::not_implemented(format_args!(
                "flow logs of {resource_type}"
            )));
        }
        let traffic = input.required("TrafficType")?;
        if !["ACCEPT", "REJECT", "ALL"].contains(&traffic.as_str()) {
            let message = format!("Value ({traffic}) for parameter trafficType is invalid.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        let bucket = match input.text("LogDestinationType")?.as_deref() {
            None | Some("cloud-watch-logs") => false,
            Some("s3") => true,
            Some(other) => {
                return Err(Refusal::not_implemented(format_args!(
                    "flow logs to {other}"
                )));
            }
        };
        let interval = input.number("MaxAggregationInterval")?.unwrap_or(600);
        if ![60, 600].contains(&interval) {
            return Err(invalid("Invalid Flow Log Max Aggregation Interval"));
        }
        let asked = Asked {
            resources,
            resource_type,
            traffic,
            format: format(input.text("LogFormat")?)?,
            interval,
            bucket,
            group: input.text("LogGroupName")?,
            arn: input.text("LogDestination")?,
            role: input.text("DeliverLogsPermissionArn")?,
            options: options(input)?,
        };
        Ok(asked)
    }

    /// Where the flow logs are to write to; refused where the parameters contradict each other [moto's answers, which
    /// are AWS's; aws-secure-environment-accelerator #1111].
    pub(super) fn destination(&self, region: &str, account: &str) -> Result<Destination, Refusal> {
        if self.group.is_some() && self.arn.is_some() {
            return Err(invalid(
                "Please only provide LogGroupName or only provide LogDestination.",
            ));
        }
        if self.bucket {
            return self.to_bucket();
        }
        if self.options.is_some() {
            return Err(invalid(
                "DestinationOptions are applicable to s3 delivery only",
            ));
        }
        let group = match (&self.group, &self.arn) {
            (Some(group), _) => group.clone(),
            (None, Some(arn)) => {
                let prefix = format!("arn:aws:logs:{region}:{account}:log-group:");
                let group = arn
                    .strip_prefix(&prefix)
                    .map(|it| it.trim_end_matches(":*"));
                let group = group.filter(|group| !group.is_empty() && !group.contains(':'));
                let refuse =
                    || invalid(format!("LogDestination {arn} is not a valid log group ARN"));
                group.ok_or_else(refuse)?.to_owned()
            }
            (None, None) => {
                return Err(invalid(
                    "LogDestination can't be empty if LogGroupName is not provided.",
                ));
            }
        };
        let Some(role) = self.role.clone() else {
            return Err(invalid(
                "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
            ));
        };
        Ok(Destination::Logs { group, role })
    }

    fn to_bucket(&self) -> Result<Destination, Refusal> {
        if self.role.is_some() {
            return Err(invalid(
                "DeliverLogsPermissionArn is not applicable for s3 delivery",
            ));
        }
        if self.group.is_some() {
            return Err(invalid(
                "LogDestination type must be cloud-watch-logs if LogGroupName is provided.",
            ));
        }
        let Some(arn) = self.arn.clone() else {
            return Err(invalid("LogDestination can't be empty."));
        };
        let place = arn.strip_prefix("arn:aws:s3:::").unwrap_or_default();
        let (bucket, folder) = place.split_once('/').unwrap_or((place, ""));
        // "You can't use AWSLogs as a subfolder name" [EC2 API: CreateFlowLogs].
        if bucket.len() < 3 || folder.split('/').next() == Some("AWSLogs") {
            return Err(invalid(format!(
                "LogDestination {arn} is not a valid S3 bucket ARN"
            )));
        }
        let (parquet, hive, hourly) = self.options.unwrap_or_default();
        Ok(Destination::Bucket {
            arn,
            parquet,
            hive,
            hourly,
        })
    }
}

/// Fields in `${}`, one space between two [rain #288].
fn format(text: Option<String>) -> Result<String, Refusal> {
    let Some(text) = text else {
        return Ok(FORMAT.to_owned());
    };
    let is_known = |field: &str| {
        let name = field.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
        name.is_some_and(|name| {
            MORE_FIELDS.split_whitespace().any(|known| known == name)
                || FORMAT.split(' ').any(|known| known == field)
        })
    };
    if text.split(' ').all(is_known) {
        return Ok(text);
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{text}' at 'logFormat' has an invalid format"
    )))
}

/// Parquet, Hive's folders, hourly folders.
fn options(input: &mut Input) -> Result<Option<(bool, bool, bool)>, Refusal> {
    let Some(mut options) = input.object("DestinationOptions")? else {
        return Ok(None);
    };
    let parquet = match options.text("FileFormat")?.as_deref() {
        None | Some("plain-text") => false,
        Some("parquet") => true,
        Some(other) => {
            let message = format!("Value ({other}) for parameter fileFormat is invalid.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    };
    let hive = options
        .boolean("HiveCompatiblePartitions")?
        .unwrap_or(false);
    let hourly = options.boolean("PerHourPartition")?.unwrap_or(false);
    options.finish()?;
    Ok(Some((parquet, hive, hourly)))
}
