use super::super::{Cluster, Listener, LoadBalancer, SecurityGroup, Vpc};
use super::*;

fn subnet(id: &str, zone: &str, public: bool) -> Subnet {
    Subnet {
        id: id.into(),
        vpc: "vpc-1".into(),
        zone: zone.into(),
        free: 250,
        public,
    }
}

fn listener() -> Listener {
    Listener {
        arn: "arn:listener".into(),
        load_balancer: "arn:balancer".into(),
        port: 443,
        protocol: "HTTPS".into(),
    }
}

fn there() -> Existing {
    Existing {
        vpc: Some(Vpc {
            id: "vpc-1".into(),
            cidr: "10.0.0.0/16".into(),
        }),
        subnets: vec![
            subnet("subnet-a", "zone-a", true),
            subnet("subnet-b", "zone-b", true),
        ],
        security_groups: vec![SecurityGroup {
            id: "sg-1".into(),
            name: "tasks".into(),
            vpc: "vpc-1".into(),
        }],
        cluster: Some(Cluster {
            arn: "arn:cluster".into(),
            name: "shared".into(),
            status: "ACTIVE".into(),
        }),
        load_balancer: Some(LoadBalancer {
            arn: "arn:balancer".into(),
            name: "shared".into(),
            sort: "application".into(),
            scheme: "internet-facing".into(),
            state: "active".into(),
            dns_name: "shared.elb.amazonaws.com".into(),
            zone_id: "Z1".into(),
            ipv6: false,
            vpc: "vpc-1".into(),
            zones: vec!["zone-a".into(), "zone-b".into()],
            security_groups: vec!["sg-2".into()],
            listeners: vec![listener()],
        }),
        listener: Some(listener()),
        listener_certificates: Some(vec![Certificate {
            arn: "arn:other".into(),
            status: "ISSUED".into(),
            names: vec!["shop.example.com".into(), "example.com".into()],
        }]),
        certificate: Some(Certificate {
            arn: "arn:certificate".into(),
            status: "ISSUED".into(),
            names: vec!["*.example.com".into()],
        }),
    }
}

fn named() -> Named {
    Named {
        vpc: Some("vpc-1".into()),
        subnets: vec!["subnet-a".into(), "subnet-b".into()],
        security_groups: vec!["sg-1".into()],
        cluster: Some("shared".into()),
        load_balancer: Some("shared".into()),
        listener: Some("arn:listener".into()),
        certificate: Some("arn:certificate".into()),
    }
}

fn purpose() -> Purpose {
    Purpose {
        hostnames: vec!["shop.example.com".into()],
        makes_balancer: true,
    }
}

#[test]
fn what_goes_together_is_told_nothing() {
    assert_eq!(misfits(&named(), &there(), &purpose()), [""; 0]);
    let nothing = misfits(&Named::default(), &Existing::default(), &purpose());
    assert_eq!(nothing, [""; 0]);
}

#[test]
fn whatever_is_not_there_is_named() {
    let nothing = misfits(&named(), &Existing::default(), &purpose());
    assert_eq!(
        nothing,
        [
            "there is no VPC `vpc-1`",
            "there is no cluster `shared`",
            "there is no load balancer `shared`",
            "there is no listener `arn:listener`",
            "there is no certificate `arn:certificate`",
            "there is no subnet `subnet-a`",
            "there is no subnet `subnet-b`",
            "there is no security group `sg-1`",
        ]
    );
}

#[test]
fn each_misfit_is_told() {
    type Edit = fn(&mut Existing);
    fn balancer(there: &mut Existing) -> &mut LoadBalancer {
        there.load_balancer.as_mut().expect("there is one")
    }
    let rows: [(Edit, &str); 14] = [
        (
            |it| it.subnets[1].vpc = "vpc-2".into(),
            "the subnet `subnet-b` is in `vpc-2`, not in `vpc-1`",
        ),
        (
            |it| it.security_groups[0].vpc = "vpc-2".into(),
            "the security group `sg-1` (tasks) is in `vpc-2`, not in `vpc-1`",
        ),
        (
            |it| balancer(it).vpc = "vpc-2".into(),
            "the load balancer `shared` is in `vpc-2`, not in `vpc-1`",
        ),
        (
            |it| it.cluster.as_mut().unwrap().status = "INACTIVE".into(),
            "the cluster `shared` is INACTIVE",
        ),
        (
            |it| it.subnets[1].free = 7,
            "a load balancer needs public subnets with 8 free addresses in two zones, and of \
             these subnets' zones only zone-a has one",
        ),
        (
            |it| balancer(it).sort = "network".into(),
            "the load balancer `shared` is a network one: only application load balancers know \
             hostnames",
        ),
        (
            |it| balancer(it).state = "failed".into(),
            "the load balancer `shared` is in the state failed",
        ),
        (
            |it| balancer(it).zones.truncate(1),
            "the load balancer `shared` sends nothing to zone-b, where the subnet `subnet-b` is",
        ),
        (
            |it| balancer(it).arn = "arn:other".into(),
            "the listener on port 443 belongs to `arn:balancer`, not to the load balancer `shared`",
        ),
        (
            |it| it.listener.as_mut().unwrap().protocol = "HTTP".into(),
            "the listener on port 443 speaks HTTP, not HTTPS",
        ),
        (
            |it| it.certificate.as_mut().unwrap().status = "EXPIRED".into(),
            "the certificate `arn:certificate` is EXPIRED",
        ),
        (
            |it| it.certificate.as_mut().unwrap().names = vec!["example.com".into()],
            "the certificate is for example.com, not for `shop.example.com`",
        ),
        (
            |it| {
                it.listener_certificates.as_mut().unwrap()[0]
                    .names
                    .remove(0);
            },
            "the listener has certificates for example.com, none for `shop.example.com`",
        ),
        (
            |it| it.listener_certificates.as_mut().unwrap()[0].status = "EXPIRED".into(),
            "the listener has no certificate of ACM that can be used",
        ),
    ];
    for (edit, sentence) in rows {
        let mut existing = there();
        edit(&mut existing);
        assert_eq!(misfits(&named(), &existing, &purpose()), [sentence]);
    }
}

#[test]
fn tasks_run_in_private_subnets_where_there_are_any() {
    let mut existing = there();
    existing.subnets.push(subnet("subnet-c", "zone-c", true));
    existing.subnets.push(subnet("subnet-p", "zone-a", false));
    assert_eq!(misfits(&named(), &existing, &purpose()), [""; 0]);
    existing.subnets[3].free = 0;
    assert_eq!(
        misfits(&named(), &existing, &purpose()),
        ["the subnet `subnet-p` has no free address"]
    );
}
