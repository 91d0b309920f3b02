//! `cpu`, `memory` and `ephemeral_storage`: sizes that Fargate sells.

use super::{Rules, refused};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::fargate::{self, TaskSize};
use crate::located::{Located, Span};
use crate::model::{Amount, Cpu, GibiBytes, Sidecar};
use crate::schema::{Number, ServiceSection};
use crate::structure::dotted;

/// The size of a task: both as written, or the least that goes with the one that was.
pub(super) fn size(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    name: Span,
    on_instances: bool,
) -> Option<Located<TaskSize>> {
    let cpu_path = [path, &["cpu"]].concat();
    let memory_path = [path, &["memory"]].concat();
    if on_instances {
        return size_on_instances(cx, path, section, name);
    }
    let spoiled = cx.is_spoiled(&cpu_path) || cx.is_spoiled(&memory_path);

    let cpu = section
        .cpu
        .as_ref()
        .map(|written| match Cpu::from_number(written.0) {
            Ok(cpu) => Some(Located::new(cpu.units, written.span())),
            Err(refusal) => {
                let message = format!("`{}` cannot be {}", dotted(&cpu_path), written.0);
                cx.push(refused(Code::BadCpu, written.span(), message, refusal));
                None
            }
        });
    let memory = section.memory.as_ref().map(|written| {
        cx.parse(Code::BadSize, &memory_path, Some(written), |text| {
            Amount::parse(text)
        })
        .map(|amount| amount.map(|amount| amount.mebibytes))
    });

    match (cpu, memory) {
        _ if spoiled => None,
        (Some(None), _) | (_, Some(None)) => None,
        (None, None) => {
            let least = fargate::row(defaults::CPU_UNITS)?.smallest();
            Some(Located::new(
                TaskSize::new(defaults::CPU_UNITS, least)?,
                name,
            ))
        }
        (Some(Some(cpu)), None) => {
            let least = fargate::row(*cpu)?.smallest();
            Some(Located::new(TaskSize::new(*cpu, least)?, cpu.span()))
        }
        (None, Some(Some(memory))) => match fargate::smallest_with_memory(*memory) {
            Some(size) => Some(Located::new(size, memory.span())),
            None => {
                let message = format!("no task has {} of memory", fargate::mebibytes(*memory));
                cx.push(offered(
                    Diagnostic::new(Code::FargateSize, memory.span(), message),
                    None,
                    *memory,
                ));
                None
            }
        },
        (Some(Some(cpu)), Some(Some(memory))) => match TaskSize::new(*cpu, *memory) {
            Some(size) => Some(Located::new(size, memory.span())),
            None => {
                let message = format!(
                    "no task has {} vCPU and {} of memory",
                    fargate::vcpu(*cpu),
                    fargate::mebibytes(*memory)
                );
                let diagnostic = Diagnostic::new(Code::FargateSize, memory.span(), message)
                    .label(format!(
                        "{} vCPU comes with {}",
                        fargate::vcpu(*cpu),
                        range(*cpu)
                    ))
                    .related(cpu.span(), "with this cpu");
                cx.push(offered(diagnostic, Some(*cpu), *memory));
                None
            }
        },
    }
}

/// Of a task on an instance: any, down to 128 units [ECS API: RegisterTaskDefinition, cpu].
fn size_on_instances(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    name: Span,
) -> Option<Located<TaskSize>> {
    let at = |key| [path, &[key]].concat();
    let cpu = share_of_cpu(cx, &at("cpu"), section.cpu.as_ref())?;
    let memory = share_of_memory(cx, &at("memory"), section.memory.as_ref())?;
    if let (Some(units), Some(written)) = (cpu, &section.cpu)
        && units < LEAST_UNITS
    {
        let message = format!("`{}` cannot be {}", dotted(&at("cpu")), written.0);
        cx.push(
            Diagnostic::new(Code::BadCpu, written.span(), message)
                .label("a task needs 0.125 vCPU at least, which are 128 units"),
        );
        return None;
    }
    let place = section.memory.as_ref().map(Located::span);
    let place = place.or(section.cpu.as_ref().map(Located::span));
    let size = TaskSize::on_instance(
        cpu.unwrap_or(defaults::CPU_UNITS),
        memory.unwrap_or(defaults::INSTANCE_MEMORY),
    );
    Some(Located::new(size, place.unwrap_or(name)))
}

const LEAST_UNITS: u32 = 128;

/// A container's share of the task's cpu: up to 16 in vCPU, above in units, of which there are only whole ones.
pub(super) fn share_of_cpu(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<Number>>,
) -> Option<Option<u32>> {
    let Some(written) = written else {
        return (!cx.is_spoiled(path)).then_some(None);
    };
    let units = if written.0 <= 16.0 {
        written.0 * 1024.0
    } else {
        written.0
    };
    if !(1.0..=16.0 * 1024.0).contains(&units) || units.fract() != 0.0 {
        let message = format!("`{}` cannot be {}", dotted(path), written.0);
        cx.push(
            Diagnostic::new(Code::BadCpu, written.span(), message)
                .label("a share is up to 16 vCPU, or whole units of 1/1024 vCPU")
                .help("write for example 0.125 or 128"),
        );
        return None;
    }
    // Whole and in range, as just checked.
    Some(Some(units as u32))
}

/// The most memory that a container may use, in MiB.
pub(super) fn share_of_memory(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<String>>,
) -> Option<Option<u32>> {
    let Some(written) = written else {
        return (!cx.is_spoiled(path)).then_some(None);
    };
    let amount = cx.parse(Code::BadSize, path, Some(written), Amount::parse)?;
    if amount.mebibytes < LEAST_MEMORY {
        let message = format!("`{}` cannot be {:?}", dotted(path), written.as_str());
        cx.push(
            Diagnostic::new(Code::BadSize, written.span(), message)
                .label(format!("a container needs {LEAST_MEMORY}MiB at least")),
        );
        return None;
    }
    Some(Some(amount.mebibytes))
}

/// [ECS API: ContainerDefinition.memory] "don't specify less than 6 MiB of memory for your containers".
const LEAST_MEMORY: u32 = 6;

/// What is left for the service's own container must be more than nothing: the shares are "lower than the task-level
/// cpu value", and likewise the memory [ECS API: ContainerDefinition.cpu, .memory].
pub(super) fn check_shares(
    cx: &mut Rules<'_>,
    path: &[&str],
    size: &Located<TaskSize>,
    sidecars: &[Sidecar],
) -> bool {
    let sum = |share: fn(&Sidecar) -> Option<u32>| -> u64 {
        sidecars.iter().filter_map(share).map(u64::from).sum()
    };
    let (cpu, memory) = (sum(|it| it.cpu), sum(|it| it.memory));
    if cpu < u64::from(size.cpu()) && memory < u64::from(size.memory()) {
        return true;
    }
    let shares = format!(
        "{} vCPU and {}",
        cpu as f64 / 1024.0,
        u32::try_from(memory).map_or("too much memory".to_owned(), fargate::mebibytes)
    );
    let message = format!(
        "the sidecars of `{}` leave nothing for its own container",
        dotted(path)
    );
    let diagnostic = Diagnostic::new(Code::TaskShares, size.span(), message).label(format!(
        "the task has {} vCPU and {}, and they take {shares}",
        fargate::vcpu(size.cpu()),
        fargate::mebibytes(size.memory()),
    ));
    let least = |share: u64, there: u32| u32::try_from(share + 1).unwrap_or(u32::MAX).max(there);
    let (cpu, memory) = (least(cpu, size.cpu()), least(memory, size.memory()));
    // Offers below what is taken would be of no use.
    let enough = |offer: &TaskSize| offer.cpu() >= cpu && offer.memory() >= memory;
    let offers = fargate::nearest(Some(cpu), memory)
        .into_iter()
        .filter(enough);
    let diagnostic = offers.fold(diagnostic, |diagnostic, offer| {
        diagnostic.help(format!("write {offer}"))
    });
    cx.push(diagnostic);
    false
}

/// Disk in whole GiB: 20, which every task has, or 21 to 200 [ECS API: EphemeralStorage].
pub(super) fn ephemeral_storage(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<String>>,
) -> Option<GibiBytes> {
    let path = [path, &["ephemeral_storage"]].concat();
    let Some(written) = written else {
        return (!cx.is_spoiled(&path)).then_some(defaults::EPHEMERAL_STORAGE);
    };
    let amount = cx.parse(Code::BadSize, &path, Some(written), |text| {
        Amount::parse(text)
    })?;
    let GibiBytes(least) = defaults::EPHEMERAL_STORAGE;
    let gibibytes = amount.mebibytes / 1024;
    if !amount.mebibytes.is_multiple_of(1024) || !(least..=200).contains(&gibibytes) {
        cx.push(
            Diagnostic::new(
                Code::StorageSize,
                written.span(),
                format!("`{}` cannot be {:?}", dotted(&path), written.as_str()),
            )
            .label("must be whole GiB, from 20GiB to 200GiB"),
        );
        return None;
    }
    Some(GibiBytes(gibibytes))
}

fn offered(diagnostic: Diagnostic, cpu: Option<u32>, memory: u32) -> Diagnostic {
    fargate::nearest(cpu, memory)
        .into_iter()
        .fold(diagnostic, |diagnostic, size| {
            diagnostic.help(format!("write {size}"))
        })
}

fn range(cpu: u32) -> String {
    let Some(row) = fargate::row(cpu) else {
        return "other sizes".to_owned();
    };
    let also = row
        .also
        .map(|also| format!("{}, or ", fargate::mebibytes(also)))
        .unwrap_or_default();
    let (least, most, by) = (row.least, row.most, row.by);
    format!(
        "{also}{} to {} by {}",
        fargate::mebibytes(least),
        fargate::mebibytes(most),
        fargate::mebibytes(by)
    )
}
