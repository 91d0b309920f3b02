//! What somebody else owns and a stack is built on: read, checked, and never changed.
//!
//! One file reads one noun; `fit` tells what does not go together. All mistakes are told at
//! once.

mod certificate;
mod cluster;
mod fit;
mod listener;
mod load_balancer;
mod parameter;
mod routes;
mod secret;
mod security_group;
mod subnet;
mod vpc;

use ashore_engine::failure::{Class, Failure};

use super::Aws;

pub use certificate::Certificate;
pub use cluster::Cluster;
pub use listener::Listener;
pub use load_balancer::LoadBalancer;
pub use secret::Secret;
pub use security_group::SecurityGroup;
pub use subnet::Subnet;
pub use vpc::Vpc;

/// What is to be there: ids, names or ARNs, as the manifest has them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Named {
    /// The id of the VPC.
    pub vpc: Option<String>,
    /// Ids of subnets.
    pub subnets: Vec<String>,
    /// Ids of security groups.
    pub security_groups: Vec<String>,
    /// Name or ARN of the cluster.
    pub cluster: Option<String>,
    /// Name or ARN of the load balancer.
    pub load_balancer: Option<String>,
    /// The ARN of the listener.
    pub listener: Option<String>,
    /// The ARN of the certificate.
    pub certificate: Option<String>,
}

/// What it is to be good for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Purpose {
    /// The names under which services are to be reached by HTTPS.
    pub hostnames: Vec<String>,
    /// Whether a load balancer will be made in these subnets.
    pub makes_balancer: bool,
}

/// What is there. What was not named is empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Existing {
    /// The VPC.
    pub vpc: Option<Vpc>,
    /// The subnets, in the order in which they were named.
    pub subnets: Vec<Subnet>,
    /// The security groups, in that order.
    pub security_groups: Vec<SecurityGroup>,
    /// The cluster.
    pub cluster: Option<Cluster>,
    /// The load balancer.
    pub load_balancer: Option<LoadBalancer>,
    /// The listener.
    pub listener: Option<Listener>,
    /// The listener's certificates, if all of them are known to ACM.
    pub listener_certificates: Option<Vec<Certificate>>,
    /// The certificate.
    pub certificate: Option<Certificate>,
}

impl Aws {
    /// Reads what is named, and checks that it is there, goes together, and is good for its
    /// purpose.
    ///
    /// # Errors
    /// With everything that does not fit, or if something cannot be read: denied is not absent.
    pub async fn existing(&self, named: &Named, purpose: &Purpose) -> Result<Existing, Failure> {
        let (vpc, subnets, groups, cluster, balancer, listener, certificate) = futures_util::join!(
            one(named.vpc.as_ref(), |id| vpc::read(self, id)),
            subnet::read(self, &named.subnets),
            security_group::read(self, &named.security_groups),
            one(named.cluster.as_ref(), |it| cluster::read(self, it)),
            one(named.load_balancer.as_ref(), |it| load_balancer::read(
                self, it
            )),
            one(named.listener.as_ref(), |arn| listener::read(self, arn)),
            one(named.certificate.as_ref(), |arn| certificate::read(
                self, arn
            )),
        );
        let mut existing = Existing {
            vpc: vpc?,
            subnets: subnets?,
            security_groups: groups?,
            cluster: cluster?,
            load_balancer: balancer?,
            listener: listener?,
            listener_certificates: None,
            certificate: certificate?,
        };
        routes::learn(self, &mut existing.subnets).await?;
        if let Some(listener) = &existing.listener {
            existing.listener_certificates = listener::certificates(self, listener).await?;
        }
        let misfits = fit::misfits(named, &existing, purpose);
        let mut misfits = misfits.into_iter();
        match misfits.next() {
            None => Ok(existing),
            Some(first) => Err(
                Failure::new(Class::Invalid, "existing", "DoesNotFit", first)
                    .with_evidence(misfits)
                    .with_advice("correct [existing] in the manifest"),
            ),
        }
    }
}

/// Reads it if it is named.
async fn one<'a, T, F>(
    named: Option<&'a String>,
    read: impl FnOnce(&'a str) -> F,
) -> Result<Option<T>, Failure>
where
    F: Future<Output = Result<Option<T>, Failure>>,
{
    match named {
        Some(which) => read(which).await,
        None => Ok(None),
    }
}

/// In the order in which they were named, each once.
fn in_order<T>(named: &[String], mut found: Vec<T>, id: impl Fn(&T) -> &String) -> Vec<T> {
    found.sort_by_key(|one| named.iter().position(|name| name == id(one)));
    found.dedup_by(|left, right| id(left) == id(right));
    found
}

/// There is none of that name.
fn absent(aws: &Aws, operation: &str, what: &str) -> Failure {
    let message = format!(
        "there is no {what} in {} of account {}",
        aws.region, aws.account
    );
    Failure::new(Class::Invalid, operation, "NotThere", message)
        .with_advice("make it, or correct its name in the manifest")
}
