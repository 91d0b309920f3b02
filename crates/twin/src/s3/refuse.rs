//! How S3 says no [S3 API: error responses].

use crate::refusal::Refusal;

pub(super) fn no_bucket(name: &str) -> Refusal {
    Refusal::new("NoSuchBucket", "The specified bucket does not exist")
        .status(404)
        .because("BucketName", name)
}

pub(super) fn no_key(key: &str) -> Refusal {
    Refusal::new("NoSuchKey", "The specified key does not exist.")
        .status(404)
        .because("Key", key)
}

pub(super) fn no_upload(id: &str) -> Refusal {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    Refusal::new("NoSuchUpload", message)
        .status(404)
        .because("UploadId", id)
}

pub(super) fn denied() -> Refusal {
    Refusal::new("AccessDenied", "Access Denied").status(403)
}

pub(super) fn malformed() -> Refusal {
    let message =
        "The XML you provided was not well-formed or did not validate against our published schema";
    Refusal::new("MalformedXML", message)
}

pub(super) fn argument(name: &str, value: &str, message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidArgument", message)
        .because("ArgumentName", name)
        .because("ArgumentValue", value)
}

pub(super) fn request(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidRequest", message)
}

/// `condition` is the header that does not hold.
pub(super) fn precondition(condition: &str) -> Refusal {
    let message = "At least one of the pre-conditions you specified did not hold";
    Refusal::new("PreconditionFailed", message)
        .status(412)
        .because("Condition", condition)
}
