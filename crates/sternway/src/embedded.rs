//! The store in a file: where it is in a folder, and waiting for who holds it.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sternway_provider::Stopwatch;
use sternway_redb::RedbOptions;
use sternway_store::{Cause, KvStore, StoreError};

use crate::{Error, Missing};

/// How long to wait between two tries to open a store that another process holds.
const PAUSE: Duration = Duration::from_millis(10);

/// The store's file in a folder.
pub(crate) fn file_in(folder: &Path, missing: Missing) -> Result<PathBuf, Error> {
    let file = folder.join("store.redb");
    if file.exists() {
        return Ok(file);
    }
    if missing == Missing::Refuse {
        return Err(Error::NoStore(folder.display().to_string()));
    }
    sternway_redb::make_folder(folder).map_err(|err| {
        let text = format!("{}: {err}", folder.display());
        StoreError::Unavailable(Cause::new(io::Error::new(err.kind(), text)))
    })?;
    Ok(file)
}

/// Opens a file, waiting a while for another process to let go of it.
pub(crate) async fn open(file: &Path, wait: Duration) -> Result<KvStore, Error> {
    let waiting = Stopwatch::start();
    loop {
        match sternway_redb::open(file, RedbOptions::default()) {
            Err(StoreError::Busy) if waiting.elapsed() < wait => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "another process is waited for, and nothing tells when it is done"
                )]
                tokio::time::sleep(PAUSE).await;
            }
            result => return Ok(result?),
        }
    }
}
