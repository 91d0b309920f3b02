//! `aws.cloudfront.distribution`: a bucket's files, close to whoever asks for them.
//!
//! Every change takes minutes to reach the edge; until then a distribution is `InProgress`. One
//! that goes is disabled first, and deleted once the edge knows.

#[cfg(feature = "live")]
mod described;
#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

#[cfg(feature = "live")]
pub(crate) use live::tags;

/// The zone of Route 53 that all names of distributions are in [Route 53 API: AliasTarget].
pub const ZONE_ID: &str = "Z2FDTNDATAQYW2";

/// AWS's own cache policy for files: by path alone, compressed, as long as the file says
/// [CloudFront guide: managed cache policies].
pub const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/// A distribution of what is in one private bucket.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Distribution {
    /// What stands beside it in the console, at most 128 characters.
    pub comment: String,
    /// Where the files come from.
    pub origin: Origin,
    /// Names that it answers to, beside its own.
    pub aliases: Vec<String>,
    /// The certificate of those names. Under its own name it has one of AWS's.
    pub certificate: Option<Certified>,
    /// The file that it gives for `/`.
    pub root: Option<String>,
    /// What makes two requests the same to it.
    pub caching: Caching,
    /// What becomes of plain HTTP: `redirect-to-https`, `https-only`, `allow-all`.
    pub viewers: String,
    /// Whether it compresses what can be.
    pub compress: bool,
    /// `http2`, `http2and3`, …
    pub http_version: String,
    /// Whether it is reached over IPv6 too.
    pub ipv6: bool,
    /// In which parts of the world it stands.
    pub price_class: String,
    /// Whether it answers at all.
    pub enabled: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// How it shows that it is who it says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Certified {
    /// The ARN of a certificate in us-east-1, whatever the region of everything else.
    pub arn: Input<String>,
    /// The oldest TLS that it speaks: `TLSv1.2_2021`, …
    pub tls: String,
}

/// Where the files come from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The bucket's own domain name, with its region.
    pub domain_name: Input<String>,
    /// The id of the origin access control by which the bucket knows it.
    pub access_control: Input<String>,
}

/// What makes two requests the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caching {
    /// A cache policy, by id.
    Policy(String),
    /// The path, and what else of a request is passed on to the bucket. No policy of AWS's own
    /// says that for a bucket.
    Forwarded {
        /// Is the query?
        query_strings: bool,
        /// Which headers are.
        headers: Vec<String>,
    },
}

/// What AWS tells of a distribution.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `E…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// `d….cloudfront.net`.
    pub domain_name: String,
}

impl Distribution {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// The name that AWS gave it.
    pub const DOMAIN_NAME: Output<Self, String> = Output::new("domain_name");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateDistributionWithTags`, with a reference that is never taken twice.
    Create,
    /// `UpdateDistribution`: all of it, as it is there but for what is ours to say.
    Update,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `UpdateDistribution`: it answers no more.
    Disable,
    /// `DeleteDistribution`, once the edge knows that it is disabled.
    Delete,
}

impl Kind for Distribution {
    const NAME: &'static str = "aws.cloudfront.distribution";
    const PATIENCE: Patience = patience::DISTRIBUTION;
    const TELLS: &'static [(&'static str, &'static str)] = &[("domain", "domain_name")];
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Create];
        };
        let untagged = Self {
            tags: there.tags.clone(),
            ..self.clone()
        };
        let update = (untagged != *there).then_some(Change::Update);
        let tags = self.tags.requests(&there.tags, Change::Tag, Change::Untag);
        update.into_iter().chain(tags).collect()
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let disable = observed.spec.enabled.then_some(Change::Disable);
        disable.into_iter().chain([Change::Delete]).collect()
    }

    fn replaced_by(&self, _: &Observed<Self>) -> Option<Replacement> {
        None
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).on("distribution/*");
        match change {
            Change::Create => request("cloudfront:CreateDistribution"),
            Change::Update => request("cloudfront:UpdateDistribution"),
            Change::Tag => request("cloudfront:TagResource"),
            Change::Untag(_) => request("cloudfront:UntagResource"),
            Change::Disable => request("cloudfront:UpdateDistribution").impact(Impact::Outage(
                "who asks it for a file gets none any more".into(),
            )),
            Change::Delete => request("cloudfront:DeleteDistribution"),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
