use ashore_engine::address::{Mark, StackName};
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use serde_json::{Value, json};

use super::{Change, DnsRecord, Outputs, Record, claim, spelling};
use crate::aws::live::failure::required;
use crate::cloudflare::comment;
use crate::cloudflare::live::Cloudflare;
use crate::cloudflare::live::records::{self, BATCH, CREATE, DELETE, UPDATE};

impl Live for DnsRecord {
    type Client = Cloudflare;

    async fn find(&self, cloudflare: &Cloudflare, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(name) = self.name.known() else {
            return Ok(Found::Absent); // nor is it known yet where it could be
        };
        let name = spelling::name(name);
        let there = records::at(cloudflare, &self.zone_id, &name).await?;
        Ok(claim::judge(self, there, &cx.mark))
    }

    async fn observe(
        cloudflare: &Cloudflare,
        outputs: &Outputs,
    ) -> Result<Option<Observed<Self>>, Failure> {
        let Some(id) = &outputs.id else {
            return Ok(None); // only what it will displace is known
        };
        let Some(record) = records::by_id(cloudflare, &outputs.zone_id, id).await? else {
            return Ok(None);
        };
        let text = record.comment.unwrap_or_default();
        let note = comment::note_in(&text);
        Ok(Some(Observed {
            outputs: Outputs {
                unmarked: note.is_none(),
                ..outputs.clone()
            },
            spec: DnsRecord {
                zone_id: outputs.zone_id.clone(),
                name: record.name.into(),
                content: spelling::content(&record.record_type, &record.content).into(),
                record_type: record.record_type,
                ttl: record.ttl,
                proxied: record.proxied,
                take_over: !outputs.displaced.is_empty(),
                comment: note.unwrap_or(&text).to_string(),
            },
        }))
    }

    async fn send(
        &self,
        cloudflare: &Cloudflare,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Create => {
                let body = self.written(CREATE, &cx.mark)?;
                let id = records::create(cloudflare, &self.zone_id, body).await?;
                Ok(Outputs {
                    id: Some(id),
                    zone_id: self.zone_id.clone(),
                    displaced: Vec::new(),
                    unmarked: false,
                })
            }
            Change::TakeOver => self.take_over(cloudflare, cx, outputs).await,
            Change::Update => {
                let outputs = required(UPDATE, outputs)?;
                let id = required(UPDATE, outputs.id.as_deref())?;
                let body = json!({
                    "content": self.content(UPDATE)?,
                    "ttl": self.ttl(),
                    "proxied": self.proxied,
                    "comment": comment::marked(&cx.mark, &self.comment),
                });
                let sent = records::update(cloudflare, &outputs.zone_id, id, body).await;
                sent.map_err(deleted_meanwhile)?;
                Ok(Outputs {
                    unmarked: false,
                    ..outputs.clone()
                })
            }
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let id = required(DELETE, outputs.id.as_deref())?;
                records::delete(cloudflare, &outputs.zone_id, id).await?;
                Ok(outputs.clone())
            }
            Change::Restore => {
                let outputs = required(BATCH, outputs)?;
                restore(cloudflare, cx, outputs).await?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(cloudflare: &Cloudflare, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let prefix = comment::prefix(stack);
        let mut ours = Vec::new();
        for zone in records::zones(cloudflare).await? {
            let found = records::commented(cloudflare, &zone, &prefix).await?;
            ours.extend(found.into_iter().map(|record| Outputs {
                id: Some(record.id),
                zone_id: zone.clone(),
                displaced: Vec::new(),
                unmarked: false,
            }));
        }
        Ok(ours)
    }
}

impl DnsRecord {
    /// What stands there goes and this comes, in one batch. What goes is what the plan or a look
    /// of this run has named; where nothing was named, nothing goes.
    async fn take_over(
        &self,
        cloudflare: &Cloudflare,
        cx: &Context,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let name = self.name.value();
        let name = name.map_err(|error| Failure::internal(BATCH, &error))?;
        let there = records::at(cloudflare, &self.zone_id, &spelling::name(name)).await?;
        let now = claim::rivals(self, there, &cx.mark);
        let named = outputs.map_or(&[][..], |outputs| outputs.displaced.as_slice());
        if !now.is_empty() && now != named {
            // Not what was agreed to, and not what would be put back: look again.
            return Err(changed(&now));
        }
        let going: Vec<&str> = now.iter().map(|record| record.id.as_str()).collect();
        let coming = vec![self.written(BATCH, &cx.mark)?];
        let made = records::exchange(cloudflare, &self.zone_id, &going, coming).await;
        let made = made.map_err(|failure| match failure.class {
            Class::Gone => changed(&now),
            _ => failure,
        })?;
        Ok(Outputs {
            id: Some(required(BATCH, made.into_iter().next())?),
            zone_id: self.zone_id.clone(),
            displaced: now,
            unmarked: false,
        })
    }

    fn written(&self, operation: &'static str, mark: &Mark) -> Result<Value, Failure> {
        let name = self.name.value();
        let name = name.map_err(|error| Failure::internal(operation, &error))?;
        Ok(json!({
            "type": self.record_type,
            "name": spelling::name(name),
            "content": self.content(operation)?,
            "ttl": self.ttl(),
            "proxied": self.proxied,
            "comment": comment::marked(mark, &self.comment),
        }))
    }

    fn content(&self, operation: &'static str) -> Result<String, Failure> {
        let content = self.content.value();
        let content = content.map_err(|error| Failure::internal(operation, &error))?;
        Ok(spelling::content(&self.record_type, content))
    }
}

/// The record goes, and what it displaced comes back. If somebody has deleted it meanwhile, the
/// name is put back only if nothing else stands there by now.
async fn restore(cloudflare: &Cloudflare, cx: &Context, outputs: &Outputs) -> Result<(), Failure> {
    let id = required(BATCH, outputs.id.as_deref())?;
    let zone = &outputs.zone_id;
    // What this stack itself had there, under another address, is not somebody's to come back to.
    let foreign = |record: &&Record| {
        let text = record.comment.as_deref();
        !text.is_some_and(|text| comment::of_stack(text, &cx.mark.stack))
    };
    let coming: Vec<Value> = outputs
        .displaced
        .iter()
        .filter(foreign)
        .map(Record::written)
        .collect();
    let mut going = vec![id];
    if records::by_id(cloudflare, zone, id).await?.is_none() {
        let Some(displaced) = outputs.displaced.first() else {
            return Ok(());
        };
        let there = records::at(cloudflare, zone, &displaced.name).await?;
        let taken = |record: &Record| matches!(&*record.record_type, "A" | "AAAA" | "CNAME" | "NS");
        if there.iter().any(taken) || coming.is_empty() {
            return Ok(());
        }
        going.clear();
    }
    let restored = records::exchange(cloudflare, zone, &going, coming).await;
    restored.map(drop).map_err(|failure| {
        if failure.class != Class::Exists {
            return failure;
        }
        let records = outputs.displaced.iter().map(ToString::to_string);
        failure.with_evidence(records).with_advice(
            "somebody has put another record next to ours, and these cannot come back beside it: \
             remove it, then run the same command again",
        )
    })
}

/// A record that was there a moment ago and is not any more [error 81044]. It does not come back
/// by waiting.
fn deleted_meanwhile(failure: Failure) -> Failure {
    match failure.class {
        Class::Gone => failure.with_advice(
            "somebody has deleted the record meanwhile: run the same command again, and it is \
             made anew",
        ),
        _ => failure,
    }
}

fn changed(now: &[Record]) -> Failure {
    Failure::new(
        Class::Exists,
        BATCH,
        "Changed",
        "what stands at the name is not what the plan has named",
    )
    .with_evidence(now.iter().map(ToString::to_string))
}
