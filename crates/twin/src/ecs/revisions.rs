//! Service revisions: what a deployment runs, fixed when it starts.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balancers::Balancer;
use super::connect::Connect;
use super::network::Network;
use super::registries::Registry;
use super::service::{Launch, Service};
use super::{Ecs, refuse};
use crate::clock::Millis;
use crate::operation::{Answer, Call};

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Revision {
    pub(super) arn: String,
    /// The task definition's ARN.
    pub(super) definition: String,
    pub(super) launch: Launch,
    /// `LATEST` or a number.
    pub(super) platform: String,
    pub(super) balancers: Vec<Balancer>,
    pub(super) network: Option<Network>,
    #[serde(default)]
    pub(super) registries: Vec<Registry>,
    #[serde(default)]
    pub(super) connect: Option<Connect>,
    pub(super) created: Millis,
}

impl Revision {
    /// Whether it is behind a classic load balancer.
    pub(super) fn is_classic(&self) -> bool {
        let mut all = self.balancers.iter();
        all.any(|it| it.load_balancer_name.is_some())
    }
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    if !input.has("serviceRevisionArns") {
        return Err(input.missing("serviceRevisionArns"));
    }
    let wanted = input.texts("serviceRevisionArns")?;
    input.finish()?;
    if wanted.len() > 20 {
        return Err(refuse::parameter(
            "You can describe up to 20 service revisions.",
        ));
    }
    let ecs = &call.here().ecs;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in wanted {
        let every = ecs.services.values();
        let mut revisions =
            every.flat_map(|service| service.revisions.values().map(move |it| (service, it)));
        match revisions.find(|(_, revision)| revision.arn == arn) {
            Some((service, revision)) => found.push(view(ecs, service, revision)),
            None => failures.push(json!({ "arn": arn, "reason": "MISSING" })),
        }
    }
    Ok(json!({ "serviceRevisions": found, "failures": failures }))
}

fn view(ecs: &Ecs, service: &Service, revision: &Revision) -> Value {
    let definition = ecs.definition(&revision.definition);
    let containers = definition
        .into_iter()
        .flat_map(|it| &it.spec.container_definitions);
    let images: Vec<Value> = containers
        .map(|it| json!({ "containerName": it.name, "image": it.image }))
        .collect();
    let mut view = json!({
        "serviceRevisionArn": revision.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": revision.definition,
        "loadBalancers": revision.balancers,
        "serviceRegistries": revision.registries,
        "networkConfiguration": revision.network.as_ref().map(Network::view),
        "containerImages": images,
        "guardDutyEnabled": false,
        "createdAt": revision.created.epoch_seconds(),
    });
    if revision.launch.is_fargate() {
        view["platformVersion"] = json!(revision.platform);
        view["platformFamily"] = json!("Linux");
    }
    if let Some(connect) = &revision.connect {
        view["serviceConnectConfiguration"] = connect.wish();
    }
    revision.launch.tell(&mut view);
    view
}
