//! Apply: several artifacts become what is wanted of them, in one commit. Readers see all of it or
//! nothing.

use std::collections::BTreeSet;

use sternway_store::{Refusal, StoreError};
use sternway_types::{
    ArtifactId, At, Change, Changeset, ChangesetError, Content, EnvironmentId, Force, Generation,
    LabelId, MoveCause, NewMove, NewVersion, PointerName, Precondition, Revision, Target,
    VersionNumber,
};

use crate::{
    Control, ControlError, Intent,
    validate::{CheckReport, Gate},
};

/// What is wanted of one artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Which.
    pub version: WantedVersion,
    /// Whether it is to be live.
    pub live: bool,
    /// Labels that are to name it.
    pub labels: Vec<LabelId>,
}

/// Which version is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedVersion {
    /// The newest one, with this content: it is published, unless it is there.
    Content(Content),
    /// One that is there.
    Number(VersionNumber),
}

/// What became of one artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedItem {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Its number.
    pub number: VersionNumber,
    /// Whether it was added.
    pub added: bool,
    /// Whether it went live.
    pub went_live: bool,
    /// What was live before, if it went live and anything was.
    pub from: Option<VersionNumber>,
    /// The labels that were set to it.
    pub labelled: Vec<LabelId>,
}

/// What became of everything that was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedAll {
    /// Item by item, in the order in which they were wanted.
    pub items: Vec<AppliedItem>,
    /// The revision that did it; nothing if everything was as wanted already.
    pub revision: Option<Revision>,
}

/// One artifact's part of the plan; its number is known when the version is there.
struct Part {
    number: Option<VersionNumber>,
    went_live: Option<Moved>,
    labelled: Vec<LabelId>,
}

/// A pointer moves.
struct Moved {
    from: Option<VersionNumber>,
}

impl Control {
    /// Makes every artifact what is wanted of it, in one commit: contents are published, versions go
    /// live in the environment, labels are set. What is as wanted already is left alone. Contents
    /// that are to be added are checked, and one that fails any check refuses all of it: a release
    /// of which a part is condemned would be half a release.
    ///
    /// # Errors
    ///
    /// [`ControlError::ChecksFailed`] with everything that failed, [`ControlError::NotChecked`] if a
    /// check came to no answer, [`ControlError::NotAPolicy`] if one is to be one and is none,
    /// [`ControlError::NoEnvironment`] if there is no such environment, and [`ControlError::Store`]
    /// with a refusal if a version does not exist, is condemned and not forced by a person, or an
    /// artifact is wanted twice; then nothing moved.
    pub async fn apply(
        &self,
        wanted: &[Wanted],
        environment: &EnvironmentId,
        force: Force,
        intent: &Intent,
    ) -> Result<AppliedAll, ControlError> {
        self.known_environment(environment).await?;
        let mut named = BTreeSet::new();
        if let Some(twice) = wanted.iter().find(|one| !named.insert(&one.artifact)) {
            let what = twice.artifact.to_string();
            return Err(StoreError::from(Refusal::from(ChangesetError::Twice { what })).into());
        }
        let mut gates = self.gates(wanted, environment).await?;
        loop {
            let mut changeset = self.changeset(intent);
            let mut parts = Vec::with_capacity(wanted.len());
            for (one, gate) in wanted.iter().zip(&mut gates) {
                parts.push(self.plan(one, gate, environment, force, &mut changeset).await?);
            }
            if changeset.changes.is_empty() {
                return Ok(AppliedAll { items: finished(wanted, parts, |_| None), revision: None });
            }
            match self.commit(&changeset).await {
                Ok(receipt) => {
                    let items = finished(wanted, parts, |artifact| receipt.version_of(artifact));
                    return Ok(AppliedAll { items, revision: Some(receipt.revision) });
                }
                // Somebody published or moved a pointer in between: look again.
                Err(StoreError::Conflict(_)) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// Checks everything that is to be added, and refuses all of it with everything that is wrong.
    async fn gates(
        &self,
        wanted: &[Wanted],
        environment: &EnvironmentId,
    ) -> Result<Vec<Gate>, ControlError> {
        let (mut gates, mut failed) = (Vec::with_capacity(wanted.len()), Vec::new());
        for one in wanted {
            match &one.version {
                WantedVersion::Content(content) => {
                    self.fits_as_policy(&one.artifact, content).await?;
                }
                WantedVersion::Number(number) if one.live => {
                    self.may_go_live(&one.artifact, *number).await?;
                }
                WantedVersion::Number(_) => (),
            }
            let mut gate = self.gate(&one.artifact, environment).await?;
            if let WantedVersion::Content(content) = &one.version
                && !gate.latest(self, &one.artifact, content).await?.is_same
            {
                let report = gate.check(self, content, None).await?;
                failed.extend(report.into_iter().flat_map(CheckReport::failures));
            }
            gates.push(gate);
        }
        if failed.is_empty() { Ok(gates) } else { Err(ControlError::ChecksFailed(failed)) }
    }

    /// Adds what is to be done for one artifact to the changeset.
    async fn plan(
        &self,
        wanted: &Wanted,
        gate: &mut Gate,
        environment: &EnvironmentId,
        force: Force,
        changeset: &mut Changeset,
    ) -> Result<Part, ControlError> {
        let number = match &wanted.version {
            WantedVersion::Number(number) => Some(*number),
            WantedVersion::Content(content) => {
                self.plan_content(&wanted.artifact, content, gate, changeset).await?
            }
        };
        let mut part = Part { number, went_live: None, labelled: Vec::new() };
        if wanted.live {
            let name = PointerName::Environment(environment.clone());
            part.went_live =
                self.plan_move(&wanted.artifact, name, number, force, changeset).await?;
        }
        for label in &wanted.labels {
            let name = PointerName::Label(label.clone());
            let force = Force::No;
            let moved = self.plan_move(&wanted.artifact, name, number, force, changeset).await?;
            part.labelled.extend(moved.map(|_| label.clone()));
        }
        Ok(part)
    }

    /// The newest version, if it has the content; else that content is added.
    async fn plan_content(
        &self,
        artifact: &ArtifactId,
        content: &Content,
        gate: &mut Gate,
        changeset: &mut Changeset,
    ) -> Result<Option<VersionNumber>, ControlError> {
        let latest = self.store.artifact(&self.namespace, artifact, At::Head).await?;
        let latest = latest.map(|artifact| artifact.latest);
        if let Some(number) = latest
            && self.version(artifact, number).await?.content == content.reference()
        {
            return Ok(Some(number));
        }
        self.put(artifact, content).await?;
        let new = NewVersion::new(artifact.clone(), content.reference());
        let (id, version) = (artifact.clone(), latest);
        changeset.preconditions.push(Precondition::LatestIs { artifact: id, version });
        changeset.changes.push(Change::AddVersion(Box::new(new)));
        // What was there at the first look, and is not any more, is checked only now.
        if let Some(report) = gate.check(self, content, None).await? {
            let failed: Vec<_> = report.failures().collect();
            if !failed.is_empty() {
                return Err(ControlError::ChecksFailed(failed));
            }
            self.attest_added(changeset, report, latest).await?;
        }
        Ok(None)
    }

    /// Moves a pointer to a version, or to the one that is added; answers with what it named before
    /// if it moves.
    async fn plan_move(
        &self,
        artifact: &ArtifactId,
        name: PointerName,
        number: Option<VersionNumber>,
        force: Force,
        changeset: &mut Changeset,
    ) -> Result<Option<Moved>, ControlError> {
        let pointer = self.pointer(artifact, &name).await?;
        let from = pointer.as_ref().and_then(|pointer| pointer.version);
        if number.is_some() && from == number {
            return Ok(None);
        }
        let generation = pointer.map_or(Generation::ZERO, |pointer| pointer.generation);
        let cause = match (&name, number) {
            (PointerName::Label(_), _) => MoveCause::Labelled,
            (PointerName::Environment(_), None) => MoveCause::Published,
            (PointerName::Environment(_), Some(_)) => MoveCause::Promoted,
        };
        let to = number.map_or(Target::Added, Target::Version);
        let (artifact, at) = (artifact.clone(), name.clone());
        changeset.preconditions.push(Precondition::PointerAt {
            artifact: artifact.clone(),
            name: at,
            generation,
        });
        let moved = NewMove { artifact, name, to, cause, force };
        changeset.changes.push(Change::MovePointer(Box::new(moved)));
        Ok(Some(Moved { from }))
    }
}

fn finished(
    wanted: &[Wanted],
    parts: Vec<Part>,
    added: impl Fn(&ArtifactId) -> Option<VersionNumber>,
) -> Vec<AppliedItem> {
    let item = |(wanted, part): (&Wanted, Part)| AppliedItem {
        artifact: wanted.artifact.clone(),
        number: part.number.or_else(|| added(&wanted.artifact)).unwrap_or(VersionNumber::FIRST),
        added: part.number.is_none(),
        went_live: part.went_live.is_some(),
        from: part.went_live.and_then(|moved| moved.from),
        labelled: part.labelled,
    };
    wanted.iter().zip(parts).map(item).collect()
}
