//! Access points: a directory of a file system, and who one is in it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Efs, Happening, State, file_system, lists, refuse};
use crate::agenda;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// An access point.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct AccessPoint {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) file_system: String,
    token: String,
    pub(super) state: State,
    user: Option<Value>,
    /// The directory: `/` unless told otherwise.
    pub(super) path: String,
    /// Whose the directory is to be if it is not there yet.
    pub(super) creation: Option<Value>,
    pub(super) tags: Tags,
}

/// Access points per file system [EFS quotas].
const POINTS: usize = 10_000;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let token = input.required("ClientToken")?;
    let given = input.required("FileSystemId")?;
    let user = read_user(&mut input)?;
    let (path, creation) = read_root(&mut input)?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    if !(1..=64).contains(&token.chars().count()) {
        return Err(refuse::bad("ClientToken must have 1 to 64 characters."));
    }
    let efs = &mut call.here().efs;
    let file_system = file_system::available(efs, &given)?.id.clone();
    if let Some(known) = efs.access_points.values().find(|it| it.token == token) {
        let message = format!(
            "Access point '{}' already exists with client token '{token}'",
            known.id
        );
        return Err(Refusal::new("AccessPointAlreadyExists", message).status(409));
    }
    let have = efs
        .access_points
        .values()
        .filter(|it| it.file_system == file_system);
    if have.count() >= POINTS {
        let message = format!("You have reached the limit of {POINTS} access points.");
        return Err(Refusal::new("AccessPointLimitExceeded", message).status(403));
    }
    let id = call.world.ids.hex("fsap-", 17);
    let point = AccessPoint {
        arn: call.arn("elasticfilesystem", &format!("access-point/{id}")),
        id: id.clone(),
        file_system,
        token,
        state: State::Creating,
        user,
        path,
        creation,
        tags,
    };
    let answer = point.view(call.world);
    call.here().efs.access_points.insert(id.clone(), point);
    later(call.world, &call.region, &id);
    Ok(answer)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let point = input.text("AccessPointId")?;
    let system = input.text("FileSystemId")?;
    let window = lists::Window::tokened(&mut input)?;
    input.finish()?;
    if point.is_some() && system.is_some() {
        return Err(refuse::bad(
            "AccessPointId and FileSystemId are mutually exclusive.",
        ));
    }
    let efs = &mut call.here().efs;
    let point = point
        .map(|given| find(efs, &given).map(|it| it.id.clone()))
        .transpose()?;
    let system = system.map(|given| file_system::find(efs, &given).map(|it| it.id.clone()));
    let system = system.transpose()?;
    let here = call.world.regions.get(&call.region).map(|here| &here.efs);
    let all = here
        .into_iter()
        .flat_map(|here| here.access_points.values());
    let rows = all.filter(|it| {
        point.as_ref().is_none_or(|id| *id == it.id)
            && system.as_ref().is_none_or(|id| *id == it.file_system)
    });
    let rows = rows.map(|it| it.view(call.world)).collect();
    window.answer("AccessPoints", rows)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("AccessPointId")?;
    input.finish()?;
    let point = find(&mut call.here().efs, &given)?;
    point.state = State::Deleting;
    let id = point.id.clone();
    later(call.world, &call.region, &id);
    Ok(Value::Null)
}

fn later(world: &mut World, region: &str, id: &str) {
    let at = world.now + Duration::from_millis(world.timing.file_system);
    let what = Happening::AccessPoint { id: id.to_owned() };
    world.agenda.add(at, region, agenda::Happening::Efs(what));
}

pub(super) fn settle(world: &mut World, region: &str, id: &str) {
    let points = &mut world.region(region).efs.access_points;
    let Some(point) = points.get_mut(id) else {
        return;
    };
    match point.state {
        State::Deleting => drop(points.remove(id)),
        _ => point.state = State::Available,
    }
}

pub(super) fn find<'a>(efs: &'a mut Efs, given: &str) -> Result<&'a mut AccessPoint, Refusal> {
    let id = lists::id(given);
    let found = efs.access_points.get_mut(id);
    found.ok_or_else(|| refuse::no_access_point(id))
}

/// Ids of users and groups have 32 bits [EFS service model: Uid].
fn read_number(input: &mut Input, name: &str) -> Result<i64, Refusal> {
    let number = input.number(name)?.ok_or_else(|| input.missing(name))?;
    if (0..=i64::from(u32::MAX)).contains(&number) {
        return Ok(number);
    }
    Err(refuse::bad(format!(
        "{name} must be between 0 and {}.",
        u32::MAX
    )))
}

fn read_user(input: &mut Input) -> Result<Option<Value>, Refusal> {
    let Some(mut user) = input.object("PosixUser")? else {
        return Ok(None);
    };
    let mut view = Map::new();
    for name in ["Uid", "Gid"] {
        view.insert(name.to_owned(), json!(read_number(&mut user, name)?));
    }
    if let Some(Value::Array(groups)) = user.raw("SecondaryGids") {
        let fits = |group: &Value| {
            group
                .as_i64()
                .is_some_and(|it| (0..=i64::from(u32::MAX)).contains(&it))
        };
        if groups.len() > 16 || !groups.iter().all(fits) {
            return Err(refuse::bad(
                "SecondaryGids must be at most 16 numbers between 0 and 4294967295.",
            ));
        }
        view.insert("SecondaryGids".to_owned(), Value::Array(groups));
    }
    user.finish()?;
    Ok(Some(Value::Object(view)))
}

fn read_root(input: &mut Input) -> Result<(String, Option<Value>), Refusal> {
    let Some(mut root) = input.object("RootDirectory")? else {
        return Ok(("/".to_owned(), None));
    };
    let path = root.text("Path")?.unwrap_or_else(|| "/".to_owned());
    let mut creation = None;
    if let Some(mut given) = root.object("CreationInfo")? {
        let owner = read_number(&mut given, "OwnerUid")?;
        let group = read_number(&mut given, "OwnerGid")?;
        let permissions = given.required("Permissions")?;
        given.finish()?;
        let octal = permissions
            .bytes()
            .all(|byte| (b'0'..=b'7').contains(&byte));
        if !(3..=4).contains(&permissions.len()) || !octal {
            return Err(refuse::bad(
                "Permissions must be three or four octal digits.",
            ));
        }
        creation =
            Some(json!({ "OwnerUid": owner, "OwnerGid": group, "Permissions": permissions }));
    }
    root.finish()?;
    if !is_path(&path) {
        return Err(refuse::bad(format!(
            "'{path}' is not a valid path: it has one to four directories."
        )));
    }
    Ok((path, creation))
}

/// [EFS service model: Path]
fn is_path(path: &str) -> bool {
    if path == "/" {
        return true;
    }
    let Some(rest) = path.strip_prefix('/').filter(|_| path.len() <= 100) else {
        return false;
    };
    let bad = |c: char| "$#<>;`|&?{}^*\n".contains(c);
    let parts: Vec<&str> = rest.split('/').collect();
    let good = |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.contains(bad);
    parts.len() <= 4 && parts.iter().all(good)
}

impl AccessPoint {
    fn view(&self, world: &World) -> Value {
        json!({
            "ClientToken": self.token,
            "Name": self.tags.get("Name"),
            "Tags": self.tags.to_list("Key", "Value"),
            "AccessPointId": self.id,
            "AccessPointArn": self.arn,
            "FileSystemId": self.file_system,
            "PosixUser": self.user,
            "RootDirectory": { "Path": self.path, "CreationInfo": self.creation },
            "OwnerId": world.account,
            "LifeCycleState": self.state.word(),
        })
    }
}
