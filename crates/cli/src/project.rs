//! A manifest with its text, and where its state lies.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use ashore_engine::address::StackName;
use ashore_engine::state::folder::Folder;
use ashore_manifest::model::{Balancer, Ingress, Layer, Service, Target};
use ashore_manifest::{Files, LoadOptions, Manifest, Variables, load};

use crate::args::Global;
use crate::environment::Environment;
use crate::error::{CommandError, Mistakes};

/// A manifest that was read and is right.
pub(crate) struct Project {
    /// As it was named, for messages.
    pub(crate) file: String,
    pub(crate) text: String,
    /// The other files that it names.
    pub(crate) files: Files,
    pub(crate) manifest: Manifest,
    pub(crate) stack: StackName,
    /// What `--param` gives.
    pub(crate) params: Variables,
    /// `.ashore` beside the manifest.
    home: PathBuf,
    /// The PATH: where programs are looked for.
    pub(crate) tools: OsString,
    sandbox: bool,
}

impl Project {
    /// Reads the manifest.
    pub(crate) fn read(global: &Global, environment: &Environment) -> Result<Self, CommandError> {
        let file = global.file.display().to_string();
        let path = environment.folder.join(&global.file);
        let text = fs::read(&path).map_err(|error| {
            CommandError::io("E0601", format!("`{file}` cannot be read"), &error)
                .advice("name the manifest with --file, or make one with `ashore init`")
        })?;
        let text = String::from_utf8(text).map_err(|error| {
            CommandError::new("E0602", format!("`{file}` is not UTF-8 text"))
                .cause(error.utf8_error().to_string())
        })?;
        let params = given(&global.params)?;
        let options = LoadOptions {
            environment: global.env.clone(),
            region: global.region.clone(),
            env: environment.variables.clone(),
            git_sha: text.contains("${git:").then(|| commit(&path)).flatten(),
            params: params.clone(),
            files: named(&text, &path),
        };
        let manifest = load(&text, &options).map_err(|diagnostics| {
            let first = diagnostics
                .first()
                .map_or("E0101", |diagnostic| diagnostic.code.id());
            let mistakes = diagnostics.len();
            let mut error = CommandError::new(
                first,
                match mistakes {
                    1 => format!("`{file}` has a mistake"),
                    more => format!("`{file}` has {more} mistakes"),
                },
            );
            error.mistakes = Some(Mistakes {
                file: file.clone(),
                text: text.clone(),
                files: options.files.clone(),
                diagnostics,
            });
            error
        })?;
        let stack = StackName {
            app: manifest.app.as_str().to_string(),
            environment: manifest.environment.as_str().to_string(),
        };
        let home = path.parent().unwrap_or(Path::new(".")).join(".ashore");
        Ok(Self {
            file,
            text,
            files: options.files,
            manifest,
            stack,
            params,
            home,
            tools: environment
                .variables
                .get("PATH")
                .map(OsString::from)
                .unwrap_or_default(),
            sandbox: global.sandbox,
        })
    }

    /// Where the stack's state lies.
    pub(crate) fn folder(&self) -> Folder {
        let home = if self.sandbox {
            self.home.join("sandbox")
        } else {
            self.home.clone()
        };
        Folder::new(home.join(self.stack.to_string()), self.stack.clone())
    }

    /// The manifest's own folder.
    pub(crate) fn place(&self) -> PathBuf {
        self.home.parent().unwrap_or(Path::new(".")).to_path_buf()
    }

    /// Where the sandbox keeps its world. All stacks of a project share it, as they would share an
    /// account.
    pub(crate) fn sandbox_world(&self) -> PathBuf {
        self.home.join("sandbox").join("world")
    }

    /// A file or folder that the manifest names from where it lies.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        self.home.parent().unwrap_or(Path::new(".")).join(path)
    }

    /// The URLs of the services that are reached from outside by HTTP.
    pub(crate) fn urls(&self, state: &ashore_engine::state::State) -> Vec<String> {
        let runs = |service: &Service| !crate::images::waits(state, service);
        let hostnames = self.manifest.hostnames();
        let mut urls: Vec<String> = hostnames
            .filter(|(service, _)| runs(service) && self.is_public(service))
            .filter_map(|(service, hostname)| {
                let path = start(service.ingress.target()?)?;
                let https = matches!(service.ingress, Ingress::Https(..));
                https.then(|| format!("https://{}{path}", *hostname.name))
            })
            .collect();
        let public = self.manifest.balancers.iter();
        let public = public.filter(|(_, balancer)| !balancer.internal);
        for (name, balancer) in public {
            let plain = |service: &Service| matches!(service.ingress, Ingress::Http(_));
            let behind = self.manifest.behind(name);
            let mut paths = behind
                .filter(|(service, _)| plain(service) && runs(service))
                .filter_map(|(_, target)| start(target))
                .peekable();
            if paths.peek().is_none() {
                continue;
            }
            let part = match balancer.layer {
                Layer::Application | Layer::Network => "load_balancer",
                Layer::Classic => "classic_balancer",
            };
            let balancer = match name.as_str() {
                Balancer::PUBLIC => format!("ingress/{part}"),
                name => format!("balancers.{name}/{part}"),
            };
            if let Some((_, record)) = state.current(&balancer.as_str().into())
                && let Some(name) = record
                    .outputs
                    .get("dns_name")
                    .and_then(|name| name.as_str())
            {
                urls.extend(paths.map(|path| format!("http://{name}{path}")));
            }
        }
        urls
    }

    /// Whether somebody outside of the network reaches the service.
    fn is_public(&self, service: &Service) -> bool {
        let names = service.ingress.target().into_iter();
        let mut balancers = names
            .flat_map(|target| &target.balancers)
            .filter_map(|name| self.manifest.balancers.get(name));
        balancers.any(|balancer| !balancer.internal)
    }
}

/// Where requests of a service begin; nowhere that can be told if that is a pattern.
fn start(target: &Target) -> Option<&str> {
    let Some(first) = target.paths.first() else {
        return Some("");
    };
    (!first.as_str().contains(['*', '?'])).then(|| first.as_str())
}

/// The files that the manifest names, which lie beside it.
fn named(text: &str, manifest: &Path) -> Files {
    let beside = manifest.parent().unwrap_or(Path::new("."));
    let read = |path: String| {
        let text = match fs::read(beside.join(&path)) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_string()),
            Err(error) => Err(error.to_string()),
        };
        (path, text)
    };
    Files::named(text).into_iter().map(read).collect()
}

/// What `--param` gives. What was written in place of one may be a secret, and is not repeated.
fn given(params: &[String]) -> Result<Variables, CommandError> {
    let pair = |param: &String| {
        let (name, value) = param.split_once('=')?;
        (!name.is_empty()).then(|| (name.to_string(), value.to_string()))
    };
    let pairs = params.iter().enumerate().map(|(index, param)| {
        pair(param).ok_or_else(|| {
            let which = match params.len() {
                1 => String::new(),
                _ => format!(" number {}", index + 1),
            };
            CommandError::new("E0613", format!("`--param`{which} is not NAME=VALUE"))
                .advice("write the param's name, an equals sign, and the value: --param tag=1.42.0")
        })
    });
    pairs.collect()
}

/// The commit that is checked out where the manifest lies, if git knows one.
fn commit(manifest: &Path) -> Option<String> {
    let mut git = std::process::Command::new("git");
    if let Some(folder) = manifest.parent().filter(|it| !it.as_os_str().is_empty()) {
        git.current_dir(folder);
    }
    let said = git.args(["rev-parse", "HEAD"]).output().ok()?;
    let commit = String::from_utf8(said.stdout).ok()?.trim().to_string();
    (said.status.success() && !commit.is_empty()).then_some(commit)
}
