//! Looks at a server, and says what of it will not do.

use serde::Deserialize;
use sternway_store::{Cause, StoreError};

use crate::{
    connect::Losing,
    database::{Args, Database},
};

/// The oldest server that is worked on.
const OLDEST: i32 = 140_000;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// As it should be.
    Good,
    /// It works, and will not for ever or not for everybody.
    Doubtful,
    /// It does not work, or loses what was acknowledged.
    Bad,
}

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word.
    pub subject: &'static str,
    /// How it is.
    pub condition: Condition,
    /// What is there.
    pub detail: String,
    /// What to do, if something is to be done.
    pub advice: Option<String>,
}

impl Finding {
    fn of(subject: &'static str, good: bool, detail: String, advice: &str) -> Self {
        let condition = if good { Condition::Good } else { Condition::Bad };
        Self { subject, condition, detail, advice: (!good).then(|| advice.to_owned()) }
    }

    fn doubtful(mut self) -> Self {
        if self.condition == Condition::Bad {
            self.condition = Condition::Doubtful;
        }
        self
    }
}

/// What a server says of itself.
#[derive(Debug, Deserialize)]
struct Server {
    version: i32,
    shown: String,
    encoding: String,
    fsync: String,
    full_page_writes: String,
    autovacuum: String,
    /// How many servers follow this one.
    followers: i64,
    /// Which of them a commit waits for.
    waits_for: String,
    synchronous_commit: String,
    is_replica: bool,
    sessions: i64,
    most_sessions: i64,
    idle_in_transaction: i64,
    may_write: bool,
}

async fn server(db: &Database) -> Result<Server, StoreError> {
    let look = "SELECT jsonb_build_object(
        'version', current_setting('server_version_num')::integer,
        'shown', current_setting('server_version'),
        'encoding', current_setting('server_encoding'),
        'fsync', current_setting('fsync'),
        'full_page_writes', current_setting('full_page_writes'),
        'autovacuum', current_setting('autovacuum'),
        'followers', (SELECT count(*) FROM pg_stat_replication),
        'waits_for', current_setting('synchronous_standby_names'),
        'synchronous_commit', current_setting('synchronous_commit'),
        'is_replica', pg_is_in_recovery(),
        'sessions', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
        'most_sessions', current_setting('max_connections')::integer,
        'idle_in_transaction', (SELECT count(*) FROM pg_stat_activity
            WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '1 minute'),
        'may_write', coalesce(has_table_privilege(to_regclass($1), 'INSERT'), true))::text";
    let table = format!("{}.commit", db.schema);
    let found: Vec<Server> = db.read(look, Args::default().with(table)).await?;
    let silent = || StoreError::Unavailable(Cause::new("the server says nothing of itself"));
    found.into_iter().next().ok_or_else(silent)
}

/// Refuses a server that loses what was acknowledged, or that cannot be worked on.
///
/// # Errors
///
/// [`StoreError::Unavailable`] with what is to be done.
pub(crate) async fn check(db: &Database, losing: Losing) -> Result<(), StoreError> {
    let server = server(db).await?;
    let refuse = |finding: Finding| {
        let advice = finding.advice.unwrap_or_default();
        let text = format!("{}: {}; {advice}", finding.subject, finding.detail);
        Err(StoreError::Unavailable(Cause::new(text)))
    };
    let version = server.released();
    if version.condition == Condition::Bad {
        return refuse(version);
    }
    let durability = server.durability();
    if durability.condition == Condition::Bad && losing == Losing::Refused {
        return refuse(durability);
    }
    Ok(())
}

/// Everything that can be found out.
///
/// # Errors
///
/// [`StoreError::Unavailable`] if the server cannot be asked.
pub(crate) async fn examine(db: &Database) -> Result<Vec<Finding>, StoreError> {
    let server = server(db).await?;
    let Server { sessions, most_sessions, idle_in_transaction, .. } = server;
    Ok(vec![
        server.released(),
        server.durability(),
        server.standby().doubtful(),
        Finding::of(
            "primary",
            !server.is_replica,
            if server.is_replica { "this is a replica" } else { "this server takes writes" }.into(),
            "name the primary in the address",
        ),
        Finding::of(
            "encoding",
            server.encoding == "UTF8",
            server.encoding.clone(),
            "make the database with ENCODING 'UTF8'",
        ),
        Finding::of(
            "rights",
            server.may_write,
            if server.may_write { "the role may write" } else { "the role may not write" }.into(),
            "grant it what docs/operations.md says under Roles",
        ),
        Finding::of(
            "sessions",
            sessions * 5 <= most_sessions * 4,
            format!("{sessions} of {most_sessions}"),
            "take smaller pools (--pool-size), or put a pooler in between",
        )
        .doubtful(),
        Finding::of(
            "transactions",
            idle_in_transaction == 0,
            format!("{idle_in_transaction} left open for more than a minute"),
            "end them: they hold locks, and what is gone cannot be cleaned up",
        )
        .doubtful(),
        Finding::of(
            "autovacuum",
            server.autovacuum == "on",
            server.autovacuum.clone(),
            "turn it on: the heads of namespaces are written again and again",
        )
        .doubtful(),
    ])
}

impl Server {
    fn released(&self) -> Finding {
        let shown = format!("PostgreSQL {}", self.shown);
        Finding::of("server", self.version >= OLDEST, shown, "use PostgreSQL 14 or later")
    }

    /// Commits wait for the disk also where the database is set not to.
    fn durability(&self) -> Finding {
        let settings = [("fsync", &self.fsync), ("full_page_writes", &self.full_page_writes)];
        let off = settings.iter().find(|(_, value)| *value == "off");
        let detail = match off {
            Some((name, _)) => format!("{name} is off, so that acknowledged commits may be lost"),
            None => "what is acknowledged is on the disk".to_owned(),
        };
        let advice = "turn it on, or say allow_data_loss=true in the address";
        Finding::of("durability", off.is_none(), detail, advice)
    }

    /// Whether another server has what is acknowledged, where there is one.
    fn standby(&self) -> Finding {
        let waits = !self.waits_for.is_empty() && self.synchronous_commit != "local";
        let followers = self.followers;
        let detail = match (followers, waits) {
            (0, false) => "no server follows this one".to_owned(),
            (_, false) => format!(
                "{followers} follow, and none is waited for: what is acknowledged may be lost with this server"
            ),
            (_, true) => format!("{followers} follow, and commits wait for {}", self.waits_for),
        };
        let advice = "set synchronous_standby_names, with Patroni synchronous_mode";
        Finding::of("standby", followers == 0 || waits, detail, advice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        let on = || "on".to_owned();
        Server {
            version: 150_018,
            shown: "15.18".into(),
            encoding: "UTF8".into(),
            fsync: on(),
            full_page_writes: on(),
            autovacuum: on(),
            followers: 0,
            waits_for: String::new(),
            synchronous_commit: on(),
            is_replica: false,
            sessions: 1,
            most_sessions: 100,
            idle_in_transaction: 0,
            may_write: true,
        }
    }

    #[test]
    fn a_server_that_forgets_when_its_power_fails_is_bad() {
        assert_eq!(server().durability().condition, Condition::Good);
        for server in [
            Server { fsync: "off".into(), ..server() },
            Server { full_page_writes: "off".into(), ..server() },
        ] {
            let finding = server.durability();
            assert_eq!(finding.condition, Condition::Bad);
            assert!(finding.advice.is_some_and(|advice| advice.contains("allow_data_loss")));
        }
    }

    #[test]
    fn an_old_server_is_bad() {
        assert_eq!(server().released().condition, Condition::Good);
        let old = Server { version: 130_004, ..server() };
        assert_eq!(old.released().condition, Condition::Bad);
    }
}
