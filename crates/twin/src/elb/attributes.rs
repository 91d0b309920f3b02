//! Attributes: cross-zone balancing, access logs, connection draining, idle timeout, desync mitigation.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{balancer, misconfigured, ours};
use crate::elbv2::constraint::{self, invalid};
use crate::elbv2::{self, Kind};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// What a balancer's attributes are [ELB API: LoadBalancerAttributes].
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Attributes {
    /// Whether every interface sends to the instances of all zones.
    pub cross_zone: bool,
    /// Whether requests are logged into a bucket.
    pub log: Log,
    /// Whether, and for how many seconds, a deregistered instance may finish.
    pub draining: (bool, i64),
    /// Seconds.
    pub idle_timeout: i64,
    /// `monitor`, `defensive` or `strictest`.
    pub desync: String,
}

/// Where requests are logged.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Log {
    /// Whether they are.
    pub enabled: bool,
    /// The bucket's name.
    pub bucket: Option<String>,
    /// Minutes between two files.
    pub interval: i64,
    /// The folder in the bucket.
    pub prefix: Option<String>,
}

/// The API's defaults; the console's differ in cross-zone balancing and draining [Classic Load Balancers guide].
impl Default for Attributes {
    fn default() -> Attributes {
        Attributes {
            cross_zone: false,
            log: Log {
                enabled: false,
                bucket: None,
                interval: 60,
                prefix: None,
            },
            draining: (false, 300),
            idle_timeout: 60,
            desync: "defensive".to_owned(),
        }
    }
}

pub(super) fn describe_load_balancer_attributes(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elb, &name)?;
    Ok(json!({ "LoadBalancerAttributes": found.attributes.value() }))
}

/// What is not named stays as it is.
pub(super) fn modify_load_balancer_attributes(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let Some(mut given) = input.object("LoadBalancerAttributes")? else {
        return Err(input.missing("LoadBalancerAttributes"));
    };
    let held = call.here().elb.balancers.get(&name);
    let held = held.map(|found| found.attributes.clone());
    let mut wanted = held.clone().unwrap_or_default();
    wanted.read(&mut given)?;
    given.finish()?;
    input.finish()?;
    let before = held.ok_or_else(|| balancer::not_found(&name))?;
    if wanted.log.enabled && wanted.log != before.log {
        let Some(bucket) = &wanted.log.bucket else {
            return Err(misconfigured(
                "An S3 bucket must be specified to enable access logs",
            ));
        };
        let prefix = wanted.log.prefix.as_deref().unwrap_or_default();
        elbv2::may_write(call.world, &call.region, Kind::Application, bucket, prefix)
            .map_err(ours)?;
    }
    let value = wanted.value();
    balancer::named(&mut call.here().elb, &name)?.attributes = wanted;
    Ok(json!({ "LoadBalancerName": name, "LoadBalancerAttributes": value }))
}

impl Attributes {
    fn read(&mut self, given: &mut Input) -> Result<(), Refusal> {
        if let Some(mut cross) = given.object("CrossZoneLoadBalancing")? {
            self.cross_zone = enabled(&mut cross)?;
            cross.finish()?;
        }
        if let Some(mut log) = given.object("AccessLog")? {
            self.log.enabled = enabled(&mut log)?;
            let interval = log.number("EmitInterval")?;
            self.log.bucket = log.text("S3BucketName")?.or(self.log.bucket.take());
            self.log.prefix = log.text("S3BucketPrefix")?.or(self.log.prefix.take());
            log.finish()?;
            self.log.interval = match interval {
                Some(5 | 60) | None => interval.unwrap_or(self.log.interval),
                Some(other) => {
                    return Err(invalid(format!(
                        "Access log EmitInterval must be either 5 or 60 minutes, not {other}"
                    )));
                }
            };
        }
        if let Some(mut draining) = given.object("ConnectionDraining")? {
            let on = enabled(&mut draining)?;
            let timeout = constraint::number(&mut draining, "Timeout", 1..=3600)?;
            draining.finish()?;
            self.draining = (on, timeout.unwrap_or(self.draining.1));
        }
        if let Some(mut settings) = given.object("ConnectionSettings")? {
            let timeout = constraint::number(&mut settings, "IdleTimeout", 1..=3600)?;
            self.idle_timeout = timeout.ok_or_else(|| settings.missing("IdleTimeout"))?;
            settings.finish()?;
        }
        for mut more in given.objects("AdditionalAttributes")? {
            let key = more.required("Key")?;
            let value = more.required("Value")?;
            more.finish()?;
            if key != "elb.http.desyncmitigationmode" {
                let message = format!("Load balancer attribute '{key}' is not recognized");
                return Err(Refusal::new("LoadBalancerAttributeNotFound", message));
            }
            if !["monitor", "defensive", "strictest"].contains(&value.as_str()) {
                return Err(misconfigured(format!(
                    "Load balancer attribute '{key}' must be one of 'monitor, defensive, strictest', not '{value}'"
                )));
            }
            self.desync = value;
        }
        Ok(())
    }

    fn value(&self) -> Value {
        let (draining, timeout) = self.draining;
        json!({
            "CrossZoneLoadBalancing": { "Enabled": self.cross_zone },
            "AccessLog": {
                "Enabled": self.log.enabled,
                "S3BucketName": self.log.bucket,
                "EmitInterval": self.log.interval,
                "S3BucketPrefix": self.log.prefix,
            },
            "ConnectionDraining": { "Enabled": draining, "Timeout": timeout },
            "ConnectionSettings": { "IdleTimeout": self.idle_timeout },
            "AdditionalAttributes": [
                { "Key": "elb.http.desyncmitigationmode", "Value": self.desync },
            ],
        })
    }
}

fn enabled(given: &mut Input) -> Result<bool, Refusal> {
    let value = given.boolean("Enabled")?;
    value.ok_or_else(|| given.missing("Enabled"))
}
