//! What would make the next command fail, looked for beforehand. Nothing is changed, and a check
//! that fails hinders only those that stand on what it looked for.
//!
//! One file for each thing that is looked at. What judges is apart from what asks.

mod caa;
mod dns;
mod identity;
mod leftovers;
mod quotas;
mod region;
mod token;

use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::Patience;
use ashore_engine::retry::patiently;

use crate::args::Global;
use crate::cloud::Ways;
use crate::document::{Doctor, Finding, Subject, Verdict, Verdicts};
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::project::Project;

/// Looks at everything. Who we are comes first, since most stands on it; the rest side by side.
pub(crate) async fn examine(
    project: &Project,
    global: &Global,
    environment: &Environment,
) -> Result<Doctor, CommandError> {
    let ways = Ways::open(project, global, environment).await?;
    let who = identity::examine(project, &ways, global.profile.as_deref()).await;
    let cloud = who.aws.map(|aws| ways.to(aws));
    let (region, (dns, zone)) = futures_util::join!(
        region::examine(project, &ways, &who.sdk, cloud.as_ref()),
        dns::examine(project, &ways, cloud.as_ref()),
    );
    let (caa, token, quotas, leftovers) = futures_util::join!(
        caa::examine(project, &ways),
        token::examine(project, &ways, zone.as_ref()),
        quotas::examine(project, &ways, cloud.as_ref()),
        leftovers::examine(project, cloud.as_ref()),
    );
    let parts = [who.findings, region, dns, caa, token, quotas, leftovers];
    let findings: Vec<Finding> = parts.into_iter().flatten().collect();
    Ok(Doctor {
        stack: project.stack.to_string(),
        summary: count(&findings),
        findings,
    })
}

/// How the process ends: what is only warned of, or not known, fails nothing.
pub(crate) fn exit(findings: &[Finding]) -> Exit {
    let failed = |it: &&Finding| it.verdict == Verdict::Failure;
    let auth = |it: &Finding| {
        let about = matches!(it.about, Subject::Credentials | Subject::Token);
        about && it.code.as_deref() != Some("E0403")
    };
    match findings
        .iter()
        .filter(failed)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => Exit::Ok,
        failed if failed.iter().any(|it| auth(it)) => Exit::Auth,
        _ => Exit::Failed,
    }
}

fn count(findings: &[Finding]) -> Verdicts {
    let mut counts = Verdicts::default();
    for finding in findings {
        match finding.verdict {
            Verdict::Ok => counts.ok += 1,
            Verdict::Warning => counts.warnings += 1,
            Verdict::Failure => counts.failures += 1,
            Verdict::Unknown => counts.unknown += 1,
        }
    }
    counts
}

impl Finding {
    fn new(about: Subject, what: &str, verdict: Verdict, found: impl Into<String>) -> Self {
        Self {
            about,
            what: what.to_string(),
            verdict,
            found: found.into(),
            code: None,
            next: Vec::new(),
        }
    }

    fn ok(about: Subject, what: &str, found: impl Into<String>) -> Self {
        Self::new(about, what, Verdict::Ok, found)
    }

    fn warning(about: Subject, what: &str, found: impl Into<String>) -> Self {
        Self::new(about, what, Verdict::Warning, found)
    }

    fn failure(about: Subject, what: &str, code: &str, found: impl Into<String>) -> Self {
        let mut finding = Self::new(about, what, Verdict::Failure, found);
        finding.code = Some(code.to_string());
        finding
    }

    fn unknown(about: Subject, what: &str, found: impl Into<String>) -> Self {
        Self::new(about, what, Verdict::Unknown, found)
    }

    /// Not looked at, since it stands on who we are.
    fn without_credentials(about: Subject, what: &str) -> Self {
        Self::unknown(about, what, "not looked at: AWS does not know us")
            .next("see what is said of the credentials")
    }

    /// A read that failed. Denied is neither well nor absent; who does not answer says nothing.
    fn unread(about: Subject, what: &str, failure: &Failure) -> Self {
        let finding = match failure.class {
            Class::Denied => {
                let needs = &failure.operation;
                Self::unknown(
                    about,
                    what,
                    format!("may not be read: needs permission {needs}"),
                )
            }
            Class::Auth | Class::Unsent | Class::Unknown | Class::Throttled | Class::Eventual => {
                Self::unknown(about, what, failure.to_string())
            }
            _ => {
                let mut found = failure.message.clone();
                for evidence in &failure.evidence {
                    found = format!("{found}; {evidence}");
                }
                Self::failure(about, what, "E0405", found)
            }
        };
        failure
            .advice
            .iter()
            .fold(finding, |finding, advice| finding.next(advice))
    }

    /// With what to do.
    fn next(mut self, advice: impl Into<String>) -> Self {
        let advice = advice.into();
        if !self.next.contains(&advice) {
            self.next.push(advice);
        }
        self
    }
}

/// Reads, with a deadline, and again where that helps.
async fn read<T, F>(ways: &Ways, what: &str, ask: impl Fn() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    patiently(&ways.clock, &Patience::DEFAULT, what, ask).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_fail_and_those_of_credentials_say_so() {
        let ok = Finding::ok(Subject::Clock, "time", "right");
        let odd = Finding::warning(Subject::Leftovers, "lock", "held");
        let dark = Finding::unknown(Subject::Quotas, "VPCs", "may not be read");
        let quota = Finding::failure(Subject::Quotas, "VPCs", "E0302", "5 of 5");
        let nobody = Finding::failure(Subject::Credentials, "caller", "E0401", "no");
        let silent = Finding::failure(Subject::Credentials, "caller", "E0403", "no answer");
        let rows: [(&[&Finding], Exit); 6] = [
            (&[], Exit::Ok),
            (&[&ok, &odd, &dark], Exit::Ok),
            (&[&ok, &quota], Exit::Failed),
            (&[&quota, &nobody], Exit::Auth),
            (&[&silent], Exit::Failed),
            (&[&dark, &nobody], Exit::Auth),
        ];
        for (findings, expected) in rows {
            let findings: Vec<Finding> = findings.iter().copied().cloned().collect();
            assert_eq!(exit(&findings), expected, "{findings:?}");
        }
    }

    #[test]
    fn a_denied_read_is_unknown_and_names_the_permission() {
        let denied = Failure::new(Class::Denied, "ec2:DescribeVpcs", "X", "no");
        let found = Finding::unread(Subject::Quotas, "VPCs", &denied);
        assert_eq!(found.verdict, Verdict::Unknown);
        assert!(found.found.ends_with("needs permission ec2:DescribeVpcs"));
    }
}
