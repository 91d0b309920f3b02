//! The ranges of subnets: those that were written, or parts of the VPC's range.

use ipnet::Ipv4Net;

use super::Rules;
use super::network::parse_cidr;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::Subnet;
use crate::schema::NetworkSection;

/// The largest VPC and the largest subnet [EC2 API: CreateVpc, CreateSubnet].
pub(super) const LARGEST: u8 = 16;
/// A subnet of a load balancer has at least this size [ELBv2 user guide: subnets for your load balancer].
const SMALLEST_SUBNET: u8 = 27;
/// Two such subnets fit.
pub(super) const SMALLEST_VPC: u8 = 26;
/// A subnet is a sixteenth of the VPC, if that is not too small.
const SIXTEENTH: u8 = 4;

/// One list of subnets, as far as it was written.
pub(super) struct Subnets<'a> {
    /// Its key in `[network]`.
    pub(super) key: &'static str,
    pub(super) written: Option<&'a Located<Vec<Located<String>>>>,
    pub(super) azs: Option<&'a Located<u32>>,
    /// Where they are, if they were not written.
    pub(super) half: Half,
}

/// A half of the VPC's range.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    First,
    Second,
}

impl Subnets<'_> {
    /// The subnets, apart from the `others` and from each other. None if something in them is wrong.
    pub(super) fn read(
        &self,
        cx: &mut Rules<'_>,
        vpc: Option<&Located<Ipv4Net>>,
        others: &[Subnet],
    ) -> Option<Vec<Subnet>> {
        match self.written {
            Some(written) => self.check(cx, written, vpc, others),
            None if cx.is_spoiled(&["network", self.key]) => None,
            None => self.cut(cx, vpc?, others),
        }
    }

    fn check(
        &self,
        cx: &mut Rules<'_>,
        written: &Located<Vec<Located<String>>>,
        vpc: Option<&Located<Ipv4Net>>,
        others: &[Subnet],
    ) -> Option<Vec<Subnet>> {
        let count = written.len();
        let counted = match self.azs {
            Some(zones) => *zones.get() as usize == count,
            None => (2..=6).contains(&count),
        };
        if !counted {
            let wanted = self
                .azs
                .map_or("there must be from 2 to 6".to_owned(), |zones| {
                    format!("`azs` says {zones}")
                });
            let diagnostic = Diagnostic::new(
                Code::SubnetCount,
                written.span(),
                format!(
                    "`network.{}` has {count} {}",
                    self.key,
                    if count == 1 { "range" } else { "ranges" }
                ),
            )
            .label(wanted);
            cx.push(match self.azs {
                Some(zones) => diagnostic.related(zones.span(), "so many zones"),
                None => diagnostic,
            });
        }
        let parsed: Vec<Option<Located<Ipv4Net>>> = written
            .iter()
            .map(|subnet| {
                cx.parse(
                    Code::BadCidr,
                    &["network", self.key],
                    Some(subnet),
                    parse_cidr,
                )
                .filter(|cidr| is_subnet(cx, cidr, vpc))
            })
            .collect();
        let apart = are_apart(cx, others, &parsed);
        let subnets = parsed.into_iter().collect::<Option<Vec<_>>>()?;
        (counted && apart).then(|| lettered(subnets))
    }

    /// Sixteenths of the VPC, or larger parts where these would be too small: from the start of their half, and then
    /// wherever there is room.
    fn cut(
        &self,
        cx: &mut Rules<'_>,
        vpc: &Located<Ipv4Net>,
        others: &[Subnet],
    ) -> Option<Vec<Subnet>> {
        let zones = match (self.azs, others.len()) {
            (_, there @ 1..) => there,
            (Some(zones), _) => *zones.get() as usize,
            (None, 0) => defaults::ZONES as usize,
        };
        let prefix = (vpc.prefix_len() + SIXTEENTH).min(SMALLEST_SUBNET);
        let parts: Vec<Ipv4Net> = vpc.subnets(prefix).ok()?.collect();
        let start = match self.half {
            Half::First => 0,
            Half::Second => parts.len() / 2,
        };
        let (before, after) = parts.split_at(start);
        let free = |part: &&Ipv4Net| !others.iter().any(|other| overlap(part, other.cidr.get()));
        let free = after.iter().chain(before).filter(free);
        let subnets: Vec<_> = free
            .take(zones)
            .map(|part| Located::new(*part, vpc.span()))
            .collect();
        if subnets.len() < zones {
            let message = format!("`network.cidr` {} is too small for {zones} zones", **vpc);
            let room = subnets.len();
            cx.push(
                Diagnostic::new(Code::CidrSize, vpc.span(), message).label(format!(
                    "has room for {room} {}subnets of /{prefix}",
                    if others.is_empty() { "" } else { "more " }
                )),
            );
            return None;
        }
        Some(lettered(subnets))
    }
}

/// There is a private subnet beside each public one.
pub(super) fn differ_in_number(
    cx: &mut Rules<'_>,
    section: &NetworkSection,
    public: usize,
    private: usize,
) {
    let Some(written) = section
        .private_subnets
        .as_ref()
        .or(section.subnets.as_ref())
    else {
        return;
    };
    let message = format!("there are {public} public subnets and {private} private ones");
    let diagnostic = Diagnostic::new(Code::SubnetCount, written.span(), message)
        .label("must be as many, one of each for each zone");
    cx.push(match &section.subnets {
        Some(public) if section.private_subnets.is_some() => {
            diagnostic.related(public.span(), "the public ones")
        }
        _ => diagnostic,
    });
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
fn are_apart(cx: &mut Rules<'_>, others: &[Subnet], subnets: &[Option<Located<Ipv4Net>>]) -> bool {
    let mut apart = true;
    for (index, later) in subnets.iter().enumerate() {
        let Some(later) = later else { continue };
        let mut earlier = others
            .iter()
            .map(|other| &other.cidr)
            .chain(subnets[..index].iter().flatten());
        if let Some(earlier) = earlier.find(|earlier| overlap(earlier, later)) {
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

pub(super) fn overlap(one: &Ipv4Net, other: &Ipv4Net) -> bool {
    one.contains(&other.network()) || other.contains(&one.network())
}

pub(super) fn lettered(subnets: Vec<Located<Ipv4Net>>) -> Vec<Subnet> {
    ('a'..='z')
        .zip(subnets)
        .map(|(key, cidr)| Subnet { key, cidr })
        .collect()
}
