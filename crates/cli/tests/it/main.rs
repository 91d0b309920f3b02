//! The real binary against a twin in a process of its own.

mod bad_input;
mod canaries;
mod canary;
mod doctor;
mod environments;
mod examples;
mod existing;
mod failures;
mod foreign;
mod hello;
mod kills;
mod mine;
mod polls;
mod rig;
mod saved_plan;
mod shop;
mod shop_foreign;
mod shop_kills;
mod status;
mod take_over;
mod visitor;
mod work;
