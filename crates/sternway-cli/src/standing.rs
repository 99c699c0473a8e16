//! How an artifact stands in an environment: what is live, what waits, what is condemned, and how
//! the runs of each version went.
//!
//! Limits: stays are known from the newest 1,000 moves of the pointer, and the runs of a version
//! from its newest [`MAX_STAYS`] stays.

use std::collections::HashMap;

use sternway::{
    api::{LatchView, PointerView, StayView, TallyView},
    control::{Control, ControlError},
    store::Limit,
    types::{
        ArtifactId, At, Condemnation, Digest, EnvironmentId, Generation, Pointer, PointerName,
        RecordKey, Subject, Timestamp, Version, VersionNumber,
    },
};

use crate::{
    error::CliError,
    render::{style, symbols::Symbols},
};

/// How many stays of one version are looked at.
const MAX_STAYS: usize = 32;

/// How an artifact stands in an environment.
#[derive(Debug)]
pub(crate) struct Standing {
    artifact: ArtifactId,
    environment: EnvironmentId,
    pointers: Vec<Pointer>,
    condemned: HashMap<Digest, Condemnation>,
    /// Newest first.
    stays: HashMap<VersionNumber, Vec<Stay>>,
}

/// One stay of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stay {
    pub(crate) generation: Generation,
    pub(crate) since: Timestamp,
    pub(crate) until: Option<Timestamp>,
}

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is live.
    Live,
    /// It is live, and should not be.
    LiveCondemned,
    /// It may not go live again by itself.
    Condemned,
    /// It is newer than what is live, and was never live.
    Staged,
    /// It was live, or was passed over.
    Old,
}

impl State {
    /// The word that programs know it by.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Live | Self::LiveCondemned => "live",
            Self::Condemned => "condemned",
            Self::Staged => "staged",
            Self::Old => "old",
        }
    }

    /// The symbol, the word and the color that people know it by.
    pub(crate) const fn mark(
        self,
        symbols: &Symbols,
    ) -> (&'static str, &'static str, anstyle::Style) {
        match self {
            Self::Live => (symbols.live, "live", style::GOOD),
            Self::LiveCondemned => (symbols.warning, "live, condemned", style::BAD),
            Self::Condemned => (symbols.condemned, "condemned", style::BAD),
            Self::Staged => (symbols.staged, "staged", style::WAITING),
            Self::Old => (symbols.old, "", style::PLAIN),
        }
    }
}

/// Answers an error if there is no such environment.
///
/// # Errors
///
/// [`CliError::Sternway`] if there is none, or the store cannot be read.
pub(crate) async fn known_environment(
    control: &Control,
    environment: &EnvironmentId,
) -> Result<(), CliError> {
    let key = RecordKey::environment(environment);
    let entry = control.store().record(control.namespace(), &key, At::Head).await?;
    let known = entry.is_some_and(|entry| entry.record.is_some());
    if known { Ok(()) } else { Err(ControlError::NoEnvironment(environment.clone()).into()) }
}

impl Standing {
    /// Looks at an artifact that exists, in an environment that exists.
    ///
    /// # Errors
    ///
    /// [`CliError::Sternway`] if the store cannot be read.
    pub(crate) async fn load(
        control: &Control,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Self, CliError> {
        let (store, namespace) = (control.store(), control.namespace());
        let pointers = store.pointers(namespace, artifact, At::Head, None, Limit::MAX).await?;
        let name = PointerName::Environment(environment.clone());
        let moves = store.moves(namespace, artifact, &name, None, Limit::MAX).await?;
        let mut stays: HashMap<VersionNumber, Vec<Stay>> = HashMap::new();
        // Each stay ended when the next one began.
        let mut until = None;
        for moved in moves {
            let stay = Stay { generation: moved.generation, since: moved.at, until };
            until = Some(moved.at);
            if let Some(version) = moved.to {
                stays.entry(version).or_default().push(stay);
            }
        }
        let condemned = control.condemnations(artifact, environment).await?;
        let condemned = condemned.into_iter().map(|it| (it.digest, it)).collect();
        let (artifact, environment) = (artifact.clone(), environment.clone());
        Ok(Self { artifact, environment, pointers, condemned, stays })
    }

    /// The pointer that says what is live.
    pub(crate) fn pointer(&self) -> Option<&Pointer> {
        let here = |pointer: &&Pointer| matches!(&pointer.name, PointerName::Environment(name) if *name == self.environment);
        self.pointers.iter().find(here)
    }

    /// The environments and labels that name a version.
    pub(crate) fn pointers_at(&self, version: VersionNumber) -> Vec<PointerView> {
        let at = self.pointers.iter().filter(|pointer| pointer.version == Some(version));
        at.map(Into::into).collect()
    }

    /// The labels that name a version.
    pub(crate) fn labels_at(&self, version: VersionNumber) -> Vec<String> {
        let at = self.pointers.iter().filter(|pointer| pointer.version == Some(version));
        at.filter_map(|pointer| match &pointer.name {
            PointerName::Label(label) => Some(label.to_string()),
            PointerName::Environment(_) => None,
        })
        .collect()
    }

    /// Why a version may not go live by itself, if it may not.
    pub(crate) fn condemnation(&self, version: &Version) -> Option<&Condemnation> {
        self.condemned.get(&version.content.digest)
    }

    /// How many condemnations are about versions after this one.
    pub(crate) fn condemned_after(&self, version: VersionNumber) -> u64 {
        self.condemned.values().filter(|condemned| condemned.version > version).count() as u64
    }

    /// Where a version stands.
    pub(crate) fn state(&self, version: &Version) -> State {
        let live = self.pointer().and_then(|pointer| pointer.version);
        let condemned = self.condemnation(version).is_some();
        match (live == Some(version.number), condemned) {
            (true, true) => State::LiveCondemned,
            (true, false) => State::Live,
            (false, true) => State::Condemned,
            (false, false) => {
                let waits = live.is_none_or(|live| version.number > live)
                    && !self.stays.contains_key(&version.number);
                if waits { State::Staged } else { State::Old }
            }
        }
    }

    /// The newest stay of a version here; that of what was never live if it had none.
    pub(crate) fn newest_stay(&self, version: VersionNumber) -> Generation {
        let stays = self.stays.get(&version);
        stays.and_then(|stays| stays.first()).map_or(Generation::ZERO, |stay| stay.generation)
    }

    /// How the runs of a version went here; nothing if it was never live.
    ///
    /// # Errors
    ///
    /// [`CliError::Sternway`] if the store cannot be read.
    pub(crate) async fn tally(
        &self,
        control: &Control,
        version: VersionNumber,
    ) -> Result<Option<TallyView>, CliError> {
        let Some(stays) = self.stays.get(&version) else { return Ok(None) };
        let mut all = TallyView::default();
        for stay in stays.iter().take(MAX_STAYS) {
            all = all.plus(self.tally_of(control, version, *stay).await?);
        }
        Ok(Some(all))
    }

    /// The newest stays of a version, with how its runs went.
    ///
    /// # Errors
    ///
    /// [`CliError::Sternway`] if the store cannot be read.
    pub(crate) async fn stays(
        &self,
        control: &Control,
        version: VersionNumber,
    ) -> Result<Vec<StayView>, CliError> {
        let mut views = Vec::new();
        let live = self.pointer().map(|pointer| pointer.generation);
        let stays = self.stays.get(&version).map(Vec::as_slice).unwrap_or_default();
        for stay in stays.iter().take(MAX_STAYS) {
            let latch = control.latch(&self.subject(version, *stay)).await?;
            views.push(StayView {
                environment: self.environment.clone(),
                generation: stay.generation,
                since: stay.since,
                until: stay.until,
                is_live: live == Some(stay.generation),
                tally: self.tally_of(control, version, *stay).await?,
                latch: latch.as_ref().map(LatchView::from),
            });
        }
        Ok(views)
    }

    async fn tally_of(
        &self,
        control: &Control,
        version: VersionNumber,
        stay: Stay,
    ) -> Result<TallyView, CliError> {
        let subject = self.subject(version, stay);
        let tallies = control.store().tallies(control.namespace(), &subject).await?;
        Ok(tallies.map_or_else(TallyView::default, |tallies| (&tallies.tally).into()))
    }

    fn subject(&self, version: VersionNumber, stay: Stay) -> Subject {
        Subject {
            artifact: self.artifact.clone(),
            environment: self.environment.clone(),
            version,
            generation: stay.generation,
        }
    }
}
