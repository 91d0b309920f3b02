//! CreateSecret.

use std::collections::BTreeMap;

use serde_json::json;

use super::secret::{CURRENT, Secret};
use super::value::Sent;
use super::{name, refuse, update, value};
use crate::operation::{Answer, Call};
use crate::tags::Tags;

/// Secrets per region [Secrets Manager quotas].
const SECRETS: usize = 500_000;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Name")?;
    let sent = value::read(&mut input)?;
    let description = update::read_description(&mut input)?;
    update::read_key(&mut input)?;
    input.accept("AddReplicaRegions", &[json!([])])?;
    input.accept("ForceOverwriteReplicaSecret", &[json!(false)])?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    name::check(&name)?;

    let now = call.now();
    let secrets = &call.here().secretsmanager.secrets;
    if let Some(known) = secrets.get(&name) {
        return again(known, sent.as_ref());
    }
    if secrets.len() >= SECRETS {
        return Err(crate::refusal::Refusal::new(
            "LimitExceededException",
            format!("You have reached the limit of {SECRETS} secrets."),
        ));
    }
    let ordinal = secrets.values().map(|it| it.ordinal + 1).max();
    let random = call.world.ids.letters(6);
    let arn = call.arn("secretsmanager", &format!("secret:{name}-{random}"));
    let mut secret = Secret {
        name: name.clone(),
        arn,
        description,
        created: now,
        ordinal: ordinal.unwrap_or_default(),
        changed: now,
        deletion: None,
        tags,
        owner: None,
        versions: BTreeMap::new(),
    };
    let mut answer = secret.names();
    if let Some(sent) = sent {
        answer["VersionId"] = json!(secret.add(sent, &[CURRENT.to_owned()], now)?);
    }
    call.here().secretsmanager.secrets.insert(name, secret);
    Ok(answer)
}

/// The same token with the same value is the same request; only the value counts. A secret that was made without a
/// value has no version by which a repeated request could be known [Secrets Manager API: CreateSecret
/// ClientRequestToken; emulators.md 4: "idempotent CreateSecret same token"].
fn again(known: &Secret, sent: Option<&Sent>) -> Answer {
    // [emulators.md 4: "CreateSecret while scheduled for deletion"; terraform-provider-aws #5445]
    if known.deletion.is_some() {
        return Err(refuse::request(
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        ));
    }
    let version = sent.and_then(|sent| Some((sent, known.versions.get(&sent.token)?)));
    match version {
        Some((sent, version)) if version.value == sent.value => {
            let mut answer = known.names();
            answer["VersionId"] = json!(sent.token);
            Ok(answer)
        }
        Some((sent, _)) => Err(refuse::exists(format!(
            "You can't use ClientRequestToken {} because that value is already in use for a version of secret {}.",
            sent.token, known.arn
        ))),
        None => Err(refuse::exists(format!(
            "The operation failed because the secret {} already exists.",
            known.name
        ))),
    }
}
