use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed, Readiness};
use aws_sdk_acm::types::{
    CertificateDetail, CertificateStatus, CertificateSummary, Tag, ValidationMethod,
};

use super::{Certificate, Change, Outputs, ValidationRecord, reasons, validated};
use crate::aws::live::ec2::not_visible_yet;
use crate::aws::live::failure::{failure, required};
use crate::aws::live::pace;
use crate::aws::live::{Aws, FIRST_REGION};
use crate::aws::tags::{Tags, bears, stack_mark};

const REQUEST: &str = "acm:RequestCertificate";
const DESCRIBE: &str = "acm:DescribeCertificate";
const DELETE: &str = "acm:DeleteCertificate";

/// The validation record is named within seconds, and everything waits for it.
const UNTIL_NAMED: Duration = Duration::from_secs(1);
/// Issuing takes minutes.
const UNTIL_ISSUED: Duration = Duration::from_secs(5);

impl Live for Certificate {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        // A certificate has no name that could be taken: only the marks tell.
        for summary in certificates(aws.acm_in(self.region.as_deref())).await? {
            if summary.domain_name.as_deref() != Some(&self.domain) {
                continue;
            }
            let arn = required("acm:ListCertificates", summary.certificate_arn)?;
            let tags = tags(aws, &arn).await?.unwrap_or_default();
            if bears(&tags, &cx.mark) {
                return Ok(Found::Ours(outputs(arn)));
            }
        }
        Ok(Found::Absent)
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (detail, tags) = futures_util::join!(described(aws, &known.arn), tags(aws, &known.arn));
        let (Some(detail), Some(tags)) = (detail?, tags?) else {
            return Ok(None);
        };
        let domain = required(DESCRIBE, detail.domain_name.clone())?;
        let names = detail.subject_alternative_names().iter();
        let names = names.filter(|name| **name != domain).cloned().collect();
        Ok(Some(Observed {
            outputs: told(&detail, known),
            spec: Certificate {
                domain,
                names,
                region: elsewhere(aws, &known.arn),
                tags: Tags::observed(tags),
            },
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        known: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Request => {
                let further = (!self.names.is_empty()).then(|| self.names.clone());
                let request = aws
                    .acm_in(self.region.as_deref())
                    .request_certificate()
                    .domain_name(&self.domain)
                    .set_subject_alternative_names(further)
                    .validation_method(ValidationMethod::Dns)
                    .idempotency_token(cx.mark.token("create"))
                    .set_tags(Some(sdk_tags(REQUEST, self.tags.marked(&cx.mark))?));
                let requested = request.send().await.map_err(|e| failure(REQUEST, e))?;
                Ok(outputs(required(REQUEST, requested.certificate_arn)?))
            }
            Change::Tag => {
                const OPERATION: &str = "acm:AddTagsToCertificate";
                let known = required(OPERATION, known)?;
                let add = aws
                    .acm_of(&known.arn)
                    .add_tags_to_certificate()
                    .certificate_arn(&known.arn)
                    .set_tags(Some(sdk_tags(OPERATION, self.tags.marked(&cx.mark))?));
                let sent = add.send().await;
                sent.map_err(|e| not_visible_yet(failure(OPERATION, e)))?;
                Ok(known.clone())
            }
            Change::Untag(keys) => {
                const OPERATION: &str = "acm:RemoveTagsFromCertificate";
                let known = required(OPERATION, known)?;
                // A tag that names no value goes whatever its value is [ACM API].
                let tags: Result<Vec<Tag>, _> = keys
                    .iter()
                    .map(|key| Tag::builder().key(key).build())
                    .collect();
                let tags = tags.map_err(|error| Failure::internal(OPERATION, &error))?;
                let remove = aws
                    .acm_of(&known.arn)
                    .remove_tags_from_certificate()
                    .certificate_arn(&known.arn)
                    .set_tags(Some(tags));
                let sent = remove.send().await;
                sent.map_err(|e| not_visible_yet(failure(OPERATION, e)))?;
                Ok(known.clone())
            }
            Change::Delete => {
                let known = required(DELETE, known)?;
                // A balancer lets go of it a while after its own deletion; looking is cheaper
                // than being refused.
                let used = described(aws, &known.arn).await?;
                let users = used.and_then(|detail| detail.in_use_by).unwrap_or_default();
                if !users.is_empty() {
                    let held = "it is still used, so its deletion is not asked for yet";
                    let refused = Failure::new(Class::Dependency, DELETE, "InUse", held);
                    return Err(reasons::held(aws, &cx.mark.stack, refused, users).await);
                }
                let acm = aws.acm_of(&known.arn);
                let delete = acm.delete_certificate().certificate_arn(&known.arn);
                let Err(error) = delete.send().await else {
                    return Ok(known.clone());
                };
                let mut refused = failure(DELETE, error);
                if refused.code == "ConflictException" {
                    refused.class = Class::Throttled; // another call on it is under way
                }
                if refused.class != Class::Dependency {
                    return Err(refused);
                }
                let users = match described(aws, &known.arn).await {
                    Ok(detail) => detail.and_then(|detail| detail.in_use_by),
                    // The refusal is what matters; who is in the way would have been a help.
                    Err(unread) => return Err(refused.with_evidence([unread.to_string()])),
                };
                let users = users.unwrap_or_default();
                Err(reasons::held(aws, &cx.mark.stack, refused, users).await)
            }
        }
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let Some(detail) = described(aws, &known.arn).await? else {
            return Ok(Readiness::Pending {
                outputs: known.clone(),
                why: "not visible yet".to_string(),
                look_after: pace::look_after(cx.waited, UNTIL_NAMED),
            });
        };
        let outputs = told(&detail, known);
        let status = required(DESCRIBE, detail.status.as_ref())?;
        Ok(match status {
            CertificateStatus::Issued => Readiness::Ready(outputs),
            dead if reasons::is_dead(dead) => Readiness::Failed(reasons::not_issued(&detail)),
            _ if !self.is_named(&outputs) => Readiness::Pending {
                outputs,
                why: "ACM has not named the validation records yet".to_string(),
                look_after: pace::look_after(cx.waited, UNTIL_NAMED),
            },
            _ => Readiness::Pending {
                outputs,
                why: reasons::pending(&detail),
                look_after: pace::look_after(cx.waited, UNTIL_ISSUED),
            },
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let (key, value) = stack_mark(stack);
        let mut ours = Vec::new();
        let mut all = certificates(&aws.acm).await?;
        if aws.region != FIRST_REGION {
            all.extend(certificates(&aws.acm_first).await?);
        }
        for summary in all {
            let arn = required("acm:ListCertificates", summary.certificate_arn)?;
            let tags = tags(aws, &arn).await?.unwrap_or_default();
            if tags.get(key) == Some(&value) {
                ours.push(outputs(arn));
            }
        }
        Ok(ours)
    }
}

/// The region of a certificate that is not in that of the stack.
fn elsewhere(aws: &Aws, arn: &str) -> Option<String> {
    let region = arn.split(':').nth(3)?;
    (region != aws.region).then(|| region.to_string())
}

fn outputs(arn: String) -> Outputs {
    Outputs {
        arn,
        validation: BTreeMap::new(),
        dead: None,
    }
}

impl Certificate {
    fn is_named(&self, outputs: &Outputs) -> bool {
        let names = self.validated();
        names
            .iter()
            .all(|name| outputs.validation.contains_key(name))
    }
}

/// What ACM tells of it now. A record that was named stays named: ACM leaves it out of answers
/// once a certificate has expired.
fn told(detail: &CertificateDetail, known: &Outputs) -> Outputs {
    let mut validation = known.validation.clone();
    for name in detail.domain_validation_options() {
        if let Some(record) = name.resource_record() {
            let record = ValidationRecord {
                name: record.name().to_string(),
                value: record.value().to_string(),
            };
            validation.insert(validated(name.domain_name()), record);
        }
    }
    let dead = detail.status().filter(|status| reasons::is_dead(status));
    Outputs {
        arn: known.arn.clone(),
        validation,
        dead: dead.map(|status| status.as_str().to_string()),
    }
}

/// None if there is no such certificate.
async fn described(aws: &Aws, arn: &str) -> Result<Option<CertificateDetail>, Failure> {
    let describe = aws.acm_of(arn).describe_certificate().certificate_arn(arn);
    match describe.send().await.map_err(|e| failure(DESCRIBE, e)) {
        Ok(answer) => Ok(Some(required(DESCRIBE, answer.certificate)?)),
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// All tags; none if there is no such certificate.
async fn tags(aws: &Aws, arn: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
    const OPERATION: &str = "acm:ListTagsForCertificate";
    let list = aws
        .acm_of(arn)
        .list_tags_for_certificate()
        .certificate_arn(arn);
    match list.send().await.map_err(|e| failure(OPERATION, e)) {
        Ok(answer) => {
            let tags = answer.tags.unwrap_or_default().into_iter();
            let pair = |tag: Tag| (tag.key, tag.value.unwrap_or_default());
            Ok(Some(tags.map(pair).collect()))
        }
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// All certificates with RSA keys of 2048 bits: what is listed unless others are asked for, and
/// what we request [ACM API: ListCertificates, RequestCertificate].
async fn certificates(acm: &aws_sdk_acm::Client) -> Result<Vec<CertificateSummary>, Failure> {
    let pages = acm.list_certificates().into_paginator().items().send();
    let all: Result<Vec<CertificateSummary>, _> = pages.collect().await;
    all.map_err(|e| failure("acm:ListCertificates", e))
}

fn sdk_tags(operation: &'static str, tags: BTreeMap<String, String>) -> Result<Vec<Tag>, Failure> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    let tags: Result<Vec<Tag>, _> = tags.into_iter().map(tag).collect();
    tags.map_err(|error| Failure::internal(operation, &error))
}
