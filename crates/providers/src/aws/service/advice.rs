//! What a person can do about tasks that do not run, by rules over what is known of them. Pure.

/// What is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Case<'a> {
    /// Everything that ECS and the balancer say: stop reasons, container reasons, events, target
    /// health.
    pub(super) said: &'a [String],
    /// The last lines of the container's output.
    pub(super) log: &'a [String],
    /// The exit code of the container that it died of.
    pub(super) exit: Option<i32>,
    /// `X86_64` or `ARM64`.
    pub(super) architecture: Option<&'a str>,
    /// The port on which the container is to answer.
    pub(super) port: Option<u16>,
}

type Rule = fn(&Case<'_>) -> Option<String>;

/// In order: what is said of the cause comes before what follows from the exit code.
const RULES: &[Rule] = &[
    architecture,
    pull,
    initialization,
    role,
    memory,
    health,
    capacity,
    exit,
];

/// What can be done; the likeliest first.
pub(super) fn advice(case: &Case<'_>) -> Vec<String> {
    RULES.iter().filter_map(|rule| rule(case)).collect()
}

impl Case<'_> {
    fn says(&self, signs: &[&str]) -> bool {
        any(self.said, signs)
    }
}

fn any(lines: &[String], signs: &[&str]) -> bool {
    let says = |line: &String| signs.iter().any(|sign| line.contains(sign));
    lines.iter().any(says)
}

fn architecture(case: &Case<'_>) -> Option<String> {
    const SIGNS: &[&str] = &[
        "exec format error",
        "does not contain descriptor matching platform",
        "no match for platform",
        "no matching manifest",
    ];
    if !case.says(SIGNS) && !any(case.log, SIGNS) {
        return None;
    }
    let (arch, platform) = match case.architecture {
        Some("ARM64") => ("ARM64", "linux/arm64"),
        _ => ("X86_64", "linux/amd64"),
    };
    Some(format!(
        "the task runs on {arch} and the image is built for another processor: build it with \
         `docker build --platform {platform}`, or change `arch`"
    ))
}

fn pull(case: &Case<'_>) -> Option<String> {
    if !case.says(&["CannotPull"]) || architecture(case).is_some() {
        return None;
    }
    let advice = if case.says(&["not found", "manifest unknown", "NotFound"]) {
        "no such image or tag in the registry: check `image`, and that it was pushed"
    } else if case.says(&["toomanyrequests", "429", "rate limit"]) {
        "the registry limits pulls without an account: use a copy in ECR, or registry credentials"
    } else if case.says(&["denied", "unauthorized", "authorization", "403", "401"]) {
        "the registry refuses the pull: for ECR the execution role needs `ecr:BatchGetImage` and \
         the repository's policy must allow it; for others give registry credentials"
    } else if case.says(&["i/o timeout", "dial tcp", "deadline exceeded", "canceled"]) {
        "the task has no way to the registry: give it a public address, a NAT gateway or VPC \
         endpoints, and let its security group out on port 443"
    } else {
        "the image cannot be pulled: check `image`, the registry's credentials and the task's way \
         out of the network"
    };
    Some(advice.to_string())
}

fn initialization(case: &Case<'_>) -> Option<String> {
    if !case.says(&["ResourceInitializationError"]) {
        return None;
    }
    let advice = if case.says(&["log group does not exist", "Cloudwatch log stream"]) {
        "the log group is not there or the execution role may not write to it: run `up` again, it \
         makes the group anew"
    } else if case.says(&["AccessDenied", "not authorized"]) {
        "the execution role may not read what the task needs before it starts: allow \
         `secretsmanager:GetSecretValue`, `ssm:GetParameters` or `kms:Decrypt` on it"
    } else if case.says(&["ResourceNotFoundException", "can't find"]) {
        "a secret or parameter that the task needs before it starts does not exist"
    } else {
        "the task has no way to the AWS services that it needs before it starts (ECR, Secrets \
         Manager, SSM, CloudWatch Logs): give it a public address, a NAT gateway or VPC endpoints"
    };
    Some(advice.to_string())
}

fn role(case: &Case<'_>) -> Option<String> {
    const SIGNS: &[&str] = &["unable to assume the role", "unable to assume role"];
    case.says(SIGNS).then(|| {
        "ECS cannot assume the task's role: it must exist, and its trust policy must name \
         `ecs-tasks.amazonaws.com`"
            .to_string()
    })
}

fn memory(case: &Case<'_>) -> Option<String> {
    let killed = case.says(&["OutOfMemory"]) || case.exit == Some(137);
    killed.then(|| {
        "the container was killed, most likely because it used up its memory: raise `memory`"
            .to_string()
    })
}

fn health(case: &Case<'_>) -> Option<String> {
    if case.says(&["failed container health checks"]) {
        return Some(
            "the container's own health check fails: run its command in the container, and give \
             it time to start"
                .to_string(),
        );
    }
    if let Some(codes) = case.said.iter().find_map(|line| failing_codes(line)) {
        let what = match codes.as_bytes().first() {
            _ if codes == "404" => "there is nothing at the health check's path: set `health.path`",
            _ if codes == "401" || codes == "403" => {
                "the health check's path asks who is there: set `health.path` to one that does not"
            }
            Some(b'3') => {
                "the health check's path redirects: set `health.path` to where it leads, or let \
                 `health.matcher` take it"
            }
            Some(b'5') => "the app fails at the health check's path: its log says why",
            _ => "the health check's path answers something else: see `health.matcher`",
        };
        return Some(format!("the health check gets {codes}: {what}"));
    }
    if case.says(&["Request timed out", "Target.Timeout"]) {
        return Some(format!(
            "the health check gets no answer in time: the app must listen on 0.0.0.0{}, not on \
             127.0.0.1; if it takes long to start, raise `grace`",
            at(case.port)
        ));
    }
    if case.says(&["UnhealthyThreshold number of health checks"]) {
        return Some(format!(
            "the health check of a classic load balancer wants `200 OK` from the instance and takes \
             nothing else, no redirect either: set `health.path` to one that answers so, and let the \
             app listen on 0.0.0.0{}",
            at(case.port)
        ));
    }
    let unhealthy = case.says(&["failed ELB health checks", "Health checks failed"]);
    unhealthy.then(|| {
        format!(
            "the health check cannot connect: the app must listen on 0.0.0.0{}, and the task's \
             security group must let the balancer in",
            at(case.port)
        )
    })
}

fn at(port: Option<u16>) -> String {
    port.map(|port| format!(":{port}")).unwrap_or_default()
}

/// `404` of `Health checks failed with these codes: [404]`.
fn failing_codes(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("with these codes: [")?;
    rest.split_once(']').map(|(codes, _)| codes)
}

fn capacity(case: &Case<'_>) -> Option<String> {
    if case.says(&["number of vCPUs"]) {
        return Some(
            "the account's Fargate quota is used up: ask for a higher one (`aws service-quotas \
             request-service-quota-increase --service-code fargate`)"
                .to_string(),
        );
    }
    if case.says(&["Capacity is unavailable", "capacity unavailable"]) {
        return Some(
            "Fargate has no room here just now: try again later, or with more zones".to_string(),
        );
    }
    let full = case.says(&["free addresses", "InsufficientFreeAddresses"]);
    full.then(|| "the subnets have no free addresses: use larger ones".to_string())
}

/// What the exit code alone says [Docker: exit status; POSIX: 128 and the signal].
fn exit(case: &Case<'_>) -> Option<String> {
    let advice = match case.exit? {
        0 => {
            "the program ended, and did so without an error: a service's program must stay in the \
             foreground; what ends by itself is a job"
        }
        126 | 127 => "the command cannot be run: check `command` and the image's entry point",
        139 => "the program crashed (segmentation fault)",
        137 | 143 => return None,
        _ if !case.log.is_empty() => "its last lines above say why the program ended",
        _ => {
            "the program ended by itself and wrote nothing: run the image on your own machine, \
             with the same environment"
        }
    };
    Some(advice.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(said: &str, exit: Option<i32>, log: &str) -> String {
        let (said, log) = ([said.to_string()], [log.to_string()]);
        let case = Case {
            said: &said,
            log: &log,
            exit,
            architecture: Some("ARM64"),
            port: Some(8080),
        };
        advice(&case).into_iter().next().unwrap_or_default()
    }

    #[test]
    fn each_cause_has_its_advice() {
        for (said, exit, log, says) in [
            (
                "Essential container in task exited",
                Some(1),
                "exec /app: exec format error",
                "linux/arm64",
            ),
            (
                "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/arm64'",
                None,
                "",
                "another processor",
            ),
            (
                "CannotPullContainerError: nginx:nope: not found",
                None,
                "",
                "no such image",
            ),
            (
                "CannotPullContainerError: pull access denied for x",
                None,
                "",
                "refuses the pull",
            ),
            (
                "CannotPullContainerError: toomanyrequests: reached",
                None,
                "",
                "limits pulls",
            ),
            (
                "CannotPullContainerError: dial tcp 1.2.3.4:443: i/o timeout",
                None,
                "",
                "no way to the registry",
            ),
            (
                "ResourceInitializationError: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
                None,
                "",
                "log group",
            ),
            (
                "ResourceInitializationError: unable to pull secrets: AccessDeniedException",
                None,
                "",
                "execution role may not",
            ),
            (
                "ResourceInitializationError: unable to pull secrets: context deadline exceeded",
                None,
                "",
                "no way to the AWS services",
            ),
            (
                "ECS was unable to assume the role 'arn:x'",
                None,
                "",
                "ecs-tasks.amazonaws.com",
            ),
            (
                "OutOfMemoryError: container killed",
                Some(137),
                "",
                "raise `memory`",
            ),
            (
                "Essential container in task exited",
                Some(137),
                "",
                "raise `memory`",
            ),
            (
                "Health checks failed with these codes: [404]",
                None,
                "",
                "`health.path`",
            ),
            (
                "Health checks failed with these codes: [503]",
                None,
                "",
                "gets 503",
            ),
            (
                "Health checks failed with these codes: [301]",
                None,
                "",
                "redirects",
            ),
            ("Request timed out", None, "", "0.0.0.0:8080"),
            (
                "Task failed ELB health checks in (target-group arn)",
                None,
                "",
                "cannot connect",
            ),
            (
                "Task failed container health checks",
                None,
                "",
                "own health check",
            ),
            ("Capacity is unavailable at this time.", None, "", "no room"),
            (
                "You've reached the limit on the number of vCPUs",
                None,
                "",
                "quota",
            ),
            (
                "Essential container in task exited",
                Some(0),
                "bye",
                "foreground",
            ),
            (
                "Essential container in task exited",
                Some(127),
                "",
                "`command`",
            ),
            (
                "Essential container in task exited",
                Some(1),
                "boom",
                "last lines",
            ),
        ] {
            let advice = first(said, exit, log);
            assert!(advice.contains(says), "{said}: {advice}");
        }
    }

    #[test]
    fn what_nobody_knows_gets_no_advice() {
        assert_eq!(first("something new", None, ""), "");
    }
}
