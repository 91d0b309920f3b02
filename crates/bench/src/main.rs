//! `cargo xtask bench`: how close an `up` comes to the shortest time that it could take, and what
//! the binary costs. Ends with 1 if a figure is over its limit.

mod chain;
mod process;
mod report;
mod table;
mod virtual_time;

use std::path::Path;
use std::process::ExitCode;

use ashore_testkit::example::{EXAMPLES, Example};
use ashore_twin::Timing;
use serde_json::json;

use chain::{Link, Until};
use report::Figure;
use virtual_time::Measured;

/// One run on the virtual clock.
struct Case {
    name: String,
    example: &'static Example,
    timing: Timing,
    chain: Vec<Link>,
    /// More words of the command line.
    words: &'static [&'static str],
    limit: f64,
}

/// The runs: every example in a cloud that takes its time, and `hello` in one that takes none. The
/// last is the strictest: twenty seconds of health checks hide what calls waste.
fn cases() -> Vec<Case> {
    let case = |example: &'static Example| {
        let timing = table::timing();
        Case {
            name: format!("up of {}", example.name),
            chain: chain_of(example, &timing),
            example,
            timing,
            words: &[],
            limit: 1.10,
        }
    };
    let mut cases: Vec<Case> = EXAMPLES.iter().map(case).collect();
    let hello = EXAMPLES.iter().find(|example| example.name == "hello");
    for (name, until, words) in [
        ("hello without provisioning", Until::Healthy, &[][..]),
        (
            "calls of hello alone (without provisioning, --wait=none)",
            Until::Accepted,
            &["--wait=none"],
        ),
    ] {
        cases.extend(hello.map(|example| Case {
            name: name.to_string(),
            example,
            timing: Timing::zero(),
            chain: chain::hello(&Timing::zero(), until),
            words,
            limit: 1.30,
        }));
    }
    cases
}

/// Every example has one.
fn chain_of(example: &Example, timing: &Timing) -> Vec<Link> {
    match example.name {
        "anzu-fargate" => chain::anzu(timing),
        "django-stack" => chain::django_stack(timing),
        "ec2-cluster" => chain::ec2_cluster(timing),
        "fargate-template" => chain::fargate_template(timing),
        "hello" => chain::hello(timing, Until::Healthy),
        "shop" => chain::shop(timing),
        "task-and-service" => chain::task_and_service(timing),
        _ => Vec::new(),
    }
}

impl Case {
    fn run(&self) -> Result<Measured, String> {
        let measured = virtual_time::up(self.example, self.timing.clone(), self.words);
        measured.map_err(|why| format!("{}: {why}", self.name))
    }

    fn ratio_of(&self, measured: &Measured) -> f64 {
        measured.wall.as_secs_f64() * 1e3 / chain::sum(&self.chain) as f64
    }
}

#[expect(clippy::print_stderr, reason = "a tool for developers")]
fn main() -> ExitCode {
    let trace = std::env::args().skip(1).any(|word| word == "--trace");
    match bench(trace) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

/// Whether every figure is within its limit.
#[expect(clippy::print_stdout, reason = "the bench's answer")]
fn bench(trace: bool) -> Result<bool, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let built = program.parent().unwrap_or(Path::new("."));
    let profile = match built.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let mut figures = Vec::new();
    let mut runs = Vec::new();
    for case in cases() {
        let measured = case.run()?;
        if trace {
            println!("timeline of {}", case.name);
            for moment in &measured.timeline {
                println!("{:>9.3} s  {}", moment.at.as_secs_f64(), moment.what);
            }
            println!();
        }
        print_chain(&case);
        figures.push(Figure {
            name: format!("{}: wall, virtual", case.name),
            value: Some(measured.wall.as_secs_f64()),
            unit: "s",
            limit: None,
        });
        figures.push(Figure {
            name: format!("{}: wall / longest chain", case.name),
            value: Some(case.ratio_of(&measured)),
            unit: "",
            limit: Some(case.limit),
        });
        runs.push(document(&case, &measured));
    }
    let binary = built.join(format!("ashore{}", std::env::consts::EXE_SUFFIX));
    figures.extend(costs(&process::measure(&binary)?));
    println!("binary of the {profile} profile\n");
    report::print(&figures);
    let results = json!({
        "profile": profile,
        "call_millis": table::CALL_MILLIS,
        "assumptions_millis": table::ROWS
            .iter()
            .map(|row| json!({ "what": row.what, "millis": row.millis, "assumed": true }))
            .collect::<Vec<_>>(),
        "runs": runs,
        "figures": figures,
    });
    let folder = built.parent().unwrap_or(built).join("bench");
    let file = folder.join("results.json");
    let text = serde_json::to_string_pretty(&results).map_err(|error| error.to_string())?;
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&file, text + "\n"))
        .map_err(|error| format!("{}: {error}", file.display()))?;
    println!("\nresults: {}", file.display());
    Ok(!figures.iter().any(Figure::exceeds))
}

#[expect(clippy::print_stdout, reason = "the bench's answer")]
fn print_chain(case: &Case) {
    println!("longest chain of {}", case.name);
    let links = &case.chain;
    for link in links {
        let seconds = link.millis as f64 / 1e3;
        println!("{seconds:>9.2} s  {}: {}", link.what, link.why);
    }
    println!("{:>9.2} s  together\n", chain::sum(links) as f64 / 1e3);
}

fn document(case: &Case, measured: &Measured) -> serde_json::Value {
    let links = &case.chain;
    json!({
        "name": case.name,
        "wall_seconds": measured.wall.as_secs_f64(),
        "chain_seconds": chain::sum(links) as f64 / 1e3,
        "ratio": case.ratio_of(measured),
        "calls": measured.calls,
        "chain": links
            .iter()
            .map(|link| json!({ "what": link.what, "millis": link.millis, "why": link.why }))
            .collect::<Vec<_>>(),
    })
}

fn costs(costs: &process::Costs) -> [Figure; 4] {
    let figure = |name: &str, value, unit, limit| Figure {
        name: String::from(name),
        value,
        unit,
        limit,
    };
    let start = Some(costs.start_millis);
    let size = Some(costs.binary_megabytes);
    [
        figure(
            "start-up of `ashore version`, median",
            start,
            "ms",
            Some(20.0),
        ),
        figure(
            "CPU of `ashore up`, least",
            costs.cpu_seconds,
            "s",
            Some(0.5),
        ),
        figure(
            "peak memory of `ashore up`",
            costs.peak_megabytes,
            "MB",
            Some(80.0),
        ),
        figure("binary", size, "MB", None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn holds(case: &Case) {
        let measured = case.run().expect("it comes up");
        let ratio = case.ratio_of(&measured);
        assert!(
            ratio <= case.limit,
            "{}: {ratio:.3} of the longest chain: see `cargo xtask bench --trace`",
            case.name
        );
        // A run that beats the chain shows that a link of it is not necessary.
        assert!(
            ratio >= 1.0,
            "{}: {ratio:.3}: the chain is too long",
            case.name
        );
    }

    #[test]
    fn every_up_takes_hardly_longer_than_its_longest_chain() {
        for case in cases() {
            holds(&case);
        }
    }
}
