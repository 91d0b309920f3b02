//! Every rule about a manifest, with the code that names it for ever.
//!
//! A code is never given to another rule, and a rule never gets another code: people search for them,
//! and scripts look at them. New ones take the next free number of their group.

use std::fmt;

use crate::diagnostic::Severity;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $explanation:literal)*) => {
        /// The stable name of one rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it is printed: `E` stops the command, `W` does not.
            pub const fn id(self) -> &'static str {
                match self { $(Code::$name => $id,)* }
            }

            /// The rule in one line.
            pub const fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }

            /// The rule, its reason, and what to do, in a few sentences.
            pub const fn explanation(self) -> &'static str {
                match self { $(Code::$name => $explanation,)* }
            }
        }
    };
}

impl Code {
    /// Does this rule stop the command?
    pub fn severity(self) -> Severity {
        if self.id().starts_with('W') {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    /// The code of this name, in either case.
    pub fn find(id: &str) -> Option<Code> {
        Code::ALL
            .iter()
            .copied()
            .find(|code| code.id().eq_ignore_ascii_case(id))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

codes! {
    // The document: E0101 to E0109.
    MalformedToml "E0101" "the file is not TOML"
        "The text breaks a rule of TOML itself, so nothing in it can be read with certainty and nothing else is \
         checked. The usual causes are a missing quote, a key written twice, and a list or inline table that is \
         not closed."
    UnknownKey "E0102" "a key that a manifest does not have"
        "A key that nothing reads is most often a typing mistake, and to skip it in silence would deploy \
         something other than what you meant. Correct the spelling, move the key to the section that it belongs \
         in, or take it out."
    WrongType "E0103" "a value of the wrong type"
        "The key is right, but its value is of another type, such as a number where text is wanted. Environment \
         variables and tags are always text: write PORT = \"8080\", not PORT = 8080."
    MissingKey "E0104" "a key that must be there is not"
        "There is no default for this key, because every guess would be wrong for somebody. A manifest needs an \
         app, a region and at least one service; a service needs an image."
    NotSupportedYet "E0105" "known, but not supported by this version"
        "The spelling is right and the section, key or value is part of the manifest format, but this version \
         cannot act on it yet. It is refused rather than skipped, so that nothing you wrote is lost in silence."
    NotAChoice "E0106" "a value that is not one of the choices"
        "The key takes one of a few words, which the message lists. Words of other tools are not read: what they mean \
         elsewhere may differ in the details."
    OutOfRange "E0107" "a number outside its range"
        "The number is smaller or larger than AWS accepts for it; the message has the bounds. A port goes from 1 \
         to 65535, thresholds of a health check from 2 to 10, zones from 2 to 6, a count up to 5000."
    UnsupportedVersion "E0108" "a manifest format that this version does not know"
        "The key `version` names the format of the file, not the version of your app. This version reads format \
         1. Nothing else was checked, because another format may have other rules."
    NoEffect "E0109" "a key that has no effect here"
        "Something else in the manifest leaves the key nothing to do. A service without a port has no load balancer, one \
         without a hostname no DNS record; only Cloudflare has a proxy; somebody else's network is not ours to shape. Add \
         what is missing, or take the key out."

    // Names and places: E0110 to E0119.
    BadName "E0110" "a name that cannot be used"
        "Names become part of the names of AWS resources, and a load balancer's is cut at 32 characters of letters, \
         digits and hyphens. So a name starts with a lower-case letter, goes on with at most 20 lower-case \
         letters, digits and hyphens, and does not end with a hyphen. An app cannot be called `internal` or `sg`, \
         or start with these and a hyphen: load balancers refuse names that start with `internal-`, security \
         groups those that start with `sg-`."
    BadRegion "E0111" "not an AWS region"
        "A region is written as AWS writes it, such as eu-central-1: an area, a direction, a number. A region that \
         is newer than this version but is spelled like one is accepted with a warning."

    UnknownEnvironment "E0112" "an environment that the manifest does not have"
        "A manifest without `[environments]` is for every environment. One that lists some means these, and \
         `production`, which is the default; any other would be a second stack without the settings that you meant. \
         Correct the name, or write a section for it, which may be empty."
    UnknownVariable "E0113" "a variable without a value"
        "In any text, `${env:NAME}` is an environment variable of whoever runs Ashore, `${git:sha}` the commit that is \
         checked out, and `${param:NAME}` one of `[params]`. What has no value is refused, because an empty text in its \
         place would deploy something else. Write `$${` for a plain `${`."
    UnknownParam "E0114" "a param that the manifest does not have"
        "A value was given with --param for a name that `[params]` does not list. Nothing would have read it. Correct \
         the name, or write a section for it: [params.NAME]."
    MissingParam "E0115" "a param without a value"
        "The param has no default and no value was given. Give it one: --param NAME=VALUE."
    SecretParam "E0116" "a secret param where anybody could read it, or the other way round"
        "What stands in a text of the manifest ends up in the state, in plans and in task definitions, and a default \
         in the manifest itself. So a param with `secret = true` has no default and cannot stand in a text: make it the \
         source of a secret, { param = \"NAME\" }. And only such a param can be the source of one."
    BadAccount "E0117" "not an AWS account"
        "An account is 12 digits, as text, without spaces or hyphens: account = \"123456789012\"."
    BadRole "E0118" "not a role to take on"
        "A role is named by its ARN, such as arn:aws:iam::123456789012:role/deploy, and lives in the account of its \
         environment."

    // DNS: E0120 to E0129.
    BadDomain "E0120" "not a domain name"
        "A domain name is a row of labels with dots between them; a label is letters, digits and hyphens, at most \
         63, and starts and ends with a letter or digit. Write it without scheme, port, path or final dot, and an \
         international name in its `xn--` form. A load balancer only matches names whose last label is letters, \
         and a certificate's first name has at most 64 characters."
    HostnameOutsideZone "E0121" "a hostname outside the zone"
        "The record and the certificate's validation record are made in the zone of `[dns]`, so the hostname must \
         be that zone or end with it."
    HostnameTwice "E0122" "one hostname twice"
        "A request for a hostname goes to one service, so a name stands once among all hostnames and aliases."
    HostnameWithoutDns "E0123" "a hostname, but no `[dns]`"
        "A hostname needs a record, and HTTPS a certificate that is validated by another. Say who serves the zone: \
         dns = { provider = \"cloudflare\", zone = \"example.com\" }."
    HostnameWithoutPort "E0124" "a hostname, but no port"
        "The load balancer must know which port of the container to send requests to. Images often listen on 80, \
         8080 or 3000; no default would be right."
    SecondPlainHttp "E0125" "two services without a hostname on one load balancer"
        "A service with a port and no hostname is reached over plain HTTP at the load balancer's own name, and \
         there is one such name. Give all but one of them a hostname, or take away the port of those that serve \
         nobody."

    TooManyNames "E0126" "more names than a certificate has"
        "All hostnames and aliases of a manifest are in one certificate, and a certificate has at most 10 names. \
         Split the app, or use a certificate of your own: [existing] certificate."

    // The network: E0130 to E0139.
    BadCidr "E0130" "not an address range"
        "An address range is an IPv4 network and the length of its prefix, such as 10.0.0.0/16, with no bits set \
         after the prefix. AWS would cut off the extra bits without a word, and the manifest would then say \
         something other than what is there."
    CidrSize "E0131" "an address range that is too large or too small"
        "AWS allows a VPC from /16 to /28 and a subnet likewise. A load balancer wants subnets of at least /27 and \
         there are at least two, so here a VPC goes from /16 to /26 and a subnet from /16 to /27. All zones' subnets \
         must fit into the VPC."
    CidrReserved "E0132" "an address range that no network can have"
        "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 and everything from 224.0.0.0 up have a meaning of their own. Use \
         a private range: 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
    SubnetCount "E0133" "as many subnets as zones, please"
        "There is one subnet for each zone. Write as many ranges as there are zones, or leave out `azs`, which \
         then follows from the list."
    SubnetOutside "E0134" "a subnet outside the network"
        "A subnet is a part of the VPC, so its range must lie inside `network.cidr`, which is 10.0.0.0/16 where it is \
         not written."
    SubnetsOverlap "E0135" "two subnets that overlap"
        "An address belongs to one subnet, so no two ranges may share one."

    BadExisting "E0136" "not the name of something that exists"
        "What somebody else owns is named as AWS names it: a VPC, subnets and security groups by id, a cluster and a \
         load balancer by name or ARN, a listener and a certificate by ARN. All of it is in the region of the manifest."
    ExistingAlone "E0137" "something that exists, without what it needs"
        "A VPC needs the subnets that tasks run in, subnets and security groups the VPC that they belong to, a load \
         balancer the VPC in which it can reach tasks, a listener its load balancer. A load balancer that is made needs \
         subnets in two zones."
    ListenerWithoutHostname "E0138" "a service without a hostname on somebody else's listener"
        "A service without a hostname is what a load balancer answers with by default, and on a listener that \
         somebody else owns that is not ours to change. Give it a hostname, or take away its port."

    TooManyExisting "E0139" "more subnets or security groups than a service can have"
        "ECS takes at most 16 subnets and 5 security groups for a service. Name those that matter."

    // The container: E0140 to E0159.
    BadImage "E0140" "not an image reference"
        "An image is written as `docker pull` takes it: [registry/]name[:tag][@sha256:digest]. The name is \
         lower-case, a tag has at most 128 characters, a digest is sha256 and 64 hexadecimal digits, and ECS takes \
         at most 255 characters before the digest."
    BadCpu "E0141" "not a size of cpu"
        "Fargate sells 0.25, 0.5, 1, 2, 4, 8 and 16 vCPU. Up to 16 a number means vCPU, from 128 it means CPU units, \
         of which 1024 are one vCPU; in between it could be either, and is refused."
    BadSize "E0142" "not an amount of memory or disk"
        "An amount has a unit, MiB or GiB, and is text: \"512MiB\", \"2GiB\". AWS counts in these, even where it \
         prints GB. Memory is a whole number of MiB, disk a whole number of GiB."
    FargateSize "E0143" "a size that Fargate does not sell"
        "Not every amount of memory goes with every cpu: 0.25 vCPU has 512MiB, 1GiB or 2GiB, 1 vCPU has 2GiB to \
         8GiB, and so on. The message offers the sizes nearest to what you wrote; leave out either of the two and \
         the least that fits is taken."
    StorageSize "E0144" "disk outside what Fargate offers"
        "A task on Fargate has 20GiB of disk, which is included, or 21GiB to 200GiB, which is billed."
    BadDuration "E0145" "not a duration"
        "A duration is a whole number and a unit, as text: \"30s\", \"5m\", \"1h\", \"30d\"."
    DurationRange "E0146" "a duration outside its range"
        "AWS sets bounds to each duration; the message has them. A container has 2s to 120s to stop, a health check \
         an interval of 5s to 300s and a timeout of 2s to 120s."
    LogRetention "E0147" "logs cannot be kept for that long exactly"
        "CloudWatch Logs keeps logs for one of a list of numbers of days (1, 3, 5, 7, 14, 30, 60, 90, …, 3653), or \
         forever. The message has the nearest."
    EmptyWord "E0148" "an empty program"
        "The first word of an entrypoint is the program to run and cannot be empty. To use the image's own, leave the \
         key out."

    TaskShares "E0149" "sidecars that leave nothing for the service"
        "A sidecar's cpu and memory are shares of the task's. Together they must be less than the task has, or nothing \
         is left for the service's own container. The message offers sizes that are enough."
    ContainerTwice "E0150" "two containers of one name"
        "The service's own container has the name of the service, and each container of a task its own. Call the \
         sidecar something else."
    PortTwice "E0151" "two containers of a task on one port"
        "All containers of a task share one network address, so each port can be listened on by one of them."
    DependsOnUnknown "E0152" "waiting for a container that is not there"
        "A container can wait for others of its task: the sidecars, by their names, and the service's own, by the name \
         of the service."
    DependsOnCircle "E0153" "containers that wait for each other"
        "Each container of the circle waits for the next one, so none would ever start. Take one of the waits out."
    DependsOnNever "E0154" "waiting for what never comes"
        "A container that is essential ends the task when it ends, so nobody can wait for its end; one without a health \
         check never counts as healthy. ECS refuses both."
    DeployStuck "E0155" "a rollout that could never move"
        "While tasks are replaced, at least `minimum_healthy` percent of `count` run, rounded up, and at most `maximum` \
         percent, rounded down. Where no task more may start and none less may run, ECS waits for ever."

    TooManyContainers "E0156" "more containers than a task can have"
        "A task has at most 10 containers: the service's own and 9 sidecars. AWS raises this for nobody."
    ScaleBounds "E0157" "more tasks at least than at most"
        "Application Auto Scaling keeps the number of tasks between `min` and `max`; `max` cannot be the smaller one."
    ScaleByNothing "E0158" "a number of tasks that follows nothing"
        "`scale` wants at least one thing to follow: `cpu`, `memory`, `queue_depth`, `requests_per_target` where there is \
         a load balancer to count requests, or times in `schedule`. A number of tasks that stays as it is, is `count`."

    // The health check: E0160 to E0169.
    HealthPath "E0160" "not a path to check"
        "The path starts with a slash, has at most 1024 characters and contains neither spaces nor a fragment. It is only the path: host and port are known."
    HealthMatcher "E0161" "not a set of answers"
        "A matcher is codes and ranges with commas between them, each from 200 to 499, such as \"200-299\" or \
         \"200,301-302\". A load balancer takes no others for HTTP."
    HealthTimeout "E0162" "a health check that outlasts its interval"
        "Each check must be over before the next one starts, so `timeout` is shorter than `interval`."

    HealthCommand "E0163" "a health check that runs nothing"
        "The command of a container's health check is a list of words, such as [\"CMD-SHELL\", \"curl -f \
         http://localhost/\"]. CMD-SHELL takes one line for the container's shell; without such a first word the \
         words are run as they are."

    ImageAndBuild "E0164" "an image and a build"
        "A service runs one image: the one that `image` names, or the one that `build` makes. With both, nobody could \
         tell which one you mean."
    BadBuild "E0165" "not something to build"
        "`build` names a folder of this machine, or is a table with it: `context`, `dockerfile`, `target`, `args`, \
         `platform`, `repository`. Paths are those of files, not URLs. The platform is that of the service's `arch`, or a \
         variant of it: an image for another processor would fail with \"exec format error\" as soon as it starts."
    UnknownRepository "E0166" "a repository that the manifest does not have"
        "An image, or what a build is pushed to, is named by one of `[repositories]`. Correct the name, or write a section \
         for it: [repositories.NAME]. Images of any other registry are named as `docker pull` takes them."
    BadRepository "E0167" "somebody, or a key, that a repository cannot have"
        "Who may push or pull is `account` for everybody in the stack's own account, the twelve digits of another one, or \
         the ARN of a role or user; nobody can give it to the whole world. A key is named by its ARN: an alias would be \
         answered as the key that it stands for, and differ for ever."

    // Environment variables and tags: E0170 to E0189.
    EnvName "E0170" "not the name of an environment variable"
        "A name starts with a letter or underscore and goes on with letters, digits, underscores, dots and \
         hyphens. An equals sign or a space would end up in the value, or nowhere."
    EnvValue "E0171" "a value that no environment variable can have"
        "The operating system ends a value at the first NUL character, so there can be none in it."
    SecretSource "E0172" "a secret that does not come from one place"
        "A secret's value is never in the manifest: it says where the value lives or comes from, in one way. Somebody else \
         keeps it (`secret`, `ssm`), it is made (`generate`), or it is given when the command is run (`env`, `param`; a \
         password also `prompt`)."
    BadSecretName "E0173" "not the name of a secret"
        "A secret in Secrets Manager is named by its name or ARN, a parameter of Systems Manager by its name, which \
         starts with a slash if it has levels, or its ARN. A `key` is the name of a member of the secret's JSON object."
    SecretAndEnv "E0174" "a variable that is a secret too"
        "ECS refuses a container that has a name among its variables and among its secrets. Take one of the two out. Only \
         from one section to another one wins: a service's own word over what all services share."
    BadRegistry "E0175" "not a registry"
        "A registry is the host that its images start with, with its port if that is not 443, and `docker.io` for \
         Docker Hub. ECR needs no password: tasks are known there by their role."
    BadTag "E0180" "not a tag"
        "A tag's key has 1 to 128 characters, its value at most 256, and both are letters, digits, spaces and \
         + - = . _ : / @."
    ReservedTag "E0181" "a tag that is somebody else's"
        "Keys that start with `aws:` belong to AWS, which refuses them; those that start with `ashore:` are how \
         Ashore knows its own, and nobody else may set them."
    TooManyTags "E0182" "too many tags"
        "A resource can have 50 tags, and Ashore needs 10 of them for its own marks and a name."

    // Permissions: E0190 to E0199.
    BadAction "E0190" "not an action, or all of them"
        "An action is a service and what is done there, such as s3:GetObject, with wildcards in the second part: s3:Get*. \
         All actions of all services are refused: a container that can do everything owns the account."
    BadResource "E0191" "not what an action can be done to"
        "A resource is an ARN, with wildcards where you like, or * for everything."
    TooManyPermissions "E0192" "more permissions than a role has room for"
        "All that a service's code may do stands in its task role, and IAM takes 10,240 characters there, white space not \
         counted. AWS raises this for nobody. Put several resources or actions into one with a wildcard."

    // Data, and what uses it: E0810 to E0819.
    UnknownUse "E0810" "something used that the manifest does not have"
        "What a service uses is named as it is in its own section of the same manifest: `uses = [\"db\"]` goes with \
         [databases.db]. What somebody else owns is reached by `permissions`, `env` and `secrets`."
    TwoOfOneName "E0811" "two things of one name"
        "`uses` and `volumes` of a service name things by their name alone, so that no two of them can have the same, \
         whatever sections they are in. Give one of them another name."
    DatabaseVersion "E0812" "a version that no database has"
        "RDS offers majors of PostgreSQL for as long as the community supports them. Name a major, and AWS chooses the \
         minor and keeps it up to date; or a minor, which is then the least."
    DatabaseClass "E0813" "not a class of databases"
        "A class is `db.`, a family and a size: db.t4g.micro is the smallest, db.m7g.large the first for steady load. \
         Families of the first years cannot be made any more."
    DatabaseStorage "E0814" "a size of storage that no database has"
        "Storage of a database is whole GiB, from 20 to 65,536. `max`, to which it grows by itself, is a tenth above the \
         size at the least; with both the same it does not grow."
    DatabaseWindow "E0815" "not a window of time"
        "The daily backup has a window such as 01:00-01:30, AWS's own work a weekly one such as sun:02:00-sun:02:30. Both \
         are in UTC, half an hour at the least, and apart from each other."
    DatabaseName "E0816" "not a name in a database"
        "Names of databases and users are letters, digits and underscores with a letter first, at most 63, and none of the \
         words that PostgreSQL or RDS has for itself."
    SameVariable "E0817" "two things of one variable"
        "A service that uses a database gets its address in the variable that `inject` names, and that of a bucket or queue in \
         a variable with its name. Give the database an `inject` that nothing else has."
    BadVolume "E0818" "a volume that cannot be so"
        "Files go to cheaper storage after a number of days that EFS offers; the directory that is mounted is not the root, \
         which belongs to the administrator; and a path in a container starts with a slash."
    UnknownVolume "E0819" "a volume that the manifest does not have"
        "A service mounts a volume by the name of its section: volumes = { \"/var/uploads\" = \"uploads\" } goes with \
         [volumes.uploads]."
    // Network: E0193 to E0199.
    ImageOutOfReach "E0193" "an image that no way leads to"
        "In the layout `private-endpoints` tasks reach the services of AWS that have an endpoint in the network, and nothing \
         else. So their images are in ECR, in the region of the app. ECR can keep copies of images of other registries \
         (pull through cache rules)."

    // Raw definitions: E0860 to E0869.
    RawUnreadable "E0860" "a definition that cannot be read"
        "`task_definition` and `service_definition` name files beside the manifest. Each holds one JSON object, as the AWS \
         CLI takes it with --cli-input-json, in which no member stands twice."
    RawMember "E0861" "a member that a definition does not have"
        "The AWS CLI refuses a member that it does not know, and so does Ashore: it is most often a typing mistake, and to \
         skip it would run something other than what you meant. `ashore schema task-definition` and `ashore schema \
         service-definition` have every member."
    RawType "E0862" "a member of the wrong type"
        "The member is right, but its value is of another type than ECS takes, or none of the words that it knows there. \
         CPU and memory of a task are texts, those of a container numbers."
    RawMissing "E0863" "a member that must be there is not"
        "ECS refuses the definition without it, and there is nothing to guess: a container needs a name and an image, a load \
         balancer the container and the port that it sends requests to."
    RawPlaceholder "E0864" "a placeholder that nothing fills in"
        "Between `@@` and `@@` stands what Ashore fills in: @@TASKDEFINITION_ARN@@, @@TARGET_GROUP_ARN@@ and \
         @@CLUSTER_ARN@@ in a service definition, @@TASK_ROLE_ARN@@, @@EXECUTION_ROLE_ARN@@ and @@LOG_GROUP@@ in a task \
         definition, @@REGION@@ in both. A target group is there if the service has a `port`, or `existing.target_group` \
         names one. What comes from the environment is written ${env:NAME}."
    RawOurs "E0865" "a member that Ashore says itself"
        "A request's token and the tags by which Ashore knows its own are made for each request. ECS has acted at load \
         balancers by its service-linked role since 2018, and refuses any other beside that."
    RawMisfit "E0866" "two definitions that do not go together"
        "A service's load balancer sends requests to a container of its task definition, at a port that this maps; one is \
         what Ashore watches. Targets of a group that Ashore makes are addresses, which tasks of the network mode awsvpc \
         have. Secrets and logs take an execution role."
    RawAlone "E0867" "one definition without the other"
        "A service runs by a task definition and by a service definition, and both are files or none is."

    ParamRefused "E0868" "a value that a param does not allow"
        "A param says what its value may be: its type, a pattern, a few values, bounds, lengths. The value that was given \
         with --param, or the default, breaks one of these rules. The value of a secret param is not repeated."
    ParamRule "E0869" "a rule of a param that nothing can keep"
        "A pattern is a regular expression that all of the value fits; `min` and `max` bound numbers, `min_length` and \
         `max_length` texts, and the smaller one comes first."

    // Capacity: E0830 to E0839.
    CapacityMixed "E0830" "Fargate and EC2 in one service"
        "ECS places the tasks of one service on Fargate or on instances, never on both. On Fargate they can be mixed \
         between on demand and spot. Make two services of it if you need both."
    CapacityShares "E0831" "shares that give out no task, or begin twice"
        "`base` says how many tasks run somewhere before any others are given out, `weight` how many parts of the others \
         do. Somebody must have a weight, or there is nobody for the others, and ECS takes a base of one only."
    NoInstances "E0832" "a service on EC2, and no instances"
        "The instances are those of `[ec2]`: which types, and how many at most. That has no default, because it is what \
         bounds the bill."
    InstanceType "E0833" "not an instance type, or types of two processors"
        "A type is a family, a dot and a size, such as t4g.medium. A `g` behind the number of the generation stands for \
         Arm. All types are for one processor, because an image of a task runs on one."
    InstanceProcessor "E0834" "a task for another processor than the instances have"
        "`arch` says what the image is built for, x86_64 unless it is written, and the instances are of one kind. ECS would \
         never find a place for such a task."
    InstanceBounds "E0835" "more instances at least than at most"
        "The Auto Scaling group keeps the number of instances between `min` and `max`; `max` cannot be the smaller one."
    SshKey "E0836" "not a public key, or one for everybody"
        "An imported key is the public half of RSA or ED25519, as it stands in a .pub file; the private half is nobody's \
         business but its owner's. And SSH is let in from ranges that you name, never from the whole internet."
    UserData "E0837" "first-boot lines that cannot be run"
        "The lines are run by bash, as root, behind the settings by which the ECS agent joins the cluster. So they have no \
         first line of their own that names a program, and all of it together has at most 16 KB."
    DaemonWithoutInstances "E0838" "a daemon without instances of its own"
        "A daemon runs once on each instance. Fargate has none, and on ECS Managed Instances no service can say that it \
         runs on each of them."
    InstancePlace "E0839" "tasks on instances where they cannot be"
        "In public subnets an interface of a task's own gets no public address on an instance, so it has no way out; share \
         the instance's network, or use private subnets with NAT. ECS Managed Instances have no shared network. And \
         instances of ours join a cluster of ours only."

    // Load balancers: E0840 to E0849, and E0859.
    BadPath "E0840" "not a path that requests can be told apart by"
        "A path starts with a slash and is made of letters, digits and _ - . $ / ~ \" ' @ : + &, at most 126 of them, with \
         * for any number of characters and ? for one. A plain path is for itself and everything below it. A service that \
         is to get everything else has no path."
    PathTwice "E0841" "two services for the same requests"
        "Of two paths the more specific one wins: the one with more characters that stand for themselves. Where they have \
         as many and some requests fit both, nothing tells whose they are."
    BalancerUnknown "E0842" "a load balancer that the manifest does not have"
        "A service is behind `public`, `internal`, `network`, or one of `[balancers]`."
    BalancerUnfit "E0843" "a load balancer of the wrong sort"
        "A service that speaks HTTP is behind an application load balancer, which tells requests apart by host and path. One \
         that speaks TCP, UDP or TLS is behind a network load balancer, which tells connections apart by port. A classic one \
         takes all but UDP. Each balancer is named once."
    ListenTwice "E0844" "two services at one port of a load balancer"
        "A port of a network load balancer leads to one service, whatever its protocol. Let clients connect to another port \
         for one of them: `listen`."
    BadBalancer "E0845" "a setting that no load balancer takes"
        "A policy of TLS is `recommended`, `compatible`, `strict`, `fips`, or one of AWS's by its name. A web ACL is named by \
         its ARN and is a regional one. Logs go to a bucket, into a folder without slashes at its ends. Somebody must be \
         allowed to connect."
    LoginWithoutHttps "E0846" "a login without HTTPS"
        "Whoever logs in gets a cookie that only HTTPS keeps safe, and a load balancer asks for a login over nothing else. \
         Give the service a hostname."
    BadLogin "E0847" "a login that cannot be"
        "The four addresses of a provider are URLs that begin with https://; its `/.well-known/openid-configuration` has \
         them. The client has an id there, and `openid` is among what is asked."
    HealthUnfit "E0848" "a health check that does not go with the service"
        "A load balancer asks a service of HTTP by HTTP or HTTPS. It asks no service by datagram: one of UDP needs a port at \
         which something in the task takes connections of TCP, `health.port`."
    TlsWithoutHostname "E0849" "TLS without a hostname"
        "The load balancer shows a certificate, and that is made out to a name. Give the service a hostname, or let it speak \
         TLS by itself: protocol = \"tcp\"."

    ClassicUnfit "E0859" "more than a classic load balancer can do"
        "A classic load balancer sends what comes to a port to one port of all its instances, and knows nothing of tasks, \
         paths or logins. So it has one service, that service has no other balancer, and its tasks run on EC2 with network = \
         \"bridge\", one on an instance, each at its `port` there: one that the instance keeps for nobody else. ECS has no \
         circuit breaker behind it. Use type = \"application\" or \"network\" for whatever needs more."

    // Files, buckets and queues: E0820 to E0829.
    BadAssetPath "E0820" "not a path that files are reached by"
        "Files are reached below a path, which starts with a slash and ends with `/*`: \"/static/*\", or \"/*\" for all. \
         It is what the keys of the files in the bucket begin with, so that it has letters, digits and `-_.~` only."
    BadCache "E0821" "not a time for which a file may be kept"
        "How long a file may be kept is a time (\"10m\", \"1h\", \"30d\", \"1y\") or `none`, and after a comma `immutable` \
         or `private`. It becomes the `Cache-Control` header of every file of the folder."
    BadCors "E0822" "not a rule for pages of other sites"
        "An origin is scheme and host of a page, with one `*` at most: \"https://*.example.com\". S3 knows the methods GET, \
         HEAD, PUT, POST and DELETE here; OPTIONS is how a browser asks whether it may."
    BadFolder "E0823" "not a folder, or a file of one"
        "A folder is named from where the manifest lies, so that it is the same for whoever has checked the project out; the \
         `index` is a file in it, without a slash before it."
    // Workers, jobs and what happens at times: E0850 to E0859.
    NameTwice "E0850" "two things in tasks with one name"
        "A service, a worker and a job each name their log group, their task definition and their roles after themselves. \
         So no two of them can have the same name, whatever section they stand in."
    WorkerReached "E0851" "a worker that is reached"
        "A worker has no load balancer and no DNS record: nobody reaches it. What has a port or a hostname is a service, \
         and stands under [services]."
    BadSchedule "E0852" "not a schedule"
        "A schedule is cron(…) with six fields or rate(…), as EventBridge Scheduler has them, or the five fields of a \
         crontab. AWS cannot say a day of the month or a day of the week at once: one of the two is left open."
    BadTimezone "E0853" "not a time zone"
        "A time zone is named as the time zone database names it, such as Europe/Berlin, so that summer time is reckoned \
         with. Offsets like +01:00 and abbreviations like CET say nothing about summer."
    BadQueue "E0854" "not a queue"
        "A queue is one of [queues], by its name; or somebody else's, by its ARN, such as \
         arn:aws:sqs:eu-central-1:123456789012:orders, which lies in the region of the manifest."
    ScheduleOfNothing "E0855" "a time at which nothing changes"
        "From each time of `scale.schedule` on there are other bounds: `min`, `max` or both. A time without either would \
         change nothing."
    BadKey "E0856" "not a key"
        "A key of KMS is named by its ARN, arn:aws:kms:REGION:ACCOUNT:key/ID. An alias can lead to another key tomorrow, and \
         CloudWatch Logs does not take one."
    BadNotify "E0857" "nobody to tell"
        "Whoever is told of alarms is an e-mail address or an https:// URL, each once. AWS asks everyone named whether \
         they want it, and sends nothing before they say yes."
    CollectorName "E0858" "a container in the collector's place"
        "With `observability.tracing` each service and worker has a collector beside it: a container called `otel`, on \
         ports 4317 and 4318. Another container of that name, or on those ports, cannot stand in the same task."

    // Services that find each other: E0870 to E0879.
    DiscoveryPort "E0870" "a service that cannot be found so"
        "Other services find a service at a port that it listens on: its `port`, or one of its own for them. The proxies \
         of Service Connect lead to ports of TCP."
    UseCircle "E0871" "services that use each other"
        "A service that others find is there before those who use it. Where each of some services uses the next one, and \
         the last one the first, none of them can come first; a load balancer between two of them is there before both."
    ConnectOfJob "E0872" "a job that uses a service by Service Connect"
        "The proxy that leads to services of Service Connect stands beside the containers of services and workers. A task \
         that is started by the clock has none: what it uses is found by DNS."
    DiscoveryDomain "E0873" "not a domain for services"
        "Services that are found by DNS have their names in a domain of the network's own, which Cloud Map keeps in a zone \
         that nobody else may change. So it is not the network's private zone, though it may be below it."

    // Warnings.
    ProxiedTooDeep "W0101" "the proxy may have no certificate for this hostname"
        "Cloudflare's own certificate covers the zone and the names directly below it. A name that is deeper needs \
         a certificate of its own at Cloudflare, or browsers show an error. Turn `proxied` off, or order one there."
    ImageWithoutTag "W0102" "an image without a tag"
        "Without a tag, `latest` is meant, and what that is changes without notice. A release pins what it was at that \
         moment, so nothing breaks, but the manifest does not say what runs."
    UnknownRegion "W0103" "a region that this version has not heard of"
        "It is spelled like a region, so it is taken for a new one. If it is a typing mistake, the first call to AWS will \
         fail to find it."
    PublicCidr "W0104" "a network of public addresses"
        "The range is not one of those kept for private networks (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, \
         100.64.0.0/10). Tasks could not reach whoever owns these addresses on the internet."
    RegistryUnused "W0105" "a registry that no image comes from"
        "Nobody would use its credentials, so they are not kept. Most often the server is spelled otherwise in the \
         images: they start with it."
}
