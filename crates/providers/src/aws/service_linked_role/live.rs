use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};

use super::{Change, Outputs, ServiceLinkedRole};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

/// Under this path, and only there, stand service-linked roles [IAM user guide].
const PATH: &str = "/aws-service-role/";

// Ready at once: a service that does not see it yet refuses, and is asked again as eventual.
impl Live for ServiceLinkedRole {
    type Client = Aws;

    /// By the path, which bears the service's name: role names follow no rule
    /// (`AWSServiceRoleForECS`, but `AWSServiceRoleForElasticLoadBalancing`).
    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let path = format!("{PATH}{}/", self.service);
        let mut roles = aws
            .iam
            .list_roles()
            .path_prefix(path)
            .into_paginator()
            .items()
            .send();
        Ok(match roles.next().await {
            Some(role) => {
                let role = role.map_err(|e| failure("iam:ListRoles", e))?;
                Found::Shared(Outputs {
                    name: role.role_name,
                    arn: role.arn,
                })
            }
            None => Found::Absent,
        })
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let got = aws.iam.get_role().role_name(&outputs.name).send().await;
        let role = match got.map_err(|e| failure("iam:GetRole", e)) {
            Ok(got) => required("iam:GetRole", got.role)?,
            Err(error) if error.class == Class::Gone => return Ok(None),
            Err(error) => return Err(error),
        };
        let service = role.path.strip_prefix(PATH).unwrap_or_default();
        Ok(Some(Observed {
            spec: ServiceLinkedRole {
                service: service.trim_end_matches('/').to_string(),
            },
            outputs: outputs.clone(),
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &Context,
        Change::Create: &Change,
        _: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let create = aws.iam.create_service_linked_role();
        let created = create.aws_service_name(&self.service).send().await;
        let created = created.map_err(|e| failure("iam:CreateServiceLinkedRole", e))?;
        let role = required("iam:CreateServiceLinkedRole", created.role)?;
        Ok(Outputs {
            name: role.role_name,
            arn: role.arn,
        })
    }

    async fn list(_: &Aws, _: &StackName) -> Result<Vec<Outputs>, Failure> {
        Ok(Vec::new()) // it bears nobody's mark
    }
}
