//! Who holds what cannot go: AWS says "has a dependent object" and leaves it there.

use ashore_engine::failure::{Class, Failure};
use aws_sdk_ec2::types::{Filter, NetworkInterface};

use super::Aws;
use super::failure::failure;

/// The refusal of a deletion with the names of those who hold on, looked up only if that is why.
pub(crate) async fn named(
    refused: Failure,
    holders: impl Future<Output = Result<Vec<String>, Failure>>,
) -> Failure {
    if refused.class != Class::Dependency {
        return refused;
    }
    match holders.await {
        Ok(names) => refused.with_evidence(names),
        Err(unread) => refused.with_evidence([format!("who holds it cannot be read: {unread}")]),
    }
}

/// Network interfaces that fit all filters, one line each.
pub(crate) async fn interfaces(aws: &Aws, filters: Vec<Filter>) -> Result<Vec<String>, Failure> {
    Ok(described(aws, filters)
        .await?
        .iter()
        .map(in_words)
        .collect())
}

/// Network interfaces of a VPC that have a public address, one line each.
pub(crate) async fn public_interfaces(aws: &Aws, vpc: &str) -> Result<Vec<String>, Failure> {
    let within = vec![super::ec2::filter("vpc-id", vec![vpc.to_string()])];
    let all = described(aws, within).await?;
    let public = all.iter().filter(|one| !public_addresses(one).is_empty());
    Ok(public.map(in_words).collect())
}

async fn described(aws: &Aws, filters: Vec<Filter>) -> Result<Vec<NetworkInterface>, Failure> {
    let request = aws.ec2.describe_network_interfaces();
    let pages = request.set_filters(Some(filters)).into_paginator().items();
    let all: Result<_, _> = pages.send().collect().await;
    all.map_err(|e| failure("ec2:DescribeNetworkInterfaces", e))
}

/// `eni-1 "ELB app/web/50dc6c495c0c9188" in subnet-1 with 198.18.0.1`: its description says what
/// it is for.
fn in_words(interface: &NetworkInterface) -> String {
    let or_none = |text: Option<&str>| text.unwrap_or("-").to_string();
    let id = or_none(interface.network_interface_id());
    let subnet = or_none(interface.subnet_id());
    let mut words = match interface.description().unwrap_or_default() {
        "" => format!("network interface {id} in {subnet}"),
        what => format!("network interface {id} \"{what}\" in {subnet}"),
    };
    let addresses = public_addresses(interface);
    if !addresses.is_empty() {
        words = format!("{words} with {}", addresses.join(", "));
    }
    words
}

fn public_addresses(interface: &NetworkInterface) -> Vec<&str> {
    let addresses = interface.private_ip_addresses().iter();
    let further = addresses.filter_map(|address| address.association());
    let mut public: Vec<&str> = interface
        .association()
        .into_iter()
        .chain(further)
        .filter_map(|association| association.public_ip())
        .collect();
    public.sort_unstable();
    public.dedup();
    public
}
