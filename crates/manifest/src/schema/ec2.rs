//! `[ec2]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// EC2 instances that services with `capacity = { ec2 = {} }` run on. They come and go with the tasks.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ec2Section {
    /// Types that the instances may be of, all for the same processor. The first that AWS has is taken.
    #[schemars(required, extend("minItems" = 1, "maxItems" = 40, "examples" = [["t4g.medium", "m7g.large"]]))]
    pub(crate) instance_types: Option<Located<Vec<Located<String>>>>,

    /// So many instances at least. Default 0: where no task runs, nothing is paid.
    #[schemars(range(max = 1000), extend("default" = defaults::INSTANCES_MIN))]
    pub(crate) min: Option<Located<u32>>,

    /// So many instances at most. It has no default: it is what bounds the bill. ECS Managed Instances know no bounds,
    /// and with `managed` it has no effect.
    #[schemars(range(min = 1, max = 1000), example = 4)]
    pub(crate) max: Option<Located<u32>>,

    /// ECS Managed Instances: AWS chooses among `instance_types`, launches, patches and replaces the instances, and
    /// takes a fee for each. Default false: an Auto Scaling group of your own, which has bounds and a first boot that
    /// you can see into.
    #[schemars(extend("default" = defaults::MANAGED))]
    pub(crate) managed: Option<Located<bool>>,

    /// So full the instances are to be, in percent, before another one is launched. Default 100: no idle instance is
    /// paid for. With less there is room for the next task at once.
    #[schemars(range(min = 1, max = 100), extend("default" = defaults::TARGET))]
    pub(crate) target: Option<Located<u32>>,

    /// Disk of each instance, which images and containers share. Default `30GiB`, the least that the machine image
    /// takes; with `managed` `80GiB`, as ECS has it. Always encrypted.
    #[schemars(example = &"50GiB")]
    pub(crate) disk: Option<Located<String>>,

    /// A machine image, `ami-…`, in place of the newest ECS-optimised Amazon Linux 2023. It must be one that AWS has
    /// made for ECS, or built on such a one.
    #[schemars(example = &"ami-0123456789abcdef0")]
    pub(crate) image: Option<Located<String>>,

    /// The newest machine image is looked up once and then stays, so that no `up` replaces instances that you did not
    /// mean to replace. Write another word here, such as a date, and it is looked up again.
    #[schemars(example = &"2026-11")]
    pub(crate) image_refresh: Option<Located<String>>,

    /// The public half of a key, as `ssh-keygen` writes it into a `.pub` file, by which its owner may log in. Default:
    /// nobody may. The private half stays with him.
    #[schemars(example = &"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq… anna@laptop")]
    pub(crate) ssh_key: Option<Located<String>>,

    /// Address ranges from which SSH is let in, where there is an `ssh_key`. Default: the network's own, so that the
    /// way in is a VPN, a bastion or an EC2 Instance Connect endpoint. Never the whole internet.
    #[schemars(extend("examples" = [["10.20.0.0/16"]]))]
    pub(crate) ssh_from: Option<Located<Vec<Located<String>>>>,

    /// Lines of shell that run as root when an instance boots for the first time. They come after the settings of the
    /// ECS agent, and everybody who may describe launch templates can read them.
    #[schemars(example = &"dnf install -y htop")]
    pub(crate) user_data: Option<Located<String>>,
}
