//! The parameters of PostgreSQL that RDS lets one look at: those that people set. AWS lists some four hundred
//! [RDS user guide: parameters on your RDS for PostgreSQL DB instance; PostgreSQL documentation: server configuration].

/// A parameter of an engine.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    /// `integer`, `boolean`, `string`, `float` or `list`.
    pub(super) kind: &'static str,
    /// Takes effect without a restart.
    pub(super) dynamic: bool,
    /// `6-8388607`, `0,1`, or words; empty for anything.
    pub(super) allowed: &'static str,
    pub(super) modifiable: bool,
    /// What RDS sets it to; empty where the engine's own default holds.
    pub(super) default: &'static str,
    pub(super) description: &'static str,
}

/// The parameters of a family, in order of name.
pub(super) fn of(family: &str) -> impl Iterator<Item = Parameter> {
    // [RDS user guide: requiring SSL; on by default from version 15]
    let force_ssl = if family == "postgres14" { "0" } else { "1" };
    TABLE.lines().filter_map(move |line| {
        let mut cells = line.split('|');
        let (name, kind, apply) = (cells.next()?, cells.next()?, cells.next()?);
        let (allowed, default, description) = (cells.next()?, cells.next()?, cells.next()?);
        let default = if name == "rds.force_ssl" {
            force_ssl
        } else {
            default
        };
        Some(Parameter {
            name,
            kind,
            dynamic: apply.starts_with('d'),
            allowed,
            modifiable: !apply.ends_with('!'),
            default,
            description,
        })
    })
}

/// Name, type, `d`ynamic or `s`tatic (`!`: not modifiable), allowed values, RDS's value, description.
const TABLE: &str = "\
archive_timeout|integer|d!|0-2147483647|300|(s) Forces a switch to the next WAL file if a new file has not been started within N seconds.
autovacuum|boolean|d|0,1|1|Starts the autovacuum subprocess.
autovacuum_analyze_scale_factor|float|d|0-100|0.05|Number of tuple inserts, updates or deletes prior to analyze as a fraction of reltuples.
autovacuum_analyze_threshold|integer|d|0-2147483647||Minimum number of tuple inserts, updates or deletes prior to analyze.
autovacuum_max_workers|integer|s|1-262143|GREATEST({DBInstanceClassMemory/64371566592},3)|Sets the maximum number of simultaneously running autovacuum worker processes.
autovacuum_naptime|integer|d|1-2147483|15|(s) Time to sleep between autovacuum runs.
autovacuum_vacuum_cost_delay|float|d|-1-100||(ms) Vacuum cost delay in milliseconds, for autovacuum.
autovacuum_vacuum_cost_limit|integer|d|-1-10000|GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)|Vacuum cost amount available before napping, for autovacuum.
autovacuum_vacuum_scale_factor|float|d|0-100|0.1|Number of tuple updates or deletes prior to vacuum as a fraction of reltuples.
autovacuum_vacuum_threshold|integer|d|0-2147483647||Minimum number of tuple updates or deletes prior to vacuum.
checkpoint_completion_target|float|d|0-1|0.9|Time spent flushing dirty buffers during checkpoint, as fraction of checkpoint interval.
checkpoint_timeout|integer|d|30-86400||(s) Sets the maximum time between automatic WAL checkpoints.
client_encoding|string|d|||Sets the clients character set encoding.
client_min_messages|string|d|debug5,debug4,debug3,debug2,debug1,log,notice,warning,error,info|notice|Sets the message levels that are sent to the client.
data_directory|string|s!||/rdsdbdata/db|Sets the servers data directory.
datestyle|string|d|||Sets the display format for date and time values.
deadlock_timeout|integer|d|1-2147483647||(ms) Sets the time to wait on a lock before checking for deadlock.
default_statistics_target|integer|d|1-10000||Sets the default statistics target.
default_transaction_isolation|string|d|serializable,repeatable read,read committed,read uncommitted||Sets the transaction isolation level of each new transaction.
effective_cache_size|integer|d|1-2147483647|{DBInstanceClassMemory/16384}|(8kB) Sets the planners assumption about the size of the disk cache.
effective_io_concurrency|integer|d|0-1000||Number of simultaneous requests that can be handled efficiently by the disk subsystem.
hot_standby_feedback|boolean|d|0,1||Allows feedback from a hot standby to the primary that will avoid query conflicts.
huge_pages|string|s|on,off|{IF(GREATEST(DBInstanceClassMemory-2147483648,0),on,off)}|Reduces overhead when a DB instance is working with large contiguous chunks of memory.
idle_in_transaction_session_timeout|integer|d|0-2147483647|86400000|(ms) Sets the maximum allowed duration of any idling transaction.
idle_session_timeout|integer|d|0-2147483647||(ms) Sets the maximum allowed idle time between queries, when not in a transaction.
intervalstyle|string|d|postgres,postgres_verbose,sql_standard,iso_8601||Sets the display format for interval values.
lc_messages|string|d|||Sets the language in which messages are displayed.
lock_timeout|integer|d|0-2147483647||(ms) Sets the maximum allowed duration of any wait for a lock.
log_autovacuum_min_duration|integer|d|-1-2147483647|10000|(ms) Sets the minimum execution time above which autovacuum actions will be logged.
log_checkpoints|boolean|d|0,1|1|Logs each checkpoint.
log_connections|boolean|d|0,1||Logs each successful connection.
log_destination|string|d!|csvlog,stderr|stderr|Sets the destination for server log output.
log_disconnections|boolean|d|0,1||Logs end of a session, including duration.
log_duration|boolean|d|0,1||Logs the duration of each completed SQL statement.
log_error_verbosity|string|d|terse,default,verbose||Sets the verbosity of logged messages.
log_line_prefix|string|d!||%t:%r:%u@%d:[%p]:|Controls information prefixed to each log line.
log_lock_waits|boolean|d|0,1|1|Logs long lock waits.
log_min_duration_statement|integer|d|-1-2147483647||(ms) Sets the minimum execution time above which statements will be logged.
log_min_error_statement|string|d|debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic||Causes all statements generating error at or above this level to be logged.
log_min_messages|string|d|debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic||Sets the message levels that are logged.
log_rotation_age|integer|d|1-1440|60|(min) Automatic log file rotation will occur after N minutes.
log_statement|string|d|none,ddl,mod,all||Sets the type of statements logged.
log_temp_files|integer|d|-1-2147483647||(kB) Logs the use of temporary files larger than this number of kilobytes.
logical_decoding_work_mem|integer|d|64-2147483647||(kB) Maximum amount of memory to be used by logical decoding.
maintenance_work_mem|integer|d|1024-2147483647|GREATEST({DBInstanceClassMemory*1024/63963136},65536)|(kB) Sets the maximum memory to be used for maintenance operations.
max_connections|integer|s|6-262143|LEAST({DBInstanceClassMemory/9531392},5000)|Sets the maximum number of concurrent connections.
max_locks_per_transaction|integer|s|10-2147483647|64|Sets the maximum number of locks per transaction.
max_logical_replication_workers|integer|s|0-262143||Maximum number of logical replication worker processes.
max_parallel_maintenance_workers|integer|d|0-1024||Sets the maximum number of parallel processes per maintenance operation.
max_parallel_workers|integer|d|0-1024|GREATEST($DBInstanceVCPU/2,8)|Sets the maximum number of parallel workers that can be active at one time.
max_parallel_workers_per_gather|integer|d|0-1024||Sets the maximum number of parallel processes per executor node.
max_prepared_transactions|integer|s|0-262143|0|Sets the maximum number of simultaneously prepared transactions.
max_replication_slots|integer|s|0-262143|20|Sets the maximum number of replication slots that the server can support.
max_standby_streaming_delay|integer|d|-1-2147483647|30000|(ms) Sets the maximum delay before canceling queries when a hot standby server is processing streamed WAL data.
max_wal_senders|integer|s|0-262143|20|Sets the maximum number of simultaneously running WAL sender processes.
max_wal_size|integer|d|2-2147483647|4096|(MB) Sets the WAL size that triggers the checkpoint.
max_worker_processes|integer|s|0-262143|GREATEST($DBInstanceVCPU*2,8)|Sets the maximum number of concurrent worker processes.
min_wal_size|integer|d|2-2147483647|256|(MB) Sets the minimum size to shrink the WAL to.
password_encryption|string|d|md5,scram-sha-256||Encrypt passwords.
pg_stat_statements.max|integer|s|100-2147483647||Sets the maximum number of statements tracked by pg_stat_statements.
pg_stat_statements.track|string|d|none,top,all||Selects which statements are tracked by pg_stat_statements.
pgaudit.log|string|d|ddl,function,misc,read,role,write,none,all,-ddl,-function,-misc,-read,-role,-write||Specifies which classes of statements will be logged by session audit logging.
pgaudit.role|string|d|rds_pgaudit||Specifies the master role to use for object audit logging.
port|integer|s!|1-65535|{EndPointPort}|Sets the TCP port the server listens on.
random_page_cost|float|d|0-1.79769e+308||Sets the planners estimate of the cost of a nonsequentially fetched disk page.
rds.allowed_extensions|string|s||*|Specifies extensions RDS allows.
rds.force_admin_logging_level|string|d|disabled,debug5,debug4,debug3,debug2,debug1,log,notice,warning,error||See log messages for RDS admin user actions in customer databases.
rds.force_autovacuum_logging_level|string|d|disabled,debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic|WARNING|See log messages related to autovacuum operations.
rds.force_ssl|boolean|d|0,1|1|Force SSL connections.
rds.log_retention_period|integer|d|1440-10080|4320|Amazon RDS will delete PostgreSQL log that are older than N minutes.
rds.logical_replication|boolean|s|0,1|0|Enables logical decoding.
rds.rds_superuser_reserved_connections|integer|s|0-8388607|2|Sets the number of connection slots reserved for rds_superusers.
rds.restrict_password_commands|boolean|s|0,1||Restricts password-related commands to members of rds_password.
rds.superuser_variables|string|d!||session_replication_role|List of superuser-only variables for which we elevate rds_superuser modification statements.
search_path|string|d|||Sets the schema search order for names that are not schema-qualified.
seq_page_cost|float|d|0-1.79769e+308||Sets the planners estimate of the cost of a sequentially fetched disk page.
shared_buffers|integer|s|16-1073741823|{DBInstanceClassMemory/32768}|(8kB) Sets the number of shared memory buffers used by the server.
shared_preload_libraries|list|s|auto_explain,orafce,pgaudit,pglogical,pg_bigm,pg_cron,pg_hint_plan,pg_prewarm,pg_similarity,pg_stat_statements,pg_tle,pg_transport,plprofiler,plrust|pg_stat_statements|Lists shared libraries to preload into server.
ssl|boolean|s!|0,1|1|Enables SSL connections.
ssl_min_protocol_version|string|d|TLSv1,TLSv1.1,TLSv1.2,TLSv1.3|TLSv1.2|Sets the minimum SSL/TLS protocol version to use.
statement_timeout|integer|d|0-2147483647||(ms) Sets the maximum allowed duration of any statement.
superuser_reserved_connections|integer|s!|0-262143|3|Sets the number of connection slots reserved for superusers.
synchronous_commit|string|d|local,on,off|on|Sets the current transactions synchronization level.
tcp_keepalives_count|integer|d|0-2147483647||Maximum number of TCP keepalive retransmits.
tcp_keepalives_idle|integer|d|0-2147483647||(s) Time between issuing TCP keepalives.
tcp_keepalives_interval|integer|d|0-2147483647||(s) Time between TCP keepalive retransmits.
temp_buffers|integer|d|100-1073741823||(8kB) Sets the maximum number of temporary buffers used by each session.
temp_file_limit|integer|d|-1-2147483647||(kB) Limits the total size of all temporary files used by each process.
timezone|string|d||UTC|Sets the time zone for displaying and interpreting time stamps.
track_activities|boolean|d|0,1||Collects information about executing commands.
track_activity_query_size|integer|s|100-102400|4096|(B) Sets the size reserved for pg_stat_activity.query, in bytes.
track_counts|boolean|d|0,1||Collects statistics on database activity.
track_functions|string|d|none,pl,all|pl|Collects function-level statistics on database activity.
track_io_timing|boolean|d|0,1|1|Collects timing statistics on database IO activity.
update_process_title|boolean|d!|0,1|0|Updates the process title to show the active SQL command.
vacuum_cost_limit|integer|d|1-10000||Vacuum cost amount available before napping.
wal_buffers|integer|s|-1-262143||(8kB) Sets the number of disk-page buffers in shared memory for WAL.
wal_keep_size|integer|d|0-2147483647|2048|(MB) Sets the size of WAL files held for standby servers.
wal_receiver_timeout|integer|d|0-3600000|30000|(ms) Sets the maximum wait time to receive data from the primary.
wal_sender_timeout|integer|d|0-3600000|30000|(ms) Sets the maximum time to wait for WAL replication.
work_mem|integer|d|64-2147483647||(kB) Sets the maximum memory to be used for query workspaces.
";

impl Parameter {
    /// Whether RDS takes this value: formulas are taken as they are [RDS user guide: specifying DB parameters].
    pub(super) fn takes(&self, value: &str) -> bool {
        if self.allowed.is_empty() || is_formula(value) {
            return true;
        }
        match self.kind {
            "integer" | "float" => match value.parse::<f64>() {
                Ok(number) => {
                    self.has(number) && (self.kind == "float" || value.parse::<i64>().is_ok())
                }
                Err(_) => false,
            },
            "list" => value.is_empty() || value.split(',').all(|word| self.names(word.trim())),
            _ if self.name == "pgaudit.log" => value.split(',').all(|word| self.names(word.trim())),
            _ => self.names(value),
        }
    }

    fn names(&self, word: &str) -> bool {
        let mut words = self.allowed.split(',');
        words.any(|known| known.eq_ignore_ascii_case(word))
    }

    /// `-1-100` begins at minus one.
    fn has(&self, number: f64) -> bool {
        let (sign, rest) = match self.allowed.strip_prefix('-') {
            Some(rest) => (-1.0, rest),
            None => (1.0, self.allowed),
        };
        let bounds = rest.split_once('-');
        let bounds = bounds.and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
        bounds.is_some_and(|(low, high): (f64, f64)| (sign * low..=high).contains(&number))
    }
}

fn is_formula(value: &str) -> bool {
    let functions = ["GREATEST(", "LEAST(", "SUM("];
    (value.starts_with('{') && value.ends_with('}'))
        || (functions.iter().any(|it| value.starts_with(it)) && value.ends_with(')'))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn every_row_is_read_and_takes_its_own_default() {
        let rows = super::TABLE.lines().count();
        assert_eq!(of("postgres17").count(), rows);
        for parameter in of("postgres17") {
            let takes = parameter.default.is_empty() || parameter.takes(parameter.default);
            assert!(takes, "{} {}", parameter.name, parameter.default);
        }
    }

    #[test]
    fn values() {
        for (name, value, fits) in [
            ("max_connections", "6", true),
            ("max_connections", "5", false),
            ("max_connections", "many", false),
            (
                "max_connections",
                "LEAST({DBInstanceClassMemory/9531392},100)",
                true,
            ),
            ("log_temp_files", "-1", true),
            ("log_temp_files", "-2", false),
            ("rds.force_ssl", "on", false),
            (
                "shared_preload_libraries",
                "pg_stat_statements,pgaudit",
                true,
            ),
            ("shared_preload_libraries", "nothing", false),
            ("log_statement", "DDL", true),
            ("work_mem", "64.5", false),
        ] {
            let parameter = of("postgres17").find(|it| it.name == name).expect(name);
            assert_eq!(parameter.takes(value), fits, "{name}={value}");
        }
    }
}
