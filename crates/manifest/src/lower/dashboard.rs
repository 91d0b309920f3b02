//! `observability.dashboard`: what services and workers use, and what their load balancers see of them, on one page.

use ashore_engine::input::Input;
use ashore_providers::aws::alarm::Watch;
use ashore_providers::aws::dashboard::{Dashboard, Graph};
use ashore_providers::aws::target_group::TargetGroup;

use super::Lowering;
use super::service::Behind;
use super::targets::is_usual;
use crate::model::{Ingress, Service};

/// The longest name [CloudWatch API: PutDashboard].
const NAME_MAX: usize = 255;

impl Lowering<'_> {
    /// Adds the graphs of a service, by its ARN and the balancers that it is behind.
    pub(super) fn show(&mut self, service: &Service, running: &Input<String>, behind: &[Behind]) {
        if !self.manifest.observability.dashboard {
            return;
        }
        let path = service.path();
        let mut show = |title: String, lines: Vec<Watch>| self.graphs.push(Graph { title, lines });
        let arn = || running.clone();
        show(
            format!("{path}: cpu and memory, in percent"),
            vec![
                Watch::Cpu { service: arn() },
                Watch::Memory { service: arn() },
            ],
        );
        for behind in behind {
            let of = match is_usual(&behind.name) {
                true => path.clone(),
                false => format!("{path} behind {}", behind.name),
            };
            let load_balancer = || behind.balancer.clone();
            let target_group = || behind.group.get(TargetGroup::ARN);
            // A network load balancer knows no requests.
            if !matches!(service.ingress, Ingress::Stream(..)) {
                let requests = Watch::Requests {
                    load_balancer: load_balancer(),
                    target_group: target_group(),
                };
                let errors = Watch::Errors {
                    load_balancer: load_balancer(),
                    target_group: target_group(),
                };
                show(
                    format!("{of}: requests and errors a minute"),
                    vec![requests, errors],
                );
                let latency = Watch::Latency {
                    load_balancer: load_balancer(),
                    target_group: target_group(),
                };
                show(format!("{of}: seconds to answer"), vec![latency]);
            }
            let unhealthy = Watch::Unhealthy {
                load_balancer: load_balancer(),
                target_group: target_group(),
            };
            show(format!("{of}: tasks that are not well"), vec![unhealthy]);
        }
    }

    /// The dashboard, if there is one. It stands in no region, so that its name tells which.
    pub(super) fn dashboard(&mut self) {
        if self.graphs.is_empty() {
            return;
        }
        let dashboard = Dashboard {
            name: self.surroundings.names.global("dashboard", NAME_MAX),
            graphs: std::mem::take(&mut self.graphs),
            tags: self.tags(),
        };
        self.graph.add("observability/dashboard", &dashboard);
    }
}
