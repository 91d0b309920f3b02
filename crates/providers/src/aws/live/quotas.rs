//! How much there may be, and how much is there: what a quota is measured by.

use ashore_engine::failure::{Class, Failure};
use aws_sdk_acm::types::{Filters, KeyAlgorithm};
use aws_sdk_ec2::types::Filter;
use aws_sdk_ecs::types::{LaunchType, Task};
use aws_sdk_iam::types::SummaryKeyType;
use futures_util::future::try_join_all;

use super::Aws;
use super::ec2::filter;
use super::failure::{failure, required};
use crate::aws::classic_balancer;
use crate::aws::load_balancer::{Layer, balancers};
use crate::aws::quota::{Counted, Demand, Quota, Within};

const GET: &str = "servicequotas:GetServiceQuota";
const GET_DEFAULT: &str = "servicequotas:GetAWSDefaultServiceQuota";
const SUMMARY: &str = "iam:GetAccountSummary";
const CERTIFICATES: &str = "acm:ListCertificates";
/// Tasks in one `DescribeTasks` [ECS API: DescribeTasks].
const TASKS_MAX: usize = 100;

/// How a quota stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Standing {
    /// So much may be used.
    pub limit: f64,
    /// So much is.
    pub used: f64,
}

impl Aws {
    /// How the quota of a demand stands now. Everybody's use counts, not only ours.
    ///
    /// # Errors
    /// If the limit, or what is there, may not be read.
    pub async fn standing(&self, demand: &Demand) -> Result<Standing, Failure> {
        if demand.quota.counted == Counted::Roles {
            return self.roles().await;
        }
        let used = async {
            match &demand.within {
                Within::Planned(_) | Within::Itself(_) => Ok(0.0),
                Within::Account => self.used(demand.quota.counted, "").await,
                Within::Present(id) => self.used(demand.quota.counted, id).await,
            }
        };
        let (limit, used) = futures_util::try_join!(self.limit(demand.quota), used)?;
        Ok(Standing { limit, used })
    }

    /// The applied quota; the default where nobody has asked for another, which Service Quotas
    /// tells by an error [Service Quotas API: GetServiceQuota].
    async fn limit(&self, quota: &Quota) -> Result<f64, Failure> {
        let request = self.quotas.get_service_quota();
        let request = request.service_code(quota.service).quota_code(quota.code);
        let applied = match request.send().await.map_err(|e| failure(GET, e)) {
            Ok(answer) => answer.quota,
            Err(none) if none.class == Class::Gone => None,
            Err(failure) => return Err(failure),
        };
        if let Some(value) = applied.and_then(|quota| quota.value) {
            return Ok(value);
        }
        let request = self.quotas.get_aws_default_service_quota();
        let request = request.service_code(quota.service).quota_code(quota.code);
        let default = request.send().await.map_err(|e| failure(GET_DEFAULT, e))?;
        required(GET_DEFAULT, default.quota.and_then(|quota| quota.value))
    }

    /// IAM tells both at once, in every region.
    async fn roles(&self) -> Result<Standing, Failure> {
        let answer = self.iam.get_account_summary().send().await;
        let answer = answer.map_err(|e| failure(SUMMARY, e))?;
        let member = |key: SummaryKeyType| {
            let value = answer.summary_map().and_then(|all| all.get(&key));
            required(SUMMARY, value.map(|value| f64::from(*value)))
        };
        Ok(Standing {
            limit: member(SummaryKeyType::RolesQuota)?,
            used: member(SummaryKeyType::Roles)?,
        })
    }

    async fn used(&self, counted: Counted, id: &str) -> Result<f64, Failure> {
        let in_vpc = || vec![filter("vpc-id", vec![id.to_string()])];
        Ok(match counted {
            Counted::Vpcs => self.vpcs().await?,
            Counted::InternetGateways => self.internet_gateways().await?,
            Counted::SecurityGroups => self.security_groups().await?,
            Counted::Subnets => self.subnets(in_vpc()).await?,
            Counted::RouteTables => self.route_tables(in_vpc()).await?,
            Counted::ApplicationLoadBalancers => {
                balancers(self, Some(Layer::Application)).await?.len()
            }
            Counted::NetworkLoadBalancers => balancers(self, Some(Layer::Network)).await?.len(),
            Counted::ClassicLoadBalancers => classic_balancer::all(self).await?.len(),
            Counted::TargetGroups => self.target_groups().await?,
            Counted::Certificates => self.certificates().await?,
            Counted::Clusters => self.clusters().await?.len(),
            Counted::Services => self.services(id).await?,
            Counted::FargateCpus => return self.fargate_cpus().await,
            Counted::Roles => return Ok(self.roles().await?.used),
            Counted::Nothing => 0,
        } as f64)
    }

    async fn vpcs(&self) -> Result<usize, Failure> {
        let pages = self.ec2.describe_vpcs().into_paginator().items().send();
        let all: Result<Vec<_>, _> = pages.collect().await;
        Ok(all.map_err(|e| failure("ec2:DescribeVpcs", e))?.len())
    }

    async fn internet_gateways(&self) -> Result<usize, Failure> {
        let list = self.ec2.describe_internet_gateways();
        let all: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
        let all = all.map_err(|e| failure("ec2:DescribeInternetGateways", e))?;
        Ok(all.len())
    }

    async fn security_groups(&self) -> Result<usize, Failure> {
        let list = self.ec2.describe_security_groups();
        let all: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
        let all = all.map_err(|e| failure("ec2:DescribeSecurityGroups", e))?;
        Ok(all.len())
    }

    async fn subnets(&self, filters: Vec<Filter>) -> Result<usize, Failure> {
        let list = self.ec2.describe_subnets().set_filters(Some(filters));
        let all: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
        Ok(all.map_err(|e| failure("ec2:DescribeSubnets", e))?.len())
    }

    async fn route_tables(&self, filters: Vec<Filter>) -> Result<usize, Failure> {
        let list = self.ec2.describe_route_tables().set_filters(Some(filters));
        let all: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
        let all = all.map_err(|e| failure("ec2:DescribeRouteTables", e))?;
        Ok(all.len())
    }

    async fn target_groups(&self) -> Result<usize, Failure> {
        let list = self.elb.describe_target_groups();
        let all: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
        let all = all.map_err(|e| failure("elasticloadbalancing:DescribeTargetGroups", e))?;
        Ok(all.len())
    }

    /// Unless it is told which keys to include, the list has certificates with RSA keys of up to
    /// 2048 bits only [ACM API: ListCertificates].
    async fn certificates(&self) -> Result<usize, Failure> {
        let keys = [
            KeyAlgorithm::EcPrime256v1,
            KeyAlgorithm::EcSecp384r1,
            KeyAlgorithm::EcSecp521r1,
            KeyAlgorithm::Rsa1024,
            KeyAlgorithm::Rsa2048,
            KeyAlgorithm::Rsa3072,
            KeyAlgorithm::Rsa4096,
        ];
        let includes = Filters::builder().set_key_types(Some(keys.into()));
        let list = self.acm.list_certificates().includes(includes.build());
        let all: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
        Ok(all.map_err(|e| failure(CERTIFICATES, e))?.len())
    }

    async fn clusters(&self) -> Result<Vec<String>, Failure> {
        let list = self.ecs.list_clusters().into_paginator().items().send();
        let all: Result<Vec<_>, _> = list.collect().await;
        all.map_err(|e| failure("ecs:ListClusters", e))
    }

    async fn services(&self, cluster: &str) -> Result<usize, Failure> {
        let list = self.ecs.list_services().cluster(cluster);
        let all: Result<Vec<_>, _> = list.into_paginator().items().send().collect().await;
        Ok(all.map_err(|e| failure("ecs:ListServices", e))?.len())
    }

    async fn fargate_cpus(&self) -> Result<f64, Failure> {
        let clusters = self.clusters().await?;
        let of_clusters = clusters.iter().map(|cluster| self.cpus_in(cluster));
        let all = try_join_all(of_clusters).await?.into_iter();
        Ok(all.fold(0.0, |sum, cpus| sum + cpus)) // the sum of nothing would be -0
    }

    async fn cpus_in(&self, cluster: &str) -> Result<f64, Failure> {
        let list = self.ecs.list_tasks().cluster(cluster);
        let all: Result<Vec<String>, _> = list.into_paginator().items().send().collect().await;
        let all = all.map_err(|e| failure("ecs:ListTasks", e))?;
        let mut cpus = 0.0;
        for arns in all.chunks(TASKS_MAX) {
            let request = self.ecs.describe_tasks().cluster(cluster);
            let answer = request.set_tasks(Some(arns.to_vec())).send().await;
            let tasks = answer.map_err(|e| failure("ecs:DescribeTasks", e))?.tasks;
            cpus += tasks.unwrap_or_default().iter().map(vcpus).sum::<f64>();
        }
        Ok(cpus)
    }
}

/// What a task takes of the quota of Fargate on demand: what runs on spare capacity has another
/// one [ECS guide: Fargate quotas].
fn vcpus(task: &Task) -> f64 {
    let counts = task.launch_type() == Some(&LaunchType::Fargate)
        && task.capacity_provider_name() != Some("FARGATE_SPOT");
    let units = task.cpu().filter(|_| counts);
    let units = units.and_then(|units| units.parse::<f64>().ok());
    units.unwrap_or_default() / 1024.0
}
