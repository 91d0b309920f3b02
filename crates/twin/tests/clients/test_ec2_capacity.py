"""EC2 behind ECS: images, instance types, key pairs, launch templates."""

import base64
import json

import pytest

IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"
ARM = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended"
KEY = b"ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + bytes(32)) + b" me"
TAGS = [{"Key": "app", "Value": "hello"}]


@pytest.fixture
def ec2(twin):
    twin.reset()
    return twin.client("ec2")


@pytest.fixture
def image(twin):
    return twin.client("ssm").get_parameter(Name=IMAGE + "/image_id")["Parameter"]["Value"]


@pytest.fixture
def template(ec2, image):
    data = {"ImageId": image, "InstanceType": "t3.small"}
    made = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    return made["LaunchTemplate"]["LaunchTemplateId"]


def versions(ec2, template, *wanted):
    ask = {"LaunchTemplateId": template, **({"Versions": list(wanted)} if wanted else {})}
    return ec2.describe_launch_template_versions(**ask)["LaunchTemplateVersions"]


# Images and types


def test_the_image_of_the_public_parameter_can_be_described(twin, ec2, image):
    (found,) = ec2.describe_images(ImageIds=[image])["Images"]
    assert (found["Architecture"], found["State"], found["RootDeviceName"]) == ("x86_64", "available", "/dev/xvda")
    document = json.loads(twin.client("ssm").get_parameter(Name=ARM)["Parameter"]["Value"])
    (arm,) = ec2.describe_images(ImageIds=[document["image_id"]])["Images"]
    assert (arm["Architecture"], arm["Name"]) == ("arm64", document["image_name"])


def test_images_by_filter(ec2):
    found = ec2.describe_images(
        Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-ecs-hvm-*-arm64"]}]
    )["Images"]
    assert [each["Architecture"] for each in found] == ["arm64"]
    assert ec2.describe_images(Owners=["self"])["Images"] == []


def test_describe_images_missing(ec2, refused):
    assert refused(ec2.describe_images, ImageIds=["ami-0123456789abcdef0"]) == "InvalidAMIID.NotFound"
    assert refused(ec2.describe_images, ImageIds=["image"]) == "InvalidAMIID.Malformed"


def test_row_describe_instance_types(ec2, refused):
    (found,) = ec2.describe_instance_types(InstanceTypes=["t4g.medium"])["InstanceTypes"]
    assert found["MemoryInfo"]["SizeInMiB"] == 4096
    assert found["VCpuInfo"]["DefaultVCpus"] == 2
    assert found["ProcessorInfo"]["SupportedArchitectures"] == ["arm64"]
    assert found["NetworkInfo"]["MaximumNetworkInterfaces"] == 3
    assert refused(ec2.describe_instance_types, InstanceTypes=["t3.huge"]) == "InvalidInstanceType"


# Key pairs


def test_a_key_can_be_imported_and_deleted(ec2, refused):
    spec = [{"ResourceType": "key-pair", "Tags": TAGS}]
    made = ec2.import_key_pair(KeyName="me", PublicKeyMaterial=KEY, TagSpecifications=spec)
    (found,) = ec2.describe_key_pairs(KeyNames=["me"])["KeyPairs"]
    assert (found["KeyPairId"], found["KeyType"], found["Tags"]) == (made["KeyPairId"], "ed25519", TAGS)
    assert "PublicKey" not in found
    (found,) = ec2.describe_key_pairs(KeyPairIds=[made["KeyPairId"]], IncludePublicKey=True)["KeyPairs"]
    assert found["PublicKey"].encode() == KEY
    ec2.delete_key_pair(KeyName="me")
    ec2.delete_key_pair(KeyName="me")
    assert refused(ec2.describe_key_pairs, KeyNames=["me"]) == "InvalidKeyPair.NotFound"


def test_keys_that_are_refused(ec2, refused):
    ec2.import_key_pair(KeyName="me", PublicKeyMaterial=KEY)
    assert refused(ec2.import_key_pair, KeyName="me", PublicKeyMaterial=KEY) == "InvalidKeyPair.Duplicate"
    assert refused(ec2.import_key_pair, KeyName="x", PublicKeyMaterial=b"-----BEGIN") == "InvalidKey.Format"
    assert refused(ec2.delete_key_pair) == "MissingParameter"
    assert refused(ec2.describe_key_pairs, KeyPairIds=["key-0123456789abcdef0"]) == "InvalidKeyPair.NotFound"


# Launch templates


def test_row_create_launch_template(ec2, image):
    data = {
        "ImageId": image,
        "InstanceType": "t3.small",
        "KeyName": "me",
        "IamInstanceProfile": {"Name": "ecs"},
        "SecurityGroupIds": ["sg-0123456789abcdef0"],
        "UserData": base64.b64encode(b"#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n").decode(),
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeType": "gp3", "VolumeSize": 30}}
        ],
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": ["sg-1", "sg-2"]}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": TAGS}],
        "Monitoring": {"Enabled": True},
    }
    made = ec2.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData=data, VersionDescription="first",
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": TAGS}],
    )["LaunchTemplate"]
    assert (made["DefaultVersionNumber"], made["LatestVersionNumber"], made["Tags"]) == (1, 1, TAGS)
    (version,) = versions(ec2, made["LaunchTemplateId"], "$Latest")
    assert version["LaunchTemplateData"] == data
    assert (version["VersionDescription"], version["DefaultVersion"]) == ("first", True)


def test_row_versions_of_a_launch_template(ec2, template):
    ask = {"LaunchTemplateId": template, "LaunchTemplateData": {"InstanceType": "t3.large"}}
    alone = ec2.create_launch_template_version(**ask)["LaunchTemplateVersion"]
    assert alone["LaunchTemplateData"] == {"InstanceType": "t3.large"}
    over = ec2.create_launch_template_version(**ask, SourceVersion="1")["LaunchTemplateVersion"]
    assert set(over["LaunchTemplateData"]) == {"ImageId", "InstanceType"}
    assert [each["VersionNumber"] for each in versions(ec2, template)] == [3, 2, 1]
    assert [each["VersionNumber"] for each in versions(ec2, template, "$Latest", "$Default")] == [3, 1]
    assert [each["VersionNumber"] for each in versions(ec2, template, "2")] == [2]
    ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="2")
    (found,) = ec2.describe_launch_templates(LaunchTemplateNames=["web"])["LaunchTemplates"]
    assert (found["DefaultVersionNumber"], found["LatestVersionNumber"]) == (2, 3)


def test_versions_can_be_deleted_but_the_default_one(ec2, template, refused):
    ask = {"LaunchTemplateId": template, "LaunchTemplateData": {"InstanceType": "t3.large"}}
    ec2.create_launch_template_version(**ask)
    done = ec2.delete_launch_template_versions(LaunchTemplateId=template, Versions=["1", "2", "9"])
    (gone,) = done["SuccessfullyDeletedLaunchTemplateVersions"]
    assert gone["VersionNumber"] == 2
    codes = [each["ResponseError"]["Code"] for each in done["UnsuccessfullyDeletedLaunchTemplateVersions"]]
    assert codes == ["unexpectedError", "launchTemplateVersionDoesNotExist"]
    made = ec2.create_launch_template_version(**ask)["LaunchTemplateVersion"]
    assert made["VersionNumber"] == 3


def test_row_duplicate_launch_template(ec2, template, image, refused):
    ask = {"LaunchTemplateName": "web", "LaunchTemplateData": {"ImageId": image}}
    assert refused(ec2.create_launch_template, **ask) == "InvalidLaunchTemplateName.AlreadyExistsException"


def test_a_token_makes_one_template(ec2, image, refused):
    ask = {"LaunchTemplateName": "once", "LaunchTemplateData": {"ImageId": image}, "ClientToken": "t"}
    made = {ec2.create_launch_template(**ask)["LaunchTemplate"]["LaunchTemplateId"] for _ in range(2)}
    assert len(made) == 1
    other = {**ask, "LaunchTemplateName": "other"}
    assert refused(ec2.create_launch_template, **other) == "IdempotentParameterMismatch"


def test_a_deleted_template_is_gone(ec2, template, refused):
    ec2.delete_launch_template(LaunchTemplateId=template)
    gone = "InvalidLaunchTemplateId.NotFound"
    assert refused(ec2.delete_launch_template, LaunchTemplateId=template) == gone
    assert refused(ec2.describe_launch_templates, LaunchTemplateIds=[template]) == gone
    name = "InvalidLaunchTemplateName.NotFoundException"
    assert refused(ec2.describe_launch_templates, LaunchTemplateNames=["web"]) == name


@pytest.mark.parametrize("data, code", [
    ({"UserData": "#!/bin/bash"}, "InvalidUserData.Malformed"),
    ({"UserData": base64.b64encode(bytes(16385)).decode()}, "InvalidUserData.Malformed"),
    ({"MetadataOptions": {"HttpPutResponseHopLimit": 65}}, "InvalidParameterValue"),
    ({"MetadataOptions": {"HttpTokens": "perhaps"}}, "InvalidParameterValue"),
    ({"IamInstanceProfile": {"Name": "n", "Arn": "a"}}, "InvalidParameterCombination"),
    ({"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp2", "Throughput": 125}}]},
     "InvalidParameterCombination"),
    ({"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp3", "Iops": 100}}]},
     "InvalidParameterValue"),
    ({"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"KmsKeyId": "k"}}]}, "InvalidParameterDependency"),
    ({"InstanceRequirements": {"VCpuCount": {"Min": 1}, "MemoryMiB": {"Min": 1}}}, "NotImplemented"),
])
def test_data_that_cannot_be(ec2, refused, data, code):
    assert refused(ec2.create_launch_template, LaunchTemplateName="new", LaunchTemplateData=data) == code


def test_templates_that_are_refused(ec2, template, refused):
    data = {"LaunchTemplateData": {"InstanceType": "t3.micro"}}
    create, version = ec2.create_launch_template, ec2.create_launch_template_version
    malformed = "InvalidLaunchTemplateName.MalformedException"
    assert refused(create, LaunchTemplateName="w!", **data) == malformed
    assert refused(version, **data) == "MissingParameter"
    both = {"LaunchTemplateId": template, "LaunchTemplateName": "web"}
    assert refused(version, **both, **data) == "InvalidParameterCombination"
    unknown = "InvalidLaunchTemplateId.VersionNotFound"
    assert refused(version, LaunchTemplateId=template, SourceVersion="7", **data) == unknown
    assert refused(ec2.modify_launch_template, LaunchTemplateId=template, DefaultVersion="7") == unknown
    ask = {"LaunchTemplateId": template, "Versions": ["7"]}
    assert refused(ec2.describe_launch_template_versions, **ask) == unknown
    assert refused(ec2.delete_launch_template, LaunchTemplateId="lt-0123456789abcdef0") == "InvalidLaunchTemplateId.NotFound"
    ask = {"LaunchTemplateName": "none", "Versions": ["1"]}
    assert refused(ec2.delete_launch_template_versions, **ask) == "InvalidLaunchTemplateName.NotFoundException"


def test_instances_and_volumes_that_are_not_there(ec2, refused):
    missing = "i-0123456789abcdef0"
    for call in (ec2.describe_instances, ec2.describe_instance_status, ec2.terminate_instances):
        assert refused(call, InstanceIds=[missing]) == "InvalidInstanceID.NotFound"
    assert refused(ec2.describe_volumes, VolumeIds=["vol-0123456789abcdef0"]) == "InvalidVolume.NotFound"
