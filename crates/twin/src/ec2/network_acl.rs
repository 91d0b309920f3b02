//! Network ACLs: the default one of each VPC, which lets everything pass.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::describe;
use super::resource::{Kind, Resource, View};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::tags::Tags;
use crate::world::World;

/// The default network ACL of a VPC.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct NetworkAcl {
    /// Its VPC.
    pub vpc: String,
    /// The subnets under it, with the ids of the associations.
    pub subnets: BTreeMap<String, String>,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// Ids of network ACLs.
pub(super) const KIND: Kind = Kind {
    prefix: "acl-",
    resource_type: "network-acl",
    noun: "networkAcl ID",
    not_found: "InvalidNetworkAclID.NotFound",
    malformed: "InvalidNetworkAclId.Malformed",
};

/// `DescribeNetworkAcls`
pub(super) fn describe_network_acls(call: &mut Call<'_>) -> Answer {
    describe::<NetworkAcl>(call, "NetworkAclId", "networkAclSet")
}

/// Makes the default network ACL of a new VPC.
pub(super) fn make_default(world: &mut World, region: &str, vpc: &str) {
    let id = world.ids.hex("acl-", 17);
    let acl = NetworkAcl {
        vpc: vpc.to_owned(),
        subnets: BTreeMap::new(),
        tags: Tags::default(),
        created: world.now,
    };
    world.region(region).ec2.network_acls.insert(id, acl);
}

/// Rule 100 lets everything pass, 32767 (`*`) nothing; with IPv6 there are 101 and 32768 too
/// [VPC guide: default network ACL].
fn entries(v6: bool) -> Vec<Value> {
    let mut entries = Vec::new();
    for egress in [true, false] {
        for (number, action) in [(100, "allow"), (32767, "deny")] {
            let shared = |number: i32, key: &str, block: &str| {
                json!({
                    "egress": egress,
                    "protocol": "-1",
                    "ruleAction": action,
                    "ruleNumber": number,
                    key: block,
                })
            };
            entries.push(shared(number, "cidrBlock", "0.0.0.0/0"));
            if v6 {
                entries.push(shared(number + 1, "ipv6CidrBlock", "::/0"));
            }
        }
    }
    entries
}

impl Resource for NetworkAcl {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        (
            "association.association-id",
            "associationSet.networkAclAssociationId",
        ),
        ("association.network-acl-id", "associationSet.networkAclId"),
        ("association.subnet-id", "associationSet.subnetId"),
        ("default", "default"),
        ("entry.cidr", "entrySet.cidrBlock"),
        ("entry.ipv6-cidr", "entrySet.ipv6CidrBlock"),
        ("entry.egress", "entrySet.egress"),
        ("entry.protocol", "entrySet.protocol"),
        ("entry.rule-action", "entrySet.ruleAction"),
        ("entry.rule-number", "entrySet.ruleNumber"),
        ("network-acl-id", "networkAclId"),
        ("owner-id", "ownerId"),
        ("vpc-id", "vpcId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, NetworkAcl> {
        &ec2.network_acls
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let associations = self.subnets.iter().map(|(subnet, association)| {
            json!({
                "networkAclAssociationId": association,
                "networkAclId": id,
                "subnetId": subnet,
            })
        });
        let v6 = view
            .ec2
            .vpcs
            .get(&self.vpc)
            .is_some_and(|vpc| vpc.cidr_v6.is_some());
        json!({
            "networkAclId": id,
            "vpcId": self.vpc,
            "ownerId": view.account,
            "default": true,
            "associationSet": Vec::from_iter(associations),
            "entrySet": entries(v6),
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
