//! The verbs, one file each.

mod check;
mod completions;
mod destroy;
mod doctor;
mod down;
mod init;
mod plan;
mod sandbox;
mod schema;
mod status;
mod up;
mod version;

use ashore_engine::drive::Stop;

use crate::args::{Cli, Command};
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::printer::Printer;

/// Runs the verb. Verbs that wait for the world do so on one thread: nothing here computes.
pub(crate) fn run(
    cli: &Cli,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(carry_out(cli, environment, printer)),
        Err(error) => Err(CommandError::io(
            "E0604",
            "the process cannot wait for anything".into(),
            &error,
        )),
    }
}

/// Carries the verb out, in the runtime of the caller.
pub(crate) async fn carry_out(
    cli: &Cli,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let global = &cli.global;
    match &cli.command {
        Command::Version => Ok(version::version(printer)),
        Command::Completions { shell } => Ok(completions::completions(*shell, printer)),
        Command::Schema { of } => Ok(schema::schema(*of, printer)),
        Command::Init(args) => init::init(args, global, environment, printer),
        Command::Check => check::check(global, environment, printer),
        Command::Plan(args) => plan::plan(args, global, environment, printer).await,
        Command::Up(args) => up::up(args, global, environment, printer).await,
        Command::Status => status::status(global, environment, printer).await,
        Command::Doctor => doctor::doctor(global, environment, printer).await,
        Command::Down(args) => down::down(args, global, environment, printer).await,
        Command::Sandbox(args) => sandbox::sandbox(args, environment, printer).await,
    }
}

/// The first signal asks the run to pause: what is in flight is seen through and written down.
/// The second ends the process at once; the journal knows the rest.
pub(crate) fn stop_on_signals() -> Stop {
    let stop = Stop::default();
    let asked = stop.clone();
    tokio::spawn(async move {
        signal().await;
        asked.request();
        signal().await;
        std::process::exit(i32::from(Exit::Interrupted.code()));
    });
    stop
}

#[cfg(unix)]
pub(crate) async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).ok();
    let (mut terminate, mut hangup) = (
        listen(SignalKind::terminate()),
        listen(SignalKind::hangup()),
    );
    let wait = async |listener: &mut Option<tokio::signal::unix::Signal>| match listener {
        Some(listener) => {
            listener.recv().await;
        }
        None => std::future::pending().await,
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = wait(&mut terminate) => {}
        () = wait(&mut hangup) => {}
    }
}

#[cfg(not(unix))]
pub(crate) async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
