//! A hostname: its certificate, the record that proves it is ours, and the record that leads to
//! the balancer.

use ashore_engine::graph::Handle;
use ashore_engine::input::Input;
use ashore_providers::aws::certificate::Certificate;
use ashore_providers::aws::service::Service as EcsService;

use super::ingress::Ways;
use super::record::{PointsTo, Record};
use super::{LowerError, Lowering, of_service};
use crate::model::{DomainName, Hostname, Service};

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
        for name in &names {
            let part = part_of("validation_record", name, first);
            let record = Record {
                of: name,
                name: certificate.get(Certificate::validation_name(name.as_str())),
                points_to: PointsTo::Name(
                    certificate.get(Certificate::validation_value(name.as_str())),
                ),
                // The certificate authority looks the record up itself: a proxied one hides it.
                proxied: false,
                take_over: false,
            };
            // It stays for ever, because ACM looks again at every renewal.
            self.record(format!("ingress/{part}").as_str(), record, None)?;
        }
        Ok(Some(certificate.ready().get(Certificate::ARN)))
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
            let record = Record {
                of: name,
                name: Input::Known(name.to_string()),
                points_to: PointsTo::Balancer {
                    dns_name: ways.dns_name.clone(),
                    zone_id: ways.zone_id.clone(),
                    ipv6: ways.ipv6,
                },
                proxied: hostname.proxied,
                take_over: hostname.take_over,
            };
            let part = part_of("record", name, &hostname.name);
            let address = of_service(service, &part);
            self.record(address, record, Some((running, ways.http.as_ref())))?;
        }
        Ok(())
    }
}

/// The first name's record has the plain name, so that another alias changes no address.
fn part_of(part: &str, name: &DomainName, first: &DomainName) -> String {
    if name == first {
        part.to_string()
    } else {
        format!("{part}[{name}]")
    }
}
