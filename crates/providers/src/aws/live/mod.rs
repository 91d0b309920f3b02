//! The effect half of AWS: clients, classified errors, batched reads.

pub(crate) mod batch;
mod codes;
pub mod config;
pub(crate) mod ec2;
pub(crate) mod ecs;
pub(crate) mod efs;
pub(crate) mod elb;
pub mod existing;
pub(crate) mod failure;
pub(crate) mod foreign;
pub(crate) mod holders;
mod hosted_zones;
pub mod identity;
pub mod in_process;
mod machine_images;
pub(crate) mod pace;
mod quotas;
pub(crate) mod raw;
pub(crate) mod rds;
pub mod regions;
pub mod registry;
mod zones;

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use ashore_engine::failure::Failure;
use aws_config::Region;
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;

use batch::Batch;
pub use failure::ASSUME;
use failure::{failure, required};
pub use hosted_zones::HostedZone;
use identity::Heard;
pub use quotas::Standing;

use super::files::shelf::Shelf;
use super::image::local::Locals;
use super::secret::vault::Vault;

/// Where the global services of AWS live.
pub(crate) const FIRST_REGION: &str = "us-east-1";

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
    /// Where certificates of distributions are, whatever the region.
    pub(crate) acm_first: aws_sdk_acm::Client,
    pub(crate) classic: aws_sdk_elasticloadbalancing::Client,
    pub(crate) cloudfront: aws_sdk_cloudfront::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) ecr: aws_sdk_ecr::Client,
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) efs: aws_sdk_efs::Client,
    pub(crate) elb: aws_sdk_elasticloadbalancingv2::Client,
    pub(crate) groups: aws_sdk_autoscaling::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) rds: aws_sdk_rds::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) scaling: aws_sdk_applicationautoscaling::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
    pub(crate) quotas: aws_sdk_servicequotas::Client,
    pub(crate) shelf: Rc<Shelf>,
    pub(crate) vault: Rc<Vault>,
    pub(crate) waf: aws_sdk_wafv2::Client,
    /// The images of this machine that a run may have to push.
    pub images: Rc<Locals>,
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
        let in_first = config
            .to_builder()
            .region(Region::new(FIRST_REGION))
            .build();
        Ok(Self {
            region: required("sts:GetCallerIdentity", region)?,
            account: required("sts:GetCallerIdentity", caller.account)?,
            caller: required("sts:GetCallerIdentity", caller.arn)?,
            acm: aws_sdk_acm::Client::new(&config),
            acm_first: aws_sdk_acm::Client::new(&in_first),
            classic: aws_sdk_elasticloadbalancing::Client::new(&config),
            cloudfront: aws_sdk_cloudfront::Client::new(&config),
            ec2: aws_sdk_ec2::Client::new(&config),
            ecr: aws_sdk_ecr::Client::new(&config),
            ecs: aws_sdk_ecs::Client::new(&config),
            efs: aws_sdk_efs::Client::new(&config),
            elb: aws_sdk_elasticloadbalancingv2::Client::new(&config),
            groups: aws_sdk_autoscaling::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            rds: aws_sdk_rds::Client::new(&config),
            s3: aws_sdk_s3::Client::new(&config),
            scaling: aws_sdk_applicationautoscaling::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            ssm: aws_sdk_ssm::Client::new(&config),
            quotas: aws_sdk_servicequotas::Client::new(&config),
            shelf: Rc::default(),
            vault: Rc::default(),
            waf: aws_sdk_wafv2::Client::new(&config),
            images: Rc::default(),
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

    /// Where files that are to be uploaded lie.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// ACM in the region that is named in the ARN of a certificate.
    pub(crate) fn acm_of(&self, arn: &str) -> &aws_sdk_acm::Client {
        self.acm_in(arn.split(':').nth(3))
    }

    /// ACM in the region of the stack, or in the one where certificates of distributions are.
    pub(crate) fn acm_in(&self, region: Option<&str>) -> &aws_sdk_acm::Client {
        match region {
            Some(FIRST_REGION) => &self.acm_first,
            _ => &self.acm,
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
