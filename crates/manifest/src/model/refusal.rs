//! Why a piece of text is not a value of some type.

/// Why a text was refused, and what to write instead if that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A few words that stand under the text.
    pub why: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Refusal {
    /// Refused, for this reason.
    pub fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            help: None,
        }
    }

    /// With something to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
