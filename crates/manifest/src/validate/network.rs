//! `[network]`: one VPC, and for each zone a public subnet, in a private layout a private one too.

use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

use super::Rules;
use super::subnets::{self, Half, LARGEST, SMALLEST_VPC, Subnets};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Layout, Nat, Network, Refusal};
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
            without_private_subnets(cx, section);
            (public.read(cx, cidr.as_ref(), &[]), Some(Vec::new()))
        }
        Layout::PrivateNat(_) if public.written.is_none() && private.written.is_some() => {
            let private = private.read(cx, cidr.as_ref(), &[])?;
            (public.read(cx, cidr.as_ref(), &private), Some(private))
        }
        Layout::PrivateNat(_) => {
            let public = public.read(cx, cidr.as_ref(), &[])?;
            let private = private.read(cx, cidr.as_ref(), &public);
            (Some(public), private)
        }
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
    }
}

/// What belongs to private subnets has no effect where there are none.
fn without_private_subnets(cx: &mut Rules<'_>, section: &NetworkSection) {
    let span = |span: Option<Span>, key| span.map(|span| (key, span));
    let private = span(
        section.private_subnets.as_ref().map(Located::span),
        "private_subnets",
    );
    let nat = span(section.nat.as_ref().map(Located::span), "nat");
    for (key, span) in private.into_iter().chain(nat) {
        let message = format!(
            "`{}` has no effect: in the layout `public-tasks` there are no private subnets",
            dotted(&["network", key])
        );
        cx.push(
            Diagnostic::new(Code::NoEffect, span, message)
                .help("take the key out, or write layout = \"private-nat\""),
        );
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
