//! Secrets against the twin, through the real SDK, in virtual time.

mod canary;
mod existing;
mod run;
mod secret;
#[path = "../tasks/stage.rs"]
#[allow(dead_code, reason = "not every stage waits or crashes")]
mod stage;

use ashore_providers::aws::secret::vault::{Held, Vault};
use ashore_providers::aws::secret::{Content, Recovery, Secret};
use ashore_providers::aws::tags::Tags;

use crate::stage::Stage;

const ADDRESS: &str = "registry/secret";
const NAME: &str = "hello-default-registry";
const GENERATED: &str = "hello-default-session";

fn secret() -> Secret {
    Secret {
        name: NAME.into(),
        description: "the registry's user and password".into(),
        content: Content::Given {
            source: "env:GHCR_TOKEN".into(),
        },
        recovery: Recovery::None,
        scheduled_for_deletion: false,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

fn generated(length: u32) -> Secret {
    Secret {
        name: GENERATED.into(),
        content: Content::Generated { length },
        recovery: Recovery::Days(7),
        ..secret()
    }
}

impl Stage {
    /// With these values at hand.
    fn given(mut self, value: &str) -> Self {
        let held = Held::Given {
            source: "env:GHCR_TOKEN".into(),
            value: value.to_string().into(),
        };
        let made = Held::Generated { length: 64 };
        let vault = [(NAME, held), (GENERATED, made)];
        let vault = Vault::from_iter(vault.map(|(name, held)| (name.to_string(), held)));
        self.aws = self.aws.with_vault(vault);
        self
    }

    fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }

    /// What is in it now.
    async fn value(&self, name: &str) -> String {
        let got = self.secrets().get_secret_value().secret_id(name).send();
        let got = got.await.expect("it can be read");
        got.secret_string.expect("it is text")
    }

    /// Somebody else's hand.
    async fn put(&self, name: &str, value: &str) {
        let put = self.secrets().put_secret_value().secret_id(name);
        let put = put.client_request_token("0123456789abcdef0123456789abcdef");
        put.secret_string(value).send().await.expect("anybody may");
    }
}
