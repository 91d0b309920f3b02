//! Examples of the way in: certificate, balancer, target group, listener and rule.

use std::collections::BTreeMap;

use ashore_providers::aws::certificate::{self, Certificate, ValidationRecord};
use ashore_providers::aws::classic_balancer::{self, AccessLogs, ClassicBalancer, Draining};
use ashore_providers::aws::listener::{self, Action, Listener};
use ashore_providers::aws::listener_rule::{
    self, ClientSecret, ListenerRule, Login, Sent, Unauthenticated,
};
use ashore_providers::aws::load_balancer::{self, IpAddressType, Layer, LoadBalancer};
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::target_group::{self, HealthCheck, TargetGroup};
use ashore_providers::aws::web_acl_association::{self, WebAclAssociation};

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![
        certificate(),
        classic_balancer(),
        load_balancer(),
        target_group(),
        listener(),
        listener_rule(),
        web_acl_association(),
    ]
}

fn certificate() -> Example {
    let spec = Certificate {
        domain: "hello.example.com".into(),
        names: vec!["www.example.com".into()],
        region: Some("us-east-1".into()),
        tags: Tags::default().named("hello"),
    };
    let outputs = certificate::Outputs {
        arn: "arn:aws:acm:eu-central-1:123456789012:certificate/1".into(),
        validation: BTreeMap::from([(
            "hello.example.com".to_string(),
            ValidationRecord {
                name: "_1.hello.example.com.".into(),
                value: "_2.acm-validations.aws.".into(),
            },
        )]),
        dead: None,
    };
    Example::of(&spec, &outputs)
        .altered("domain", |it: &mut Certificate| {
            it.domain = "bye.example.com".into();
        })
        .altered("names", |it: &mut Certificate| it.names.clear())
        .altered("region", |it: &mut Certificate| {
            it.region = None;
        })
        .altered("tags", |it: &mut Certificate| it.tags = Tags::default())
}

fn load_balancer() -> Example {
    let spec = LoadBalancer {
        name: "hello-default".into(),
        layer: Layer::Network,
        scheme: "internet-facing".into(),
        subnets: vec!["subnet-2".to_string().into(), "subnet-1".to_string().into()],
        security_groups: vec!["sg-1".to_string().into()],
        ip_address_type: IpAddressType::Dualstack,
        attributes: BTreeMap::from([("load_balancing.cross_zone.enabled".into(), "true".into())]),
        tags: Tags::default().named("hello"),
    };
    let outputs = load_balancer::Outputs {
        arn: "arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/hello/1".into(),
        dns_name: "hello-1.eu-central-1.elb.amazonaws.com".into(),
        zone_id: "Z215JYRZR1TBD5".into(),
        protected: false,
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut LoadBalancer| it.name.push('x'))
        .altered("layer", |it: &mut LoadBalancer| {
            it.layer = Layer::Application;
        })
        .altered("scheme", |it: &mut LoadBalancer| {
            it.scheme = "internal".into();
        })
        .altered("subnets", |it: &mut LoadBalancer| {
            it.subnets[0] = "subnet-3".to_string().into();
        })
        .altered("security_groups", |it: &mut LoadBalancer| {
            it.security_groups[0] = "sg-2".to_string().into();
        })
        .altered("ip_address_type", |it: &mut LoadBalancer| {
            it.ip_address_type = IpAddressType::Ipv4;
        })
        .altered("attributes", |it: &mut LoadBalancer| it.attributes.clear())
        .altered("tags", |it: &mut LoadBalancer| it.tags = Tags::default())
}

fn target_group() -> Example {
    let spec = TargetGroup {
        name: "hello-default-web".into(),
        vpc: "vpc-1".to_string().into(),
        target_type: "instance".into(),
        port: 80,
        protocol: "HTTP".into(),
        health: HealthCheck {
            path: "/".into(),
            port: "traffic-port".into(),
            protocol: "HTTP".into(),
            matcher: "200-399".into(),
            interval_seconds: 10,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        },
        attributes: BTreeMap::from([("deregistration_delay.timeout_seconds".into(), "30".into())]),
        tags: Tags::default().named("hello"),
    };
    let outputs = target_group::Outputs {
        arn: "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/hello/1".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut TargetGroup| it.name.push('x'))
        .altered("vpc", |it: &mut TargetGroup| {
            it.vpc = "vpc-2".to_string().into();
        })
        .altered("target_type", |it: &mut TargetGroup| {
            it.target_type = "ip".into();
        })
        .altered("port", |it: &mut TargetGroup| it.port = 8080)
        .altered("protocol", |it: &mut TargetGroup| {
            it.protocol = "HTTPS".into();
        })
        .altered("health", |it: &mut TargetGroup| {
            it.health.healthy_threshold = 5;
        })
        .altered("attributes", |it: &mut TargetGroup| it.attributes.clear())
        .altered("tags", |it: &mut TargetGroup| it.tags = Tags::default())
}

fn listener() -> Example {
    let spec = Listener {
        load_balancer: "arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/hello/1"
            .to_string()
            .into(),
        port: 443,
        protocol: "HTTPS".into(),
        certificate: Some("arn:aws:acm:1".to_string().into()),
        tls_policy: Some("ELBSecurityPolicy-TLS13-1-2-2021-06".into()),
        default_action: Action::Respond {
            status: 404,
            content_type: "text/plain".into(),
            body: "nothing here".into(),
        },
        tags: Tags::default().named("hello"),
    };
    let outputs = listener::Outputs {
        arn: "arn:aws:elasticloadbalancing:eu-central-1:1:listener/app/hello/1/2".into(),
    };
    Example::of(&spec, &outputs)
        .altered("load_balancer", |it: &mut Listener| {
            it.load_balancer = "arn:aws:elb:2".to_string().into();
        })
        .altered("port", |it: &mut Listener| it.port = 8443)
        .altered("protocol", |it: &mut Listener| it.protocol = "HTTP".into())
        .altered("certificate", |it: &mut Listener| {
            it.certificate = Some("arn:aws:acm:2".to_string().into());
        })
        .altered("tls_policy", |it: &mut Listener| {
            it.tls_policy = Some("ELBSecurityPolicy-2016-08".into());
        })
        .altered("default_action", |it: &mut Listener| {
            it.default_action = Action::Forward {
                target_group: "arn:aws:tg:1".to_string().into(),
            };
        })
        .altered("tags", |it: &mut Listener| it.tags = Tags::default())
}

fn listener_rule() -> Example {
    let spec = ListenerRule {
        listener: "arn:aws:listener:1".to_string().into(),
        priority: 10,
        hosts: vec!["hello.example.com".into()],
        paths: vec!["/api/*".into()],
        target_group: "arn:aws:tg:1".to_string().into(),
        login: Some(login()),
        tags: Tags::default().named("hello"),
    };
    let outputs = listener_rule::Outputs {
        arn: "arn:aws:elasticloadbalancing:eu-central-1:1:listener-rule/app/hello/1/2/3".into(),
        foreign: Vec::new(),
        client_secret: Some(Sent {
            secret: "arn:aws:secret:1".into(),
            key: None,
            version: "v1".into(),
        }),
    };
    Example::of(&spec, &outputs)
        .altered("listener", |it: &mut ListenerRule| {
            it.listener = "arn:aws:listener:2".to_string().into();
        })
        .altered("priority", |it: &mut ListenerRule| it.priority = 11)
        .altered("hosts", |it: &mut ListenerRule| it.hosts.clear())
        .altered("paths", |it: &mut ListenerRule| it.paths.clear())
        .altered("target_group", |it: &mut ListenerRule| {
            it.target_group = "arn:aws:tg:2".to_string().into();
        })
        .altered("login", |it: &mut ListenerRule| it.login = None)
        .altered("tags", |it: &mut ListenerRule| it.tags = Tags::default())
}

fn login() -> Login {
    Login {
        issuer: "https://id.example.com".into(),
        authorization_endpoint: "https://id.example.com/authorize".into(),
        token_endpoint: "https://id.example.com/token".into(),
        userinfo_endpoint: "https://id.example.com/userinfo".into(),
        client_id: "hello".into(),
        client_secret: ClientSecret {
            secret: "arn:aws:secret:1".to_string().into(),
            key: None,
            version: None,
        },
        scope: "openid".into(),
        session_timeout_seconds: 3600,
        unauthenticated: Unauthenticated::Authenticate,
    }
}

fn web_acl_association() -> Example {
    let spec = WebAclAssociation {
        resource: "arn:aws:elb:1".to_string().into(),
        web_acl: "arn:aws:wafv2:1".into(),
    };
    let outputs = web_acl_association::Outputs {
        resource: "arn:aws:elb:1".into(),
    };
    Example::of(&spec, &outputs)
        .altered("resource", |it: &mut WebAclAssociation| {
            it.resource = "arn:aws:elb:2".to_string().into();
        })
        .altered("web_acl", |it: &mut WebAclAssociation| {
            it.web_acl = "arn:aws:wafv2:2".into();
        })
}

fn classic_balancer() -> Example {
    let spec = ClassicBalancer {
        name: "hello-default".into(),
        scheme: "internet-facing".into(),
        subnets: vec!["subnet-2".to_string().into(), "subnet-1".to_string().into()],
        security_groups: vec!["sg-1".to_string().into()],
        listeners: vec![classic_balancer::Listener {
            port: 443,
            protocol: "HTTPS".into(),
            instance_port: 8080,
            instance_protocol: "HTTP".into(),
            certificate: Some("arn:aws:acm:1".to_string().into()),
            tls_policy: Some("ELBSecurityPolicy-TLS-1-2-2017-01".into()),
        }],
        health: classic_balancer::HealthCheck {
            target: "HTTP:8080/".into(),
            interval_seconds: 30,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        },
        cross_zone: true,
        idle_timeout_seconds: 90,
        draining: Some(Draining { seconds: 30 }),
        access_logs: Some(AccessLogs {
            bucket: "acme-logs".into(),
            prefix: "hello".into(),
        }),
        tags: Tags::default().named("hello"),
    };
    let outputs = classic_balancer::Outputs {
        name: "hello-default".into(),
        dns_name: "hello-1.eu-central-1.elb.amazonaws.com".into(),
        zone_id: Some("Z215JYRZR1TBD5".into()),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut ClassicBalancer| it.name.push('x'))
        .altered("scheme", |it: &mut ClassicBalancer| {
            it.scheme = "internal".into();
        })
        .altered("subnets", |it: &mut ClassicBalancer| {
            it.subnets[0] = "subnet-3".to_string().into();
        })
        .altered("security_groups", |it: &mut ClassicBalancer| {
            it.security_groups[0] = "sg-2".to_string().into();
        })
        .altered("listeners", |it: &mut ClassicBalancer| {
            it.listeners[0].certificate = Some("arn:aws:acm:2".to_string().into());
        })
        .altered("health", |it: &mut ClassicBalancer| {
            it.health.interval_seconds = 10;
        })
        .altered("cross_zone", |it: &mut ClassicBalancer| {
            it.cross_zone = false
        })
        .altered("idle_timeout_seconds", |it: &mut ClassicBalancer| {
            it.idle_timeout_seconds = 60;
        })
        .altered("draining", |it: &mut ClassicBalancer| it.draining = None)
        .altered("access_logs", |it: &mut ClassicBalancer| {
            it.access_logs = None;
        })
        .altered("tags", |it: &mut ClassicBalancer| it.tags = Tags::default())
}
