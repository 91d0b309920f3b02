//! Machine images: the newest that AWS recommends for instances of ECS.

use ashore_engine::failure::Failure;

use super::Aws;
use super::failure::{failure, required};

impl Aws {
    /// The id of the newest image of Amazon Linux 2023 for ECS, for Arm or for Intel and AMD. AWS
    /// names it in a public parameter [ECS developer guide: retrieving ECS-optimized AMI metadata].
    ///
    /// # Errors
    /// If AWS does not tell.
    pub async fn machine_image(&self, arm: bool) -> Result<String, Failure> {
        const OPERATION: &str = "ssm:GetParameter";
        const FAMILY: &str = "/aws/service/ecs/optimized-ami/amazon-linux-2023";
        let name = match arm {
            true => format!("{FAMILY}/arm64/recommended/image_id"),
            false => format!("{FAMILY}/recommended/image_id"),
        };
        let answer = self.ssm.get_parameter().name(name).send().await;
        let parameter = answer.map_err(|e| failure(OPERATION, e))?.parameter;
        required(OPERATION, parameter.and_then(|it| it.value))
    }
}
