//! Whether a service may act as a role.

use serde_json::Value;

use super::evaluate::many;
use crate::world::World;

/// Whether the role is there and its trust policy lets the service assume it. Conditions are taken as met.
pub(crate) fn assumable_by(world: &World, role: &str, service: &str) -> bool {
    let Some(role) = super::role(world, role) else {
        return false;
    };
    let Ok(policy) = serde_json::from_str::<Value>(&role.trust) else {
        return false;
    };
    many(&policy["Statement"]).into_iter().any(|statement| {
        let assumes = ["sts:AssumeRole", "sts:*", "*"];
        statement["Effect"] == "Allow"
            && many(&statement["Action"])
                .into_iter()
                .any(|it| assumes.iter().any(|one| it == one))
            && many(&statement["Principal"]["Service"])
                .into_iter()
                .any(|it| it == service)
    })
}
