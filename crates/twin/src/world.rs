//! All state of the twin: plain data, one field a service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::agenda::{Agenda, Happening};
use crate::blobs::Blobs;
use crate::clock::Millis;
use crate::script::Script;
use crate::timing::Timing;
use crate::{
    acm, appautoscaling, autoscaling, cloudflare, cloudfront, cloudmap, cloudwatch, dns, ec2, ecr,
    ecs, efs, elb, elbv2, events, iam, kms, logs, rds, route53, s3, scheduler, secretsmanager,
    servicequotas, sns, sqs, ssm, sts, wafv2,
};

/// All state. Services own one field each, here or in [`Region`].
#[derive(Serialize, Deserialize, Debug)]
pub struct World {
    /// The time: of the request being answered, or of the happening that happens.
    pub now: Millis,
    /// The account's number.
    pub account: String,
    /// Where new identifiers come from.
    pub ids: Ids,
    /// How long things take.
    pub timing: Timing,
    /// How tasks behave.
    pub script: Script,
    /// What will happen by itself.
    pub agenda: Agenda,
    /// The bytes of objects and layers.
    #[serde(default)]
    pub blobs: Blobs,
    /// IAM has no regions.
    pub iam: iam::Iam,
    /// Sessions of assumed roles.
    #[serde(default)]
    pub sts: sts::Sts,
    /// Cloudflare.
    pub cloudflare: cloudflare::Cloudflare,
    /// CloudFront has no regions.
    #[serde(default)]
    pub cloudfront: cloudfront::CloudFront,
    /// Route 53 has no regions either.
    #[serde(default)]
    pub route53: route53::Route53,
    /// Buckets' names are the whole world's.
    #[serde(default)]
    pub s3: s3::S3,
    /// What the rest of the world's DNS says.
    #[serde(default)]
    pub elsewhere: dns::Elsewhere,
    /// Regions come to life when they are first asked for.
    pub regions: BTreeMap<String, Region>,
}

/// The services of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Region {
    pub acm: acm::Acm,
    pub appautoscaling: appautoscaling::Scaling,
    pub autoscaling: autoscaling::AutoScaling,
    pub cloudmap: cloudmap::CloudMap,
    pub cloudwatch: cloudwatch::CloudWatch,
    pub ec2: ec2::Ec2,
    pub ecr: ecr::Registry,
    pub ecs: ecs::Ecs,
    pub efs: efs::Efs,
    pub elb: elb::Elb,
    pub elbv2: elbv2::Elbv2,
    pub events: events::Events,
    pub kms: kms::Keys,
    pub logs: logs::Logs,
    pub rds: rds::Rds,
    pub scheduler: scheduler::Scheduler,
    pub secretsmanager: secretsmanager::Secrets,
    pub servicequotas: servicequotas::Applied,
    pub sns: sns::Sns,
    pub sqs: sqs::Sqs,
    pub ssm: ssm::Parameters,
    pub wafv2: wafv2::Waf,
}

/// New identifiers, the same ones in every run: a counter, scattered.
#[derive(Serialize, Deserialize, Debug, Default)]
pub struct Ids {
    seed: u64,
    used: u64,
}

impl World {
    /// An empty world.
    pub fn new(now: Millis) -> World {
        World {
            now,
            account: "123456789012".to_owned(),
            ids: Ids::default(),
            timing: Timing::default(),
            script: Script::default(),
            agenda: Agenda::default(),
            blobs: Blobs::default(),
            iam: iam::Iam::default(),
            sts: sts::Sts::default(),
            cloudflare: cloudflare::Cloudflare::at(now),
            cloudfront: cloudfront::CloudFront::default(),
            route53: route53::Route53::default(),
            s3: s3::S3::default(),
            elsewhere: dns::Elsewhere::default(),
            regions: BTreeMap::new(),
        }
    }

    /// The services of a region.
    pub fn region(&mut self, name: &str) -> &mut Region {
        if !self.regions.contains_key(name) {
            self.regions.insert(name.to_owned(), Region::default());
        }
        self.regions.entry(name.to_owned()).or_default()
    }

    /// Lets everything due at `until` happen, in order of time, each at its own time. Says how many did.
    pub(crate) fn settle(&mut self, until: Millis) -> usize {
        let mut happened = 0;
        while happened < LIMIT {
            let Some(due) = self.agenda.next_due(until) else {
                break;
            };
            self.now = self.now.max(due.at);
            happen(self, &due.region, due.what);
            happened += 1;
        }
        self.now = self.now.max(until);
        happened
    }
}

/// More happenings than this between two requests are taken for one that schedules itself without letting time pass;
/// the rest then waits for the next request instead of hanging this one. A busy stack makes a few thousand an hour.
const LIMIT: usize = 1_000_000;

fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Acm(what) => acm::happen(world, region, what),
        Happening::Appautoscaling(what) => appautoscaling::happen(world, region, what),
        Happening::Autoscaling(what) => autoscaling::happen(world, region, what),
        Happening::Cloudfront(what) => cloudfront::happen(world, what),
        Happening::Cloudmap(what) => cloudmap::happen(world, region, what),
        Happening::Cloudwatch(what) => cloudwatch::happen(world, region, what),
        Happening::Ec2(what) => ec2::happen(world, region, what),
        Happening::Ecr(what) => ecr::happen(world, region, what),
        Happening::Ecs(what) => ecs::happen(world, region, what),
        Happening::Efs(what) => efs::happen(world, region, what),
        Happening::Elb(what) => elb::happen(world, region, what),
        Happening::Elbv2(what) => elbv2::happen(world, region, what),
        Happening::Events(what) => events::happen(world, region, what),
        Happening::Kms(what) => kms::happen(world, region, what),
        Happening::Rds(what) => rds::happen(world, region, what),
        Happening::Scheduler(what) => scheduler::happen(world, region, what),
        Happening::Secretsmanager(what) => secretsmanager::happen(world, region, what),
        Happening::Sqs(what) => sqs::happen(world, region, what),
    }
}

impl Ids {
    /// `prefix` and that many hex digits: `hex("vpc-", 17)`.
    pub fn hex(&mut self, prefix: &str, digits: usize) -> String {
        self.spell(prefix, digits, b"0123456789abcdef")
    }

    /// Capitals and digits, as in access key ids: `upper(16)`.
    pub fn upper(&mut self, digits: usize) -> String {
        self.spell("", digits, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    }

    /// Letters of both cases, as at the end of a secret's ARN: `letters(6)`.
    pub fn letters(&mut self, digits: usize) -> String {
        self.spell("", digits, b"ABDEFGHKLNQRTVXZabdefghkmnpqrtwy")
    }

    /// One of the numbers from 0 up to, but without, `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// A UUID (version 4 in form).
    pub fn uuid(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            0x8000 | (b >> 48) & 0x3fff,
            b & 0xffff_ffff_ffff,
        )
    }

    fn spell(&mut self, prefix: &str, digits: usize, alphabet: &[u8]) -> String {
        let mut out = prefix.to_owned();
        let width = alphabet.len().trailing_zeros();
        let mut bits = 0;
        let mut left = 0;
        for _ in 0..digits {
            if left < width {
                bits = self.next();
                left = 64;
            }
            out.push(alphabet[bits as usize % alphabet.len()] as char);
            bits >>= width;
            left -= width;
        }
        out
    }

    /// The next number of splitmix64, a public-domain generator that never repeats within 2^64 draws.
    fn next(&mut self) -> u64 {
        self.used += 1;
        let mut z = self
            .seed
            .wrapping_add(self.used.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn identifiers_have_their_form_and_are_the_same_in_every_run() {
        let (mut ids, mut again) = (Ids::default(), Ids::default());
        let id = ids.hex("vpc-", 17);
        assert!(id.len() == 21 && id.starts_with("vpc-"), "{id}");
        assert_eq!(again.hex("vpc-", 17), id);
        assert_ne!(ids.hex("vpc-", 17), id);
        let uuid = ids.uuid();
        assert!(uuid.len() == 36 && uuid.as_bytes()[14] == b'4', "{uuid}");
        assert_eq!(ids.upper(16).len(), 16);
    }
}
