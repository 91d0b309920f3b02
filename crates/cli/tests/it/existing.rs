//! On what somebody else owns: their network, cluster, balancer. Everything of theirs stays.

use serde_json::{Value, json};

use crate::foreign::{told, zone};
use crate::hello::{does_what_it_plans, leftovers};
use crate::rig::{HELLO, Rig};

/// What somebody made before we came.
struct Theirs {
    rig: Rig,
    vpc: String,
    subnets: [String; 2],
}

impl Theirs {
    fn new() -> Self {
        let rig = Rig::new("");
        let made = rig.query("ec2", "CreateVpc", &[("CidrBlock", "10.77.0.0/16")]);
        let vpc = told(&made, "vpcId");
        let made = rig.query("ec2", "CreateInternetGateway", &[]);
        let gateway = told(&made, "internetGatewayId");
        let attached = [("VpcId", vpc.as_str()), ("InternetGatewayId", &gateway)];
        rig.query("ec2", "AttachInternetGateway", &attached);
        let made = rig.query("ec2", "CreateRouteTable", &[("VpcId", &vpc)]);
        let table = told(&made, "routeTableId");
        let route = [
            ("RouteTableId", table.as_str()),
            ("DestinationCidrBlock", "0.0.0.0/0"),
            ("GatewayId", &gateway),
        ];
        rig.query("ec2", "CreateRoute", &route);
        let subnet = |range: &str, zone: &str| {
            let subnet = [
                ("VpcId", vpc.as_str()),
                ("CidrBlock", range),
                ("AvailabilityZone", zone),
            ];
            let subnet = told(&rig.query("ec2", "CreateSubnet", &subnet), "subnetId");
            let association = [("RouteTableId", table.as_str()), ("SubnetId", &subnet)];
            rig.query("ec2", "AssociateRouteTable", &association);
            subnet
        };
        let subnets = [
            subnet("10.77.0.0/20", "eu-central-1a"),
            subnet("10.77.16.0/20", "eu-central-1b"),
        ];
        let target = "AmazonEC2ContainerServiceV20141113.CreateCluster";
        let cluster = json!({ "clusterName": "shared" });
        let made = rig.aws("ecs", target, &cluster);
        assert_eq!(made["cluster"]["status"], "ACTIVE", "{made}");
        Self { rig, vpc, subnets }
    }

    /// The main job, on theirs.
    fn write(&self, more: &str) {
        let [one, other] = &self.subnets;
        let vpc = &self.vpc;
        let text = HELLO.replace("\n[network]\nazs = 3\n", "");
        assert!(!text.contains("[network]"));
        self.rig.write(&format!(
            "{text}\n[existing]\nvpc = \"{vpc}\"\nsubnets = [\"{one}\", \"{other}\"]\n\
             cluster = \"shared\"\n{more}"
        ));
    }

    /// A security group of theirs, which lets the network in on port 80.
    fn security_group(&self, name: &str) -> String {
        let group = [
            ("VpcId", self.vpc.as_str()),
            ("GroupName", name),
            ("GroupDescription", "theirs"),
        ];
        let group = told(
            &self.rig.query("ec2", "CreateSecurityGroup", &group),
            "groupId",
        );
        let open = [
            ("GroupId", group.as_str()),
            ("IpPermissions.1.IpProtocol", "tcp"),
            ("IpPermissions.1.FromPort", "80"),
            ("IpPermissions.1.ToPort", "443"),
            ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
        ];
        self.rig
            .query("ec2", "AuthorizeSecurityGroupIngress", &open);
        group
    }

    /// A certificate of theirs for every name of the zone, issued.
    fn certificate(&self) -> String {
        let request = json!({ "DomainName": "*.example.com", "ValidationMethod": "DNS" });
        let made = self
            .rig
            .aws("acm", "CertificateManager.RequestCertificate", &request);
        let arn = made["CertificateArn"].as_str().expect("an ARN").to_string();
        let describe = || {
            let arn = json!({ "CertificateArn": arn });
            let told = self
                .rig
                .aws("acm", "CertificateManager.DescribeCertificate", &arn);
            told["Certificate"].clone()
        };
        self.rig.pass(10);
        let record = describe()["DomainValidationOptions"][0]["ResourceRecord"].clone();
        let record = json!({ "type": "CNAME", "name": record["Name"], "content": record["Value"] });
        let path = format!("/zones/{}/dns_records", zone(&self.rig));
        self.rig.cloudflare("POST", &path, Some(record));
        self.rig.pass(600);
        assert_eq!(describe()["Status"], "ISSUED");
        arn
    }

    /// A balancer of theirs and its HTTPS listener.
    fn balancer(&self) -> (String, String) {
        let group = self.security_group("their-balancer");
        let balancer = [
            ("Name", "shared"),
            ("Subnets.member.1", self.subnets[0].as_str()),
            ("Subnets.member.2", &self.subnets[1]),
            ("SecurityGroups.member.1", &group),
        ];
        let service = "elasticloadbalancing";
        let made = self.rig.query(service, "CreateLoadBalancer", &balancer);
        let balancer = told(&made, "LoadBalancerArn");
        let listener = [
            ("LoadBalancerArn", balancer.as_str()),
            ("Protocol", "HTTPS"),
            ("Port", "443"),
            ("Certificates.member.1.CertificateArn", &self.certificate()),
            ("DefaultActions.member.1.Type", "fixed-response"),
            (
                "DefaultActions.member.1.FixedResponseConfig.StatusCode",
                "418",
            ),
        ];
        let made = self.rig.query(service, "CreateListener", &listener);
        (balancer, told(&made, "ListenerArn"))
    }

    /// Everything that is there, but for what AWS keeps of what was.
    fn world(&self) -> Value {
        let world = self.rig.world();
        let region = &world["regions"]["eu-central-1"];
        let mut all = json!({});
        for (service, sort) in [
            ("ec2", "vpcs"),
            ("ec2", "subnets"),
            ("ec2", "gateways"),
            ("ec2", "route_tables"),
            ("ec2", "groups"),
            ("ec2", "rules"),
            ("elbv2", "balancers"),
            ("elbv2", "listeners"),
            ("elbv2", "rules"),
            ("elbv2", "target_groups"),
            ("acm", "certificates"),
            ("ecs", "clusters"),
        ] {
            all[format!("{service}.{sort}")] = region[service][sort].clone();
        }
        all
    }

    /// `up`, as planned; nothing more to do; `down`, and all is as before.
    fn lives(&self) {
        let before = self.world();
        does_what_it_plans(&self.rig, &["plan"], &["up"]);
        let visit = self.rig.visit("https://hello.example.com/");
        assert_eq!(visit["status"], 200, "{visit}");
        self.rig.ashore(&["plan", "--detailed-exitcode"]).exits(0);
        let during = self.world();
        for sort in [
            "ec2.vpcs",
            "ec2.subnets",
            "ec2.gateways",
            "ec2.route_tables",
            "ecs.clusters",
        ] {
            assert_eq!(during[sort], before[sort], "{sort} is theirs");
        }
        does_what_it_plans(&self.rig, &["down", "--dry-run"], &["down", "--yes"]);
        assert_eq!(leftovers(&self.rig.world()), Vec::<String>::new());
        let after = self.world();
        for (sort, were) in before.as_object().expect("an object") {
            assert_eq!(after[sort], *were, "{sort}");
        }
    }
}

#[test]
fn on_somebody_elses_network_and_cluster_only_what_is_missing_is_made() {
    let theirs = Theirs::new();
    theirs.write("");
    theirs.lives();
    let made = theirs.rig.changes(0);
    for once in [
        "ec2:CreateVpc",
        "ecs:CreateCluster",
        "ec2:CreateInternetGateway",
    ] {
        let count = made.iter().filter(|change| *change == once).count();
        assert_eq!(count, 1, "{once} was theirs: {made:#?}");
    }
}

#[test]
fn on_somebody_elses_balancer_and_security_group_nothing_of_them_changes() {
    let theirs = Theirs::new();
    let (balancer, listener) = theirs.balancer();
    let group = theirs.security_group("their-tasks");
    theirs.rig.pass(600);
    theirs.write(&format!(
        "load_balancer = \"{balancer}\"\nlistener = \"{listener}\"\nsecurity_groups = [\"{group}\"]\n"
    ));
    let before = theirs.world();
    theirs.lives();
    // As long as we are there, too.
    theirs.rig.ashore(&["up"]).exits(0);
    let during = theirs.world();
    for sort in [
        "ec2.groups",
        "ec2.rules",
        "elbv2.balancers",
        "elbv2.listeners",
        "acm.certificates",
    ] {
        assert_eq!(during[sort], before[sort], "{sort}");
    }
    let other = theirs.rig.visit("https://other.example.com/");
    assert_ne!(
        other["status"], 200,
        "what they answer by default stays: {other}"
    );
}

#[test]
fn what_is_not_there_is_named_before_anything_is_made() {
    let theirs = Theirs::new();
    for (there, absent) in [
        (theirs.vpc.as_str(), "vpc-0000000000000000f"),
        (&theirs.subnets[1], "subnet-0000000000000000f"),
        ("\"shared\"", "\"nobodys\""),
    ] {
        theirs.write("");
        let text = std::fs::read_to_string(theirs.rig.path("ashore.toml")).expect("it is ours");
        theirs.rig.write(&text.replace(there, absent));
        let before = theirs.rig.log().len();
        let up = theirs.rig.ashore(&["up"]);
        assert_ne!(up.code, Some(0), "{}", up.stderr);
        let named = absent.trim_matches('"');
        assert!(up.stderr.contains(named), "{named}: {}", up.stderr);
        assert_eq!(theirs.rig.changes(before), Vec::<String>::new());
    }
}
