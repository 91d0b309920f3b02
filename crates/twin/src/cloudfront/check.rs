//! What CloudFront refuses in a distribution's configuration [CloudFront API: CreateDistribution errors].

use serde_json::Value;

use super::{managed, refuse, viewer};
use crate::refusal::Refusal;
use crate::world::World;

/// Checks a configuration as it came; `own` is the id of the distribution that it is for, if there is one already.
pub(super) fn config(world: &World, config: &Value, own: Option<&str>) -> Result<(), Refusal> {
    let text = |name: &str| config[name].as_str().unwrap_or_default();
    if text("CallerReference").is_empty() {
        return Err(refuse::argument(
            "The parameter CallerReference is required.",
        ));
    }
    if text("Comment").chars().count() > 128 {
        return Err(refuse::argument("The parameter Comment is too long."));
    }
    // [CloudFront guide: default root object]
    let root = text("DefaultRootObject");
    if root.starts_with('/') || root.len() > 255 {
        let message =
            "The parameter DefaultRootObject is too big or contains an invalid character.";
        return Err(Refusal::new("InvalidDefaultRootObject", message));
    }
    for name in ["ContinuousDeploymentPolicyId", "WebACLId"] {
        if !text(name).is_empty() {
            return Err(Refusal::not_implemented(format_args!("parameter {name}")));
        }
    }
    if config["Staging"] == true || config["Logging"]["Enabled"] == true {
        return Err(Refusal::not_implemented(
            "staging distributions and access logs of CloudFront",
        ));
    }
    let origins = items(&config["Origins"], "Origin");
    if origins.is_empty() {
        return Err(refuse::argument("The parameter Origins is required."));
    }
    let mut ids: Vec<&str> = Vec::new();
    for it in origins {
        let id = it["Id"].as_str().unwrap_or_default();
        if id.is_empty() || ids.contains(&id) {
            return Err(refuse::argument("Origin Ids must be unique and not empty."));
        }
        ids.push(id);
        origin(world, it)?;
    }
    behaviour(&config["DefaultCacheBehavior"], &ids)?;
    let behaviours = items(&config["CacheBehaviors"], "CacheBehavior");
    let mut patterns: Vec<&Value> = Vec::new();
    for it in behaviours {
        if patterns.contains(&&it["PathPattern"]) {
            let message = "The parameter PathPattern contains duplicate values.";
            return Err(refuse::argument(message));
        }
        patterns.push(&it["PathPattern"]);
        behaviour(it, &ids)?;
    }
    errors(items(
        &config["CustomErrorResponses"],
        "CustomErrorResponse",
    ))?;
    restrictions(&config["Restrictions"]["GeoRestriction"])?;
    viewer::check(world, config, own)
}

/// Whether a name is that of a bucket [S3 guide: virtual hosting].
pub(super) fn bucket_of(domain: &str) -> Option<&str> {
    domain.strip_suffix(".amazonaws.com")?;
    let at = domain.rfind(".s3.").or_else(|| domain.rfind(".s3-"))?;
    let website = domain.contains(".s3-website");
    domain.get(..at).filter(|it| !it.is_empty() && !website)
}

fn origin(world: &World, origin: &Value) -> Result<(), Refusal> {
    let domain = origin["DomainName"].as_str().unwrap_or_default();
    let path = origin["OriginPath"].as_str().unwrap_or_default();
    if !domain.contains('.') || domain.len() > 253 || domain.contains([':', '/', ' ']) {
        return Err(refuse::argument(
            "The parameter origin name must be a domain name.",
        ));
    }
    if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
        return Err(refuse::argument(
            "The parameter OriginPath must start with a forward slash and must not end with a forward slash.",
        ));
    }
    let (s3, custom) = (&origin["S3OriginConfig"], &origin["CustomOriginConfig"]);
    let control = origin["OriginAccessControlId"].as_str().unwrap_or_default();
    // An origin that has a control and is a bucket needs to say no more [CloudFront API: Origin].
    if s3.is_null() == custom.is_null() {
        return Err(refuse::argument(
            "Exactly one of CustomOriginConfig, VpcOriginConfig and S3OriginConfig must be specified",
        ));
    }
    let is_bucket = bucket_of(domain).is_some();
    if !s3.is_null() && !is_bucket {
        return Err(refuse::argument(
            "The parameter Origin DomainName does not refer to a valid S3 bucket.",
        ));
    }
    // A website's name is a bucket's no more, and is a custom origin.
    let identity = s3["OriginAccessIdentity"].as_str().unwrap_or_default();
    if !identity.is_empty() && !control.is_empty() {
        let message = "An origin cannot contain both an origin access control (OAC) and an origin access identity (OAI).";
        return Err(Refusal::new("IllegalOriginAccessConfiguration", message));
    }
    if !identity.is_empty() {
        let message = "The specified origin access identity does not exist or is not valid.";
        return Err(Refusal::new("InvalidOriginAccessIdentity", message));
    }
    if !control.is_empty() {
        let message = "The origin access control is not valid.";
        let found = world.cloudfront.controls.get(control);
        let found = found.ok_or_else(|| Refusal::new("InvalidOriginAccessControl", message))?;
        if found.config["OriginAccessControlOriginType"] == "s3" && !is_bucket {
            let message = "An origin access control is associated with an origin whose domain name is not supported.";
            return Err(Refusal::new(
                "InvalidDomainNameForOriginAccessControl",
                message,
            ));
        }
    }
    timeouts(origin, custom)
}

/// [CloudFront guide: origin settings]
fn timeouts(origin: &Value, custom: &Value) -> Result<(), Refusal> {
    let within = |value: &Value, first: i64, last: i64| {
        value.as_i64().is_none_or(|it| (first..=last).contains(&it))
    };
    if !within(&origin["ConnectionAttempts"], 1, 3) || !within(&origin["ConnectionTimeout"], 1, 10)
    {
        return Err(refuse::argument(
            "ConnectionAttempts must be 1 to 3 and ConnectionTimeout 1 to 10.",
        ));
    }
    for port in [&custom["HTTPPort"], &custom["HTTPSPort"]] {
        let known = |port: i64| port == 80 || port == 443 || (1024..=65535).contains(&port);
        if port.as_i64().is_some_and(|port| !known(port)) {
            return Err(refuse::argument(
                "The port of a custom origin must be 80, 443 or 1024 to 65535.",
            ));
        }
    }
    if !within(&custom["OriginReadTimeout"], 1, 120) {
        let message = "The parameter OriginReadTimeout has to be in the range of 1 to 120.";
        return Err(Refusal::new("InvalidOriginReadTimeout", message));
    }
    if !within(&custom["OriginKeepaliveTimeout"], 1, 120) {
        let message = "The parameter OriginKeepaliveTimeout has to be in the range of 1 to 120.";
        return Err(Refusal::new("InvalidOriginKeepaliveTimeout", message));
    }
    Ok(())
}

fn behaviour(it: &Value, origins: &[&str]) -> Result<(), Refusal> {
    let text = |name: &str| it[name].as_str().unwrap_or_default();
    if !origins.contains(&text("TargetOriginId")) {
        let message = "One or more of your origins or origin groups do not exist.";
        return Err(Refusal::new("NoSuchOrigin", message).status(404));
    }
    for name in ["TrustedSigners", "TrustedKeyGroups"] {
        if it[name]["Enabled"] == true {
            return Err(Refusal::not_implemented(format_args!("parameter {name}")));
        }
    }
    for name in ["FieldLevelEncryptionId", "RealtimeLogConfigArn"] {
        if !text(name).is_empty() {
            return Err(Refusal::not_implemented(format_args!("parameter {name}")));
        }
    }
    let absent = |code: &str, what: &str| {
        Err(Refusal::new(code, format!("The specified {what} does not exist.")).status(404))
    };
    let cache = text("CachePolicyId");
    match (cache.is_empty(), it["ForwardedValues"].is_null()) {
        (true, true) => {
            return Err(refuse::argument(
                "The parameter ForwardedValues is required.",
            ));
        }
        (false, false) => {
            return Err(refuse::argument(
                "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.",
            ));
        }
        (false, true) if managed::cache(cache).is_none() => {
            return absent("NoSuchCachePolicy", "cache policy");
        }
        _ => {}
    }
    let ttls = ["MinTTL", "DefaultTTL", "MaxTTL"];
    if !cache.is_empty()
        && ttls
            .iter()
            .any(|name| it[*name].as_i64().is_some_and(|ttl| ttl > 0))
    {
        return Err(refuse::argument(
            "The parameter MinTTL cannot be used when a cache policy is associated to the cache behavior.",
        ));
    }
    let ttl = |name: &str, default: i64| it[name].as_i64().unwrap_or(default);
    let (least, usual, most) = (
        ttl("MinTTL", 0),
        ttl("DefaultTTL", 86_400),
        ttl("MaxTTL", 31_536_000),
    );
    if cache.is_empty() && !(least <= usual && usual <= most) {
        let message = "The order of MinTTL, DefaultTTL and MaxTTL is not valid.";
        return Err(Refusal::new("InvalidTTLOrder", message));
    }
    let request = text("OriginRequestPolicyId");
    if !request.is_empty() && managed::origin_request(request).is_none() {
        return absent("NoSuchOriginRequestPolicy", "origin request policy");
    }
    let headers = text("ResponseHeadersPolicyId");
    if !headers.is_empty() && managed::response_headers(headers).is_none() {
        return absent("NoSuchResponseHeadersPolicy", "response headers policy");
    }
    methods(&it["AllowedMethods"])
}

/// CloudFront takes three sets of methods, and caches two of them [CloudFront API: AllowedMethods].
fn methods(allowed: &Value) -> Result<(), Refusal> {
    if allowed.is_null() {
        return Ok(());
    }
    let sorted = |list: &Value| {
        let list = list["Items"]["Method"].as_array().into_iter().flatten();
        let mut list: Vec<&str> = list.filter_map(Value::as_str).collect();
        list.sort_unstable();
        list.join(" ")
    };
    let sets = [
        "GET HEAD",
        "GET HEAD OPTIONS",
        "DELETE GET HEAD OPTIONS PATCH POST PUT",
    ];
    let (all, cached) = (sorted(allowed), sorted(&allowed["CachedMethods"]));
    if !sets.contains(&all.as_str()) {
        return Err(refuse::argument(
            "The parameter AllowedMethods contains an invalid set of methods.",
        ));
    }
    if !cached.is_empty() && !sets[..2].contains(&cached.as_str()) {
        return Err(refuse::argument(
            "The parameter CachedMethods contains an invalid set of methods.",
        ));
    }
    match cached.contains("OPTIONS") && !all.contains("OPTIONS") {
        true => Err(refuse::argument(
            "The parameter CachedMethods must be a subset of AllowedMethods.",
        )),
        false => Ok(()),
    }
}

/// [CloudFront API: CustomErrorResponse]
fn errors(responses: &[Value]) -> Result<(), Refusal> {
    const CODES: [i64; 11] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];
    for it in responses {
        let code = it["ErrorCode"].as_i64().unwrap_or_default();
        if !CODES.contains(&code) {
            return Err(Refusal::new(
                "InvalidErrorCode",
                "An invalid error code was specified.",
            ));
        }
        let (page, status) = (&it["ResponsePagePath"], &it["ResponseCode"]);
        let some = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        if some(page) != some(status) {
            return Err(refuse::argument(
                "The parameters ResponsePagePath and ResponseCode have to be specified together.",
            ));
        }
        if some(page) && !page.as_str().is_some_and(|path| path.starts_with('/')) {
            return Err(refuse::argument(
                "The parameter ResponsePagePath must start with a forward slash.",
            ));
        }
        let status = status
            .as_str()
            .unwrap_or("200")
            .parse::<i64>()
            .unwrap_or_default();
        if some(page) && status != 200 && !CODES.contains(&status) {
            return Err(Refusal::new(
                "InvalidResponseCode",
                "A response code is not valid.",
            ));
        }
    }
    Ok(())
}

fn restrictions(geo: &Value) -> Result<(), Refusal> {
    let locations = items(geo, "Location");
    let none = geo["RestrictionType"] == "none" || geo.is_null();
    let code = |it: &Value| {
        it.as_str()
            .is_some_and(|it| it.len() == 2 && it.bytes().all(|b| b.is_ascii_uppercase()))
    };
    if none != locations.is_empty() || !locations.iter().all(code) {
        let message = "The specified geo restriction parameter is not valid.";
        return Err(Refusal::new("InvalidGeoRestrictionParameter", message));
    }
    Ok(())
}

/// The members of a list with its quantity.
pub(super) fn items<'a>(list: &'a Value, member: &str) -> &'a [Value] {
    let items = list["Items"][member].as_array();
    items.map(Vec::as_slice).unwrap_or_default()
}
