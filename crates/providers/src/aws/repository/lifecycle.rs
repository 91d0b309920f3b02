//! Lifecycle policies: which images ECR expires by itself.
//!
//! "The last ten" alone is no safe rule. A service that runs one release while CI pushes ten more would lose the image
//! of its own tasks: ECR knows nothing of who uses an image, and the next task that starts could not pull it. What a
//! rule *can* see is tags. An image that a rule with a smaller number selects is out of the reach of every rule after it,
//! whether the first one expires it or not [ECR guide: how lifecycle policies work, "an image that matches the tagging
//! requirements of a rule cannot be expired by a rule with a lower priority"]. So each image that a task definition of
//! ours uses bears a tag of ours ([`LIVE`]), and the first rule selects those and, in practice, expires none.

use serde_json::{Value, json};

/// How the tags begin that keep an image from being expired.
pub const LIVE: &str = "ashore-live-";

/// More images than are ever in use at once: ten releases of every container of every service that one stack can have.
/// A rule has to have a number.
const NEVER: u32 = 9999;

/// The policy that keeps the last so many images, and those in use besides.
pub fn keep(images: u32) -> Value {
    json!({ "rules": [
        {
            "rulePriority": 1,
            "description": "images that a release uses are not expired by the rule below",
            "selection": {
                "tagStatus": "tagged",
                "tagPrefixList": [LIVE],
                "countType": "imageCountMoreThan",
                "countNumber": NEVER,
            },
            "action": { "type": "expire" },
        },
        {
            "rulePriority": 2,
            "description": format!("keep the last {images} images"),
            "selection": {
                "tagStatus": "any",
                "countType": "imageCountMoreThan",
                "countNumber": images,
            },
            "action": { "type": "expire" },
        },
    ]})
}
