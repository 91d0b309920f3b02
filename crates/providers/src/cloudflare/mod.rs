//! Resource kinds of Cloudflare.

/// The pure halves of this vendor's kinds.
pub fn kinds() -> ashore_engine::kind::Kinds {
    ashore_engine::kind::Kinds::new()
}
