use super::*;

fn definition() -> TaskDefinition {
    TaskDefinition {
        family: "hello-default-web".into(),
        runs_on: "FARGATE".into(),
        network_mode: "awsvpc".into(),
        cpu: 256,
        memory: 512,
        architecture: "ARM64".into(),
        execution_role: "arn:execution".to_string().into(),
        task_role: None,
        ephemeral_storage_gib: None,
        containers: vec![Container {
            name: "web".into(),
            image: "nginx:1.29".into(),
            essential: true,
            command: Vec::new(),
            entry_point: Vec::new(),
            environment: [("A".to_string(), "1".to_string().into())].into(),
            ports: vec![80, 8080],
            udp_ports: Vec::new(),
            named_ports: BTreeMap::new(),
            log: Some(Log {
                group: "/ashore/hello".to_string().into(),
                region: "eu-central-1".into(),
                prefix: "web".into(),
            }),
            stop_timeout_seconds: None,
            secrets: BTreeMap::new(),
            repository_credentials: None,
            cpu: None,
            memory_mib: None,
            health: None,
            depends_on: BTreeMap::new(),
            mounts: BTreeMap::new(),
            host_ports: Vec::new(),
        }],
        volumes: Vec::new(),
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

fn observed(spec: TaskDefinition) -> Observed<TaskDefinition> {
    let outputs = Outputs {
        arn: "arn".into(),
        family: spec.family.clone(),
        revision: 1,
        active: true,
    };
    Observed { spec, outputs }
}

#[test]
fn every_difference_but_tags_is_another_revision() {
    type Edit = fn(&mut TaskDefinition);
    let rows: [(Edit, &'static str); 8] = [
        (|d| d.family = "x".into(), "family"),
        (|d| d.cpu = 512, "cpu"),
        (|d| d.memory = 1024, "memory"),
        (|d| d.architecture = "X86_64".into(), "architecture"),
        (
            |d| d.execution_role = "x".to_string().into(),
            "execution_role",
        ),
        (|d| d.task_role = Some("x".to_string().into()), "task_role"),
        (
            |d| d.ephemeral_storage_gib = Some(30),
            "ephemeral_storage_gib",
        ),
        (
            |d| d.containers[0].image = "nginx:1.30".into(),
            "containers",
        ),
    ];
    let there = observed(definition());
    for (edit, field) in rows {
        let mut wanted = definition();
        edit(&mut wanted);
        let replaced = wanted.replaced_by(&there);
        assert_eq!(replaced, Some(Replacement::because([field])));
        assert_eq!(wanted.changes(Some(&there)), [], "{field}");
    }
    assert_eq!(definition().changes(None), [Change::Register]);
}

#[test]
fn tags_are_changed_where_they_are() {
    let mut wanted = definition();
    wanted.tags = Tags([("cost".to_string(), "b".to_string())].into());
    let there = observed(definition());
    assert_eq!(
        wanted.changes(Some(&there)),
        [Change::Tag, Change::Untag(vec!["team".into()])]
    );
    assert_eq!(wanted.replaced_by(&there), None);
}

#[test]
fn ports_have_no_order() {
    let mut theirs = definition();
    theirs.containers[0].ports = vec![8080, 80];
    let there = observed(theirs.clone());
    assert_eq!(definition().replaced_by(&there), None);
    assert_eq!(theirs.owned(&[&definition()]), definition());
}

#[test]
fn every_member_of_a_container_makes_another_revision() {
    type Edit = fn(&mut Container);
    let rows: [Edit; 8] = [
        |c| c.environment.clear(),
        |c| c.secrets = [("A".to_string(), "arn:a".to_string().into())].into(),
        |c| c.repository_credentials = Some("arn:r".to_string().into()),
        |c| c.cpu = Some(128),
        |c| c.memory_mib = Some(256),
        |c| {
            c.health = Some(ContainerHealth {
                command: vec!["CMD".into(), "true".into()],
                interval_seconds: 30,
                timeout_seconds: 5,
                retries: 3,
                start_period_seconds: None,
            });
        },
        |c| c.depends_on = [("db".to_string(), "HEALTHY".to_string())].into(),
        |c| {
            let (port, on_host) = (80, 8080);
            c.host_ports = vec![HostPort { port, on_host }];
        },
    ];
    for edit in rows {
        let mut wanted = definition();
        edit(&mut wanted.containers[0]);
        let replaced = wanted.replaced_by(&observed(definition()));
        assert_eq!(replaced, Some(Replacement::because(["containers"])));
    }
}

#[test]
fn a_container_that_was_written_before_there_were_secrets_reads_as_one_without() {
    let mut old = serde_json::to_value(definition()).unwrap();
    let container = old["containers"][0].as_object_mut().unwrap();
    container.retain(|member, _| member != "health" && member != "secrets");
    let read: TaskDefinition = serde_json::from_value(old).unwrap();
    assert_eq!(read, definition());
}

#[test]
fn a_revision_that_somebody_deregistered_is_made_anew_and_only_deleted() {
    let mut there = observed(definition());
    assert_eq!(
        TaskDefinition::removal(&there),
        [Change::Deregister, Change::Delete]
    );
    there.outputs.active = false;
    assert_eq!(
        definition().replaced_by(&there),
        Some(Replacement::because(["active"]))
    );
    assert_eq!(TaskDefinition::removal(&there), [Change::Delete]);
}
