//! One operation of a service, and one request to it being answered.

use bytes::Bytes;
use serde_json::Value;

use crate::clock::Millis;
use crate::input::Input;
use crate::refusal::Refusal;
use crate::world::{Region, World};

/// What a handler returns: the members of the response as the wire names them, or a refusal.
pub type Answer = Result<Value, Refusal>;

/// Answers one request.
pub type Handler = fn(&mut Call<'_>) -> Answer;

/// A service lists its operations once; routing, the covered operations and the log's read/write flag come from it.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// As the wire names it. For Cloudflare method and path: `GET /zones/{zone_id}`.
    pub name: &'static str,
    /// Whether it can change the world.
    pub mutates: bool,
    /// What answers it.
    pub run: Handler,
}

/// One request being answered.
pub struct Call<'a> {
    /// All state.
    pub world: &'a mut World,
    /// The region that the request was signed for.
    pub region: String,
    /// The operation's name.
    pub operation: &'a str,
    /// The parameters. A handler takes them all and calls `finish` before it changes the world.
    pub input: Input,
    /// The ARN of the caller; of a call to Cloudflare its API token.
    pub principal: String,
    /// The body of the request where that is no parameters: an object, a layer, a document. What the handler leaves
    /// here is the body of the answer, in the protocols that have such answers.
    pub body: Bytes,
}

/// An operation that changes nothing.
pub(crate) const fn read(name: &'static str, run: Handler) -> Operation {
    Operation {
        name,
        mutates: false,
        run,
    }
}

/// An operation that changes something.
pub(crate) const fn write(name: &'static str, run: Handler) -> Operation {
    Operation {
        name,
        mutates: true,
        run,
    }
}

impl Call<'_> {
    /// The services of the call's region.
    pub fn here(&mut self) -> &mut Region {
        self.world.region(&self.region)
    }

    /// The time of the call.
    pub fn now(&self) -> Millis {
        self.world.now
    }

    /// The account's number.
    pub fn account(&self) -> String {
        self.world.account.clone()
    }

    /// `arn:aws:{service}:{region}:{account}:{resource}`; services without regions (IAM, STS) leave the region out.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let region = if matches!(service, "iam" | "sts") {
            ""
        } else {
            &self.region
        };
        format!(
            "arn:aws:{service}:{region}:{}:{resource}",
            self.world.account
        )
    }
}
