//! What a launch template holds: the members that the twin acts on or keeps, as botocore's model of
//! `RequestLaunchTemplateData` names them, read strictly and kept in the form in which Describe answers show them.

use serde_json::{Map, Value, json};

use super::user_data;
use crate::input::Input;
use crate::refusal::Refusal;

/// A member: as requests name it, as answers name it, and what it may look like.
struct Member {
    ask: &'static str,
    show: &'static str,
    shape: Shape,
}

enum Shape {
    Text,
    Whole,
    Flag,
    OneOf(&'static [&'static str]),
    Texts,
    Struct(&'static [Member]),
    List(&'static [Member]),
}

const fn member(ask: &'static str, show: &'static str, shape: Shape) -> Member {
    Member { ask, show, shape }
}

const DATA: &[Member] = &[
    member("EbsOptimized", "ebsOptimized", Shape::Flag),
    member(
        "IamInstanceProfile",
        "iamInstanceProfile",
        Shape::Struct(PROFILE),
    ),
    member(
        "BlockDeviceMapping",
        "blockDeviceMappingSet",
        Shape::List(DEVICE),
    ),
    member(
        "NetworkInterface",
        "networkInterfaceSet",
        Shape::List(INTERFACE),
    ),
    member("ImageId", "imageId", Shape::Text),
    member("InstanceType", "instanceType", Shape::Text),
    member("KeyName", "keyName", Shape::Text),
    member(
        "Monitoring",
        "monitoring",
        Shape::Struct(&[member("Enabled", "enabled", Shape::Flag)]),
    ),
    member(
        "DisableApiTermination",
        "disableApiTermination",
        Shape::Flag,
    ),
    member("UserData", "userData", Shape::Text),
    member("TagSpecification", "tagSpecificationSet", Shape::List(TAGS)),
    member("SecurityGroupId", "securityGroupIdSet", Shape::Texts),
    member(
        "CreditSpecification",
        "creditSpecification",
        Shape::Struct(CREDITS),
    ),
    member(
        "MetadataOptions",
        "metadataOptions",
        Shape::Struct(METADATA),
    ),
];

const PROFILE: &[Member] = &[
    member("Arn", "arn", Shape::Text),
    member("Name", "name", Shape::Text),
];

const DEVICE: &[Member] = &[
    member("DeviceName", "deviceName", Shape::Text),
    member("Ebs", "ebs", Shape::Struct(EBS)),
];

const EBS: &[Member] = &[
    member("Encrypted", "encrypted", Shape::Flag),
    member("DeleteOnTermination", "deleteOnTermination", Shape::Flag),
    member("Iops", "iops", Shape::Whole),
    member("KmsKeyId", "kmsKeyId", Shape::Text),
    member("VolumeSize", "volumeSize", Shape::Whole),
    member(
        "VolumeType",
        "volumeType",
        Shape::OneOf(&["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"]),
    ),
    member("Throughput", "throughput", Shape::Whole),
];

const INTERFACE: &[Member] = &[
    member(
        "AssociatePublicIpAddress",
        "associatePublicIpAddress",
        Shape::Flag,
    ),
    member("DeleteOnTermination", "deleteOnTermination", Shape::Flag),
    member("Description", "description", Shape::Text),
    member("DeviceIndex", "deviceIndex", Shape::Whole),
    member("SecurityGroupId", "groupSet", Shape::Texts),
];

const TAGS: &[Member] = &[
    member(
        "ResourceType",
        "resourceType",
        Shape::OneOf(&["instance", "volume", "network-interface"]),
    ),
    member("Tag", "tagSet", Shape::List(TAG)),
];

const TAG: &[Member] = &[
    member("Key", "key", Shape::Text),
    member("Value", "value", Shape::Text),
];

const CREDITS: &[Member] = &[member(
    "CpuCredits",
    "cpuCredits",
    Shape::OneOf(&["standard", "unlimited"]),
)];

const METADATA: &[Member] = &[
    member(
        "HttpTokens",
        "httpTokens",
        Shape::OneOf(&["optional", "required"]),
    ),
    member(
        "HttpPutResponseHopLimit",
        "httpPutResponseHopLimit",
        Shape::Whole,
    ),
    member("HttpEndpoint", "httpEndpoint", Shape::OneOf(SWITCH)),
    member("HttpProtocolIpv6", "httpProtocolIpv6", Shape::OneOf(SWITCH)),
    member(
        "InstanceMetadataTags",
        "instanceMetadataTags",
        Shape::OneOf(SWITCH),
    ),
];

const SWITCH: &[&str] = &["disabled", "enabled"];

/// Takes `LaunchTemplateData`, which must be there and hold something.
pub(super) fn read(input: &mut Input) -> Result<Map<String, Value>, Refusal> {
    let data = input
        .object("LaunchTemplateData")?
        .ok_or_else(|| input.missing("LaunchTemplateData"))?;
    let data = structure(data, DATA)?;
    check(&data)?;
    Ok(data)
}

/// `later` over `earlier`: whole members are replaced [EC2 API: CreateLaunchTemplateVersion SourceVersion].
pub(super) fn over(earlier: &Map<String, Value>, later: Map<String, Value>) -> Map<String, Value> {
    let mut all = earlier.clone();
    all.extend(later);
    all
}

fn structure(mut input: Input, members: &[Member]) -> Result<Map<String, Value>, Refusal> {
    let mut read = Map::new();
    for Member { ask, show, shape } in members {
        let value = match shape {
            Shape::Text => input.text(ask)?.map(Value::from),
            Shape::Whole => input.number(ask)?.map(Value::from),
            Shape::Flag => input.boolean(ask)?.map(Value::from),
            Shape::OneOf(words) => match input.text(ask)? {
                Some(word) if !words.contains(&word.as_str()) => {
                    return Err(Refusal::new(
                        "InvalidParameterValue",
                        format!("Value ({word}) for parameter {show} is invalid."),
                    ));
                }
                word => word.map(Value::from),
            },
            Shape::Texts => Some(input.texts(ask)?)
                .filter(|texts| !texts.is_empty())
                .map(Value::from),
            Shape::Struct(members) => match input.object(ask)? {
                Some(inner) => Some(Value::Object(structure(inner, members)?)),
                None => None,
            },
            Shape::List(members) => {
                let mut items = Vec::new();
                for item in input.objects(ask)? {
                    items.push(Value::Object(structure(item, members)?));
                }
                Some(items)
                    .filter(|items| !items.is_empty())
                    .map(Value::from)
            }
        };
        if let Some(value) = value {
            read.insert((*show).to_owned(), value);
        }
    }
    input.finish()?;
    Ok(read)
}

/// What cannot be in any template. Whether images, groups and profiles are there is asked when an instance is launched
/// [EC2 user guide: launch templates, "not fully validated when you create"].
fn check(data: &Map<String, Value>) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::new("InvalidParameterValue", message));
    if let Some(text) = data.get("userData").and_then(Value::as_str) {
        let Some(decoded) = user_data::decode(text) else {
            return Err(Refusal::new(
                "InvalidUserData.Malformed",
                "Invalid BASE64 encoding of user data.",
            ));
        };
        // [EC2 user guide: user data, "limited to 16 KB, in raw form"]
        if decoded.len() > 16_384 {
            return Err(Refusal::new(
                "InvalidUserData.Malformed",
                "User data is limited to 16384 bytes",
            ));
        }
    }
    let hops = data
        .get("metadataOptions")
        .map(|it| &it["httpPutResponseHopLimit"]);
    if hops
        .and_then(Value::as_i64)
        .is_some_and(|it| !(1..=64).contains(&it))
    {
        return invalid("The HttpPutResponseHopLimit must be between 1 and 64.");
    }
    let profile = data.get("iamInstanceProfile");
    if profile.is_some_and(|it| !it["arn"].is_null() && !it["name"].is_null()) {
        return Err(Refusal::new(
            "InvalidParameterCombination",
            "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
        ));
    }
    for device in list(data, "blockDeviceMappingSet") {
        check_volume(&device["ebs"])?;
    }
    Ok(())
}

/// Sizes and rates [EBS user guide: volume types]. gp3 comes with 3000 IOPS and 125 MiB/s.
fn check_volume(ebs: &Value) -> Result<(), Refusal> {
    let kind = ebs["volumeType"].as_str().unwrap_or("gp2");
    let refuse = |code: &str, message: String| Err(Refusal::new(code, message));
    let beyond = |name: &str, range: std::ops::RangeInclusive<i64>| {
        ebs[name].as_i64().filter(|it| !range.contains(it))
    };
    if let Some(size) = beyond("volumeSize", 1..=65_536) {
        let message = format!("Volume of {size}GiB is not supported for volume type {kind}");
        return refuse("InvalidParameterValue", message);
    }
    if !ebs["iops"].is_null() && !matches!(kind, "gp3" | "io1" | "io2") {
        let message = format!("The parameter iops is not supported for {kind} volumes.");
        return refuse("InvalidParameterCombination", message);
    }
    if !ebs["throughput"].is_null() && kind != "gp3" {
        let message = format!("The parameter throughput is not supported for {kind} volumes.");
        return refuse("InvalidParameterCombination", message);
    }
    if kind == "gp3" {
        if let Some(iops) = beyond("iops", 3000..=80_000) {
            let message = format!("Volume iops of {iops} is not supported for volume type gp3");
            return refuse("InvalidParameterValue", message);
        }
        if let Some(rate) = beyond("throughput", 125..=2000) {
            let message = format!("Throughput of {rate} is not supported for volume type gp3");
            return refuse("InvalidParameterValue", message);
        }
    }
    if !ebs["kmsKeyId"].is_null() && ebs["encrypted"] != json!(true) {
        let message = "The parameter KmsKeyId requires the parameter Encrypted to be set.";
        return refuse("InvalidParameterDependency", message.to_owned());
    }
    Ok(())
}

/// A list of the data; absent is empty.
pub(super) fn list<'a>(data: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    let found = data.get(name).and_then(Value::as_array);
    found.map_or(&[], Vec::as_slice)
}
