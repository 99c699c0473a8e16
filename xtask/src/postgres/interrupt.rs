//! The clusters of this process, and their end when it is told to end.
//!
//! On ctrl-c or a termination they are ended first, and then the process as it would have been
//! without us. Of kill -9 nobody hears: what it leaves is swept by the next run. A hang-up is not
//! listened to either, because `nohup` says that it is to be ignored. Limit: on systems other than
//! Unix it is always left to the next run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::site::Site;
use crate::error::Error;

#[derive(Clone, Default)]
pub(super) struct Running(Arc<Mutex<Vec<Site>>>);

impl Running {
    /// An empty list that is looked through when a signal comes.
    pub(super) fn watched() -> Result<Self, Error> {
        let running = Self::default();
        signals::watch(&running).map_err(Error::Signals)?;
        Ok(running)
    }

    pub(super) fn add(&self, site: &Site) {
        self.sites().push(site.clone());
    }

    pub(super) fn forget(&self, site: &Site) {
        self.sites().retain(|listed| listed.folder() != site.folder());
    }

    /// Ends a cluster, once: who comes second waits for the first.
    pub(super) fn end(&self, site: &Site) -> Result<(), Error> {
        let mut sites = self.sites();
        let Some(place) = sites.iter().position(|listed| listed.folder() == site.folder()) else {
            return Ok(());
        };
        sites.remove(place).end()
    }

    fn sites(&self) -> MutexGuard<'_, Vec<Site>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(unix)]
mod signals {
    use std::{io, thread};

    use signal_hook::{
        consts::{SIGINT, SIGTERM},
        iterator::Signals,
        low_level::emulate_default_handler,
    };

    use super::Running;
    use crate::console;

    pub(super) fn watch(running: &Running) -> io::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let running = running.clone();
        thread::spawn(move || {
            for signal in signals.forever() {
                // Never let go of: who would end a cluster now waits until we are gone.
                let mut sites = running.sites();
                for site in sites.drain(..) {
                    site.end().unwrap_or_else(|err| console::complain(&err));
                }
                emulate_default_handler(signal).unwrap_or_else(|err| console::complain(&err));
            }
        });
        Ok(())
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;

    use super::Running;

    pub(super) const fn watch(_: &Running) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{
        super::{account::Account, programs::Programs},
        *,
    };

    #[test]
    fn a_cluster_is_ended_once() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("sternway-pg-x");
        fs::create_dir(&folder).unwrap();
        let site = Site::new(folder.clone(), Programs::installed("no".into()), Account::Ours);
        let running = Running::default();
        running.add(&site);
        running.end(&site).unwrap();
        assert!(!folder.exists());
        running.end(&site).unwrap();
    }

    #[test]
    fn a_cluster_that_was_handed_over_is_not_ended() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().to_owned();
        let site = Site::new(folder.clone(), Programs::installed("no".into()), Account::Ours);
        let running = Running::default();
        running.add(&site);
        running.forget(&site);
        running.end(&site).unwrap();
        assert!(folder.exists());
    }
}
