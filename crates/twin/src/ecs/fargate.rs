//! The task sizes that Fargate has [ECS developer guide: task CPU and memory].

/// CPU units to the memory that goes with them: from, to and step in MiB.
const SIZES: &[(u32, u32, u32, u32)] = &[
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

/// Whether there are Fargate tasks of this size.
pub(super) fn exists(cpu: u32, memory: u32) -> bool {
    if cpu == 256 {
        return matches!(memory, 512 | 1024 | 2048);
    }
    SIZES.iter().any(|&(units, from, to, step)| {
        units == cpu && (from..=to).contains(&memory) && (memory - from).is_multiple_of(step)
    })
}

/// CPU as callers spell it, `256` or `.25 vCPU`, in units [ECS API: RegisterTaskDefinition].
pub(super) fn cpu_units(text: &str) -> Option<u32> {
    measure(text, "vcpu", 1024)
}

/// Memory as callers spell it, `512` or `0.5 GB`, in MiB.
pub(super) fn mebibytes(text: &str) -> Option<u32> {
    measure(text, "gb", 1024)
}

fn measure(text: &str, unit: &str, factor: u32) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    let Some(number) = text.strip_suffix(unit) else {
        return text.parse().ok();
    };
    let amount: f64 = number.trim().parse().ok()?;
    let units = amount * f64::from(factor);
    (units.fract() == 0.0 && units > 0.0 && units < 1e9).then_some(units as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let rows = [
            (256, 512, true),
            (256, 2048, true),
            (256, 4096, false),
            (512, 512, false),
            (1024, 3072, true),
            (4096, 30720, true),
            (4096, 31744, false),
            (8192, 20480, true),
            (8192, 18432, false),
            (16384, 122_880, true),
            (32768, 65536, false),
        ];
        for (cpu, memory, exist) in rows {
            assert_eq!(exists(cpu, memory), exist, "{cpu} CPU, {memory} MiB");
        }
    }

    #[test]
    fn spellings() {
        assert_eq!(cpu_units(".25 vCPU"), Some(256));
        assert_eq!(cpu_units("1024"), Some(1024));
        assert_eq!(mebibytes("0.5 GB"), Some(512));
        assert_eq!(mebibytes("30GB"), Some(30720));
        assert_eq!(mebibytes("much"), None);
    }
}
