"""Which test stands for which row of the measured comparison of AWS emulators, and that none is left out.

The comparison is `emulators.md`, part 4: what four emulators answered to some 260 checks, and what AWS answers. It lies
outside of the project, in `../shared/reference/` seen from the checkout, or in the folder that ASHORE_REFERENCE names.
"""

import os
import pathlib
import re
import warnings

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
REFERENCE = pathlib.Path(os.environ.get("ASHORE_REFERENCE", ROOT.parent / "shared" / "reference"))
FILE = REFERENCE / "emulators.md"

# Sections about services that the twin does not have: the service's name in ARNs and signatures.
ABSENT_SERVICES = {
    "cloudcontrol": "cloudcontrolapi",
    "cloudformation": "cloudformation",
}

# Rows whose operation the twin does not have: service and operation.
ABSENT = {
    "ec2": {
        "RunInstances": "RunInstances",
    },
    "ec2-refuse": {"RunInstances nonexistent AMI": "RunInstances"},
    "iam": {
        "CreateOpenIDConnectProvider": "CreateOpenIDConnectProvider",
        "SimulatePrincipalPolicy": "SimulatePrincipalPolicy",
    },
    "logs": {"PutMetricFilter": "PutMetricFilter"},
    "autoscaling": {"PutScalingPolicy ASG": "PutScalingPolicy"},
}

# Every other row: the tests that stand for it. A test without a file is in the section's file of `FILES`.
FILES = {
    "sts": "test_sts", "ec2": "test_ec2", "ec2-refuse": "test_ec2", "iam": "test_iam", "iam-refuse": "test_iam",
    "acm": "test_acm", "elbv2": "test_elbv2", "elbv2-refuse": "test_elbv2",
    "elb-classic": "test_elb", "logs": "test_logs",
    "secretsmanager": "test_secretsmanager", "ssm": "test_ssm", "ecs": "test_ecs", "ecs-refuse": "test_ecs",
    "route53": "test_route53", "tagging": "test_tagging", "teardown": "test_ec2",
    "ecr": "test_ecr", "s3": "test_s3_objects", "cloudfront": "test_cloudfront",
    "cloudwatch": "test_cloudwatch", "scaling": "test_appautoscaling",
    "autoscaling": "test_autoscaling",
    "rds": "test_rds", "rds-refuse": "test_rds", "cloudmap": "test_cloudmap",
}
SUBNETS = "test_a_subnet test_row_subnets_of_two_sorts"
ROWS = {
    "sts": {"GetCallerIdentity": "test_caller_identity"},
    "ec2": {
        "DescribeAvailabilityZones": "test_frankfurt_has_three_zones", "DescribeRegions": "test_regions",
        "CreateVpc(+IPv6)": "test_amazon_gives_ipv6_blocks", "DescribeVpcs(IPv6+tags)": "test_row_vpc_ipv6_and_tags",
        "DescribeVpcs filter tag:": "test_filters", "DescribeVpcs paginate MaxResults": "test_row_vpcs_in_pages",
        "ModifyVpcAttribute dns": "test_vpc_attributes", "CreateSubnet(+IPv6) pub1": SUBNETS,
        "CreateSubnet(+IPv6) pub2": SUBNETS, "CreateSubnet(+IPv6) prv1": SUBNETS, "CreateSubnet(+IPv6) prv2": SUBNETS,
        "ModifySubnetAttribute MapPublicIp": "test_subnet_attributes_one_at_a_time",
        "ModifySubnetAttribute AssignIpv6": "test_row_subnets_of_two_sorts",
        "CreateInternetGateway": "test_an_attached_gateway_is_available",
        "AttachInternetGateway": "test_an_attached_gateway_is_available",
        "CreateRouteTable": "test_the_same_token_gives_the_same_table", "CreateRoute igw": "test_row_duplicate_route",
        "CreateRoute ::/0": "test_row_route_to_every_ipv6", "AssociateRouteTable": "test_a_subnet_has_one_table",
        "AssociateRouteTable prv": "test_a_subnet_has_one_table", "ReplaceRoute": "test_replace_and_delete_route",
        "DeleteRoute": "test_replace_and_delete_route",
        "CreateSecurityGroup albsg": "test_a_new_group_lets_everything_out",
        "CreateSecurityGroup ecssg": "test_a_new_group_lets_everything_out",
        "CreateSecurityGroup dbsg": "test_a_new_group_lets_everything_out",
        "AuthorizeSecurityGroupIngress sg-ref": "test_row_delete_sg_referenced_by_sg",
        "AuthorizeSecurityGroupIngress cidr": "test_rules_have_ids_and_tags",
        "RevokeSecurityGroupEgress default": "test_revoke_by_properties_and_by_id",
        "AuthorizeSecurityGroupEgress": "test_row_egress_rule_and_rules_of_a_group",
        "DescribeSecurityGroupRules": "test_row_egress_rule_and_rules_of_a_group",
        "DescribeSecurityGroups default egress": "test_a_new_group_lets_everything_out",
        "CreateTags/DeleteTags": "test_tags",
        "AllocateAddress": "test_ec2_addresses:test_row_allocate_address",
        "CreateNatGateway": "test_ec2_nat:test_row_create_nat_gateway",
        "CreateRoute nat": "test_ec2_nat:test_row_create_route_nat",
        "NAT pending->available": "test_ec2_nat:test_row_nat_pending_to_available",
        "idempotency CreateNatGateway ClientToken": "test_ec2_nat:test_row_idempotency_client_token",
        "DescribeAddresses shows NAT assoc": "test_ec2_nat:test_row_describe_addresses_shows_nat_association",
        "DescribeNetworkInterfaces(NAT ENI)": "test_ec2_nat:test_row_nat_interface",
        "EgressOnlyIGW create": "test_ec2_ways_out:test_row_egress_only_igw_create",
        "CreateVpcEndpoint gateway s3": "test_ec2_endpoints:test_row_create_vpc_endpoint_gateway_s3",
        "CreateVpcEndpoint interface ecr": "test_ec2_endpoints:test_row_create_vpc_endpoint_interface_ecr",
        "VPCE pending->available": "test_ec2_endpoints:test_row_vpce_pending_to_available",
        "DescribePrefixLists/Managed": "test_ec2_endpoints:test_row_prefix_lists",
        "CreateLaunchTemplate": "test_ec2_capacity:test_row_create_launch_template",
        "CreateLaunchTemplateVersion": "test_ec2_capacity:test_row_versions_of_a_launch_template",
        "DescribeLaunchTemplateVersions": "test_ec2_capacity:test_row_versions_of_a_launch_template",
        "DescribeInstanceTypes": "test_ec2_capacity:test_row_describe_instance_types",
    },
    "ec2-refuse": {
        "CreateNetworkInterface": "test_row_create_network_interface", "CreateVpc /8": "test_row_create_vpc_8",
        "CreateSubnet overlap": "test_row_create_subnet_overlap",
        "CreateSubnet outside VPC": "test_row_create_subnet_outside_vpc",
        "CreateSubnet bad AZ": "test_row_create_subnet_bad_az",
        "DescribeVpcs not found": "test_row_describe_vpcs_not_found",
        "DescribeSubnets not found": "test_row_describe_subnets_not_found",
        "DescribeSecurityGroups not found": "test_row_describe_security_groups_not_found",
        "duplicate SG name": "test_row_duplicate_sg_name", "duplicate SG rule": "test_row_duplicate_sg_rule",
        "SG rule unknown source SG": "test_row_sg_rule_unknown_source_sg",
        "duplicate route": "test_row_duplicate_route", "second IGW on VPC": "test_row_second_igw_on_vpc",
        "DryRun": "test_row_dry_run", "DeleteSG default": "test_row_delete_sg_default",
        "DeleteSG referenced by SG": "test_row_delete_sg_referenced_by_sg",
        "DeleteSG used by ENI": "test_row_delete_sg_used_by_eni",
        "DeleteSubnet with ENI": "test_row_delete_subnet_with_eni",
        "DeleteRouteTable associated": "test_row_delete_route_table_associated",
        "DetachIGW with EIPs mapped": "test_row_detach_igw_mapped_and_delete_sg_used_by_alb",
        "DeleteIGW attached": "test_row_delete_igw_attached", "DeleteVpc with subnet": "test_row_delete_vpc_with_subnet",
        "ReleaseAddress not found": "test_ec2_addresses:test_row_release_address_not_found",
        "DescribeNatGateways not found": "test_ec2_nat:test_row_describe_and_delete_nat_gateways_not_found",
        "DeleteNatGateway not found": "test_ec2_nat:test_row_describe_and_delete_nat_gateways_not_found",
        "CreateNatGateway bad alloc": "test_ec2_nat:test_row_create_nat_gateway_bad_alloc",
        "ReleaseAddress used by NAT": "test_ec2_nat:test_row_release_address_used_by_nat",
        "DeleteSubnet with NAT": "test_ec2_nat:test_row_delete_subnet_with_nat",
        "duplicate launch template": "test_ec2_capacity:test_row_duplicate_launch_template",
    },
    "iam": {
        "CreateRole(tags)": "test_a_role_has_what_it_was_given",
        "PutRolePolicy": "test_inline_policies_are_put_in_place_and_read_back",
        "GetRolePolicy": "test_inline_policies_are_put_in_place_and_read_back",
        "CreatePolicy": "test_a_policy_counts_its_attachments",
        "AttachRolePolicy custom": "test_a_policy_counts_its_attachments",
        "ListRolePolicies": "test_inline_policies_are_put_in_place_and_read_back",
        "CreatePolicyVersion": "test_a_policy_has_five_versions_whose_numbers_are_not_used_again",
        "UpdateAssumeRolePolicy": "test_update_assume_role_policy",
        "TagRole/ListRoleTags": "test_role_tags_are_merged_and_taken_away",
        "CreateServiceLinkedRole ecs": "test_slr_is_named", "DeleteServiceLinkedRole": "test_delete_slr",
        "CreateInstanceProfile": "test_an_instance_profile_holds_one_role",
        "AddRoleToInstanceProfile": "test_an_instance_profile_holds_one_role",
        "AttachRolePolicy AWS-managed ECS exec": "test_attach_role_policy_aws_managed_ecs_exec",
        "ListAttachedRolePolicies": "test_attach_role_policy_aws_managed_ecs_exec",
        "SLR is named AWSServiceRoleForECS": "test_slr_is_named", "duplicate SLR": "test_duplicate_slr",
    },
    "iam-refuse": {
        "duplicate role": "test_a_second_role_of_the_name_is_refused_whatever_its_case",
        "duplicate policy": "test_duplicate_policy", "GetRole missing": "test_get_role_missing",
        "DeleteInstanceProfile with role": "test_delete_instance_profile_with_role",
        "DeleteRole with inline policy": "test_delete_role_with_inline_policy",
        "malformed trust policy": "test_malformed_trust_policy",
        "malformed inline policy": "test_malformed_inline_policy",
        "AttachRolePolicy missing AWS policy": "test_attach_role_policy_missing_aws_policy",
        "DeletePolicy attached": "test_delete_policy_attached",
        "DeleteRole with attached policy": "test_delete_role_with_attached_policy",
    },
    "acm": {
        "RequestCertificate DNS": "test_a_new_certificate_is_pending", "ListCertificates": "test_row_list_certificates",
        "DescribeCertificate missing": "test_row_describe_certificate_missing",
        "DescribeCertificate ResourceRecord": "test_row_describe_certificate_resource_record",
        "cert PENDING_VALIDATION->ISSUED": "test_row_pending_validation_to_issued",
        "idempotency token same ARN": "test_row_idempotency_token_same_arn",
    },
    "elbv2": {
        "ModifyLoadBalancerAttributes": "test_attributes_can_be_set",
        "CreateTargetGroup ip": "test_elbv2_targets:test_row_create_target_group_ip",
        "ModifyTargetGroup": "test_elbv2_targets:test_row_modify_target_group",
        "ModifyTargetGroupAttributes": "test_elbv2_targets:test_attributes_of_a_group",
        "CreateListener HTTP redirect": "test_row_create_listener_http_redirect",
        "CreateListener HTTPS cert": "test_row_create_listener_https_cert", "CreateRule": "test_row_create_rule",
        "ModifyRule/SetRulePriorities": "test_row_modify_rule test_row_set_rule_priorities",
        "ModifyListener": "test_row_modify_listener",
        "RegisterTargets": "test_elbv2_targets:test_row_initial_to_healthy",
        "DeregisterTargets": "test_elbv2_targets:test_row_deregister_drains",
        "SetSecurityGroups/SetSubnets": "test_security_groups_can_be_set test_subnets_can_be_set",
        "CreateLoadBalancer network": "test_row_create_network_balancer",
        "CreateLoadBalancer": "test_row_create_load_balancer",
        "ALB provisioning->active": "test_row_alb_provisioning_to_active",
        "DescribeRules default rule": "test_row_describe_rules_default_rule",
        "DescribeTargetHealth initial->healthy": "test_elbv2_targets:test_row_initial_to_healthy",
        "DescribeTags": "test_row_describe_tags", "ALB ENIs visible in EC2": "test_row_alb_interfaces_visible_in_ec2",
    },
    "elbv2-refuse": {
        "DescribeLoadBalancers missing": "test_row_describe_load_balancers_missing",
        "dup LB name other settings": "test_row_duplicate_name_with_other_settings",
        "same LB twice is idempotent": "test_row_same_balancer_twice_is_idempotent",
        "dup TG name": "test_elbv2_targets:test_row_duplicate_target_group_name",
        "dup listener port": "test_row_duplicate_listener_port",
        "dup rule priority": "test_row_duplicate_rule_priority", "ALB in one AZ only": "test_row_one_zone_only",
        "ALB unknown subnet": "test_row_unknown_subnet",
        "HTTPS listener unknown cert": "test_row_https_listener_unknown_cert",
        "HTTPS listener no cert": "test_row_https_listener_no_cert",
        "DescribeTargetGroups missing": "test_elbv2_targets:test_row_describe_target_groups_missing",
        "DescribeListeners missing LB": "test_row_describe_listeners_missing_balancer",
        "DeleteTargetGroup in use": "test_elbv2_targets:test_row_delete_target_group_in_use",
        "DeleteCertificate in use": "test_row_delete_certificate_in_use",
        "DeleteSG used by ALB": "test_row_delete_security_group_used_by_alb",
        "DeleteLB with deletion protection": "test_row_deletion_protection",
    },
    "elb-classic": {
        "CreateLoadBalancer classic": "test_row_create_load_balancer_classic",
        "DescribeLoadBalancers classic": "test_row_describe_load_balancers_classic",
        "DeleteLoadBalancer classic": "test_row_delete_load_balancer_classic",
    },
    "logs": {
        "CreateLogGroup": "test_create_and_describe", "PutRetentionPolicy": "test_retention",
        "CreateLogStream+PutLogEvents": "test_get_events_from_head_and_tail",
        "GetLogEvents": "test_get_events_from_head_and_tail", "FilterLogEvents pattern": "test_filter_pattern",
        "duplicate log group": "test_duplicate_log_group", "GetLogEvents missing group": "test_missing",
        "DeleteLogGroup missing": "test_delete", "PutRetentionPolicy 17 days": "test_put_retention_policy_17_days",
    },
    "secretsmanager": {
        "CreateSecret": "test_create_secret", "PutSecretValue/GetSecretValue": "test_put_secret_value_get_secret_value",
        "duplicate secret": "test_duplicate_secret", "DeleteSecret scheduled": "test_delete_secret_scheduled",
        "GetSecretValue scheduled": "test_get_secret_value_scheduled", "RestoreSecret": "test_restore_secret",
        "GetSecretValue missing": "test_get_secret_value_missing", "GetRandomPassword": "test_get_random_password",
        "idempotent CreateSecret same token": "test_idempotent_create_secret_same_token",
        "CreateSecret while scheduled for deletion": "test_create_secret_while_scheduled_for_deletion",
    },
    "ssm": {
        "PutParameter SecureString": "test_put_parameter_secure_string",
        "GetParameter decrypt": "test_get_parameter_decrypt", "GetParametersByPath": "test_get_parameters_by_path",
        "duplicate parameter": "test_duplicate_parameter", "GetParameter missing": "test_get_parameter_missing",
        "DeleteParameter": "test_delete_parameter",
        "GetParameter /aws/service/ecs/optimized-ami (AL2)": "test_get_parameter_aws_service_ecs_optimized_ami_al2",
        "GetParameter /aws/service/ecs/optimized-ami (AL2023)":
            "test_get_parameter_aws_service_ecs_optimized_ami_al2023",
        "GetParameter optimized-ami /recommended JSON": "test_get_parameter_optimized_ami_recommended_json",
    },
    "ecs": {
        "PutClusterCapacityProviders": "test_put_cluster_capacity_providers",
        "CreateCluster idempotent same name": "test_create_cluster_idempotent_same_name",
        "RegisterTaskDefinition rev2": "test_every_registration_is_a_new_revision",
        "DescribeTaskDefinition family": "test_every_registration_is_a_new_revision",
        "DescribeServices TAGS": "test_row_describe_services_tags",
        "task log stream appears": "test_task_log_stream_appears",
        "UpdateService new TD": "test_update_service_deployments_roll", "UpdateService desiredCount": "test_scale_to_three",
        "CreateCluster(+FARGATE providers)": "test_create_cluster_with_fargate_providers",
        "DescribeCapacityProviders FARGATE": "test_describe_capacity_providers_fargate",
        "RegisterTaskDefinition": "test_register_task_definition_fills_in_defaults",
        "DescribeTaskDefinition TAGS": "test_describe_task_definition_tags",
        "CreateService(LB,circuit breaker)": "test_create_service_answers_what_clients_read",
        "runningCount 0->desired": "test_running_count_reaches_desired_and_rollout_completes",
        "rolloutState IN_PROGRESS->COMPLETED": "test_running_count_reaches_desired_and_rollout_completes",
        "service events[]": "test_service_events_newest_first",
        "ListTasks of service": "test_row_list_tasks_of_service",
        "DescribeTasks ENI attachment": "test_describe_tasks_eni_attachment",
        "ECS targets registered in TG": "test_ecs_targets_registered_in_tg",
        "UpdateService deployments roll": "test_update_service_deployments_roll",
        "scale to 3: runningCount": "test_scale_to_three",
        "ListServices/ListServiceDeployments": "test_list_services_pages test_row_list_service_deployments",
        "RunTask": "test_run_task_tokens", "RunTask lastStatus ->RUNNING/STOPPED": "test_task_states_in_order",
        "one-off task reaches STOPPED exitCode": "test_one_off_task_reaches_stopped_exit_code",
        "ExecuteCommand": "test_execute_command", "StopTask": "test_stop_task",
        "TagResource/ListTags": "test_tag_resource_list_tags", "PutAccountSetting": "test_put_account_setting",
        "UpdateCluster(settings)": "test_update_cluster_settings",
        "CreateCapacityProvider ASG": "test_ecs_capacity:test_row_create_capacity_provider_asg",
    },
    "ecs-refuse": {
        "UpdateService missing": "test_update_service_missing",
        "DescribeTaskDefinition missing": "test_describe_task_definition_missing",
        "DescribeServices missing -> failures MISSING": "test_describe_services_missing",
        "DescribeClusters missing -> failures MISSING": "test_describe_clusters_missing",
        "CreateService missing cluster": "test_create_service_missing_cluster",
        "CreateService missing TD": "test_create_service_missing_td",
        "CreateService awsvpc w/o network": "test_create_service_awsvpc_without_network",
        "CreateService missing TG": "test_create_service_missing_tg",
        "CreateService wrong containerName": "test_create_service_wrong_container",
        "duplicate service": "test_duplicate_service", "bad Fargate cpu/memory": "test_bad_fargate_cpu_memory",
        "DeleteService desired>0 no force": "test_delete_service_scaled_above_zero",
        "DeleteCluster with service": "test_delete_cluster_with_service",
    },
    "route53": {
        "CreateHostedZone": "test_create_hosted_zone",
        "ChangeResourceRecordSets CREATE": "test_change_resource_record_sets_create",
        "alias A to ALB": "test_alias_a_to_alb", "ListResourceRecordSets NS+SOA": "test_list_resource_record_sets_ns_soa",
        "CREATE existing record": "test_create_existing_record", "GetHostedZone missing": "test_get_hosted_zone_missing",
        "CreateHealthCheck": "test_create_health_check", "GetChange PENDING->INSYNC": "test_get_change_pending_insync",
        "DELETE with wrong value": "test_delete_with_wrong_value",
        "same CallerReference": "test_same_caller_reference",
        "DeleteHostedZone with records": "test_delete_hosted_zone_with_records",
    },
    "tagging": {
        "GetResources": "test_get_resources_lists_what_bears_tags_but_never_roles test_inventory:test_everything_tagged_is_listed",
        "TagResources": "test_tag_resources_goes_through_the_owning_service",
    },
    "teardown": {
        "DeleteService force": "test_ecs:test_a_deleted_service_drains_then_is_inactive_and_its_interfaces_linger",
        "DeregisterTaskDefinition": "test_ecs:test_deregister_and_delete",
        "DeleteTaskDefinitions": "test_ecs:test_deregister_and_delete",
        "DeleteCluster": "test_ecs:test_a_deleted_cluster_stays_visible_as_inactive_and_comes_back",
        "DescribeClusters after delete INACTIVE":
            "test_ecs:test_a_deleted_cluster_stays_visible_as_inactive_and_comes_back",
        "DeleteRule": "test_elbv2:test_a_rule_can_be_deleted",
        "DeleteListener": "test_emulator_rows_made:test_row_delete_listener",
        "DeleteLoadBalancer": "test_elbv2:test_a_deleted_balancer_is_gone",
        "DescribeLoadBalancers after delete": "test_elbv2:test_a_deleted_balancer_is_gone",
        "DeleteTargetGroup": "test_elbv2_targets:test_a_group_can_be_deleted",
        "DeleteCertificate": "test_elbv2:test_a_certificate_stays_in_use_for_a_while",
        "DisassociateRouteTable": "test_row_delete_route_table_associated",
        "DeleteRouteTable": "test_row_delete_route_table_associated", "DetachInternetGateway": "test_detach_and_delete",
        "DeleteInternetGateway": "test_detach_and_delete",
        "DeleteSecurityGroup ecssg": "test_row_delete_sg_used_by_eni",
        "DeleteSecurityGroup dbsg": "test_row_delete_sg_referenced_by_sg",
        "DeleteSecurityGroup albsg": "test_row_detach_igw_mapped_and_delete_sg_used_by_alb",
        "DeleteSubnet pub1": "test_delete_subnet_leaves_its_route_table",
        "DeleteSubnet pub2": "test_delete_subnet_leaves_its_route_table",
        "DeleteSubnet prv1": "test_row_delete_subnet_with_eni", "DeleteSubnet prv2": "test_row_delete_subnet_with_eni",
        "DeleteVpc": "test_delete_vpc_takes_along_what_came_with_it",
        "DeleteVpc again": "test_row_delete_vpc_again",
        "RemoveRoleFromInstanceProfile": "test_iam:test_delete_instance_profile_with_role",
        "DeletePolicy": "test_iam:test_delete_policy_attached", "DeleteLogGroup": "test_logs:test_delete",
        "DeleteSecret force": "test_secretsmanager:test_force_delete",
        "service DRAINING->INACTIVE":
            "test_ecs:test_a_deleted_service_drains_then_is_inactive_and_its_interfaces_linger",
        "tasks gone after DeleteService":
            "test_ecs:test_a_deleted_service_drains_then_is_inactive_and_its_interfaces_linger",
        "Detach*/DeleteRole": "test_iam:test_delete_role_with_attached_policy",
        "DeletePolicy with >1 versions": "test_iam:test_delete_policy_with_more_than_one_version",
        "DeleteHostedZone": "test_route53:test_delete_hosted_zone_with_records",
        "DeleteVpcEndpoints": "test_ec2_endpoints:test_a_gateway_endpoint_takes_its_routes_along",
        "DeleteNatGateway": "test_ec2_nat:test_row_deleting_to_deleted",
        "NAT deleting->deleted": "test_ec2_nat:test_row_deleting_to_deleted",
        "ReleaseAddress": "test_ec2_addresses:test_a_released_address_is_gone",
        "EgressOnlyIGW delete": "test_ec2_ways_out:test_row_egress_only_igw_delete",
        "DeleteCapacityProvider": "test_ecs_capacity:test_row_delete_capacity_provider",
        "TerminateInstances": "test_autoscaling:test_a_terminated_instance_is_replaced",
        "DeleteLaunchTemplate": "test_ec2_capacity:test_a_deleted_template_is_gone",
        "DeleteRepository force": "test_ecr:test_row_delete_repository_force",
        "DeleteObjects+DeleteBucket": "test_s3:test_versions_keep_a_bucket",
    },
    "ecr": {
        "CreateRepository": "test_row_create_repository",
        "PutLifecyclePolicy": "test_row_put_lifecycle_policy_and_get",
        "GetLifecyclePolicy": "test_row_put_lifecycle_policy_and_get",
        "SetRepositoryPolicy": "test_row_set_repository_policy",
        "GetAuthorizationToken": "test_row_get_authorization_token", "PutImage": "test_row_put_image",
        "DescribeImages": "test_row_put_image", "duplicate repo": "test_row_duplicate_repo",
        "DescribeRepositories missing": "test_row_describe_repositories_missing",
        "DeleteRepository non-empty": "test_row_delete_repository_non_empty",
        "DescribeImages missing tag": "test_row_describe_images_missing_tag",
    },
    "s3": {
        "CreateBucket": "test_s3:test_row_create_bucket", "PutBucketCors/Get": "test_s3:test_row_put_bucket_cors_get",
        "PutBucketVersioning": "test_s3:test_row_put_bucket_versioning",
        "PublicAccessBlock": "test_s3:test_row_public_access_block",
        "PutBucketPolicy": "test_s3:test_row_put_bucket_policy",
        "PutBucketEncryption": "test_s3:test_row_put_bucket_encryption",
        "PutBucketLifecycle": "test_s3:test_row_put_bucket_lifecycle",
        "PutBucketTagging": "test_s3:test_row_put_bucket_tagging",
        "PutObject If-None-Match:* (new)": "test_row_if_none_match",
        "PutObject If-None-Match:* (exists)": "test_row_if_none_match",
        "PutObject If-Match good": "test_row_if_match", "PutObject If-Match stale": "test_row_if_match",
        "GetObject If-Match stale": "test_row_if_match", "DeleteObject If-Match stale": "test_row_if_match",
        "PutObject If-Match missing key": "test_row_put_object_if_match_missing_key",
        "16 racing If-None-Match writers: 1 wins": "test_row_racing_writers_one_wins",
        "ListObjectVersions": "test_row_list_object_versions", "GetObject missing": "test_row_get_object_missing",
        "HeadBucket missing": "test_s3:test_row_head_bucket_missing",
        "DeleteBucket non-empty": "test_s3:test_row_delete_bucket_non_empty",
    },
    "cloudfront": {
        "CreateOriginAccessControl": "test_row_create_origin_access_control",
        "CreateDistributionWithTags": "test_row_create_distribution_with_tags",
        "GetDistributionConfig": "test_row_get_distribution_config_goes_round",
        "CreateInvalidation": "test_row_create_invalidation",
        "UpdateDistribution disable": "test_row_cf_in_progress_to_deployed",
        "DeleteDistribution": "test_row_delete_distribution_enabled",
        "GetDistribution missing": "test_row_get_distribution_missing",
        "CF InProgress->Deployed": "test_row_cf_in_progress_to_deployed",
        "DeleteDistribution enabled": "test_row_delete_distribution_enabled",
        "same CallerReference other config": "test_row_same_caller_reference",
        "UpdateDistribution stale ETag": "test_row_update_distribution_stale_etag",
        "DeleteOAC in use": "test_row_delete_oac_in_use",
        "CF disabled InProgress->Deployed": "test_row_cf_in_progress_to_deployed",
        "DeleteOriginAccessControl": "test_row_delete_oac_in_use",
    },
    "cloudwatch": {
        "PutMetricAlarm": "test_put_metric_alarm", "DescribeAlarms": "test_describe_alarms",
        "PutMetricData/GetMetricData": "test_put_metric_data_get_metric_data", "PutDashboard": "test_put_dashboard",
        "DeleteAlarms": "test_delete_alarms",
    },
    "scaling": {
        "RegisterScalableTarget": "test_register_scalable_target",
        "PutScalingPolicy target tracking": "test_put_scaling_policy_target_tracking",
        "policy creates 2 alarms": "test_policy_creates_two_alarms", "PutScheduledAction": "test_put_scheduled_action",
        "DescribeScalableTargets": "test_describe_scalable_targets",
        "policy without target": "test_policy_without_target",
        "DeleteScalingPolicy missing": "test_delete_scaling_policy_missing",
        "DeleteScalingPolicy": "test_delete_scaling_policy",
        "DeregisterScalableTarget": "test_deregister_scalable_target",
        "DeregisterScalableTarget again": "test_deregister_again",

    },
    "autoscaling": {
        "CreateAutoScalingGroup LT": "test_row_create_auto_scaling_group",
        "UpdateAutoScalingGroup": "test_row_update_auto_scaling_group",
        "DeleteAutoScalingGroup force": "test_row_delete_asg_force", "UpdateASG missing": "test_row_update_asg_missing",
        "ASG instance InService": "test_row_asg_instance_in_service", "duplicate ASG": "test_row_duplicate_asg",
        "DeleteASG with instances no force": "test_row_delete_asg_with_instances",
    },
    "rds": {
        "CreateDBSubnetGroup": "test_create_db_subnet_group", "CreateDBParameterGroup": "test_create_db_parameter_group",
        "DeleteDBSubnetGroup": "test_describe_and_delete_db_subnet_group",
        "CreateDBInstance postgres": "test_create_db_instance_postgres",
        "RDS creating->available": "test_rds_creating_available", "Endpoint.Address": "test_endpoint_address",
        "ModifyDBInstance": "test_modify_db_instance", "CreateDBSnapshot": "test_create_db_snapshot",
        "DescribeDBEngineVersions": "test_describe_db_engine_versions",
        "DeleteDBInstance + final snapshot": "test_delete_db_instance_final_snapshot",
        "RDS deleting->gone": "test_delete_db_instance_final_snapshot",
        "final snapshot exists": "test_delete_db_instance_final_snapshot", "DeleteDBSnapshot": "test_delete_db_snapshot",
    },
    "rds-refuse": {
        "DescribeDBInstances missing": "test_describe_db_instances_missing",
        "subnet group single AZ": "test_subnet_group_single_az", "duplicate DB": "test_duplicate_db",
        "duplicate subnet group": "test_duplicate_subnet_group",
        "DeleteDBSubnetGroup in use": "test_delete_db_subnet_group_in_use",
        "DeleteDBInstance no snapshot id": "test_delete_db_instance_no_snapshot_id",
        "DeleteDBInstance deletion protection": "test_delete_db_instance_deletion_protection",
        "short master password": "test_short_master_password",
    },
    "cloudmap": {
        "CreatePrivateDnsNamespace": "test_create_private_dns_namespace",
        "namespace id from op": "test_create_private_dns_namespace", "CreateService sd": "test_create_service",
        "DeleteService sd": "test_delete_service_with_instances", "GetNamespace missing": "test_get_namespace_missing",
        "namespace op ->SUCCESS": "test_create_private_dns_namespace",
        "namespace makes private hosted zone": "test_namespace_makes_private_hosted_zone",
        "duplicate service sd": "test_duplicate_service_sd",
        "DeleteNamespace with service": "test_delete_namespace_with_service",
        "DeleteNamespace": "test_namespace_makes_private_hosted_zone",
    },
}
MADE = "test_emulator_rows_made"


def rows():
    """The rows of part 4 by section; the test is skipped, loudly, where the comparison is not at hand."""
    if not FILE.exists():
        reason = f"the comparison of emulators is not at {FILE}: it was NOT checked that every row has a test"
        if os.environ.get("ASHORE_REQUIRE_ALL"):
            pytest.fail(reason)
        warnings.warn(reason)
        pytest.skip(reason)
    part = re.search(r"^## 4\..*?(?=^## 5\.)", FILE.read_text(), re.M | re.S).group()
    found = {}
    for section in re.split(r"^### ", part, flags=re.M)[1:]:
        name, body = section.split("\n", 1)
        right = re.findall(r"^ok in all four: (.*)$", body, re.M)
        table = re.findall(r"^\| (.*?) \|", body, re.M)
        checks = [check for line in right for check in line.split(", ")] + [row for row in table if row != "check"]
        found[name] = [re.sub(r" \[AWS: .*\]$", "", check) for check in checks]
    return found


def test_every_row_has_a_test_or_a_reason():
    found = rows()
    assert sum(len(checks) for checks in found.values()) > 250
    for section, checks in found.items():
        if section not in ABSENT_SERVICES:
            known = {**ROWS[section], **ABSENT.get(section, {})}
            assert sorted(known) == sorted(checks), section


def test_what_the_twin_is_said_not_to_have_it_has_not(twin):
    has = twin.control("GET", "version")["operations"]
    assert not set(ABSENT_SERVICES.values()) & set(has)
    every = {operation for operations in has.values() for operation in operations}
    for section, absent in ABSENT.items():
        # Two services have an operation of the same name: a section that is named after one means that one's.
        assert not set(absent.values()) & set(has.get(section, every)), section


@pytest.mark.parametrize("section", ROWS)
def test_every_test_that_is_named_is_there(section):
    for row, tests in ROWS[section].items():
        for test in tests.split():
            file, _, name = test.rpartition(":")
            files = [file] if file else [FILES[section], MADE]
            text = "".join((HERE / f"{each}.py").read_text() for each in files)
            assert f"\ndef {name}(" in text, f"{row}: {test}"
