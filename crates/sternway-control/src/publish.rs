//! Publish: add a version, or find that it is there already.

use std::collections::BTreeSet;

use sternway_store::{Contested, Refusal, StoreError};
use sternway_types::{
    Activation, Actor, ArtifactId, Change, Changelog, Changeset, Content, ContentRef,
    EnvironmentId, Force, Generation, LabelId, Metadata, MoveCause, NewMove, NewVersion,
    PointerName, Precondition, Receipt, Revision, Target, Timestamp, VersionNumber,
};

use crate::{
    Control, ControlError, Intent,
    validate::{CheckReport, Checked, Gate, Latest},
};

/// Which version the publisher believes to be the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expect {
    /// Whichever it is.
    #[default]
    Anything,
    /// There is no version yet.
    Nothing,
    /// This one.
    Version(VersionNumber),
}

/// What happens to the version beyond its being added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Activate {
    /// What the policy says; the artifact's first version goes live in the default environment.
    #[default]
    ByPolicy,
    /// It goes live in this environment in the same commit.
    In(EnvironmentId),
}

/// A version to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing is published until it is given to a control"]
pub struct Publish {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Its content.
    pub content: Content,
    /// Which version is believed to be the newest.
    pub expect: Expect,
    /// What happens to it.
    pub activate: Activate,
    /// Who wrote it, if not who publishes it.
    pub author: Option<Actor>,
    /// When it was written, if not now.
    pub authored_at: Option<Timestamp>,
    /// What changed, for readers.
    pub changelog: Changelog,
    /// Its semantic version, if the artifact uses them.
    pub semver: Option<semver::Version>,
    /// Facts of the user's own.
    pub metadata: Metadata,
    /// The artifacts that it needs to run.
    pub depends_on: BTreeSet<ArtifactId>,
    /// Labels that are set to it in the same commit.
    pub labels: Vec<LabelId>,
    /// What was found about the content already: what it covers is not checked again.
    pub checked: Option<CheckReport>,
}

impl Publish {
    /// A version with nothing but its content.
    pub fn new(artifact: ArtifactId, content: Content) -> Self {
        Self {
            artifact,
            content,
            expect: Expect::Anything,
            activate: Activate::ByPolicy,
            author: None,
            authored_at: None,
            changelog: Changelog::default(),
            semver: None,
            metadata: Metadata::default(),
            depends_on: BTreeSet::new(),
            labels: Vec::new(),
            checked: None,
        }
    }
}

/// Where a published version is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    /// It was there already, and is live where it was.
    Unchanged,
    /// It is live here.
    Live(EnvironmentId),
    /// It waits to be promoted.
    Staged,
    /// Its content is condemned here: it waits. It was to go live here, or a check condemned it.
    Condemned(EnvironmentId),
}

/// What publishing led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Whose version.
    pub artifact: ArtifactId,
    /// Its number.
    pub number: VersionNumber,
    /// Its content.
    pub content: ContentRef,
    /// Whether it was added, and not there already.
    pub added: bool,
    /// Where it is.
    pub landing: Landing,
    /// The generation of the pointer that it went live by, if it did.
    pub generation: Option<Generation>,
    /// What its checks found; nothing if it was there already.
    pub checks: Vec<Checked>,
    /// The revision that added it, or made it live or labelled it; nothing if nothing was to be
    /// done.
    pub revision: Option<Revision>,
}

impl Published {
    /// Whether a version was added.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.added
    }

    /// Whether it went live by being published.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self.landing, Landing::Live(_))
    }
}

impl Control {
    /// Adds a version. Content that is the newest version's already is not added again: that
    /// version goes live and is labelled where that was asked for. What is added is checked as the
    /// policies want it, and what was found is kept beside it in the same commit.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotAPolicy`] if it is to be one and is none; [`ControlError::ChecksFailed`] if a check
    /// refuses the content, [`ControlError::NotChecked`] if one came to no answer, and [`ControlError::Store`] with a conflict if another version is the newest than was expected,
    /// with a refusal if the content is condemned where it is to go live, or if the store cannot
    /// write.
    pub async fn publish(
        &self,
        publish: Publish,
        intent: &Intent,
    ) -> Result<Published, ControlError> {
        self.fits_as_policy(&publish.artifact, &publish.content).await?;
        let environment = self.destination(&publish).await?;
        let mut gate = self.gate(&publish.artifact, &environment).await?;
        let mut held = false;
        loop {
            let latest = gate.latest(self, &publish.artifact, &publish.content).await?;
            let (landing, changeset) =
                self.plan_publish(&publish, latest, &mut gate, held, intent).await?;
            // What is refused was not even kept.
            self.put(&publish.artifact, &publish.content).await?;
            let conflict = match self.commit(&changeset).await {
                Ok(receipt) => return Ok(published(publish, landing, &gate, &receipt)),
                Err(StoreError::Conflict(conflict)) => conflict,
                // Where nothing goes forward by itself it waits, unless it was to go live.
                Err(StoreError::Refused(why))
                    if !held && publish.activate == Activate::ByPolicy && protects(&why) =>
                {
                    held = true;
                    continue;
                }
                Err(err) => return Err(err.into()),
            };
            if let Contested::SameContent { version, .. } = conflict.contested {
                match self.publish_again(&publish, version, intent).await? {
                    Some(published) => return Ok(published),
                    // Somebody published or moved a pointer in between: look again.
                    None => continue,
                }
            }
            let about_versions = matches!(conflict.contested, Contested::Latest { .. });
            if about_versions && publish.expect != Expect::Anything {
                return Err(StoreError::Conflict(conflict).into());
            }
            // Somebody published the first version or moved the pointer in between: look again.
        }
    }

    async fn plan_publish(
        &self,
        publish: &Publish,
        latest: Latest,
        gate: &mut Gate,
        held: bool,
        intent: &Intent,
    ) -> Result<(Landing, Changeset), ControlError> {
        let artifact = &publish.artifact;
        let first = latest.number.is_none();
        let expected = match publish.expect {
            Expect::Version(version) => Some(Some(version)),
            Expect::Nothing => Some(None),
            Expect::Anything => (first || latest.is_same).then_some(latest.number),
        };
        let mut changeset = self.changeset(intent);
        if let Some(version) = expected {
            changeset =
                changeset.when(Precondition::LatestIs { artifact: artifact.clone(), version });
        }
        changeset = changeset.when(Precondition::LatestDiffers {
            artifact: artifact.clone(),
            content: publish.content.reference(),
        });
        changeset = changeset.then(Change::AddVersion(Box::new(publish.new_version())));
        let mut landing = self.landing(publish, first).await?;
        if held && matches!(landing, Landing::Live(_)) {
            landing = Landing::Staged;
        }
        if !latest.is_same
            && let Some(report) =
                gate.admit(self, &publish.content, publish.checked.as_ref()).await?
        {
            self.attest_added(&mut changeset, report, latest.number).await?;
            if report.is_condemned() {
                landing = Landing::Condemned(report.environment.clone());
            }
        }
        if let Landing::Live(environment) = &landing {
            let name = PointerName::Environment(environment.clone());
            let generation = self.generation(artifact, &name).await?;
            let precondition = Precondition::PointerAt {
                artifact: artifact.clone(),
                name: name.clone(),
                generation,
            };
            changeset = changeset.when(precondition).then(move_to_added(
                artifact,
                name,
                MoveCause::Published,
                Force::No,
            ));
        }
        for label in &publish.labels {
            let name = PointerName::Label(label.clone());
            changeset =
                changeset.then(move_to_added(artifact, name, MoveCause::Labelled, Force::No));
        }
        Ok((landing, changeset))
    }

    /// Where the new version will be.
    pub(crate) async fn landing(
        &self,
        publish: &Publish,
        first: bool,
    ) -> Result<Landing, ControlError> {
        if let Activate::In(environment) = &publish.activate {
            return Ok(Landing::Live(environment.clone()));
        }
        let environment = self.default_environment().await?;
        let policy = self.effective_policy(&publish.artifact, &environment).await?;
        if !first && policy.activation() == Activation::Staged {
            return Ok(Landing::Staged);
        }
        let digest = publish.content.digest();
        if self.condemnation(&publish.artifact, &environment, &digest).await?.is_some() {
            return Ok(Landing::Condemned(environment));
        }
        Ok(Landing::Live(environment))
    }
}

/// Whether it is the environment that lets nothing go forward.
fn protects(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Frozen { .. } | Refusal::NeedsApproval { .. })
}

fn published(publish: Publish, landing: Landing, gate: &Gate, receipt: &Receipt) -> Published {
    let number = receipt.version_of(&publish.artifact).unwrap_or(VersionNumber::FIRST);
    let environment = match &landing {
        Landing::Live(environment) => Some(PointerName::Environment(environment.clone())),
        Landing::Unchanged | Landing::Staged | Landing::Condemned(_) => None,
    };
    let moved = receipt.pointers.iter().find(|(_, name, _)| Some(name) == environment.as_ref());
    Published {
        artifact: publish.artifact,
        number,
        content: publish.content.reference(),
        added: true,
        landing,
        generation: moved.map(|(.., generation)| *generation),
        checks: gate.findings(),
        revision: Some(receipt.revision),
    }
}

impl Publish {
    pub(crate) fn new_version(&self) -> NewVersion {
        let mut new = NewVersion::new(self.artifact.clone(), self.content.reference());
        new.author.clone_from(&self.author);
        new.authored_at = self.authored_at;
        new.changelog = self.changelog.clone();
        new.semver.clone_from(&self.semver);
        new.metadata = self.metadata.clone();
        new.depends_on.clone_from(&self.depends_on);
        new
    }
}

pub(crate) fn move_to_added(
    artifact: &ArtifactId,
    name: PointerName,
    cause: MoveCause,
    force: Force,
) -> Change {
    Change::MovePointer(Box::new(NewMove {
        artifact: artifact.clone(),
        name,
        to: Target::Added,
        cause,
        force,
    }))
}
