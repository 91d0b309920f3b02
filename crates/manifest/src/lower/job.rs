//! `[jobs.*]`: a task definition, and a schedule that starts tasks of it.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::schedule::Schedule;
use ashore_providers::aws::schedule_group::ScheduleGroup;
use ashore_providers::aws::task_definition::TaskDefinition;
use serde_json::{Value, json};

use super::network::Network;
use super::policy::policy;
use super::task::Task;
use super::{LowerError, Lowering, of_service, queues};
use crate::model::Job;

/// The longest names of schedules and their groups [EventBridge Scheduler API: CreateSchedule, CreateScheduleGroup].
const NAME_MAX: usize = 64;

/// For so long a start is tried again. Who wants a job at three does not want it at three the next day.
const RETRY_SECONDS: u32 = 3600;

impl Lowering<'_> {
    /// Every job, in one group of schedules: a schedule bears no tags, its group does.
    pub(super) fn jobs(
        &mut self,
        network: &Network,
        cluster: &Input<String>,
    ) -> Result<(), LowerError> {
        let manifest = self.manifest;
        if manifest.jobs.is_empty() {
            return Ok(());
        }
        let group = self.graph.add(
            "jobs/schedule_group",
            &ScheduleGroup {
                name: self.name("jobs", NAME_MAX),
                tags: self.tags(),
            },
        );
        for job in manifest.jobs.values() {
            self.job(job, network, cluster, &group)?;
        }
        Ok(())
    }

    fn job(
        &mut self,
        job: &Job,
        network: &Network,
        cluster: &Input<String>,
        group: &Handle<ScheduleGroup>,
    ) -> Result<(), LowerError> {
        let security_groups = self.task_groups(&job.task, network, &BTreeMap::new());
        let Some(image) = self.image(&job.task)? else {
            return Ok(()); // everything is there but the image, which the job waits for
        };
        let task = self.task(&job.task, &image)?;
        let role = self.starter(job, &task, cluster);
        let schedule = self.graph.add(
            of_service(&job.task, "schedule"),
            &Schedule {
                name: job.task.name.to_string(),
                group: group.get(ScheduleGroup::NAME_),
                expression: job.schedule.to_string(),
                timezone: job.timezone.clone(),
                enabled: job.enabled,
                cluster: cluster.clone(),
                task_definition: task.definition.get(TaskDefinition::ARN),
                subnets: network.task_subnets.clone(),
                security_groups,
                assign_public_ip: network.public_tasks,
                role: role.ready().get(Role::ARN),
                retries: job.retries,
                retry_seconds: RETRY_SECONDS,
                dead_letter: job.dead_letter.as_ref().map(queues::arn),
            },
        );
        self.after_volumes(&schedule.any(), &job.task);
        self.pulled_by(&schedule, &image);
        self.after_ways_out(&schedule.any(), network);
        if let Some(reader) = &task.reader {
            self.graph.after(
                &schedule,
                reader,
                When::Ready,
                "tasks read their secrets by this role as they start",
            );
        }
        Ok(())
    }

    /// The role by which the Scheduler starts this job and nothing else [EventBridge Scheduler user guide: execution
    /// role; ECS developer guide: "ecs:cluster" as a condition of RunTask].
    fn starter(&mut self, job: &Job, task: &Task, cluster: &Input<String>) -> Handle<Role> {
        let names = &self.surroundings.names;
        let (region, account) = (&names.region, &names.account);
        let family = self.name(job.task.name.as_str(), 255);
        let mut statements = vec![
            json!({
                "Effect": "Allow",
                "Action": ["ecs:RunTask"],
                "Resource": [format!("arn:aws:ecs:{region}:{account}:task-definition/{family}:*")],
                "Condition": { "ArnEquals": { "ecs:cluster": cluster } },
            }),
            json!({
                "Effect": "Allow",
                "Action": ["iam:PassRole"],
                "Resource": task.roles,
                "Condition": { "StringEquals": { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
            }),
        ];
        if let Some(queue) = &job.dead_letter {
            statements.push(json!({
                "Effect": "Allow",
                "Action": ["sqs:SendMessage"],
                "Resource": [queues::arn(queue)],
            }));
        }
        let role = Role {
            name: names.global(&format!("{}-schedule", job.task.name.get()), NAME_MAX),
            trust: trust("scheduler.amazonaws.com", account),
            managed_policies: BTreeSet::new(),
            inline_policies: BTreeMap::from([("start".to_string(), policy(statements))]),
            tags: self.tags(),
        };
        self.graph
            .add(of_service(&job.task, "schedule_role"), &role)
    }
}

/// Only that service, and only for this account [IAM user guide: the confused deputy problem].
fn trust(service: &str, account: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "aws:SourceAccount": account } },
        }],
    })
}
