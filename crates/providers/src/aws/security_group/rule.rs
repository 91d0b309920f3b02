//! Rules: what may flow, in or out.

use std::collections::BTreeSet;

use ashore_engine::input::Input;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// What may flow, and what for. AWS has each rule once per group and direction, whatever its
/// description.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or `-1` for all.
    pub protocol: String,
    /// The first port, or the ICMP type; -1 where the protocol has none.
    pub from_port: i32,
    /// The last port, or the ICMP code; -1 where the protocol has none.
    pub to_port: i32,
    /// The other side: where from, or where to.
    pub source: Source,
    /// What it is for; empty for nothing said.
    pub description: String,
}

/// The other side of a rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An IPv4 range.
    Cidr4(String),
    /// An IPv6 range.
    Cidr6(String),
    /// Whatever bears this security group; `account/sg-…` where another account owns it.
    Group(Input<String>),
    /// The ranges in this managed list, `pl-…`.
    PrefixList(String),
}

/// In or out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// In.
    Ingress,
    /// Out.
    Egress,
}

impl Rule {
    /// Everything may leave by IPv4: the egress rule that AWS gives a new group
    /// [VPC guide: security group rules].
    pub fn all_out() -> Self {
        Self::all_to(Source::Cidr4("0.0.0.0/0".into()))
    }

    /// The same by IPv6. AWS adds it by itself where the VPC has IPv6.
    pub(super) fn all_out_v6() -> Self {
        Self::all_to(Source::Cidr6("::/0".into()))
    }

    fn all_to(source: Source) -> Self {
        Self {
            protocol: "-1".into(),
            from_port: -1,
            to_port: -1,
            source,
            description: String::new(),
        }
    }

    /// What flows by it, in words that are the same for the same: `tcp 80-80 0.0.0.0/0`. None
    /// while the group on the other side is not known.
    pub(super) fn flow(&self) -> Option<String> {
        let source = match &self.source {
            Source::Cidr4(range) | Source::Cidr6(range) => canonical(range),
            Source::Group(group) => group.known()?.clone(),
            Source::PrefixList(id) => id.clone(),
        };
        let protocol = self.protocol();
        Some(match self.has_ports() {
            true => format!("{protocol} {}-{} {source}", self.from_port, self.to_port),
            false => format!("{protocol} {source}"),
        })
    }

    /// The protocol as AWS gives it back: names for four, numbers for the others
    /// [EC2 API: IpPermission].
    pub(super) fn protocol(&self) -> &str {
        match self.protocol.as_str() {
            "all" => "-1",
            "6" => "tcp",
            "17" => "udp",
            "1" => "icmp",
            "58" => "icmpv6",
            other => other,
        }
    }

    /// Other protocols have all ports or none, whatever a rule says [EC2 API: IpPermission].
    pub(super) fn has_ports(&self) -> bool {
        matches!(self.protocol(), "tcp" | "udp" | "icmp" | "icmpv6")
    }
}

/// What leads from the rules that are there to the rules that are wanted, in one direction.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Which of the wanted ones are not there.
    pub(super) missing: Vec<usize>,
    /// Which of the wanted ones are there, and say that they are for something else.
    pub(super) redescribed: Vec<usize>,
    /// Those that are there and are not wanted.
    pub(super) surplus: Vec<Rule>,
}

/// Compares rules as sets.
pub(super) fn difference(wanted: &[Rule], observed: &[Rule]) -> Difference {
    let mut difference = Difference::default();
    let mut flows = BTreeSet::new();
    for (index, rule) in wanted.iter().enumerate() {
        let flow = rule.flow();
        if flow.is_some() && !flows.insert(flow.clone()) {
            continue; // said twice
        }
        match observed
            .iter()
            .find(|one| flow.is_some() && one.flow() == flow)
        {
            None => difference.missing.push(index),
            Some(there) if there.description != rule.description => {
                difference.redescribed.push(index);
            }
            Some(_) => {}
        }
    }
    let surplus = observed.iter().filter(|rule| !flows.contains(&rule.flow()));
    difference.surplus = surplus.cloned().collect();
    difference
}

fn canonical(range: &str) -> String {
    match range.parse::<IpNet>() {
        Ok(range) => range.trunc().to_string(),
        Err(_) => range.to_string(),
    }
}
