//! What the tasks of a service run on.

use std::collections::BTreeMap;

use ashore_engine::input::Input;
use serde::{Deserialize, Serialize};

/// What the tasks run on.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// Fargate, by the launch type.
    #[default]
    Fargate,
    /// Capacity providers of the cluster, each with its share.
    Providers(Vec<Share>),
    /// The instances of the cluster, one task on each: the service is a daemon, and how many tasks
    /// there are follows from the instances.
    Daemon,
}

/// One capacity provider's share of the tasks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Share {
    /// Its name.
    pub provider: Input<String>,
    /// So many tasks run there before any others are given out. At most one provider has a base.
    pub base: u32,
    /// Of the others so many parts run there.
    pub weight: u32,
}

/// The capacity providers that every account has.
pub const FARGATE: &str = "FARGATE";
/// Spare capacity of Fargate: AWS may take it back at two minutes' notice.
pub const FARGATE_SPOT: &str = "FARGATE_SPOT";

impl Capacity {
    pub(crate) fn is_fargate_alone(&self) -> bool {
        *self == Self::Fargate
    }

    /// Whether the number of tasks follows from the instances.
    pub(crate) fn is_daemon(&self) -> bool {
        *self == Self::Daemon
    }

    /// Whether tasks may have to wait for an instance.
    pub(crate) fn is_on_instances(&self) -> bool {
        match self {
            Self::Fargate => false,
            Self::Daemon => true,
            Self::Providers(shares) => shares.iter().any(|share| !is_fargate(&share.provider)),
        }
    }

    /// The part of the tasks that runs on Fargate on demand, the base left out; none without
    /// Fargate.
    pub(crate) fn on_demand(&self, tasks: u32) -> u32 {
        let Self::Providers(shares) = self else {
            return match self {
                Self::Fargate => tasks,
                _ => 0,
            };
        };
        let base: u32 = shares.iter().map(|share| share.base).sum();
        let weight: u32 = shares.iter().map(|share| share.weight).sum();
        let of = |share: &Share| match share.provider.known().map(String::as_str) {
            Some(FARGATE) => {
                let rest = tasks.saturating_sub(base);
                share.base.min(tasks) + (rest * share.weight).div_ceil(weight.max(1))
            }
            _ => 0,
        };
        shares.iter().map(of).sum()
    }

    /// Whether a service goes from the one to the other in place. Neither launch type nor
    /// scheduling strategy can be changed; providers can be added to a launch type of Fargate, and
    /// not taken off again without leaving it open which launch type is meant [ECS API:
    /// UpdateService, capacityProviderStrategy].
    pub(super) fn can_become(&self, wanted: &Self) -> bool {
        matches!(
            (self, wanted),
            (Self::Fargate, Self::Fargate)
                | (Self::Daemon, Self::Daemon)
                | (Self::Fargate | Self::Providers(_), Self::Providers(_))
        )
    }

    /// The shares by provider: their order says nothing. None if a provider is not known yet.
    pub(super) fn shares(&self) -> Option<BTreeMap<&str, (u32, u32)>> {
        let shares: &[Share] = match self {
            Self::Providers(shares) => shares,
            Self::Fargate | Self::Daemon => &[],
        };
        shares.iter().map(share_of).collect()
    }

    /// Whether both say the same.
    pub(super) fn same(&self, other: &Self) -> bool {
        let kind = std::mem::discriminant(self) == std::mem::discriminant(other);
        kind && self
            .shares()
            .is_some_and(|shares| Some(shares) == other.shares())
    }
}

fn share_of(share: &Share) -> Option<(&str, (u32, u32))> {
    let name = share.provider.known()?;
    Some((name.as_str(), (share.base, share.weight)))
}

fn is_fargate(provider: &Input<String>) -> bool {
    let name = provider.known().map(String::as_str);
    matches!(name, Some(FARGATE | FARGATE_SPOT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix(shares: &[(&str, u32, u32)]) -> Capacity {
        let share = |(provider, base, weight): &(&str, u32, u32)| Share {
            provider: provider.to_string().into(),
            base: *base,
            weight: *weight,
        };
        Capacity::Providers(shares.iter().map(share).collect())
    }

    #[test]
    fn a_launch_type_can_become_a_mix_and_nothing_else() {
        let spot = mix(&[(FARGATE_SPOT, 0, 1)]);
        let instances = mix(&[("hello", 0, 1)]);
        for (there, wanted, in_place) in [
            (&Capacity::Fargate, &spot, true),
            (&spot, &instances, true),
            (&spot, &Capacity::Fargate, false),
            (&Capacity::Daemon, &instances, false),
            (&instances, &Capacity::Daemon, false),
        ] {
            assert_eq!(there.can_become(wanted), in_place, "{there:?} {wanted:?}");
        }
    }

    #[test]
    fn the_order_of_shares_says_nothing() {
        let one = mix(&[(FARGATE, 1, 1), (FARGATE_SPOT, 0, 3)]);
        let other = mix(&[(FARGATE_SPOT, 0, 3), (FARGATE, 1, 1)]);
        assert!(one.same(&other));
        assert!(!one.same(&mix(&[(FARGATE, 1, 1), (FARGATE_SPOT, 0, 2)])));
    }

    #[test]
    fn only_what_runs_on_demand_on_fargate_takes_of_its_quota() {
        assert_eq!(Capacity::Fargate.on_demand(8), 8);
        assert_eq!(Capacity::Daemon.on_demand(8), 0);
        let mixed = mix(&[(FARGATE, 2, 1), (FARGATE_SPOT, 0, 2)]);
        assert_eq!(mixed.on_demand(8), 4);
        assert_eq!(mix(&[("hello", 0, 1)]).on_demand(8), 0);
    }
}
