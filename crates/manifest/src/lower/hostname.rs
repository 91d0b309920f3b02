//! A hostname: its certificate, the record that proves it is ours, and the record that leads to
//! the balancer.

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::certificate::Certificate;
use ashore_providers::aws::load_balancer::LoadBalancer;
use ashore_providers::aws::service::Service as EcsService;
use ashore_providers::cloudflare::dns_record::DnsRecord;

use super::ingress::Ways;
use super::{LowerError, Lowering, of_service};
use crate::model::{Hostname, Service};

/// Cloudflare's own word for "as you like it" [Cloudflare API: DNS record, `ttl`].
const AUTOMATIC_TTL: u32 = 1;
/// The record moves when the balancer is replaced; a short life lets clients follow (S0-31).
const TTL_SECONDS: u32 = 60;

impl Lowering<'_> {
    /// The certificate of the manifest's hostname, if it has one.
    pub(super) fn certificate(&mut self) -> Option<Handle<Certificate>> {
        let (service, hostname) = self.manifest.hostnames().next()?;
        let zone = self.surroundings.dns_zone.clone()?;
        let name = service.name.as_str();
        let certificate = self.graph.add(
            of_service(name, "certificate"),
            &Certificate {
                domain: hostname.name.to_string(),
                names: Vec::new(),
                tags: self.tags(),
            },
        );
        // The certificate authority looks the record up itself: a proxied one hides it.
        // It stays for ever, because ACM looks again at every renewal.
        let record = DnsRecord {
            zone_id: zone,
            name: certificate.get(Certificate::validation_name(&hostname.name.to_string())),
            record_type: "CNAME".to_string(),
            content: certificate.get(Certificate::validation_value(&hostname.name.to_string())),
            ttl: TTL_SECONDS,
            proxied: false,
            take_over: false,
            comment: String::new(),
        };
        self.graph
            .add(of_service(name, "validation_record"), &record);
        Some(certificate)
    }

    /// The record that leads to the balancer.
    pub(super) fn hostname_record(
        &mut self,
        service: &Service,
        hostname: &Hostname,
        ways: &Ways,
        running: &Handle<EcsService>,
    ) -> Result<(), LowerError> {
        let name = service.name.as_str();
        let zone = self.surroundings.dns_zone.clone();
        let record = DnsRecord {
            zone_id: zone.ok_or_else(|| LowerError::Zone(name.to_string()))?,
            name: Input::Known(hostname.name.to_string()),
            record_type: "CNAME".to_string(),
            content: ways.balancer.ready().get(LoadBalancer::DNS_NAME),
            ttl: if hostname.proxied {
                AUTOMATIC_TTL
            } else {
                TTL_SECONDS
            },
            proxied: hostname.proxied,
            take_over: hostname.take_over,
            comment: String::new(),
        };
        let record = self.graph.add(of_service(name, "record"), &record);
        self.graph.after(
            &record,
            running,
            When::Ready,
            "DNS moves only to healthy tasks",
        );
        Ok(())
    }
}
