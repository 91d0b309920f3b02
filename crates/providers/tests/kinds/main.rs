//! What holds for every kind, whatever it is. No cloud is needed.

mod assets;
mod capacity;
mod data;
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
mod scaling;
mod secrets;
