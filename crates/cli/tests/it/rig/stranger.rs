//! Requests of somebody who is not us.

use serde_json::Value;

use super::Rig;
use super::asked::encoded;

impl Rig {
    /// A request to Cloudflare, by somebody who is not us.
    pub(crate) fn cloudflare(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        self.ask(method, &format!("/client/v4{path}"), body)
    }

    /// A request to an AWS service with a JSON protocol, by somebody who is not us.
    pub(crate) fn aws(&self, service: &str, target: &str, body: &Value) -> Value {
        let headers = format!(
            "X-Amz-Target: {target}\r\nAuthorization: {}\r\n\
             Content-Type: application/x-amz-json-1.1\r\n",
            signature(service)
        );
        self.exchange("POST", "/", &headers, &body.to_string())
    }

    /// A request to an AWS service with the query protocol, EC2's among them, by somebody who is
    /// not us. What it answers is XML.
    #[track_caller]
    pub(crate) fn query(&self, service: &str, action: &str, parameters: &[(&str, &str)]) -> String {
        let version = match service {
            "ec2" => "2016-11-15",
            "iam" => "2010-05-08",
            "elasticloadbalancing" => "2015-12-01",
            other => panic!("{other} does not speak the query protocol"),
        };
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            body.push_str(&format!("&{name}={}", encoded(value)));
        }
        let headers = format!(
            "Authorization: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
            signature(service)
        );
        let answer = self.exchange_text("POST", "/", &headers, &body);
        assert!(!answer.contains("<Error>"), "{action}: {answer}");
        answer
    }

    /// A change of one record set in a zone at Route 53, by somebody who is not us: `CREATE`,
    /// `UPSERT` or `DELETE`.
    #[track_caller]
    pub(crate) fn record_set(&self, zone: &str, action: &str, name: &str, kind: &str, value: &str) {
        let body = format!(
            "<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <ChangeBatch><Changes><Change><Action>{action}</Action><ResourceRecordSet>\
             <Name>{name}</Name><Type>{kind}</Type><TTL>300</TTL><ResourceRecords><ResourceRecord>\
             <Value>{value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change>\
             </Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
        );
        let headers = format!(
            "Authorization: {}\r\nContent-Type: application/xml\r\n",
            signature("route53")
        );
        let path = format!("/2013-04-01/hostedzone/{zone}/rrset/");
        let answer = self.exchange_text("POST", &path, &headers, &body);
        assert!(!answer.contains("<Error>"), "{action} {name}: {answer}");
    }
}

/// A signature of somebody who is not us; the twin reads its scope only.
fn signature(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 \
         Credential=AKIASOMEBODYELSE1234/20261121/eu-central-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}
