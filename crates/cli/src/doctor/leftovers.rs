//! What earlier runs have left: one that was not finished, a lock, and what bears our mark although
//! the state does not know it.

use std::collections::BTreeSet;

use ashore_engine::document::Document;
use ashore_engine::state::State;
use ashore_manifest::model::DnsProvider;
use futures_util::future::join_all;

use crate::cloud::Cloud;
use crate::document::{Finding, Subject};
use crate::error::CommandError;
use crate::project::Project;
use crate::render;
use crate::session::so_far;

const LEFT: Subject = Subject::Leftovers;

pub(super) async fn examine(project: &Project, cloud: Option<&Cloud>) -> Vec<Finding> {
    let folder = project.folder();
    let contents = match folder.peek() {
        Ok(contents) => contents,
        Err(error) => {
            let error = CommandError::from(error);
            let finding = Finding::failure(LEFT, "state", &error.code, error.message);
            let finding = error
                .advice
                .iter()
                .fold(finding, |it, advice| it.next(advice));
            return vec![finding];
        }
    };
    let mut findings = vec![match &contents.open {
        None => Finding::ok(LEFT, "run", "none is unfinished"),
        Some(run) => Finding::warning(LEFT, "run", render::open_run(run))
            .next("go on with it by `ashore up`, or undo it by `ashore up --undo`"),
    }];
    findings.push(match folder.holder() {
        Ok(None) => Finding::ok(LEFT, "lock", "nobody holds it"),
        Ok(Some(holder)) => Finding::warning(LEFT, "lock", format!("held by {holder}"))
            .next("wait until it ends; the lock goes with its process"),
        Err(error) => {
            let error = CommandError::from(error);
            Finding::failure(LEFT, "lock", &error.code, error.message)
        }
    });
    let Some(cloud) = cloud else {
        findings.push(Finding::without_credentials(LEFT, "marks"));
        return findings;
    };
    let open = contents.open.as_ref();
    let state = so_far(contents.state.clone(), open);
    if let Err(error) = cloud.pin(&mut state.clone()) {
        let found = format!("{}: {}", error.message, error.causes.join("; "));
        let finding = Finding::failure(LEFT, "state", &error.code, found);
        findings.push(
            error
                .advice
                .iter()
                .fold(finding, |it, advice| it.next(advice)),
        );
        return findings;
    }
    findings.extend(marked(project, cloud, &state, open.is_some()).await);
    findings
}

async fn marked(project: &Project, cloud: &Cloud, state: &State, open: bool) -> Vec<Finding> {
    let kinds = cloud.providers.iter();
    let kinds: Vec<_> = kinds
        .filter(|(kind, _)| is_looked_for(kind, project, state))
        .collect();
    let listed = join_all(kinds.iter().map(|(kind, provider)| async move {
        let all = cloud.read(kind, || provider.list(&project.stack)).await;
        (**kind, all)
    }));
    let mut findings = Vec::new();
    let mut unread = 0;
    for (kind, all) in listed.await {
        match all {
            Ok(all) => {
                let strays = strays(kind, &all, state).into_iter();
                findings.extend(strays.map(|id| stray(kind, &id, open)));
            }
            Err(failure) => {
                unread += 1;
                findings.push(Finding::unread(LEFT, kind, &failure));
            }
        }
    }
    if findings.len() == unread {
        let kinds = render::count(kinds.len() - unread, "kind");
        let found =
            format!("nothing bears the stack's mark that the state does not know ({kinds})");
        findings.push(Finding::ok(LEFT, "marks", found));
    }
    findings
}

/// Records are looked for only with the provider that keeps the names, or once did.
fn is_looked_for(kind: &str, project: &Project, state: &State) -> bool {
    let keeps = match kind {
        "cloudflare.dns.record" => DnsProvider::Cloudflare,
        "aws.route53.record" => DnsProvider::Route53,
        _ => return true,
    };
    let dns = project.manifest.dns.as_ref();
    let known = state.resources.values().any(|record| record.kind == kind);
    known || dns.is_some_and(|dns| dns.provider == keeps)
}

/// Of all of a kind that bear the stack's mark, those that no record of the state is about.
fn strays(kind: &str, all: &[Document], state: &State) -> Vec<String> {
    let records = state
        .resources
        .values()
        .filter(|record| record.kind == kind);
    let known: BTreeSet<String> = records.map(|record| render::id(&record.outputs)).collect();
    let ids = all.iter().map(render::id);
    ids.filter(|id| !known.contains(id)).collect()
}

fn stray(kind: &str, id: &str, open: bool) -> Finding {
    let found = format!("{id} bears the stack's mark, and the state does not know it");
    let finding = Finding::warning(LEFT, kind, found);
    if open {
        return finding.next(
            "the run that was not finished may have made it: `ashore up` goes on with that, \
             `ashore up --undo` undoes it",
        );
    }
    finding.next(
        "if `.ashore` was lost, put it back from a copy; otherwise see that nobody uses it, and \
         delete it by hand",
    )
}
