//! The manifest: from text to a model in which every value is known.
//!
//! [`load`] reads `ashore.toml` and gives either a [`Manifest`] or every mistake in it at once, each a
//! [`Diagnostic`] with a stable [`Code`] and the bytes that it is about. Nothing here talks to the world:
//! no file is opened, no clock read, no environment variable looked up.
//!
//! Start reading at `load.rs`: it is the whole way in a few calls. `schema.rs` is what a user may write,
//! `structure.rs` compares a document with it, `overlay.rs` and `interpolate.rs` make one environment of it,
//! `validate/` turns what was written into `model/`, and `lower/` that into a graph.

mod codes;
mod defaults;
mod diagnostic;
mod did_you_mean;
pub mod fargate;
mod files;
mod interpolate;
mod json_schema;
mod load;
mod located;
pub mod lower;
pub mod model;
mod overlay;
mod overlay_schema;
mod param_rules;
mod params;
mod planned;
mod raw;
mod schema;
mod structure;
mod validate;
mod variables;

pub use codes::Code;
pub use diagnostic::{Diagnostic, Position, Severity, position};
pub use files::Files;
pub use json_schema::json_schema;
pub use load::{DEFAULT_ENVIRONMENT, LoadOptions, load};
pub use located::{Located, Span};
pub use model::Manifest;
pub use raw::{service_definition_schema, task_definition_schema};
pub use variables::Variables;
