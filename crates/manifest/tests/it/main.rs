//! The manifest from outside: what loads, what does not, and what is said about it.

mod codes;
mod fuzz;
mod images;
mod json_schema;
mod loads;
mod lowered;
mod lowers;
mod lowers_assets;
mod lowers_balancers;
mod lowers_capacity;
mod lowers_classic;
mod lowers_data;
mod lowers_discovery;
mod lowers_observability;
mod lowers_raw;
mod lowers_tasks;
mod lowers_work;
mod mistakes;
mod reference;
mod render;
