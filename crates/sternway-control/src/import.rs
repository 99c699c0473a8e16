//! Import: bring a version that was made elsewhere, under a name that it has there.
//!
//! The name makes it happen once: whoever imports the same history again, or at the same time, adds
//! what is missing and nothing twice. Limits: versions are numbered in the order in which they are
//! imported, so that a name that turns up late comes after what was imported before it.

use sternway_store::StoreError;
use sternway_types::{
    At, Change, ChangesetId, Commit, Force, MoveCause, PointerName, Precondition, Revision,
    VersionNumber,
};

use crate::{
    Control, ControlError, Intent,
    publish::{Landing, Publish, move_to_added},
    validate::CheckReport,
};

/// What importing one version led to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Imported {
    /// It was added.
    Added {
        /// Its number.
        number: VersionNumber,
        /// Where it is.
        landing: Landing,
        /// The revision that added it.
        revision: Revision,
    },
    /// It had been imported before.
    Known {
        /// The revision that added it.
        revision: Revision,
    },
}

impl Control {
    /// Adds a version that is called so elsewhere, unless it was imported before; also one whose
    /// content is the newest version's already. An artifact's first version goes live as a
    /// published one does. Every later one is staged, whatever the policy says: what was live when is
    /// not known of a history from elsewhere. What the version expects, and where it is to go live or
    /// be labelled, is not looked at.
    ///
    /// It is checked as a published one is, and what was found is kept beside it. History is not
    /// refused, though: a content that fails any check is condemned in the default environment.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotChecked`] if a check came to no answer, and [`ControlError::Store`] if the
    /// store cannot write.
    pub async fn import(
        &self,
        name: &str,
        publish: &Publish,
        intent: &Intent,
    ) -> Result<Imported, ControlError> {
        let (namespace, artifact) = (&self.namespace, &publish.artifact);
        // Neither of the names before it can hold a zero byte.
        let id = ChangesetId::from_name(&format!("import\0{namespace}\0{artifact}\0{name}"));
        let mut gate = self.gate(artifact, &self.default_environment().await?).await?;
        // What was imported before is not checked again.
        if !gate.is_open() {
            match self.store.commit_of(namespace, id).await {
                Ok(Some(Commit { revision, .. }))
                | Err(StoreError::Compacted { asked: At::Revision(revision), .. }) => {
                    return Ok(Imported::Known { revision });
                }
                Ok(None) => (),
                Err(err) => return Err(err.into()),
            }
        }
        loop {
            let latest = self.store.artifact(namespace, artifact, At::Head).await?;
            let latest = latest.map(|artifact| artifact.latest);
            let mut changeset = self
                .changeset(intent)
                .when(Precondition::LatestIs { artifact: artifact.clone(), version: latest })
                .then(Change::AddVersion(Box::new(publish.new_version())));
            changeset.id = id;
            let mut landing = match latest {
                None => self.landing(publish, true).await?,
                Some(_) => Landing::Staged,
            };
            let checked = gate.check(self, &publish.content, publish.checked.as_ref()).await?;
            if let Some(report) = checked.map(CheckReport::as_history) {
                self.attest_added(&mut changeset, &report, latest).await?;
                if report.is_condemned() {
                    landing = Landing::Condemned(report.environment);
                }
            }
            self.put(&publish.artifact, &publish.content).await?;
            if let Landing::Live(environment) = &landing {
                let name = PointerName::Environment(environment.clone());
                let generation = self.generation(artifact, &name).await?;
                let artifact = artifact.clone();
                let at = Precondition::PointerAt { artifact, name: name.clone(), generation };
                let moved = move_to_added(&publish.artifact, name, MoveCause::Published, Force::No);
                changeset = changeset.when(at).then(moved);
            }
            match self.commit(&changeset).await {
                Ok(receipt) => {
                    let number = receipt.version_of(artifact).unwrap_or(VersionNumber::FIRST);
                    return Ok(Imported::Added { number, landing, revision: receipt.revision });
                }
                // The same id in another company: it was imported at another time. Or so long ago
                // that the rest of it was let go.
                Err(
                    StoreError::ChangesetReused { revision, .. }
                    | StoreError::Compacted { asked: At::Revision(revision), .. },
                ) => return Ok(Imported::Known { revision }),
                // Somebody published or moved the pointer in between: look again.
                Err(StoreError::Conflict(_)) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }
}
