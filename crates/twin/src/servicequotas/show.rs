//! A quota as answers show it.

use serde_json::{Value, json};

use super::catalogue::{Row, SERVICES};
use crate::operation::Call;

/// With that value. ARNs of quotas of the account have no region [Service Quotas guide: identifiers].
pub(super) fn quota(call: &Call<'_>, row: &Row, value: f64) -> Value {
    let region = if row.global { "" } else { &call.region };
    let account = &call.world.account;
    let (service, code) = (row.service, row.code);
    let name = SERVICES.iter().find(|(known, _)| *known == service);
    json!({
        "ServiceCode": service,
        "ServiceName": name.map(|(_, name)| *name),
        "QuotaArn": format!("arn:aws:servicequotas:{region}:{account}:{service}/{code}"),
        "QuotaCode": code,
        "QuotaName": row.name,
        "Value": value,
        "Unit": "None",
        "Adjustable": row.adjustable,
        "GlobalQuota": row.global,
        "QuotaAppliedAtLevel": "ACCOUNT",
    })
}
