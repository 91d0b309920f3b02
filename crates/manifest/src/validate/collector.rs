//! `observability.tracing`: the collector beside each service and worker.

use std::collections::BTreeMap;

use super::Rules;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{COLLECTOR, COLLECTOR_PORTS, ImageReference, Layout, Name, Network, Sidecar};
use crate::structure::dotted;

/// AWS's own distribution of the OpenTelemetry collector, pinned: what is in it decides what leaves the task.
const IMAGE: &str = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3";

/// One of the configurations that are in the image: OTLP and X-Ray in, X-Ray out.
const CONFIG: &str = "--config=/etc/ecs/ecs-xray.yaml";

/// What the collector may use, as AWS proposes for small loads.
const MEMORY_MIB: u32 = 128;

/// The collector, which stands where it is asked for. None if its name or its image were not ours to write, which a test sees.
pub(super) fn collector(place: &Span) -> Option<Sidecar> {
    let name = Name::parse(COLLECTOR).ok()?;
    let image = ImageReference::parse(IMAGE).ok()?;
    Some(Sidecar {
        name: Located::new(name, place.clone()),
        image: Located::new(image, place.clone()),
        // Traces are worth less than what is traced.
        essential: false,
        cpu: None,
        memory: Some(MEMORY_MIB),
        command: vec![CONFIG.to_owned()],
        entrypoint: Vec::new(),
        env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        ports: COLLECTOR_PORTS.to_vec(),
        depends_on: BTreeMap::new(),
        health: None,
    })
}

/// Says whether the collector has its name and its ports for itself, and the task a place for it.
pub(super) fn check_collector(
    cx: &mut Rules<'_>,
    path: &[&str],
    name: &Located<String>,
    port: Option<&Located<u16>>,
    sidecars: Option<&[Sidecar]>,
) -> bool {
    let sidecars = sidecars.unwrap_or_default();
    let same = sidecars.iter().map(|it| (it.name.as_str(), it.name.span()));
    let mut same = same.chain([(name.as_str(), name.span())]);
    let ports = |ports: &[u16]| ports.iter().any(|port| COLLECTOR_PORTS.contains(port));
    let told = |span, what: &str| {
        let message = format!("`{}` {what}", dotted(path));
        Diagnostic::new(Code::CollectorName, span, message)
            .help("give it another, or leave `observability.tracing` out")
    };
    if let Some((_, span)) = same.find(|(name, _)| *name == COLLECTOR) {
        cx.push(told(span, "has a container with the name of the collector"));
        return false;
    }
    let listening = sidecars.iter().find(|it| ports(&it.ports));
    let own = port.filter(|port| ports(&[*port.get()]));
    let listening = listening
        .map(|it| it.name.span())
        .or(own.map(Located::span));
    if let Some(span) = listening {
        cx.push(told(span, "has a container on a port of the collector"));
        return false;
    }
    true
}

/// The collector's image is in a registry of AWS's that has no private way to it.
pub(super) fn check_reached(cx: &mut Rules<'_>, network: &Network, tracing: Option<Span>) {
    if let (Layout::PrivateEndpoints, Some(place)) = (network.layout, tracing) {
        let message = format!("the image {IMAGE:?} of the collector cannot be pulled");
        cx.push(
            Diagnostic::new(Code::ImageOutOfReach, place, message)
                .label("no way leads from the tasks to public.ecr.aws")
                .help("take the key out, or write layout = \"private-nat\""),
        );
    }
}
