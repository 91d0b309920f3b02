//! What ELBv2 kinds have in common: tags, and reads that survive one missing object.

use std::collections::BTreeMap;

use ashore_engine::address::{Mark, StackName};
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use aws_sdk_elasticloadbalancingv2::types::{Action, ActionTypeEnum, Tag};

use super::Aws;
use super::ec2::not_visible_yet;
use super::failure::{failure, required};
use crate::aws::tags::{marks, stack_mark};

/// Objects in one Describe call [ELBv2 API: DescribeTags, DescribeLoadBalancers: 20].
pub(crate) const ARNS_MAX: usize = 20;

/// Tags by key, as the cloud has them.
pub(crate) type AllTags = BTreeMap<String, String>;

/// All tags of one balancer, target group, listener or rule; none if it is not there. Whatever
/// is asked for at once, of any of the four, goes out as one `DescribeTags`.
pub(crate) async fn tags(aws: &Aws, arn: &str) -> Result<Option<AllTags>, Failure> {
    let batch = aws.batch("elb-tags", ARNS_MAX, |aws, arns| async move {
        tags_of(&aws, arns).await
    });
    batch.get(arn).await
}

/// The tags of many objects, by ARN.
pub(crate) async fn tags_of(
    aws: &Aws,
    arns: Vec<String>,
) -> Result<BTreeMap<String, AllTags>, Failure> {
    let mut found = BTreeMap::new();
    for arns in arns.chunks(ARNS_MAX) {
        found.extend(present(arns.to_vec(), |arns| described(aws, arns)).await?);
    }
    Ok(found)
}

async fn described(aws: &Aws, arns: Vec<String>) -> Result<BTreeMap<String, AllTags>, Failure> {
    let request = aws.elb.describe_tags().set_resource_arns(Some(arns));
    let answer = request.send().await;
    let answer = answer.map_err(|e| failure("elasticloadbalancing:DescribeTags", e))?;
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    let descriptions = answer.tag_descriptions.unwrap_or_default().into_iter();
    Ok(descriptions
        .filter_map(|described| {
            let tags = described.tags.unwrap_or_default();
            Some((
                described.resource_arn?,
                tags.into_iter().filter_map(pair).collect(),
            ))
        })
        .collect())
}

/// The object of that ARN; none if it is not there. Those of one kind that are asked for at once go
/// out as one Describe, which `read` sends; `arn_of` tells what it answers apart.
pub(crate) async fn one<V: Clone + 'static, F>(
    aws: &Aws,
    kind: &'static str,
    arn: &str,
    read: impl Fn(Aws, Vec<String>) -> F + Copy + 'static,
    arn_of: fn(&V) -> Option<&str>,
) -> Result<Option<V>, Failure>
where
    F: Future<Output = Result<Vec<V>, Failure>> + 'static,
{
    let batch = aws.batch(kind, ARNS_MAX, move |aws, arns| async move {
        present(arns, |arns| async {
            let found = read(aws.clone(), arns).await?.into_iter();
            let by_arn = |object: V| Some((arn_of(&object)?.to_string(), object));
            Ok(found.filter_map(by_arn).collect::<BTreeMap<_, _>>())
        })
        .await
    });
    batch.get(arn).await
}

/// Reads what is there of `arns`. ELBv2 refuses a whole Describe because of one missing object
/// [ELBv2 API: LoadBalancerNotFound]: then each half is asked for by itself.
async fn present<V, F>(
    arns: Vec<String>,
    read: impl Fn(Vec<String>) -> F,
) -> Result<BTreeMap<String, V>, Failure>
where
    F: Future<Output = Result<BTreeMap<String, V>, Failure>>,
{
    let mut found = BTreeMap::new();
    let mut open = vec![arns];
    while let Some(mut arns) = open.pop() {
        match read(arns.clone()).await {
            Ok(more) => found.extend(more),
            Err(missing) if missing.class == Class::Gone => {
                let rest = arns.split_off(arns.len() / 2);
                if !arns.is_empty() {
                    open.extend([rest, arns]);
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(found)
}

/// Of these objects, those that the stack owns.
pub(crate) async fn of_stack(
    aws: &Aws,
    arns: Vec<String>,
    stack: &StackName,
) -> Result<Vec<String>, Failure> {
    let (key, value) = stack_mark(stack);
    let found = tags_of(aws, arns).await?.into_iter();
    Ok(found
        .filter(|(_, tags)| tags.get(key) == Some(&value))
        .map(|(arn, _)| arn)
        .collect())
}

/// What tags tell of the one who owns an object that is not ours, for a person.
pub(crate) fn whose(tags: &AllTags, mark: &Mark) -> String {
    let (key, own) = stack_mark(&mark.stack);
    let other = marks(mark)
        .into_keys()
        .filter(|name| name != key)
        .filter_map(|name| tags.get(&name).map(|value| format!("{name} = {value}")))
        .collect::<Vec<_>>()
        .join(", ");
    match tags.get(key) {
        Some(stack) if *stack == own => format!("which is this stack's, made as {other}"),
        Some(stack) => format!("which belongs to the stack `{stack}` ({other})"),
        None => "which bears no mark of ashore".to_string(),
    }
}

/// Tags and marks that go with a create.
pub(crate) fn sdk_tags(tags: BTreeMap<String, String>) -> Vec<Tag> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.into_iter().map(tag).collect()
}

/// `AddTags`: sets every wanted tag.
pub(crate) async fn tag<O: Clone>(
    aws: &Aws,
    tags: AllTags,
    outputs: Option<&O>,
    arn: impl Fn(&O) -> &String,
) -> Result<O, Failure> {
    const OPERATION: &str = "elasticloadbalancing:AddTags";
    let outputs = required(OPERATION, outputs)?;
    let request = aws.elb.add_tags().resource_arns(arn(outputs));
    let sent = request.set_tags(Some(sdk_tags(tags))).send();
    sent.await
        .map_err(|e| not_visible_yet(failure(OPERATION, e)))?;
    Ok(outputs.clone())
}

/// `RemoveTags`.
pub(crate) async fn untag<O: Clone>(
    aws: &Aws,
    keys: &[String],
    outputs: Option<&O>,
    arn: impl Fn(&O) -> &String,
) -> Result<O, Failure> {
    const OPERATION: &str = "elasticloadbalancing:RemoveTags";
    let outputs = required(OPERATION, outputs)?;
    let request = aws.elb.remove_tags().resource_arns(arn(outputs));
    let sent = request.set_tag_keys(Some(keys.to_vec())).send();
    sent.await
        .map_err(|e| not_visible_yet(failure(OPERATION, e)))?;
    Ok(outputs.clone())
}

/// The value that a request needs; a reference that is still open is our own mistake.
pub(crate) fn known(operation: &'static str, input: &Input<String>) -> Result<String, Failure> {
    let value = input.value();
    value
        .cloned()
        .map_err(|error| Failure::internal(operation, &error))
}

/// The values that a request needs.
pub(crate) fn all_known(
    operation: &'static str,
    inputs: &[Input<String>],
) -> Result<Vec<String>, Failure> {
    inputs.iter().map(|input| known(operation, input)).collect()
}

/// The action that sends requests to one target group.
pub(crate) fn forward(target_group: impl Into<String>) -> Action {
    Action::builder()
        .r#type(ActionTypeEnum::Forward)
        .target_group_arn(target_group)
        .build()
}

/// The target groups that a forward action sends requests to. AWS says it twice where there is
/// only one [ELBv2 API: Action]; a group of weight 0 gets none [ELBv2 API: TargetGroupTuple].
pub(crate) fn forwards_to(action: &Action) -> Vec<String> {
    let weighted = action.forward_config().map(|config| config.target_groups());
    let weighted = weighted.unwrap_or_default();
    if weighted.is_empty() {
        let only = action.target_group_arn().map(str::to_string);
        return only.into_iter().collect();
    }
    let served = weighted.iter().filter(|group| group.weight() != Some(0));
    served
        .filter_map(|group| group.target_group_arn().map(str::to_string))
        .collect()
}
