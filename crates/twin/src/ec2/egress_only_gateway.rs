//! Egress-only internet gateways: the way out for IPv6.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::describe;
use super::request::{Token, finish, made_before, remember, tags_on_create};
use super::resource::{Kind, Resource, View, view};
use super::vpc::Vpc;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::tags::Tags;

/// An egress-only internet gateway, attached to its VPC from the start.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct EgressOnlyGateway {
    /// Its VPC.
    pub vpc: String,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// Ids of egress-only internet gateways.
pub(super) const KIND: Kind = Kind {
    prefix: "eigw-",
    resource_type: "egress-only-internet-gateway",
    noun: "egressOnlyInternetGateway ID",
    // [terraform-provider-aws: what a delete takes for gone]
    not_found: "InvalidGatewayID.NotFound",
    malformed: "InvalidEgressOnlyInternetGatewayId.Malformed",
};

/// `CreateEgressOnlyInternetGateway`: the same client token gives the same gateway.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let vpc = input.required("VpcId")?;
    let token = Token::read(&mut input, "CreateEgressOnlyInternetGateway")?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let request = format!("{vpc} {tags:?}");
    let view_before = view(call);
    let made = made_before(view_before.ec2, view_before.now, token.as_ref(), &request)?;
    let id = match made.filter(|id| view_before.ec2.egress_gateways.contains_key(id)) {
        Some(id) => id,
        None => {
            view_before.find::<Vpc>(&vpc)?;
            let (id, now) = (call.world.ids.hex("eigw-", 17), call.now());
            let gateway = EgressOnlyGateway {
                vpc,
                tags,
                created: now,
            };
            let ec2 = &mut call.here().ec2;
            ec2.egress_gateways.insert(id.clone(), gateway);
            remember(ec2, now, token.as_ref(), &request, &id);
            id
        }
    };
    let shown = view(call).find_made::<EgressOnlyGateway>(&id);
    Ok(json!({
        "egressOnlyInternetGateway": shown,
        "clientToken": token.map(|token| token.text),
    }))
}

/// `DescribeEgressOnlyInternetGateways`
pub(super) fn describe_all(call: &mut Call<'_>) -> Answer {
    let (ids, set) = (
        "EgressOnlyInternetGatewayId",
        "egressOnlyInternetGatewaySet",
    );
    describe::<EgressOnlyGateway>(call, ids, set)
}

/// `DeleteEgressOnlyInternetGateway`: routes to it stay, as black holes.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("EgressOnlyInternetGatewayId")?;
    finish(input)?;
    view(call).find::<EgressOnlyGateway>(&id)?;
    call.here().ec2.egress_gateways.remove(&id);
    Ok(json!({ "returnCode": true }))
}

impl Resource for EgressOnlyGateway {
    const KIND: &'static Kind = &KIND;
    // By tags only [EC2 API: DescribeEgressOnlyInternetGateways].
    const FILTERS: &'static [(&'static str, &'static str)] = &[];

    fn all(ec2: &Ec2) -> &BTreeMap<String, EgressOnlyGateway> {
        &ec2.egress_gateways
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, _view: &View<'_>) -> Value {
        json!({
            "egressOnlyInternetGatewayId": id,
            "attachmentSet": [{ "state": "attached", "vpcId": self.vpc }],
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
