//! The connection to the clouds: real, or a sandbox.

use std::collections::BTreeMap;
use std::sync::Arc;

use ashore_engine::clock::{Clock, TokioClock};
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Patience, Providers};
use ashore_engine::retry::patiently;
use ashore_engine::state::State;
use ashore_manifest::model::DnsProvider;
use ashore_providers::aws::live::config::{self, SdkConfig};
use ashore_providers::aws::live::in_process::Service;
use ashore_providers::aws::live::registry::Registry;
use ashore_providers::aws::live::{ASSUME, Aws};
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
    /// Where images' blobs are read.
    pub(crate) registry: Registry,
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
        let ways = Ways::open(project, global, environment).await?;
        ways.check_token(project)?;
        let sdk = match &project.manifest.guard.role {
            Some(role) => config::in_role(&ways.sdk, role.get()).await,
            None => ways.sdk.clone(),
        };
        let aws = patiently(&ways.clock, &Patience::DEFAULT, "who we are", || {
            Aws::connect(&sdk)
        });
        let aws = match aws.await {
            Ok(aws) => aws,
            Err(failure) => return Err(ways.not_connected(project, &failure).await),
        };
        check_account(project, &aws)?;
        Ok(ways.to(aws.with_vault(vault)))
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

/// The ways to the clouds, before anybody was asked who we are.
pub(crate) struct Ways {
    pub(crate) sdk: SdkConfig,
    pub(crate) cloudflare: Option<Cloudflare>,
    /// What the world sees in the DNS.
    pub(crate) resolver: Resolver,
    pub(crate) clock: TokioClock,
    outside: Outside,
    registry: Registry,
    endpoint: String,
}

impl Ways {
    /// Finds the ways. Nobody is asked anything.
    pub(crate) async fn open(
        project: &Project,
        global: &Global,
        environment: &Environment,
    ) -> Result<Self, CommandError> {
        let region = project.manifest.region.as_str();
        if global.sandbox {
            // Somebody else's runs by tokio's clock as it is.
            let (sandbox, speed): (Arc<dyn Service>, f64) = match &environment.cloud {
                Some(cloud) => (cloud.clone(), 1.0),
                None => {
                    let world = project.sandbox_world();
                    let sandbox = Sandbox::open(Some(&world), environment.now, sandbox::SPEED)?;
                    (Arc::new(sandbox), sandbox::SPEED)
                }
            };
            let transport = Transport::InProcess(sandbox.clone());
            let token = sandbox::token();
            return Ok(Self {
                cloudflare: Some(Cloudflare::new(transport.clone(), API, token)),
                registry: Registry::new(transport.clone(), None),
                outside: Outside::InProcess(sandbox.clone(), sandbox::OUTSIDE.to_string()),
                resolver: Resolver::new(transport, DOH),
                sdk: config::in_process(region, sandbox),
                endpoint: "sandbox".to_string(),
                clock: TokioClock::new(environment.now, speed),
            });
        }
        let sdk = config::standard(region, global.profile.as_deref()).await;
        // One client for all: reading the machine's roots of trust is what a `plan` computes most.
        let client = client().map_err(|failure| {
            CommandError::of_failure("this machine cannot ask anybody", &failure)
        })?;
        let base = environment.cloudflare_url.as_deref().unwrap_or(API);
        let token = environment.cloudflare_token.as_ref();
        let cloudflare = token
            .map(|token| Cloudflare::new(Transport::Http(client.clone()), base, token.clone()));
        let endpoint = environment.aws_endpoint.clone();
        let outside = match &environment.outside_url {
            Some(address) => Outside::Through(client.clone(), address.clone()),
            None => Outside::Network(client.clone()),
        };
        let base = environment.resolver_url.as_deref().unwrap_or(DOH);
        Ok(Self {
            sdk,
            cloudflare,
            registry: Registry::new(Transport::Http(client.clone()), endpoint.clone()),
            resolver: Resolver::new(Transport::Http(client), base),
            clock: TokioClock::new(environment.now, environment.clock_speed),
            outside,
            endpoint: endpoint.unwrap_or_else(|| "aws".into()),
        })
    }

    /// Refuses to go on without a token where the manifest needs one.
    pub(crate) fn check_token(&self, project: &Project) -> Result<(), CommandError> {
        let dns = project.manifest.dns.as_ref().map(|dns| dns.provider);
        if dns != Some(DnsProvider::Cloudflare) || self.cloudflare.is_some() {
            return Ok(());
        }
        Err(CommandError::new("E0411", "there is no Cloudflare token")
            .cause("the manifest's hostnames are in a Cloudflare zone")
            .advice(
                "export CLOUDFLARE_API_TOKEN, with the rights Zone:Read and DNS:Edit on the zone",
            )
            .exit(Exit::Auth))
    }

    /// Why we are nobody: if it is for the environment's role, who may not take it on.
    async fn not_connected(&self, project: &Project, failure: &Failure) -> CommandError {
        match &project.manifest.guard.role {
            Some(role) if failure.operation == ASSUME && failure.class == Class::Denied => {
                let caller = Aws::connect(&self.sdk).await.ok().map(|aws| aws.caller);
                role_refused(role.get(), caller.as_deref(), failure)
            }
            _ => CommandError::of_failure("AWS does not know us", failure),
        }
    }

    /// What commands act on, by these ways.
    pub(crate) fn to(&self, aws: Aws) -> Cloud {
        let mut providers = ashore_providers::aws::providers(&aws);
        if let Some(cloudflare) = &self.cloudflare {
            providers.extend(ashore_providers::cloudflare::providers(cloudflare));
        }
        providers.extend(ashore_providers::manual::providers(&self.resolver));
        Cloud {
            aws,
            cloudflare: self.cloudflare.clone(),
            providers,
            clock: self.clock.clone(),
            outside: self.outside.clone(),
            registry: self.registry.clone(),
            endpoint: self.endpoint.clone(),
        }
    }
}

/// A role that may not be taken on: STS says that of a role that is not there, of one that does
/// not trust the caller, and of a caller whose own policies do not allow it, all in the same words
/// [STS API: AssumeRole].
pub(crate) fn role_refused(role: &str, caller: Option<&str>, failure: &Failure) -> CommandError {
    let caller = caller.unwrap_or("the caller");
    let mut error = CommandError::new("E0402", format!("the role {role} may not be taken on"))
        .cause(failure.to_string())
        .advice(format!(
            "see that the role is there, and that its trust policy allows sts:AssumeRole to the \
             principal {caller}"
        ))
        .advice(format!(
            "see that the policies of {caller} allow sts:AssumeRole on {role}: a role of another \
             account needs that too"
        ))
        .exit(Exit::Auth);
    let request = failure.request_id.iter();
    error
        .causes
        .extend(request.map(|id| format!("request {id}")));
    error
}

/// Refuses another account than the environment's.
pub(crate) fn check_account(project: &Project, aws: &Aws) -> Result<(), CommandError> {
    let pinned = project.manifest.guard.account.as_ref();
    let Some(account) = pinned.filter(|it| *it.get() != aws.account) else {
        return Ok(());
    };
    let what = format!(
        "`{}` may be deployed to account {} only",
        project.stack,
        account.get()
    );
    Err(CommandError::new("E0413", what)
        .cause(format!("we are {} in account {}", aws.caller, aws.account))
        .advice("use credentials of that account, or another --env")
        .exit(Exit::Refused))
}
