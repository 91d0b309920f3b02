use super::*;

fn distribution() -> Distribution {
    Distribution {
        comment: "shop-default-static".into(),
        origin: Origin {
            domain_name: "shop.s3.eu-central-1.amazonaws.com".to_string().into(),
            access_control: "E1".to_string().into(),
        },
        aliases: vec!["cdn.example.com".into()],
        certificate: Some(Certified {
            arn: "arn:aws:acm:us-east-1:1:certificate/1".to_string().into(),
            tls: "TLSv1.2_2021".into(),
        }),
        root: None,
        caching: Caching::Policy(CACHING_OPTIMIZED.into()),
        viewers: "redirect-to-https".into(),
        compress: true,
        http_version: "http2and3".into(),
        ipv6: true,
        price_class: "PriceClass_All".into(),
        enabled: true,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

fn observed(spec: Distribution) -> Observed<Distribution> {
    let outputs = Outputs {
        id: "E2".into(),
        arn: "arn:aws:cloudfront::1:distribution/E2".into(),
        domain_name: "d1.cloudfront.net".into(),
    };
    Observed { spec, outputs }
}

#[test]
fn whatever_differs_is_one_update() {
    assert_eq!(distribution().changes(None), [Change::Create]);
    assert_eq!(distribution().changes(Some(&observed(distribution()))), []);
    let alterations: [fn(&mut Distribution); 6] = [
        |it| it.viewers = "allow-all".into(),
        |it| it.aliases.clear(),
        |it| it.enabled = false,
        |it| it.root = Some("index.html".into()),
        |it| it.origin.access_control = "E9".to_string().into(),
        |it| {
            it.caching = Caching::Forwarded {
                query_strings: true,
                headers: Vec::new(),
            };
        },
    ];
    for alter in alterations {
        let mut there = observed(distribution());
        alter(&mut there.spec);
        assert_eq!(distribution().changes(Some(&there)), [Change::Update]);
    }
    let mut there = observed(distribution());
    there.spec.tags = Tags::default();
    assert_eq!(distribution().changes(Some(&there)), [Change::Tag]);
}

#[test]
fn it_is_disabled_before_it_goes() {
    let mut there = observed(distribution());
    let both = [Change::Disable, Change::Delete];
    assert_eq!(Distribution::removal(&there), both);
    there.spec.enabled = false;
    assert_eq!(Distribution::removal(&there), [Change::Delete]);
}
