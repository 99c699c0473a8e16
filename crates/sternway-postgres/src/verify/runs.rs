//! Runs that are open: each by its sum, and of a namespace that is there.

use std::collections::HashMap;

use sternway_store::StoreError;

use super::{
    rows::Namespace,
    scan::{Scan, json},
};
use crate::rows::{Kept as _, OpenRunRow, Row, seal};

pub(super) async fn runs(
    scan: &mut Scan,
    namespaces: &HashMap<i32, Namespace>,
) -> Result<(), StoreError> {
    scan.open("runs", "SELECT row_to_json(r)::text FROM {s}.open_run r").await?;
    loop {
        let rows = scan.page("runs").await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            match json::<Row<OpenRunRow>>(row) {
                Ok(kept) => run(scan, namespaces, &kept)?,
                Err(err) => scan.report.note("an open run", err.to_string()),
            }
        }
    }
}

fn run(
    scan: &mut Scan,
    namespaces: &HashMap<i32, Namespace>,
    kept: &Row<OpenRunRow>,
) -> Result<(), StoreError> {
    let place = || format!("open run {}", kept.row.id);
    if seal(&kept.row.sum(), kept.ns, [0; 3]) != kept.sum.0 {
        scan.report.note(place(), "its sum does not match");
    }
    if !namespaces.contains_key(&kept.ns) {
        scan.report.note(place(), "it belongs to no namespace");
    }
    match kept.row.open_run() {
        Ok(_) => Ok(()),
        Err(err) => scan.note(err),
    }
}
