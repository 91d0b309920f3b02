//! User data of an instance: the settings of its ECS agent, then the user's own lines.

/// The text that an instance of this cluster is told at its first boot.
///
/// Containers with a network of their own are kept from the instance's metadata, and with it from
/// the instance's role: they have one of their own [ECS developer guide: container agent
/// configuration, `ECS_AWSVPC_BLOCK_IMDS`].
pub(super) fn written(cluster: &str, script: &str) -> String {
    let lines = match script {
        "" => String::new(),
        script => format!("{script}\n"),
    };
    format!("{BEFORE}{cluster}{AFTER}{lines}")
}

/// The cluster and the script of such a text; none if it is not one of ours.
pub(super) fn read(text: &str) -> Option<(String, String)> {
    let (cluster, rest) = text.strip_prefix(BEFORE)?.split_once(AFTER)?;
    let script = rest.strip_suffix('\n').unwrap_or(rest);
    Some((cluster.to_string(), script.to_string()))
}

const BEFORE: &str = "#!/bin/bash\ncat >> /etc/ecs/ecs.config <<'SETTINGS'\nECS_CLUSTER=";
const AFTER: &str = "\nECS_AWSVPC_BLOCK_IMDS=true\nSETTINGS\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for script in ["", "echo hello", "dnf install -y htop\necho done"] {
            let text = written("shop", script);
            assert_eq!(read(&text), Some(("shop".into(), script.into())));
        }
        assert_eq!(read("#!/bin/bash\necho hello"), None);
    }
}
