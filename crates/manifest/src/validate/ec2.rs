//! `[ec2]`: instances that services run on, and what goes with them.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{
    Amount, Architecture, Ec2, Fleet, GibiBytes, Group, MachineImage, Refusal, Ssh,
};
use crate::schema::Ec2Section;

/// What user data may be at most, ours and the user's together [EC2 user guide: user data, "limited to 16 KB"].
const USER_DATA_MAX: usize = 15_000;

/// An EBS volume of type gp3 [EBS user guide: volume types]; the image takes 30 GiB.
const DISK: std::ops::RangeInclusive<u32> = 30..=16_384;

/// The section. None if something in it is wrong.
pub(super) fn ec2(
    cx: &mut Rules<'_>,
    section: Option<&Located<Ec2Section>>,
) -> Option<Option<Ec2>> {
    let Some(section) = section else {
        return (!cx.is_spoiled(&["ec2"])).then_some(None);
    };
    let types = instance_types(cx, section);
    let managed = section.managed.as_ref().filter(|it| *it.get());
    let disk = disk(cx, section, managed.is_some());
    let fleet = match managed {
        Some(managed) => {
            check_unbounded(cx, section, managed.span());
            Some(Fleet::Managed)
        }
        None => group(cx, section).map(Fleet::Group),
    };
    let (instance_types, arch) = types?;
    Some(Some(Ec2 {
        instance_types,
        arch,
        fleet: fleet?,
        disk: disk?,
    }))
}

fn instance_types(cx: &mut Rules<'_>, section: &Ec2Section) -> Option<(Vec<String>, Architecture)> {
    let written = section.instance_types.as_ref()?;
    let parsed: Vec<_> = written
        .iter()
        .map(|it| {
            let path = ["ec2", "instance_types"];
            cx.parse(Code::InstanceType, &path, Some(it), |text| {
                architecture(text).ok_or_else(|| {
                    Refusal::new("not an instance type")
                        .help("write a family, a dot and a size: \"t4g.medium\"")
                })
            })
        })
        .collect();
    if written.is_empty() {
        cx.push(
            Diagnostic::new(
                Code::InstanceType,
                written.span(),
                "`ec2.instance_types` names none",
            )
            .help("write for example [\"t4g.medium\"]"),
        );
    }
    let parsed = parsed.into_iter().collect::<Option<Vec<_>>>()?;
    let (first, rest) = parsed.split_first()?;
    let other = rest.iter().find(|it| it.get() != first.get());
    if let Some(other) = other {
        cx.push(
            Diagnostic::new(
                Code::InstanceType,
                other.span(),
                "`ec2.instance_types` has types of two processors",
            )
            .label(format!("has {}", word(*other.get())))
            .related(first.span(), format!("has {}", word(*first.get())))
            .help("name types of one of them: an image of a task runs on one"),
        );
        return None;
    }
    let types = written.iter().map(|it| it.get().clone()).collect();
    Some((types, *first.get()))
}

/// The processor of an instance type; none if it is spelled like none. In a family's name a `g` behind the number of
/// the generation stands for Graviton [EC2 instance types guide: naming conventions].
fn architecture(text: &str) -> Option<Architecture> {
    let (family, size) = text.split_once('.')?;
    let plain = |text: &str| {
        let mut bytes = text.bytes();
        !text.is_empty() && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let number = family.find(|c: char| c.is_ascii_digit())?;
    if number == 0 || !plain(family) || !plain(size) {
        return None;
    }
    let behind = family[number..].trim_start_matches(|c: char| c.is_ascii_digit());
    let behind = behind.split('-').next().unwrap_or_default();
    Some(match behind.contains('g') || family == "a1" {
        true => Architecture::Arm64,
        false => Architecture::X86_64,
    })
}

pub(super) fn word(arch: Architecture) -> &'static str {
    match arch {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "arm64",
    }
}

fn disk(cx: &mut Rules<'_>, section: &Ec2Section, managed: bool) -> Option<GibiBytes> {
    let path = ["ec2", "disk"];
    let Some(written) = &section.disk else {
        let default = match managed {
            true => defaults::MANAGED_DISK,
            false => defaults::DISK,
        };
        return (!cx.is_spoiled(&path)).then_some(default);
    };
    let amount = cx.parse(Code::BadSize, &path, Some(written), Amount::parse)?;
    let gibibytes = amount.mebibytes / 1024;
    if !amount.mebibytes.is_multiple_of(1024) || !DISK.contains(&gibibytes) {
        cx.push(
            Diagnostic::new(
                Code::StorageSize,
                written.span(),
                format!("`ec2.disk` cannot be {:?}", written.as_str()),
            )
            .label("must be whole GiB, from 30GiB to 16384GiB"),
        );
        return None;
    }
    Some(GibiBytes(gibibytes))
}

fn group(cx: &mut Rules<'_>, section: &Located<Ec2Section>) -> Option<Group> {
    let bounds = bounds(cx, section);
    let ssh = ssh(cx, section);
    let script = script(cx, section);
    let image = image(cx, section);
    let (min, max) = bounds?;
    let target = section.target.as_ref();
    if cx.is_spoiled(&["ec2", "target"]) {
        return None;
    }
    Some(Group {
        min,
        max,
        target: target.map_or(defaults::TARGET, |it| *it.get()),
        image: image?,
        ssh: ssh?,
        script: script?,
    })
}

fn bounds(cx: &mut Rules<'_>, section: &Located<Ec2Section>) -> Option<(u32, u32)> {
    if cx.is_spoiled(&["ec2", "min"]) || cx.is_spoiled(&["ec2", "max"]) {
        return None;
    }
    let min = section.min.as_ref();
    let least = min.map_or(defaults::INSTANCES_MIN, |it| *it.get());
    let Some(max) = &section.max else {
        cx.push(
            Diagnostic::new(Code::MissingKey, section.span(), "`ec2` has no key `max`")
                .label("so many instances at most: it is what bounds the bill"),
        );
        return None;
    };
    if least > *max.get() {
        let diagnostic = Diagnostic::new(
            Code::InstanceBounds,
            max.span(),
            "`ec2.max` is less than `min`",
        )
        .label(format!("must be {least} or more"));
        cx.push(match min {
            Some(min) => diagnostic.related(min.span(), "so many at least"),
            None => diagnostic,
        });
        return None;
    }
    Some((least, *max.get()))
}

fn image(cx: &mut Rules<'_>, section: &Ec2Section) -> Option<MachineImage> {
    let word = section.image_refresh.as_ref();
    let Some(image) = &section.image else {
        if cx.is_spoiled(&["ec2", "image"]) || cx.is_spoiled(&["ec2", "image_refresh"]) {
            return None;
        }
        let word = word.map_or(String::new(), |it| it.get().clone());
        return Some(MachineImage::Newest(word));
    };
    if let Some(word) = word {
        cx.push(
            Diagnostic::new(
                Code::NoEffect,
                word.span(),
                "`ec2.image_refresh` has no effect: no image is looked up",
            )
            .related(image.span(), "this one is taken")
            .help("take one of the two out"),
        );
    }
    let parsed = cx.parse(Code::BadExisting, &["ec2", "image"], Some(image), |text| {
        let id = text.strip_prefix("ami-").unwrap_or_default();
        let digits = id
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match (8..=17).contains(&id.len()) && digits {
            true => Ok(text.to_owned()),
            false => Err(Refusal::new("not the id of a machine image")
                .help("write for example \"ami-0123456789abcdef0\", or take the key out")),
        }
    })?;
    Some(MachineImage::Given(parsed.into_inner()))
}

fn ssh(cx: &mut Rules<'_>, section: &Ec2Section) -> Option<Option<Ssh>> {
    let from = section.ssh_from.as_ref();
    let Some(key) = &section.ssh_key else {
        if let Some(from) = from {
            cx.push(
                Diagnostic::new(
                    Code::NoEffect,
                    from.span(),
                    "`ec2.ssh_from` has no effect: nobody may log in",
                )
                .help("write `ec2.ssh_key`, or take the key out"),
            );
        }
        return (!cx.is_spoiled(&["ec2", "ssh_key"])).then_some(None);
    };
    if key.contains("PRIVATE KEY") {
        // Nothing of it is repeated, not even the line that it stands in.
        let start = key.span().start;
        cx.push(
            Diagnostic::new(
                Code::SshKey,
                start..start + 1,
                "`ec2.ssh_key` is the private half of a key",
            )
            .label("whoever can read this file can now log in with it")
            .help("make another key, and give its public half, from the file that ends in .pub"),
        );
        return None;
    }
    let key = cx.parse(Code::SshKey, &["ec2", "ssh_key"], Some(key), public_key);
    let ranges: Vec<_> = from
        .into_iter()
        .flat_map(|list| list.iter())
        .map(|it| cx.parse(Code::SshKey, &["ec2", "ssh_from"], Some(it), range))
        .collect();
    let ranges = ranges.into_iter().collect::<Option<Vec<_>>>();
    Some(Some(Ssh {
        key: key?.into_inner(),
        from: ranges?.into_iter().map(Located::into_inner).collect(),
    }))
}

/// Kind and digits [EC2 API: ImportKeyPair: RSA and ED25519].
fn public_key(text: &str) -> Result<String, Refusal> {
    let mut words = text.split_whitespace();
    match (words.next(), words.next()) {
        (Some(kind @ ("ssh-rsa" | "ssh-ed25519")), Some(digits)) if digits.starts_with("AAAA") => {
            Ok(format!("{kind} {digits}"))
        }
        _ => Err(Refusal::new("not a public key of RSA or ED25519")
            .help("make one with `ssh-keygen -t ed25519`, and write what is in its .pub file")),
    }
}

fn range(text: &str) -> Result<Ipv4Net, Refusal> {
    let range: Ipv4Net = text.parse().map_err(|_| {
        Refusal::new("not an address range").help("write for example \"10.20.0.0/16\"")
    })?;
    if range.prefix_len() == 0 || range.addr() == Ipv4Addr::UNSPECIFIED {
        return Err(Refusal::new("anybody on the internet could knock")
            .help("name the ranges that you log in from"));
    }
    Ok(range.trunc())
}

fn script(cx: &mut Rules<'_>, section: &Ec2Section) -> Option<String> {
    let path = ["ec2", "user_data"];
    let Some(written) = &section.user_data else {
        return (!cx.is_spoiled(&path)).then(String::new);
    };
    let parsed = cx.parse(Code::UserData, &path, Some(written), |text| {
        if text.trim_start().starts_with("#!") {
            return Err(Refusal::new("the first line is ours")
                .help("leave the first line out: bash runs these lines, behind the settings of the ECS agent"));
        }
        if text.len() > USER_DATA_MAX {
            return Err(Refusal::new(format!(
                "has {} bytes, and {USER_DATA_MAX} is the most",
                text.len()
            ))
            .help("fetch the rest from somewhere in these lines"));
        }
        Ok(text.trim_end().to_owned())
    })?;
    Some(parsed.into_inner())
}

/// What only an Auto Scaling group has.
fn check_unbounded(cx: &mut Rules<'_>, section: &Ec2Section, managed: Span) {
    let keys = [
        ("min", section.min.as_ref().map(Located::span)),
        ("max", section.max.as_ref().map(Located::span)),
        ("target", section.target.as_ref().map(Located::span)),
        ("image", section.image.as_ref().map(Located::span)),
        (
            "image_refresh",
            section.image_refresh.as_ref().map(Located::span),
        ),
        ("ssh_key", section.ssh_key.as_ref().map(Located::span)),
        ("ssh_from", section.ssh_from.as_ref().map(Located::span)),
        ("user_data", section.user_data.as_ref().map(Located::span)),
    ];
    for (key, span) in keys {
        let Some(span) = span else { continue };
        cx.push(
            Diagnostic::new(
                Code::NoEffect,
                span,
                format!("`ec2.{key}` has no effect: the instances are ECS's own"),
            )
            .related(managed.clone(), "ECS Managed Instances")
            .help("take one of the two out"),
        );
    }
}
