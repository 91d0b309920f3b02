//! Whether Amazon may issue a certificate for each name.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use ashore_providers::aws::certificate::caa::{AMAZON, climb, forbids_amazon};

use super::read;
use crate::cloud::Ways;
use crate::document::{Finding, Subject};
use crate::project::Project;

const DNS: Subject = Subject::Dns;

pub(super) async fn examine(project: &Project, ways: &Ways) -> Vec<Finding> {
    let manifest = &project.manifest;
    let existing = &manifest.existing;
    // Otherwise none is asked for the services; files have one of their own.
    let asked = existing.certificate.is_none() && existing.listener.is_none();
    let of_services = manifest.certified_names().filter(|_| asked);
    let names: Vec<String> = of_services
        .chain(manifest.names_of_files())
        .map(ToString::to_string)
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let seen = Seen::default();
    let mut findings = Vec::new();
    for name in &names {
        match deciding(ways, &seen, name).await {
            Ok(Some((owner, records))) => {
                let others = forbids_amazon(&records, name.starts_with("*."));
                findings.extend(others.map(|others| forbidden(name, &owner, &others)));
            }
            Ok(None) => {}
            Err(failure) => findings.push(Finding::unread(DNS, "CAA", &failure)),
        }
    }
    if findings.is_empty() {
        let found = format!("Amazon may issue certificates for {}", names.join(", "));
        findings.push(Finding::ok(DNS, "CAA", found));
    }
    findings
}

/// Names above one another are asked for once.
type Seen = RefCell<BTreeMap<String, Vec<String>>>;

/// The records that count for a name, and whose they are.
async fn deciding(
    ways: &Ways,
    seen: &Seen,
    name: &str,
) -> Result<Option<(String, Vec<String>)>, Failure> {
    for owner in climb(name) {
        let known = seen.borrow().get(owner).cloned();
        let records = match known {
            Some(records) => records,
            None => read(ways, "CAA", || ways.resolver.lookup(owner, "CAA")).await?,
        };
        seen.borrow_mut().insert(owner.to_string(), records.clone());
        if !records.is_empty() {
            return Ok(Some((owner.to_string(), records)));
        }
    }
    Ok(None)
}

fn forbidden(name: &str, owner: &str, others: &[String]) -> Finding {
    let others: Vec<&str> = others
        .iter()
        .map(|it| if it.is_empty() { "nobody" } else { it.as_str() })
        .collect();
    let found = format!(
        "for {name}, the CAA records of {owner} let {} issue, and Amazon not",
        others.join(", ")
    );
    Finding::failure(DNS, "CAA", "E0418", found).next(format!(
        "add a record beside them: `{owner} CAA 0 issue \"{}\"`",
        AMAZON[0]
    ))
}
