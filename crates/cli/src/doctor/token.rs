//! What Cloudflare's token is worth.

use ashore_engine::clock::Clock;
use ashore_manifest::model::DnsProvider;
use ashore_providers::cloudflare::live::{Token, Zone};
use jiff::Timestamp;

use super::read;
use crate::cloud::Ways;
use crate::document::{Finding, Subject};
use crate::project::Project;

const TOKEN: Subject = Subject::Token;
const RIGHTS: &str =
    "give the token the permissions Zone / Zone / Read and Zone / DNS / Edit for the zone";

pub(super) async fn examine(project: &Project, ways: &Ways, zone: Option<&Zone>) -> Vec<Finding> {
    let dns = project.manifest.dns.as_ref();
    if dns.is_none_or(|dns| dns.provider != DnsProvider::Cloudflare) {
        return Vec::new();
    }
    let Some(cloudflare) = &ways.cloudflare else {
        let missing = ways.check_token(project).err();
        let finding = missing.map(|error| {
            let finding = Finding::failure(TOKEN, "token", &error.code, error.message);
            error
                .advice
                .iter()
                .fold(finding, |finding, advice| finding.next(advice))
        });
        return finding.into_iter().collect();
    };
    let now = ways.clock.timestamp();
    let mut findings = vec![
        match read(ways, "the token", || cloudflare.token(zone)).await {
            Ok(token) => status(&token, now),
            // Nobody's, as far as can be told; of an account's token only its own account knows.
            Err(failure) if failure.code == "1000" && zone.is_none() => {
                let found =
                    "no user's token; whether it is an account's cannot be told without a zone";
                Finding::unknown(TOKEN, "token", found).next(RIGHTS)
            }
            Err(failure) => {
                let found = format!("Cloudflare does not know the token: {}", failure.message);
                match failure.code.as_str() {
                    "1000" | "MalformedToken" => Finding::failure(TOKEN, "token", "E0401", found)
                        .next("make a new token, and export it as CLOUDFLARE_API_TOKEN"),
                    _ => Finding::unread(TOKEN, "token", &failure),
                }
            }
        },
    ];
    let Some(zone) = zone else {
        return findings;
    };
    let may = read(ways, "DNS records", || cloudflare.may_read_records(zone)).await;
    findings.push(match may {
        Ok(true) => Finding::ok(TOKEN, "reads", format!("{} and its DNS records", zone.name)),
        Ok(false) => {
            let found = format!("may not read the DNS records of {}", zone.name);
            Finding::failure(TOKEN, "reads", "E0402", found).next(RIGHTS)
        }
        Err(failure) => Finding::unread(TOKEN, "reads", &failure),
    });
    // The `permissions` of a zone are about the membership of a user, not about the token
    // [Cloudflare API: Zone Details].
    let found = format!(
        "whether it may edit the DNS records of {} shows only when it does",
        zone.name
    );
    findings.push(
        Finding::unknown(TOKEN, "edits", found)
            .next("see that the token has the permission Zone / DNS / Edit for the zone"),
    );
    findings
}

/// A deploy every few days should meet the warning.
const SOON_DAYS: i64 = 7;

fn status(token: &Token, now: Timestamp) -> Finding {
    if token.status != "active" {
        let found = format!("the token is {}", token.status);
        return Finding::failure(TOKEN, "token", "E0401", found)
            .next("enable it, or make a new one and export it as CLOUDFLARE_API_TOKEN");
    }
    let time = |text: &Option<String>| text.as_ref()?.parse::<Timestamp>().ok();
    if let Some(from) = time(&token.not_before).filter(|from| *from > now) {
        let found = format!("the token counts from {from} on only");
        return Finding::failure(TOKEN, "token", "E0401", found).next("wait, or make another one");
    }
    match time(&token.expires_on) {
        None => Finding::ok(TOKEN, "token", "active, and does not expire"),
        Some(at) => {
            let days = at.duration_since(now).as_hours() / 24;
            let found = format!("active, and expires in {days} days");
            match days {
                SOON_DAYS.. => Finding::ok(TOKEN, "token", found),
                _ => Finding::warning(TOKEN, "token", found)
                    .next("roll it, or give it more time, in Cloudflare's dashboard"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Verdict;

    #[test]
    fn a_token_counts_while_it_is_active_and_its_time_is_not_over() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().expect("a time");
        let rows = [
            ("active", None, None, Verdict::Ok),
            ("active", Some("2027-01-01T00:00:00Z"), None, Verdict::Ok),
            (
                "active",
                Some("2026-11-24T00:00:00Z"),
                None,
                Verdict::Warning,
            ),
            (
                "active",
                None,
                Some("2026-12-01T00:00:00Z"),
                Verdict::Failure,
            ),
            ("disabled", None, None, Verdict::Failure),
            (
                "expired",
                Some("2026-11-01T00:00:00Z"),
                None,
                Verdict::Failure,
            ),
        ];
        for (state, expires, from, verdict) in rows {
            let token = Token {
                status: state.into(),
                expires_on: expires.map(Into::into),
                not_before: from.map(Into::into),
            };
            assert_eq!(status(&token, now).verdict, verdict, "{token:?}");
        }
    }
}
