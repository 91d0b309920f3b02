use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed};
use aws_sdk_wafv2::types::WebAcl;

use super::{Change, Outputs, WebAclAssociation};
use crate::aws::live::Aws;
use crate::aws::live::elb;
use crate::aws::live::failure::{failure, required};
use crate::aws::load_balancer::{self, Layer};

const ASSOCIATE: &str = "wafv2:AssociateWebACL";
const DISASSOCIATE: &str = "wafv2:DisassociateWebACL";
const GET: &str = "wafv2:GetWebACLForResource";

impl Live for WebAclAssociation {
    type Client = Aws;

    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(resource) = self.resource.known() else {
            return Ok(Found::Absent); // nor is there a balancer yet
        };
        let Some(there) = of(aws, resource).await?.flatten() else {
            return Ok(Found::Absent);
        };
        if there.arn == self.web_acl {
            let resource = resource.clone();
            return Ok(Found::Ours(Outputs { resource }));
        }
        Ok(Found::Foreign(Foreign {
            who: format!(
                "the web ACL `{}` ({}) before {resource}",
                there.name, there.arn
            ),
            advice: "take that web ACL off the load balancer, or name it in the manifest".into(),
        }))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let there = of(aws, &outputs.resource).await?;
        Ok(there.map(|web_acl| Observed {
            spec: WebAclAssociation {
                resource: outputs.resource.clone().into(),
                web_acl: web_acl.map(|it| it.arn).unwrap_or_default(),
            },
            outputs: outputs.clone(),
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Associate => {
                let resource = elb::known(ASSOCIATE, &self.resource)?;
                let associate = aws.waf.associate_web_acl().web_acl_arn(&self.web_acl);
                let sent = associate.resource_arn(&resource).send().await;
                sent.map_err(|e| not_there(failure(ASSOCIATE, e), &self.web_acl))?;
                Ok(Outputs { resource })
            }
            Change::Disassociate => {
                let outputs = required(DISASSOCIATE, outputs)?;
                let disassociate = aws.waf.disassociate_web_acl();
                let sent = disassociate.resource_arn(&outputs.resource).send().await;
                sent.map_err(|e| failure(DISASSOCIATE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    /// An association bears no mark: those of the stack are those of its balancers.
    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = load_balancer::balancers(aws, Some(Layer::Application)).await?;
        let arns = all.into_iter().filter_map(|it| it.load_balancer_arn);
        let mut found = Vec::new();
        for resource in elb::of_stack(aws, arns.collect(), stack).await? {
            if of(aws, &resource).await?.flatten().is_some() {
                found.push(Outputs { resource });
            }
        }
        Ok(found)
    }
}

/// The web ACL before a balancer, if there is one. None if there is no balancer.
async fn of(aws: &Aws, resource: &str) -> Result<Option<Option<WebAcl>>, Failure> {
    let got = aws.waf.get_web_acl_for_resource().resource_arn(resource);
    match got.send().await.map_err(|e| failure(GET, e)) {
        Ok(got) => Ok(Some(got.web_acl)),
        Err(missing) if is_missing(&missing) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn is_missing(failure: &Failure) -> bool {
    failure.class == Class::Gone
}

/// WAF has one code for a web ACL that is not there and a balancer that is not; the balancer is.
fn not_there(mut failure: Failure, web_acl: &str) -> Failure {
    if failure.class != Class::Gone {
        return failure;
    }
    failure.class = Class::Invalid;
    failure.with_advice(format!(
        "is there a web ACL {web_acl}, of scope REGIONAL, in the region of the load balancer?"
    ))
}
