use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Context, Found, Live, Observed, Readiness};

use super::{Change, ManualRecord, Outputs, spelling};
use crate::aws::live::failure::{known, required};
use crate::aws::live::pace;
use crate::manual::live::{Resolver, SERVFAIL};

/// People type, and resolvers forget, in minutes.
const LOOK_AFTER: Duration = Duration::from_secs(10);

impl Live for ManualRecord {
    type Client = Resolver;

    /// Nothing to be found: what stands at the name bears no mark, and whether it is what we want
    /// is asked once we want it.
    async fn find(&self, _: &Resolver, _: &Context) -> Result<Found<Outputs>, Failure> {
        Ok(Found::Absent)
    }

    async fn observe(
        resolver: &Resolver,
        outputs: &Outputs,
    ) -> Result<Option<Observed<Self>>, Failure> {
        let content = match seen(resolver, outputs).await? {
            Seen::Set => outputs.content.clone(),
            Seen::Other(other) => other,
            Seen::Nothing => return Ok(None),
        };
        Ok(Some(Observed {
            spec: ManualRecord {
                name: outputs.name.clone().into(),
                record_type: outputs.record_type.clone(),
                content: content.into(),
            },
            outputs: outputs.clone(),
        }))
    }

    /// Nothing is sent: it is remembered what has been asked for.
    async fn send(
        &self,
        _: &Resolver,
        _: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Request => Ok(Outputs {
                name: spelling::name(known("manual:RequestRecord", &self.name)?),
                record_type: self.record_type.clone(),
                content: known("manual:RequestRecord", &self.content)?.clone(),
            }),
            Change::Withdraw => Ok(required("manual:WithdrawRecord", outputs)?.clone()),
        }
    }

    async fn ready(
        &self,
        resolver: &Resolver,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let seen = match seen(resolver, known).await {
            Ok(Seen::Set) => return Ok(Readiness::Ready(known.clone())),
            Ok(Seen::Other(other)) => format!("resolvers show {other}"),
            Ok(Seen::Nothing) => "resolvers show nothing there".to_string(),
            Err(failure) if failure.code == SERVFAIL => failure.message,
            Err(failure) => return Err(failure),
        };
        Ok(Readiness::Pending {
            outputs: known.clone(),
            why: format!("{}; {seen}", to_do(known)),
            look_after: pace::look_after(cx.waited, LOOK_AFTER),
        })
    }

    /// Nowhere but in the state does it stand whose such a record is.
    async fn list(_: &Resolver, _: &StackName) -> Result<Vec<Outputs>, Failure> {
        Ok(Vec::new())
    }
}

/// What a person has to do.
fn to_do(outputs: &Outputs) -> String {
    let Outputs {
        name,
        record_type,
        content,
    } = outputs;
    format!("set at your DNS provider: {name} {record_type} {content}")
}

/// What resolvers show.
enum Seen {
    /// What we have asked for, or what comes to the same.
    Set,
    /// Something else.
    Other(String),
    /// Nothing.
    Nothing,
}

async fn seen(resolver: &Resolver, outputs: &Outputs) -> Result<Seen, Failure> {
    let Outputs {
        name,
        record_type,
        content,
    } = outputs;
    let spelt = |text: &String| spelling::content(record_type, text);
    let shown: Vec<String> = resolver.lookup(name, record_type).await?;
    let shown: Vec<String> = shown.iter().map(spelt).collect();
    if shown.contains(&spelt(content)) {
        return Ok(Seen::Set);
    }
    if !shown.is_empty() {
        return Ok(Seen::Other(shown.join(", ")));
    }
    if record_type != "CNAME" {
        return Ok(Seen::Nothing);
    }
    // At the apex of a domain there is no CNAME: providers look its target up themselves, and
    // answer with the addresses (`ALIAS`, `ANAME`, flattening).
    let (here, wanted) = futures_util::join!(
        resolver.lookup(name, "A"),
        resolver.lookup(content.trim_end_matches('.'), "A")
    );
    let (here, wanted) = (here?, wanted?);
    Ok(if here.is_empty() {
        Seen::Nothing
    } else if here.iter().any(|address| wanted.contains(address)) {
        Seen::Set
    } else {
        Seen::Other(here.join(", "))
    })
}
