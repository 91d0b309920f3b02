//! Rules of security groups: each a thing of its own, with an id and tags.

use std::collections::BTreeMap;

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::describe;
use super::resource::{Kind, Resource, View};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::tags::Tags;

/// A rule: what may flow, in or out.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Rule {
    /// The group that it belongs to.
    pub group: String,
    /// Out rather than in.
    pub egress: bool,
    /// What may flow. Once per group and direction.
    pub flow: Flow,
    /// What it is for.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// What may flow: the identity of a rule within its group and direction.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or `-1` for all.
    pub protocol: String,
    /// From and to: ports, or type and code of ICMP. Only these protocols have them.
    pub ports: Option<(i64, i64)>,
    /// The other side.
    pub peer: Peer,
}

/// The other side of a rule.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// IPv4 addresses.
    V4(Ipv4Net),
    /// IPv6 addresses.
    V6(Ipv6Net),
    /// The interfaces with this security group.
    Group(String),
    /// The addresses of a prefix list.
    PrefixList(String),
}

/// Ids of rules.
pub(super) const KIND: Kind = Kind {
    prefix: "sgr-",
    resource_type: "security-group-rule",
    noun: "security group rule ID",
    not_found: "InvalidSecurityGroupRuleId.NotFound",
    malformed: "InvalidSecurityGroupRuleId.Malformed",
};

/// `DescribeSecurityGroupRules`
pub(super) fn describe_security_group_rules(call: &mut Call<'_>) -> Answer {
    describe::<Rule>(call, "SecurityGroupRuleId", "securityGroupRuleSet")
}

impl Rule {
    /// A rule of `group`, made at `now`.
    pub(super) fn new(
        group: &str,
        egress: bool,
        flow: Flow,
        description: Option<String>,
        tags: Tags,
        now: Millis,
    ) -> Rule {
        Rule {
            group: group.to_owned(),
            egress,
            flow,
            description,
            tags,
            created: now,
        }
    }

    /// As RevokeSecurityGroup* show what they took away.
    pub(super) fn show_revoked(&self, id: &str) -> Value {
        let mut shown = self.show_flow(id);
        if let Peer::Group(peer) = &self.flow.peer {
            shown["referencedGroupId"] = json!(peer);
        }
        shown
    }

    fn show_flow(&self, id: &str) -> Value {
        let (from, to) = self.flow.ports.unwrap_or((-1, -1));
        let mut shown = json!({
            "securityGroupRuleId": id,
            "groupId": self.group,
            "isEgress": self.egress,
            "ipProtocol": self.flow.protocol,
            "fromPort": from,
            "toPort": to,
            "description": self.description,
        });
        match &self.flow.peer {
            Peer::V4(net) => shown["cidrIpv4"] = json!(net.to_string()),
            Peer::V6(net) => shown["cidrIpv6"] = json!(net.to_string()),
            Peer::PrefixList(id) => shown["prefixListId"] = json!(id),
            Peer::Group(_) => {}
        }
        shown
    }
}

impl Flow {
    /// As refusals word it: `peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW` [rubber #483, ansible #3258,
    /// cumulus #101].
    pub(super) fn words(&self) -> String {
        let what = match (self.protocol.as_str(), self.ports) {
            ("-1", _) => "ALL".to_owned(),
            ("icmp" | "icmpv6", Some((kind, code))) => {
                let all = |n: i64| {
                    if n < 0 {
                        "ALL".to_owned()
                    } else {
                        n.to_string()
                    }
                };
                let name = self.protocol.to_uppercase();
                format!("{name}, type: {}, code: {}", all(kind), all(code))
            }
            (name, Some((from, to))) => {
                format!("{}, from port: {from}, to port: {to}", name.to_uppercase())
            }
            (number, None) => format!("protocol: {number}"),
        };
        format!("peer: {}, {what}, ALLOW", self.peer)
    }

    /// Whether it counts for IPv4, and for IPv6; a rule that names a group counts for both [Amazon VPC quotas].
    pub(super) fn families(&self) -> [bool; 2] {
        [
            !matches!(self.peer, Peer::V6(_)),
            !matches!(self.peer, Peer::V4(_) | Peer::PrefixList(_)),
        ]
    }
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Peer::V4(net) => net.fmt(f),
            Peer::V6(net) => net.fmt(f),
            Peer::Group(id) | Peer::PrefixList(id) => f.write_str(id),
        }
    }
}

impl Resource for Rule {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("group-id", "groupId"),
        ("security-group-rule-id", "securityGroupRuleId"),
        // Not in the API reference, but answered: how the holders of a group are found [terraform-provider-aws].
        ("referenced-group-id", "referencedGroupInfo.groupId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, Rule> {
        &ec2.rules
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let mut shown = self.show_flow(id);
        shown["groupOwnerId"] = json!(view.account);
        shown["securityGroupRuleArn"] = json!(view.arn(&KIND, id));
        shown["tagSet"] = self.tags.to_list("key", "value");
        if let Peer::Group(peer) = &self.flow.peer {
            shown["referencedGroupInfo"] = json!({ "groupId": peer, "userId": view.account });
        }
        shown
    }
}
