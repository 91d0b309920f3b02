//! The attributes that there are: keys, defaults, values
//! [ELBv2 API: LoadBalancerAttribute, TargetGroupAttribute, ListenerAttribute].

use super::balancer::{Kind, LoadBalancer};
use super::target_group::TargetGroup;

/// A key, its default, and what it may be set to.
pub(super) type Row = (&'static str, &'static str, Values);

#[derive(Clone, Copy)]
pub(super) enum Values {
    Flag,
    Between(i64, i64),
    /// `off`, or a number within these bounds.
    OffOrBetween(i64, i64),
    /// Zero, or a number within these bounds.
    ZeroOrBetween(i64, i64),
    OneOf(&'static [&'static str]),
    Text,
    /// The one value that AWS allows.
    Only(&'static str),
}

const EVERY_BALANCER: &[Row] = &[
    ("access_logs.s3.bucket", "", Values::Text),
    ("access_logs.s3.enabled", "false", Values::Flag),
    ("access_logs.s3.prefix", "", Values::Text),
    ("deletion_protection.enabled", "false", Values::Flag),
    ("ipv6.deny_all_igw_traffic", "false", Values::Flag),
    ("zonal_shift.config.enabled", "false", Values::Flag),
];
pub(super) const APPLICATION_BALANCER: &[Row] = &[
    (
        "client_keep_alive.seconds",
        "3600",
        Values::Between(60, 604_800),
    ),
    ("connection_logs.s3.bucket", "", Values::Text),
    ("connection_logs.s3.enabled", "false", Values::Flag),
    ("connection_logs.s3.prefix", "", Values::Text),
    ("health_check_logs.s3.bucket", "", Values::Text),
    ("health_check_logs.s3.enabled", "false", Values::Flag),
    ("health_check_logs.s3.prefix", "", Values::Text),
    (
        "idle_timeout.timeout_seconds",
        "60",
        Values::Between(1, 4000),
    ),
    (
        "load_balancing.cross_zone.enabled",
        "true",
        Values::Only("true"),
    ),
    (
        "routing.http.desync_mitigation_mode",
        "defensive",
        Values::OneOf(&["monitor", "defensive", "strictest"]),
    ),
    (
        "routing.http.drop_invalid_header_fields.enabled",
        "false",
        Values::Flag,
    ),
    (
        "routing.http.preserve_host_header.enabled",
        "false",
        Values::Flag,
    ),
    (
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        "false",
        Values::Flag,
    ),
    (
        "routing.http.xff_client_port.enabled",
        "false",
        Values::Flag,
    ),
    (
        "routing.http.xff_header_processing.mode",
        "append",
        Values::OneOf(&["append", "preserve", "remove"]),
    ),
    ("routing.http2.enabled", "true", Values::Flag),
    ("waf.fail_open.enabled", "false", Values::Flag),
];
pub(super) const NETWORK_BALANCER: &[Row] = &[
    (
        "dns_record.client_routing_policy",
        "any_availability_zone",
        Values::OneOf(&[
            "any_availability_zone",
            "availability_zone_affinity",
            "partial_availability_zone_affinity",
        ]),
    ),
    ("load_balancing.cross_zone.enabled", "false", Values::Flag),
    (
        "secondary_ips.auto_assigned.per_subnet",
        "0",
        Values::Between(0, 7),
    ),
];

const EVERY_TARGET_GROUP: &[Row] = &[
    (
        "deregistration_delay.timeout_seconds",
        "300",
        Values::Between(0, 3600),
    ),
    (
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
        Values::OneOf(&["true", "false", "use_load_balancer_configuration"]),
    ),
    ("stickiness.enabled", "false", Values::Flag),
    (
        "target_group_health.dns_failover.minimum_healthy_targets.count",
        "1",
        Values::OffOrBetween(1, 1000),
    ),
    (
        "target_group_health.dns_failover.minimum_healthy_targets.percentage",
        "off",
        Values::OffOrBetween(1, 100),
    ),
    (
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
        "1",
        Values::Between(1, 1000),
    ),
    (
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
        "off",
        Values::OffOrBetween(1, 100),
    ),
];
const APPLICATION_TARGET_GROUP: &[Row] = &[
    (
        "load_balancing.algorithm.anomaly_mitigation",
        "off",
        Values::OneOf(&["on", "off"]),
    ),
    (
        "load_balancing.algorithm.type",
        "round_robin",
        Values::OneOf(&[
            "round_robin",
            "least_outstanding_requests",
            "weighted_random",
        ]),
    ),
    (
        "slow_start.duration_seconds",
        "0",
        Values::ZeroOrBetween(30, 900),
    ),
    ("stickiness.app_cookie.cookie_name", "", Values::Text),
    (
        "stickiness.app_cookie.duration_seconds",
        "86400",
        Values::Between(1, 604_800),
    ),
    (
        "stickiness.lb_cookie.duration_seconds",
        "86400",
        Values::Between(1, 604_800),
    ),
    (
        "stickiness.type",
        "lb_cookie",
        Values::OneOf(&["lb_cookie", "app_cookie"]),
    ),
];
const NETWORK_TARGET_GROUP: &[Row] = &[
    (
        "deregistration_delay.connection_termination.enabled",
        "false",
        Values::Flag,
    ),
    ("preserve_client_ip.enabled", "false", Values::Flag),
    ("proxy_protocol_v2.enabled", "false", Values::Flag),
    (
        "stickiness.type",
        "source_ip",
        Values::OneOf(&["source_ip"]),
    ),
    (TERMINATES_UNHEALTHY, "true", Values::Flag),
    (
        "target_health_state.unhealthy.draining_interval_seconds",
        "0",
        Values::Between(0, 360_000),
    ),
];

const RESPONSE_HEADERS: &[Row] = &[
    (
        "routing.http.response.access_control_allow_credentials.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.access_control_allow_headers.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.access_control_allow_methods.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.access_control_allow_origin.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.access_control_expose_headers.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.access_control_max_age.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.content_security_policy.header_value",
        "",
        Values::Text,
    ),
    ("routing.http.response.server.enabled", "true", Values::Flag),
    (
        "routing.http.response.strict_transport_security.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.x_content_type_options.header_value",
        "",
        Values::Text,
    ),
    (
        "routing.http.response.x_frame_options.header_value",
        "",
        Values::Text,
    ),
];
const REQUEST_HEADERS: &[Row] = &[
    (
        "routing.http.request.x_amzn_mtls_clientcert.header_name",
        "X-Amzn-Mtls-Clientcert",
        Values::Text,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name",
        "X-Amzn-Mtls-Clientcert-Issuer",
        Values::Text,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name",
        "X-Amzn-Mtls-Clientcert-Leaf",
        Values::Text,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name",
        "X-Amzn-Mtls-Clientcert-Serial-Number",
        Values::Text,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_subject.header_name",
        "X-Amzn-Mtls-Clientcert-Subject",
        Values::Text,
    ),
    (
        "routing.http.request.x_amzn_mtls_clientcert_validity.header_name",
        "X-Amzn-Mtls-Clientcert-Validity",
        Values::Text,
    ),
    (
        "routing.http.request.x_amzn_tls_cipher_suite.header_name",
        "X-Amzn-Tls-Cipher-Suite",
        Values::Text,
    ),
    (
        "routing.http.request.x_amzn_tls_version.header_name",
        "X-Amzn-Tls-Version",
        Values::Text,
    ),
];
const TCP_LISTENER: &[Row] = &[("tcp.idle_timeout.seconds", "350", Values::Between(60, 6000))];

pub(super) fn of_balancer(balancer: &LoadBalancer) -> Vec<Row> {
    let own = match balancer.kind {
        Kind::Application => APPLICATION_BALANCER,
        Kind::Network => NETWORK_BALANCER,
    };
    let mut rows = [EVERY_BALANCER, own].concat();
    if !balancer.internet_facing {
        set_default(&mut rows, "ipv6.deny_all_igw_traffic", "true");
    }
    rows
}

/// Some defaults of network groups follow from protocol and sort of targets [ELBv2 API: TargetGroupAttribute].
pub(super) fn of_target_group(group: &TargetGroup) -> Vec<Row> {
    if group.is_http() {
        return [EVERY_TARGET_GROUP, APPLICATION_TARGET_GROUP].concat();
    }
    let mut rows = [EVERY_TARGET_GROUP, NETWORK_TARGET_GROUP].concat();
    if group.target_type != "ip" || group.is_udp() {
        set_default(&mut rows, "preserve_client_ip.enabled", "true");
    }
    if group.is_udp() {
        set_default(
            &mut rows,
            "deregistration_delay.connection_termination.enabled",
            "true",
        );
        set_default(&mut rows, TERMINATES_UNHEALTHY, "false");
    }
    rows
}

/// Whether connections to unhealthy targets are ended.
pub(super) const TERMINATES_UNHEALTHY: &str =
    "target_health_state.unhealthy.connection_termination.enabled";

fn set_default(rows: &mut [Row], key: &str, default: &'static str) {
    for row in rows.iter_mut().filter(|(known, ..)| *known == key) {
        row.1 = default;
    }
}

/// Only flows of TCP have a timeout that can be set: those of TLS end after 350 s, those of UDP after 120
/// [NLB user guide: idle timeout]. terraform-provider-aws 5.100 does not even ask for the attributes of TLS listeners.
pub(super) fn of_listener(protocol: &str) -> Vec<Row> {
    match protocol {
        "HTTP" => RESPONSE_HEADERS.to_vec(),
        "HTTPS" => [REQUEST_HEADERS, RESPONSE_HEADERS].concat(),
        "TCP" | "TCP_UDP" => TCP_LISTENER.to_vec(),
        _ => Vec::new(),
    }
}
