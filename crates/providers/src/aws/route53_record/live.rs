use std::time::Duration;

use ashore_engine::address::{Mark, StackName};
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Live, Observed, Readiness};

use super::batch::{self, Act, CHANGE};
use super::claim::{self, There};
use super::observed::{observed, there};
use super::{AliasTarget, Change, Outputs, RecordSet, Route53Record, Target, spelling};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, required};
use crate::aws::live::pace;
use crate::cloudflare::comment;

const GET_CHANGE: &str = "route53:GetChange";
/// All name servers have it within a minute.
const LOOK_AFTER: Duration = Duration::from_secs(5);
/// Of the record that says whose a name is. Nobody asks it but us, at the source.
const OWNER_TTL: i64 = 300;

impl Live for Route53Record {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(name) = self.name.known() else {
            return Ok(Found::Absent); // nor is it known yet where it could be
        };
        let name = spelling::name(name);
        let there = there(aws, &self.zone_id, &name).await?;
        Ok(claim::judge(self, &name, &there, &cx.mark))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        if !outputs.made {
            return Ok(None); // only what it will displace is known
        }
        let there = match there(aws, &outputs.zone_id, &outputs.name).await {
            Err(gone) if gone.class == Class::Gone => return Ok(None),
            there => there?,
        };
        Ok(observed(outputs, &there))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Create => {
                let acts = self.coming(&cx.mark)?;
                self.made(aws, cx, &acts, Vec::new()).await
            }
            Change::TakeOver => self.take_over(aws, cx, outputs).await,
            Change::Update => self.update(aws, cx, required(CHANGE, outputs)?).await,
            Change::Delete | Change::Restore => go(aws, cx, required(CHANGE, outputs)?).await,
        }
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let Some(change) = &known.change else {
            return Ok(Readiness::Ready(known.clone()));
        };
        let asked = aws.route53.get_change().id(change).send().await;
        let status = match asked.map_err(|e| failure(GET_CHANGE, e)) {
            Ok(answer) => required(GET_CHANGE, answer.change_info)?.status,
            // Forgotten: it is long done.
            Err(gone) if gone.class == Class::Gone => {
                return Ok(Readiness::Ready(known.clone()));
            }
            Err(failure) => return Err(failure),
        };
        Ok(match status.as_str() {
            "INSYNC" => Readiness::Ready(known.clone()),
            other => Readiness::Pending {
                outputs: known.clone(),
                why: format!("{other}: not all name servers have it yet"),
                look_after: pace::look_after(cx.waited, LOOK_AFTER),
            },
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for zone in aws.hosted_zones().await? {
            let all = batch::all(aws, &zone.id).await?;
            let owners = all.iter().filter(|set| set.record_type == "TXT");
            for owner in owners {
                let Some(name) = claim::owned_name(&owner.name) else {
                    continue;
                };
                let there = There {
                    sets: all.iter().filter(|set| set.name == name).cloned().collect(),
                    owner: Some(owner.clone()),
                };
                let text = there.says().find(|text| comment::of_stack(text, stack));
                // An alias for both families is told by its A record.
                let mut types = ["A", "AAAA", "CNAME", "TXT"].into_iter();
                let set = types.find_map(|it| there.plain(it));
                let (Some(text), Some(set)) = (text, set) else {
                    continue;
                };
                ours.push(Outputs {
                    zone_id: zone.id.clone(),
                    name: name.to_string(),
                    record_type: set.record_type.clone(),
                    made: true,
                    owner: Some(text.to_string()),
                    change: None,
                    displaced: Vec::new(),
                    unmarked: false,
                });
            }
        }
        Ok(ours)
    }
}

impl Route53Record {
    /// What stands there goes and this comes. What goes is what the plan has named; where nobody
    /// has looked yet (a record that is made anew in the place of its former life), it is what
    /// stands there now.
    async fn take_over(
        &self,
        aws: &Aws,
        cx: &Context,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let name = spelling::name(known(CHANGE, &self.name)?);
        let there = there(aws, &self.zone_id, &name).await?;
        let rivals = there.rivals(self);
        let now = match rivals.as_slice() {
            [] => Vec::new(),
            rivals => claim::displaced(rivals, &there),
        };
        if let Some(outputs) = outputs
            && !now.is_empty()
            && now != outputs.displaced
        {
            // Not what was agreed to, and not what would be put back: look again.
            return Err(changed(&now));
        }
        let mut acts: Vec<Act> = rivals.into_iter().map(Act::Delete).collect();
        acts.extend(self.coming(&cx.mark)?);
        self.made(aws, cx, &acts, now).await
    }

    async fn update(&self, aws: &Aws, cx: &Context, outputs: &Outputs) -> Result<Outputs, Failure> {
        let there = there(aws, &outputs.zone_id, &outputs.name).await?;
        let wanted = self.sets()?;
        let is_wanted = |set: &RecordSet| {
            let same = |one: &RecordSet| one.record_type == set.record_type;
            wanted.iter().any(same)
        };
        let now = there.record(&self.record_type).into_iter();
        let surplus = now.filter(|set| !is_wanted(set)).cloned();
        let mut acts: Vec<Act> = surplus.map(Act::Delete).collect();
        acts.extend(wanted.iter().cloned().map(Act::Upsert));
        acts.push(Act::Upsert(self.owner(&cx.mark)?));
        let displaced = outputs.displaced.clone();
        self.made(aws, cx, &acts, displaced).await
    }

    async fn made(
        &self,
        aws: &Aws,
        cx: &Context,
        acts: &[Act],
        displaced: Vec<RecordSet>,
    ) -> Result<Outputs, Failure> {
        let change = batch::change(aws, &self.zone_id, said(&cx.mark), acts).await?;
        Ok(Outputs {
            zone_id: self.zone_id.clone(),
            name: spelling::name(known(CHANGE, &self.name)?),
            record_type: self.record_type.clone(),
            made: true,
            owner: Some(comment::marked(&cx.mark, "")),
            change: Some(change),
            displaced,
            unmarked: false,
        })
    }

    /// The record and its owner. What says whose it is may be there still, where somebody has
    /// taken away the record alone.
    fn coming(&self, mark: &Mark) -> Result<Vec<Act>, Failure> {
        let sets = self.sets()?.into_iter().map(Act::Create);
        let owner = Act::Upsert(self.owner(mark)?);
        Ok(sets.chain([owner]).collect())
    }

    fn owner(&self, mark: &Mark) -> Result<RecordSet, Failure> {
        let name = spelling::name(known(CHANGE, &self.name)?);
        Ok(RecordSet {
            name: claim::owner_name(&name),
            record_type: "TXT".to_string(),
            ttl: Some(OWNER_TTL),
            values: vec![spelling::quoted(&comment::marked(mark, ""))],
            ..RecordSet::default()
        })
    }

    /// The record sets that it consists of.
    fn sets(&self) -> Result<Vec<RecordSet>, Failure> {
        let plain = RecordSet {
            name: spelling::name(known(CHANGE, &self.name)?),
            record_type: self.record_type.clone(),
            ..RecordSet::default()
        };
        Ok(match &self.target {
            Target::Values { ttl, values } => {
                let value = |value: &Input<String>| {
                    let value = known(CHANGE, value)?;
                    Ok(spelling::value(&self.record_type, value))
                };
                let values: Result<Vec<String>, Failure> = values.iter().map(value).collect();
                vec![RecordSet {
                    ttl: Some(i64::from(*ttl)),
                    values: values?,
                    ..plain
                }]
            }
            Target::Alias {
                dns_name,
                zone_id,
                ipv6,
                evaluate_target_health,
            } => {
                let alias = AliasTarget {
                    dns_name: spelling::name(known(CHANGE, dns_name)?),
                    zone_id: known(CHANGE, zone_id)?.clone(),
                    evaluate_target_health: *evaluate_target_health,
                };
                let main = RecordSet {
                    alias: Some(alias),
                    ..plain
                };
                let beside = RecordSet {
                    record_type: "AAAA".to_string(),
                    ..main.clone()
                };
                let beside = ipv6.then_some(beside);
                [main].into_iter().chain(beside).collect()
            }
        })
    }
}

/// The record goes, and what it displaced comes back, unless something else stands there by now.
async fn go(aws: &Aws, cx: &Context, outputs: &Outputs) -> Result<Outputs, Failure> {
    let there = there(aws, &outputs.zone_id, &outputs.name).await?;
    // Somebody else's by now: then it is not ours to take away.
    let ours = outputs.made && (there.bears(&cx.mark) || there.says().next().is_none());
    if !ours {
        return Ok(outputs.clone());
    }
    let record = there.record(&outputs.record_type);
    let owner = there.owner.iter().filter(|_| there.bears(&cx.mark));
    let going: Vec<RecordSet> = record.iter().copied().chain(owner).cloned().collect();
    let left = there.sets.iter().filter(|set| !record.contains(set));
    let is_apex = there.sets.iter().any(|set| set.record_type == "SOA");
    let mut left = left.filter(|set| !is_apex || set.record_type != "NS");
    let is_free = !left.any(|set| claim::points(&set.record_type) || set.record_type == "NS");
    // What this stack itself had there, under another address, is not somebody's to come back to.
    let was_ours = outputs.displaced.iter().any(|set| {
        let mut values = set.values.iter().map(|value| value.trim_matches('"'));
        set.record_type == "TXT" && values.any(|it| comment::of_stack(it, &cx.mark.stack))
    });
    let coming: &[RecordSet] = match is_free && !was_ours {
        true => &outputs.displaced,
        false => &[],
    };
    let acts: Vec<Act> = going
        .into_iter()
        .map(Act::Delete)
        .chain(coming.iter().cloned().map(Act::Create))
        .collect();
    if acts.is_empty() {
        return Ok(outputs.clone());
    }
    let change = batch::change(aws, &outputs.zone_id, said(&cx.mark), &acts).await?;
    Ok(Outputs {
        change: Some(change),
        ..outputs.clone()
    })
}

/// What a batch is for, as Route 53 keeps it.
fn said(mark: &Mark) -> String {
    format!("ashore: {} {}", mark.stack, mark.instance.address)
}

fn changed(now: &[RecordSet]) -> Failure {
    Failure::new(
        Class::Exists,
        CHANGE,
        "Changed",
        "what stands at the name is not what the plan has named",
    )
    .with_evidence(now.iter().map(ToString::to_string))
}
