//! How CloudFront says no.

use serde_json::Value;

use crate::refusal::Refusal;
use crate::wire::shape::{self, Shape};

/// What is in a document for which there is no shape here, though AWS has it.
const UNMODELLED: &[&str] = &[
    "AnycastIpListId",
    "CacheTagConfig",
    "ConnectionFunctionAssociation",
    "ConnectionMode",
    "FunctionAssociations",
    "LambdaFunctionAssociations",
    "OriginGroups",
    "OriginMtlsConfig",
    "TenantConfig",
    "TrustedKeyGroups",
    "TrustedSigners",
    "ViewerMtlsConfig",
    "VpcOriginConfig",
];

/// Reads a document.
pub(super) fn read(body: &[u8], root: &str, shape: &Shape) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Err(Refusal::new(
            "MissingBody",
            "This operation requires a body. Ensure that the body is present and the Content-Type header is set.",
        ));
    }
    let mut value = shape::read(body, root, shape).map_err(|why| {
        match UNMODELLED
            .iter()
            .find(|name| why.contains(&format!("'{name}'")))
        {
            Some(name) => Refusal::not_implemented(format_args!("parameter {name}")),
            None => Refusal::new(
                "MalformedXML",
                format!("1 validation error detected: {why}"),
            ),
        }
    })?;
    check_quantities(&mut value)?;
    Ok(value)
}

/// `Quantity` and `Items` have to agree; a list without members is left out.
fn check_quantities(value: &mut Value) -> Result<(), Refusal> {
    let fields = match value {
        Value::Array(items) => return items.iter_mut().try_for_each(check_quantities),
        Value::Object(fields) => fields,
        _ => return Ok(()),
    };
    if let Some(quantity) = fields.get("Quantity").and_then(Value::as_i64) {
        let items = fields.get("Items").and_then(Value::as_object);
        let list = items.and_then(|items| items.values().next()?.as_array());
        let count = list.map_or(0, Vec::len);
        if i64::try_from(count) != Ok(quantity) {
            return Err(Refusal::new(
                "InconsistentQuantities",
                "The value of Quantity and the size of Items don't match.",
            ));
        }
        if count == 0 {
            fields.remove("Items");
        }
    }
    fields.values_mut().try_for_each(check_quantities)
}

pub(super) fn argument(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidArgument", message)
}

pub(super) fn no_distribution() -> Refusal {
    let message = "The specified distribution does not exist.";
    Refusal::new("NoSuchDistribution", message).status(404)
}

/// A change has to name the version that it is made to.
pub(super) fn check_version(given: Option<&str>, current: &str) -> Result<(), Refusal> {
    match given {
        None | Some("") => Err(Refusal::new(
            "InvalidIfMatchVersion",
            "The If-Match version is missing or not valid for the resource.",
        )),
        Some(etag) if etag.trim_matches('"') != current => Err(Refusal::new(
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more request-header fields.",
        )
        .status(412)),
        Some(_) => Ok(()),
    }
}
