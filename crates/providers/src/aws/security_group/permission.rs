//! Rules as EC2 has them, in requests and in descriptions: several in one `IpPermission`.

use ashore_engine::failure::Failure;
use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};

use super::{Rule, Source};
use crate::aws::live::failure::{known, required};

/// A rule as a request has it. An empty description is left out: that takes it away
/// [EC2 API: UpdateSecurityGroupRuleDescriptionsIngress].
pub(super) fn permission(operation: &'static str, rule: &Rule) -> Result<IpPermission, Failure> {
    let description = (!rule.description.is_empty()).then(|| rule.description.clone());
    let ports = rule.has_ports();
    let permission = IpPermission::builder()
        .ip_protocol(rule.protocol())
        .set_from_port(ports.then_some(rule.from_port))
        .set_to_port(ports.then_some(rule.to_port));
    let permission = match &rule.source {
        Source::Cidr4(range) => {
            let range = IpRange::builder().cidr_ip(range);
            permission.ip_ranges(range.set_description(description).build())
        }
        Source::Cidr6(range) => {
            let range = Ipv6Range::builder().cidr_ipv6(range);
            permission.ipv6_ranges(range.set_description(description).build())
        }
        Source::Group(group) => {
            let group = known(operation, group)?;
            let pair = UserIdGroupPair::builder();
            let pair = match group.split_once('/') {
                Some((account, id)) => pair.user_id(account).group_id(id),
                None => pair.group_id(group),
            };
            permission.user_id_group_pairs(pair.set_description(description).build())
        }
        Source::PrefixList(id) => {
            let list = PrefixListId::builder().prefix_list_id(id);
            permission.prefix_list_ids(list.set_description(description).build())
        }
    };
    Ok(permission.build())
}

/// The rules that an account's group has, one for each other side.
pub(super) fn rules(
    operation: &'static str,
    account: &str,
    permissions: Vec<IpPermission>,
) -> Result<Vec<Rule>, Failure> {
    let mut rules = Vec::new();
    for permission in permissions {
        let protocol = required(operation, permission.ip_protocol.clone())?;
        let (from_port, to_port) = (permission.from_port, permission.to_port);
        for (source, description) in sources(operation, account, permission)? {
            rules.push(Rule {
                protocol: protocol.clone(),
                from_port: from_port.unwrap_or(-1),
                to_port: to_port.unwrap_or(-1),
                source,
                description: description.unwrap_or_default(),
            });
        }
    }
    Ok(rules)
}

type Described = (Source, Option<String>);

fn sources(
    operation: &'static str,
    account: &str,
    permission: IpPermission,
) -> Result<Vec<Described>, Failure> {
    let mut sources = Vec::new();
    for range in permission.ip_ranges.unwrap_or_default() {
        let source = Source::Cidr4(required(operation, range.cidr_ip)?);
        sources.push((source, range.description));
    }
    for range in permission.ipv6_ranges.unwrap_or_default() {
        let source = Source::Cidr6(required(operation, range.cidr_ipv6)?);
        sources.push((source, range.description));
    }
    for pair in permission.user_id_group_pairs.unwrap_or_default() {
        let id = required(operation, pair.group_id)?;
        // Not told where the other group is deleted [EC2 API: UserIdGroupPair].
        let group = match pair.user_id {
            Some(owner) if owner != account => format!("{owner}/{id}"),
            _ => id,
        };
        sources.push((Source::Group(group.into()), pair.description));
    }
    for list in permission.prefix_list_ids.unwrap_or_default() {
        let source = Source::PrefixList(required(operation, list.prefix_list_id)?);
        sources.push((source, list.description));
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_as_it_was_written() {
        let group = |id: &str| Source::Group(id.to_string().into());
        let sources = [
            Source::Cidr4("10.0.0.0/8".into()),
            Source::Cidr6("2001:db8::/32".into()),
            group("sg-1"),
            group("210987654321/sg-2"),
            Source::PrefixList("pl-1".into()),
        ];
        let of = |source| Rule {
            protocol: "tcp".into(),
            from_port: 80,
            to_port: 81,
            source,
            description: "a test".into(),
        };
        let mut written: Vec<Rule> = sources.map(of).into();
        written.push(Rule::all_out());
        let permissions = written.iter().map(|rule| permission("test", rule).unwrap());
        let read = rules("test", "123456789012", permissions.collect()).unwrap();
        assert_eq!(read, written);
    }
}
