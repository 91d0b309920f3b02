//! What is derived from a vendor's list of kinds.

/// Makes `kinds()`, and under `live` `providers(client)`, from one list of kinds.
macro_rules! kinds {
    ($client:ty; $($kind:path),+ $(,)?) => {
        /// The pure halves of this vendor's kinds.
        pub fn kinds() -> ashore_engine::kind::Kinds {
            let mut kinds = ashore_engine::kind::Kinds::new();
            $(
                kinds.insert(
                    <$kind as ashore_engine::kind::Kind>::NAME,
                    std::sync::Arc::new(ashore_engine::kind::Pure::<$kind>::default()),
                );
            )+
            kinds
        }

        /// The effect halves of this vendor's kinds, talking through `client`.
        #[cfg(feature = "live")]
        pub fn providers(client: &$client) -> ashore_engine::kind::Providers {
            let mut providers = ashore_engine::kind::Providers::new();
            $(
                providers.insert(
                    <$kind as ashore_engine::kind::Kind>::NAME,
                    std::sync::Arc::new(ashore_engine::kind::Bound::<$kind>::new(client.clone())),
                );
            )+
            providers
        }
    };
}

pub(crate) use kinds;
