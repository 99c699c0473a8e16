//! Checks everything that is stored, as it stands at one moment: nobody waits for it.
//!
//! Every row has a sum over all of it. Beside that, the commits of each namespace lead along the chain
//! from where it begins to its head, and every row that a commit made is compared with what the commit
//! says; what derives from rows is compared with them; and each log of outcomes is added up again.

mod contents;
mod history;
mod noted;
mod outcomes;
mod rows;
mod runs;
mod scan;

use sternway_store::{Report, StoreError};

use self::scan::Scan;
use crate::database::Database;

pub(crate) async fn verify(db: &Database) -> Result<Report, StoreError> {
    let mut scan = Scan::begin(db).await?;
    let namespaces = rows::namespaces(&mut scan).await?;
    history::history(&mut scan, &namespaces, history::Depth::Rows).await?;
    rows::rows(&mut scan, &namespaces).await?;
    outcomes::outcomes(&mut scan, &namespaces).await?;
    noted::noted(&mut scan).await?;
    runs::runs(&mut scan, &namespaces).await?;
    contents::contents(&mut scan).await?;
    scan.end().await
}

pub(crate) async fn verify_chain(db: &Database) -> Result<Report, StoreError> {
    let mut scan = Scan::begin(db).await?;
    let namespaces = rows::namespaces(&mut scan).await?;
    history::history(&mut scan, &namespaces, history::Depth::Chain).await?;
    scan.end().await
}
