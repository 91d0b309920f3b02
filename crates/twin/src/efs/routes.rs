//! How the operations of EFS are addressed [service model: `http`].

use crate::wire::Route;

const fn route(
    method: &'static str,
    operation: &'static str,
    path: &'static str,
    status: u16,
) -> Route {
    Route {
        operation,
        method,
        path,
        status,
        lists: &[],
    }
}

const fn get(operation: &'static str, path: &'static str) -> Route {
    route("GET", operation, path, 200)
}

const fn put(operation: &'static str, path: &'static str, status: u16) -> Route {
    route("PUT", operation, path, status)
}

/// Every operation's address.
pub(crate) const ROUTES: &[Route] = &[
    route("POST", "CreateFileSystem", "/2015-02-01/file-systems", 201),
    get("DescribeFileSystems", "/2015-02-01/file-systems"),
    put(
        "UpdateFileSystem",
        "/2015-02-01/file-systems/{FileSystemId}",
        202,
    ),
    route(
        "DELETE",
        "DeleteFileSystem",
        "/2015-02-01/file-systems/{FileSystemId}",
        204,
    ),
    put(
        "UpdateFileSystemProtection",
        "/2015-02-01/file-systems/{FileSystemId}/protection",
        200,
    ),
    put(
        "PutLifecycleConfiguration",
        "/2015-02-01/file-systems/{FileSystemId}/lifecycle-configuration",
        200,
    ),
    get(
        "DescribeLifecycleConfiguration",
        "/2015-02-01/file-systems/{FileSystemId}/lifecycle-configuration",
    ),
    put(
        "PutBackupPolicy",
        "/2015-02-01/file-systems/{FileSystemId}/backup-policy",
        200,
    ),
    get(
        "DescribeBackupPolicy",
        "/2015-02-01/file-systems/{FileSystemId}/backup-policy",
    ),
    put(
        "PutFileSystemPolicy",
        "/2015-02-01/file-systems/{FileSystemId}/policy",
        200,
    ),
    get(
        "DescribeFileSystemPolicy",
        "/2015-02-01/file-systems/{FileSystemId}/policy",
    ),
    route(
        "DELETE",
        "DeleteFileSystemPolicy",
        "/2015-02-01/file-systems/{FileSystemId}/policy",
        200,
    ),
    route(
        "POST",
        "CreateMountTarget",
        "/2015-02-01/mount-targets",
        200,
    ),
    get("DescribeMountTargets", "/2015-02-01/mount-targets"),
    route(
        "DELETE",
        "DeleteMountTarget",
        "/2015-02-01/mount-targets/{MountTargetId}",
        204,
    ),
    get(
        "DescribeMountTargetSecurityGroups",
        "/2015-02-01/mount-targets/{MountTargetId}/security-groups",
    ),
    put(
        "ModifyMountTargetSecurityGroups",
        "/2015-02-01/mount-targets/{MountTargetId}/security-groups",
        204,
    ),
    route(
        "POST",
        "CreateAccessPoint",
        "/2015-02-01/access-points",
        200,
    ),
    get("DescribeAccessPoints", "/2015-02-01/access-points"),
    route(
        "DELETE",
        "DeleteAccessPoint",
        "/2015-02-01/access-points/{AccessPointId}",
        204,
    ),
    route(
        "POST",
        "TagResource",
        "/2015-02-01/resource-tags/{ResourceId}",
        200,
    ),
    route(
        "DELETE",
        "UntagResource",
        "/2015-02-01/resource-tags/{ResourceId}",
        200,
    ),
    get(
        "ListTagsForResource",
        "/2015-02-01/resource-tags/{ResourceId}",
    ),
];
