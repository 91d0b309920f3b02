//! The verbs of kinds, one by one, against the twin in this process.

mod certificate;
mod dns_record;
mod elb;
mod in_twin;
mod network;
mod zone;
