//! The services that a trust policy can name: IAM refuses principals that no service has
//! [IAM User Guide: AWS service principals].

/// One word of every service's principal, as in `ecs-tasks.amazonaws.com` or `states.eu-central-1.amazonaws.com`: the
/// names and endpoints of the AWS service models, and what bears a name of its own.
const WORDS: &str = "\
a2i-runtime access-analyzer accessanalyzer account account-access account-access-runtime acm acm-pca aco- \
automation admin agent-registry agent-registry-control agreement-marketplace aidevops aiops airflow airflow- \
serverless alexa alexa-appkit amp amplify amplifybackend amplifyuibuilder aoss apigateway \
apigatewaymanagementapi apigatewayv2 app-integrations appconfig appconfigdata appfabric appflow \
appintegrations application-autoscaling application-cost-profiler application-insights application-signals \
applicationcostprofiler applicationinsights appmesh apprunner appstream appstream2 appsync appsync-v2 aps arc- \
region-switch arc-zonal-shift artifact assets athena auditmanager automation autoscaling autoscaling-plans \
aws-marketplace awsssoportal b2bi backup backup-gateway backup-search backupsearch batch batchoperations bcm- \
dashboards bcm-data-exports bcm-pricing-calculator bcm-recommended-actions bedrock bedrock-agent bedrock- \
agent-runtime bedrock-agentcore bedrock-agentcore-control bedrock-data-automation bedrock-data-automation- \
runtime bedrock-runtime billing billingconductor braket budgets build cases cassandra cassandra-streams \
catalog ce chatbot chime chime-sdk-identity chime-sdk-media-pipelines chime-sdk-meetings chime-sdk-messaging \
chime-sdk-voice cks cleanrooms cleanrooms-ml cleanroomsml cloud9 cloudcontrol cloudcontrolapi clouddirectory \
cloudformation cloudfront cloudfront-keyvaluestore cloudhsm cloudhsmv2 cloudsearch cloudsearchdomain \
cloudtrail cloudtrail-data cloudwatch cloudwatch-crossaccount cloudwatch-omni cloudwatchomni codeartifact \
codebuild codecatalyst codecommit codeconnections codedeploy codeguru-profiler codeguru-reviewer codeguru- \
security codeguruprofiler codepipeline codestar-connections codestar-notifications cognito-identity cognito- \
idp cognito-sync comprehend comprehendmedical compute-optimizer compute-optimizer-automation config config- \
conforms config-multiaccountsetup connect connect-campaigns connect-contact-lens connectcampaigns \
connectcampaignsv2 connectcases connecthealth connectparticipant connectscheduling contact-lens continuous- \
export continuum controlcatalog controlplane controltower cost-optimization-hub costalerts cur custom-resource \
customer-profiles data-ats data-signer databrew dataexchange datapipeline dataplane datasync datazone dax \
deadline delivery deployment-marketplace detective devicefarm devops-agent devops-guru directconnect \
discovery-marketplace dlm dms docdb docdb-elastic drs ds ds-data dsql dynamodb dynamodbstreams ebs ec2 \
ec2-instance-connect ec2fleet ecr ecr-public ecr-sync ecs ecs-compute ecs-sc ecs-tasks edge edgelambda efs eks \
eks-auth eks-fargate-pods eks-nodegroup elasticache elasticbeanstalk elasticfilesystem elasticloadbalancing \
elasticmapreduce elb elbv2 elemental-inference elementalinference email emr emr-containers emr-serverless end- \
user-messaging endusermessaging entityresolution es eventbridgev2 events eventsv2 evs execute-api export \
featurestore-runtime firehose fis fms forecast forecastquery frauddetector freetier fsx gamelift \
gameliftstreams geo geo-maps geo-places geo-routes glacier globalaccelerator glue grafana greengrass \
greengrassv2 groundstation guardduty health health-agent healthlake iam iam-toolbox identity-chime \
identitystore imagebuilder importexport inferencerouter-runtime infrastructure inspector inspector-scan \
inspector2 interconnect internetmonitor invoicing iot iot-data iot-jobs-data iot-managed-integrations iotdata \
iotdeviceadvisor iotfleetwise iotmanagedintegrations iotsecuredtunneling iotsecuretunneling iotsitewise \
iotthingsgraph iottwinmaker iotwireless ivs ivs-realtime ivschat ivsrealtime job-runtime kafka kafkaconnect \
kendra kendra-ranking keyspaces keyspacesstreams kinesis kinesis-video-archived-media kinesis-video-media \
kinesis-video-signaling kinesis-video-webrtc-storage kinesisanalytics kinesisanalyticsv2 kinesisvideo kms \
lakeformation lambda lambda-core lambda-microvms lambda-web launch-wizard launchwizard lex lex-models lex- \
runtime lexv2-models lexv2-runtime license-manager license-manager-linux-subscriptions license-manager-user- \
subscriptions lightsail location logging logs lookoutequipment m2 machinelearning macie macie2 mail-manager \
mailmanager maintenance managed-blockchain managedblockchain managedblockchain-query marketplace marketplace- \
agreement marketplace-catalog marketplace-deployment marketplace-discovery marketplace-entitlement \
marketplace-reporting marketplacecommerceanalytics media-pipelines-chime mediaconnect mediaconvert medialive \
mediapackage mediapackage-vod mediapackagev2 mediastore mediastore-data mediatailor medical-imaging meetings- \
chime memory-db memorydb messaging-chime meteringmarketplace metrics mgh mgn migration-hub-refactor-spaces \
migrationhub-config migrationhub-orchestrator migrationhub-strategy migrationhuborchestrator \
migrationhubstrategy mobiletargeting models-v2-lex monitoring mpa mq mturk mturk-requester mwaa mwaa- \
serverless neptune neptune-db neptune-graph neptunedata network-firewall network-interface-permissions \
network-security-manager networkflowmonitor networkmanager networkmonitor notifications notifications-contacts \
notificationscontacts nova-act oam observabilityadmin odb oidc omics opensearch opensearchmemory \
opensearchserverless ops opsworks opsworks-cm organizations osis osm outposts partnercentral partnercentral- \
account partnercentral-benefits partnercentral-channel partnercentral-prm partnercentral-revenue-measurement \
partnercentral-selling payment-cryptography payment-cryptography-data pca-connector-ad pca-connector-scep pcs \
personalize personalize-events personalize-runtime pi pinpoint pinpoint-email pinpoint-sms-voice pinpoint-sms- \
voice-v2 pipes polly pricing pricing-plan-manager pricingplanmanager profile proton pullthroughcache qapps \
qbusiness qconnect quicksight ram ramp rbin rds rds-data redshift redshift-data redshift-serverless refactor- \
spaces rekognition replicator reporting reporting-marketplace repostspace resiliencehub resiliencehubv2 \
resource-explorer-2 resource-groups resourcegroupstaggingapi rolesanywhere route53 route53-recovery-cluster \
route53-recovery-control-config route53-recovery-readiness route53domains route53globalresolver \
route53profiles route53resolver rtbfabric rum runtime-v2-lex s3 s3-control s3-outposts s3control s3express \
s3files s3outposts s3tables s3vectors sagemaker sagemaker-a2i-runtime sagemaker-edge sagemaker-featurestore- \
runtime sagemaker-geospatial sagemaker-inference-router-runtime sagemaker-metrics sagemaker-runtime \
sagemakerjobruntime sagemakertrainingsessionruntime savingsplans scheduler schemas scn sdb secretsmanager \
security-ir securityagent securityhub securitylake serverlessrepo service-quotas servicecatalog \
servicecatalog-appregistry servicediscovery servicequotas ses sesv2 shield signer signer-data signin \
simpledbv2 sms-voice snow-device-management snowball sns social-messaging socialmessaging spot spotfleet sqs \
ssm ssm-contacts ssm-guiconnect ssm-incidents ssm-quicksetup ssm-sap sso sso-admin sso-oauth sso-oidc states \
stepfunctions storage-lens storagegateway streams sts supplychain support support-app supportapp supportauthz \
sustainability swf synthetics tagging tagpolicies tasks tax taxsettings textract thinclient timestream \
timestream-influxdb timestream-query timestream-write training-session-runtime transcribe transfer \
transitgateway translate trustedadvisor tunneling uxc verifiedpermissions vmie voice-chime voice-id voiceid \
vpc-flow-logs vpc-lattice waf waf-regional wafv2 waiter wellarchitected wickr wisdom workdocs workmail \
workmailmessageflow workspaces workspaces-instances workspaces-thin-client workspaces-web xray \
";

/// Whether there may be a service of this principal: one of its labels before the domain is a service's.
pub(crate) fn is_known(principal: &str) -> bool {
    principal
        .split('.')
        .any(|label| WORDS.split_whitespace().any(|word| word == label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals() {
        for known in [
            "ecs-tasks.amazonaws.com",
            "ecs.amazonaws.com",
            "lambda.amazonaws.com",
            "ec2.amazonaws.com",
            "states.eu-central-1.amazonaws.com",
            "ops.apigateway.amazonaws.com",
            "vpc-flow-logs.amazonaws.com",
            "cloudformation.amazonaws.com",
            "events.amazonaws.com",
            "scheduler.amazonaws.com",
            "monitoring.rds.amazonaws.com",
            "codebuild.amazonaws.com",
            "ssm.amazonaws.com",
        ] {
            assert!(is_known(known), "{known}");
        }
        for unknown in [
            "ecs-task.amazonaws.com",
            "nope.amazonaws.com",
            "fargate.amazonaws.com",
        ] {
            assert!(!is_known(unknown), "{unknown}");
        }
    }
}
