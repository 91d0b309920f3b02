//! Instance types: families of today with their sizes [EC2 instance types guide: specifications].

use serde_json::{Value, json};

use super::describe::Query;
use super::filter::Table;
use super::request::finish;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// What there is of a type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InstanceType {
    family: &'static Family,
    size: &'static str,
    pub(crate) vcpus: u32,
    pub(crate) memory: u32,
    /// Network interfaces, the primary one among them.
    pub(crate) interfaces: u32,
}

#[derive(Debug)]
struct Family {
    name: &'static str,
    arm: bool,
    maker: &'static str,
    sizes: &'static [Size],
    /// MiB of memory per vCPU; sizes of burstable families bear theirs themselves.
    ratio: u32,
}

/// Name, vCPUs, MiB (0: by the family's ratio), interfaces.
type Size = (&'static str, u32, u32, u32);

const BURSTABLE: &[Size] = &[
    ("nano", 2, 512, 2),
    ("micro", 2, 1024, 2),
    ("small", 2, 2048, 3),
    ("medium", 2, 4096, 3),
    ("large", 2, 8192, 3),
    ("xlarge", 4, 16_384, 4),
    ("2xlarge", 8, 32_768, 4),
];

const PLAIN: &[Size] = &[
    ("large", 2, 0, 3),
    ("xlarge", 4, 0, 4),
    ("2xlarge", 8, 0, 4),
    ("4xlarge", 16, 0, 8),
    ("8xlarge", 32, 0, 8),
    ("12xlarge", 48, 0, 8),
    ("16xlarge", 64, 0, 15),
];

/// Graviton has a size of one vCPU below them.
const GRAVITON: &[Size] = &[
    ("medium", 1, 0, 2),
    ("large", 2, 0, 3),
    ("xlarge", 4, 0, 4),
    ("2xlarge", 8, 0, 4),
    ("4xlarge", 16, 0, 8),
    ("8xlarge", 32, 0, 8),
    ("12xlarge", 48, 0, 8),
    ("16xlarge", 64, 0, 15),
];

const fn x86(name: &'static str, maker: &'static str, ratio: u32) -> Family {
    let sizes = if ratio == 0 { BURSTABLE } else { PLAIN };
    Family {
        name,
        arm: false,
        maker,
        sizes,
        ratio,
    }
}

const fn arm(name: &'static str, ratio: u32) -> Family {
    let sizes = if ratio == 0 { BURSTABLE } else { GRAVITON };
    Family {
        name,
        arm: true,
        maker: "AWS",
        sizes,
        ratio,
    }
}

const FAMILIES: &[Family] = &[
    arm("t4g", 0),
    x86("t3", "Intel", 0),
    x86("t3a", "AMD", 0),
    x86("c5", "Intel", 2048),
    arm("c6g", 2048),
    x86("c6i", "Intel", 2048),
    arm("c7g", 2048),
    x86("c7i", "Intel", 2048),
    arm("c8g", 2048),
    x86("m5", "Intel", 4096),
    arm("m6g", 4096),
    x86("m6i", "Intel", 4096),
    arm("m7g", 4096),
    x86("m7i", "Intel", 4096),
    arm("m8g", 4096),
    x86("r5", "Intel", 8192),
    arm("r6g", 8192),
    x86("r6i", "Intel", 8192),
    arm("r7g", 8192),
    x86("r7i", "Intel", 8192),
    arm("r8g", 8192),
];

const FILTERS: Table = &[
    ("bare-metal", "bareMetal"),
    (
        "burstable-performance-supported",
        "burstablePerformanceSupported",
    ),
    ("current-generation", "currentGeneration"),
    ("hypervisor", "hypervisor"),
    ("instance-type", "instanceType"),
    ("memory-info.size-in-mib", "memoryInfo.sizeInMiB"),
    (
        "processor-info.supported-architecture",
        "processorInfo.supportedArchitectures",
    ),
    ("supported-usage-class", "supportedUsageClasses"),
    ("vcpu-info.default-vcpus", "vCpuInfo.defaultVCpus"),
];

impl InstanceType {
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.family.name, self.size)
    }

    pub(crate) fn architecture(&self) -> &'static str {
        if self.family.arm { "arm64" } else { "x86_64" }
    }

    pub(crate) fn is_burstable(&self) -> bool {
        self.family.ratio == 0
    }

    /// `intel`, `amd` or `amazon-web-services`.
    pub(crate) fn manufacturer(&self) -> &'static str {
        match self.family.maker {
            "Intel" => "intel",
            "AMD" => "amd",
            _ => "amazon-web-services",
        }
    }

    fn show(&self) -> Value {
        let threads = if self.family.arm { 1 } else { 2 };
        json!({
            "instanceType": self.name(),
            "currentGeneration": true,
            "freeTierEligible": false,
            "supportedUsageClasses": ["on-demand", "spot"],
            "supportedRootDeviceTypes": ["ebs"],
            "supportedVirtualizationTypes": ["hvm"],
            "bareMetal": false,
            "hypervisor": "nitro",
            "processorInfo": {
                "supportedArchitectures": [self.architecture()],
                "manufacturer": self.family.maker,
            },
            "vCpuInfo": {
                "defaultVCpus": self.vcpus,
                "defaultCores": (self.vcpus / threads).max(1),
                "defaultThreadsPerCore": threads.min(self.vcpus),
            },
            "memoryInfo": { "sizeInMiB": self.memory },
            "instanceStorageSupported": false,
            "ebsInfo": {
                "ebsOptimizedSupport": "default",
                "encryptionSupport": "supported",
                "nvmeSupport": "required",
            },
            "networkInfo": {
                "maximumNetworkInterfaces": self.interfaces,
                "ipv6Supported": true,
                "enaSupport": "required",
                "efaSupported": false,
                "encryptionInTransitSupported": false,
            },
            "hibernationSupported": false,
            "burstablePerformanceSupported": self.is_burstable(),
            "dedicatedHostsSupported": !self.is_burstable(),
            "autoRecoverySupported": true,
            "nitroEnclavesSupport": "unsupported",
        })
    }
}

/// All types there are.
pub(crate) fn all() -> impl Iterator<Item = InstanceType> {
    FAMILIES.iter().flat_map(|family| {
        family
            .sizes
            .iter()
            .map(move |&(size, vcpus, memory, interfaces)| InstanceType {
                family,
                size,
                vcpus,
                memory: if memory == 0 {
                    vcpus * family.ratio
                } else {
                    memory
                },
                interfaces,
            })
    })
}

/// The type of this name. Of a family that the twin has, all sizes are known; what is of another may well be a type.
pub(crate) fn find(name: &str) -> Result<InstanceType, Refusal> {
    if let Some(found) = all().find(|known| known.name() == name) {
        return Ok(found);
    }
    let family = name.split('.').next().unwrap_or_default();
    let known = FAMILIES.iter().any(|it| it.name == family);
    let possible = !known && name.contains('.') && family.bytes().any(|byte| byte.is_ascii_digit());
    Err(
        match possible || name.contains(".metal") || name.contains("xlarge") && known {
            true => Refusal::not_implemented(format_args!("instance type {name}")),
            false => Refusal::new(
                "InvalidParameterValue",
                format!("Invalid value '{name}' for InstanceType."),
            ),
        },
    )
}

/// `DescribeInstanceTypes`
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("InstanceType")?;
    let query = Query::with(&mut input, "", FILTERS)?;
    finish(input)?;
    let mut shown = Vec::new();
    if names.is_empty() {
        shown.extend(all().map(|it| it.show()));
    }
    for name in &names {
        shown.push(
            find(name)
                .map(|it| it.show())
                .map_err(|refusal| match refusal.status {
                    400 => Refusal::new(
                        "InvalidInstanceType",
                        format!("The following supplied instance types do not exist: [{name}]"),
                    ),
                    _ => refusal,
                })?,
        );
    }
    query.page("instanceTypeSet", shown)
}
