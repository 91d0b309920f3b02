//! The world in a folder: `world.json`, replaced whole, and `requests.jsonl`, appended.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::log::Entry;
use crate::world::World;

/// A folder that this process has locked.
pub(crate) struct Store {
    folder: PathBuf,
    requests: File,
    /// The blobs that lie in the folder, by name.
    blobs: BTreeSet<String>,
    _lock: File,
}

/// Counts up when a saved world can no longer be read.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Saved<'a> {
    format: u32,
    world: &'a World,
}

#[derive(Deserialize)]
struct Found {
    format: u32,
    world: World,
}

impl Store {
    /// Locks the folder, which is made if need be, and reads what it holds.
    pub(crate) fn open(folder: &Path) -> io::Result<(Store, Option<World>, Vec<Entry>)> {
        fs::create_dir_all(folder)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("lock"))?;
        lock.try_lock().map_err(|refused| match refused {
            fs::TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::WouldBlock,
                format!("another twin serves {}", folder.display()),
            ),
            fs::TryLockError::Error(error) => error,
        })?;
        let world = match fs::read(folder.join("world.json")) {
            Ok(bytes) => Some(restored(decode(&bytes)?, folder)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let path = folder.join("requests.jsonl");
        let requests = OpenOptions::new().create(true).append(true).open(&path)?;
        let entries = entries(&path, &requests)?;
        Ok((
            Store {
                folder: folder.to_owned(),
                requests,
                blobs: world.iter().flat_map(known).collect(),
                _lock: lock,
            },
            world,
            entries,
        ))
    }

    /// Replaces the saved world. A reader sees the old or the new one, never half; it survives the process, not a power
    /// cut, which a twin need not.
    pub(crate) fn save(&mut self, world: &World) -> io::Result<()> {
        for (name, bytes) in world.blobs.each() {
            if !self.blobs.contains(name) {
                fs::create_dir_all(self.folder.join(BLOBS))?;
                fs::write(self.folder.join(BLOBS).join(name), bytes)?;
                self.blobs.insert(name.to_owned());
            }
        }
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        let bytes = serde_json::to_vec(&Saved {
            format: FORMAT,
            world,
        })?;
        file.write_all(&bytes)?;
        file.persist(self.folder.join("world.json"))?;
        let folder = self.folder.join(BLOBS);
        self.blobs.retain(|name| {
            let kept = world.blobs.has(name);
            // One that cannot be removed is left over, and does no harm.
            if !kept {
                drop(fs::remove_file(folder.join(name)));
            }
            kept
        });
        Ok(())
    }

    /// Appends one request to the log. The log explains and proves nothing: a full disk must not refuse a request that
    /// has taken effect.
    pub(crate) fn append(&mut self, entry: &Entry) {
        if let Ok(mut line) = serde_json::to_vec(entry) {
            line.push(b'\n');
            drop(self.requests.write_all(&line));
        }
    }

    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.requests.set_len(0)
    }
}

/// The folder of the blobs, one file each.
const BLOBS: &str = "blobs";

fn known(world: &World) -> impl Iterator<Item = String> {
    world.blobs.each().map(|(name, _)| name.to_owned())
}

/// The world with its blobs, which lie in files of their own.
fn restored(mut world: World, folder: &Path) -> io::Result<World> {
    let folder = folder.join(BLOBS);
    world.blobs.restore(|name| fs::read(folder.join(name)))?;
    Ok(world)
}

fn decode(bytes: &[u8]) -> io::Result<World> {
    let found: Found = serde_json::from_slice(bytes)?;
    if found.format != FORMAT {
        let message = format!("saved in format {}, this twin reads {FORMAT}", found.format);
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(found.world)
}

/// The log's lines. A last line without its end was being written when the process died, and is cut off.
fn entries(path: &Path, requests: &File) -> io::Result<Vec<Entry>> {
    let text = fs::read(path)?;
    let whole = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    requests.set_len(whole as u64)?;
    let lines = text[..whole].split(|byte| *byte == b'\n');
    Ok(lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect())
}
