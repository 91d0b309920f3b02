//! `[queues.*]`: a queue, and the one where messages go that nobody can do anything with.

use ashore_engine::input::{Input, When};
use ashore_providers::aws::queue::{DeadLetter, NAME_MAX, Queue};
use serde_json::json;

use super::Lowering;
use super::buckets::address;
use super::uses::Grants;
use crate::model::{self, Name, variable};

/// As long as SQS keeps anything: somebody has to look [SQS API: CreateQueue].
const DEAD_LETTERS_SECONDS: u32 = 14 * 86_400;
/// What SQS has where nothing is said.
const VISIBILITY_SECONDS: u32 = 30;

impl Lowering<'_> {
    pub(super) fn queues(&mut self) {
        let manifest = self.manifest;
        for (name, wanted) in &manifest.queues {
            let object = format!("queues.{name}");
            let dead_letter = wanted.dead_letter_after.map(|after| {
                let spec = Queue {
                    visibility_timeout_seconds: VISIBILITY_SECONDS,
                    retention_seconds: DEAD_LETTERS_SECONDS,
                    ..self.queue(&format!("{name}-dead"), wanted)
                };
                let dead = self.graph.add(address(&object, "dead_letter_queue"), &spec);
                DeadLetter {
                    queue: dead.get(Queue::ARN),
                    after,
                }
            });
            let spec = Queue {
                dead_letter,
                ..self.queue(name.as_str(), wanted)
            };
            self.graph.add(address(&object, "queue"), &spec);
        }
    }

    fn queue(&self, part: &str, wanted: &model::Queue) -> Queue {
        Queue {
            name: self.name(part, NAME_MAX),
            visibility_timeout_seconds: wanted.visibility_timeout.0,
            retention_seconds: wanted.retention.0,
            dead_letter: None,
            encrypted: true,
            tls_only: true,
            tags: self.tags(),
        }
    }
}

/// What a service gets that uses a queue: where it is, and what there is to do with messages.
pub(super) fn grant(grants: &mut Grants, name: &Name) {
    let queue = address(&format!("queues.{name}"), "queue");
    let url = Queue::URL.of(&queue, When::Named);
    grants.environment.insert(variable(name, "QUEUE_URL"), url);
    let arn: Input<String> = Queue::ARN.of(&queue, When::Named);
    grants.statements.push(json!({
        "Effect": "Allow",
        "Action": [
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ],
        "Resource": arn,
    }));
}
