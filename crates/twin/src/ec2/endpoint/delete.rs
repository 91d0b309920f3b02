//! `DeleteVpcEndpoints`

use serde_json::{Value, json};

use super::{Endpoint, KIND, Sort, State, later};
use crate::ec2::request::finish;
use crate::ec2::resource::view;
use crate::ec2::route::Target;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `DeleteVpcEndpoints`: those that are not there are told of in the answer [EC2 API: InvalidVpcEndpoint.NotFound]. A
/// gateway endpoint's routes go with it; an interface endpoint's interfaces stay until it is gone.
pub(in crate::ec2) fn delete_vpc_endpoints(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("VpcEndpointId")?;
    finish(input)?;
    if ids.is_empty() {
        let message = "The request must contain the parameter VpcEndpointId";
        return Err(Refusal::new("MissingParameter", message));
    }
    for id in &ids {
        KIND.check(id)?;
    }
    let mut unsuccessful: Vec<Value> = Vec::new();
    for id in &ids {
        let Ok(endpoint) = view(call).find::<Endpoint>(id) else {
            let message = format!("The Vpc Endpoint Id '{id}' does not exist");
            unsuccessful.push(json!({
                "resourceId": id,
                "error": { "code": "InvalidVpcEndpoint.NotFound", "message": message },
            }));
            continue;
        };
        let (sort, state) = (endpoint.sort, endpoint.state);
        let ec2 = &mut call.here().ec2;
        match sort {
            Sort::Gateway => {
                for table in ec2.route_tables.values_mut() {
                    table
                        .routes
                        .retain(|_, target| *target != Target::Endpoint(id.clone()));
                }
                ec2.endpoints.remove(id);
            }
            Sort::Interface if state != State::Deleting => {
                if let Some(endpoint) = ec2.endpoints.get_mut(id) {
                    endpoint.state = State::Deleting;
                    endpoint.private_dns = false;
                }
                later(call.world, &call.region, id, true);
            }
            Sort::Interface => {}
        }
    }
    Ok(json!({ "unsuccessful": unsuccessful }))
}
