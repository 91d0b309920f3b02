//! How Route 53's operations are addressed [service model: `http`].

use crate::wire::Route;

const fn get(operation: &'static str, path: &'static str) -> Route {
    Route {
        operation,
        method: "GET",
        path,
        status: 200,
        lists: &[],
    }
}

const fn delete(operation: &'static str, path: &'static str) -> Route {
    Route {
        method: "DELETE",
        ..get(operation, path)
    }
}

const fn post(
    operation: &'static str,
    path: &'static str,
    status: u16,
    lists: &'static [(&'static str, &'static str)],
) -> Route {
    Route {
        operation,
        method: "POST",
        path,
        status,
        lists,
    }
}

/// Every operation's address.
pub(crate) const ROUTES: &[Route] = &[
    post("CreateHostedZone", "/2013-04-01/hostedzone", 201, &[]),
    get("ListHostedZones", "/2013-04-01/hostedzone"),
    get("ListHostedZonesByName", "/2013-04-01/hostedzonesbyname"),
    get("GetHostedZoneCount", "/2013-04-01/hostedzonecount"),
    get("GetHostedZone", "/2013-04-01/hostedzone/{Id}"),
    post(
        "UpdateHostedZoneComment",
        "/2013-04-01/hostedzone/{Id}",
        200,
        &[],
    ),
    delete("DeleteHostedZone", "/2013-04-01/hostedzone/{Id}"),
    post(
        "AssociateVPCWithHostedZone",
        "/2013-04-01/hostedzone/{Id}/associatevpc",
        200,
        &[],
    ),
    post(
        "DisassociateVPCFromHostedZone",
        "/2013-04-01/hostedzone/{Id}/disassociatevpc",
        200,
        &[],
    ),
    get("ListHostedZonesByVPC", "/2013-04-01/hostedzonesbyvpc"),
    get("GetDNSSEC", "/2013-04-01/hostedzone/{Id}/dnssec"),
    get(
        "ListResourceRecordSets",
        "/2013-04-01/hostedzone/{Id}/rrset",
    ),
    post(
        "ChangeResourceRecordSets",
        "/2013-04-01/hostedzone/{Id}/rrset/",
        200,
        &[("Changes", "Change"), ("ResourceRecords", "ResourceRecord")],
    ),
    get("GetChange", "/2013-04-01/change/{Id}"),
    get(
        "ListTagsForResource",
        "/2013-04-01/tags/{ResourceType}/{ResourceId}",
    ),
    post(
        "ChangeTagsForResource",
        "/2013-04-01/tags/{ResourceType}/{ResourceId}",
        200,
        &[("AddTags", "Tag"), ("RemoveTagKeys", "Key")],
    ),
    post(
        "ListTagsForResources",
        "/2013-04-01/tags/{ResourceType}",
        200,
        &[("ResourceIds", "ResourceId")],
    ),
    post("CreateHealthCheck", "/2013-04-01/healthcheck", 201, &[]),
    get("ListHealthChecks", "/2013-04-01/healthcheck"),
    get("GetHealthCheck", "/2013-04-01/healthcheck/{HealthCheckId}"),
    delete(
        "DeleteHealthCheck",
        "/2013-04-01/healthcheck/{HealthCheckId}",
    ),
];
