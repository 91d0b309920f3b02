//! What holds for every kind, whatever it is. No cloud is needed.

mod ecs;
mod elb;
mod example;
mod folders;
mod iam;
mod laws;
mod network;
mod observability;
mod records;
mod scaling;
mod schedules;
mod secrets;
