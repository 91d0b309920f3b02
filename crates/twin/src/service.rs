//! What a service is that the twin speaks for: how it is addressed, and the codes of the refusals that all have in
//! common. Which there are stands in `list`.

mod list;

use crate::operation::Operation;
use crate::wire::{Address, Route, Shapes};

/// A service: how it is addressed, and what it can do.
#[derive(Debug)]
pub struct Service {
    /// The service's name in ARNs and in the credential scope of a signature.
    pub name: &'static str,
    /// The protocol and what that needs to know.
    pub protocol: Protocol,
    /// What it can do.
    pub operations: &'static [Operation],
    /// The code for a parameter that is missing.
    pub(crate) missing: &'static str,
    /// The code for a parameter with an impossible value.
    pub(crate) invalid: &'static str,
    /// The code for more than fifty tags.
    pub(crate) many_tags: &'static str,
    /// The code for a tag that cannot be.
    pub(crate) bad_tag: &'static str,
    /// The code for a page token that it never gave.
    pub(crate) bad_token: &'static str,
}

/// The wire protocols, each with what tells the service's requests and answers apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Form-encoded request, XML answer without a result element, lists as `<item>`.
    Ec2 {
        /// API version.
        version: &'static str,
    },
    /// Form-encoded request, XML answer with a result element, lists as `<member>`.
    Query {
        /// API version.
        version: &'static str,
        /// XML namespace of the answers.
        namespace: &'static str,
    },
    /// JSON 1.1 both ways, the operation in `X-Amz-Target`.
    Json {
        /// What stands before the dot in `X-Amz-Target`.
        target: &'static str,
    },
    /// JSON 1.0 both ways, of a service that came from the query protocol: its codes of then come in a header.
    Json10 {
        /// What stands before the dot in `X-Amz-Target`.
        target: &'static str,
        /// What the model calls those codes.
        shapes: Shapes,
    },
    /// Smithy RPC v2: CBOR both ways, the operation in the path.
    Cbor {
        /// The service's name in the path.
        target: &'static str,
        /// What the model calls the query protocol's codes.
        shapes: Shapes,
    },
    /// Method and path name the operation, JSON both ways.
    RestJson {
        /// How the operations are addressed.
        routes: &'static [Route],
    },
    /// Method and path name the operation, XML both ways.
    RestXml {
        /// XML namespace of the answers.
        namespace: &'static str,
        /// How the operations are addressed.
        routes: &'static [Route],
    },
    /// Method, path and query name the operation, bodies are documents of many shapes.
    Documents {
        /// XML namespace of the answers.
        namespace: &'static str,
        /// How the operations are addressed.
        addresses: &'static [Address],
    },
    /// S3: REST with parameters in headers, bodies that are XML or objects.
    S3,
    /// The HTTP API of a container registry.
    Registry,
    /// Cloudflare v4: REST with a JSON envelope.
    Rest,
}

impl Protocol {
    /// Whether a number is a number, and never a text that looks like one.
    pub(crate) fn is_typed(self) -> bool {
        matches!(
            self,
            Protocol::Cbor { .. } | Protocol::Json { .. } | Protocol::Json10 { .. }
        )
    }
}

/// Every service, in order of name. One that speaks several protocols stands here once for each.
pub fn services() -> &'static [Service] {
    list::SERVICES
}
