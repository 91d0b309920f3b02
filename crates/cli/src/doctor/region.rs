//! Whether the region can be used, and has zones enough for the network.

use ashore_providers::aws::live::config::SdkConfig;
use ashore_providers::aws::live::regions::{Enabled, enabled};

use super::read;
use crate::cloud::{Cloud, Ways};
use crate::document::{Finding, Subject};
use crate::project::Project;

const WHERE: Subject = Subject::Region;

pub(super) async fn examine(
    project: &Project,
    ways: &Ways,
    sdk: &SdkConfig,
    cloud: Option<&Cloud>,
) -> Vec<Finding> {
    let name = project.manifest.region.as_str();
    // A region that nobody has opted in to does not know who we are: it is asked about anyway.
    let found = match read(ways, "the region", || enabled(sdk)).await {
        Ok(Enabled::Yes { opted_in: false }) => {
            Finding::ok(WHERE, name, "is everybody's: needs no opt-in")
        }
        Ok(Enabled::Yes { opted_in: true }) => Finding::ok(WHERE, name, "is opted in to"),
        Ok(Enabled::No) => Finding::failure(
            WHERE,
            name,
            "E0416",
            "nobody has opted in to the region",
        )
        .next(format!(
            "opt in, and wait some minutes: `aws account enable-region --region-name {name}`"
        )),
        Ok(Enabled::NoSuchRegion) => {
            Finding::failure(WHERE, name, "E0416", "there is no region of that name")
                .next("see `aws ec2 describe-regions --all-regions`, and change `region`")
        }
        Err(failure) => Finding::unread(WHERE, name, &failure),
    };
    let usable = found.code.is_none();
    let mut findings = vec![found];
    let wanted = project.manifest.network.as_ref().map(|it| it.subnets.len());
    let Some(wanted) = wanted.filter(|_| usable) else {
        return findings;
    };
    let Some(cloud) = cloud else {
        findings.push(Finding::without_credentials(WHERE, "zones"));
        return findings;
    };
    findings.push(match read(ways, "zones", || cloud.aws.zones()).await {
        Ok(there) => zones(&there, wanted),
        Err(failure) => Finding::unread(WHERE, "zones", &failure),
    });
    findings
}

fn zones(there: &[String], wanted: usize) -> Finding {
    let found = format!("{} usable, the network wants {wanted}", there.len());
    if there.len() < wanted {
        let found = format!("{found}: {}", there.join(", "));
        return Finding::failure(WHERE, "zones", "E0206", found)
            .next("lower `azs` or list fewer `subnets` in [network]");
    }
    Finding::ok(WHERE, "zones", found)
}
