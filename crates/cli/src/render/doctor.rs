//! What `doctor` found, for people: by subject, a line each, and below it what to do.

use std::fmt::Write as _;

use super::count;
use crate::document::{Doctor, Subject, Verdict};

pub(crate) fn text(doctor: &Doctor) -> String {
    let mut text = format!("{}\n", doctor.stack);
    let mut about = None;
    for finding in &doctor.findings {
        if about != Some(finding.about) {
            about = Some(finding.about);
            let _ = writeln!(text, "\n  {}", subject(finding.about));
        }
        let code = finding.code.as_ref();
        let code = code.map_or_else(String::new, |code| format!(" [{code}]"));
        let _ = writeln!(
            text,
            "    {:<8} {:<40} {}{code}",
            verdict(finding.verdict),
            finding.what,
            finding.found
        );
        for next in &finding.next {
            let _ = writeln!(text, "             next: {next}");
        }
    }
    let summary = doctor.summary;
    let _ = write!(
        text,
        "\n{}: {} ok, {}, {}, {} unknown",
        count(doctor.findings.len(), "check"),
        summary.ok,
        count(summary.warnings, "warning"),
        count(summary.failures, "failure"),
        summary.unknown,
    );
    text
}

fn subject(subject: Subject) -> &'static str {
    match subject {
        Subject::Credentials => "credentials",
        Subject::Clock => "clock",
        Subject::Region => "region",
        Subject::Dns => "dns",
        Subject::Token => "token",
        Subject::Quotas => "quotas",
        Subject::Leftovers => "leftovers",
    }
}

/// What is not as it should be is told from afar, without colour.
fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Failure => "FAILURE",
        Verdict::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Finding, Verdicts};

    #[test]
    fn a_line_for_each_check_and_what_to_do_below() {
        let finding = |about, what: &str, verdict, found: &str, code: Option<&str>| Finding {
            about,
            what: what.into(),
            verdict,
            found: found.into(),
            code: code.map(Into::into),
            next: code.map(|_| "do this".into()).into_iter().collect(),
        };
        let doctor = Doctor {
            stack: "hello/production".into(),
            summary: Verdicts {
                ok: 1,
                failures: 1,
                ..Verdicts::default()
            },
            findings: vec![
                finding(Subject::Clock, "time", Verdict::Ok, "right", None),
                finding(
                    Subject::Quotas,
                    "VPCs",
                    Verdict::Failure,
                    "5 of 5",
                    Some("E0302"),
                ),
            ],
        };
        let expected = "\
hello/production

  clock
    ok       time                                     right

  quotas
    FAILURE  VPCs                                     5 of 5 [E0302]
             next: do this

2 checks: 1 ok, 0 warnings, 1 failure, 0 unknown";
        assert_eq!(text(&doctor), expected);
    }
}
