//! Definitions that a user wrote in ECS's own JSON: what is ours of what ECS answers, and what the two have in
//! common although they are spelled otherwise.

use serde_json::{Map, Value};

/// Of what ECS has, only the members that some of these definitions give, in their words where it means the same.
/// Where nothing is meant (an empty list, a zero), ECS may leave it out.
pub(super) fn owned(seen: &Value, by: &[&Value]) -> Value {
    express("", seen, by)
}

fn express(name: &str, seen: &Value, by: &[&Value]) -> Value {
    match seen {
        Value::Object(members) => object(members, by).unwrap_or_else(|| seen.clone()),
        Value::Array(items) => {
            let lists: Vec<&Vec<Value>> = by.iter().filter_map(|it| it.as_array()).collect();
            match lists.first() {
                Some(_) if !is_ordered(name) => list(name, items, &lists),
                _ => seen.clone(),
            }
        }
        scalar => {
            let alike = by.iter().find(|wanted| same(name, scalar, wanted));
            (*alike.unwrap_or(&scalar)).clone()
        }
    }
}

fn object(members: &Map<String, Value>, by: &[&Value]) -> Option<Value> {
    let objects: Vec<_> = by.iter().filter_map(|it| it.as_object()).collect();
    let first = objects.first()?;
    let mut told = Map::new();
    for (key, value) in members {
        let given: Vec<&Value> = objects.iter().filter_map(|it| it.get(key)).collect();
        if !given.is_empty() {
            told.insert(key.clone(), express(key, value, &given));
        }
    }
    for (key, value) in first.iter() {
        if !members.contains_key(key) && says_nothing(value) {
            told.insert(key.clone(), value.clone());
        }
    }
    Some(Value::Object(told))
}

/// Items stand where the first list has them: the order says nothing in these.
fn list(name: &str, items: &[Value], by: &[&Vec<Value>]) -> Value {
    let Some(first) = by.first() else {
        return Value::Array(items.to_vec());
    };
    let mut left: Vec<&Value> = items.iter().collect();
    let mut places: Vec<Option<Value>> = vec![None; first.len()];
    for (place, wanted) in places.iter_mut().zip(first.iter()) {
        // Also by those that were written under its name: what was taken out of one is seen.
        let named = identity(wanted);
        let others = by.iter().skip(1).flat_map(|list| list.iter());
        let others = others.filter(|it| named.is_some() && identity(it) == named);
        let alike: Vec<&Value> = std::iter::once(wanted).chain(others).collect();
        let means_it = |item: &&Value| express(name, item, &alike) == *wanted;
        if let Some(at) = left.iter().position(means_it) {
            left.remove(at);
            *place = Some(wanted.clone());
        }
    }
    for (place, wanted) in places.iter_mut().zip(first.iter()) {
        let named = identity(wanted);
        if place.is_none()
            && named.is_some()
            && let Some(at) = left.iter().position(|item| identity(item) == named)
        {
            *place = Some(among(name, left.remove(at), by));
        }
    }
    let rest = left.into_iter().map(|item| among(name, item, by));
    Value::Array(places.into_iter().flatten().chain(rest).collect())
}

/// An item in the words of those that are called alike.
fn among(name: &str, item: &Value, by: &[&Vec<Value>]) -> Value {
    let named = identity(item);
    let all = by.iter().flat_map(|list| list.iter());
    let alike: Vec<&Value> = all
        .filter(|it| named.is_some() && identity(it) == named)
        .collect();
    match alike.is_empty() {
        true => item.clone(),
        false => express(name, item, &alike),
    }
}

/// What an item is called among others.
fn identity(item: &Value) -> Option<&Value> {
    const NAMES: [&str; 10] = [
        "name",
        "containerName",
        "key",
        "sourceVolume",
        "containerPort",
        "capacityProvider",
        "hostPath",
        "containerPath",
        "hostname",
        "type",
    ];
    NAMES.iter().find_map(|name| item.get(name))
}

/// Words of a command line, strategies that are tried one after the other.
fn is_ordered(name: &str) -> bool {
    matches!(name, "command" | "entryPoint" | "placementStrategy")
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) => false,
    }
}

/// Whether ECS says in other words what is wanted.
fn same(name: &str, seen: &Value, wanted: &Value) -> bool {
    if seen == wanted {
        return true;
    }
    match (name, seen, wanted) {
        (_, Value::Number(seen), Value::Number(wanted)) if seen.as_f64() == wanted.as_f64() => true,
        // In a network of the task's own, a host port of 0 becomes the container's [ECS API: PortMapping].
        ("hostPort", _, Value::Number(wanted)) => wanted.as_i64() == Some(0),
        // "1 vCPU" and "2GB" become units and MiB [ECS API: RegisterTaskDefinition.cpu, .memory].
        ("cpu" | "memory", Value::String(seen), Value::String(wanted)) => {
            units(seen).is_some() && units(seen) == units(wanted)
        }
        // A role can be given by its name [ECS API: RegisterTaskDefinition.taskRoleArn].
        ("taskRoleArn" | "executionRoleArn", Value::String(seen), Value::String(wanted)) => {
            let wanted = wanted.trim_start_matches('/');
            !wanted.starts_with("arn:") && seen.ends_with(&format!("/{wanted}"))
        }
        _ => false,
    }
}

fn units(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let large = text
        .strip_suffix("vcpu")
        .or_else(|| text.strip_suffix("gb"));
    match large {
        Some(number) => {
            let number: f64 = number.trim().parse().ok()?;
            (0.0..1_000_000.0)
                .contains(&number)
                .then_some((number * 1024.0).round() as u64)
        }
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What ECS answers, what is wanted, and whether that is the same.
    #[test]
    fn what_ecs_adds_and_spells_otherwise_makes_no_difference() {
        for (seen, wanted, same) in [
            (json!({"cpu": "1024"}), json!({"cpu": "1 vCPU"}), true),
            (json!({"memory": "2048"}), json!({"memory": "2GB"}), true),
            (json!({"memory": "2048"}), json!({"memory": "1GB"}), false),
            (
                json!({"taskRoleArn": "arn:aws:iam::1:role/ecs/app"}),
                json!({"taskRoleArn": "/ecs/app"}),
                true,
            ),
            (
                json!({"volumes": [], "containerDefinitions": [{"name": "a", "cpu": 0, "essential": true,
                    "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}]}),
                json!({"containerDefinitions": [{"name": "a", "mountPoints": [],
                    "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}]}),
                true,
            ),
            (
                json!({"containerDefinitions": [{"name": "a", "command": ["b", "a"]}]}),
                json!({"containerDefinitions": [{"name": "a", "command": ["a", "b"]}]}),
                false,
            ),
            (
                json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["b", "a"], "assignPublicIp": "DISABLED"}}}),
                json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["a", "b"]}}}),
                true,
            ),
            (
                json!({"loadBalancers": [{"containerName": "a", "containerPort": 80}]}),
                json!({"loadBalancers": []}),
                false,
            ),
            (json!({}), json!({"loadBalancers": []}), true),
            (json!({}), json!({"desiredCount": 1}), false),
        ] {
            let told = owned(&seen, &[&wanted]);
            assert_eq!(told == wanted, same, "{told} {wanted}");
        }
    }

    #[test]
    fn what_was_written_and_is_not_wanted_any_more_is_seen() {
        let seen = json!({"environment": [{"name": "A", "value": "1"}], "cpu": 0});
        let told = owned(&seen, &[&json!({}), &json!({"environment": []})]);
        assert_eq!(told, json!({"environment": [{"name": "A", "value": "1"}]}));
        let seen = json!({"c": [{"name": "a", "user": "x", "cpu": 0}]});
        let wanted = json!({"c": [{"name": "a"}]});
        let written = json!({"c": [{"name": "a", "user": "x"}]});
        assert_eq!(owned(&seen, &[&wanted, &written]), written);
        assert_eq!(owned(&seen, &[&wanted, &wanted]), wanted);
    }

    #[test]
    fn a_difference_stands_where_it_is() {
        let seen = json!({"c": [{"name": "b", "cpu": 2, "user": "x"}, {"name": "a", "cpu": 1}]});
        let wanted = json!({"c": [{"name": "a", "cpu": 1}, {"name": "b", "cpu": 3}]});
        let told = owned(&seen, &[&wanted]);
        assert_eq!(
            told,
            json!({"c": [{"name": "a", "cpu": 1}, {"name": "b", "cpu": 2}]})
        );
    }
}
