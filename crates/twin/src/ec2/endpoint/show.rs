//! How endpoints are shown.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Endpoint, KIND, Sort, State, service};
use crate::clock::Millis;
use crate::ec2::Ec2;
use crate::ec2::resource::{Kind, Resource, View};
use crate::tags::Tags;

/// What an endpoint without a policy of its own allows [PrivateLink guide: default endpoint policy].
const EVERYTHING: &str = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

impl Endpoint {
    /// Its own names, that of each zone, and the service's own where that leads to it.
    fn names(&self, id: &str, view: &View<'_>) -> Vec<Value> {
        let Some(service) = service::find(view.region, &self.service) else {
            return Vec::new();
        };
        if self.sort == Sort::Gateway {
            return Vec::new();
        }
        let host = service.host(view.region);
        let entry = |name: String, zone: &str| json!({ "dnsName": name, "hostedZoneId": zone });
        // One zone for all names of a region's endpoints, one of the VPC's for the service's own.
        let zone = format!("ZVPCE{}", view.region.replace('-', "").to_uppercase());
        let own = format!("{id}-{}", self.label);
        let mut names = vec![entry(format!("{own}.{host}.vpce.amazonaws.com"), &zone)];
        for subnet in self.interfaces.keys() {
            if let Some(subnet) = view.ec2.subnets.get(subnet) {
                let name = format!("{own}-{}.{host}.vpce.amazonaws.com", subnet.zone);
                names.push(entry(name, &zone));
            }
        }
        if self.private_dns {
            let private = format!("Z{}", self.label.to_uppercase());
            let service_names = service.names(view.region).into_iter();
            names.extend(service_names.map(|name| entry(name, &private)));
        }
        names
    }
}

impl Resource for Endpoint {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("ip-address-type", "ipAddressType"),
        ("service-name", "serviceName"),
        ("service-region", "serviceRegion"),
        ("vpc-endpoint-id", "vpcEndpointId"),
        ("vpc-endpoint-state", "state"),
        ("vpc-endpoint-type", "vpcEndpointType"),
        ("vpc-id", "vpcId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, Endpoint> {
        &ec2.endpoints
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        let (sort, records) = match self.sort {
            Sort::Gateway => ("Gateway", "service-defined"),
            Sort::Interface => ("Interface", "ipv4"),
        };
        let groups = self.groups.iter().map(|group| {
            let name = view.ec2.groups.get(group).map(|group| &group.name);
            json!({ "groupId": group, "groupName": name })
        });
        json!({
            "vpcEndpointId": id,
            "vpcEndpointType": sort,
            "vpcId": self.vpc,
            "ownerId": view.account,
            "serviceName": self.service,
            "serviceRegion": view.region,
            // In small letters, unlike the model's [terraform-provider-aws].
            "state": match self.state {
                State::Pending => "pending",
                State::Available => "available",
                State::Deleting => "deleting",
            },
            "policyDocument": self.policy.as_deref().unwrap_or(EVERYTHING),
            "routeTableIdSet": Vec::from_iter(view.ec2.tables_to(id)),
            "subnetIdSet": Vec::from_iter(self.interfaces.keys()),
            "networkInterfaceIdSet": Vec::from_iter(self.interfaces.values()),
            "groupSet": Vec::from_iter(groups),
            "ipAddressType": "ipv4",
            "dnsOptions": { "dnsRecordIpType": records },
            "privateDnsEnabled": self.private_dns,
            "requesterManaged": false,
            "dnsEntrySet": self.names(id, view),
            "creationTimestamp": self.created.iso8601(),
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
