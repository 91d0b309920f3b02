//! What is printed: a line as each part starts and ends, then what failed, then the count.

use std::collections::BTreeMap;
use std::time::Duration;

use super::log::Log;
use super::parts::{PARTS, Part};
use super::{Verdict, elapsed};

/// One part that has run.
pub(crate) struct Line {
    pub(crate) part: &'static Part,
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
    pub(crate) log: Log,
}

/// All that have.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) lines: Vec<Line>,
}

impl Line {
    /// Passed and failed. A check counts as one; so does what could not run at all.
    fn count(&self) -> (usize, usize) {
        match &self.verdict {
            Verdict::Checked(true) => (1, 0),
            Verdict::Checked(false) | Verdict::Broken(_) => (0, 1),
            Verdict::Tests { passed, failed, .. } => (*passed, *failed),
            Verdict::Skipped(_) => (0, 0),
        }
    }

    fn skipped(&self) -> &[String] {
        match &self.verdict {
            Verdict::Tests { skipped, .. } => skipped,
            Verdict::Skipped(why) => std::slice::from_ref(why),
            Verdict::Checked(_) | Verdict::Broken(_) => &[],
        }
    }

    fn text(&self) -> String {
        let (_, failed) = self.count();
        let word = match (failed, &self.verdict) {
            (0, Verdict::Skipped(_)) => "skip",
            (0, _) => "ok",
            _ => "FAIL",
        };
        let told = match &self.verdict {
            Verdict::Checked(_) => String::new(),
            Verdict::Tests {
                passed,
                failed,
                skipped,
            } if skipped.is_empty() => {
                format!("{passed} passed, {failed} failed")
            }
            Verdict::Tests {
                passed,
                failed,
                skipped,
            } => {
                format!(
                    "{passed} passed, {failed} failed, {} SKIPPED",
                    skipped.len()
                )
            }
            Verdict::Broken(why) | Verdict::Skipped(why) => why.clone(),
        };
        let line = format!(
            "{word:<5}{:<12}{:>8}  {told}",
            self.part.name,
            elapsed(self.took)
        );
        line.trim_end().to_string()
    }
}

impl Summary {
    /// How much failed.
    pub(crate) fn failed(&self) -> usize {
        self.lines.iter().map(|line| line.count().1).sum()
    }

    /// Tells it all. The end of what a failed part printed comes last, and after it nothing but
    /// the count, which CI reads.
    #[expect(clippy::print_stdout, reason = "the verb's answer")]
    pub(crate) fn tell(&self) {
        println!("\nsummary");
        for line in &self.lines {
            println!("  {}", line.text());
        }
        for line in &self.lines {
            let mut reasons: BTreeMap<&String, usize> = BTreeMap::new();
            for why in line.skipped() {
                *reasons.entry(why).or_default() += 1;
            }
            for (why, times) in reasons {
                println!("  SKIPPED in {} ({times}): {why}", line.part.name);
            }
        }
        for line in self.lines.iter().filter(|line| line.count().1 > 0) {
            println!(
                "\n-- {}: the end of {}",
                line.part.name,
                line.log.path.display()
            );
            for output in line.log.tail() {
                println!("{output}");
            }
            if let Verdict::Broken(why) = &line.verdict {
                println!("{why}");
            }
        }
        let passed: usize = self.lines.iter().map(|line| line.count().0).sum();
        println!("\n{passed} passed, {} failed", self.failed());
    }
}

/// A part starts.
#[expect(clippy::print_stdout, reason = "the verb's progress")]
pub(crate) fn started(part: &Part) {
    println!("...  {:<12}{}", part.name, part.what);
}

/// A part has ended.
#[expect(clippy::print_stdout, reason = "the verb's progress")]
pub(crate) fn ended(line: &Line) {
    println!("{}", line.text());
}

/// All parts there are.
#[expect(clippy::print_stdout, reason = "the verb's answer")]
pub(crate) fn list() {
    for part in PARTS {
        println!("{:<12}{}", part.name, part.what);
    }
}
