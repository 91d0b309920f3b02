//! What services run on: the capacity providers that the cluster has for them.

use std::collections::BTreeMap;

use ashore_engine::graph::{Graph, Handle};
use ashore_engine::input::{Input, When};
use ashore_providers::aws::cluster_capacity::ClusterCapacity;
use ashore_providers::aws::service::{
    Capacity as EcsCapacity, FARGATE, FARGATE_SPOT, Share as EcsShare,
};

use super::ec2::Instances;
use super::ingress::Ways;
use super::network::Network;
use super::raw::shares_fargate;
use super::{LowerError, Lowering};
use crate::model::{Capacity, Service, Share};

/// What the cluster has for services to run on.
#[derive(Default)]
pub(super) struct Capacities {
    /// Both of Fargate's providers; none if no service names them, or the cluster is somebody else's.
    fargate: Option<Handle<ClusterCapacity>>,
    /// The instances of `[ec2]`.
    instances: Option<Instances>,
}

impl Lowering<'_> {
    pub(super) fn capacity(
        &mut self,
        network: &Network,
        ways: &BTreeMap<String, Ways>,
        cluster: &Input<String>,
    ) -> Result<Capacities, LowerError> {
        let mut services = self.manifest.services.values();
        let mixes = services.any(names_fargate);
        let ours = self.manifest.existing.cluster.is_none();
        let fargate = (mixes && ours).then(|| {
            let names = [FARGATE, FARGATE_SPOT].map(|name| Input::Known(name.to_string()));
            self.graph.add(
                "cluster/capacity[fargate]",
                &ClusterCapacity {
                    cluster: cluster.clone(),
                    providers: names.to_vec(),
                },
            )
        });
        let instances = match &self.manifest.ec2 {
            Some(ec2) => Some(self.instances(ec2, network, ways, cluster)?),
            None => None,
        };
        if let (Some(fargate), Some(own)) = (
            &fargate,
            instances.as_ref().and_then(|it| it.attached.as_ref()),
        ) {
            // Each replaces the whole list by what it has seen and its own.
            self.graph.after(
                own,
                fargate,
                When::Ready,
                "a cluster takes one change of its capacity providers at a time",
            );
        }
        Ok(Capacities { fargate, instances })
    }
}

impl Capacities {
    /// What a service runs on.
    pub(super) fn of(&self, service: &Service) -> EcsCapacity {
        let share = |provider: &str, share: Option<Share>| {
            share.map(|share| EcsShare {
                provider: Input::Known(provider.to_string()),
                base: share.base,
                weight: share.weight,
            })
        };
        match (service.capacity, &self.instances) {
            (Capacity::Fargate, _) | (Capacity::Instances { .. }, None) => EcsCapacity::Fargate,
            (Capacity::Mixed { fargate, spot }, _) => {
                let shares = share(FARGATE, fargate).into_iter();
                EcsCapacity::Providers(shares.chain(share(FARGATE_SPOT, spot)).collect())
            }
            (Capacity::Instances { daemon: true, .. }, Some(_)) => EcsCapacity::Daemon,
            (Capacity::Instances { .. }, Some(instances)) => {
                EcsCapacity::Providers(vec![EcsShare {
                    provider: instances.provider.clone(),
                    base: 0,
                    weight: 1,
                }])
            }
        }
    }

    /// What must be there before a service names it, and stays until the service is gone.
    pub(super) fn before(&self, graph: &mut Graph, running: &Handle<()>, service: &Service) {
        const WHY: &str = "a service is refused that names a capacity provider which the cluster \
                           does not have";
        let attached = match service.capacity {
            _ if names_fargate(service) => self.fargate.as_ref(),
            Capacity::Fargate | Capacity::Mixed { .. } => None,
            Capacity::Instances { .. } => {
                self.instances.as_ref().and_then(|it| it.attached.as_ref())
            }
        };
        if let Some(attached) = attached {
            graph.after(running, attached, When::Ready, WHY);
        }
    }
}

/// Does it name one of Fargate's providers, which our cluster must have then?
fn names_fargate(service: &Service) -> bool {
    match &service.raw {
        Some(raw) => raw.cluster.is_none() && shares_fargate(&raw.service),
        None => matches!(service.capacity, Capacity::Mixed { .. }),
    }
}
