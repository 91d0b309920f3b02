//! Other people's secrets and parameters, by name.

use ashore_engine::failure::Class;
use ashore_providers::aws::live::existing::Secret;
use ashore_twin::{Action, Fault, Side};
use aws_sdk_ssm::types::ParameterType;

use crate::stage::Stage;

async fn shop() -> (Stage, String) {
    let stage = Stage::new().await;
    let create = stage.secrets().create_secret().name("shop/stripe");
    let create = create.client_request_token("0123456789abcdef0123456789abcdef");
    let made = create.secret_string("canary").send().await;
    let arn = made.expect("a secret").arn.expect("its ARN");
    let ssm = aws_sdk_ssm::Client::new(&stage.config);
    for (name, sort) in [
        ("/shop/url", ParameterType::String),
        ("/shop/key", ParameterType::SecureString),
    ] {
        let put = ssm.put_parameter().name(name).value("canary");
        put.r#type(sort).send().await.expect("a parameter");
    }
    (stage, arn)
}

fn plain(arn: &str) -> Secret {
    Secret {
        arn: arn.into(),
        kms_key: None,
    }
}

#[tokio::test]
async fn a_secret_is_found_by_name_and_by_arn() {
    let (stage, arn) = shop().await;
    for which in ["shop/stripe", &arn] {
        let found = stage.aws.secret(which).await;
        assert_eq!(found.expect("it is there"), plain(&arn));
    }
    let read = stage.twin.log();
    assert!(read.iter().all(|call| call.operation != "GetSecretValue"));
}

#[tokio::test]
async fn a_secret_that_is_not_there_or_will_not_be_is_told() {
    let (stage, arn) = shop().await;
    let absent = stage.aws.secret("shop/paypal").await;
    let absent = absent.expect_err("there is none");
    assert_eq!(absent.code, "NotThere");
    assert!(
        absent
            .message
            .contains("there is no secret `shop/paypal` in eu-central-1")
    );
    let elsewhere = arn.replace("eu-central-1", "us-east-1");
    let absent = stage.aws.secret(&elsewhere).await;
    assert_eq!(absent.expect_err("not there").code, "NotThere");
    let asked = stage.twin.log().pop().expect("a call");
    assert_eq!(asked.region, "us-east-1");
    let delete = stage.secrets().delete_secret().secret_id(&arn);
    delete.send().await.expect("anybody may");
    let deleted = stage.aws.secret("shop/stripe").await;
    let deleted = deleted.expect_err("its days are numbered");
    assert_eq!(deleted.code, "Deleted");
    assert!(deleted.advice[0].contains("restore-secret"));
}

#[tokio::test]
async fn parameters_that_are_asked_for_together_are_read_together() {
    let (stage, _) = shop().await;
    let (url, key, none) = futures_util::join!(
        stage.aws.parameter("/shop/url"),
        stage.aws.parameter("/shop/key"),
        stage.aws.parameter("/shop/none"),
    );
    let arn = |name: &str| {
        format!(
            "arn:aws:ssm:eu-central-1:{}:parameter{name}",
            stage.aws.account
        )
    };
    assert_eq!(url.expect("there"), plain(&arn("/shop/url")));
    assert_eq!(key.expect("there"), plain(&arn("/shop/key")));
    let none = none.expect_err("there is none");
    assert!(none.message.contains("there is no parameter `/shop/none`"));
    let calls = stage.twin.log();
    let reads = calls
        .iter()
        .filter(|call| call.operation == "GetParameters");
    assert_eq!(reads.count(), 1);
    let by_arn = stage.aws.parameter(&arn("/shop/url")).await;
    assert_eq!(by_arn.expect("there"), plain(&arn("/shop/url")));
}

#[tokio::test]
async fn denied_is_not_absent() {
    let (stage, _) = shop().await;
    stage.twin.fault(Fault {
        service: None,
        operation: None,
        mutating_nth: None,
        nth: 1,
        times: 2,
        side: Side::Before,
        action: Action::Refuse {
            status: 400,
            code: "AccessDeniedException".into(),
            message: "not authorized".into(),
        },
    });
    let secret = stage.aws.secret("shop/stripe").await;
    assert_eq!(secret.expect_err("denied").class, Class::Denied);
    let parameter = stage.aws.parameter("/shop/url").await;
    assert_eq!(parameter.expect_err("denied").class, Class::Denied);
}
