//! The verbs of kinds, one by one, against the twin in this process.

mod by_hand;
mod certificate;
mod dns_record;
mod elb;
mod existing;
mod in_twin;
mod network;
mod route53;
mod zone;
