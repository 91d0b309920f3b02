//! `cpu`, `memory` and `ephemeral_storage`: sizes that Fargate sells.

use super::{Rules, refused};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::fargate::{self, TaskSize};
use crate::located::{Located, Span};
use crate::model::{Amount, Cpu, GibiBytes};
use crate::schema::ServiceSection;
use crate::structure::dotted;

/// The size of a task: both as written, or the least that goes with the one that was.
pub(super) fn size(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &ServiceSection,
    name: Span,
) -> Option<Located<TaskSize>> {
    let cpu_path = [path, &["cpu"]].concat();
    let memory_path = [path, &["memory"]].concat();
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
