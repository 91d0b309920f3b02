//! What an environment says of itself.

use crate::located::Located;

/// Whom an environment may touch, and what it takes to delete in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// The only account that it may be deployed to, 12 digits.
    pub account: Option<Located<String>>,
    /// ARN of the role to take on.
    pub role: Option<Located<String>>,
    /// Must the app's name be typed before anything is deleted or replaced?
    pub type_name: bool,
}
