"""Rows of repositories and of images that are built."""

from alter import Row

MANIFEST = """
app = "images"
region = "eu-central-1"
tags = { team = "a" }

[repositories.app]
push = ["account"]

[services.web]
build = "."
port = 80
"""

# What the example of a folder holds; `fake_docker` makes an image of it.
FILES = {"content": "one"}

REPOSITORY, IMAGE = "repositories.app/repository", "services.web/image"
EXPIRE = (
    '{"rules": [{"rulePriority": 1, "action": {"type": "expire"}, "selection":'
    ' {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}}]}'
)


def ecr(field, call, by="repositoryName", **members):
    def alter(stack):
        named = {by: stack.out(REPOSITORY, "arn" if by == "resourceArn" else "name")}
        getattr(stack.ecr, call)(**named, **members)

    return Row(REPOSITORY, field, alter, stack="images")


def untag(field, output):
    """Somebody takes a tag of the image away."""

    def alter(stack):
        tag = stack.out(IMAGE, output)
        stack.ecr.batch_delete_image(repositoryName=stack.out(IMAGE, "repository"), imageIds=[{"imageTag": tag}])

    return Row(IMAGE, field, alter, stack="images")


ROWS = [
    # aws.ecr.repository
    ecr("mutability.immutable", "put_image_tag_mutability", imageTagMutability="IMMUTABLE"),
    ecr("scan_on_push", "put_image_scanning_configuration", imageScanningConfiguration={"scanOnPush": False}),
    ecr("lifecycle", "put_lifecycle_policy", lifecyclePolicyText=EXPIRE),
    ecr("policy", "delete_repository_policy"),
    ecr("tags.team", "tag_resource", by="resourceArn", tags=[{"Key": "team", "Value": "theirs"}]),
    ecr("removal", "tag_resource", by="resourceArn", tags=[{"Key": "ashore:removal", "Value": "delete"}]),
    # aws.ecr.image
    untag("built_tag", "built_tag"),
]

UNALTERED = {
    ("aws.ecr.repository", "name"): "repositories are asked for by it: under another name it is missing",
    ("aws.ecr.repository", "kms_key"): "cannot be changed, and is nobody's here: AWS's own encryption",
    ("aws.ecr.repository", "mutability.except"): "goes with `immutable`, in one request",
    ("aws.ecr.image", "repository"): "images are asked for in it: in another one it is missing",
    ("aws.ecr.image", "live_tag"): "images are asked for by it: without it, it is missing",
    ("aws.ecr.image", "digest"): "images are asked for by it: another one is another image",
}
