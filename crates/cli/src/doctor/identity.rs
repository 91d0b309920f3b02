//! Who we are, in which account, until when; and whether this machine's clock is right, which the
//! same answer tells.

use ashore_engine::clock::Clock;
use ashore_engine::failure::{Class, Failure};
use ashore_providers::aws::live::config::{self, SdkConfig};
use ashore_providers::aws::live::identity::{self, Heard, VARIABLES};
use ashore_providers::aws::live::{ASSUME, Aws};

use super::read;
use crate::cloud::{Ways, check_account, role_refused};
use crate::document::{Finding, Subject};
use crate::error::CommandError;
use crate::project::Project;

const WHO: Subject = Subject::Credentials;

/// What was found, and who we are, if we are somebody.
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    pub(super) aws: Option<Aws>,
    /// With whose credentials is asked: ours as they were found, as long as nobody knows them.
    pub(super) sdk: SdkConfig,
}

/// Somebody whom AWS knows.
struct Known {
    aws: Aws,
    source: &'static str,
    expires: Option<i64>,
    config: SdkConfig,
}

pub(super) async fn examine(project: &Project, ways: &Ways, profile: Option<&str>) -> Examined {
    let heard = Heard::default();
    let caller = known(ways, &ways.sdk, &heard).await;
    let here = ways.clock.timestamp_here().as_second();
    let clock = match heard.seconds() {
        Some(there) => clock(there - here),
        None => Finding::unknown(Subject::Clock, "time", "no answer of AWS told the time")
            .next("see that AWS can be reached"),
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(failure) => {
            let findings = vec![refused(&failure, clock.code.is_some()), clock];
            return Examined {
                findings,
                aws: None,
                sdk: ways.sdk.clone(),
            };
        }
    };
    let mut findings = vec![Finding::ok(WHO, "caller", words(&caller, profile))];
    let known = match &project.manifest.guard.role {
        None => caller,
        Some(role) => {
            let sdk = config::in_role(&caller.config, role.get()).await;
            match known(ways, &sdk, &heard).await {
                Ok(known) => {
                    findings.push(Finding::ok(
                        WHO,
                        "role",
                        format!("we are {}", known.aws.caller),
                    ));
                    known
                }
                Err(failure) => {
                    findings.extend([not_taken_on(role.get(), &caller.aws, &failure), clock]);
                    return Examined {
                        findings,
                        aws: None,
                        sdk: ways.sdk.clone(),
                    };
                }
            }
        }
    };
    findings.extend(known.expires.map(|at| expiry(at, here)));
    let mut aws = Some(known.aws);
    if let Some(found) = aws.as_ref().and_then(|aws| account(project, aws)) {
        let right = found.code.is_none();
        findings.push(found);
        // What would be found there is found in somebody else's account.
        aws = aws.filter(|_| right);
    }
    findings.push(clock);
    Examined {
        findings,
        aws,
        sdk: known.config,
    }
}

async fn known(ways: &Ways, sdk: &SdkConfig, heard: &Heard) -> Result<Known, Failure> {
    let found = read(ways, "credentials", || identity::find(sdk)).await?;
    let connect = || Aws::connect_and_hear(&found.config, heard);
    let aws = read(ways, "who we are", connect).await?;
    Ok(Known {
        aws,
        source: found.source,
        expires: found.expires,
        config: found.config,
    })
}

/// Variables come before any profile [AWS SDKs guide: credential provider chain].
fn words(known: &Known, profile: Option<&str>) -> String {
    let (aws, source) = (&known.aws, known.source);
    let profile = profile.filter(|_| source != VARIABLES);
    let profile = profile.map_or_else(String::new, |name| format!(" (profile `{name}`)"));
    format!(
        "{} in account {}, by {source}{profile}",
        aws.caller, aws.account
    )
}

/// A signature of another time is refused like one by nobody: then the clock is what is to be
/// mended.
fn refused(failure: &Failure, wrong_clock: bool) -> Finding {
    let code = match failure.class {
        Class::Denied => "E0402",
        Class::Unsent | Class::Unknown | Class::Throttled => "E0403",
        _ => "E0401",
    };
    let finding = Finding::failure(WHO, "caller", code, failure.to_string());
    if wrong_clock {
        return finding.next("mend the clock of this machine first");
    }
    let advice = failure.advice.iter();
    advice.fold(finding, |finding, advice| finding.next(advice))
}

fn not_taken_on(role: &str, caller: &Aws, failure: &Failure) -> Finding {
    let told = match failure.operation == ASSUME && failure.class == Class::Denied {
        true => role_refused(role, Some(&caller.caller), failure),
        false => CommandError::of_failure(&format!("the role {role} cannot be taken on"), failure),
    };
    let finding = Finding::failure(WHO, "role", &told.code, told.message);
    told.advice
        .iter()
        .fold(finding, |finding, advice| finding.next(advice))
}

fn account(project: &Project, aws: &Aws) -> Option<Finding> {
    project.manifest.guard.account.as_ref()?;
    Some(match check_account(project, aws) {
        Ok(()) => Finding::ok(
            WHO,
            "account",
            format!("{} is the environment's", aws.account),
        ),
        Err(error) => {
            let found = format!("{}; {}", error.message, error.causes.join("; "));
            let finding = Finding::failure(WHO, "account", &error.code, found);
            error
                .advice
                .iter()
                .fold(finding, |finding, advice| finding.next(advice))
        }
    })
}

/// A run may take longer than what is left of a session.
const SOON: i64 = 15 * 60;

fn expiry(at: i64, now: i64) -> Finding {
    let left = at - now;
    let minutes = left / 60;
    let renew = "renew the credentials before a long run (`aws sso login`); a run that they end in \
                 pauses, and the same command goes on with it";
    match left {
        ..=0 => {
            Finding::failure(WHO, "expiry", "E0401", "the credentials have expired").next(renew)
        }
        1..SOON => {
            let found = format!("the credentials expire in {minutes} min");
            Finding::warning(WHO, "expiry", found).next(renew)
        }
        _ => Finding::ok(
            WHO,
            "expiry",
            format!("the credentials expire in {minutes} min"),
        ),
    }
}

/// AWS refuses signatures that are off by more [AWS: Signature Version 4, troubleshooting].
const REFUSED: u64 = 5 * 60;
const ODD: u64 = 60;

/// `ahead` is by how many seconds AWS is ahead of us.
fn clock(ahead: i64) -> Finding {
    let by = ahead.unsigned_abs();
    let found = match ahead {
        0 => "the same as AWS's".to_string(),
        1.. => format!("{by} s behind AWS's"),
        _ => format!("{by} s ahead of AWS's"),
    };
    let mend = "let the machine set its clock by the network (`timedatectl set-ntp true`, \
                `sntp -sS time.apple.com`)";
    if by > REFUSED {
        Finding::failure(Subject::Clock, "time", "E0415", found).next(mend)
    } else if by > ODD {
        Finding::warning(Subject::Clock, "time", found).next(mend)
    } else {
        Finding::ok(Subject::Clock, "time", found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Verdict::{Failure as Fails, Ok as Well, Warning as Warns};

    #[test]
    fn a_clock_is_odd_after_a_minute_and_wrong_after_five() {
        let rows = [
            (0, Well, "the same as AWS's"),
            (60, Well, "60 s behind AWS's"),
            (-61, Warns, "61 s ahead of AWS's"),
            (300, Warns, "300 s behind AWS's"),
            (301, Fails, "301 s behind AWS's"),
            (-86_400, Fails, "86400 s ahead of AWS's"),
        ];
        for (ahead, verdict, found) in rows {
            let finding = clock(ahead);
            assert_eq!((finding.verdict, finding.found.as_str()), (verdict, found));
            assert_eq!(finding.next.is_empty(), verdict == Well);
        }
    }

    #[test]
    fn credentials_that_end_within_a_run_are_warned_of() {
        for (left, verdict) in [
            (-1, Fails),
            (0, Fails),
            (60, Warns),
            (899, Warns),
            (900, Well),
        ] {
            assert_eq!(expiry(1_000 + left, 1_000).verdict, verdict, "{left}");
        }
    }
}
