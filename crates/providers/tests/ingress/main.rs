//! The verbs of kinds, one by one, against the twin in this process.

mod certificate;
mod dns_record;
mod elb;
mod existing;
mod in_twin;
mod network;
mod zone;
