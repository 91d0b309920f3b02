//! A hostname: its certificate, the record that proves it is ours, and the record that leads to
//! the balancer.

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::certificate::Certificate;
use ashore_providers::aws::service::Service as EcsService;
use ashore_providers::cloudflare::dns_record::DnsRecord;

use super::ingress::Ways;
use super::{LowerError, Lowering, of_service};
use crate::model::{DomainName, Hostname, Service};

/// Cloudflare's own word for "as you like it" [Cloudflare API: DNS record, `ttl`].
const AUTOMATIC_TTL: u32 = 1;
/// The record moves when the balancer is replaced; a short life lets clients follow (S0-31).
const TTL_SECONDS: u32 = 60;

impl Lowering<'_> {
    /// ARN of the certificate of all the manifest's names, once it is issued. None if there are no names.
    pub(super) fn certificate(&mut self) -> Result<Option<Input<String>>, LowerError> {
        let names: Vec<_> = self.manifest.names().collect();
        let Some((first, further)) = names.split_first() else {
            return Ok(None);
        };
        if self.manifest.existing.certificate.is_some() {
            let existing = self.surroundings.existing.certificate.clone();
            let existing = existing.ok_or(LowerError::Unread("existing.certificate"))?;
            return Ok(Some(Input::Known(existing)));
        }
        let certificate = self.graph.add(
            "ingress/certificate",
            &Certificate {
                domain: first.to_string(),
                names: further.iter().map(ToString::to_string).collect(),
                tags: self.tags(),
            },
        );
        // The certificate authority looks the record up itself: a proxied one hides it.
        // It stays for ever, because ACM looks again at every renewal.
        let record = DnsRecord {
            zone_id: self.zone_of(first)?,
            name: certificate.get(Certificate::VALIDATION_NAME),
            record_type: "CNAME".to_string(),
            content: certificate.get(Certificate::VALIDATION_VALUE),
            ttl: TTL_SECONDS,
            proxied: false,
            take_over: false,
            comment: String::new(),
        };
        self.graph.add("ingress/validation_record", &record);
        Ok(Some(certificate.ready().get(Certificate::ARN)))
    }

    /// The provider's id of the zone that the name is in.
    fn zone_of(&self, name: &DomainName) -> Result<String, LowerError> {
        let zone = self.surroundings.dns_zones.get(name.as_str());
        zone.cloned()
            .ok_or_else(|| LowerError::Zone(name.to_string()))
    }

    /// The records that lead to the balancer: one for each name.
    pub(super) fn hostname_records(
        &mut self,
        service: &Service,
        hostname: &Hostname,
        ways: &Ways,
        running: &Handle<EcsService>,
    ) -> Result<(), LowerError> {
        for name in hostname.names() {
            let record = DnsRecord {
                zone_id: self.zone_of(name)?,
                name: Input::Known(name.to_string()),
                record_type: "CNAME".to_string(),
                content: ways.dns_name.clone(),
                ttl: if hostname.proxied {
                    AUTOMATIC_TTL
                } else {
                    TTL_SECONDS
                },
                proxied: hostname.proxied,
                take_over: hostname.take_over,
                comment: String::new(),
            };
            let part = if *name == hostname.name {
                "record".to_string()
            } else {
                format!("record[{name}]")
            };
            let record = self
                .graph
                .add(of_service(service.name.as_str(), &part), &record);
            self.graph.after(
                &record,
                running,
                When::Ready,
                "DNS moves only to healthy tasks",
            );
        }
        Ok(())
    }
}
