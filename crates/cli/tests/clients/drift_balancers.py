"""Rows of what only several balancers have: a login, a web ACL, a second target group, a network balancer."""

from alter import Row, their_balanced_targets, their_revision

ISSUER = "https://id.example.com"
MANIFEST = f"""
app = "balanced"
region = "eu-central-1"
dns = {{ provider = "cloudflare", zone = "example.com" }}

[balancers.public]
idle_timeout = "2m"
protect = true
waf = "WEB_ACL"

[balancers.network]
cross_zone = true

[services.web]
image = "nginx:1.29"
port = 80
hostname = "balanced.example.com"
balancer = ["public", "internal"]
sticky = true

[services.web.login]
issuer = "{ISSUER}"
authorization_endpoint = "{ISSUER}/authorize"
token_endpoint = "{ISSUER}/token"
userinfo_endpoint = "{ISSUER}/userinfo"
client_id = "balanced"
client_secret = {{ env = "OIDC_SECRET" }}

[services.db]
image = "postgres:18"
port = 5432
protocol = "tcp"
"""

PUBLIC, NETWORK = "ingress/load_balancer", "balancers.network/load_balancer"
RULE, SERVICE, WEB_ACL = "services.web/listener_rule", "services.web/service", "ingress/web_acl"
FIRST, SECOND = "services.web/target_group", "services.web/target_group[internal]"


def web_acl(sandbox, name):
    """Somebody's web ACL, made long enough ago to be associated with something."""
    quiet = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": name}
    made = sandbox.client("wafv2").create_web_acl(
        Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=quiet
    )
    sandbox.twin("POST", "advance", {"seconds": 60})
    return made["Summary"]["ARN"]


def manifest(sandbox):
    """The manifest for an account in which somebody has a web ACL."""
    return MANIFEST.replace("WEB_ACL", web_acl(sandbox, "ours"))


def row(address, field, alter, **more):
    return Row(address, field, alter, stack="balanced", **more)


def attribute(address, key, value):
    def alter(stack):
        arn = stack.out(address, "arn")
        stack.elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": value}]
        )

    return row(address, f"attributes.{key}", alter)


def unsticky(stack):
    stack.elbv2.modify_target_group_attributes(
        TargetGroupArn=stack.out(FIRST, "arn"), Attributes=[{"Key": "stickiness.enabled", "Value": "false"}]
    )


def actions(stack):
    """Those of the rule; the secret of the login stays the one that it has."""
    [there] = stack.elbv2.describe_rules(RuleArns=[stack.out(RULE, "arn")])["Rules"]
    login, forward = sorted(there["Actions"], key=lambda it: it["Order"])
    login["AuthenticateOidcConfig"]["UseExistingClientSecret"] = True
    return login, {"Type": "forward", "Order": 2, "TargetGroupArn": forward["TargetGroupArn"]}


def login(field, **members):
    def alter(stack):
        login, forward = actions(stack)
        login["AuthenticateOidcConfig"].update(members)
        stack.elbv2.modify_rule(RuleArn=stack.out(RULE, "arn"), Actions=[login, forward])

    return row(RULE, f"login.{field}", alter)


def nobody_logs_in(stack):
    _, forward = actions(stack)
    stack.elbv2.modify_rule(RuleArn=stack.out(RULE, "arn"), Actions=[forward])


def registered(field, change):
    """The second target group of the service is made another one, or registered otherwise."""

    def alter(stack):
        first, second = (
            {"targetGroupArn": stack.out(address, "arn"), "containerName": "web", "containerPort": 80}
            for address in (FIRST, SECOND)
        )
        given = change(stack)
        stack.ecs.update_service(
            cluster=stack.out(SERVICE, "cluster"),
            service=stack.out(SERVICE, "name"),
            taskDefinition=their_revision(stack, ("web", "other")),
            loadBalancers=[first, {**second, **given}],
        )

    return row(SERVICE, f"more_load_balancers.0.{field}", alter)


def elsewhere(stack):
    return {"containerName": "other", "containerPort": 81}


ROWS = [
    # aws.elb.load_balancer
    attribute(PUBLIC, "idle_timeout.timeout_seconds", "60"),
    attribute(PUBLIC, "deletion_protection.enabled", "false"),
    attribute(NETWORK, "load_balancing.cross_zone.enabled", "false"),
    # aws.elb.target_group
    row(FIRST, "attributes.stickiness.enabled", unsticky),
    # aws.elb.listener_rule
    login("issuer", Issuer="https://theirs.example.com"),
    login("authorization_endpoint", AuthorizationEndpoint=f"{ISSUER}/theirs"),
    login("token_endpoint", TokenEndpoint=f"{ISSUER}/theirs"),
    login("userinfo_endpoint", UserInfoEndpoint=f"{ISSUER}/theirs"),
    login("client_id", ClientId="theirs"),
    login("scope", Scope="openid email"),
    login("session_timeout_seconds", SessionTimeout=60),
    login("unauthenticated", OnUnauthenticatedRequest="allow"),
    row(RULE, "login", nobody_logs_in),
    # aws.ecs.service
    registered("target_group", lambda stack: {"targetGroupArn": their_balanced_targets(stack)}),
    registered("container", elsewhere),
    registered("port", elsewhere),
    # aws.wafv2.association
    row(
        WEB_ACL,
        "web_acl",
        lambda stack: stack.wafv2.associate_web_acl(
            ResourceArn=stack.out(WEB_ACL, "resource"), WebACLArn=web_acl(stack.sandbox, "theirs")
        ),
    ),
]

# What no row alters, and why.
UNALTERED = {
    ("aws.elb.listener_rule", "login.client_secret.secret"): "AWS tells nobody: what was sent last is remembered",
    ("aws.wafv2.association", "resource"): "associations are asked for by it: another balancer's is another one",
    ("aws.elb.load_balancer", "layer"): "a balancer cannot be made another sort: its ARN says which it is",
}
