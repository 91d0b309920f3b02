//! A hostname: its certificate, the record that proves it is ours, and the record that leads to
//! the balancer.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::address::Address;
use ashore_engine::graph::Handle;
use ashore_engine::input::Input;
use ashore_providers::aws::certificate::Certificate;

use super::ingress::Ways;
use super::record::{PointsTo, Record};
use super::{LowerError, Lowering, of_service};
use crate::model::{DomainName, Hostname, Service, Target};

impl Lowering<'_> {
    /// ARN of the certificate of all the manifest's names, once it is issued. None if there are no names.
    pub(super) fn certificate(&mut self) -> Result<Option<Input<String>>, LowerError> {
        let mut seen = BTreeSet::new();
        let names = self.manifest.certified_names();
        let names: Vec<_> = names.filter(|name| seen.insert(name.as_str())).collect();
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
                region: None,
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

    /// The records that lead to the balancers: one for each name, from when the first service behind it runs. It is a
    /// part of the service that gets all requests that nobody else has a path for; where there is none, nobody's.
    pub(super) fn hostname_records(
        &mut self,
        ways: &BTreeMap<String, Ways>,
        running: &BTreeMap<&str, Handle<()>>,
    ) -> Result<(), LowerError> {
        let mut by_name: BTreeMap<&DomainName, Vec<(&Service, &Target, &Hostname)>> =
            BTreeMap::new();
        for (service, hostname) in self.manifest.hostnames() {
            let Some(target) = service.ingress.target() else {
                continue;
            };
            for name in hostname.names() {
                let behind = by_name.entry(name.get()).or_default();
                behind.push((service, target, hostname));
            }
        }
        for (name, behind) in by_name {
            let services = behind.iter();
            let services: Vec<_> = services
                .filter_map(|(service, ..)| running.get(service.name.as_str()))
                .collect();
            if services.is_empty() {
                continue; // all of them wait for their first image
            }
            let rest = behind.iter().find(|(_, target, _)| target.paths.is_empty());
            let Some((service, target, hostname)) = rest.or(behind.first()) else {
                continue;
            };
            let private = hostname.private.as_ref().is_some_and(|it| it.get() == name);
            let Some(way) = way(target, ways, private) else {
                continue;
            };
            let record = Record {
                of: name,
                name: Input::Known(name.to_string()),
                points_to: PointsTo::Balancer {
                    dns_name: way.dns_name.clone(),
                    zone_id: way.zone_id.clone(),
                    ipv6: way.ipv6,
                },
                proxied: hostname.proxied && !private,
                take_over: hostname.take_over,
            };
            let address = match rest {
                Some(_) => of_service(service, &part_of("record", name, &hostname.name)),
                None => Address::new(format!("ingress/record[{name}]")),
            };
            self.record(
                address,
                record,
                Some((services.as_slice(), way.http.as_ref())),
            )?;
        }
        Ok(())
    }
}

/// The balancer that a name leads to: the internal one, or the one that is not, where there are both.
fn way<'w>(target: &Target, ways: &'w BTreeMap<String, Ways>, private: bool) -> Option<&'w Ways> {
    let behind: Vec<_> = target
        .balancers
        .iter()
        .filter_map(|name| ways.get(name))
        .collect();
    let wanted = behind.iter().find(|way| way.internal == private);
    wanted.or(behind.first()).copied()
}

/// The first name's record has the plain name, so that another alias changes no address.
fn part_of(part: &str, name: &DomainName, first: &DomainName) -> String {
    if name == first {
        part.to_string()
    } else {
        format!("{part}[{name}]")
    }
}
