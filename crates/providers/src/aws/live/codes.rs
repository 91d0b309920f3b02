//! AWS error codes by class (`failures.md` 1.0). What is not here is unknown after a 5xx, and
//! invalid otherwise.

use ashore_engine::failure::Class;

const THROTTLED: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
    "PriorRequestNotComplete",
    "ConcurrentModification",
    "ConcurrentModificationException",
    "ConcurrentUpdateException",
    "OperationAborted",
    "OperationAbortedException",
    "UpdateInProgressException",
    "RequestThrottled",
    "RequestThrottledException",
    "ResourceContention",
    "TooManyInvalidationsInProgress",
];

const AUTH: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "AuthFailure",
    "SignatureDoesNotMatch",
    "RequestTimeTooSkewed",
    "InvalidSignatureException",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
];

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "OptInRequired",
];

const DEPENDENCY: &[&str] = &[
    "DependencyViolation",
    "InvalidGroup.InUse",
    "InvalidCidrBlock.InUse",
    "InvalidIPAddress.InUse",
    "BucketNotEmpty",
    "DeleteConflict",
    "DistributionNotDisabled",
    "OriginAccessControlInUse",
    "ResourceInUse",
    "ResourceInUseException",
    "ClusterContainsServicesException",
    "ClusterContainsTasksException",
    "ClusterContainsContainerInstancesException",
    "ClusterContainsCapacityProviderException",
    "InstanceRefreshInProgress",
    "ScalingActivityInProgress",
    "InvalidDBInstanceState",
    "FileSystemInUse",
    "IncorrectFileSystemLifeCycleState",
    "IncorrectMountTargetState",
    "InvalidDBParameterGroupState",
    "InvalidDBSubnetGroupStateFault",
];

const UNKNOWN: &[&str] = &[
    "InternalError",
    "InternalFailure",
    "InternalException",
    "ServerException",
    "ServiceFailure",
    "InternalServiceError",
    "InternalServiceException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "Unavailable",
];

const CAPACITY: &[&str] = &[
    "InsufficientInstanceCapacity",
    "InsufficientFreeAddressesInSubnet",
    "InsufficientDBInstanceCapacity",
];

const EXISTS: &[&str] = &[
    "BucketAlreadyExists",
    "BucketAlreadyOwnedByYou",
    "DistributionAlreadyExists",
    "OriginAccessControlAlreadyExists",
    "QueueAlreadyExists",
    "QueueNameExists",
    "EntityAlreadyExists",
    "InvalidGroup.Duplicate",
    "InvalidPermission.Duplicate",
    "InvalidSubnet.Conflict",
    "RouteAlreadyExists",
    "Resource.AlreadyAssociated",
    "PriorityInUse",
    "ResourceAlreadyExistsException",
    "ResourceExistsException",
    "DuplicateLoadBalancerName",
    "DuplicateTargetGroupName",
    "DuplicateListener",
    "AlreadyExists",
    "InvalidKeyPair.Duplicate",
    "InvalidLaunchTemplateName.AlreadyExistsException",
    "DBInstanceAlreadyExists",
    "FileSystemAlreadyExists",
    "AccessPointAlreadyExists",
    "MountTargetConflict",
    "DBParameterGroupAlreadyExists",
    "DBSubnetGroupAlreadyExists",
    "RepositoryAlreadyExistsException",
];

const GONE: &[&str] = &[
    "NoSuchEntity",
    "Gateway.NotAttached",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "WAFNonexistentItemException",
];

/// What clears by itself.
const EVENTUAL: &[&str] = &[
    "AWS.SimpleQueueService.QueueDeletedRecently",
    "QueueDeletedRecently",
    // Somebody else was faster: it is read again.
    "InvalidIfMatchVersion",
    // Issued a moment ago, and not known at the edge yet.
    "InvalidViewerCertificate",
];

/// Codes that say "quota" without the word in them.
const QUOTA: &[&str] = &[
    "LimitExceeded",
    "LimitExceededException",
    "TargetGroupAssociationLimit",
    "InstanceQuotaExceeded",
    "FileSystemLimitExceeded",
    "AccessPointLimitExceeded",
    "StorageQuotaExceeded",
    "SnapshotQuotaExceeded",
    "DBParameterGroupQuotaExceeded",
    "DBSubnetGroupQuotaExceeded",
];

/// What an error code means for us.
pub(super) fn class(operation: &str, code: &str, message: &str, status: u16) -> Class {
    let has = |codes: &[&str]| codes.contains(&code);
    // Once in 24 hours is no matter of waiting a little [EFS API: UpdateFileSystem TooManyRequests].
    if operation == "elasticfilesystem:UpdateFileSystem" && code == "TooManyRequests" {
        Class::Invalid
    } else if has(THROTTLED) || status == 429 {
        Class::Throttled
    } else if has(AUTH) {
        Class::Auth
    } else if has(DENIED) || message.contains("is not authorized to perform") {
        Class::Denied
    } else if code == "InvalidDBInstanceState" && message.contains("already being deleted") {
        Class::Gone
    } else if has(DEPENDENCY) {
        Class::Dependency
    } else if has(EVENTUAL) {
        Class::Eventual
    } else if has(EXISTS) {
        Class::Exists
    } else if has(CAPACITY) {
        Class::Capacity
    } else if has(QUOTA) || code.ends_with("LimitExceeded") || code.starts_with("TooMany") {
        Class::Quota
    } else if has(GONE) || code.contains("NotFound") || code.starts_with("NoSuch") {
        Class::Gone
    } else if has(UNKNOWN) || status >= 500 {
        Class::Unknown
    } else {
        ambiguous(operation, message)
    }
}

/// Codes that AWS uses for many things are told apart by operation and text.
fn ambiguous(operation: &str, message: &str) -> Class {
    match operation {
        // "Service role name … has been taken in this account" [IAM API: CreateServiceLinkedRole].
        "iam:CreateServiceLinkedRole" if message.contains("has been taken") => Class::Exists,
        // A service of that name is there, perhaps by our own lost request
        // (terraform-provider-aws #2283).
        "ecs:CreateService" if message.contains("not idempotent") => Class::Exists,
        "ecs:CreateService" if message.contains("still Draining") => Class::Dependency,
        // Roles, target groups and the service-linked role spread with a delay
        // (terraform #32908, cdk #1160).
        "ecs:CreateCluster" | "ecs:CreateService" | "ecs:UpdateService"
            if [
                "does not have an associated load balancer",
                "Unable to assume the service linked role",
                "unable to assume the role",
                "has the proper permissions",
            ]
            .iter()
            .any(|text| message.contains(text)) =>
        {
            Class::Eventual
        }
        // A role that was just made (terraform-provider-aws retries the same for two minutes).
        "ecs:RegisterTaskDefinition" if message.contains("Role is not valid") => Class::Eventual,
        "ecs:DeregisterTaskDefinition"
            if ["is inactive", "does not exist"]
                .iter()
                .any(|text| message.contains(text)) =>
        {
            Class::Gone
        }
        "ecs:DeleteService" | "ecs:DescribeTaskDefinition"
            if ["not ACTIVE", "Unable to describe"]
                .iter()
                .any(|text| message.contains(text)) =>
        {
            Class::Gone
        }
        "ecs:DeleteService" if message.contains("cannot be stopped while") => Class::Dependency,
        // Subnets that were just made (failures.md 1.2, VPC).
        "rds:CreateDBSubnetGroup" if message.contains("are invalid") => Class::Eventual,
        // A network that was just made [Route 53 API: InvalidVPCId].
        "route53:CreateHostedZone" | "route53:AssociateVPCWithHostedZone"
            if message.contains("not authorized to make the association") =>
        {
            Class::Eventual
        }
        // A role that was just made.
        "ec2:CreateFlowLogs" if message.contains("Unable to assume") => Class::Eventual,
        // The service, its balancer or the service-linked role is not everywhere yet
        // (terraform-provider-aws retries the same for two minutes).
        "application-autoscaling:RegisterScalableTarget"
        | "application-autoscaling:PutScalingPolicy"
            if ["doesn't exist", "Unable to assume", "not authorized"]
                .iter()
                .any(|text| message.contains(text)) =>
        {
            Class::Eventual
        }
        // The profile is not everywhere yet, nor is the service-linked role (terraform-provider-aws
        // retries the same). What else is wrong with a template stays wrong.
        "autoscaling:CreateAutoScalingGroup"
        | "autoscaling:UpdateAutoScalingGroup"
        | "autoscaling:StartInstanceRefresh"
            if [
                "Invalid IAM Instance Profile",
                "iamInstanceProfile",
                "service-linked role",
            ]
            .iter()
            .any(|text| message.contains(text)) =>
        {
            Class::Eventual
        }
        // "AutoScalingGroup name not found", with the code of any mistake.
        operation
            if operation.starts_with("autoscaling:") && message.contains("name not found") =>
        {
            Class::Gone
        }
        "ecs:CreateCapacityProvider" if message.contains("already exists") => Class::Exists,
        // The group, the profile or the role was made a moment ago.
        "ecs:CreateCapacityProvider" | "ecs:UpdateCapacityProvider"
            if [
                "group ARN is invalid",
                "unable to assume",
                "instance profile",
                "does not exist",
            ]
            .iter()
            .any(|text| message.contains(text)) =>
        {
            Class::Eventual
        }
        "ecs:DeleteCapacityProvider" if message.contains("does not exist") => Class::Gone,
        "ecs:PutClusterCapacityProviders" if message.contains("was not found") => Class::Eventual,
        // The web ACL or the balancer is not everywhere yet; AWS says to try again
        // (WAFUnavailableEntityException).
        "wafv2:AssociateWebACL" if message.contains("unavailable") || message.contains("Retry") => {
            Class::Eventual
        }
        // "… a secret with this name is already scheduled for deletion" (terraform-provider-aws
        // #5445).
        "secretsmanager:CreateSecret" if message.contains("scheduled for deletion") => {
            Class::Exists
        }
        // It is deleted, or will be: "currently marked deleted", "marked for deletion".
        "secretsmanager:DeleteSecret" if message.contains("marked") => Class::Gone,
        _ => Class::Invalid,
    }
}
