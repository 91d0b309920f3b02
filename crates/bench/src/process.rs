//! What the binary costs on this machine: start-up, CPU time and memory of a whole `up`, size.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How often `ashore version` is started.
const STARTS: usize = 20;
/// How often `ashore up` runs. Other work on the machine makes CPU times longer, never shorter: the
/// least of them is the closest to what `up` costs.
const UPS: usize = 3;
/// Twin seconds a second. Waits scale with it, so the number of looks stays what it would be.
const SPEED: &str = "30";
/// Between two looks at the running process.
const LOOK: Duration = Duration::from_millis(10);
/// The unit of CPU times in `/proc`: `USER_HZ`, the same on every Linux that Rust runs on
/// [proc(5)].
const TICKS_A_SECOND: f64 = 100.0;

/// What was measured. Nothing where the system has no `/proc`.
#[derive(Debug)]
pub(crate) struct Costs {
    /// Spawn to exit of `ashore version`, the median.
    pub(crate) start_millis: f64,
    /// User and system time of `ashore up`, the least.
    pub(crate) cpu_seconds: Option<f64>,
    /// The most memory that `ashore up` had resident, the most.
    pub(crate) peak_megabytes: Option<f64>,
    /// The binary's size.
    pub(crate) binary_megabytes: f64,
}

/// The manifest of the main job, as it stands in the repository.
const HELLO: &str = include_str!("../../../examples/hello/ashore.toml");

/// Measures the binary.
pub(crate) fn measure(binary: &Path) -> Result<Costs, String> {
    let size = fs::metadata(binary)
        .map_err(|error| format!("{}: {error}", binary.display()))?
        .len();
    let mut costs = Costs {
        start_millis: start_up(binary)?,
        cpu_seconds: None,
        peak_megabytes: None,
        binary_megabytes: size as f64 / 1e6,
    };
    for _ in 0..UPS {
        let (cpu, peak) = up(binary, HELLO)?;
        costs.cpu_seconds = costs.cpu_seconds.into_iter().chain(cpu).reduce(f64::min);
        costs.peak_megabytes = costs
            .peak_megabytes
            .into_iter()
            .chain(peak)
            .reduce(f64::max);
    }
    Ok(costs)
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a real program takes in real time"
)]
fn start_up(binary: &Path) -> Result<f64, String> {
    let mut took = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let began = Instant::now();
        let status = Command::new(binary)
            .arg("version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let elapsed = began.elapsed();
        match status {
            Ok(status) if status.success() => took.push(elapsed),
            other => return Err(format!("`ashore version`: {other:?}")),
        }
    }
    took.sort();
    Ok((took[STARTS / 2 - 1] + took[STARTS / 2]).as_secs_f64() * 1e3 / 2.0)
}

/// One `up` of the manifest against a sandbox in a process of its own.
fn up(binary: &Path, manifest: &str) -> Result<(Option<f64>, Option<f64>), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let written = fs::write(folder.path().join("ashore.toml"), manifest);
    written.map_err(|error| error.to_string())?;
    let sandbox = Sandbox::start(binary)?;
    let mut command = Command::new(binary);
    command
        .arg("up")
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(
            sandbox
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let seen = watch(child.id());
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("`ashore up` ended with {status}"));
    }
    Ok(seen)
}

/// Looks at a process until it has ended. Its CPU times can be read until somebody waits for it;
/// its memory only as long as it runs.
#[expect(
    clippy::disallowed_methods,
    reason = "another process is watched, in real time"
)]
fn watch(pid: u32) -> (Option<f64>, Option<f64>) {
    let folder = PathBuf::from(format!("/proc/{pid}"));
    let (mut cpu, mut peak) = (None, None);
    while let Some((state, ticks)) = stat(&folder) {
        cpu = Some(ticks / TICKS_A_SECOND);
        peak = high_water(&folder).or(peak);
        if state == "Z" {
            break;
        }
        std::thread::sleep(LOOK);
    }
    (cpu, peak)
}

/// State, and user and system time in ticks [proc_pid_stat(5): fields 3, 14, 15].
fn stat(folder: &Path) -> Option<(String, f64)> {
    let text = fs::read_to_string(folder.join("stat")).ok()?;
    // The name is in brackets and may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some(((*fields.first()?).to_string(), ticks(14)? + ticks(15)?))
}

/// The most memory that was resident at once, in megabytes [proc_pid_status(5): VmHWM].
fn high_water(folder: &Path) -> Option<f64> {
    let text = fs::read_to_string(folder.join("status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

/// `ashore sandbox`, with the variables that it says lead to it.
struct Sandbox {
    process: Child,
    environment: Vec<(String, String)>,
}

impl Sandbox {
    fn start(binary: &Path) -> Result<Self, String> {
        let mut process = Command::new(binary)
            .args(["sandbox", "--port", "0", "--speed", SPEED, "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", binary.display()))?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            let _ = BufReader::new(stdout).read_line(&mut line); // what is missing shows below
        }
        let told: Value = serde_json::from_str(&line).unwrap_or_default();
        let variables = told["environment"].as_object().cloned();
        let sandbox = Self {
            process,
            environment: variables
                .unwrap_or_default()
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.as_str()?.to_string())))
                .collect(),
        };
        if sandbox.environment.is_empty() {
            return Err("`ashore sandbox` does not say where it is".to_string());
        }
        Ok(sandbox)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_can_be_looked_at() {
        let own = Path::new("/proc/self");
        let (state, ticks) = stat(own).expect("it can be read");
        assert!(state == "R" || state == "S", "{state}");
        assert!(ticks >= 0.0);
        assert!(high_water(own).expect("it can be read") > 1.0);
    }
}
