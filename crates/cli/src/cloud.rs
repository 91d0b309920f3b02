//! The connection to the clouds: real, or a sandbox.

use std::collections::BTreeMap;
use std::sync::Arc;

use ashore_engine::clock::{Clock, TokioClock};
use ashore_engine::kind::{Patience, Providers};
use ashore_engine::retry::patiently;
use ashore_engine::state::State;
use ashore_manifest::lower::Surroundings;
use ashore_providers::aws::live::{Aws, config};
use ashore_providers::aws::names::Names;
use ashore_providers::cloudflare::live::{API, Cloudflare, Transport};
use ashore_providers::outside::Outside;
use serde_json::{Value, json};

use crate::args::Global;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::project::Project;
use crate::sandbox::{self, Sandbox};

/// What commands act on.
pub(crate) struct Cloud {
    pub(crate) aws: Aws,
    pub(crate) cloudflare: Option<Cloudflare>,
    pub(crate) providers: Providers,
    pub(crate) clock: TokioClock,
    /// Who asks our URLs from outside.
    pub(crate) outside: Outside,
    /// Where we talk to, if not to AWS itself.
    endpoint: String,
}

impl Cloud {
    /// The wall clock, for people.
    pub(crate) fn timestamp(&self) -> jiff::Timestamp {
        self.clock.timestamp()
    }

    /// Connects, and finds out who we are.
    pub(crate) async fn connect(
        project: &Project,
        global: &Global,
        environment: &Environment,
    ) -> Result<Self, CommandError> {
        let region = project.manifest.region.as_str();
        let cannot =
            |failure| CommandError::of_failure("this machine cannot ask anybody", &failure);
        let (sdk, cloudflare, outside, endpoint, speed) = if global.sandbox {
            let world = project.sandbox_world();
            let sandbox = Sandbox::open(Some(&world), environment.now, sandbox::SPEED)?;
            let sandbox = Arc::new(sandbox);
            let transport = Transport::InProcess(sandbox.clone());
            let cloudflare = Cloudflare::new(transport, API, sandbox::token());
            let outside = Outside::InProcess(sandbox.clone());
            let sdk = config::in_process(region, sandbox);
            let endpoint = "sandbox".to_string();
            (sdk, Some(cloudflare), outside, endpoint, sandbox::SPEED)
        } else {
            let sdk = config::standard(region, global.profile.as_deref()).await;
            let base = environment.cloudflare_url.as_deref().unwrap_or(API);
            let cloudflare = match &environment.cloudflare_token {
                None => None,
                Some(token) => {
                    let transport = Transport::http().map_err(|failure| {
                        CommandError::of_failure("Cloudflare cannot be reached", &failure)
                    })?;
                    Some(Cloudflare::new(transport, base, token.clone()))
                }
            };
            let endpoint = environment
                .aws_endpoint
                .clone()
                .unwrap_or_else(|| "aws".into());
            let outside = match &environment.outside_url {
                Some(address) => Outside::twin(address.clone()),
                None => Outside::network(),
            };
            let outside = outside.map_err(cannot)?;
            (sdk, cloudflare, outside, endpoint, environment.clock_speed)
        };
        if project.manifest.dns.is_some() && cloudflare.is_none() {
            return Err(CommandError::new("E0411", "there is no Cloudflare token")
                .cause("the manifest's hostnames are in a Cloudflare zone")
                .advice(
                    "export CLOUDFLARE_API_TOKEN, with the rights Zone:Read and DNS:Edit on the \
                     zone",
                )
                .exit(Exit::Auth));
        }
        let clock = TokioClock::new(environment.now, speed);
        let aws = patiently(&clock, &Patience::DEFAULT, "who we are", || {
            Aws::connect(&sdk)
        });
        let aws = aws
            .await
            .map_err(|failure| CommandError::of_failure("AWS does not know us", &failure))?;
        let mut providers = ashore_providers::aws::providers(&aws);
        if let Some(cloudflare) = &cloudflare {
            providers.extend(ashore_providers::cloudflare::providers(cloudflare));
        }
        Ok(Self {
            aws,
            cloudflare,
            providers,
            clock,
            outside,
            endpoint,
        })
    }

    /// Pins an empty state to where we are; refuses a state that is pinned to somewhere else.
    pub(crate) fn pin(&self, state: &mut State) -> Result<(), CommandError> {
        let mut here = BTreeMap::from([
            ("account".to_string(), self.aws.account.clone()),
            ("region".to_string(), self.aws.region.clone()),
            ("endpoint".to_string(), self.endpoint.clone()),
        ]);
        // What another Cloudflare has not is not gone.
        if let Some(cloudflare) = &self.cloudflare {
            here.insert("cloudflare".to_string(), cloudflare.base().to_string());
        }
        let differs = |(key, now): (&String, &String)| {
            let pinned = state.pins.get(key).filter(|pinned| *pinned != now)?;
            Some(format!("{key}: the stack is in {pinned}, and we are in {now}"))
        };
        let differences: Vec<String> = here.iter().filter_map(differs).collect();
        if differences.is_empty() {
            state.pins.extend(here);
            return Ok(());
        }
        let mut error = CommandError::new("E0412", "this stack lives somewhere else")
            .advice("use the credentials, region and endpoint of the stack, or another --env")
            .exit(Exit::Refused);
        error.causes = differences;
        Err(error)
    }

    /// What the world adds to the manifest. Looked up once, both at a time, then pinned in the
    /// state.
    pub(crate) async fn surroundings(
        &self,
        project: &Project,
        state: &mut State,
    ) -> Result<Surroundings, CommandError> {
        let (zones, dns_zone) =
            futures_util::try_join!(self.zones(project, state), self.dns_zone(project, state))?;
        state.inputs.insert("zones".to_string(), json!(zones));
        if let Some(zone) = &dns_zone {
            state.inputs.insert("dns_zone".to_string(), zone.clone());
        }
        let id = dns_zone.as_ref().and_then(|zone| zone["id"].as_str());
        Ok(Surroundings {
            names: Names {
                stack: project.stack.clone(),
                account: self.aws.account.clone(),
                region: self.aws.region.clone(),
            },
            zones,
            dns_zone: id.map(str::to_string),
        })
    }

    async fn zones(&self, project: &Project, state: &State) -> Result<Vec<String>, CommandError> {
        let wanted = project.manifest.network.subnets.len();
        let pinned: Vec<String> = state
            .inputs
            .get("zones")
            .and_then(|zones| serde_json::from_value(zones.clone()).ok())
            .unwrap_or_default();
        if pinned.len() >= wanted {
            return Ok(pinned);
        }
        let there = patiently(&self.clock, &Patience::DEFAULT, "zones", || {
            self.aws.zones()
        });
        let there = there.await.map_err(|failure| {
            CommandError::of_failure("the region's zones cannot be read", &failure)
        })?;
        // What is pinned stays where it is; more zones come behind.
        let more = there.into_iter().filter(|zone| !pinned.contains(zone));
        Ok(pinned.iter().cloned().chain(more).take(wanted).collect())
    }

    /// Name and id of the DNS zone, as the state pins them.
    async fn dns_zone(
        &self,
        project: &Project,
        state: &State,
    ) -> Result<Option<Value>, CommandError> {
        let (Some(dns), Some(cloudflare)) = (&project.manifest.dns, &self.cloudflare) else {
            return Ok(None);
        };
        let name = dns.zone.to_string();
        let pinned = state.inputs.get("dns_zone");
        if let Some(zone) =
            pinned.filter(|zone| zone["name"] == name.as_str() && zone["id"].is_string())
        {
            return Ok(Some(zone.clone()));
        }
        let zone = patiently(&self.clock, &Patience::DEFAULT, "the DNS zone", || {
            cloudflare.zone(&name)
        });
        let zone = zone.await.map_err(|failure| {
            CommandError::of_failure(&format!("the zone `{name}` cannot be used"), &failure)
        })?;
        Ok(Some(json!({ "name": name, "id": zone.id })))
    }
}
