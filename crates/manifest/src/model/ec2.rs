//! `[ec2]`: instances that services run on.

use ipnet::Ipv4Net;

use super::{Architecture, GibiBytes};

/// Instances that services run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ec2 {
    /// Types that they may be of, the best one first. At least one.
    pub instance_types: Vec<String>,
    /// The processor that all of these have.
    pub arch: Architecture,
    /// Whose the instances are.
    pub fleet: Fleet,
    /// Disk of each.
    pub disk: GibiBytes,
}

/// Whose the instances are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fleet {
    /// ECS's own.
    Managed,
    /// An Auto Scaling group's.
    Group(Group),
}

/// An Auto Scaling group of instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// So many at least.
    pub min: u32,
    /// So many at most.
    pub max: u32,
    /// So full they are to be, in percent.
    pub target: u32,
    /// What they are launched from.
    pub image: MachineImage,
    /// Who may log in.
    pub ssh: Option<Ssh>,
    /// Lines of shell for the first boot.
    pub script: String,
}

/// What instances are launched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MachineImage {
    /// The newest one that AWS recommends, looked up anew where this word changes.
    Newest(String),
    /// This one.
    Given(String),
}

/// Who may log in, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssh {
    /// Kind and digits of the public key.
    pub key: String,
    /// From these ranges; from the network's own if there is none.
    pub from: Vec<Ipv4Net>,
}

impl Ec2 {
    /// The word by which the newest machine image is looked up, if it is.
    pub fn newest_image(&self) -> Option<&str> {
        match &self.fleet {
            Fleet::Group(Group {
                image: MachineImage::Newest(word),
                ..
            }) => Some(word),
            Fleet::Group(_) | Fleet::Managed => None,
        }
    }
}
