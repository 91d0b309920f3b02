//! What AWS answers instead of doing it.

/// What AWS answers instead of doing it: the code that clients match on, and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The error code, as in the service's model. For Cloudflare the number, as text.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// What lies behind it: codes and sentences, which Cloudflare tells apart from the refusal itself; members with their
    /// texts in the JSON protocols of AWS.
    pub causes: Vec<(String, String)>,
}

impl Refusal {
    /// A refusal with status 400, which is what nearly all of them have.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Refusal {
        Refusal {
            status: 400,
            code: code.into(),
            message: message.into(),
            causes: Vec::new(),
        }
    }

    /// The same refusal under another HTTP status.
    pub fn status(mut self, status: u16) -> Refusal {
        self.status = status;
        self
    }

    /// The same refusal with one more cause.
    pub(crate) fn because(
        mut self,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Refusal {
        self.causes.push((code.into(), message.into()));
        self
    }

    /// The twin knows that AWS has this, and does not model it. 501, since SDKs do not retry that status: a request
    /// that the twin cannot judge must fail loudly and once.
    pub(crate) fn not_implemented(what: impl std::fmt::Display) -> Refusal {
        Refusal::new(
            "NotImplemented",
            format!("the twin does not implement {what}"),
        )
        .status(501)
    }
}
