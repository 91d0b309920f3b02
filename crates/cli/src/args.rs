//! The command line.

use std::path::PathBuf;

use ashore_engine::kind::Wait;
use ashore_engine::run::Then;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// One manifest in, your containers on AWS ECS out: planned, applied in parallel, safe to kill.
#[derive(Parser, Debug)]
#[command(name = "ashore", version, after_help = crate::exit::TABLE, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// The manifest.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FILE",
        env = "ASHORE_FILE",
        default_value = "ashore.toml"
    )]
    pub(crate) file: PathBuf,
    /// The environment.
    #[arg(short, long, global = true, value_name = "NAME", env = "ASHORE_ENV")]
    pub(crate) env: Option<String>,
    /// Use a region in place of the manifest's.
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// A value for one of the manifest's [params].
    #[arg(long = "param", global = true, value_name = "NAME=VALUE")]
    pub(crate) params: Vec<String>,
    /// The AWS profile.
    #[arg(long, global = true, value_name = "PROFILE", env = "AWS_PROFILE")]
    pub(crate) profile: Option<String>,
    /// Work in a sandbox on this machine: no account, no network, nothing to pay.
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,
    /// Print JSON on stdout, for programs.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Answer questions with yes.
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// When to use colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The verbs.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Write a manifest to begin with.
    Init(Init),
    /// Check the manifest, with no look at the cloud.
    #[command(visible_alias = "validate")]
    Check,
    /// Say what `up` would do, and change nothing.
    #[command(visible_aliases = ["diff", "preview"])]
    Plan(Plan),
    /// Bring the stack to what the manifest says.
    #[command(visible_alias = "apply")]
    Up(Up),
    /// Say what is there.
    Status,
    /// Take the whole stack away.
    #[command(visible_alias = "destroy")]
    Down(Down),
    /// Look for what would make the next command fail: credentials, clock, region, DNS, token,
    /// quotas, leftovers. Changes nothing.
    Doctor,
    /// Serve the sandbox to other programs, on this machine only.
    Sandbox(Sandbox),
    /// Print a JSON Schema.
    Schema {
        /// Of what.
        #[arg(value_enum, default_value_t = SchemaOf::Manifest)]
        of: SchemaOf,
    },
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the version.
    Version,
}

/// What there is a schema of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum SchemaOf {
    /// The manifest.
    Manifest,
    /// A task definition in JSON, as `task_definition` names one: every member with AWS's page on it.
    TaskDefinition,
    /// A service definition in JSON, as `service_definition` names one: every member with AWS's page on it.
    ServiceDefinition,
    /// One line of what commands print with --json.
    Output,
}

/// Write a manifest to begin with.
#[derive(Args, Debug)]
pub(crate) struct Init {
    /// The app's name.
    #[arg(long, default_value = "hello")]
    pub(crate) app: String,
    /// The image to run.
    #[arg(long, default_value = "nginx:1.29")]
    pub(crate) image: String,
    /// The port that the container listens on.
    #[arg(long, default_value_t = 80)]
    pub(crate) port: u16,
    /// The hostname to serve. Without it, plain HTTP at the balancer's own name.
    #[arg(long)]
    pub(crate) hostname: Option<String>,
    /// Overwrite a manifest that is there.
    #[arg(long)]
    pub(crate) force: bool,
}

/// Say what `up` would do.
#[derive(Args, Debug)]
pub(crate) struct Plan {
    /// Exit with 2 if there is something to do.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Write the plan to a file that `up --plan` takes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) allow: Allow,
}

/// What is allowed beyond the manifest.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Allow {
    /// Allow a resource to be deleted before it is made anew, where old and new cannot be there at
    /// once.
    #[arg(long)]
    pub(crate) allow_interruption: bool,
}

/// Bring the stack to what the manifest says.
#[derive(Args, Debug)]
pub(crate) struct Up {
    /// Apply exactly this plan, written by `plan --out`.
    #[arg(long, value_name = "FILE", conflicts_with = "undo")]
    pub(crate) plan: Option<PathBuf>,
    /// Undo the run that was not finished.
    #[arg(long)]
    pub(crate) undo: bool,
    /// What to do when it fails before the commit point.
    #[arg(long, value_enum, default_value_t = OnFailure::Rollback)]
    pub(crate) on_failure: OnFailure,
    /// How far to wait for the rollout.
    #[arg(long, value_enum, default_value_t = WaitFor::Healthy)]
    pub(crate) wait: WaitFor,
    #[command(flatten)]
    pub(crate) allow: Allow,
    #[command(flatten)]
    pub(crate) destroy: Destroy,
}

/// Consent to take data away.
#[derive(Args, Clone, Debug)]
pub(crate) struct Destroy {
    /// Allow something that holds data, or is protected, to be taken away: databases.db. --yes is not
    /// enough for that.
    #[arg(long, value_name = "OBJECT")]
    pub(crate) allow_destroy: Vec<String>,
}

/// What to do when a run fails.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OnFailure {
    /// Put everything back.
    Rollback,
    /// Keep what is there; the next `up` goes on from it.
    Keep,
}

impl From<OnFailure> for Then {
    fn from(choice: OnFailure) -> Self {
        match choice {
            OnFailure::Rollback => Then::Undo,
            OnFailure::Keep => Then::Keep,
        }
    }
}

/// How far to wait for a rollout.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum WaitFor {
    /// Until the new version serves.
    Healthy,
    /// Until the old version has stopped too.
    Rollout,
    /// Not at all.
    None,
}

impl From<WaitFor> for Wait {
    fn from(choice: WaitFor) -> Self {
        match choice {
            WaitFor::Healthy => Wait::Healthy,
            WaitFor::Rollout => Wait::Rollout,
            WaitFor::None => Wait::None,
        }
    }
}

/// Take the whole stack away.
#[derive(Args, Debug)]
pub(crate) struct Down {
    /// Say what would be deleted, and delete nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) destroy: Destroy,
}

/// Serve the sandbox.
#[derive(Args, Debug)]
pub(crate) struct Sandbox {
    /// The port on 127.0.0.1; 0 for one that is free.
    #[arg(long, default_value_t = 4566)]
    pub(crate) port: u16,
    /// How fast its clock runs; 0 stands still until it is advanced.
    #[arg(long, default_value_t = crate::sandbox::SPEED)]
    pub(crate) speed: f64,
    /// Keep its world in this folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) state: Option<PathBuf>,
}
