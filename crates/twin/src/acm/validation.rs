//! From `PENDING_VALIDATION` to `ISSUED`, or to one of the ends that are not.

use std::time::Duration;

use super::certificate::{Certificate, Status};
use super::{Happening, caa, certificate, domain};
use crate::clock::Millis;
use crate::world::World;
use crate::{agenda, dns};

/// ACM gives up after 72 hours [ACM API: CertificateDetail Status].
const PATIENCE: Duration = Duration::from_secs(72 * 3600);

/// The CNAME that shows ownership of a name: record name and value, both with a final dot.
///
/// Both follow from account and name alone: two certificates of one name share the record [failures.md 1.2].
pub(super) fn record(account: &str, name: &str) -> (String, String) {
    let base = domain::base(name);
    let owner = scatter(&format!("{account}/{base}/owner"), 16, 32);
    let value = scatter(&format!("{account}/{base}/value"), 16, 32);
    let zone = scatter(&format!("{account}/zone"), 26, 10);
    (
        format!("_{owner}.{base}."),
        format!("_{value}.{zone}.acm-validations.aws."),
    )
}

/// Looks at one certificate, and moves it on if the time has come.
pub(super) fn look(world: &mut World, region: &str, arn: &str) {
    let (now, issue) = (
        world.now,
        Duration::from_millis(world.timing.certificate_issue),
    );
    let Some(found) = certificate(world, region, arn) else {
        return;
    };
    let Status::Pending { seen } = found.status else {
        return;
    };
    let present = now >= found.named && found.names.iter().all(|name| exists(world, name));
    let forbidden = found
        .names
        .iter()
        .any(|name| !caa::permits_amazon(world, name));
    let (status, issued_at) = match seen {
        _ if now >= found.created + PATIENCE => (Status::TimedOut, None),
        _ if !present => (Status::Pending { seen: None }, None),
        Some(seen) if now >= seen + issue => (end(forbidden, now), None),
        Some(seen) => (Status::Pending { seen: Some(seen) }, None),
        None if issue.is_zero() => (end(forbidden, now), None),
        None => (Status::Pending { seen: Some(now) }, Some(now + issue)),
    };
    let here = &mut world.region(region).acm;
    if let Some(found) = here.certificates.get_mut(arn) {
        found.status = status;
    }
    if let Some(at) = issued_at {
        let what = Happening::Issue {
            certificate: arn.to_owned(),
        };
        world.agenda.add(at, region, agenda::Happening::Acm(what));
    }
}

/// Plans the next look at a certificate that is still pending. ACM looks often at first and seldom later (assumed).
pub(super) fn look_later(world: &mut World, region: &str, arn: &str) {
    let now = world.now;
    let Some(found) = certificate(world, region, arn) else {
        return;
    };
    if !matches!(found.status, Status::Pending { .. }) {
        return;
    }
    let young = now < found.created + Duration::from_secs(900);
    let pace = Duration::from_secs(if young { 5 } else { 60 });
    let end = found.created + PATIENCE;
    let at = (now + pace).min(end.max(now + Duration::from_millis(1)));
    let what = Happening::Look {
        certificate: arn.to_owned(),
    };
    world.agenda.add(at, region, agenda::Happening::Acm(what));
}

/// Looks at all that are pending: something has happened.
pub(super) fn look_at_all(world: &mut World, region: &str) {
    let Some(here) = world.regions.get(region) else {
        return;
    };
    let pending = |found: &&Certificate| matches!(found.status, Status::Pending { .. });
    let arns: Vec<String> = here
        .acm
        .certificates
        .values()
        .filter(pending)
        .map(|c| c.arn.clone())
        .collect();
    arns.iter().for_each(|arn| look(world, region, arn));
}

/// The records are there. A CAA record in the domain that names other issuers still stands in the way
/// [ACM API: FailureReason CAA_ERROR].
fn end(forbidden: bool, now: Millis) -> Status {
    if forbidden {
        Status::Failed {
            reason: "CAA_ERROR".to_owned(),
        }
    } else {
        Status::Issued { at: now }
    }
}

fn exists(world: &World, name: &str) -> bool {
    let (owner, value) = record(&world.account, name);
    let bare = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    dns::cname(world, &bare(&owner)).is_some_and(|found| bare(&found) == bare(&value))
}

/// Letters that follow from a text alone: FNV-1a, once for every letter. `among` 16 gives hex digits, 26 letters.
fn scatter(text: &str, among: u64, letters: usize) -> String {
    let letter = |index: usize| {
        let bytes = text.bytes().chain(index.to_le_bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let digit = u32::try_from((hash >> 32) % among).unwrap_or_default();
        let from = if among == 26 { digit + 10 } else { digit };
        char::from_digit(from, 36).unwrap_or('0')
    };
    (0..letters).map(letter).collect()
}
