//! DNS records at whoever serves the zone.

use ashore_engine::address::Address;
use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_engine::kind::Kind;
use ashore_providers::aws::listener::Listener;
use ashore_providers::aws::route53_record::{Route53Record, Target};
use ashore_providers::cloudflare::dns_record::DnsRecord;
use ashore_providers::manual::dns_record::ManualRecord;

use super::{LowerError, Lowering};
use crate::model::{DnsProvider, DomainName};

/// Cloudflare's own word for "as you like it" [Cloudflare API: DNS record, `ttl`].
const AUTOMATIC_TTL: u32 = 1;
/// The record moves when the balancer is replaced; a short life lets clients follow (S0-31).
const TTL_SECONDS: u32 = 60;

/// A record that is wanted, whoever serves the zone.
pub(super) struct Record<'r> {
    /// The name of the manifest's that it is for; it is in the same zone.
    pub(super) of: &'r DomainName,
    /// Its own full name.
    pub(super) name: Input<String>,
    pub(super) points_to: PointsTo,
    pub(super) proxied: bool,
    pub(super) take_over: bool,
}

/// What a name leads to: the services, and the listener that sends on who comes by plain HTTP, if it is ours.
pub(super) type Way<'w> = (&'w [&'w Handle<()>], Option<&'w Handle<Listener>>);

/// Where a record points.
pub(super) enum PointsTo {
    Name(Input<String>),
    /// By its DNS name and the zone of AWS's that this name is in.
    Balancer {
        dns_name: Input<String>,
        zone_id: Input<String>,
        ipv6: bool,
    },
}

impl Lowering<'_> {
    /// Adds the record; where it leads to a service, after that and all that is on the way to it.
    pub(super) fn record(
        &mut self,
        address: impl Into<Address>,
        record: Record<'_>,
        after: Option<Way<'_>>,
    ) -> Result<(), LowerError> {
        let provider = self.manifest.dns.as_ref().map(|dns| dns.provider);
        let provider = provider.ok_or_else(|| LowerError::Zone(record.of.to_string()))?;
        let address = address.into();
        match provider {
            DnsProvider::Cloudflare => {
                let spec = cloudflare(self.zone_of(record.of)?, record);
                self.put(address, &spec, after);
            }
            DnsProvider::Route53 => {
                let spec = route53(self.zone_of(record.of)?, record);
                self.put(address, &spec, after);
            }
            DnsProvider::Manual => {
                let spec = ManualRecord {
                    name: record.name,
                    record_type: "CNAME".to_string(),
                    content: record.points_to.name(),
                };
                self.put(address, &spec, after);
            }
        }
        Ok(())
    }

    fn put<K: Kind>(&mut self, address: Address, spec: &K, after: Option<Way<'_>>) {
        let record = self.graph.add(address, spec);
        let Some((running, http)) = after else {
            return;
        };
        for running in running.iter().copied() {
            self.graph.after(
                &record,
                running,
                When::Ready,
                "DNS moves only to healthy tasks",
            );
        }
        if let Some(http) = http {
            self.graph.after(
                &record,
                http,
                When::Ready,
                "whoever comes by plain HTTP is sent on to HTTPS, for as long as the name leads here",
            );
        }
    }

    /// The provider's id of the zone that the name is in.
    fn zone_of(&self, name: &DomainName) -> Result<String, LowerError> {
        let zone = self.surroundings.dns_zones.get(name.as_str());
        zone.cloned()
            .ok_or_else(|| LowerError::Zone(name.to_string()))
    }
}

fn cloudflare(zone_id: String, record: Record<'_>) -> DnsRecord {
    DnsRecord {
        zone_id,
        name: record.name,
        record_type: "CNAME".to_string(),
        content: record.points_to.name(),
        ttl: if record.proxied {
            AUTOMATIC_TTL
        } else {
            TTL_SECONDS
        },
        proxied: record.proxied,
        take_over: record.take_over,
        comment: String::new(),
    }
}

fn route53(zone_id: String, record: Record<'_>) -> Route53Record {
    let (record_type, target) = match record.points_to {
        PointsTo::Name(name) => {
            let values = vec![name];
            let ttl = TTL_SECONDS;
            ("CNAME", Target::Values { ttl, values })
        }
        // An alias can stand where the zone begins, and a CNAME cannot (RFC 1912, 2.4).
        PointsTo::Balancer {
            dns_name,
            zone_id,
            ipv6,
        } => (
            "A",
            Target::Alias {
                dns_name,
                zone_id,
                ipv6,
                evaluate_target_health: false,
            },
        ),
    };
    Route53Record {
        zone_id,
        name: record.name,
        record_type: record_type.to_string(),
        target,
        take_over: record.take_over,
    }
}

impl PointsTo {
    fn name(self) -> Input<String> {
        match self {
            PointsTo::Name(name) => name,
            PointsTo::Balancer { dns_name, .. } => dns_name,
        }
    }
}
