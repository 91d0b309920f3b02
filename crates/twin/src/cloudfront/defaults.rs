//! What AWS adds to a configuration that leaves it out [CloudFront API: DistributionConfig; the answers that
//! terraform-provider-aws reads].

use serde_json::{Value, json};

/// Fills in what was not said.
pub(super) fn fill(config: &mut Value) {
    let none = json!({ "Quantity": 0 });
    or(config, "Aliases", &none);
    or(config, "DefaultRootObject", &json!(""));
    or(config, "OriginGroups", &none);
    or(config, "CacheBehaviors", &none);
    or(config, "CustomErrorResponses", &none);
    or(config, "Logging", &json!({}));
    let logging = json!({ "Enabled": false, "IncludeCookies": false, "Bucket": "", "Prefix": "" });
    each_or(&mut config["Logging"], &logging);
    or(config, "PriceClass", &json!("PriceClass_All"));
    or(config, "WebACLId", &json!(""));
    or(config, "HttpVersion", &json!("http2"));
    or(config, "IsIPV6Enabled", &json!(false));
    or(config, "ContinuousDeploymentPolicyId", &json!(""));
    or(config, "Staging", &json!(false));
    let everywhere = json!({ "GeoRestriction": { "RestrictionType": "none", "Quantity": 0 } });
    or(config, "Restrictions", &everywhere);
    certificate(config);
    if let Some(origins) = config["Origins"]["Items"]["Origin"].as_array_mut() {
        origins.iter_mut().for_each(origin);
    }
    behaviour(&mut config["DefaultCacheBehavior"]);
    let others = config["CacheBehaviors"].pointer_mut("/Items/CacheBehavior");
    if let Some(others) = others.and_then(Value::as_array_mut) {
        others.iter_mut().for_each(behaviour);
    }
    let errors = config["CustomErrorResponses"].pointer_mut("/Items/CustomErrorResponse");
    for it in errors.and_then(Value::as_array_mut).into_iter().flatten() {
        let rest = json!({ "ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": 10 });
        each_or(it, &rest);
    }
}

fn origin(origin: &mut Value) {
    each_or(
        origin,
        &json!({
            "OriginPath": "",
            "CustomHeaders": { "Quantity": 0 },
            "ConnectionAttempts": 3,
            "ConnectionTimeout": 10,
            "OriginShield": { "Enabled": false },
            "OriginAccessControlId": "",
        }),
    );
    if !origin["S3OriginConfig"].is_null() {
        or(
            &mut origin["S3OriginConfig"],
            "OriginReadTimeout",
            &json!(30),
        );
    }
    if !origin["CustomOriginConfig"].is_null() {
        let protocols = ["TLSv1", "TLSv1.1", "TLSv1.2", "SSLv3"];
        each_or(
            &mut origin["CustomOriginConfig"],
            &json!({
                "OriginSslProtocols": { "Quantity": 4, "Items": { "SslProtocol": protocols } },
                "OriginReadTimeout": 30,
                "OriginKeepaliveTimeout": 5,
                "IpAddressType": "ipv4",
            }),
        );
    }
}

fn behaviour(behaviour: &mut Value) {
    let none = json!({ "Quantity": 0 });
    let nobody = json!({ "Enabled": false, "Quantity": 0 });
    let read = json!({ "Quantity": 2, "Items": { "Method": ["HEAD", "GET"] } });
    let mut methods = read.clone();
    methods["CachedMethods"] = read.clone();
    each_or(
        behaviour,
        &json!({
            "TrustedSigners": nobody,
            "TrustedKeyGroups": nobody,
            "AllowedMethods": methods,
            "SmoothStreaming": false,
            "Compress": false,
            "LambdaFunctionAssociations": none,
            "FunctionAssociations": none,
            "FieldLevelEncryptionId": "",
            "GrpcConfig": { "Enabled": false },
        }),
    );
    or(&mut behaviour["AllowedMethods"], "CachedMethods", &read);
    if behaviour["ForwardedValues"].is_null() {
        // A cache policy says how long; what was sent beside it means nothing.
        if let Some(fields) = behaviour.as_object_mut() {
            ["MinTTL", "DefaultTTL", "MaxTTL"]
                .iter()
                .for_each(|name| drop(fields.remove(*name)));
        }
        return;
    }
    each_or(
        &mut behaviour["ForwardedValues"],
        &json!({ "Headers": none, "QueryStringCacheKeys": none }),
    );
    each_or(
        behaviour,
        &json!({ "MinTTL": 0, "DefaultTTL": 86_400, "MaxTTL": 31_536_000 }),
    );
}

/// Which certificate it is stands there in two ways more, as it did years ago.
fn certificate(config: &mut Value) {
    or(config, "ViewerCertificate", &json!({}));
    let given = &mut config["ViewerCertificate"];
    let arn = given["ACMCertificateArn"]
        .as_str()
        .filter(|it| !it.is_empty());
    match arn.map(str::to_owned) {
        Some(arn) => {
            given["CloudFrontDefaultCertificate"] = json!(false);
            or(given, "MinimumProtocolVersion", &json!("TLSv1"));
            given["Certificate"] = json!(arn);
            given["CertificateSource"] = json!("acm");
        }
        None => {
            *given = json!({
                "CloudFrontDefaultCertificate": true,
                "SSLSupportMethod": "vip",
                "MinimumProtocolVersion": "TLSv1",
                "CertificateSource": "cloudfront",
            });
        }
    }
}

fn or(value: &mut Value, name: &str, default: &Value) {
    if value[name].is_null() {
        value[name] = default.clone();
    }
}

fn each_or(value: &mut Value, defaults: &Value) {
    for (name, default) in defaults.as_object().into_iter().flatten() {
        or(value, name, default);
    }
}
