//! A PostgreSQL that fails, and a way to it that does.

mod cut;
mod disturbed;
mod input;
mod locked;
mod outage;
mod processes;
mod schema;
mod settings;
mod standby;
mod tls;

use std::sync::Arc;

use sternway_postgres::Connect;
use sternway_tests::faults::{Place, Shop, given_server};

/// A database of its own on the server for tests.
async fn place() -> Place {
    let server = given_server().unwrap_or_else(|err| panic!("{err}"));
    Place::new(&server).await.expect("a database of its own")
}

/// Somebody who works on a store that is opened like this.
async fn shop(connect: Connect) -> Shop {
    let store = connect.open().await.expect("it opens");
    Shop::enter(Arc::new(store)).await.expect("a namespace")
}
