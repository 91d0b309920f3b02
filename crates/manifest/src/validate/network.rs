//! `[network]`: one VPC, and for each zone a public subnet, in a private layout a private one too.

use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

use super::Rules;
use super::service::log_retention;
use super::subnets::{self, Half, LARGEST, SMALLEST_VPC, Subnets};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{
    COLLECTOR, DomainName, Layout, LogRetention, Nat, Network, Refusal, Region, Service,
};
use crate::schema::{self, NetworkSection};
use crate::structure::dotted;

/// The network. None if something in it is wrong.
pub(super) fn network(cx: &mut Rules<'_>, section: &NetworkSection) -> Option<Network> {
    let layout = layout(section);
    let cidr = cx.parse_or(
        Code::BadCidr,
        &["network", "cidr"],
        section.cidr.as_ref(),
        Located::new(defaults::CIDR, 0..0),
        parse_cidr,
    );
    let cidr = cidr.filter(|cidr| is_vpc(cx, cidr));
    let azs = section.azs.as_ref();
    let public = Subnets {
        key: "subnets",
        written: section.subnets.as_ref(),
        azs,
        half: Half::First,
    };
    let private = Subnets {
        key: "private_subnets",
        written: section.private_subnets.as_ref(),
        azs,
        half: Half::Second,
    };
    // What is written comes first: what is not keeps out of its way.
    let (public, private) = match layout {
        Layout::PublicTasks => {
            no_nat(cx, section, &["private_subnets", "nat"], "public-tasks");
            (public.read(cx, cidr.as_ref(), &[]), Some(Vec::new()))
        }
        Layout::PrivateNat(_) | Layout::PrivateEndpoints
            if public.written.is_none() && private.written.is_some() =>
        {
            let private = private.read(cx, cidr.as_ref(), &[])?;
            (public.read(cx, cidr.as_ref(), &private), Some(private))
        }
        Layout::PrivateNat(_) | Layout::PrivateEndpoints => {
            let public = public.read(cx, cidr.as_ref(), &[])?;
            let private = private.read(cx, cidr.as_ref(), &public);
            (Some(public), private)
        }
    };
    if layout == Layout::PrivateEndpoints {
        no_nat(cx, section, &["nat"], "private-endpoints");
    }
    let flow_logs = match &section.flow_logs {
        Some(_) => {
            let path = ["network", "flow_logs"];
            let default = LogRetention::Days(defaults::LOG_RETENTION);
            log_retention(cx, &path, section.flow_logs.as_ref(), default).map(Some)
        }
        None => (!cx.is_spoiled(&["network", "flow_logs"])).then_some(None),
    };
    let private_zone = match &section.private_zone {
        Some(written) => {
            let path = ["network", "private_zone"];
            let domain = cx.parse(Code::BadDomain, &path, Some(written), DomainName::parse);
            domain.map(Some)
        }
        None => (!cx.is_spoiled(&["network", "private_zone"])).then_some(None),
    };
    let (public, private) = (public?, private?);
    if !private.is_empty() && private.len() != public.len() {
        subnets::differ_in_number(cx, section, public.len(), private.len());
        return None;
    }
    Some(Network {
        layout,
        cidr: cidr?,
        subnets: public,
        private_subnets: private,
        data_subnets: Vec::new(),
        flow_logs: flow_logs?,
        private_zone: private_zone?,
        ipv6: section.ipv6.as_ref().map_or(defaults::IPV6, |it| *it.get()),
    })
}

fn layout(section: &NetworkSection) -> Layout {
    let nat = match section.nat.as_ref().map(Located::get) {
        Some(schema::Nat::Single) => Nat::Single,
        Some(schema::Nat::PerAz) | None => Nat::PerZone,
        Some(schema::Nat::Regional) => Nat::Regional,
    };
    match section.layout.as_ref().map(Located::get) {
        Some(schema::Layout::PublicTasks) | None => Layout::PublicTasks,
        Some(schema::Layout::PrivateNat) => Layout::PrivateNat(nat),
        Some(schema::Layout::PrivateEndpoints) => Layout::PrivateEndpoints,
    }
}

/// What belongs to another layout has no effect.
fn no_nat(cx: &mut Rules<'_>, section: &NetworkSection, keys: &[&str], layout: &str) {
    for key in keys {
        let span = match *key {
            "nat" => section.nat.as_ref().map(Located::span),
            _ => section.private_subnets.as_ref().map(Located::span),
        };
        let Some(span) = span else { continue };
        let what = match *key {
            "nat" if layout == "private-endpoints" => "there is no way to the internet",
            _ => "there are no private subnets",
        };
        let message = format!(
            "`{}` has no effect: in the layout `{layout}` {what}",
            dotted(&["network", key])
        );
        cx.push(
            Diagnostic::new(Code::NoEffect, span, message)
                .help("take the key out, or write layout = \"private-nat\""),
        );
    }
}

/// Where no way leads to the internet, images come from ECR in the same region: the endpoints lead nowhere else.
pub(super) fn check_images(
    cx: &mut Rules<'_>,
    network: &Network,
    region: &Region,
    services: &[&Service],
) {
    if network.layout != Layout::PrivateEndpoints {
        return;
    }
    let here = format!(".dkr.ecr.{}.amazonaws.com", region.as_str());
    for service in services {
        // What is built, or lies in a repository of ours, is in ECR in this region.
        let own = service.image.reference();
        let own = own.map(|image| (image, service.image.span()));
        let sidecars = service.sidecars.values();
        // The collector is nobody's but ours; it is told of once, by itself.
        let sidecars = sidecars.filter(|it| it.name.as_str() != COLLECTOR);
        let sidecars = sidecars.map(|it| (it.image.get(), it.image.span()));
        for (image, span) in own.into_iter().chain(sidecars) {
            let registry = image.registry.as_deref().unwrap_or("docker.io");
            if registry.contains(&here) {
                continue;
            }
            let message = format!("the image {:?} cannot be pulled", image.as_str());
            cx.push(
                Diagnostic::new(Code::ImageOutOfReach, span, message)
                    .label(format!("no way leads from the tasks to {registry}"))
                    .help(format!(
                        "put it into ECR in {}, or write layout = \"private-nat\"",
                        region.as_str()
                    )),
            );
        }
    }
}

pub(super) fn parse_cidr(text: &str) -> Result<Ipv4Net, Refusal> {
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
