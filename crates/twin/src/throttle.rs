//! Request limits: a token bucket per service, off unless it is set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::service::{Protocol, Service};

/// The limits, by service.
#[derive(Debug, Default)]
pub(crate) struct Throttle(BTreeMap<String, Bucket>);

/// A limit: `burst` requests at once, then `rate` a second (on the twin's clock).
#[derive(Serialize, Deserialize, Debug, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    rate: f64,
    burst: f64,
}

#[derive(Debug)]
struct Bucket {
    limit: Limit,
    left: f64,
    filled: Millis,
}

impl Throttle {
    pub(crate) fn set(&mut self, limits: BTreeMap<String, Limit>, now: Millis) {
        let bucket = |limit: Limit| Bucket {
            limit,
            left: limit.burst,
            filled: now,
        };
        self.0 = limits
            .into_iter()
            .map(|(service, limit)| (service, bucket(limit)))
            .collect();
    }

    /// The refusal, if the service's bucket is empty; else takes one token from it.
    pub(crate) fn refused(&mut self, service: &Service, now: Millis) -> Option<Refusal> {
        let bucket = self.0.get_mut(service.name)?;
        let gained = (now - bucket.filled).as_secs_f64() * bucket.limit.rate;
        bucket.left = (bucket.left + gained).min(bucket.limit.burst);
        bucket.filled = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return None;
        }
        Some(match service.protocol {
            // [EC2 API: request throttling]
            Protocol::Ec2 { .. } => {
                Refusal::new("RequestLimitExceeded", "Request limit exceeded.").status(503)
            }
            Protocol::Query { .. } | Protocol::Documents { .. } | Protocol::RestXml { .. } => {
                Refusal::new("Throttling", "Rate exceeded")
            }
            // [S3 API: error codes]
            Protocol::S3 => {
                Refusal::new("SlowDown", "Please reduce your request rate.").status(503)
            }
            Protocol::Registry => Refusal::new("TOOMANYREQUESTS", "Rate exceeded").status(429),
            Protocol::Cbor { .. } | Protocol::Json { .. } | Protocol::Json10 { .. } => {
                Refusal::new("ThrottlingException", "Rate exceeded")
            }
            Protocol::RestJson { .. } => {
                Refusal::new("ThrottlingException", "Rate exceeded").status(429)
            }
            Protocol::Rest => Refusal::new(
                "971",
                "Please wait and consider throttling your request speed",
            )
            .status(429),
        })
    }
}
