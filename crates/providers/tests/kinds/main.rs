//! What holds for every kind, whatever it is. No cloud is needed.

mod assets;
mod capacity;
mod data;
mod discovery;
mod ecs;
mod elb;
mod example;
mod folders;
mod iam;
mod images;
mod laws;
mod network;
mod observability;
mod raw;
mod records;
mod reference;
mod scaling;
mod schedules;
mod secrets;
