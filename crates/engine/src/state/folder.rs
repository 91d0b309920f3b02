//! A stack's state as a folder: `state.json`, `journal.jsonl`, `lock`.
//!
//! The lock is the kernel's: it goes with the process that holds it, so no stale lock can be left
//! behind by a crash.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::State;
use super::format::{self, FormatError};
use crate::address::StackName;
use crate::journal::{self, Chain, Damage, Journal};
use crate::run::{Entry, Run};

/// The folder of one stack.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    stack: StackName,
}

/// Why the folder cannot be used. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process works on this stack.
    #[error("another command works on this stack: {holder}")]
    Locked {
        /// What it wrote about itself.
        holder: String,
    },
    /// The state cannot be read.
    #[error("{} cannot be used", .path.display())]
    State {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: FormatError,
    },
    /// The journal cannot be read.
    #[error("{} cannot be used", .path.display())]
    Journal {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: Damage,
    },
    /// The state is of another stack.
    #[error("{} holds the state of `{found}`, not of `{expected}`", .path.display())]
    OtherStack {
        /// Which file.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Whose it should be.
        expected: String,
    },
    /// The file system refused.
    #[error("{} cannot be read or written", .path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl FolderError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "E0501",
            Self::State {
                source: FormatError::Newer { .. },
                ..
            } => "E0503",
            Self::State { .. } => "E0502",
            Self::Journal { .. } => "E0504",
            Self::OtherStack { .. } => "E0505",
            Self::Io { .. } => "E0506",
        }
    }
}

/// What lies in the folder.
#[derive(Debug)]
pub struct Contents {
    /// The state as it was last saved.
    pub state: State,
    /// A run that was not closed.
    pub open: Option<Run>,
}

impl Folder {
    /// The folder at that path. Nothing is read or made yet.
    pub fn new(path: impl Into<PathBuf>, stack: StackName) -> Self {
        Self {
            path: path.into(),
            stack,
        }
    }

    /// Looks without a lock; what is there may change at any time.
    ///
    /// # Errors
    /// If what is there cannot be read.
    pub fn peek(&self) -> Result<Contents, FolderError> {
        let state = match self.read("state.json")? {
            None => State::empty(self.stack.clone()),
            Some(bytes) => self.state(&bytes)?,
        };
        let open = match self.read("journal.jsonl")? {
            None => None,
            Some(bytes) => self.reading(&bytes)?.1,
        };
        Ok(Contents { state, open })
    }

    /// What holds the lock, in its own words, if anything does. It is asked by sharing the lock for
    /// a moment; nothing is made or written.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn holder(&self) -> Result<Option<String>, FolderError> {
        let mut file = match File::open(self.path.join("lock")) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.io("lock", source)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None), // and with the file the lock goes
            Err(error) => match self.not_locked(error, &mut file) {
                FolderError::Locked { holder } => Ok(Some(holder)),
                other => Err(other),
            },
        }
    }

    /// Takes the lock. `command` is what others are told while it is held.
    ///
    /// # Errors
    /// If another process has it, or the folder cannot be made.
    pub fn lock(&self, command: &str) -> Result<Lease, FolderError> {
        fs::create_dir_all(&self.path).map_err(|source| self.io("", source))?;
        let path = self.path.join("lock");
        let mut file = private()
            .read(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| self.io("lock", source))?;
        if let Err(error) = file.try_lock() {
            return Err(self.not_locked(error, &mut file));
        }
        let about = format!("{command}, process {}\n", std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(about.as_bytes()))
            .map_err(|source| self.io("lock", source))?;
        Ok(Lease {
            folder: self.clone(),
            _lock: file,
        })
    }

    /// Only a lock that somebody holds tells of another command: a file system without locks, or
    /// one that has none left, is a fault of its own.
    fn not_locked(&self, error: TryLockError, lock: &mut impl Read) -> FolderError {
        match error {
            TryLockError::Error(source) => self.io("lock", source),
            TryLockError::WouldBlock => {
                let mut holder = String::new();
                let told = lock.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
                let holder = if told { holder.trim() } else { "unknown" };
                FolderError::Locked {
                    holder: holder.to_string(),
                }
            }
        }
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, FolderError> {
        match fs::read(self.path.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.io(name, source)),
        }
    }

    fn state(&self, bytes: &[u8]) -> Result<State, FolderError> {
        let path = self.path.join("state.json");
        let text = String::from_utf8_lossy(bytes);
        let state = format::read(&text).map_err(|source| FolderError::State {
            path: path.clone(),
            source,
        })?;
        if state.stack != self.stack {
            return Err(FolderError::OtherStack {
                path,
                found: state.stack.to_string(),
                expected: self.stack.to_string(),
            });
        }
        Ok(state)
    }

    fn reading(&self, bytes: &[u8]) -> Result<(journal::Reading, Option<Run>), FolderError> {
        let path = self.path.join("journal.jsonl");
        let damaged = |source| FolderError::Journal {
            path: path.clone(),
            source,
        };
        let reading = journal::read(bytes).map_err(damaged)?;
        let run = journal::replay(&reading.entries).map_err(damaged)?;
        Ok((reading, run))
    }

    fn io(&self, name: &str, source: io::Error) -> FolderError {
        FolderError::Io {
            path: self.path.join(name),
            source,
        }
    }
}

/// The right to write, for as long as it lives.
#[derive(Debug)]
pub struct Lease {
    folder: Folder,
    _lock: File,
}

impl Lease {
    /// What lies in the folder.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn load(&self) -> Result<Contents, FolderError> {
        self.folder.peek()
    }

    /// Begins a journal.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn begin(&self) -> Result<FileJournal, FolderError> {
        self.journal(Chain::default(), 0)
    }

    /// Opens the journal of the run that was not closed, to go on with it. A torn last line is
    /// cut off.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn reopen(&self) -> Result<FileJournal, FolderError> {
        let bytes = self.folder.read("journal.jsonl")?.unwrap_or_default();
        let (reading, _) = self.folder.reading(&bytes)?;
        self.journal(reading.chain, reading.whole)
    }

    fn journal(&self, chain: Chain, length: u64) -> Result<FileJournal, FolderError> {
        let path = self.folder.path.join("journal.jsonl");
        let io = |source| self.folder.io("journal.jsonl", source);
        let file = private().truncate(false).open(path).map_err(io)?;
        file.set_len(length).map_err(io)?;
        let mut file = file;
        file.seek(io::SeekFrom::End(0)).map_err(io)?;
        sync_folder(&self.folder.path).map_err(io)?;
        Ok(FileJournal { file, chain })
    }

    /// Saves the state and closes the journal, in this order: a crash between the two leaves a
    /// journal whose end is recorded, and closing it again changes nothing.
    ///
    /// # Errors
    /// If the file system refuses. The state before and the journal are untouched then.
    pub fn close(&self, state: &State) -> Result<(), FolderError> {
        self.save(state)?;
        let journal = self.folder.path.join("journal.jsonl");
        match fs::rename(&journal, self.folder.path.join("journal.last.jsonl")) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(self.folder.io("journal.jsonl", source)),
        }
        sync_folder(&self.folder.path).map_err(|source| self.folder.io("", source))
    }

    /// Saves the state: a new file beside the old one, then put in its place.
    ///
    /// # Errors
    /// If the file system refuses. The state before is untouched then.
    pub fn save(&self, state: &State) -> Result<(), FolderError> {
        let io = |source| self.folder.io("state.json", source);
        let mut file = tempfile::NamedTempFile::new_in(&self.folder.path).map_err(io)?;
        file.write_all(format::write(state).as_bytes())
            .map_err(io)?;
        file.as_file().sync_all().map_err(io)?;
        file.persist(self.folder.path.join("state.json"))
            .map_err(|error| io(error.error))?;
        sync_folder(&self.folder.path).map_err(io)
    }
}

/// A journal in a file.
#[derive(Debug)]
pub struct FileJournal {
    file: File,
    chain: Chain,
}

impl Journal for FileJournal {
    fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        self.file.write_all(self.chain.lines(entries).as_bytes())?;
        self.file.sync_data()
    }
}

/// Readable by its owner only: specs tell much about a system, though no secret is among them.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes new and renamed files in a folder durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_told_as_long_as_it_holds() {
        let home = tempfile::tempdir().expect("a folder");
        let stack = StackName {
            app: "toy".into(),
            environment: "test".into(),
        };
        let folder = Folder::new(home.path().join("toy"), stack);
        assert_eq!(folder.holder().expect("none yet"), None);
        assert!(!home.path().join("toy").exists(), "a look makes nothing");
        let lease = folder.lock("ashore up").expect("it is free");
        let holder = folder.holder().expect("it is there");
        assert!(holder.is_some_and(|it| it.starts_with("ashore up, process ")));
        drop(lease);
        assert_eq!(folder.holder().expect("it is there"), None);
    }

    #[test]
    fn only_a_lock_that_somebody_holds_tells_of_another_command() {
        let stack = StackName {
            app: "toy".into(),
            environment: "test".into(),
        };
        let folder = Folder::new("toy", stack);
        let told = |error| folder.not_locked(error, &mut "up, process 7\n".as_bytes());
        match told(TryLockError::WouldBlock) {
            FolderError::Locked { holder } => assert_eq!(holder, "up, process 7"),
            other => panic!("{other:?}"),
        }
        let none_left = io::Error::from(io::ErrorKind::Unsupported);
        let told = told(TryLockError::Error(none_left));
        assert_eq!(told.code(), "E0506");
        assert!(told.to_string().contains("lock"), "{told}");
    }
}
