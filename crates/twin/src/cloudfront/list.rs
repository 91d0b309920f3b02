//! ListDistributions, and how CloudFront pages.

use serde_json::{Value, json};

use super::distribution::Distribution;
use super::refuse;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::ROOT;

/// `ListDistributions`
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.body.clear();
    let mut input = std::mem::take(&mut call.input);
    let asked = Asked::read(&mut input)?;
    input.finish()?;
    let all = call.world.cloudfront.distributions.iter();
    let rows = all.map(|(id, it)| (id.clone(), summary(it)));
    Ok(asked.page("DistributionList", "DistributionSummary", rows.collect()))
}

/// Which page is asked for.
pub(super) struct Asked {
    marker: Option<String>,
    limit: usize,
}

impl Asked {
    pub(super) fn read(input: &mut Input) -> Result<Asked, Refusal> {
        let limit = input.number("MaxItems")?.unwrap_or(100);
        let limit = usize::try_from(limit).ok().filter(|it| *it > 0);
        let limit = limit.ok_or_else(|| refuse::argument("MaxItems must be a positive number."))?;
        Ok(Asked {
            marker: input.text("Marker")?.filter(|it| !it.is_empty()),
            limit: limit.min(100),
        })
    }

    /// The page after the marker, which is the last row's id.
    pub(super) fn page(&self, root: &str, member: &str, rows: Vec<(String, Value)>) -> Value {
        let after = |id: &String| self.marker.as_ref().is_none_or(|marker| id > marker);
        let mut rows: Vec<_> = rows.into_iter().filter(|(id, _)| after(id)).collect();
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(|(id, _)| id.clone());
        let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
        let count = rows.len();
        let items = (count > 0).then(|| json!({ member: rows }));
        json!({
            ROOT: root,
            "Marker": self.marker.clone().unwrap_or_default(),
            "NextMarker": next,
            "MaxItems": self.limit,
            "IsTruncated": more,
            "Quantity": count,
            "Items": items,
        })
    }
}

fn summary(distribution: &Distribution) -> Value {
    let mut row = json!({
        "Id": distribution.id,
        "ARN": distribution.arn,
        "ETag": distribution.etag,
        "Status": distribution.status(),
        "LastModifiedTime": distribution.modified.iso8601(),
        "DomainName": distribution.domain,
    });
    for name in [
        "Aliases",
        "Origins",
        "OriginGroups",
        "DefaultCacheBehavior",
        "CacheBehaviors",
        "CustomErrorResponses",
        "Comment",
        "PriceClass",
        "Enabled",
        "ViewerCertificate",
        "Restrictions",
        "WebACLId",
        "HttpVersion",
        "IsIPV6Enabled",
        "Staging",
    ] {
        row[name] = distribution.config[name].clone();
    }
    row
}
