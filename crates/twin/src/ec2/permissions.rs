//! `IpPermissions`: the older way to write rules, several in one structure.

use std::collections::BTreeMap;

use ipnet::{Ipv4Net, Ipv6Net};
use serde_json::{Value, json};

use super::prefix_list;
use super::resource::View;
use super::rules::{Flow, Peer, Rule};
use super::security_group::{SecurityGroup, check_text};
use crate::input::Input;
use crate::refusal::Refusal;

/// One rule that a call speaks of.
pub(super) struct Asked {
    pub(super) flow: Flow,
    pub(super) description: Option<String>,
    owner: Option<String>,
}

/// Takes `IpPermissions`, one rule for each protocol, ports and peer. Groups are not looked up yet ([`check_groups`]).
pub(super) fn read(input: &mut Input) -> Result<Vec<Asked>, Refusal> {
    let mut asked: Vec<Asked> = Vec::new();
    for mut permission in input.objects("IpPermissions")? {
        let protocol = protocol(&permission.required("IpProtocol")?)?;
        let ports = ports(
            &protocol,
            permission.number("FromPort")?,
            permission.number("ToPort")?,
        )?;
        let peers = peers(&mut permission)?;
        permission.finish()?;
        if peers.is_empty() {
            let message =
                "The request must contain a CIDR block or a security group for each permission";
            return Err(Refusal::new("MissingParameter", message));
        }
        for (peer, owner, description) in peers {
            let flow = Flow {
                protocol: protocol.clone(),
                ports,
                peer,
            };
            if asked.iter().any(|other| other.flow == flow) {
                let message = "The same permission must not appear multiple times";
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            asked.push(Asked {
                flow,
                description,
                owner,
            });
        }
    }
    Ok(asked)
}

/// Takes the parameters that write one rule without `IpPermissions`; gives none where they are absent.
pub(super) fn read_flat(input: &mut Input) -> Result<Option<Asked>, Refusal> {
    let text = input.text("IpProtocol")?;
    let (from, to) = (input.number("FromPort")?, input.number("ToPort")?);
    let cidr = input.text("CidrIp")?;
    let (Some(text), Some(cidr)) = (&text, &cidr) else {
        if text.is_some() || cidr.is_some() || from.is_some() || to.is_some() {
            let message = "The request must contain the parameters ipProtocol and cidrIp";
            return Err(Refusal::new("MissingParameter", message));
        }
        return Ok(None);
    };
    let protocol = protocol(text)?;
    let ports = ports(&protocol, from, to)?;
    let flow = Flow {
        protocol,
        ports,
        peer: v4(cidr)?,
    };
    Ok(Some(Asked {
        flow,
        description: None,
        owner: None,
    }))
}

/// Groups that rules name must be there, and in the same VPC [EC2 API: InvalidGroup.NotFound; emulators.md 4: SG rule
/// unknown source SG].
pub(super) fn check_groups(view: &View<'_>, vpc: &str, asked: &[Asked]) -> Result<(), Refusal> {
    for each in asked {
        if let Peer::PrefixList(id) = &each.flow.peer {
            prefix_list::check(view.region, id)?;
        }
        let Peer::Group(id) = &each.flow.peer else {
            continue;
        };
        let peer = view.find::<SecurityGroup>(id)?;
        if each
            .owner
            .as_ref()
            .is_some_and(|owner| *owner != view.account)
        {
            return Err(super::security_group::KIND.not_found(id));
        }
        if peer.vpc != vpc {
            let message = "You have specified two resources that belong to different networks.";
            return Err(Refusal::new("InvalidGroup.NotFound", message));
        }
    }
    Ok(())
}

/// Rules as `IpPermissions`: those with the same protocol and ports together.
pub(super) fn show<'a>(rules: impl Iterator<Item = &'a Rule>, account: &str) -> Value {
    show_flows(
        rules.map(|rule| (&rule.flow, rule.description.as_ref())),
        account,
    )
}

/// The same for rules that are none yet.
pub(super) fn show_asked(asked: &[Asked], account: &str) -> Value {
    show_flows(
        asked
            .iter()
            .map(|each| (&each.flow, each.description.as_ref())),
        account,
    )
}

fn show_flows<'a>(
    flows: impl Iterator<Item = (&'a Flow, Option<&'a String>)>,
    account: &str,
) -> Value {
    let mut together: BTreeMap<_, [Vec<Value>; 4]> = BTreeMap::new();
    for (flow, description) in flows {
        let [v4, v6, groups, lists] = together.entry((&flow.protocol, flow.ports)).or_default();
        match &flow.peer {
            Peer::V4(net) => {
                v4.push(json!({ "cidrIp": net.to_string(), "description": description }))
            }
            Peer::V6(net) => {
                v6.push(json!({ "cidrIpv6": net.to_string(), "description": description }))
            }
            Peer::PrefixList(id) => {
                lists.push(json!({ "prefixListId": id, "description": description }));
            }
            Peer::Group(id) => {
                groups
                    .push(json!({ "groupId": id, "userId": account, "description": description }));
            }
        }
    }
    let shown = together
        .into_iter()
        .map(|((protocol, ports), [v4, v6, groups, lists])| {
            json!({
                "ipProtocol": protocol,
                "fromPort": ports.map(|(from, _)| from),
                "toPort": ports.map(|(_, to)| to),
                "ipRanges": v4,
                "ipv6Ranges": v6,
                "groups": groups,
                "prefixListIds": lists,
            })
        });
    shown.collect()
}

type Side = (Peer, Option<String>, Option<String>);

fn peers(permission: &mut Input) -> Result<Vec<Side>, Refusal> {
    let mut peers = Vec::new();
    for mut range in permission.objects("IpRanges")? {
        let peer = v4(&range.required("CidrIp")?)?;
        peers.push((peer, None, description(&mut range)?));
        range.finish()?;
    }
    for mut range in permission.objects("Ipv6Ranges")? {
        let peer = v6(&range.required("CidrIpv6")?)?;
        peers.push((peer, None, description(&mut range)?));
        range.finish()?;
    }
    for mut list in permission.objects("PrefixListIds")? {
        let peer = Peer::PrefixList(list.required("PrefixListId")?);
        peers.push((peer, None, description(&mut list)?));
        list.finish()?;
    }
    for mut pair in permission.objects("Groups")? {
        let peer = Peer::Group(pair.required("GroupId")?);
        let owner = pair.text("UserId")?;
        peers.push((peer, owner, description(&mut pair)?));
        pair.finish()?;
    }
    Ok(peers)
}

/// IPv4 addresses, in canonical form.
pub(super) fn v4(text: &str) -> Result<Peer, Refusal> {
    text.parse::<Ipv4Net>()
        .map(|net| Peer::V4(net.trunc()))
        .map_err(|_| malformed(text))
}

/// IPv6 addresses, in canonical form.
pub(super) fn v6(text: &str) -> Result<Peer, Refusal> {
    text.parse::<Ipv6Net>()
        .map(|net| Peer::V6(net.trunc()))
        .map_err(|_| malformed(text))
}

fn malformed(text: &str) -> Refusal {
    Refusal::new(
        "InvalidParameterValue",
        format!("CIDR block {text} is malformed"),
    )
}

/// Takes the description of a rule.
pub(super) fn description(input: &mut Input) -> Result<Option<String>, Refusal> {
    let description = input.text("Description")?.filter(|text| !text.is_empty());
    if let Some(text) = &description {
        check_text(text, "rule description")?;
    }
    Ok(description)
}

/// The protocol as AWS gives it back: names for four, numbers for the others [EC2 API: IpPermission].
pub(super) fn protocol(text: &str) -> Result<String, Refusal> {
    let name = match text.to_ascii_lowercase().as_str() {
        "-1" | "all" => "-1",
        "tcp" | "6" => "tcp",
        "udp" | "17" => "udp",
        "icmp" | "1" => "icmp",
        "icmpv6" | "58" => "icmpv6",
        other if other.parse::<u8>().is_ok() => return Ok(other.to_owned()),
        _ => {
            let message = format!("Invalid value '{text}' for IP protocol. Unknown protocol.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    };
    Ok(name.to_owned())
}

/// The ports, or type and code, of a protocol that has them; others ignore what is given [EC2 API: IpPermission].
pub(super) fn ports(
    protocol: &str,
    from: Option<i64>,
    to: Option<i64>,
) -> Result<Option<(i64, i64)>, Refusal> {
    let refuse = |message: String| Err(Refusal::new("InvalidParameterValue", message));
    let (least, most, name) = match protocol {
        "tcp" | "udp" => (0, 65535, "TCP/UDP"),
        "icmp" | "icmpv6" => (-1, 255, "ICMP"),
        _ => return Ok(None),
    };
    let (Some(from), Some(to)) = (from, to) else {
        return refuse(format!(
            "Invalid value 'Must specify both from and to ports with {name}.' for portRange."
        ));
    };
    let possible = (least..=most).contains(&from) && (least..=most).contains(&to);
    if !possible || (name == "TCP/UDP" && from > to) {
        return refuse(format!("Invalid {name} port range ({from}:{to})"));
    }
    Ok(Some((from, to)))
}
