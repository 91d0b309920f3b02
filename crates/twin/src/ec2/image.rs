//! Machine images: the ECS-optimised ones that public parameters name, and no others.

use serde_json::{Value, json};

use super::describe::Query;
use super::filter::Table;
use super::request::finish;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::ssm;

/// A machine image.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Who owns the images.
const OWNER: &str = "591542846629";

/// The size of their root volume in GiB, and where it is attached [ECS developer guide: ECS-optimized AMI storage].
pub(super) const ROOT_SIZE: i64 = 30;
pub(super) const ROOT_DEVICE: &str = "/dev/xvda";

const FILTERS: Table = &[
    ("architecture", "architecture"),
    (
        "block-device-mapping.device-name",
        "blockDeviceMapping.deviceName",
    ),
    ("description", "description"),
    ("hypervisor", "hypervisor"),
    ("image-id", "imageId"),
    ("image-type", "imageType"),
    ("is-public", "isPublic"),
    ("name", "name"),
    ("owner-alias", "imageOwnerAlias"),
    ("owner-id", "imageOwnerId"),
    ("root-device-name", "rootDeviceName"),
    ("root-device-type", "rootDeviceType"),
    ("state", "imageState"),
    ("virtualization-type", "virtualizationType"),
];

impl Image {
    pub(crate) fn architecture(&self) -> &'static str {
        if self.name.contains("arm64") {
            "arm64"
        } else {
            "x86_64"
        }
    }

    /// The snapshot of its root volume.
    pub(super) fn snapshot(&self) -> String {
        self.id.replacen("ami-", "snap-", 1)
    }

    fn show(&self) -> Value {
        json!({
            "imageId": self.id,
            "imageLocation": format!("amazon/{}", self.name),
            "imageState": "available",
            "imageOwnerId": OWNER,
            "imageOwnerAlias": "amazon",
            "isPublic": true,
            "architecture": self.architecture(),
            "imageType": "machine",
            "name": self.name,
            "description": "Amazon Linux AMI with Amazon ECS optimization",
            "platformDetails": "Linux/UNIX",
            "usageOperation": "RunInstances",
            "rootDeviceType": "ebs",
            "rootDeviceName": ROOT_DEVICE,
            "blockDeviceMapping": [{
                "deviceName": ROOT_DEVICE,
                "ebs": {
                    "snapshotId": self.snapshot(),
                    "volumeSize": ROOT_SIZE,
                    "volumeType": "gp3",
                    "deleteOnTermination": true,
                    "encrypted": false,
                },
            }],
            "virtualizationType": "hvm",
            "hypervisor": "xen",
            "enaSupport": true,
            "imdsSupport": "v2.0",
            "bootMode": "uefi-preferred",
            "creationDate": Millis::START.iso8601(),
        })
    }
}

/// The image with this id.
pub(crate) fn find(region: &str, id: &str) -> Result<Image, Refusal> {
    let hex = id.strip_prefix("ami-").unwrap_or_default();
    if hex.is_empty() || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Refusal::new(
            "InvalidAMIID.Malformed",
            format!("Invalid id: \"{id}\""),
        ));
    }
    let mut all = all(region).into_iter();
    all.find(|image| image.id == id).ok_or_else(|| {
        Refusal::new(
            "InvalidAMIID.NotFound",
            format!("The image id '[{id}]' does not exist"),
        )
    })
}

fn all(region: &str) -> Vec<Image> {
    let images = ssm::images(region).into_iter();
    images
        .map(|(id, name)| Image {
            id,
            name: name.to_owned(),
        })
        .collect()
}

/// `DescribeImages`
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("ImageId")?;
    let owners = input.texts("Owner")?;
    input.accept("ExecutableBy", &[json!(["all"])])?;
    input.boolean("IncludeDeprecated")?;
    input.boolean("IncludeDisabled")?;
    let query = Query::with(&mut input, "", FILTERS)?;
    finish(input)?;
    let mut images = match ids.is_empty() {
        true => all(&call.region),
        false => ids
            .iter()
            .map(|id| find(&call.region, id))
            .collect::<Result<Vec<Image>, Refusal>>()?,
    };
    let of_amazon = |owner: &String| owner == "amazon" || owner == OWNER;
    if !owners.is_empty() && !owners.iter().any(of_amazon) {
        images.clear();
    }
    query.page("imagesSet", images.iter().map(Image::show).collect())
}
