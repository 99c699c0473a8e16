//! Restore: publish an earlier version's content again, as a new version, and make it live.
//!
//! A rollback moves a pointer, and the outcomes stay with the version that earned them. Who counts
//! versions, such as a configuration that every client reads by number, asks for a new one instead.
//! A new version is checked as every other: what was good enough once may not be today. A rollback
//! that restores is not, since nothing may stand between a person and a rollback.

use serde_json::Value;
use sternway_store::{Contested, StoreError};
use sternway_types::{
    At, Change, Changelog, Changeset, EnvironmentId, Force, Generation, Metadata, MoveCause,
    NewVersion, Parents, PointerName, Precondition, Reason, Revision, RollbackTrigger, Version,
    VersionNumber,
};

use crate::{
    Control, ControlError, Intent,
    publish::move_to_added,
    validate::{Checked, Gate},
};

/// What restoring led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Whose content came back, and where it is live.
    pub version: Version,
    /// Where.
    pub environment: EnvironmentId,
    /// What was live before.
    pub from: Option<VersionNumber>,
    /// The new version, which has that content.
    pub number: VersionNumber,
    /// Whether it is live. It is not if a check condemned it.
    pub live: bool,
    /// What its checks found.
    pub checks: Vec<Checked>,
    /// The generation of the pointer.
    pub generation: Generation,
    /// The revision that did it.
    pub revision: Revision,
}

impl Control {
    /// Publishes the content of a version again and makes it live, in one commit. What was live is
    /// not condemned: that is what a rollback does.
    ///
    /// # Errors
    ///
    /// [`ControlError::ChecksFailed`] if a check of today refuses the content,
    /// [`ControlError::NotChecked`] if one came to no answer, [`ControlError::NoEnvironment`] if
    /// there is no such environment, and [`ControlError::Store`] with a conflict if somebody moved
    /// the pointer meanwhile, with a refusal if the content is condemned there and not forced by a
    /// person, or if the store cannot write.
    pub async fn restore(
        &self,
        version: Version,
        environment: &EnvironmentId,
        force: Force,
        intent: &Intent,
    ) -> Result<Restored, ControlError> {
        self.known_environment(environment).await?;
        let name = PointerName::Environment(environment.clone());
        let pointer = self.pointer(&version.artifact, &name).await?;
        let from = pointer.as_ref().and_then(|pointer| pointer.version);
        let before = pointer.map_or(Generation::ZERO, |pointer| pointer.generation);
        let artifact = version.artifact.clone();
        let mut gate = self.gate(&artifact, environment).await?;
        let (receipt, live) = loop {
            let mut changeset = self
                .changeset(intent)
                .when(Precondition::PointerAt {
                    artifact: artifact.clone(),
                    name: name.clone(),
                    generation: before,
                })
                .then(Change::AddVersion(Box::new(again(&version, from, &intent.reason))));
            let condemned = self.check_restored(&mut gate, &version, &mut changeset).await?;
            if !condemned {
                changeset =
                    changeset.then(move_to_added(&artifact, name.clone(), rolled_back(), force));
            }
            match self.commit(&changeset).await {
                Ok(receipt) => break (receipt, !condemned),
                // Somebody published in between, so that the new version has another number.
                Err(StoreError::Conflict(conflict))
                    if matches!(conflict.contested, Contested::Latest { .. }) => {}
                Err(err) => return Err(err.into()),
            }
        };
        Ok(Restored {
            number: receipt.version_of(&artifact).unwrap_or(version.number),
            version,
            environment: environment.clone(),
            from,
            live,
            checks: gate.findings(),
            generation: if live { before.next() } else { before },
            revision: receipt.revision,
        })
    }

    /// Checks the content of a version that is to come back, and says whether it is condemned.
    async fn check_restored(
        &self,
        gate: &mut Gate,
        version: &Version,
        changeset: &mut Changeset,
    ) -> Result<bool, ControlError> {
        if gate.is_open() {
            return Ok(false);
        }
        let at = At::Head;
        let latest = self.store.artifact(&self.namespace, &version.artifact, at).await?;
        let latest = latest.map(|artifact| artifact.latest);
        let content = self.content(version).await?;
        let Some(report) = gate.admit(self, &content, None).await? else { return Ok(false) };
        self.attest_added(changeset, report, latest).await?;
        Ok(report.is_condemned())
    }
}

/// Why an earlier content is live again.
pub(crate) const fn rolled_back() -> MoveCause {
    MoveCause::RolledBack(RollbackTrigger::Manual)
}

/// A new version with the content and the facts of an earlier one, which says where it comes from.
pub(crate) fn again(version: &Version, from: Option<VersionNumber>, reason: &Reason) -> NewVersion {
    let mut new = NewVersion::new(version.artifact.clone(), version.content.clone());
    if let Some(from) = from {
        new.parents = Parents::Exactly(vec![from]);
    }
    new.depends_on.clone_from(&version.depends_on);
    let said = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    // A reason is far shorter than a changelog may be.
    new.changelog =
        Changelog::new(format!("Rollback to {}{said}", version.number)).unwrap_or_default();
    let numbers = [("rollback_from", from), ("rollback_to", Some(version.number))];
    let own = numbers
        .into_iter()
        .filter_map(|(name, number)| Some((name.to_owned(), Value::from(number?.get()))));
    let mut members = version.metadata.members().clone();
    members.extend(own.clone());
    // Where the facts of the version leave no room, these two are what counts.
    new.metadata =
        Metadata::new(members).or_else(|_| Metadata::new(own.collect())).unwrap_or_default();
    new
}
