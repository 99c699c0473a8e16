//! From what a person names to a version.

use sternway_store::{Limit, StoreError};
use sternway_types::{
    ArtifactId, At, Content, Digest, DigestPrefix, EnvironmentId, Generation, Latch, MoveCause,
    Pointer, PointerMove, PointerName, Record, RecordKey, Reference, Regime, Selector, Subject,
    Version, VersionNumber, Weight,
};

use crate::{Control, ControlError};

impl Control {
    /// The version that a reference names, as seen from an environment.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoArtifact`], [`ControlError::NoEnvironment`], [`ControlError::NoVersion`]
    /// or [`ControlError::Ambiguous`] if it names none or several, and [`ControlError::Store`] if
    /// the store cannot be read.
    pub async fn resolve(
        &self,
        reference: &Reference,
        environment: &EnvironmentId,
    ) -> Result<Version, ControlError> {
        let id = &reference.artifact;
        let artifact = self.store.artifact(&self.namespace, id, At::Head).await?;
        let artifact = artifact.ok_or_else(|| ControlError::NoArtifact(id.clone()))?;
        let live = PointerName::Environment(environment.clone());
        let (number, problem) = match &reference.selector {
            Selector::Number(number) => {
                let problem = format!("the newest is {}", artifact.latest);
                (Some(*number).filter(|number| *number <= artifact.latest), problem)
            }
            Selector::Latest => (Some(artifact.latest), String::new()),
            Selector::Live => {
                self.known_environment(environment).await?;
                let pointer = self.pointer(id, &live).await?;
                (pointer.and_then(|it| it.version), format!("nothing is live in {environment}"))
            }
            Selector::Before(stays) => {
                self.known_environment(environment).await?;
                let problem = format!("not so many versions were live in {environment}");
                (self.stay_before(id, environment, *stays).await?, problem)
            }
            Selector::Label(label) => {
                let name = PointerName::Label(label.clone());
                let pointer = self.pointer(id, &name).await?;
                (pointer.and_then(|it| it.version), "there is no such label".into())
            }
            Selector::Digest(prefix) => {
                (self.newest_with(reference, prefix).await?, "no content begins like this".into())
            }
            Selector::At(moment) => {
                self.known_environment(environment).await?;
                let at = At::Time(*moment);
                let pointer = self.store.pointer(&self.namespace, id, &live, at).await?;
                let problem = format!("nothing was live in {environment} then");
                (pointer.and_then(|it| it.version), problem)
            }
        };
        let reference = reference.clone();
        let number = number.ok_or(ControlError::NoVersion { reference, problem })?;
        self.version(id, number).await
    }

    async fn stay_before(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        back: u32,
    ) -> Result<Option<VersionNumber>, ControlError> {
        let mut stays = self.stays(artifact, environment);
        for _ in 0..back {
            if stays.next().await?.is_none() {
                return Ok(None);
            }
        }
        Ok(stays.next().await?.map(|stay| stay.version))
    }

    async fn newest_with(
        &self,
        reference: &Reference,
        prefix: &DigestPrefix,
    ) -> Result<Option<VersionNumber>, ControlError> {
        let mut found: Vec<(Digest, VersionNumber)> = Vec::new();
        let mut after = None;
        loop {
            let page = self
                .store
                .with_digest(&self.namespace, prefix, At::Head, after.as_ref(), Limit::MAX)
                .await?;
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            for hit in page.into_iter().filter(|hit| hit.artifact == reference.artifact) {
                match found.iter_mut().find(|(digest, _)| *digest == hit.digest) {
                    Some((_, newest)) => *newest = hit.number.max(*newest),
                    None => found.push((hit.digest, hit.number)),
                }
            }
        }
        match found.as_slice() {
            [] => Ok(None),
            [(_, number)] => Ok(Some(*number)),
            several => {
                Err(ControlError::Ambiguous { reference: reference.clone(), found: several.len() })
            }
        }
    }

    /// A version by its number.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoVersion`] if there is none, and [`ControlError::Store`] if the store
    /// cannot be read.
    pub async fn version(
        &self,
        artifact: &ArtifactId,
        number: VersionNumber,
    ) -> Result<Version, ControlError> {
        let version = self.store.version(&self.namespace, artifact, number).await?;
        version.ok_or_else(|| ControlError::NoVersion {
            reference: Reference { artifact: artifact.clone(), selector: Selector::Number(number) },
            problem: "there is no such version".into(),
        })
    }

    /// The content of a version.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read, or the content is damaged or missing.
    pub async fn content(&self, version: &Version) -> Result<Content, ControlError> {
        let content = self.store.content(&version.content).await?;
        Ok(content.ok_or_else(|| StoreError::Corrupt {
            place: format!("the content of {}@{}", version.artifact, version.number),
            detail: format!("{} is missing", version.content.digest),
        })?)
    }

    /// What is live, and the pointer that says so.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoArtifact`], [`ControlError::NoEnvironment`] or [`ControlError::NotLive`]
    /// if nothing is, and [`ControlError::Store`] if the store cannot be read.
    pub async fn live_version(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<(Pointer, Version), ControlError> {
        let name = PointerName::Environment(environment.clone());
        if let Some(pointer) = self.pointer(artifact, &name).await?
            && let Some(number) = pointer.version
        {
            return Ok((pointer, self.version(artifact, number).await?));
        }
        self.known_environment(environment).await?;
        if self.store.artifact(&self.namespace, artifact, At::Head).await?.is_none() {
            return Err(ControlError::NoArtifact(artifact.clone()));
        }
        let (artifact, environment) = (artifact.clone(), environment.clone());
        Err(ControlError::NotLive { artifact, environment })
    }

    /// What an outcome of a version in an environment is about: its present stay there if it is
    /// live, else its last one, else none.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoEnvironment`] if there is no such environment, and
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn subject(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
        environment: &EnvironmentId,
    ) -> Result<Subject, ControlError> {
        self.known_environment(environment).await?;
        let name = PointerName::Environment(environment.clone());
        // One page finds the present stay, and nearly every last one; an older stay is as good as
        // none, since nothing is judged by it.
        let moves = self.store.moves(&self.namespace, artifact, &name, None, Limit::MAX).await?;
        let mut generation = Generation::ZERO;
        for moved in &moves {
            let ran = moved.to == Some(version) || is_beside(moved, version);
            if ran || self.ran_without_a_share(moved, version, environment).await? {
                generation = moved.generation;
                break;
            }
        }
        let (artifact, environment) = (artifact.clone(), environment.clone());
        Ok(Subject { artifact, environment, version, generation })
    }

    /// Whether a version got copies of the runs since a move, or those that match, and no share of them.
    async fn ran_without_a_share(
        &self,
        moved: &PointerMove,
        version: VersionNumber,
        environment: &EnvironmentId,
    ) -> Result<bool, ControlError> {
        let MoveCause::Shifted(shift) = &moved.cause else { return Ok(false) };
        if shift.candidate != version || shift.weight > Weight::ZERO {
            return Ok(false);
        }
        let deployment = match self.deployment(environment, shift.deployment).await {
            Ok(deployed) => deployed.deployment,
            Err(ControlError::NoDeployment { .. }) => return Ok(false),
            Err(err) => return Err(err),
        };
        let ours = deployment.members.iter().filter(|member| member.artifact == moved.artifact);
        let mut regimes = ours.flat_map(|member| &member.regimes);
        let ran = |it: &Regime| !it.shadow.is_zero() || it.matched;
        Ok(regimes.any(|it| it.generation == moved.generation && ran(it)))
    }

    pub(crate) async fn pointer(
        &self,
        artifact: &ArtifactId,
        name: &PointerName,
    ) -> Result<Option<Pointer>, ControlError> {
        Ok(self.store.pointer(&self.namespace, artifact, name, At::Head).await?)
    }

    pub(crate) async fn generation(
        &self,
        artifact: &ArtifactId,
        name: &PointerName,
    ) -> Result<Generation, ControlError> {
        let pointer = self.pointer(artifact, name).await?;
        Ok(pointer.map_or(Generation::ZERO, |pointer| pointer.generation))
    }

    /// The latched verdict on a stay, if there is one.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn latch(&self, subject: &Subject) -> Result<Option<Latch>, ControlError> {
        let key = RecordKey::latch(&subject.artifact, &subject.environment, subject.generation);
        let found = self.record_at(&key, Record::into_latch).await?.map(|latch| *latch);
        // A candidate beside what is live has the same generation, and a verdict of its own.
        Ok(found.filter(|latch| latch.version == subject.version))
    }

    /// The verdict on a stay that nothing was done about, since the policy does not act.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn notice(&self, subject: &Subject) -> Result<Option<Latch>, ControlError> {
        let stay = (&subject.artifact, &subject.environment, subject.generation);
        let own = RecordKey::notice_of_candidate(stay, subject.version);
        if let Some(latch) = self.record_at(&own, Record::into_latch).await? {
            return Ok(Some(*latch));
        }
        let key = RecordKey::notice(&subject.artifact, &subject.environment, subject.generation);
        let found = self.record_at(&key, Record::into_latch).await?;
        Ok(found.map(|latch| *latch).filter(|latch| latch.version == subject.version))
    }
}

/// Whether a version got runs beside the one that a pointer names.
fn is_beside(moved: &PointerMove, version: VersionNumber) -> bool {
    matches!(&moved.cause, MoveCause::Shifted(it) if it.share_of(version) > Weight::ZERO)
}
