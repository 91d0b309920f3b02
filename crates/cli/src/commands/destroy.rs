//! Consent to take away what holds data: each object by its name, and no general yes.

use std::collections::BTreeMap;

use ashore_engine::plan::Plan;

use crate::args::Global;
use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::printer::Printer;

/// Asks for the name of each object that goes only if the user names it, unless he has done so on the command line. Where
/// nobody can be asked, it is refused.
pub(crate) async fn consent(
    printer: &mut Printer,
    plan: &Plan,
    allowed: &[String],
    global: &Global,
    environment: &Environment,
) -> Result<(), CommandError> {
    let steps = plan.steps.iter();
    let asking = steps.filter_map(|(instance, step)| {
        let why = step.asks.as_deref()?;
        Some((instance.address.object(), why))
    });
    let objects: BTreeMap<&str, &str> = asking
        .filter(|(object, _)| !allowed.iter().any(|it| it == object))
        .collect();
    if objects.is_empty() {
        return Ok(());
    }
    if !environment.interactive || global.json {
        let flags: Vec<String> = objects
            .keys()
            .map(|object| format!("--allow-destroy {object}"))
            .collect();
        let mut error = CommandError::new("E0710", "this takes away what holds data")
            .advice(format!("pass {} if that is what you want", flags.join(" ")));
        error.causes = objects
            .iter()
            .map(|(object, why)| format!("{object}: {why}"))
            .collect();
        return Err(error.exit(Exit::Refused));
    }
    for (object, why) in objects {
        let question = format!("this takes {object} away ({why}); type `{object}`: ");
        if printer.ask(&question).await != object {
            return Err(CommandError::new("E0705", "not confirmed").exit(Exit::Refused));
        }
    }
    Ok(())
}
