//! What holds for every kind, whatever it is. No cloud is needed.

mod ecs;
mod elb;
mod example;
mod folders;
mod iam;
mod images;
mod laws;
mod network;
mod raw;
mod records;
mod reference;
mod scaling;
mod secrets;
