//! What a manifest means once it has loaded.

use ashore_manifest::model::{
    Architecture, DnsProvider, Ingress, LogRetention, RetentionDays, Seconds, SecretSource,
    Service, ValueFrom,
};
use ashore_manifest::{LoadOptions, Manifest, load, position};

use crate::render::render;

#[test]
fn the_smallest_manifest_has_a_value_for_everything() {
    insta::assert_debug_snapshot!(loaded(
        r#"app = "hello"
region = "eu-central-1"
dns = { provider = "cloudflare", zone = "example.com" }

[services.web]
image = "nginx:1.29"
port = 80
hostname = "hello.example.com"
"#
    ));
}

#[test]
fn a_rich_manifest_means_what_it_says() {
    insta::assert_debug_snapshot!(loaded(include_str!("rich.toml")));
}

#[test]
fn the_example_loads() {
    let manifest = loaded(include_str!("../../../../examples/hello/ashore.toml"));
    assert_eq!(manifest.app.as_str(), "hello");
    assert_eq!(manifest.environment.as_str(), "production");
    let names: Vec<_> = manifest
        .hostnames()
        .map(|(_, hostname)| hostname.name.as_str())
        .collect();
    assert_eq!(names, ["hello.example.com"]);
    assert_eq!(
        manifest.dns.map(|dns| dns.provider),
        Some(DnsProvider::Cloudflare)
    );
}

#[test]
fn a_service_is_reached_by_what_it_names() {
    for (lines, expected) in [
        ("", "nobody"),
        ("port = 80", "http"),
        ("port = 80\nhostname = \"a.example.com\"", "https"),
        ("port = 53\nprotocol = \"tcp\"", "tcp"),
    ] {
        let reached = match service(lines).ingress {
            Ingress::None => "nobody",
            Ingress::Http(_) => "http",
            Ingress::Https(..) => "https",
            Ingress::Stream(..) => "tcp",
        };
        assert_eq!(reached, expected, "{lines}");
    }
}

#[test]
fn one_of_cpu_and_memory_finds_the_other() {
    for (lines, cpu, memory) in [
        ("", 256, 512),
        ("cpu = 0.25", 256, 512),
        ("cpu = 256", 256, 512),
        ("cpu = 1", 1024, 2048),
        ("cpu = 1024", 1024, 2048),
        ("cpu = 16", 16384, 32768),
        ("memory = \"1GiB\"", 256, 1024),
        ("memory = \"0.5GiB\"", 256, 512),
        ("memory = \"6GiB\"", 1024, 6144),
        ("memory = \"120GiB\"", 16384, 122_880),
        ("cpu = 0.5\nmemory = \"3 GiB\"", 512, 3072),
    ] {
        let size = service(lines).size;
        assert_eq!((size.cpu(), size.memory()), (cpu, memory), "{lines}");
    }
}

#[test]
fn zones_follow_from_what_is_written() {
    for (network, expected) in [
        ("", "10.0.0.0/20 10.0.16.0/20"),
        ("azs = 3", "10.0.0.0/20 10.0.16.0/20 10.0.32.0/20"),
        ("cidr = \"10.1.0.0/24\"", "10.1.0.0/27 10.1.0.32/27"),
        ("cidr = \"10.1.0.0/26\"", "10.1.0.0/27 10.1.0.32/27"),
        (
            "cidr = \"10.1.0.0/16\"\nsubnets = [\"10.1.8.0/24\", \"10.1.4.0/24\"]",
            "10.1.8.0/24 10.1.4.0/24",
        ),
    ] {
        let manifest = loaded(&format!(
            "app = \"a\"\nregion = \"eu-west-1\"\n[network]\n{network}\n[services.web]\nimage = \"nginx:1\"\n"
        ));
        let subnets: Vec<_> = manifest
            .network
            .as_ref()
            .expect("a network of its own")
            .subnets
            .iter()
            .map(|subnet| subnet.cidr.to_string())
            .collect();
        assert_eq!(subnets.join(" "), expected, "{network}");
        let network = manifest.network.expect("a network of its own");
        assert_eq!(network.subnets[0].key, 'a');
    }
}

#[test]
fn a_service_inherits_what_it_does_not_say() {
    let manifest = loaded(include_str!("rich.toml"));
    let web = &manifest.services["web"];
    assert_eq!(web.env["SHARED"], "no");
    assert_eq!(web.env["LOG_LEVEL"], "info");
    assert_eq!(web.arch, Architecture::Arm64);
    assert_eq!(web.stop_timeout, Seconds(45));
    assert_eq!(web.log_retention, LogRetention::Days(RetentionDays(90)));
    let hostname = web.ingress.hostname().expect("a hostname");
    assert!(!hostname.take_over, "its own word wins over that of [dns]");
    assert!(manifest.has_load_balancer());
    assert_eq!(
        manifest
            .plain_http("public")
            .map(|service| service.name.as_str()),
        Some("hook")
    );
}

#[test]
fn hostnames_fold_to_lower_case_and_keep_their_place() {
    let text = "app = \"a\"\nregion = \"eu-west-1\"\ndns = { provider = \"cloudflare\", zone = \"Example.com\" }\n\
                [services.web]\nimage = \"nginx:1\"\nport = 80\nhostname = \"WWW.example.COM\"\n";
    let manifest = loaded(text);
    let (_, hostname) = manifest.hostnames().next().expect("a hostname");
    assert_eq!(hostname.name.as_str(), "www.example.com");
    assert_eq!(&text[hostname.name.span()], "\"WWW.example.COM\"");
}

/// Seed: B36.
#[test]
fn the_command_line_names_environment_and_region() {
    let options = LoadOptions {
        environment: Some("staging".to_owned()),
        region: Some("us-west-2".to_owned()),
        ..LoadOptions::default()
    };
    let manifest = load(include_str!("rich.toml"), &options).expect("it loads");
    assert_eq!(
        (manifest.environment.as_str(), manifest.region.as_str()),
        ("staging", "us-west-2")
    );

    let options = LoadOptions {
        environment: Some("Staging!".to_owned()),
        region: Some("mars".to_owned()),
        ..LoadOptions::default()
    };
    let said = render(
        "",
        &load(include_str!("rich.toml"), &options).expect_err("both are wrong"),
    );
    assert_eq!(
        said,
        "error[E0110] 1:1 {}: the environment cannot be \"Staging!\"\n  \
           = does not start with a lower-case letter\n  \
           help: write for example \"staging\"\n\
         error[E0111] 1:1 {}: the region cannot be \"mars\"\n  \
           = not a region\n  \
           help: write for example \"eu-central-1\"\n"
    );
}

#[test]
fn an_environment_differs_in_what_it_says_and_in_nothing_else() {
    let staging = LoadOptions {
        environment: Some("staging".to_owned()),
        ..LoadOptions::default()
    };
    let text = include_str!("rich.toml");
    let staging = load(text, &staging).unwrap_or_else(|said| panic!("{}", render(text, &said)));
    let production = loaded(text);
    assert!(production.guard.type_name && !staging.guard.type_name);
    let account = staging.guard.account.as_ref().map(|it| it.as_str());
    assert_eq!(account, Some("123456789012"));
    let (here, there) = (&staging.services["web"], &production.services["web"]);
    assert_eq!((*here.count, *there.count), (1, 2));
    assert_eq!((&here.image, &here.size), (&there.image, &there.size));
    let names: Vec<_> = staging.names().map(|name| name.as_str()).collect();
    assert_eq!(names, ["shop.staging.example.com"]);
    let network = staging.network.expect("a network of its own");
    assert!(network.ipv6 && network.subnets.len() == 3);
    assert_eq!(
        *staging.secrets["SESSION_KEY"].source,
        SecretSource::Given(ValueFrom::Env("SESSION_KEY".to_owned())),
        "another source takes the place of the whole one"
    );
    // The place is the one in the overlay.
    let hostname = here.ingress.hostname().expect("a hostname");
    assert_eq!(&text[hostname.name.span()], "\"shop.staging.example.com\"");
    assert!(hostname.name.span().start > text.find("[environments").unwrap_or(0));
}

#[test]
fn the_world_is_an_argument() {
    let text = "app = \"a\"\nregion = \"eu-west-1\"\n[params]\ntag = { default = \"1\" }\nkey = { secret = true }\n\
                [services.web]\nimage = \"${env:IMAGE}:${param:tag}\"\nenv = { REV = \"${git:sha}\", RAW = \"$${git:sha}\" }\n\
                secrets = { KEY = { param = \"key\" } }\n";
    let options = LoadOptions {
        env: [("IMAGE", "nginx"), ("HOME", "hunter2")]
            .into_iter()
            .collect(),
        git_sha: Some("0123abc".to_owned()),
        params: [("tag", "2"), ("key", "hunter2")].into_iter().collect(),
        ..LoadOptions::default()
    };
    let manifest = load(text, &options).expect("it loads");
    let web = &manifest.services["web"];
    let image = web.image.reference().map(|image| image.as_str());
    assert_eq!(image, Some("nginx:2"));
    assert_eq!(web.env["REV"], "0123abc");
    assert_eq!(web.env["RAW"], "${git:sha}");
    assert!(!format!("{manifest:?} {options:?}").contains("hunter2"));
}

#[test]
fn a_service_of_its_own_says_more_than_all_of_them() {
    let text = "app = \"a\"\nregion = \"eu-west-1\"\n[env]\nA = \"shared\"\nB = \"shared\"\n[secrets]\nC = { ssm = \"/c\" }\nD = { ssm = \"/d\" }\n\
                [services.web]\nimage = \"nginx:1\"\nenv = { C = \"own\" }\nsecrets = { A = { generate = 16 } }\n";
    let manifest = loaded(text);
    let web = &manifest.services["web"];
    let env: Vec<_> = web.env.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let secrets: Vec<_> = web.secrets.keys().map(String::as_str).collect();
    assert_eq!(env.join(" "), "B=shared C=own");
    assert_eq!(secrets, ["A", "D"]);
}

#[test]
fn a_position_counts_characters() {
    let text = "a = \"é\"\nb = 1\n";
    for (offset, line, column) in [(0, 1, 1), (7, 1, 7), (6, 1, 6), (9, 2, 1), (999, 3, 1)] {
        let at = position(text, offset);
        assert_eq!((at.line, at.column), (line, column), "{offset}");
    }
}

fn loaded(text: &str) -> Manifest {
    load(text, &LoadOptions::default()).unwrap_or_else(|said| panic!("{}", render(text, &said)))
}

fn service(lines: &str) -> Service {
    let manifest = loaded(&format!(
        "app = \"a\"\nregion = \"eu-west-1\"\ndns = {{ provider = \"cloudflare\", zone = \"example.com\" }}\n\
         [services.web]\nimage = \"nginx:1\"\n{lines}\n"
    ));
    manifest.services.into_values().next().expect("one service")
}
