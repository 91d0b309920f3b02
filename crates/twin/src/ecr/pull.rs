//! Images as those see them who run them.

use super::manifest;
use crate::world::World;

/// An image in some account's ECR: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web:1`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    pub(crate) host: &'a str,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) repository: &'a str,
    /// A tag or a digest.
    pub(crate) version: &'a str,
}

/// What an image reference leads to.
pub(crate) enum Resolved {
    /// The image is there, for these platforms; none: for one that its manifest does not tell.
    Image { platforms: Vec<String> },
    /// There is no such image, or no such repository.
    Absent,
}

impl<'a> Reference<'a> {
    /// None: the image is in no ECR registry.
    pub(crate) fn parse(image: &'a str) -> Option<Reference<'a>> {
        let (host, rest) = image.split_once('/')?;
        let (account, region) = host
            .strip_suffix(".amazonaws.com")?
            .split_once(".dkr.ecr.")?;
        let (named, digest) = match rest.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (rest, None),
        };
        let (repository, tag) = match named.rsplit_once(':') {
            Some((repository, tag)) => (repository, tag),
            None => (named, "latest"),
        };
        Some(Reference {
            host,
            account,
            region,
            repository,
            version: digest.unwrap_or(tag),
        })
    }

    pub(crate) fn arn(&self) -> String {
        let Reference {
            account,
            region,
            repository,
            ..
        } = self;
        format!("arn:aws:ecr:{region}:{account}:repository/{repository}")
    }

    /// Looks it up in this account's registry of its region.
    pub(crate) fn resolve(&self, world: &World) -> Resolved {
        let region = world.regions.get(self.region);
        let repository = region.and_then(|it| it.ecr.repositories.get(self.repository));
        let image = repository.and_then(|repository| match manifest::is_digest(self.version) {
            true => repository.images.get(self.version),
            false => repository.tagged(self.version),
        });
        let Some(image) = image else {
            return Resolved::Absent;
        };
        let children = image.read().map(|it| it.children).unwrap_or_default();
        Resolved::Image {
            platforms: children.into_iter().map(|(_, platform)| platform).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
        for (rest, repository, version) in [
            ("web", "web", "latest"),
            ("shop/web:1", "shop/web", "1"),
            ("shop/web@sha256:ab", "shop/web", "sha256:ab"),
            ("shop/web:1@sha256:ab", "shop/web", "sha256:ab"),
        ] {
            let image = format!("{host}/{rest}");
            let found = Reference::parse(&image).expect("in ECR");
            assert_eq!((found.repository, found.version), (repository, version));
            assert_eq!(
                (found.account, found.region),
                ("123456789012", "eu-central-1")
            );
        }
        for elsewhere in ["nginx:1", "docker.io/library/nginx", "public.ecr.aws/x/y"] {
            assert_eq!(Reference::parse(elsewhere), None);
        }
    }
}
