//! `[network]`: one VPC, one subnet for each zone.

use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{Layout, Network, Refusal, Subnet};
use crate::schema::{self, NetworkSection};

/// The network. None if something in it is wrong.
pub(super) fn network(cx: &mut Rules<'_>, section: &NetworkSection) -> Option<Network> {
    let layout = match section.layout.as_ref().map(Located::get) {
        Some(schema::Layout::PublicTasks) | None => Layout::PublicTasks,
    };
    let cidr = cx.parse_or(
        Code::BadCidr,
        &["network", "cidr"],
        section.cidr.as_ref(),
        Located::new(defaults::CIDR, 0..0),
        parse_cidr,
    );
    let cidr = cidr.filter(|cidr| is_vpc(cx, cidr));
    let subnets = match &section.subnets {
        Some(written) => written_subnets(cx, written, section.azs.as_ref(), cidr.as_ref()),
        None if cx.is_spoiled(&["network", "subnets"]) => None,
        None => {
            let zones = section
                .azs
                .as_ref()
                .map_or(defaults::ZONES, |zones| *zones.get());
            cut(cx, cidr.as_ref()?, zones)
        }
    };
    Some(Network {
        layout,
        cidr: cidr?,
        subnets: subnets?,
        ipv6: section.ipv6.as_ref().map_or(defaults::IPV6, |it| *it.get()),
    })
}

/// The largest VPC and the largest subnet [EC2 API: CreateVpc, CreateSubnet].
const LARGEST: u8 = 16;
/// A subnet of a load balancer has at least this size [ELBv2 user guide: subnets for your load balancer].
const SMALLEST_SUBNET: u8 = 27;
/// Two such subnets fit.
const SMALLEST_VPC: u8 = 26;
/// A subnet is a sixteenth of the VPC, if that is not too small.
const SIXTEENTH: u8 = 4;

fn parse_cidr(text: &str) -> Result<Ipv4Net, Refusal> {
    let example = "write for example \"10.0.0.0/16\"";
    let cidr: Ipv4Net = match text.parse() {
        Ok(cidr) => cidr,
        Err(_) if text.parse::<Ipv4Addr>().is_ok() => {
            return Err(
                Refusal::new("no prefix length").help(format!("write for example \"{text}/16\""))
            );
        }
        Err(_) if text.contains("::") => {
            return Err(Refusal::new("IPv6 is not supported here").help(example));
        }
        Err(_) => return Err(Refusal::new("not an IPv4 address range").help(example)),
    };
    let canonical = cidr.trunc();
    if canonical != cidr {
        return Err(
            Refusal::new("has bits set after its prefix").help(format!("write \"{canonical}\""))
        );
    }
    Ok(cidr)
}

fn is_vpc(cx: &mut Rules<'_>, cidr: &Located<Ipv4Net>) -> bool {
    if !(LARGEST..=SMALLEST_VPC).contains(&cidr.prefix_len()) {
        cx.push(
            Diagnostic::new(
                Code::CidrSize,
                cidr.span(),
                format!("`network.cidr` cannot be a /{}", cidr.prefix_len()),
            )
            .label(format!("must be from /{LARGEST} to /{SMALLEST_VPC}")),
        );
        return false;
    }
    let address = cidr.network();
    // [EC2 user guide: VPC CIDR blocks] none of these can be associated with a VPC.
    if address.octets()[0] == 0
        || address.is_loopback()
        || address.is_link_local()
        || address.octets()[0] >= 224
    {
        cx.push(
            Diagnostic::new(
                Code::CidrReserved,
                cidr.span(),
                format!("`network.cidr` cannot be {}", **cidr),
            )
            .label("these addresses have a meaning of their own")
            .help("use a private range, for example \"10.0.0.0/16\""),
        );
        return false;
    }
    // Shared address space (RFC 6598) counts as private here: AWS lists it among the ranges for a VPC.
    let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
    if !address.is_private() && !shared {
        cx.push(
            Diagnostic::new(
                Code::PublicCidr,
                cidr.span(),
                format!("`network.cidr` {} is not private", **cidr),
            )
            .label("tasks could not reach the owners of these addresses"),
        );
    }
    true
}

fn written_subnets(
    cx: &mut Rules<'_>,
    written: &Located<Vec<Located<String>>>,
    zones: Option<&Located<u32>>,
    vpc: Option<&Located<Ipv4Net>>,
) -> Option<Vec<Subnet>> {
    let count = written.len();
    let counted = match zones {
        Some(zones) => *zones.get() as usize == count,
        None => (2..=6).contains(&count),
    };
    if !counted {
        let wanted = zones.map_or("there must be from 2 to 6".to_owned(), |zones| {
            format!("`azs` says {zones}")
        });
        let diagnostic = Diagnostic::new(
            Code::SubnetCount,
            written.span(),
            format!(
                "`network.subnets` has {count} {}",
                if count == 1 { "range" } else { "ranges" }
            ),
        )
        .label(wanted);
        cx.push(match zones {
            Some(zones) => diagnostic.related(zones.span(), "so many zones"),
            None => diagnostic,
        });
    }
    let parsed: Vec<Option<Located<Ipv4Net>>> = written
        .iter()
        .map(|subnet| {
            cx.parse(
                Code::BadCidr,
                &["network", "subnets"],
                Some(subnet),
                parse_cidr,
            )
            .filter(|cidr| is_subnet(cx, cidr, vpc))
        })
        .collect();
    let apart = are_apart(cx, &parsed);
    let subnets = parsed.into_iter().collect::<Option<Vec<_>>>()?;
    (counted && apart).then(|| lettered(subnets))
}

fn is_subnet(cx: &mut Rules<'_>, cidr: &Located<Ipv4Net>, vpc: Option<&Located<Ipv4Net>>) -> bool {
    if !(LARGEST..=SMALLEST_SUBNET).contains(&cidr.prefix_len()) {
        cx.push(
            Diagnostic::new(
                Code::CidrSize,
                cidr.span(),
                format!("a subnet cannot be a /{}", cidr.prefix_len()),
            )
            .label(format!(
                "must be from /{LARGEST} to /{SMALLEST_SUBNET}, which load balancers want"
            )),
        );
        return false;
    }
    match vpc {
        Some(vpc) if !vpc.contains(cidr.get()) => {
            cx.push(
                Diagnostic::new(
                    Code::SubnetOutside,
                    cidr.span(),
                    format!("subnet {} is outside the network", **cidr),
                )
                .label(format!("not in {}", **vpc)),
            );
            false
        }
        _ => true,
    }
}

/// Each subnet is told once, with the first of those before it that it overlaps.
fn are_apart(cx: &mut Rules<'_>, subnets: &[Option<Located<Ipv4Net>>]) -> bool {
    let mut apart = true;
    for (index, later) in subnets.iter().enumerate() {
        let Some(later) = later else { continue };
        let overlaps = |earlier: &&Located<Ipv4Net>| {
            earlier.contains(&later.network()) || later.contains(&earlier.network())
        };
        if let Some(earlier) = subnets[..index].iter().flatten().find(overlaps) {
            let message = format!("subnets {} and {} overlap", **earlier, **later);
            cx.push(
                Diagnostic::new(Code::SubnetsOverlap, later.span(), message)
                    .label("overlaps the other")
                    .related(earlier.span(), "the other"),
            );
            apart = false;
        }
    }
    apart
}

/// Sixteenths of the VPC from its start, or larger ones where these would be too small.
fn cut(cx: &mut Rules<'_>, vpc: &Located<Ipv4Net>, zones: u32) -> Option<Vec<Subnet>> {
    let prefix = (vpc.prefix_len() + SIXTEENTH).min(SMALLEST_SUBNET);
    let subnets: Vec<_> = vpc
        .subnets(prefix)
        .ok()?
        .take(zones as usize)
        .map(|subnet| Located::new(subnet, vpc.span()))
        .collect();
    if subnets.len() < zones as usize {
        cx.push(
            Diagnostic::new(
                Code::CidrSize,
                vpc.span(),
                format!("`network.cidr` {} is too small for {zones} zones", **vpc),
            )
            .label(format!(
                "has room for {} subnets of /{SMALLEST_SUBNET}",
                subnets.len()
            )),
        );
        return None;
    }
    Some(lettered(subnets))
}

fn lettered(subnets: Vec<Located<Ipv4Net>>) -> Vec<Subnet> {
    ('a'..='z')
        .zip(subnets)
        .map(|(key, cidr)| Subnet { key, cidr })
        .collect()
}
