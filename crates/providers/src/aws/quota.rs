//! What an account may have at most of what a plan makes.
//!
//! One row a quota, in [`QUOTAS`]: its code at Service Quotas, and how much of it each planned step
//! takes. `live/quotas.rs` asks how much there may be and how much is there; whether that is
//! enough is decided here, without asking anybody.

mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ashore_engine::address::{Address, Instance};
use ashore_engine::plan::{Action, Plan, Step};

pub use table::QUOTAS;

/// A quota.
#[derive(Debug)]
pub struct Quota {
    /// Service Quotas' own name of the service.
    pub service: &'static str,
    /// `L-…`.
    pub code: &'static str,
    /// What it limits, in words.
    pub what: &'static str,
    /// What is counted to know how much of it is used.
    pub counted: Counted,
    /// How much of it one planned step takes, and of which one.
    takes: fn(&Planned<'_>) -> Vec<(Within, f64)>,
}

/// What is counted to know how much of a quota is used: all objects, not only ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted {
    /// VPCs of the region.
    Vpcs,
    /// Internet gateways of the region.
    InternetGateways,
    /// Security groups of the region.
    SecurityGroups,
    /// Subnets of a VPC.
    Subnets,
    /// Route tables of a VPC.
    RouteTables,
    /// Application load balancers of the region.
    ApplicationLoadBalancers,
    /// Network load balancers of the region.
    NetworkLoadBalancers,
    /// Classic load balancers of the region.
    ClassicLoadBalancers,
    /// Target groups of the region.
    TargetGroups,
    /// Certificates of the region.
    Certificates,
    /// Roles of the account.
    Roles,
    /// Active clusters of the region.
    Clusters,
    /// Services of a cluster.
    Services,
    /// vCPUs of the tasks that run on demand on Fargate in the region.
    FargateCpus,
    /// Nothing: what the plan takes of it is all of it.
    Nothing,
}

/// Of which one a quota is taken.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Within {
    /// The account, or the region.
    Account,
    /// Something that is there, by its id.
    Present(String),
    /// Something that the plan makes, and in which nothing is yet.
    Planned(Address),
    /// A resource of the plan by itself: whatever is in it is the plan's.
    Itself(Address),
}

/// What a plan takes of one quota.
#[derive(Clone, PartialEq, Debug)]
pub struct Demand {
    /// Of which quota.
    pub quota: &'static Quota,
    /// Of which one.
    pub within: Within,
    /// How much.
    pub more: f64,
}

/// Two rows are the same if they have the same code.
impl PartialEq for Quota {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

/// A step, with the plan that it stands in.
pub(crate) struct Planned<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) instance: &'a Instance,
    pub(crate) step: &'a Step,
}

/// What the plan takes of each quota, in the order of the table. The old half of a replacement goes
/// only after everything new works, so nothing is given back.
pub fn demands(plan: &Plan) -> Vec<Demand> {
    let mut demands = Vec::new();
    for quota in QUOTAS {
        let mut taken: BTreeMap<Within, f64> = BTreeMap::new();
        for (instance, step) in &plan.steps {
            if step.action == Action::Delete {
                continue;
            }
            let planned = Planned {
                plan,
                instance,
                step,
            };
            for (within, more) in (quota.takes)(&planned) {
                *taken.entry(within).or_default() += more;
            }
        }
        let demand = |(within, more)| Demand {
            quota,
            within,
            more,
        };
        let taken = taken.into_iter().map(demand);
        let (own, rest): (Vec<_>, Vec<_>) =
            taken.partition(|demand| matches!(demand.within, Within::Itself(_)));
        demands.extend(rest.into_iter().filter(|demand| demand.more > 0.0));
        // Of many that each have the quota to themselves, the fullest decides.
        let fullest = own.into_iter().max_by(|a, b| a.more.total_cmp(&b.more));
        demands.extend(fullest);
    }
    demands
}

/// Whether there is room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// There is.
    Enough,
    /// There is, and more than four fifths are used then.
    Tight,
    /// There is not.
    Short,
}

/// Whether so much more fits.
pub fn room(limit: f64, used: f64, more: f64) -> Room {
    let then = used + more;
    if then > limit {
        Room::Short
    } else if then > limit * 0.8 {
        Room::Tight
    } else {
        Room::Enough
    }
}

impl Demand {
    /// The command that asks AWS for as much as is needed. Quotas of IAM are kept in one region
    /// [IAM user guide: quotas].
    pub fn request(&self, region: &str, used: f64) -> String {
        let region = match self.quota.service {
            "iam" => "us-east-1",
            _ => region,
        };
        format!(
            "aws service-quotas request-service-quota-increase --service-code {} --quota-code {} \
             --desired-value {} --region {region}",
            self.quota.service,
            self.quota.code,
            (used + self.more).ceil(),
        )
    }
}
