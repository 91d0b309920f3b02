//! Amazon Resource Names.

/// Is this the ARN of such a resource of that service, in some region and account? [AWS general reference: ARNs]
pub(super) fn is_arn(text: &str, service: &str, resource: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    matches!(
        parts.as_slice(),
        ["arn", partition, of, region, account, name]
            if partition.starts_with("aws")
                && *of == service
                && !region.is_empty()
                && account.len() == 12
                && name.len() > resource.len()
                && name.starts_with(resource)
    )
}
