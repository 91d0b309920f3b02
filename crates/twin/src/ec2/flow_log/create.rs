//! `CreateFlowLogs`

use serde_json::{Value, json};

use super::request::{Asked, invalid};
use super::{Destination, FlowLog, KIND};
use crate::ec2::NatGateway;
use crate::ec2::interfaces::Interface;
use crate::ec2::request::{Token, finish, made_before, remember, tags_on_create};
use crate::ec2::resource::view;
use crate::ec2::subnet::Subnet;
use crate::ec2::vpc::Vpc;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;
use crate::{ecs, iam, s3};

/// What the role must let act for it [VPC guide: IAM role for publishing flow logs].
const DELIVERY: &str = "vpc-flow-logs.amazonaws.com";

/// `CreateFlowLogs`: one for each resource. The same client token gives the same flow logs.
pub(in crate::ec2) fn create_flow_logs(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let asked = Asked::read(&mut input)?;
    let token = Token::read(&mut input, "CreateFlowLogs")?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let request = format!("{asked:?} {tags:?}");
    let now = call.now();
    let made = made_before(&call.here().ec2, now, token.as_ref(), &request)?;
    let logs = &call.here().ec2.flow_logs;
    let ids = match made.filter(|ids| ids.split(' ').all(|id| logs.contains_key(id))) {
        Some(ids) => ids,
        None => {
            let destination = asked.destination(&call.region, &call.account())?;
            check(call, &asked, &destination)?;
            if let Some(bucket) = missing_bucket(call.world, &destination) {
                return Ok(unsuccessful(&asked.resources, token.as_ref(), bucket));
            }
            let mut ids = Vec::new();
            for resource in asked.resources {
                let id = call.world.ids.hex("fl-", 17);
                let log = FlowLog {
                    resource,
                    traffic: asked.traffic.clone(),
                    destination: destination.clone(),
                    format: asked.format.clone(),
                    interval: asked.interval,
                    tags: tags.clone(),
                    created: now,
                };
                call.here().ec2.flow_logs.insert(id.clone(), log);
                ids.push(id);
            }
            let ids = ids.join(" ");
            remember(&mut call.here().ec2, now, token.as_ref(), &request, &ids);
            ids
        }
    };
    Ok(json!({
        "flowLogIdSet": Vec::from_iter(ids.split(' ')),
        "clientToken": token.map(|token| token.text),
        "unsuccessful": [],
    }))
}

/// The bucket that is not there. A log group need not be: it is made when there is something to write into it [VPC
/// guide: troubleshoot flow logs].
fn missing_bucket<'a>(world: &World, destination: &'a Destination) -> Option<&'a str> {
    let Destination::Bucket { arn, .. } = destination else {
        return None;
    };
    let place = arn.strip_prefix("arn:aws:s3:::").unwrap_or(arn);
    let name = place.split('/').next().unwrap_or(place);
    s3::bucket(world, name).is_none().then_some(name)
}

/// The request succeeds, none of its flow logs does; the sentence is the same as of a bucket that nobody may write into
/// [terraform-provider-aws #7528].
fn unsuccessful(resources: &[String], token: Option<&Token>, bucket: &str) -> Value {
    let message = format!(
        "Access Denied for LogDestination: {bucket}. Please check LogDestination permission"
    );
    let error = json!({ "code": "400", "message": message });
    let rows = resources
        .iter()
        .map(|id| json!({ "resourceId": id, "error": error }));
    json!({
        "flowLogIdSet": [],
        "clientToken": token.map(|token| token.text.clone()),
        "unsuccessful": Vec::from_iter(rows),
    })
}

fn check(call: &mut Call<'_>, asked: &Asked, destination: &Destination) -> Result<(), Refusal> {
    if let Destination::Logs { role, .. } = destination {
        let role_found = iam::role(call.world, role);
        if role_found.is_none_or(|found| !ecs::trusts(&found.trust, DELIVERY)) {
            return Err(invalid(format!("Unable to assume given IAM role {role}")));
        }
    }
    let view = view(call);
    for id in &asked.resources {
        match asked.resource_type.as_str() {
            "VPC" => view.find::<Vpc>(id).map(drop),
            "Subnet" => view.find::<Subnet>(id).map(drop),
            "NetworkInterface" => view.find::<Interface>(id).map(drop),
            _ => match view.find::<NatGateway>(id)?.regional {
                Some(_) => Ok(()),
                None => Err(invalid(format!("{id} is not a regional NAT gateway."))),
            },
        }?;
        let same = |log: &FlowLog| log.resource == *id && log.to_the_same(destination);
        if view.ec2.flow_logs.values().any(same) {
            let message = "Error. There is an existing Flow Log with the same configuration and log destination.";
            return Err(Refusal::new("FlowLogAlreadyExists", message));
        }
    }
    Ok(())
}

impl FlowLog {
    /// Whether it writes to the same place, by whatever role and in whatever form [moto #6369].
    fn to_the_same(&self, other: &Destination) -> bool {
        match (&self.destination, other) {
            (Destination::Logs { group: a, .. }, Destination::Logs { group: b, .. }) => a == b,
            (Destination::Bucket { arn: a, .. }, Destination::Bucket { arn: b, .. }) => a == b,
            _ => false,
        }
    }
}
