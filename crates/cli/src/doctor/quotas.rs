//! What the plan takes of what the account may have.

use ashore_engine::plan::{Options, Plan};
use ashore_providers::aws::live::Standing;
use ashore_providers::aws::quota::{Demand, Room, Within, demands, room};
use futures_util::future::join_all;

use crate::cloud::{Cloud, Ways};
use crate::document::{Finding, Subject};
use crate::error::CommandError;
use crate::project::Project;
use crate::session::{graph, make_plan, so_far};

const QUOTAS: Subject = Subject::Quotas;

pub(super) async fn examine(project: &Project, ways: &Ways, cloud: Option<&Cloud>) -> Vec<Finding> {
    let Some(cloud) = cloud else {
        return vec![Finding::without_credentials(QUOTAS, "plan")];
    };
    let demands = match planned(project, ways, cloud).await {
        Ok(plan) => demands(&plan),
        Err(error) => return vec![unplanned(&error)],
    };
    if demands.is_empty() {
        return vec![Finding::ok(
            QUOTAS,
            "plan",
            "makes nothing that a quota limits",
        )];
    }
    let measured = demands.iter().map(|demand| async move {
        let ask = || cloud.aws.standing(demand);
        match cloud.read(demand.quota.code, ask).await {
            Ok(standing) => judge(demand, standing, &cloud.aws.region),
            Err(failure) => Finding::unread(QUOTAS, demand.quota.what, &failure),
        }
    });
    join_all(measured).await
}

/// The plan as `plan` makes it. Values of secrets are not asked for: they take no quota.
async fn planned(project: &Project, ways: &Ways, cloud: &Cloud) -> Result<Plan, CommandError> {
    ways.check_token(project)?;
    let contents = project.folder().peek()?;
    let mut state = so_far(contents.state, contents.open.as_ref());
    cloud.pin(&mut state)?;
    let graph = graph(project, cloud, &mut state, &mut |_| {}).await?;
    let options = Options {
        allow_interruption: true, // whether something is interrupted takes no quota either
    };
    make_plan(cloud, &graph, &state, options).await
}

fn unplanned(error: &CommandError) -> Finding {
    let mut found = format!("cannot be made: {}", error.message);
    let requests = |cause: &&String| !cause.starts_with("request ");
    for cause in error.causes.iter().filter(requests) {
        found = format!("{found}; {cause}");
    }
    let finding = match error.code.as_str() {
        // Told where they were found, or nothing that is wrong with the plan.
        "E0401" | "E0402" | "E0403" | "E0404" | "E0411" => Finding::unknown(QUOTAS, "plan", found),
        code => Finding::failure(QUOTAS, "plan", code, found),
    };
    error
        .advice
        .iter()
        .fold(finding, |finding, advice| finding.next(advice))
}

fn judge(demand: &Demand, standing: Standing, region: &str) -> Finding {
    let Standing { limit, used } = standing;
    let (what, more) = (demand.quota.what, demand.more);
    let found = match &demand.within {
        Within::Account => format!("{used} of {limit} used, the plan adds {more}"),
        Within::Present(id) => format!("{used} of {limit} used in {id}, the plan adds {more}"),
        Within::Planned(address) => format!("{more} of {limit} in {address}"),
        Within::Itself(address) => format!("{more} of {limit} in {address}"),
    };
    let found = format!("{found} ({})", demand.quota.code);
    match room(limit, used, more) {
        Room::Enough => Finding::ok(QUOTAS, what, found),
        Room::Tight => Finding::warning(QUOTAS, what, found).next(demand.request(region, used)),
        Room::Short => Finding::failure(QUOTAS, what, "E0302", found)
            .next(demand.request(region, used))
            .next("or delete what nobody needs any more"),
    }
}
