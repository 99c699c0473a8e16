//! What a version is compared with: the last known good version, and how its runs went.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sternway_policy::Baseline;
use sternway_store::StoreError;
use sternway_types::{
    Actor, ArtifactId, At, Change, EnvironmentId, ErrorClasses, FrozenBaseline, Generation,
    PointerName, Policy, Precondition, Quantiles, Record, RecordKey, Rule, Subject, Tally,
    VersionNumber,
};

use crate::{Control, ControlError, Intent, stays::Newest};

/// Of how many of the baseline's newest stays the outcomes count.
const MAX_STAYS: usize = 8;
/// Of how many subjects it is remembered what they are held against: it never changes.
const REMEMBERED: usize = 1_024;

/// The last known good version, and what its outcomes add up to, stay by stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownGood {
    version: VersionNumber,
    tallies: Vec<Tally>,
    frozen: Option<Arc<FrozenBaseline>>,
}

impl KnownGood {
    const fn none_of(version: VersionNumber) -> Self {
        Self { version, tallies: Vec::new(), frozen: None }
    }

    /// What was kept of one.
    pub(crate) fn frozen_as(frozen: &FrozenBaseline) -> Self {
        let frozen = Arc::new(frozen.clone());
        Self { frozen: Some(Arc::clone(&frozen)), ..Self::none_of(frozen.version) }
    }

    pub(crate) fn as_baseline(&self) -> Baseline<'_> {
        let frozen = self.frozen.as_deref();
        Baseline { version: self.version, tallies: &self.tallies, frozen }
    }

    /// What it added up to when the other version was first judged, if that was kept.
    pub(crate) fn frozen(&self) -> Option<&FrozenBaseline> {
        self.frozen.as_deref()
    }

    fn freeze(&self, subject: &Subject) -> FrozenBaseline {
        let sum = |of: fn(&Tally) -> u64| self.tallies.iter().map(of).fold(0, u64::saturating_add);
        let errors = self.tallies.iter();
        FrozenBaseline {
            artifact: subject.artifact.clone(),
            environment: subject.environment.clone(),
            generation: subject.generation,
            candidate: subject.version,
            version: self.version,
            succeeded: sum(|tally| tally.succeeded),
            failed: sum(|tally| tally.failed),
            errors: errors.fold(ErrorClasses::default(), |sum, it| sum.plus(it.errors())),
            quantiles: self.quantiles(),
        }
    }

    /// How long its runs took and what they cost: until the other version was first judged, if that was kept.
    pub(crate) fn quantiles(&self) -> Quantiles {
        match &self.frozen {
            Some(frozen) => frozen.quantiles.clone(),
            None => {
                let each = self.tallies.iter().map(Tally::quantiles);
                each.fold(Quantiles::default(), Quantiles::plus)
            }
        }
    }
}

/// What subjects are held against, as this control knows.
#[derive(Debug, Default)]
pub(crate) struct Baselines(Mutex<HashMap<Subject, Arc<FrozenBaseline>>>);

impl Baselines {
    fn of(&self, subject: &Subject) -> Option<Arc<FrozenBaseline>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(subject).cloned()
    }

    fn remember(&self, subject: &Subject, frozen: &Arc<FrozenBaseline>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(subject.clone(), Arc::clone(frozen));
    }
}

/// What a policy needs to know of the last known good version.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Needs {
    /// What it adds up to now, by time and by metric.
    tallies: bool,
    /// What it added up to when the other version was first judged.
    frozen: bool,
}

impl Needs {
    fn of(policy: &Policy) -> Self {
        let by_time = |rule: &Rule| rule.degradation().is_some() || rule.trigger().is_some();
        let tests = |rule: &Rule| rule.needs_baseline() && rule.name().has_stated_error_rate();
        Self {
            tallies: policy.rules().iter().any(by_time),
            frozen: policy.rules().iter().any(tests),
        }
    }
}

impl Control {
    /// What a subject is to be compared with: the version that a rollback would go back to. Nothing
    /// is read where no rule of the policy compares.
    pub(crate) async fn baseline(
        &self,
        policy: &Policy,
        subject: &Subject,
    ) -> Result<Option<KnownGood>, ControlError> {
        let needs = Needs::of(policy);
        // Before the first stay there was none.
        if subject.generation <= Generation::new(1) {
            return Ok(None);
        }
        let frozen = if needs.frozen { self.frozen_baseline(subject).await? } else { None };
        let now = if needs.tallies || (needs.frozen && frozen.is_none()) {
            self.last_good_now(subject).await?
        } else {
            None
        };
        // What was kept counts, whatever became of that version since.
        let known =
            now.or_else(|| frozen.as_ref().map(|frozen| KnownGood::none_of(frozen.version)));
        Ok(known.map(|known| KnownGood { frozen, ..known }))
    }

    /// The same, before the subject's first outcome is judged: what sequential tests hold it against is
    /// kept, so that everybody holds it against the same for ever.
    pub(crate) async fn baseline_for_good(
        &self,
        policy: &Policy,
        subject: &Subject,
    ) -> Result<Option<KnownGood>, ControlError> {
        let known = self.baseline(policy, subject).await?;
        let open = known.as_ref().filter(|it| Needs::of(policy).frozen && it.frozen.is_none());
        let frozen = open.map(|it| it.freeze(subject));
        // Of what never ran there is nothing to keep.
        let Some(frozen) = frozen.filter(|it| it.known() > 0) else { return Ok(known) };
        // Late outcomes of an earlier stay lead to nothing.
        let name = PointerName::Environment(subject.environment.clone());
        let (ns, artifact) = (&self.namespace, &subject.artifact);
        let pointer = self.store.pointer(ns, artifact, &name, At::Head).await?;
        if pointer.is_none_or(|pointer| pointer.generation != subject.generation) {
            return Ok(known);
        }
        let record = Record::Baseline(Box::new(frozen));
        let first = Precondition::RecordAt { key: record.key(), generation: Generation::ZERO };
        let changeset = self.changeset(&Intent::by(Actor::sternway()));
        let changeset = changeset.when(first).then(Change::PutRecord(Box::new(record)));
        match self.commit(&changeset).await {
            // Somebody was faster: what they kept counts.
            Ok(_) | Err(StoreError::Conflict(_)) => self.baseline(policy, subject).await,
            Err(err) => Err(err.into()),
        }
    }

    /// What the version that is live adds up to now, to be kept for a candidate beside it.
    pub(crate) async fn freeze_live(
        &self,
        candidate: &Subject,
        live: VersionNumber,
    ) -> Result<FrozenBaseline, ControlError> {
        let (artifact, environment) = (&candidate.artifact, &candidate.environment);
        let mut newest = Newest::of(MAX_STAYS);
        let mut stays = self.stays(artifact, environment);
        while newest.wants_more()
            && let Some(stay) = stays.next().await?
        {
            if stay.version == live {
                newest.take(&stay);
            }
        }
        let known = self.known(artifact, environment, live, newest.generations).await?;
        Ok(known.freeze(candidate))
    }

    /// What was kept of what a subject is held against.
    async fn frozen_baseline(
        &self,
        subject: &Subject,
    ) -> Result<Option<Arc<FrozenBaseline>>, ControlError> {
        if let Some(known) = self.baselines.of(subject) {
            return Ok(Some(known));
        }
        let key = RecordKey::baseline(&subject.artifact, &subject.environment, subject.generation);
        let Some(frozen) = self.record_at(&key, Record::into_baseline).await? else {
            return Ok(None);
        };
        let frozen = Arc::new(*frozen);
        if !self.is_rehearsal() {
            self.baselines.remember(subject, &frozen);
        }
        Ok(Some(frozen))
    }

    /// The last known good version, and what it adds up to now.
    async fn last_good_now(&self, subject: &Subject) -> Result<Option<KnownGood>, ControlError> {
        let (artifact, environment) = (&subject.artifact, &subject.environment);
        let Some(good) = self.last_good_stays(subject, MAX_STAYS).await? else { return Ok(None) };
        self.known(artifact, environment, good.version, good.generations).await.map(Some)
    }

    /// A version, and what it adds up to over these stays.
    async fn known(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        version: VersionNumber,
        generations: Vec<Generation>,
    ) -> Result<KnownGood, ControlError> {
        let mut tallies = Vec::new();
        for generation in generations {
            let (artifact, environment) = (artifact.clone(), environment.clone());
            let stay = Subject { artifact, environment, version, generation };
            let found = self.store.tallies(&self.namespace, &stay).await?;
            tallies.extend(found.map(|tallies| tallies.tally));
        }
        Ok(KnownGood { version, tallies, frozen: None })
    }
}
