//! The effect half of AWS: clients, classified errors, batched reads.

pub(crate) mod batch;
mod codes;
pub mod config;
pub(crate) mod ec2;
pub(crate) mod ecs;
pub(crate) mod elb;
pub mod existing;
pub(crate) mod failure;
pub(crate) mod foreign;
pub(crate) mod holders;
mod hosted_zones;
pub mod identity;
pub mod in_process;
pub(crate) mod pace;
mod quotas;
pub mod regions;
mod zones;

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use ashore_engine::failure::Failure;
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;

use batch::Batch;
pub use failure::ASSUME;
use failure::{failure, required};
pub use hosted_zones::HostedZone;
use identity::Heard;
pub use quotas::Standing;

use super::secret::vault::Vault;

/// Everything that AWS kinds talk through. Cheap to clone.
#[derive(Clone)]
pub struct Aws {
    /// The region of the stack.
    pub region: String,
    /// The account, 12 digits.
    pub account: String,
    /// Who we are: an ARN.
    pub caller: String,
    pub(crate) acm: aws_sdk_acm::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) elb: aws_sdk_elasticloadbalancingv2::Client,
    pub(crate) events: aws_sdk_eventbridge::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) scaling: aws_sdk_applicationautoscaling::Client,
    pub(crate) scheduler: aws_sdk_scheduler::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
    pub(crate) quotas: aws_sdk_servicequotas::Client,
    pub(crate) vault: Rc<Vault>,
    pub(crate) route53: aws_sdk_route53::Client,
    batches: Rc<RefCell<BTreeMap<&'static str, Rc<dyn Any>>>>,
}

impl Aws {
    /// Connects, and asks who we are. The SDK's own retries are off: it would send a create
    /// again that has no token and was applied already (`failures.md` 0.1).
    ///
    /// # Errors
    /// If the credentials do not count, or AWS cannot be reached.
    pub async fn connect(config: &SdkConfig) -> Result<Self, Failure> {
        Self::connect_and_hear(config, &Heard::default()).await
    }

    /// The same; what time it is where the answer comes from is written down, also if it is a
    /// refusal.
    ///
    /// # Errors
    /// As [`Aws::connect`].
    pub async fn connect_and_hear(config: &SdkConfig, heard: &Heard) -> Result<Self, Failure> {
        let config = config
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .build();
        let caller = aws_sdk_sts::Client::new(&config)
            .get_caller_identity()
            .customize()
            .interceptor(heard.clone())
            .send()
            .await;
        let caller = caller.map_err(|e| failure("sts:GetCallerIdentity", e))?;
        let region = config.region().map(ToString::to_string);
        Ok(Self {
            region: required("sts:GetCallerIdentity", region)?,
            account: required("sts:GetCallerIdentity", caller.account)?,
            caller: required("sts:GetCallerIdentity", caller.arn)?,
            acm: aws_sdk_acm::Client::new(&config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            ec2: aws_sdk_ec2::Client::new(&config),
            ecs: aws_sdk_ecs::Client::new(&config),
            elb: aws_sdk_elasticloadbalancingv2::Client::new(&config),
            events: aws_sdk_eventbridge::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            scaling: aws_sdk_applicationautoscaling::Client::new(&config),
            scheduler: aws_sdk_scheduler::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            sns: aws_sdk_sns::Client::new(&config),
            ssm: aws_sdk_ssm::Client::new(&config),
            quotas: aws_sdk_servicequotas::Client::new(&config),
            vault: Rc::default(),
            route53: aws_sdk_route53::Client::new(&config),
            batches: Rc::default(),
        })
    }

    /// With the values that secrets are to hold.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self {
            vault: Rc::new(vault),
            ..self
        }
    }

    /// The ARN of a thing here. The partition is that of the caller: `aws`, `aws-cn`, `aws-us-gov`.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        let partition = self.caller.split(':').nth(1).unwrap_or("aws");
        let (region, account) = (&self.region, &self.account);
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// The batch of that name: reads that are wanted together go out as one.
    pub(crate) fn batch<V, F>(
        &self,
        name: &'static str,
        limit: usize,
        fetch: impl Fn(Aws, Vec<String>) -> F + 'static,
    ) -> Rc<Batch<V>>
    where
        V: Clone + 'static,
        F: Future<Output = Result<BTreeMap<String, V>, Failure>> + 'static,
    {
        let mut batches = self.batches.borrow_mut();
        let batch = batches.entry(name).or_insert_with(|| {
            // With batches of its own, so that no batch keeps itself alive.
            let aws = Self {
                batches: Rc::default(),
                ..self.clone()
            };
            Rc::new(Batch::new(limit, move |keys| fetch(aws.clone(), keys)))
        });
        let batch = Rc::clone(batch);
        batch.downcast().expect("a batch name stands for one type")
    }
}
