//! The services that can be reached through endpoints.

use serde_json::{Value, json};

use super::Sort;
use super::place::invalid;
use crate::ec2::describe::Query;
use crate::ec2::filter::Table;
use crate::ec2::request::finish;
use crate::ec2::resource::view;
use crate::ec2::zones;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// A service, by the last part of its name: `com.amazonaws.eu-central-1.` comes before it.
#[derive(Debug)]
pub(super) struct Service {
    name: &'static str,
    sort: Sort,
    /// What stands before `.{region}.amazonaws.com` in the service's own name.
    host: &'static str,
}

const fn gateway(name: &'static str) -> Service {
    Service {
        name,
        sort: Sort::Gateway,
        host: name,
    }
}

const fn interface(name: &'static str, host: &'static str) -> Service {
    Service {
        name,
        sort: Sort::Interface,
        host,
    }
}

/// Those that containers, their agents and their operators talk to [PrivateLink guide: AWS services that integrate].
const SERVICES: &[Service] = &[
    gateway("dynamodb"),
    gateway("s3"),
    interface("application-autoscaling", "application-autoscaling"),
    interface("autoscaling", "autoscaling"),
    interface("cloudformation", "cloudformation"),
    interface("ec2", "ec2"),
    interface("ec2messages", "ec2messages"),
    interface("ecr.api", "api.ecr"),
    interface("ecr.dkr", "*.dkr.ecr"),
    interface("ecs", "ecs"),
    interface("ecs-agent", "ecs-a"),
    interface("ecs-telemetry", "ecs-t"),
    interface("elasticfilesystem", "elasticfilesystem"),
    interface("elasticloadbalancing", "elasticloadbalancing"),
    interface("events", "events"),
    interface("kms", "kms"),
    interface("lambda", "lambda"),
    interface("logs", "logs"),
    interface("monitoring", "monitoring"),
    interface("rds", "rds"),
    interface("scheduler", "scheduler"),
    interface("secretsmanager", "secretsmanager"),
    interface("servicediscovery", "servicediscovery"),
    interface("sns", "sns"),
    interface("sqs", "sqs"),
    interface("ssm", "ssm"),
    interface("ssmmessages", "ssmmessages"),
    interface("states", "states"),
    interface("sts", "sts"),
    interface("xray", "xray"),
];

const FILTERS: Table = &[
    ("owner", "owner"),
    ("service-name", "serviceName"),
    ("service-region", "serviceRegion"),
    ("service-type", "serviceType.serviceType"),
    ("supported-ip-address-types", "supportedIpAddressTypeSet"),
];

/// `DescribeVpcEndpointServices`
pub(in crate::ec2) fn describe_vpc_endpoint_services(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("ServiceName")?;
    let regions = input.texts("ServiceRegion")?;
    let query = Query::with(&mut input, "", FILTERS)?;
    finish(input)?;
    let view = view(call);
    if let Some(other) = regions.iter().find(|region| *region != view.region) {
        return Err(Refusal::not_implemented(format_args!(
            "endpoint services of {other}"
        )));
    }
    for name in &names {
        find(view.region, name).ok_or_else(|| no_service(name))?;
    }
    let zones = zones::names_and_ids(view.region);
    let asked = SERVICES
        .iter()
        .filter(|service| names.is_empty() || names.contains(&service.full_name(view.region)));
    let shown = asked.map(|service| service.show(view.region, &zones));
    let mut answer = query.page("serviceDetailSet", shown.collect())?;
    let page = answer["serviceDetailSet"].as_array();
    let page_names = page
        .into_iter()
        .flatten()
        .map(|it| it["serviceName"].clone());
    let page_names: Vec<Value> = page_names.collect();
    answer["serviceNameSet"] = Value::Array(page_names);
    Ok(answer)
}

/// The service of this full name.
pub(super) fn find(region: &str, name: &str) -> Option<&'static Service> {
    let name = name.strip_prefix("com.amazonaws.")?.strip_prefix(region)?;
    let name = name.strip_prefix('.')?;
    SERVICES.iter().find(|service| service.name == name)
}

/// The same, for an endpoint of this sort [terraform-provider-aws: vpc_endpoint reports].
pub(super) fn named(region: &str, name: &str, sort: Sort) -> Result<&'static Service, Refusal> {
    let service = find(region, name).ok_or_else(|| no_service(name))?;
    if service.name == "s3" && sort == Sort::Interface {
        return Err(Refusal::not_implemented("interface endpoints of S3"));
    }
    if service.sort != sort {
        return Err(invalid(format!(
            "Endpoint type ({sort:?}) does not match available service types ([{:?}]).",
            service.sort
        )));
    }
    Ok(service)
}

fn no_service(name: &str) -> Refusal {
    let message = format!("The Vpc Endpoint Service '{name}' does not exist");
    Refusal::new("InvalidServiceName", message)
}

impl Service {
    fn full_name(&self, region: &str) -> String {
        format!("com.amazonaws.{region}.{}", self.name)
    }

    /// What stands in the names of its endpoints.
    pub(super) fn host(&self, region: &str) -> String {
        format!("{}.{region}", self.host.trim_start_matches("*."))
    }

    /// Its own names, which can lead to an endpoint.
    pub(super) fn names(&self, region: &str) -> Vec<String> {
        match self.sort {
            Sort::Gateway => Vec::new(),
            Sort::Interface => vec![format!("{}.{region}.amazonaws.com", self.host)],
        }
    }

    fn show(&self, region: &str, zones: &[(String, String)]) -> Value {
        let names = self.names(region);
        let private = names.iter().map(|name| json!({ "privateDnsName": name }));
        let base = match self.sort {
            Sort::Gateway => format!("{}.{region}.amazonaws.com", self.host),
            Sort::Interface => format!("{}.vpce.amazonaws.com", self.host(region)),
        };
        json!({
            "serviceName": self.full_name(region),
            "serviceId": format!("vpce-svc-{:017x}", hash(&self.full_name(region))),
            "serviceType": [{ "serviceType": format!("{:?}", self.sort) }],
            "serviceRegion": region,
            "availabilityZoneSet": Vec::from_iter(zones.iter().map(|(name, _)| name)),
            "availabilityZoneIdSet": Vec::from_iter(zones.iter().map(|(_, id)| id)),
            "owner": "amazon",
            "baseEndpointDnsNameSet": [base],
            "privateDnsName": names.first(),
            "privateDnsNameSet": Vec::from_iter(private),
            "privateDnsNameVerificationState": names.first().map(|_| "verified"),
            "vpcEndpointPolicySupported": true,
            "acceptanceRequired": false,
            "managesVpcEndpoints": false,
            "supportedIpAddressTypeSet": ["ipv4"],
            "tagSet": [],
        })
    }
}

/// FNV-1a: the same number for the same name in every run.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
