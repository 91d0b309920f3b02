//! What has to happen to the listeners.

use std::collections::BTreeSet;

use super::{Change, ClassicBalancer, Listener};

/// Ports, by what becomes of the listeners on them.
#[derive(Default)]
pub(super) struct Ports {
    /// They go.
    pub(super) close: Vec<u16>,
    /// They come.
    pub(super) listen: Vec<u16>,
    /// They get another certificate.
    pub(super) certificates: Vec<u16>,
    /// They get other versions and ciphers.
    pub(super) negotiate: Vec<u16>,
}

impl ClassicBalancer {
    /// A listener that is to speak otherwise goes and comes again.
    pub(super) fn ports(&self, before: &Self) -> Ports {
        let mut ports = Ports::default();
        for there in &before.listeners {
            match self.listener(there.port) {
                Some(wanted) if wanted.speaks_as(there) => {
                    let other = wanted.certificate != there.certificate;
                    ports.certificates.extend(other.then_some(there.port));
                    let other = wanted.tls_policy != there.tls_policy;
                    ports.negotiate.extend(other.then_some(there.port));
                }
                Some(_) => {
                    ports.close.push(there.port);
                    ports.listen.push(there.port);
                }
                None => ports.close.push(there.port),
            }
        }
        let new = self.listeners.iter().map(|listener| listener.port);
        let new = new.filter(|port| before.listener(*port).is_none());
        ports.listen.extend(new);
        ports.negotiate.extend(ports.listen.iter());
        ports
    }

    /// The requests by which the listeners on these ports get their TLS. A balancer keeps its policies,
    /// and one that is there already is as good as a new one.
    pub(super) fn negotiations(&self, ports: &[u16]) -> Vec<Change> {
        let own = ports.iter().filter_map(|port| {
            let policy = self.listener(*port)?.tls_policy.clone()?;
            Some((*port, policy))
        });
        let own: Vec<(u16, String)> = own.collect();
        let policies: BTreeSet<String> = own.iter().map(|(_, policy)| policy.clone()).collect();
        let policies = policies.into_iter().map(Change::TlsPolicy);
        let ports = own.into_iter().map(|(port, _)| Change::Negotiate(port));
        policies.chain(ports).collect()
    }

    /// The listener on that port.
    pub(super) fn listener(&self, port: u16) -> Option<&Listener> {
        let mut all = self.listeners.iter();
        all.find(|listener| listener.port == port)
    }
}
