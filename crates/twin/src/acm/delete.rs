//! DeleteCertificate.

use serde_json::Value;

use super::{named, users};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Refused while a listener or a distribution uses the certificate, and for a while after [terraform-provider-aws #3866].
pub(super) fn delete_certificate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("CertificateArn")?;
    input.finish()?;
    let used = users(call.world, &call.region, &arn);
    let account = call.account();
    let acm = &mut call.here().acm;
    named(acm, &arn)?;
    if !used.is_empty() {
        return Err(Refusal::new(
            "ResourceInUseException",
            format!("Certificate {arn} in account {account} is in use."),
        ));
    }
    acm.certificates.remove(&arn);
    acm.tokens.retain(|_, token| token.certificate != arn);
    Ok(Value::Null)
}
