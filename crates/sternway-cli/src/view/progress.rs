//! Views of how far a deployment has come, and how it fares.

use std::time::Duration;

use sternway::{
    api::{
        ArmProgressView, DeploymentProgressView, MemberProgressView, ProgressView, ShareView,
        TallyView,
    },
    control::{Control, ControlError, deploy::Stretch},
    types::{ArtifactId, Deployment, Measure, Metric, Phase, Tally, Timestamp, VersionNumber},
};

/// A deployment, with how far it has come by now and how it fares.
///
/// # Errors
///
/// [`ControlError::Store`] if the store cannot be read.
pub(crate) async fn progress(
    control: &Control,
    of: &Deployment,
    now: Timestamp,
) -> Result<DeploymentProgressView, ControlError> {
    let (mut members, mut way_back) = (Vec::with_capacity(of.members.len()), None);
    for member in &of.members {
        let stretches = control.fared(of, member).await?;
        way_back = way_back.max(way_back_of(of, &stretches, now));
        members.push(fared(&member.artifact, &stretches, now));
    }
    let ended = of.phase.is_over().then_some(of.since);
    let progress = ProgressView {
        percent: percent(of),
        ended,
        duration_ms: millis(ended.unwrap_or(now).since(of.started)),
        way_back_ms: way_back.map(millis),
        members,
    };
    Ok(DeploymentProgressView { deployment: of.into(), progress })
}

/// How many of its steps are done, in percent.
fn percent(of: &Deployment) -> u8 {
    let steps = of.plan.steps().len().max(1);
    let done = usize::from(of.step).min(steps);
    if of.phase == Phase::Completed { 100 } else { u8::try_from(done * 100 / steps).unwrap_or(100) }
}

/// How long it was on its way back: its last shares are none, since something made it go back.
fn way_back_of(of: &Deployment, stretches: &[Stretch], now: Timestamp) -> Option<Duration> {
    let last = stretches.last().filter(|_| of.cause.is_some())?;
    let none = last.regime.weight.is_zero() && last.regime.shadow.is_zero();
    let since = last.since.filter(|_| none)?;
    Some(last.until.unwrap_or(now).since(since))
}

fn fared(artifact: &ArtifactId, stretches: &[Stretch], now: Timestamp) -> MemberProgressView {
    let mut arms: Vec<Arm> = Vec::new();
    for (version, tally) in stretches.iter().flat_map(|stretch| &stretch.arms) {
        let arm = Arm::of(*version, tally);
        match arms.iter_mut().find(|it| it.version == *version) {
            Some(all) => *all = all.plus(arm),
            None => arms.push(arm),
        }
    }
    MemberProgressView {
        artifact: artifact.clone(),
        arms: arms.into_iter().map(Arm::view).collect(),
        shares: stretches.iter().map(|stretch| share(stretch, now)).collect(),
    }
}

fn share(stretch: &Stretch, now: Timestamp) -> ShareView {
    let Stretch { regime, since, until, arms } = stretch;
    ShareView {
        weight: regime.weight.get(),
        shadow: regime.shadow.get(),
        since: *since,
        until: *until,
        duration_ms: since.map(|since| millis(until.unwrap_or(now).since(since))),
        arms: arms.iter().map(|(version, tally)| Arm::of(*version, tally).view()).collect(),
    }
}

/// What a version did.
#[derive(Clone, Copy)]
struct Arm {
    version: VersionNumber,
    runs: TallyView,
    took: Measure,
}

impl Arm {
    fn of(version: VersionNumber, tally: &Tally) -> Self {
        Self { version, runs: tally.into(), took: tally.measure(&Metric::Duration, None) }
    }

    fn plus(self, other: Self) -> Self {
        Self { runs: self.runs.plus(other.runs), took: self.took.plus(other.took), ..self }
    }

    fn view(self) -> ArmProgressView {
        let Self { version, runs, took } = self;
        ArmProgressView { version, runs, mean_ms: took.mean() }
    }
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
