//! Record sets over the wire.

use ashore_engine::failure::Failure;
use aws_sdk_route53::types::{
    AliasTarget as SdkAlias, CidrRoutingConfig, Coordinates, GeoLocation as SdkLocation,
    GeoProximityLocation, ResourceRecord, ResourceRecordSet, RrType,
};

use super::{AliasTarget, CidrRouting, GeoLocation, GeoProximity, RecordSet, spelling};

/// A record set as Route 53 tells it. Its values and its target are kept letter by letter: a
/// deletion has to repeat them [Route 53 API: Change].
pub(super) fn read(set: &ResourceRecordSet) -> RecordSet {
    let text = |text: Option<&str>| text.map(str::to_string);
    RecordSet {
        name: spelling::name(set.name()),
        record_type: set.r#type().as_str().to_string(),
        ttl: set.ttl(),
        values: set
            .resource_records()
            .iter()
            .map(|it| it.value().to_string())
            .collect(),
        alias: set.alias_target().map(|alias| AliasTarget {
            dns_name: alias.dns_name().to_string(),
            zone_id: alias.hosted_zone_id().to_string(),
            evaluate_target_health: alias.evaluate_target_health(),
        }),
        set_identifier: text(set.set_identifier()),
        weight: set.weight(),
        region: set.region().map(|region| region.as_str().to_string()),
        failover: set.failover().map(|failover| failover.as_str().to_string()),
        multi_value: set.multi_value_answer(),
        geo_location: set.geo_location().map(|place| GeoLocation {
            continent: text(place.continent_code()),
            country: text(place.country_code()),
            subdivision: text(place.subdivision_code()),
        }),
        geo_proximity: set.geo_proximity_location().map(|place| GeoProximity {
            region: text(place.aws_region()),
            local_zone_group: text(place.local_zone_group()),
            coordinates: place
                .coordinates()
                .map(|it| (it.latitude().to_string(), it.longitude().to_string())),
            bias: place.bias(),
        }),
        cidr_routing: set.cidr_routing_config().map(|routing| CidrRouting {
            collection_id: routing.collection_id().to_string(),
            location: routing.location_name().to_string(),
        }),
        health_check_id: text(set.health_check_id()),
        traffic_policy_instance_id: text(set.traffic_policy_instance_id()),
    }
}

/// The record set as a request has it.
pub(super) fn written(
    operation: &'static str,
    set: &RecordSet,
) -> Result<ResourceRecordSet, Failure> {
    let wrong = |error| Failure::internal(operation, &error);
    let value = |value: &String| ResourceRecord::builder().value(value).build();
    let values: Result<Vec<_>, _> = set.values.iter().map(value).collect();
    let values = values.map_err(wrong)?;
    let alias = |alias: &AliasTarget| {
        let target = SdkAlias::builder()
            .dns_name(&alias.dns_name)
            .hosted_zone_id(&alias.zone_id)
            .evaluate_target_health(alias.evaluate_target_health);
        target.build()
    };
    let place = |place: &GeoLocation| {
        SdkLocation::builder()
            .set_continent_code(place.continent.clone())
            .set_country_code(place.country.clone())
            .set_subdivision_code(place.subdivision.clone())
            .build()
    };
    let routing = |routing: &CidrRouting| {
        let config = CidrRoutingConfig::builder().collection_id(&routing.collection_id);
        config.location_name(&routing.location).build()
    };
    ResourceRecordSet::builder()
        .name(&set.name)
        .r#type(RrType::from(set.record_type.as_str()))
        .set_ttl(set.ttl)
        .set_resource_records((!values.is_empty()).then_some(values))
        .set_alias_target(set.alias.as_ref().map(alias).transpose().map_err(wrong)?)
        .set_set_identifier(set.set_identifier.clone())
        .set_weight(set.weight)
        .set_region(set.region.as_deref().map(Into::into))
        .set_failover(set.failover.as_deref().map(Into::into))
        .set_multi_value_answer(set.multi_value)
        .set_geo_location(set.geo_location.as_ref().map(place))
        .set_geo_proximity_location(
            set.geo_proximity
                .as_ref()
                .map(proximity)
                .transpose()
                .map_err(wrong)?,
        )
        .set_cidr_routing_config(
            set.cidr_routing
                .as_ref()
                .map(routing)
                .transpose()
                .map_err(wrong)?,
        )
        .set_health_check_id(set.health_check_id.clone())
        .set_traffic_policy_instance_id(set.traffic_policy_instance_id.clone())
        .build()
        .map_err(wrong)
}

fn proximity(
    place: &GeoProximity,
) -> Result<GeoProximityLocation, aws_smithy_types::error::operation::BuildError> {
    let at = |(latitude, longitude): &(String, String)| {
        let coordinates = Coordinates::builder().latitude(latitude);
        coordinates.longitude(longitude).build()
    };
    Ok(GeoProximityLocation::builder()
        .set_aws_region(place.region.clone())
        .set_local_zone_group(place.local_zone_group.clone())
        .set_coordinates(place.coordinates.as_ref().map(at).transpose()?)
        .set_bias(place.bias)
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_set_is_written_as_it_was_read() {
        let plain = RecordSet {
            name: "hello.example.com".into(),
            record_type: "TXT".into(),
            ttl: Some(300),
            values: vec!["\"a\" \"b\"".into(), "\"c\"".into()],
            ..RecordSet::default()
        };
        let answer = |set: RecordSet| RecordSet {
            record_type: "A".into(),
            set_identifier: Some("one".into()),
            ..set
        };
        let alias = answer(RecordSet {
            alias: Some(AliasTarget {
                dns_name: "dualstack.lb.amazonaws.com.".into(),
                zone_id: "Z215JYRZR1TBD5".into(),
                evaluate_target_health: true,
            }),
            weight: Some(10),
            health_check_id: Some("check".into()),
            ..plain.clone()
        });
        let placed = answer(RecordSet {
            geo_location: Some(GeoLocation {
                country: Some("*".into()),
                ..GeoLocation::default()
            }),
            geo_proximity: Some(GeoProximity {
                coordinates: Some(("49.22".into(), "-74.01".into())),
                bias: Some(-10),
                ..GeoProximity::default()
            }),
            cidr_routing: Some(CidrRouting {
                collection_id: "c".into(),
                location: "*".into(),
            }),
            failover: Some("PRIMARY".into()),
            region: Some("eu-central-1".into()),
            multi_value: Some(true),
            ..plain.clone()
        });
        for set in [plain, alias, placed] {
            assert_eq!(read(&written("test", &set).unwrap()), set);
        }
    }
}
