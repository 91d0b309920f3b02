//! What the world sees in the DNS: a client of a public resolver's JSON API over HTTPS.
//!
//! The resolver of this machine may be behind a split horizon, a hosts file or a stale cache; what
//! counts is what a stranger is told.

use std::fmt;
use std::rc::Rc;

use ashore_engine::failure::{Class, Failure};
use bytes::Bytes;
use http::Request;
use http::header::ACCEPT;
use serde::Deserialize;

use crate::cloudflare::live::Transport;
use crate::dns;

/// Cloudflare's public resolver [Cloudflare docs: DNS over HTTPS, JSON].
pub const DOH: &str = "https://cloudflare-dns.com/dns-query";
/// The code of a failure of the domain's own name servers, not of the resolver.
pub const SERVFAIL: &str = "SERVFAIL";
const QUERY: &str = "dns:Query";

/// Numbers of record types [IANA: DNS parameters].
const TYPES: &[(&str, u16)] = &[
    ("A", 1),
    ("NS", 2),
    ("CNAME", 5),
    ("MX", 15),
    ("TXT", 16),
    ("AAAA", 28),
    ("CAA", 257),
];

/// A public resolver. Cheap to clone.
#[derive(Clone)]
pub struct Resolver {
    transport: Transport,
    base: Rc<str>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Status")]
    status: u16,
    #[serde(rename = "Answer", default)]
    records: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    number: u16,
    data: String,
}

impl Resolver {
    /// Asks the resolver at `base`: [`DOH`], another one, or a twin.
    pub fn new(transport: Transport, base: &str) -> Self {
        Self {
            transport,
            base: base.into(),
        }
    }

    /// The records of that name and type, in order; none if there are none. Addresses are those at
    /// the end of a chain of CNAMEs.
    ///
    /// # Errors
    /// If the resolver cannot be asked, or gets no answer from the domain's name servers.
    pub async fn lookup(&self, name: &str, record_type: &str) -> Result<Vec<String>, Failure> {
        let number = TYPES.iter().find(|(known, _)| *known == record_type);
        let Some((_, number)) = number else {
            let message = format!("records of type {record_type} cannot be looked up");
            return Err(Failure::new(Class::Invalid, QUERY, "NoSuchType", message));
        };
        let request = self.request(name, record_type)?;
        let response = self.transport.send(QUERY, request).await?;
        let status = response.status();
        if !status.is_success() {
            let class = match status.as_u16() {
                429 => Class::Throttled,
                _ if status.is_server_error() => Class::Unknown,
                _ => Class::Invalid,
            };
            let message = format!("{} answered {status}", self.base);
            let code = format!("HTTP {}", status.as_u16());
            return Err(Failure::new(class, QUERY, code, message));
        }
        let answer: Answer = serde_json::from_slice(response.body()).map_err(|_| {
            let message = format!("{} answered with something else than DNS JSON", self.base);
            Failure::new(Class::Unknown, QUERY, "Garbled", message)
        })?;
        // NOERROR and NXDOMAIN are answers; anything else is none [RFC 1035 4.1.1].
        if !matches!(answer.status, 0 | 3) {
            let code = match answer.status {
                2 => SERVFAIL.to_string(),
                other => format!("RCODE {other}"),
            };
            let message = format!("the name servers of {name} do not answer ({code})");
            return Err(Failure::new(Class::Unknown, QUERY, code, message)
                .with_advice(format!("see who answers for it: `dig +trace {name}`")));
        }
        let told = answer.records.into_iter();
        let mut data: Vec<String> = told
            .filter(|record| record.number == *number)
            .map(|record| record.data)
            .collect();
        data.sort();
        Ok(data)
    }

    /// The name servers that answer for a domain, lower case and with no final dot; none where it
    /// is a part of a domain above it.
    ///
    /// # Errors
    /// As [`Resolver::lookup`].
    pub async fn name_servers(&self, domain: &str) -> Result<Vec<String>, Failure> {
        let told = self.lookup(domain, "NS").await?;
        let mut servers: Vec<String> = told.iter().map(|name| dns::name(name)).collect();
        servers.sort();
        Ok(servers)
    }

    fn request(&self, name: &str, record_type: &str) -> Result<Request<Bytes>, Failure> {
        let mut url = reqwest::Url::parse(&self.base).map_err(|_| {
            let message = format!("{} is no URL of a resolver", self.base);
            Failure::new(Class::Invalid, QUERY, "NotBuilt", message)
        })?;
        url.query_pairs_mut()
            .extend_pairs([("name", name), ("type", record_type)]);
        let request = Request::builder()
            .uri(url.as_str())
            .header(ACCEPT, "application/dns-json");
        let request = request.body(Bytes::new());
        request.map_err(|error| Failure::internal(QUERY, &error))
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resolver at {}", self.base)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;
    use http::Response;

    use super::*;
    use crate::aws::live::in_process::Service;

    /// Answers everything alike, if it is asked as it should be.
    #[derive(Debug)]
    struct Says(u16, &'static str);

    impl Service for Says {
        fn answer(&self, asked: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>> {
            assert_eq!(asked.headers()["accept"], "application/dns-json");
            let query = asked.uri().query().unwrap_or_default();
            assert!(query.starts_with("name=www.example.com&type="), "{query}");
            let body = Bytes::from_static(self.1.as_bytes());
            let answer = Response::builder().status(self.0).body(body).ok();
            async move { answer }.boxed()
        }
    }

    async fn asked(
        status: u16,
        body: &'static str,
        record_type: &str,
    ) -> Result<Vec<String>, Failure> {
        let transport = Transport::InProcess(Arc::new(Says(status, body)));
        let resolver = Resolver::new(transport, DOH);
        resolver.lookup("www.example.com", record_type).await
    }

    const CHAIN: &str = r#"{"Status":0,"TC":false,"Answer":[
        {"name":"www.example.com","type":5,"TTL":60,"data":"lb.example.net."},
        {"name":"lb.example.net","type":1,"TTL":60,"data":"192.0.2.2"},
        {"name":"lb.example.net","type":1,"TTL":60,"data":"192.0.2.1"}]}"#;

    #[tokio::test]
    async fn only_records_of_the_type_count_and_their_order_does_not() {
        let addresses = asked(200, CHAIN, "A").await.unwrap();
        assert_eq!(addresses, ["192.0.2.1", "192.0.2.2"]);
        assert_eq!(
            asked(200, CHAIN, "CNAME").await.unwrap(),
            ["lb.example.net."]
        );
        let nothing = asked(200, r#"{"Status":3}"#, "A").await.unwrap();
        assert!(nothing.is_empty());
    }

    #[tokio::test]
    async fn what_is_no_answer_is_told_from_none() {
        let rows = [
            (200, r#"{"Status":2}"#, Class::Unknown, SERVFAIL),
            (200, r#"{"Status":5}"#, Class::Unknown, "RCODE 5"),
            (200, "<html>", Class::Unknown, "Garbled"),
            (429, "", Class::Throttled, "HTTP 429"),
            (502, "<html>", Class::Unknown, "HTTP 502"),
            (400, "", Class::Invalid, "HTTP 400"),
        ];
        for (status, body, class, code) in rows {
            let failure = asked(status, body, "A").await.unwrap_err();
            assert_eq!((failure.class, failure.code.as_str()), (class, code));
        }
        assert_eq!(
            asked(200, CHAIN, "HINFO").await.unwrap_err().code,
            "NoSuchType"
        );
    }
}
