//! Rotation of keys: a setting, nothing rotates.

use serde_json::{Value, json};

use super::key;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// The days between two rotations, unless others are asked for [KMS API: EnableKeyRotation].
const YEAR: i64 = 365;

/// `EnableKeyRotation`
pub(super) fn enable_key_rotation(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    let days = input.number("RotationPeriodInDays")?.unwrap_or(YEAR);
    input.finish()?;
    if !(90..=2560).contains(&days) {
        return Err(Refusal::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: Member must be between 90 and 2560"
            ),
        ));
    }
    let key = key::find(call, &named)?;
    key.must_not_wait()?;
    key.rotation = Some(days);
    Ok(Value::Null)
}

/// `DisableKeyRotation`
pub(super) fn disable_key_rotation(call: &mut Call<'_>) -> Answer {
    let named = only_key(call)?;
    let key = key::find(call, &named)?;
    key.must_not_wait()?;
    key.rotation = None;
    Ok(Value::Null)
}

/// `GetKeyRotationStatus`
pub(super) fn get_key_rotation_status(call: &mut Call<'_>) -> Answer {
    let named = only_key(call)?;
    let key = key::find(call, &named)?;
    Ok(json!({
        "KeyId": key.arn,
        "KeyRotationEnabled": key.rotation.is_some(),
        "RotationPeriodInDays": key.rotation,
    }))
}

fn only_key(call: &mut Call<'_>) -> Result<String, Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    input.finish()?;
    Ok(named)
}
