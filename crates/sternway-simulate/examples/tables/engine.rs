//! Deployments through the engine itself: published, promoted, recorded in batches, judged and rolled
//! back by the control on a store in memory.

use std::{error::Error, num::NonZeroU64, sync::Arc};

use sternway_control::{Control, Intent, publish::Publish};
use sternway_policy::evidence::Arm;
use sternway_provider::{Clock as _, CountingIds, Ids as _, ManualClock};
use sternway_simulate::{Deployment, End, PACE, Scenario, Unit};
use sternway_store::{KvStore, MemoryKv};
use sternway_types::{
    Actor, ArtifactId, Content, EnvironmentId, Failure, Force, Outcome, OutcomeStatus, Policy,
    PolicyScope, PolicySetting, Subject, Timestamp, Verdict, VersionNumber,
};

/// Why the engine did not do what it was asked.
pub(crate) type Failed = Box<dyn Error + Send + Sync>;

/// One store with one artifact.
struct World {
    control: Control,
    clock: Arc<ManualClock>,
    ids: Arc<CountingIds>,
    intent: Intent,
    artifact: ArtifactId,
    environment: EnvironmentId,
}

/// After how many outcomes the engine rolls the candidate of a deployment back; nothing if it never
/// does.
///
/// The outcomes are those of [`Deployment`], so that a decider which is given them must stop at the same
/// one. They come in batches of so many: all but the first of a batch are judged by rebuilding the tally
/// in between.
///
/// # Errors
///
/// If the engine refuses anything.
pub(crate) async fn deploy(
    scenario: &Scenario,
    policy: &Policy,
    batch: NonZeroU64,
    (seed, number): (u64, u64),
) -> Result<Option<u64>, Failed> {
    let deployment = Deployment::new(scenario, seed, number);
    let world = World::new().await?;
    // The baseline is measured before anything is judged.
    world.set(PolicySetting::Off).await?;
    world.publish("baseline").await?;
    world.measure(&deployment).await?;
    world.set(PolicySetting::On(policy.clone())).await?;
    let stop = world.run(deployment, batch).await?;
    world.control.shutdown().await?;
    Ok(stop)
}

impl World {
    async fn new() -> Result<Self, Failed> {
        let store = Arc::new(KvStore::open(MemoryKv::new())?);
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_795_190_400_000_000)));
        let ids = Arc::new(CountingIds::default());
        let control = Control::new(store, "simulated".parse()?)
            .with_clock(Arc::<ManualClock>::clone(&clock))
            .with_ids(Arc::<CountingIds>::clone(&ids));
        control.create_namespace().await?;
        let environment = control.default_environment().await?;
        let intent = Intent::by("system:simulation".parse::<Actor>()?);
        Ok(Self { control, clock, ids, intent, artifact: "prompts/greeting".parse()?, environment })
    }

    async fn set(&self, setting: PolicySetting) -> Result<(), Failed> {
        self.control.set_policy(PolicyScope::Namespace, setting, &self.intent).await?;
        Ok(())
    }

    /// Publishes a version, and makes it live.
    async fn publish(&self, text: &str) -> Result<VersionNumber, Failed> {
        let publish = Publish::new(self.artifact.clone(), Content::text(text, None)?);
        let published = self.control.publish(publish, &self.intent).await?;
        if !published.is_live() {
            let (number, force) = (published.number, Force::No);
            let (artifact, environment) = (&self.artifact, &self.environment);
            drop(self.control.promote(artifact, number, environment, force, &self.intent).await?);
        }
        Ok(published.number)
    }

    async fn subject(&self, number: VersionNumber) -> Result<Subject, Failed> {
        Ok(self.control.subject(&self.artifact, number, &self.environment).await?)
    }

    /// Records what the baseline did before.
    async fn measure(&self, deployment: &Deployment<'_>) -> Result<(), Failed> {
        let (subject, measured) =
            (self.subject(VersionNumber::FIRST).await?, deployment.measured());
        let failed = (0..measured.failed).map(|_| End::Failed);
        let ends = failed.chain((0..measured.succeeded).map(|_| End::Succeeded));
        let outcomes = ends.map(|end| self.outcome(&subject, end)).collect();
        drop(self.control.record(outcomes).await?);
        Ok(())
    }

    /// Publishes the candidate, and records its outcomes until it is taken back.
    async fn run(
        &self,
        deployment: Deployment<'_>,
        batch: NonZeroU64,
    ) -> Result<Option<u64>, Failed> {
        let number = self.publish("candidate").await?;
        let subject = self.subject(number).await?;
        let mut units = deployment.filter(|unit| unit.arm == Arm::Candidate).peekable();
        while units.peek().is_some() {
            let size = usize::try_from(batch.get())?;
            let outcome = |unit: Unit| self.outcome(&subject, unit.end);
            let recorded =
                self.control.record(units.by_ref().take(size).map(outcome).collect()).await?;
            for judged in recorded.judged {
                if let Verdict::Regressed(regression) = judged.verdict {
                    self.went_back().await?;
                    let evidence = &regression.evidence;
                    return Ok(Some(evidence.succeeded + evidence.failed));
                }
            }
        }
        Ok(None)
    }

    /// A version that regressed is not live any more.
    async fn went_back(&self) -> Result<(), Failed> {
        let check = self.control.check(&self.artifact, &self.environment).await?;
        match check.subject.version {
            VersionNumber::FIRST => Ok(()),
            other => Err(format!("{other} regressed and is live").into()),
        }
    }

    fn outcome(&self, subject: &Subject, end: End) -> Outcome {
        self.clock.advance(PACE);
        let status = match end {
            End::Succeeded => OutcomeStatus::Succeeded,
            End::Failed => OutcomeStatus::Failed(Failure::default()),
        };
        Outcome::new(self.ids.outcome(), subject.clone(), self.clock.now(), status)
    }
}
