//! Physical names: `{app}-{env}-{part}`, made to fit, reproducible with no local file.

use ashore_engine::address::StackName;

/// What names are made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Names {
    /// Whose.
    pub stack: StackName,
    /// The account, 12 digits.
    pub account: String,
    /// The region.
    pub region: String,
}

impl Names {
    /// The name of a part, of at most `limit` characters.
    pub fn name(&self, part: &str, limit: usize) -> String {
        fit(&format!("{}-{part}", self.stack), &self.scope(), limit)
    }

    /// The name of a part among names that all regions of an account share: it bears the hash
    /// of account, region and stack, so that one app can be in two regions.
    pub fn global(&self, part: &str, limit: usize) -> String {
        let hash = hash(&self.scope());
        let name = fit(
            &format!("{}-{part}", self.stack),
            &self.scope(),
            limit - hash.len() - 1,
        );
        format!("{name}-{hash}")
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}", self.account, self.region, self.stack.key())
    }
}

/// The name of a later life: `name-g2`. The first life bears the plain name.
pub fn generation(name: &str, generation: u32, limit: usize) -> String {
    if generation <= 1 {
        return name.to_string();
    }
    let suffix = format!("-g{generation}");
    format!("{}{suffix}", fit(name, name, limit - suffix.len()))
}

/// Cuts what is too long and puts a hash of the whole in place of the rest.
fn fit(name: &str, scope: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_string();
    }
    let hash = hash(&format!("{scope}/{name}"));
    let head = name[..limit - hash.len() - 1].trim_end_matches('-');
    format!("{head}-{hash}")
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..6].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(region: &str) -> Names {
        Names {
            stack: StackName {
                app: "hello".into(),
                environment: "default".into(),
            },
            account: "123456789012".into(),
            region: region.into(),
        }
    }

    /// Seed: B52.
    #[test]
    fn a_name_that_fits_is_plain() {
        assert_eq!(names("eu-central-1").name("web", 32), "hello-default-web");
    }

    /// Seed: B45.
    #[test]
    fn a_name_that_does_not_fit_is_cut_and_told_apart() {
        let part = "a-service-with-quite-a-long-name";
        let name = names("eu-central-1").name(part, 32);
        assert!(
            name.len() <= 32 && name.starts_with("hello-default-a-service"),
            "{name}"
        );
        assert_ne!(name, names("eu-west-1").name(part, 32));
    }

    #[test]
    fn stacks_whose_names_read_the_same_are_told_apart() {
        let of = |app: &str, environment: &str| Names {
            stack: StackName {
                app: app.into(),
                environment: environment.into(),
            },
            ..names("eu-central-1")
        };
        let (one, other) = (of("shop", "eu-prod"), of("shop-eu", "prod"));
        assert_eq!(one.name("web", 32), other.name("web", 32)); // one is refused as foreign
        assert_ne!(one.global("web", 64), other.global("web", 64));
    }

    #[test]
    fn a_global_name_differs_from_region_to_region() {
        let here = names("eu-central-1").global("web-task", 64);
        assert_ne!(here, names("us-east-1").global("web-task", 64));
    }

    #[test]
    fn later_lives_bear_their_number() {
        assert_eq!(generation("hello-web", 1, 32), "hello-web");
        assert_eq!(generation("hello-web", 2, 32), "hello-web-g2");
        assert!(generation(&"x".repeat(32), 12, 32).len() <= 32);
    }
}
