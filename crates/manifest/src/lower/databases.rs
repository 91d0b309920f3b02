//! `[databases.*]`: a database, the subnets that it stands in, and who reaches it.

use std::collections::BTreeMap;

use ashore_engine::address::Address;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::db_instance::{self, DbInstance, Storage};
use ashore_providers::aws::db_parameter_group::DbParameterGroup;
use ashore_providers::aws::db_subnet_group::DbSubnetGroup;
use ashore_providers::aws::security_group::{Rule, SecurityGroup};
use ashore_providers::aws::subnet::Subnet;

use super::network::Network;
use super::uses::Grants;
use super::{LowerError, Lowering};
use crate::model::{Database, Name, Used};

/// Where PostgreSQL listens.
const PORT: u16 = 5432;
/// The one of RSA 2048, valid until 2061 [RDS user guide: certificate authorities].
const AUTHORITY: &str = "rds-ca-rsa2048-g1";

impl Lowering<'_> {
    pub(super) fn databases(&mut self, network: &Network) -> Result<(), LowerError> {
        if self.manifest.databases.is_empty() {
            return Ok(());
        }
        let subnets = self.data_subnets(network)?;
        for database in self.manifest.databases.values() {
            self.database(database, network, &subnets);
        }
        Ok(())
    }

    /// Subnets of databases alone. Without a route table of their own they have the VPC's first one, which leads nowhere
    /// but within.
    fn data_subnets(&mut self, network: &Network) -> Result<Vec<Input<String>>, LowerError> {
        let Some(wanted) = &self.manifest.network else {
            let existing = self.surroundings.existing.of_tasks();
            let zones: std::collections::BTreeSet<_> = existing.iter().map(|it| &it.zone).collect();
            if zones.len() < 2 {
                return Err(LowerError::DataZones(zones.len()));
            }
            return Ok(network.task_subnets.clone());
        };
        let zones = &self.surroundings.zones;
        let subnets = wanted.data_subnets.iter().zip(zones);
        let subnets = subnets.map(|(subnet, zone)| {
            let spec = Subnet {
                vpc: network.vpc.clone(),
                cidr: subnet.cidr.to_string(),
                zone: zone.clone(),
                ipv6: None,
                tags: self.named_tags(&format!("data-{}", subnet.key)),
            };
            let address = format!("network/data_subnet[{}]", subnet.key);
            self.graph.add(address.as_str(), &spec).get(Subnet::ID)
        });
        Ok(subnets.collect())
    }

    fn database(&mut self, database: &Database, network: &Network, subnets: &[Input<String>]) {
        let name = database.name.as_str();
        let at = |part: &str| of_database(name, part);
        let used = Used::Database(database.name.get().clone());
        let physical = self.rds_name(name);
        let group = DbSubnetGroup {
            name: physical.clone(),
            description: format!("Subnets of {used}"),
            subnets: subnets.to_vec(),
            tags: self.tags(),
        };
        let group = self.graph.add(at("subnet_group").as_str(), &group);
        let parameters = DbParameterGroup {
            name: physical.clone(),
            family: format!("postgres{}", major(&database.version)),
            description: format!("Parameters of {used}"),
            // By itself only of PostgreSQL 15 and later [RDS user guide: rds.force_ssl].
            parameters: [("rds.force_ssl".to_string(), "1".to_string())].into(),
            tags: self.tags(),
        };
        let parameters = self.graph.add(at("parameter_group").as_str(), &parameters);
        let reached = SecurityGroup {
            name: self.name(&format!("{name}-database"), 255),
            description: format!("Database {name}"),
            vpc: network.vpc.clone(),
            ingress: self.ingress_from_users(&used, PORT),
            egress: vec![Rule::all_out()], // AWS's own, and there is no way out
            tags: self.named_tags(&format!("{name}-database")),
        };
        let reached = self.graph.add(at("security_group").as_str(), &reached);
        let role = self.linked_role("rds", "rds.amazonaws.com");
        let (backup, maintenance) = night(&self.surroundings.names.region);
        let instance = self.graph.add(
            at("instance").as_str(),
            &DbInstance {
                name: physical,
                version: database.version.clone(),
                class: database.class.clone(),
                storage: Storage {
                    kind: database.storage_type.to_string(),
                    gib: database.storage.0,
                    max_gib: database.storage_max.map(|max| max.0),
                },
                multi_az: database.multi_az,
                database: database.database.clone(),
                user: database.user.clone(),
                managed_password: true,
                port: PORT,
                subnet_group: group.get(DbSubnetGroup::NAME_),
                parameter_group: parameters.get(DbParameterGroup::NAME_),
                security_groups: vec![reached.get(SecurityGroup::ID)],
                public: false,
                encrypted: true,
                backup_days: database.backup_days,
                backup_window: database.backup_window.clone().unwrap_or(backup),
                maintenance_window: database.maintenance_window.clone().unwrap_or(maintenance),
                minor_upgrades: true,
                tagged_snapshots: true,
                certificate_authority: AUTHORITY.to_string(),
                deletion_protection: database.protect,
                removal: database.removal,
                tags: self.tags(),
            },
        );
        // RDS makes the role by itself with the first database of an account, and may refuse that one
        // (failures.md 1.2).
        self.graph.after(
            &instance,
            &role,
            When::Named,
            "RDS acts in the account through its service-linked role",
        );
    }

    /// A name as RDS takes it: no two hyphens together [RDS API: CreateDBInstance].
    fn rds_name(&self, part: &str) -> String {
        let mut name = self.name(part, db_instance::NAME_MAX);
        while name.contains("--") {
            name = name.replace("--", "-");
        }
        name
    }

    /// How a container learns where the database is. The password goes from RDS's secret to the container and comes by
    /// nobody else.
    pub(super) fn use_database(&self, name: &Name, grants: &mut Grants) {
        let Some(database) = self.manifest.databases.get(name) else {
            return;
        };
        let address = of_database(name.as_str(), "instance");
        let ready = When::Ready;
        let host: Input<String> = DbInstance::ENDPOINT.of(&address, ready);
        let url = DbInstance::URL.of(&address, ready);
        let password: Input<String> = DbInstance::PASSWORD_FROM.of(&address, ready);
        let known = |text: &str| Input::Known(text.to_string());
        let port = PORT.to_string();
        let parts = [
            ("HOST", "PGHOST", host),
            ("PORT", "PGPORT", known(&port)),
            ("NAME", "PGDATABASE", known(&database.database)),
            ("USER", "PGUSER", known(&database.user)),
        ];
        let first = !grants.environment.contains_key("PGHOST");
        let mut environment = BTreeMap::from([(database.inject.clone(), url)]);
        let mut secrets = BTreeMap::from([(database.variable("PASSWORD"), password.clone())]);
        for (part, libpq, value) in parts {
            if first {
                environment.insert(libpq.to_string(), value.clone());
            }
            environment.insert(database.variable(part), value);
        }
        if first {
            environment.insert("PGSSLMODE".to_string(), known("require"));
            secrets.insert("PGPASSWORD".to_string(), password);
        }
        grants.environment.extend(environment);
        grants.secrets.extend(secrets);
        grants.reads.push(DbInstance::SECRET.of(&address, ready));
    }
}

/// The major of a version, with or without a minor.
fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

fn of_database(name: &str, part: &str) -> Address {
    Address::new(format!("databases.{name}/{part}"))
}

/// Half an hour of the region's night for backups, and another for AWS's own work. AWS chooses some of a block of eight
/// hours by chance; what is chosen here is the same every time.
fn night(region: &str) -> (String, String) {
    let begins = |prefix: &&(&str, u32)| region.starts_with(prefix.0);
    let hour = NIGHTS.iter().find(begins).map_or(1, |(_, hour)| *hour);
    let next = (hour + 1) % 24;
    (
        format!("{hour:02}:00-{hour:02}:30"),
        format!("sun:{next:02}:00-sun:{next:02}:30"),
    )
}

/// When it is about two in the morning there, in UTC; the longer beginning first. Europe and Africa are near to UTC.
const NIGHTS: [(&str, u32); 11] = [
    ("ap-northeast", 17),
    ("ap-southeast-2", 16),
    ("ap-southeast", 18),
    ("ap-south", 20),
    ("ap-", 17),
    ("ca-west", 9),
    ("me-", 22),
    ("sa-", 5),
    ("us-west", 10),
    ("us-gov-west", 10),
    ("us-", 7),
];

#[cfg(test)]
mod tests {
    use super::night;

    #[test]
    fn windows_stand_in_the_night_and_apart() {
        for (region, backup, maintenance) in [
            ("eu-central-1", "01:00-01:30", "sun:02:00-sun:02:30"),
            ("ap-southeast-2", "16:00-16:30", "sun:17:00-sun:17:30"),
            ("us-east-1", "07:00-07:30", "sun:08:00-sun:08:30"),
        ] {
            let windows = (backup.to_string(), maintenance.to_string());
            assert_eq!(night(region), windows, "{region}");
        }
    }
}
