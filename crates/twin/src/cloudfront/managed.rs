//! The policies that AWS keeps for everybody, by id [CloudFront guide: managed policies].

use serde_json::{Value, json};

/// One policy: its id, its name, and what makes its configuration.
pub(super) struct Managed {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    config: fn(&'static str) -> Value,
}

const fn row(id: &'static str, name: &'static str, config: fn(&'static str) -> Value) -> Managed {
    Managed { id, name, config }
}

pub(super) const CACHE: &[Managed] = &[
    row(
        "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "Managed-CachingOptimized",
        |name| {
            caching(
                name,
                [1, 86_400, 31_536_000],
                true,
                none("Header"),
                none("Cookie"),
                none("QueryString"),
            )
        },
    ),
    row(
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
        "Managed-CachingOptimizedForUncompressedObjects",
        |name| {
            caching(
                name,
                [1, 86_400, 31_536_000],
                false,
                none("Header"),
                none("Cookie"),
                none("QueryString"),
            )
        },
    ),
    row(
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "Managed-CachingDisabled",
        |name| {
            caching(
                name,
                [0, 0, 0],
                false,
                none("Header"),
                none("Cookie"),
                none("QueryString"),
            )
        },
    ),
    row(
        "08627262-05a9-4f76-9ded-b50ca2e3a84f",
        "Managed-Elemental-MediaPackage",
        |name| {
            let queries = listed(
                "QueryString",
                "whitelist",
                &["aws.manifestfilter", "start", "end", "m"],
            );
            caching(
                name,
                [0, 86_400, 31_536_000],
                true,
                listed("Header", "whitelist", &["origin"]),
                none("Cookie"),
                queries,
            )
        },
    ),
    row(
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
        "UseOriginCacheControlHeaders",
        |name| {
            caching(
                name,
                [0, 0, 31_536_000],
                true,
                headers_of_origin(),
                all("Cookie"),
                none("QueryString"),
            )
        },
    ),
    row(
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
        "UseOriginCacheControlHeaders-QueryStrings",
        |name| {
            caching(
                name,
                [0, 0, 31_536_000],
                true,
                headers_of_origin(),
                all("Cookie"),
                all("QueryString"),
            )
        },
    ),
];

pub(super) const ORIGIN_REQUEST: &[Managed] = &[
    row(
        "216adef6-5c7f-47e4-b989-5492eafa07d3",
        "Managed-AllViewer",
        |name| {
            request(
                name,
                json!({ "HeaderBehavior": "allViewer" }),
                all("Cookie"),
                all("QueryString"),
            )
        },
    ),
    row(
        "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "Managed-AllViewerExceptHostHeader",
        |name| {
            request(
                name,
                listed("Header", "allExcept", &["host"]),
                all("Cookie"),
                all("QueryString"),
            )
        },
    ),
    row(
        "59781a5b-3903-41f3-afcb-af62929ccde1",
        "Managed-CORS-CustomOrigin",
        |name| {
            request(
                name,
                listed("Header", "whitelist", &["origin"]),
                none("Cookie"),
                none("QueryString"),
            )
        },
    ),
    row(
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
        "Managed-CORS-S3Origin",
        |name| {
            let headers = [
                "origin",
                "access-control-request-headers",
                "access-control-request-method",
            ];
            request(
                name,
                listed("Header", "whitelist", &headers),
                none("Cookie"),
                none("QueryString"),
            )
        },
    ),
    row(
        "acba4595-bd28-49b8-b9fe-13317c0390fa",
        "Managed-UserAgentRefererHeaders",
        |name| {
            let headers = listed("Header", "whitelist", &["user-agent", "referer"]);
            request(name, headers, none("Cookie"), none("QueryString"))
        },
    ),
    row(
        "bf0718e1-ba1e-49d1-88b1-f726733018ae",
        "Managed-HostHeaderOnly",
        |name| {
            request(
                name,
                listed("Header", "whitelist", &["host"]),
                none("Cookie"),
                none("QueryString"),
            )
        },
    ),
];

pub(super) const RESPONSE_HEADERS: &[Managed] = &[
    row(
        "60669652-455b-4ae9-85a4-c4c02393f86c",
        "Managed-SimpleCORS",
        |name| json!({ "Name": name, "Comment": "", "CorsConfig": simple_cors() }),
    ),
    row(
        "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
        "Managed-CORS-With-Preflight",
        |name| json!({ "Name": name, "Comment": "", "CorsConfig": preflight() }),
    ),
    row(
        "67f7725c-6f97-4210-82d7-5512b31e9d03",
        "Managed-SecurityHeadersPolicy",
        |name| json!({ "Name": name, "Comment": "", "SecurityHeadersConfig": security() }),
    ),
    row(
        "e61eb60c-9c35-4d20-a928-2b84e02af89c",
        "Managed-CORS-and-SecurityHeadersPolicy",
        |name| {
            json!({
                "Name": name, "Comment": "", "CorsConfig": simple_cors(), "SecurityHeadersConfig": security(),
            })
        },
    ),
    row(
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
        "Managed-CORS-with-preflight-and-SecurityHeadersPolicy",
        |name| {
            json!({
                "Name": name, "Comment": "", "CorsConfig": preflight(), "SecurityHeadersConfig": security(),
            })
        },
    ),
];

pub(super) fn cache(id: &str) -> Option<&'static Managed> {
    CACHE.iter().find(|it| it.id == id)
}

pub(super) fn origin_request(id: &str) -> Option<&'static Managed> {
    ORIGIN_REQUEST.iter().find(|it| it.id == id)
}

pub(super) fn response_headers(id: &str) -> Option<&'static Managed> {
    RESPONSE_HEADERS.iter().find(|it| it.id == id)
}

impl Managed {
    pub(super) fn config(&self) -> Value {
        (self.config)(self.name)
    }
}

fn caching(
    name: &str,
    [least, usual, most]: [u64; 3],
    compressed: bool,
    headers: Value,
    cookies: Value,
    queries: Value,
) -> Value {
    json!({
        "Name": name,
        "Comment": "",
        "MinTTL": least,
        "DefaultTTL": usual,
        "MaxTTL": most,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "EnableAcceptEncodingGzip": compressed,
            "EnableAcceptEncodingBrotli": compressed,
            "HeadersConfig": headers,
            "CookiesConfig": cookies,
            "QueryStringsConfig": queries,
        },
    })
}

fn request(name: &str, headers: Value, cookies: Value, queries: Value) -> Value {
    json!({
        "Name": name,
        "Comment": "",
        "HeadersConfig": headers,
        "CookiesConfig": cookies,
        "QueryStringsConfig": queries,
    })
}

/// `kind` is `Header`, `Cookie` or `QueryString`.
fn none(kind: &str) -> Value {
    json!({ format!("{kind}Behavior"): "none" })
}

fn all(kind: &str) -> Value {
    json!({ format!("{kind}Behavior"): "all" })
}

fn listed(kind: &str, behaviour: &str, names: &[&str]) -> Value {
    json!({ format!("{kind}Behavior"): behaviour, format!("{kind}s"): {
        "Quantity": names.len(), "Items": { "Name": names },
    } })
}

fn headers_of_origin() -> Value {
    let names = [
        "host",
        "origin",
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
    ];
    listed("Header", "whitelist", &names)
}

fn simple_cors() -> Value {
    json!({
        "AccessControlAllowOrigins": { "Quantity": 1, "Items": { "Origin": ["*"] } },
        "AccessControlAllowHeaders": { "Quantity": 1, "Items": { "Header": ["*"] } },
        "AccessControlAllowMethods": { "Quantity": 2, "Items": { "Method": ["GET", "HEAD"] } },
        "AccessControlAllowCredentials": false,
        "OriginOverride": false,
    })
}

fn preflight() -> Value {
    let methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    let mut cors = simple_cors();
    cors["AccessControlAllowMethods"] = json!({ "Quantity": 7, "Items": { "Method": methods } });
    cors["AccessControlExposeHeaders"] = json!({ "Quantity": 1, "Items": { "Header": ["*"] } });
    cors
}

fn security() -> Value {
    json!({
        "XSSProtection": { "Override": false, "Protection": true, "ModeBlock": true },
        "FrameOptions": { "Override": false, "FrameOption": "SAMEORIGIN" },
        "ReferrerPolicy": { "Override": false, "ReferrerPolicy": "strict-origin-when-cross-origin" },
        "ContentTypeOptions": { "Override": true },
        "StrictTransportSecurity": {
            "Override": false, "IncludeSubdomains": false, "Preload": false,
            "AccessControlMaxAgeSec": 31_536_000,
        },
    })
}
