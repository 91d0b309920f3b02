//! `ashore sandbox`: serves the sandbox to other programs, on this machine only.

use ashore_twin::serve::Server;

use crate::args::Sandbox as Args;
use crate::document::Document;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::sandbox::Sandbox;

/// What `ashore init` writes where nobody names one.
const REGION: &str = "eu-central-1";

pub(crate) async fn sandbox(
    args: &Args,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let folder = args
        .state
        .as_ref()
        .map(|folder| environment.folder.join(folder));
    let sandbox = Sandbox::open(folder.as_deref(), environment.now, args.speed)?;
    let server = Server::bind(args.port).await.map_err(|error| {
        CommandError::io(
            "E0611",
            format!("port {} cannot be used", args.port),
            &error,
        )
        .advice("pass --port 0 for one that is free")
    })?;
    let address = format!("http://{}", server.address);
    let variables = [
        ("AWS_ENDPOINT_URL", address.clone()),
        ("AWS_ACCESS_KEY_ID", "AKIASANDBOXSANDBOXXX".to_string()),
        ("AWS_SECRET_ACCESS_KEY", "sandbox".to_string()),
        // The AWS CLI and boto3 ask for one; whoever names another finds it there too.
        ("AWS_DEFAULT_REGION", REGION.to_string()),
        ("CLOUDFLARE_BASE_URL", format!("{address}/client/v4")),
        ("CLOUDFLARE_API_TOKEN", "sandbox-token".to_string()),
        ("ASHORE_DOH_URL", format!("{address}/dns-query")),
        ("ASHORE_OUTSIDE_URL", format!("{address}/_twin/ask")),
        ("ASHORE_CLOCK_SPEED", args.speed.to_string()),
    ];
    for (name, value) in &variables {
        printer.answer(format!("export {name}={value}"));
    }
    let variables = variables.into_iter();
    printer.document(&Document::Sandbox {
        address,
        environment: variables
            .map(|(name, value)| (name.to_string(), value))
            .collect(),
    });
    printer.say("serving; stop with Ctrl-C");
    let stop = crate::commands::stop_on_signals();
    let served = tokio::select! {
        served = server.run(sandbox.0) => served,
        () = stop.asked() => Ok(()),
    };
    served.map_err(|error| {
        CommandError::io("E0612", "the sandbox stopped serving".to_string(), &error)
    })?;
    Ok(Exit::Ok)
}
