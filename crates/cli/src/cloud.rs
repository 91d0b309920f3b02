//! The connection to the clouds: real, or a sandbox.

use std::collections::BTreeMap;
use std::sync::Arc;

use ashore_engine::clock::{Clock, TokioClock};
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Patience, Providers};
use ashore_engine::retry::patiently;
use ashore_engine::state::State;
use ashore_manifest::model::DnsProvider;
use ashore_providers::aws::live::{Aws, config};
use ashore_providers::aws::secret::vault::Vault;
use ashore_providers::cloudflare::live::{API, Cloudflare, Transport, client};
use ashore_providers::manual::live::{DOH, Resolver};
use ashore_providers::outside::Outside;

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
        vault: Vault,
    ) -> Result<Self, CommandError> {
        let region = project.manifest.region.as_str();
        let cannot =
            |failure| CommandError::of_failure("this machine cannot ask anybody", &failure);
        let (sdk, cloudflare, outside, resolver, endpoint, speed) = if global.sandbox {
            let world = project.sandbox_world();
            let sandbox = Sandbox::open(Some(&world), environment.now, sandbox::SPEED)?;
            let sandbox = Arc::new(sandbox);
            let transport = Transport::InProcess(sandbox.clone());
            let cloudflare = Cloudflare::new(transport, API, sandbox::token());
            let outside = Outside::InProcess(sandbox.clone(), sandbox::OUTSIDE.to_string());
            let resolver = Resolver::new(Transport::InProcess(sandbox.clone()), DOH);
            let sdk = config::in_process(region, sandbox);
            let endpoint = "sandbox".to_string();
            (
                sdk,
                Some(cloudflare),
                outside,
                resolver,
                endpoint,
                sandbox::SPEED,
            )
        } else {
            let sdk = config::standard(region, global.profile.as_deref()).await;
            // One client for all: reading the machine's roots of trust is what a `plan` computes most.
            let client = client().map_err(cannot)?;
            let base = environment.cloudflare_url.as_deref().unwrap_or(API);
            let cloudflare = environment
                .cloudflare_token
                .as_ref()
                .map(|token| Cloudflare::new(Transport::Http(client.clone()), base, token.clone()));
            let endpoint = environment
                .aws_endpoint
                .clone()
                .unwrap_or_else(|| "aws".into());
            let outside = match &environment.outside_url {
                Some(address) => Outside::Through(client.clone(), address.clone()),
                None => Outside::Network(client.clone()),
            };
            let base = environment.resolver_url.as_deref().unwrap_or(DOH);
            let resolver = Resolver::new(Transport::Http(client), base);
            (
                sdk,
                cloudflare,
                outside,
                resolver,
                endpoint,
                environment.clock_speed,
            )
        };
        let dns = project.manifest.dns.as_ref().map(|dns| dns.provider);
        if dns == Some(DnsProvider::Cloudflare) && cloudflare.is_none() {
            return Err(CommandError::new("E0411", "there is no Cloudflare token")
                .cause("the manifest's hostnames are in a Cloudflare zone")
                .advice(
                    "export CLOUDFLARE_API_TOKEN, with the rights Zone:Read and DNS:Edit on the \
                     zone",
                )
                .exit(Exit::Auth));
        }
        let guard = &project.manifest.guard;
        let sdk = match &guard.role {
            Some(role) => config::in_role(&sdk, role.get()).await,
            None => sdk,
        };
        let clock = TokioClock::new(environment.now, speed);
        let aws = patiently(&clock, &Patience::DEFAULT, "who we are", || {
            Aws::connect(&sdk)
        });
        let aws = aws
            .await
            .map_err(|failure| CommandError::of_failure("AWS does not know us", &failure))?
            .with_vault(vault);
        if let Some(account) = guard.account.as_ref().filter(|it| *it.get() != aws.account) {
            let what = format!(
                "`{}` may be deployed to account {} only",
                project.stack,
                account.get()
            );
            return Err(CommandError::new("E0413", what)
                .cause(format!("we are {} in account {}", aws.caller, aws.account))
                .advice("use credentials of that account, or another --env")
                .exit(Exit::Refused));
        }
        let mut providers = ashore_providers::aws::providers(&aws);
        if let Some(cloudflare) = &cloudflare {
            providers.extend(ashore_providers::cloudflare::providers(cloudflare));
        }
        providers.extend(ashore_providers::manual::providers(&resolver));
        Ok(Self {
            aws,
            cloudflare,
            providers,
            clock,
            outside,
            endpoint,
        })
    }

    /// Reads something outside of a run: with a deadline, and again where that helps.
    pub(crate) async fn read<T, F>(&self, what: &str, ask: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        patiently(&self.clock, &Patience::DEFAULT, what, ask).await
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
            Some(format!(
                "{key}: the stack is in {pinned}, and we are in {now}"
            ))
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
}
