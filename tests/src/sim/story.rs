//! Random stories: publishing, promoting, labelling, condemning, counting outcomes, letting go of
//! the past, saying things twice.

use sternway::{
    store::{Append, Store},
    types::{
        Actor, ArtifactId, At, Change, Changeset, ChangesetId, Condemnation, Environment,
        EnvironmentId, Failure as Failed, Force, Generation, MoveCause, NamespaceId,
        NamespaceSettings, NewMove, NewVersion, OpenRun, Outcome, OutcomeId, OutcomeStatus,
        PointerName, Reason, Record, Revision, Subject, Target, Timestamp, VersionNumber,
    },
};

use super::{contents::Contents, dice::Dice, error::Failure, step::Step};

type Made<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The one namespace of every story.
pub(super) fn namespace() -> Made<NamespaceId> {
    Ok("shop".parse()?)
}

/// Makes up steps.
pub(super) struct Story {
    dice: Dice,
    contents: Contents,
    said: Vec<Step>,
}

impl Story {
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Dice::of(seed, "story"), contents: Contents::new(seed), said: Vec::new() }
    }

    /// The next step, in the state in which this store is.
    pub(super) async fn next(&mut self, store: &dyn Store) -> Result<Step, Failure> {
        let step = self.make_up(store).await.map_err(Failure::Harness)?;
        self.said.push(step.clone());
        Ok(step)
    }

    async fn make_up(&mut self, store: &dyn Store) -> Made<Step> {
        if self.said.is_empty() {
            return self.create();
        }
        let artifact = self.artifact()?;
        match self.dice.below(17) {
            0..=5 => self.publish(&artifact),
            6..=7 => self.moved(store, &artifact).await,
            8..=11 => self.outcomes(store, &artifact).await,
            12..=13 => self.condemn(store, &artifact).await,
            14 => self.compact(store).await,
            _ => {
                let place = self.dice.place(self.said.len());
                self.said.get(place).cloned().ok_or_else(|| "nothing was said".into())
            }
        }
    }

    fn artifact(&mut self) -> Made<ArtifactId> {
        Ok(format!("prompts/p{}", self.dice.below(3)).parse()?)
    }

    fn now(&self) -> Timestamp {
        let seconds = i64::try_from(self.said.len()).unwrap_or_default();
        Timestamp::from_micros((1_767_225_600 + seconds) * 1_000_000)
    }

    fn changeset(&self) -> Made<Changeset> {
        let id = ChangesetId::from_name(&format!("step {}", self.said.len()));
        Ok(Changeset::new(id, namespace()?, self.now(), "alice".parse::<Actor>()?))
    }

    fn create(&self) -> Made<Step> {
        let id = EnvironmentId::production();
        let settings = NamespaceSettings { default_environment: id.clone() };
        let environment = Environment::new(id);
        let changeset = self
            .changeset()?
            .then(Change::CreateNamespace)
            .then(Change::PutRecord(Box::new(Record::Environment(environment))))
            .then(Change::PutRecord(Box::new(Record::Namespace(settings))));
        Ok(Step::Commit { put: None, changeset })
    }

    fn publish(&mut self, artifact: &ArtifactId) -> Made<Step> {
        let put = self.contents.next(artifact)?;
        let new = NewVersion::new(artifact.clone(), put.content.reference());
        let mut changeset = self.changeset()?.then(Change::AddVersion(Box::new(new)));
        if self.dice.chance(1, 2) {
            let name = PointerName::Environment(EnvironmentId::production());
            let to = moving(artifact, name, Target::Added, MoveCause::Published);
            changeset = changeset.then(to);
        }
        Ok(Step::Commit { put: Some(Box::new(put)), changeset })
    }

    /// Some version that there is, or the one after the newest.
    async fn version(&mut self, store: &dyn Store, artifact: &ArtifactId) -> Made<VersionNumber> {
        let known = store.artifact(&namespace()?, artifact, At::Head).await.ok().flatten();
        let latest = known.map_or(1, |artifact| artifact.latest.get());
        let number = 1 + self.dice.below(latest + 1);
        VersionNumber::new(number).ok_or_else(|| "it is not 0".into())
    }

    async fn moved(&mut self, store: &dyn Store, artifact: &ArtifactId) -> Made<Step> {
        let to = Target::Version(self.version(store, artifact).await?);
        let change = if self.dice.chance(1, 2) {
            let name = PointerName::Environment(EnvironmentId::production());
            moving(artifact, name, to, MoveCause::Promoted)
        } else {
            let name = PointerName::Label(self.dice.pick("newest", ["tested"]).parse()?);
            moving(artifact, name, to, MoveCause::Labelled)
        };
        Ok(Step::Commit { put: None, changeset: self.changeset()?.then(change) })
    }

    async fn condemn(&mut self, store: &dyn Store, artifact: &ArtifactId) -> Made<Step> {
        let number = self.version(store, artifact).await?;
        let version = store.version(&namespace()?, artifact, number).await.ok().flatten();
        let Some(version) = version else { return self.publish(artifact) };
        let condemnation = Record::Condemnation(Condemnation {
            artifact: artifact.clone(),
            environment: EnvironmentId::production(),
            digest: version.content.digest,
            version: number,
            reason: Reason::new("it fails")?,
        });
        let change = if self.dice.chance(1, 3) {
            Change::DeleteRecord(condemnation.key())
        } else {
            Change::PutRecord(Box::new(condemnation))
        };
        Ok(Step::Commit { put: None, changeset: self.changeset()?.then(change) })
    }

    /// Up to some revision that there is, or the one after the newest.
    async fn compact(&mut self, store: &dyn Store) -> Made<Step> {
        let head = store.head(&namespace()?, At::Head).await.ok().flatten();
        let newest = head.map_or(0, |head| head.revision.get());
        Ok(Step::Compact(Revision::new(self.dice.below(newest + 2))))
    }

    /// Outcomes of what is live, some of which were counted before, and runs of it that begin, some of which
    /// did before, or ended.
    async fn outcomes(&mut self, store: &dyn Store, artifact: &ArtifactId) -> Made<Step> {
        let (environment, at) = (EnvironmentId::production(), self.now());
        let name = PointerName::Environment(environment.clone());
        let live = store.pointer(&namespace()?, artifact, &name, At::Head).await.ok().flatten();
        let Some((version, live)) = live.and_then(|live| Some((live.version?, live))) else {
            return self.publish(artifact);
        };
        let (artifact, generation) = (artifact.clone(), live.generation);
        let subject = Subject { artifact, environment, version, generation };
        let outcomes = (0..self.dice.below(20))
            .map(|_| {
                let name = format!("{subject} {}", self.dice.below(200));
                let status = match self.dice.below(3) {
                    0 => OutcomeStatus::Failed(Failed::new(None, "it broke")),
                    _ => OutcomeStatus::Succeeded,
                };
                Outcome::new(OutcomeId::from_name(&name), subject.clone(), at, status)
            })
            .collect();
        let mut append = Append::new(namespace()?, at, outcomes);
        // Without dice: seeds that were kept go on telling what they told.
        let told = self.said.len();
        for number in [told * 7 % 200, told * 13 % 200] {
            let id = OutcomeId::from_name(&format!("{subject} {number}"));
            append = append.opening(OpenRun::new(id, subject.clone(), at, OpenRun::SHORTEST)?);
        }
        // With each failure it is noted how far the log of the first stay was, and its own.
        let others = vec![(VersionNumber::FIRST, Generation::new(1)), (version, generation)];
        Ok(Step::Append(append.noting(subject, others)))
    }
}

fn moving(artifact: &ArtifactId, name: PointerName, to: Target, cause: MoveCause) -> Change {
    let (artifact, force) = (artifact.clone(), Force::No);
    Change::MovePointer(Box::new(NewMove { artifact, name, to, cause, force }))
}
