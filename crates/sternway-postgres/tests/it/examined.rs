//! What is said of the server that tests run on.

use sternway_postgres::{Condition, Connect};

use crate::place::url;

#[tokio::test]
async fn a_server_as_it_comes_is_good() {
    let found = Connect::to(url()).examine().await.expect("examine");
    let bad: Vec<_> = found.iter().filter(|it| it.condition == Condition::Bad).collect();
    assert!(bad.is_empty(), "{bad:?}");
    let subjects: Vec<_> = found.iter().map(|it| it.subject).collect();
    assert!(subjects.contains(&"durability") && subjects.contains(&"primary"), "{subjects:?}");
}
