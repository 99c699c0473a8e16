//! The shared store of Sternway: native tables on PostgreSQL, for many processes and hosts at once.
//!
//! [`Connect`] opens a [`PostgresStore`], which is a [`Store`](sternway_store::Store) like every
//! other: what it promises is written there, and proven by the same suite.
//!
//! ```no_run
//! use sternway_postgres::Connect;
//! use sternway_store::{Limit, Store};
//!
//! # async fn list() -> Result<(), sternway_store::StoreError> {
//! let store = Connect::to("postgres://app@db.internal/agents").open().await?;
//! for namespace in store.namespaces(None, Limit::default()).await? {
//!     println!("{namespace}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How it works
//!
//! - **Committing.** What callers of this process ask of one namespace gathers while the group before
//!   it becomes durable. A group is decided here, by the same functions as everywhere, on what one
//!   call loaded; one more call commits it: it locks the head of the namespace, checks that what the
//!   group was decided on is still there, gives revisions, and chains. If something moved, the group
//!   is decided again. So no network and no caller's code is waited for while the head is locked, and
//!   no invariant is written down twice; foreign keys and constraints hold the rest together against
//!   whoever comes with `psql`.
//! - **An answer that is lost** is asked for: a changeset has an id, and who does not know what became
//!   of it commits it again, and is told of the first time.
//! - **Outcomes** get their places in the log from the database. What a log adds up to is kept now and
//!   then, and added up from there by who needs it.
//! - **Watching**: a commit rings a bell, here and by `NOTIFY` in every other process; who waits looks
//!   for itself every second, too.
//! - **People with SQL** read views in the schema, which say what the library says and need no right to
//!   the tables: `docs/sql.md` has them, with examples. What they show beyond the rows of commits is kept
//!   with these (how runs ended, contents that are JSON), and `verify` compares it.
//! - **Going away**: every write is in a task that no caller can cancel, and a session that is given
//!   back is out of every transaction.

mod append;
mod commit;
mod compact;
mod connect;
mod contents;
mod convert;
mod database;
mod error;
mod examine;
mod handle;
mod lane;
#[cfg(test)]
mod plans;
mod read;
mod rows;
mod schema;
mod store;
mod task;
mod verify;
mod watch;

pub use crate::{
    connect::Connect,
    examine::{Condition, Finding},
    handle::PostgresStore,
};

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").field("schema", &self.db.schema).finish_non_exhaustive()
    }
}
