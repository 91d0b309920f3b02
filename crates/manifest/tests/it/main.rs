//! The manifest from outside: what loads, what does not, and what is said about it.

mod codes;
mod fuzz;
mod images;
mod json_schema;
mod loads;
mod lowered;
mod lowers;
mod lowers_raw;
mod lowers_tasks;
mod mistakes;
mod reference;
mod render;
