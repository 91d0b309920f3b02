//! Which route table a subnet uses.

use serde_json::json;

use super::Ec2;
use super::request::finish;
use super::resource::view;
use super::route_table::RouteTable;
use super::subnet::Subnet;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// `AssociateRouteTable`: the same pair again gives the same association; another table is a conflict
/// [terraform-provider-aws #38960].
pub(super) fn associate_route_table(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("RouteTableId")?;
    let subnet = input.required("SubnetId")?;
    finish(input)?;
    let view = view(call);
    let table = view.find::<RouteTable>(&id)?;
    let vpc = &view.find::<Subnet>(&subnet)?.vpc;
    if table.vpc != *vpc {
        let message = format!("Route table {id} and subnet {subnet} belong to different networks");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let association = match view.ec2.association_of(&subnet) {
        Some((association, holder)) if *holder == id => association.clone(),
        Some(_) => {
            let message = format!(
                "the specified association for route table {id} conflicts with an existing association"
            );
            return Err(Refusal::new("Resource.AlreadyAssociated", message));
        }
        None => call.world.ids.hex("rtbassoc-", 17),
    };
    if let Some(table) = call.here().ec2.route_tables.get_mut(&id) {
        table.associations.insert(association.clone(), subnet);
    }
    Ok(json!({ "associationId": association, "associationState": { "state": "associated" } }))
}

/// `DisassociateRouteTable`: the subnet then uses the main one [EC2 API: DisassociateRouteTable].
pub(super) fn disassociate_route_table(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let association = input.required("AssociationId")?;
    finish(input)?;
    let holder = view(call).ec2.holder_of(&association)?.clone();
    let table = call.here().ec2.route_tables.get_mut(&holder);
    if table
        .as_ref()
        .is_some_and(|table| table.main.as_ref() == Some(&association))
    {
        let message = format!("cannot disassociate the main route table association {association}");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if let Some(table) = table {
        table.associations.remove(&association);
    }
    Ok(json!({ "return": true }))
}

/// `ReplaceRouteTableAssociation`: also how another table becomes the main one
/// [EC2 API: ReplaceRouteTableAssociation].
pub(super) fn replace_route_table_association(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let association = input.required("AssociationId")?;
    let id = input.required("RouteTableId")?;
    finish(input)?;
    let view = view(call);
    let holder = view.ec2.holder_of(&association)?.clone();
    let table = view.find::<RouteTable>(&id)?;
    if view
        .ec2
        .route_tables
        .get(&holder)
        .is_none_or(|old| old.vpc != table.vpc)
    {
        let message =
            format!("Route table {id} and association {association} belong to different networks");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let new = call.world.ids.hex("rtbassoc-", 17);
    let tables = &mut call.here().ec2.route_tables;
    let mut subnet = None;
    if let Some(old) = tables.get_mut(&holder) {
        subnet = old.associations.remove(&association);
        if subnet.is_none() {
            old.main = None;
        }
    }
    if let Some(table) = tables.get_mut(&id) {
        match subnet {
            Some(subnet) => drop(table.associations.insert(new.clone(), subnet)),
            None => table.main = Some(new.clone()),
        }
    }
    Ok(json!({ "newAssociationId": new, "associationState": { "state": "associated" } }))
}

impl Ec2 {
    /// The association of a subnet and the table that it is with.
    fn association_of(&self, subnet: &str) -> Option<(&String, &String)> {
        self.route_tables.iter().find_map(|(id, table)| {
            let found = table.associations.iter().find(|(_, with)| *with == subnet);
            found.map(|(association, _)| (association, id))
        })
    }

    /// The table that an association is with.
    fn holder_of(&self, association: &str) -> Result<&String, Refusal> {
        let holds = |table: &RouteTable| {
            table.main.as_deref() == Some(association)
                || table.associations.contains_key(association)
        };
        let holder = self
            .route_tables
            .iter()
            .find(|(_, table)| holds(table))
            .map(|(id, _)| id);
        holder.ok_or_else(|| {
            let message = format!("The association ID '{association}' does not exist");
            Refusal::new("InvalidAssociationID.NotFound", message)
        })
    }
}
