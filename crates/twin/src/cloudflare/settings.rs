//! The two settings of a zone that decide whether a record does what it is meant to.

use serde_json::json;

use super::refuse;
use super::token::{Grant, authorise_zone};
use super::zone::{self, Ssl};
use crate::operation::{Answer, Call};

/// `GET /zones/{zone_id}/dns_settings`
pub(super) fn dns(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::Read, &zone_id)?;
    input.finish()?;
    Ok(dns_answer(zone::find(call.world, &zone_id)?))
}

/// `PATCH /zones/{zone_id}/dns_settings`: only the flattening can be changed here.
pub(super) fn set_dns(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::EditDns, &zone_id)?;
    let flatten = input.raw("flatten_all_cnames");
    input.accept("foundation_dns", &[json!(false)])?;
    input.accept("multi_provider", &[json!(false)])?;
    input.accept("secondary_overrides", &[json!(false)])?;
    input.finish()?;
    let zone = zone::find_mut(call.world, &zone_id)?;
    match flatten.as_ref().map(serde_json::Value::as_bool) {
        None => {}
        Some(Some(flatten)) => zone.flatten_all_cnames = flatten,
        Some(None) => return Err(refuse::parameter("flatten_all_cnames must be a boolean")),
    }
    Ok(dns_answer(zone))
}

fn dns_answer(zone: &zone::Zone) -> serde_json::Value {
    // The defaults of a Free zone, which cannot change most of them.
    json!({ "result": {
        "flatten_all_cnames": zone.flatten_all_cnames,
        "foundation_dns": false,
        "multi_provider": false,
        "nameservers": { "type": "cloudflare.standard" },
        "ns_ttl": 86_400,
        "secondary_overrides": false,
        "soa": {
            "expire": 604_800,
            "min_ttl": 1800,
            "mname": zone::NAME_SERVERS[0],
            "refresh": 10_000,
            "retry": 2400,
            "rname": "dns.cloudflare.com",
            "ttl": 3600,
        },
        "zone_mode": "standard",
    }})
}

/// `GET /zones/{zone_id}/settings/ssl`
pub(super) fn ssl(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::Read, &zone_id)?;
    input.finish()?;
    Ok(ssl_answer(zone::find(call.world, &zone_id)?.ssl))
}

/// `PATCH /zones/{zone_id}/settings/ssl`
pub(super) fn set_ssl(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::EditZones, &zone_id)?;
    let value = input.required("value")?;
    input.finish()?;
    let ssl = match value.as_str() {
        "off" => Ssl::Off,
        "flexible" => Ssl::Flexible,
        "full" => Ssl::Full,
        "strict" => Ssl::Strict,
        _ => return Err(refuse::parameter("Invalid value for zone setting ssl")),
    };
    zone::find_mut(call.world, &zone_id)?.ssl = ssl;
    Ok(ssl_answer(ssl))
}

fn ssl_answer(ssl: Ssl) -> serde_json::Value {
    json!({ "result": { "id": "ssl", "value": ssl, "editable": true, "modified_on": null } })
}
