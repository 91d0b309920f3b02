//! The sizes that Fargate sells: which memory goes with which cpu.
//!
//! Source of the table: ECS developer guide, "Amazon ECS task definition parameters for Fargate",
//! section "Task size"; also `RegisterTaskDefinition`, parameters `cpu` and `memory`. The two largest cpus
//! want Linux platform version 1.4.0 or later.

use std::fmt;

/// A task's size. Only sizes that Fargate sells can be made with [`TaskSize::new`]; on instances there are others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskSize {
    cpu: u32,
    memory: u32,
}

impl TaskSize {
    /// The size, if Fargate sells it.
    pub fn new(cpu: u32, memory: u32) -> Option<Self> {
        let row = row(cpu)?;
        row.sells(memory).then_some(Self { cpu, memory })
    }

    /// A size on an instance, where any goes that the instance has room for.
    pub fn on_instance(cpu: u32, memory: u32) -> Self {
        Self { cpu, memory }
    }

    /// CPU units: 1024 are one vCPU.
    pub fn cpu(self) -> u32 {
        self.cpu
    }

    /// Memory in MiB.
    pub fn memory(self) -> u32 {
        self.memory
    }
}

impl fmt::Display for TaskSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cpu = {}, memory = \"{}\"",
            vcpu(self.cpu),
            mebibytes(self.memory)
        )
    }
}

/// One cpu size and the memory sizes sold with it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// CPU units.
    pub cpu: u32,
    /// Least memory, MiB.
    pub least: u32,
    /// Most memory, MiB.
    pub most: u32,
    /// Memory grows by this many MiB.
    pub by: u32,
    /// Sizes outside that rule: 512 MiB with a quarter of a vCPU.
    pub also: Option<u32>,
}

const GIB: u32 = 1024;

/// Every cpu size, smallest first.
pub const SIZES: [Row; 7] = [
    Row {
        cpu: 256,
        least: GIB,
        most: 2 * GIB,
        by: GIB,
        also: Some(512),
    },
    Row {
        cpu: 512,
        least: GIB,
        most: 4 * GIB,
        by: GIB,
        also: None,
    },
    Row {
        cpu: 1024,
        least: 2 * GIB,
        most: 8 * GIB,
        by: GIB,
        also: None,
    },
    Row {
        cpu: 2048,
        least: 4 * GIB,
        most: 16 * GIB,
        by: GIB,
        also: None,
    },
    Row {
        cpu: 4096,
        least: 8 * GIB,
        most: 30 * GIB,
        by: GIB,
        also: None,
    },
    Row {
        cpu: 8192,
        least: 16 * GIB,
        most: 60 * GIB,
        by: 4 * GIB,
        also: None,
    },
    Row {
        cpu: 16384,
        least: 32 * GIB,
        most: 120 * GIB,
        by: 8 * GIB,
        also: None,
    },
];

impl Row {
    /// Is this much memory, in MiB, sold with this cpu?
    pub fn sells(&self, memory: u32) -> bool {
        self.also == Some(memory)
            || (memory >= self.least
                && memory <= self.most
                && (memory - self.least).is_multiple_of(self.by))
    }

    /// Every memory size, in MiB, smallest first.
    pub fn memories(&self) -> impl Iterator<Item = u32> + use<> {
        let Row {
            least,
            most,
            by,
            also,
            ..
        } = *self;
        also.into_iter().chain((least..=most).step_by(by as usize))
    }

    /// The smallest memory, in MiB.
    pub fn smallest(&self) -> u32 {
        self.also.unwrap_or(self.least)
    }
}

/// The sizes sold with a cpu of this many units.
pub fn row(cpu: u32) -> Option<&'static Row> {
    SIZES.iter().find(|row| row.cpu == cpu)
}

/// The smallest size that holds this much memory exactly.
pub fn smallest_with_memory(memory: u32) -> Option<TaskSize> {
    SIZES
        .iter()
        .find(|row| row.sells(memory))
        .map(|row| TaskSize {
            cpu: row.cpu,
            memory,
        })
}

/// The legal sizes next to one that is not, with this cpu or any: first those that give at least what was asked for, the
/// smallest first, then the largest one below.
pub fn nearest(cpu: Option<u32>, memory: u32) -> Vec<TaskSize> {
    let enough = |size: &TaskSize| cpu.is_none_or(|cpu| size.cpu >= cpu) && size.memory >= memory;
    // One offer per cpu: the least memory that is enough. More rows than two would only be dearer.
    let mut offers: Vec<TaskSize> = SIZES
        .iter()
        .filter_map(|row| {
            row.memories()
                .map(|memory| TaskSize {
                    cpu: row.cpu,
                    memory,
                })
                .find(|size| enough(size))
        })
        .take(2)
        .collect();
    let below = SIZES
        .iter()
        .flat_map(|row| {
            row.memories().map(|memory| TaskSize {
                cpu: row.cpu,
                memory,
            })
        })
        .filter(|size| cpu.is_none_or(|cpu| size.cpu <= cpu) && size.memory <= memory)
        .max_by_key(|size| match cpu {
            Some(_) => (size.cpu, size.memory),
            // Any cpu will do, so the most memory and then the cheapest cpu.
            None => (size.memory, u32::MAX - size.cpu),
        });
    offers.extend(below);
    offers
}

/// CPU units as a user writes them: `0.25`, `1`, `16`.
pub fn vcpu(units: u32) -> String {
    format!("{}", f64::from(units) / 1024.0)
}

/// MiB as a user writes them: `512MiB`, `2GiB`.
pub fn mebibytes(memory: u32) -> String {
    if memory.is_multiple_of(GIB) && memory > 0 {
        format!("{}GiB", memory / GIB)
    } else {
        format!("{memory}MiB")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_as_aws_prints_it() {
        for (cpu, memory, sold) in [
            (256, 512, true),
            (256, 1024, true),
            (256, 1536, false),
            (256, 2048, true),
            (256, 3072, false),
            (512, 512, false),
            (512, 4096, true),
            (1024, 1024, false),
            (4096, 30 * GIB, true),
            (4096, 31 * GIB, false),
            (8192, 16 * GIB, true),
            (8192, 17 * GIB, false),
            (8192, 60 * GIB, true),
            (16384, 32 * GIB, true),
            (16384, 36 * GIB, false),
            (16384, 120 * GIB, true),
            (300, 512, false),
        ] {
            assert_eq!(
                TaskSize::new(cpu, memory).is_some(),
                sold,
                "{cpu} with {memory}"
            );
        }
        assert_eq!(
            SIZES
                .iter()
                .map(|row| row.memories().count())
                .sum::<usize>(),
            3 + 4 + 7 + 13 + 23 + 12 + 12
        );
    }

    #[test]
    fn nearest_sizes_offer_enough_first_and_one_below() {
        let show = |cpu, memory| {
            nearest(Some(cpu), memory)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            show(256, 4096),
            [
                "cpu = 0.5, memory = \"4GiB\"",
                "cpu = 1, memory = \"4GiB\"",
                "cpu = 0.25, memory = \"2GiB\""
            ]
        );
        assert_eq!(show(16384, 200 * GIB), ["cpu = 16, memory = \"120GiB\""]);
        assert_eq!(
            show(1, 1),
            [
                "cpu = 0.25, memory = \"512MiB\"",
                "cpu = 0.5, memory = \"1GiB\""
            ]
        );
    }
}
