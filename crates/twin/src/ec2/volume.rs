//! Volumes: the disks of instances, which come and go with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::Query;
use super::request::finish;
use super::resource::{Kind, Resource, View, view};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::tags::Tags;

/// A volume.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Volume {
    /// The instance that it is attached to.
    pub instance: Option<String>,
    pub(super) device: String,
    pub(super) kind: String,
    pub(super) size: i64,
    pub(super) iops: Option<i64>,
    pub(super) throughput: Option<i64>,
    /// Whether what is on it is encrypted.
    pub encrypted: bool,
    pub(super) key: Option<String>,
    pub(super) snapshot: Option<String>,
    pub(super) zone: String,
    pub(super) dies_with_instance: bool,
    pub(super) tags: Tags,
    pub(super) created: Millis,
}

/// Ids of volumes.
pub(super) const KIND: Kind = Kind {
    prefix: "vol-",
    resource_type: "volume",
    noun: "volume",
    not_found: "InvalidVolume.NotFound",
    malformed: "InvalidVolumeID.Malformed",
};

/// `DescribeVolumes`
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    input.boolean("IncludeManagedResources")?;
    let query = Query::read::<Volume>(&mut input, "VolumeId")?;
    finish(input)?;
    query.answer::<Volume>(&view(call), "volumeSet", |_| true)
}

impl Resource for Volume {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        (
            "attachment.delete-on-termination",
            "attachmentSet.deleteOnTermination",
        ),
        ("attachment.device", "attachmentSet.device"),
        ("attachment.instance-id", "attachmentSet.instanceId"),
        ("attachment.status", "attachmentSet.status"),
        ("availability-zone", "availabilityZone"),
        ("encrypted", "encrypted"),
        ("size", "size"),
        ("snapshot-id", "snapshotId"),
        ("status", "status"),
        ("volume-id", "volumeId"),
        ("volume-type", "volumeType"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, Volume> {
        &ec2.volumes
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let attachments: Vec<Value> = self
            .instance
            .iter()
            .map(|instance| {
                json!({
                    "volumeId": id,
                    "instanceId": instance,
                    "device": self.device,
                    "status": "attached",
                    "attachTime": self.created.iso8601(),
                    "deleteOnTermination": self.dies_with_instance,
                })
            })
            .collect();
        let own_key = || format!("arn:aws:kms:{}:{}:key/aws-ebs", view.region, view.account);
        let key = self
            .encrypted
            .then(|| self.key.clone().unwrap_or_else(own_key));
        json!({
            "volumeId": id,
            "size": self.size,
            "snapshotId": self.snapshot.as_deref().unwrap_or_default(),
            "availabilityZone": self.zone,
            "status": if self.instance.is_some() { "in-use" } else { "available" },
            "createTime": self.created.iso8601(),
            "attachmentSet": attachments,
            "encrypted": self.encrypted,
            "kmsKeyId": key,
            "volumeType": self.kind,
            "iops": self.iops,
            "throughput": self.throughput,
            "multiAttachEnabled": false,
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
