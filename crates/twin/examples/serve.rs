//! Serves a twin on a loopback port: `serve [--port P] [--speed N] [--state DIR]`. Prints the address. At speed 0 time
//! moves only by `POST /_twin/advance`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use ashore_twin::serve::Server;
use ashore_twin::{Clock, ManualClock, Millis, TokioClock, Twin};

struct Options {
    port: u16,
    speed: f64,
    state: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = options(std::env::args().skip(1))?;
    let clock: Arc<dyn Clock> = match options.speed {
        0.0 => Arc::new(ManualClock::new(Millis::START)),
        speed => Arc::new(TokioClock::new(Millis::START, speed)),
    };
    let twin = match options.state {
        Some(folder) => Twin::open(clock, &folder)?,
        None => Twin::new(clock),
    };
    let server = Server::bind(options.port).await?;
    writeln!(std::io::stdout(), "http://{}", server.address)?;
    server.run(Arc::new(twin)).await?;
    Ok(())
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        port: 0,
        speed: 1.0,
        state: None,
    };
    while let Some(word) = words.next() {
        let value = words
            .next()
            .ok_or_else(|| format!("{word} needs a value"))?;
        let wrong = |_| format!("{word} {value}: not a number");
        match word.as_str() {
            "--port" => options.port = value.parse().map_err(|_| wrong(()))?,
            "--speed" => options.speed = value.parse().map_err(|_| wrong(()))?,
            "--state" => options.state = Some(PathBuf::from(value)),
            _ => return Err(format!("unknown option {word}")),
        }
    }
    Ok(options)
}
