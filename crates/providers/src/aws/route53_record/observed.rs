//! Records as Route 53 has them.

use ashore_engine::failure::Failure;
use ashore_engine::kind::Observed;

use super::batch;
use super::claim::{self, There};
use super::{Outputs, Route53Record, Target, spelling};
use crate::aws::live::Aws;
use crate::cloudflare::comment;

/// What stands at a name and beside it: two names, one read.
pub(super) async fn there(aws: &Aws, zone: &str, name: &str) -> Result<There, Failure> {
    let beside = claim::owner_name(name);
    let (sets, owner) =
        futures_util::join!(batch::at(aws, zone, name), batch::at(aws, zone, &beside));
    let mut owner = owner?.into_iter();
    Ok(There {
        sets: sets?,
        owner: owner.find(|set| set.record_type == "TXT" && set.set_identifier.is_none()),
    })
}

/// The record, if it is there and still ours.
pub(super) fn observed(outputs: &Outputs, there: &There) -> Option<Observed<Route53Record>> {
    let record = there.record(&outputs.record_type);
    let main = record.first()?;
    let is_owner = |text: &str| Some(text) == outputs.owner.as_deref();
    let marked = there.says().any(|text| comment::note_in(text).is_some());
    if outputs.owner.is_some() && marked && !there.says().any(is_owner) {
        return None; // another stack has taken the name over
    }
    let target = match &main.alias {
        Some(alias) => Target::Alias {
            dns_name: spelling::name(&alias.dns_name).into(),
            zone_id: alias.zone_id.clone().into(),
            ipv6: record.len() > 1,
            evaluate_target_health: record
                .iter()
                .filter_map(|set| set.alias.as_ref())
                .any(|alias| alias.evaluate_target_health),
        },
        None => Target::Values {
            ttl: main
                .ttl
                .and_then(|ttl| u32::try_from(ttl).ok())
                .unwrap_or(0),
            values: main.values.iter().cloned().map(Into::into).collect(),
        },
    };
    Some(Observed {
        spec: Route53Record {
            zone_id: outputs.zone_id.clone(),
            name: main.name.clone().into(),
            record_type: main.record_type.clone(),
            target,
            take_over: !outputs.displaced.is_empty(),
        },
        outputs: Outputs {
            unmarked: outputs.owner.is_some() && !marked,
            ..outputs.clone()
        },
    })
}
