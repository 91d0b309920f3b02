//! A strict AWS and Cloudflare in one process: what they accept it accepts, what they refuse it refuses, and it takes
//! the time that they take.
//!
//! [`Twin::handle`] is a function from request to reply. [`serve`] puts it behind loopback HTTP; an SDK can also be
//! plugged in directly, so that whole-stack simulations run in virtual time. Every service is one module that owns its
//! state and lists its operations once; [`World`] is all state together, plain data.

mod acm;
mod agenda;
mod appautoscaling;
mod autoscaling;
mod blobs;
mod bounds;
mod clock;
mod cloudflare;
mod cloudfront;
mod cloudmap;
mod cloudwatch;
mod control;
mod date;
mod dns;
mod ec2;
mod ecr;
mod ecs;
mod ecs_target;
mod efs;
mod elb;
mod elbv2;
mod events;
mod fault;
mod hidden;
mod iam;
mod input;
mod kms;
mod log;
mod logs;
mod operation;
mod page;
mod rds;
mod refusal;
mod resource_policy;
mod route53;
mod s3;
mod scheduler;
mod script;
mod secretsmanager;
pub mod serve;
mod service;
mod servicequotas;
mod sns;
mod sqs;
mod ssm;
mod store;
mod sts;
mod tag_operations;
mod tagging;
mod tags;
mod throttle;
mod timetable;
mod timing;
mod twin;
mod wafv2;
mod wire;
mod world;

pub use agenda::{Agenda, Happening};
pub use blobs::{Blob, Blobs};
pub use clock::{Clock, ManualClock, Millis, TokioClock};
pub use fault::{Action, Fault, Side};
pub use input::Input;
pub use log::Entry;
pub use operation::{Answer, Call, Handler, Operation};
pub use refusal::Refusal;
pub use script::{Behaviour, Exit, Rule, Script};
pub use service::{Protocol, Service, services};
pub use tags::Tags;
pub use timing::Timing;
pub use twin::{Reply, Twin};
pub use wire::{Address, Route};
pub use world::{Ids, Region, World};
