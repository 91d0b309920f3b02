//! `ashore init`: a manifest to begin with. Offline, and nothing but two files.

use std::fmt::Write as _;
use std::fs;

use crate::args::{Global, Init};
use crate::document::Document;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::printer::Printer;

pub(crate) fn init(
    args: &Init,
    global: &Global,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let file = global.file.display().to_string();
    let path = environment.folder.join(&global.file);
    if path.exists() && !args.force {
        return Err(
            CommandError::new("E0605", format!("`{file}` is there already"))
                .advice("pass --force to overwrite it, or --file to write another")
                .exit(Exit::Refused),
        );
    }
    let text = manifest(args, global);
    // What we write ourselves must be right; what the user typed into it may not be.
    ashore_manifest::load(&text, &Default::default()).map_err(|diagnostics| {
        let mut error = CommandError::new("E0606", "no manifest can be made of these values");
        error.mistakes = Some(crate::error::Mistakes {
            file: file.clone(),
            text: text.clone(),
            files: Default::default(),
            diagnostics,
        });
        error
    })?;
    let written = |what: &str, error: std::io::Error| {
        CommandError::io("E0607", format!("`{what}` cannot be written"), &error)
    };
    fs::write(&path, &text).map_err(|error| written(&file, error))?;
    let ignored = ignore_state(&path).map_err(|error| written(".gitignore", error))?;
    printer.answer(format!("wrote {file}"));
    if ignored {
        printer.answer("added .ashore/ to .gitignore: state is not for version control");
    }
    printer.answer(format!(
        "\nnext:\n  ashore up --sandbox -f {file}   try it here, without an account\n  \
         ashore plan -f {file}           see what it would make in yours",
    ));
    printer.document(&Document::Init { file });
    Ok(Exit::Ok)
}

fn manifest(args: &Init, global: &Global) -> String {
    let mut text = String::new();
    let region = global.region.as_deref().unwrap_or("eu-central-1");
    let quoted = |value: &str| serde_json::Value::from(value).to_string(); // a TOML string too
    let _ = writeln!(text, "app = {}", quoted(&args.app));
    let _ = writeln!(text, "region = {}", quoted(region));
    if let Some(hostname) = &args.hostname {
        // The zone above, unless that is a top-level domain: then the name is the zone itself.
        let above = hostname.split_once('.').map(|(_, above)| above);
        let zone = above
            .filter(|above| above.contains('.'))
            .unwrap_or(hostname);
        let zone = quoted(zone);
        let _ = writeln!(
            text,
            "dns = {{ provider = \"cloudflare\", zone = {zone} }} # token: CLOUDFLARE_API_TOKEN"
        );
    }
    let _ = writeln!(text, "\n[services.web]");
    let _ = writeln!(text, "image = {}", quoted(&args.image));
    let _ = writeln!(text, "port = {}", args.port);
    match &args.hostname {
        Some(hostname) => {
            let _ = writeln!(text, "hostname = {}", quoted(hostname));
        }
        None => {
            let _ = writeln!(
                text,
                "# hostname = \"web.example.com\"  # HTTPS; needs `dns`"
            );
        }
    }
    text.push_str(
        "# count = 2            # tasks; two survive the loss of a zone\n\
         # cpu = 0.25           # vCPU\n\
         # memory = \"512MiB\"\n",
    );
    text
}

/// Keeps the state folder out of git. Says whether it had to.
fn ignore_state(manifest: &std::path::Path) -> std::io::Result<bool> {
    let path = manifest.with_file_name(".gitignore");
    let before = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    if before
        .lines()
        .any(|line| line.trim().trim_end_matches('/') == ".ashore")
    {
        return Ok(false);
    }
    let gap = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    fs::write(path, format!("{before}{gap}.ashore/\n"))?;
    Ok(true)
}
