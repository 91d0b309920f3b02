//! What the token is worth: whether it counts, until when, and what it may read.

use ashore_engine::failure::{Class, Failure};
use serde::Deserialize;
use serde_json::Value;

use super::client::{Answer, Asked, Cloudflare};
use super::records::LIST;
use super::zones::Zone;

const VERIFY: &str = "cloudflare:GET /user/tokens/verify";
const VERIFY_OF_ACCOUNT: &str = "cloudflare:GET /accounts/{account_id}/tokens/verify";
/// "Invalid API Token": no token of any user.
const NOT_OF_A_USER: &str = "1000";

/// A token, as Cloudflare knows it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Token {
    /// `active`, `disabled` or `expired`.
    pub status: String,
    /// From when on it is none any more.
    #[serde(default)]
    pub expires_on: Option<String>,
    /// From when on it is one.
    #[serde(default)]
    pub not_before: Option<String>,
}

impl Cloudflare {
    /// Whether the token counts. Tokens of an account are known to that account only; which that
    /// is, the zone tells.
    ///
    /// # Errors
    /// If nobody knows it.
    pub async fn token(&self, zone: Option<&Zone>) -> Result<Token, Failure> {
        let refused = match self.verified(VERIFY, "/user/tokens/verify".into()).await {
            Err(refused) if refused.code == NOT_OF_A_USER => refused,
            answer => return answer,
        };
        let Some(account) = zone.and_then(|zone| zone.account.as_ref()) else {
            return Err(refused);
        };
        let path = format!("/accounts/{}/tokens/verify", account.id);
        self.verified(VERIFY_OF_ACCOUNT, path).await
    }

    async fn verified(&self, operation: &'static str, path: String) -> Result<Token, Failure> {
        let answer: Answer<Token> = self.ask(asked(operation, path, &[])).await?;
        Ok(answer.result)
    }

    /// Whether the token may read the records of a zone.
    ///
    /// # Errors
    /// If it may not, or Cloudflare cannot be asked.
    pub async fn may_read_records(&self, zone: &Zone) -> Result<bool, Failure> {
        let path = format!("/zones/{}/dns_records", zone.id);
        let query = [("page", "1"), ("per_page", "5")];
        let answer: Result<Answer<Value>, Failure> = self.ask(asked(LIST, path, &query)).await;
        match answer {
            Ok(_) => Ok(true),
            Err(refused) if refused.class == Class::Denied => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}

fn asked<'a>(operation: &'static str, path: String, query: &'a [(&'a str, &'a str)]) -> Asked<'a> {
    Asked {
        operation,
        path,
        query,
        body: None,
    }
}
