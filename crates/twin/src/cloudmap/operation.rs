//! Operations: what was asked for and takes its time. GetOperation tells how it went.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::namespace_change::{self, Change as NamespaceChange};
use super::service_change::{self, Change as ServiceChange};
use super::{CloudMap, Happening, instance, lists, namespace};
use crate::agenda;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// One operation.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Running {
    serial: u64,
    pub(super) what: What,
    status: Status,
    created: Millis,
    updated: Millis,
    /// What it is about: `NAMESPACE`, `SERVICE`, `INSTANCE`.
    targets: BTreeMap<String, String>,
    failure: Option<(String, String)>,
}

/// What is done when it is done.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) enum What {
    CreateNamespace {
        creator: Option<String>,
    },
    DeleteNamespace,
    UpdateNamespace {
        change: NamespaceChange,
    },
    UpdateService {
        change: ServiceChange,
    },
    RegisterInstance {
        attributes: BTreeMap<String, String>,
        creator: Option<String>,
    },
    DeregisterInstance,
}

#[derive(Clone, Copy, Serialize, Deserialize, Debug, PartialEq, Eq)]
enum Status {
    Pending,
    Success,
    Fail,
}

/// Operations that are kept (AWS does not say how many, or for how long).
const KEPT: usize = 2_000;

/// Lets something be done after a while, and gives the operation's id.
pub(super) fn submit(call: &mut Call<'_>, what: What, targets: &[(&str, &str)]) -> Answer {
    let now = call.now();
    let timing = &call.world.timing;
    let private = targets.iter().any(|(kind, id)| {
        *kind == "NAMESPACE" && namespace::is_private(call.world, &call.region, id)
    });
    let millis = if private {
        timing.cloud_map_namespace
    } else {
        timing.cloud_map
    };
    let id = format!(
        "{}-{}",
        call.world.ids.letters(32).to_lowercase(),
        call.world.ids.hex("", 8)
    );
    let map = &mut call.here().cloudmap;
    map.serial += 1;
    let running = Running {
        serial: map.serial,
        what,
        status: Status::Pending,
        created: now,
        updated: now,
        targets: targets
            .iter()
            .map(|(kind, id)| ((*kind).to_owned(), (*id).to_owned()))
            .collect(),
        failure: None,
    };
    map.forget();
    map.operations.insert(id.clone(), running);
    let done = Happening::Done {
        operation: id.clone(),
    };
    let at = now + Duration::from_millis(millis);
    call.world
        .agenda
        .add(at, &call.region, agenda::Happening::Cloudmap(done));
    Ok(json!({ "OperationId": id }))
}

/// Carries out what was asked for.
pub(super) fn done(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    let Some(running) = world.region(region).cloudmap.operations.get(id).cloned() else {
        return;
    };
    let target = |kind: &str| running.targets.get(kind).cloned().unwrap_or_default();
    let (namespace, service, which) = (target("NAMESPACE"), target("SERVICE"), target("INSTANCE"));
    let result = match running.what {
        What::CreateNamespace { .. } => namespace::finish(world, region, &namespace),
        What::DeleteNamespace => namespace_change::finish_delete(world, region, &namespace),
        What::UpdateNamespace { change } => {
            namespace_change::finish_update(world, region, &namespace, change);
            Ok(())
        }
        What::UpdateService { change } => {
            service_change::finish(world, region, &service, change);
            Ok(())
        }
        What::RegisterInstance {
            attributes,
            creator,
        } => {
            instance::finish(world, region, &service, &which, attributes, creator);
            Ok(())
        }
        What::DeregisterInstance => {
            instance::remove(world, region, &service, &which);
            Ok(())
        }
    };
    if let Some(running) = world.region(region).cloudmap.operations.get_mut(id) {
        running.updated = now;
        running.status = if result.is_ok() {
            Status::Success
        } else {
            Status::Fail
        };
        running.failure = result
            .err()
            .map(|refusal: Refusal| (refusal.code, refusal.message));
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("OperationId")?;
    let account = call.account();
    input.accept("OwnerAccount", &[json!(account)])?;
    input.finish()?;
    let found = call.here().cloudmap.operations.get(&id);
    let running = found.ok_or_else(|| {
        Refusal::new(
            "OperationNotFound",
            "No operation exists with the specified ID.",
        )
        .status(404)
    })?;
    let failure = running.failure.as_ref();
    Ok(json!({ "Operation": {
        "Id": id,
        "OwnerAccount": account,
        "Type": running.what.word(),
        "Status": running.status.word(),
        "ErrorCode": failure.map(|(code, _)| code),
        "ErrorMessage": failure.map(|(_, message)| message),
        "CreateDate": running.created.epoch_seconds(),
        "UpdateDate": running.updated.epoch_seconds(),
        "Targets": running.targets,
    }}))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let filters = lists::Filters::read(
        &mut input,
        &["NAMESPACE_ID", "SERVICE_ID", "STATUS", "TYPE"],
    )?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    let mut all: Vec<(&String, &Running)> = call.here().cloudmap.operations.iter().collect();
    all.sort_by_key(|(_, running)| running.serial);
    let rows = all.into_iter().filter(|(_, it)| {
        let target = |kind: &str| it.targets.get(kind).cloned().unwrap_or_default();
        filters.fit(|name| match name {
            "NAMESPACE_ID" => target("NAMESPACE"),
            "SERVICE_ID" => target("SERVICE"),
            "STATUS" => it.status.word().to_owned(),
            _ => it.what.word().to_owned(),
        })
    });
    let rows: Vec<Value> = rows
        .map(|(id, it)| json!({ "Id": id, "Status": it.status.word() }))
        .collect();
    window.answer("Operations", rows)
}

impl CloudMap {
    /// The operation under way of which this is true.
    pub(super) fn under_way(&self, is_it: impl Fn(&Running) -> bool) -> Option<&String> {
        let mut all = self.operations.iter();
        let pending = |it: &Running| it.status == Status::Pending && is_it(it);
        all.find(|(_, it)| pending(it)).map(|(id, _)| id)
    }

    /// Drops the oldest operations that are done.
    fn forget(&mut self) {
        while self.operations.len() >= KEPT {
            let done = self
                .operations
                .iter()
                .filter(|(_, it)| it.status != Status::Pending);
            let Some(oldest) = done
                .min_by_key(|(_, it)| it.serial)
                .map(|(id, _)| id.clone())
            else {
                return;
            };
            self.operations.remove(&oldest);
        }
    }
}

impl Running {
    pub(super) fn targets(&self, kind: &str, id: &str) -> bool {
        self.targets.get(kind).is_some_and(|target| target == id)
    }
}

impl What {
    fn word(&self) -> &'static str {
        match self {
            What::CreateNamespace { .. } => "CREATE_NAMESPACE",
            What::DeleteNamespace => "DELETE_NAMESPACE",
            What::UpdateNamespace { .. } => "UPDATE_NAMESPACE",
            What::UpdateService { .. } => "UPDATE_SERVICE",
            What::RegisterInstance { .. } => "REGISTER_INSTANCE",
            What::DeregisterInstance => "DEREGISTER_INSTANCE",
        }
    }
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::Pending => "PENDING",
            Status::Success => "SUCCESS",
            Status::Fail => "FAIL",
        }
    }
}
