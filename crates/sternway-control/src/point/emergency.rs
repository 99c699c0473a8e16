//! Emergency: an environment goes back to its newest healthy point, at once.

use std::{collections::HashSet, fmt};

use sternway_deploy::{Ask, Event, advance};
use sternway_store::StoreError;
use sternway_types::{
    ArtifactId, At, Changeset, Deployment, EnvironmentId, Force, Phase, PointId, PointUse, Pointer,
    Revision, RollbackPoint, Timestamp,
};

use super::{Pointed, Unhealthy, health::Health};
use crate::{
    Control, ControlError, Intent,
    deploy::{Deployed, Lines, is_condemned},
    restore_to::{WayBack, WentBack},
};

/// How often it is looked again where a version that comes back was condemned meanwhile.
const MOST_LOOKS: u8 = 3;

/// Why a point was not the one to go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// Everything that could go back to it is where it was then, and nothing is being deployed.
    ChangesNothing,
    /// A version that would come back is not healthy.
    Unhealthy(Unhealthy),
    /// A version that would stay live is not healthy, and an older point has a better one.
    Keeps(Unhealthy),
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChangesNothing => f.write_str("going back to it would change nothing"),
            Self::Unhealthy(unhealthy) => unhealthy.fmt(f),
            Self::Keeps(unhealthy) => write!(f, "{unhealthy}, and would stay live"),
        }
    }
}

/// A point that was looked at, and not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Which.
    pub point: PointId,
    /// What it names.
    pub revision: Revision,
    /// When it was taken.
    pub at: Timestamp,
    /// Why not.
    pub why: WhyNot,
}

impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (r{}): {}", self.point, self.revision, self.why)
    }
}

/// What an emergency led to.
#[derive(Clone, Debug)]
pub struct Emergency {
    /// Where.
    pub environment: EnvironmentId,
    /// The point that the environment is back at.
    pub point: RollbackPoint,
    /// Everything that went back.
    pub moved: Vec<WentBack>,
    /// What was not there at the point, and stays: an environment is never emptied.
    pub stays: Vec<WentBack>,
    /// What stays live and had better not, since no point has a better version that could come back.
    pub unfit: Option<Unhealthy>,
    /// The deployments that were aborted, as they are since.
    pub aborted: Vec<Deployment>,
    /// The newer points that were not the one to go back to.
    pub passed_over: Vec<PassedOver>,
    /// Whose routers did not follow yet, and why. Those of a deployment are told again by whoever drives,
    /// the others with the next move.
    pub unrouted: Vec<(ArtifactId, ControlError)>,
    /// The revision that did it; nothing if an earlier emergency had done it, and nothing happened since.
    pub revision: Option<Revision>,
}

/// An environment as it is when somebody cries.
struct Scene {
    live: Vec<Pointer>,
    /// The deployments that are to be aborted. Those on their way back are there already.
    forward: Vec<Deployed>,
    /// The deployments that wait for their turn. They are aborted too, or else would begin at once.
    queued: Vec<Deployed>,
    /// The points, the newest first.
    points: Vec<Pointed>,
}

impl Scene {
    /// Whether nothing is being deployed.
    const fn is_quiet(&self) -> bool {
        self.forward.is_empty() && self.queued.is_empty()
    }

    /// The point of the last emergency, if nothing happened since: to cry twice changes nothing.
    fn answered(&self) -> Option<&Pointed> {
        let by_emergency = self.points.iter().filter(|pointed| {
            let used = pointed.point.used.as_ref();
            used.is_some_and(|used| used.how == PointUse::Emergency)
        });
        let last = by_emergency.max_by_key(|pointed| pointed.written)?;
        let still = self.live.iter().all(|pointer| pointer.revision <= last.written);
        (still && self.is_quiet()).then_some(last)
    }
}

/// A point to go back to.
struct Choice<'a> {
    pointed: &'a Pointed,
    way: WayBack,
    unfit: Option<Unhealthy>,
    passed_over: Vec<PassedOver>,
}

impl Control {
    /// Takes an environment back to its newest healthy rollback point, in one commit: every pointer goes
    /// back, every deployment under way there is aborted, and its candidates have no runs any more. A
    /// point is healthy if no version that would come back is condemned there, regressed there, or is
    /// being deployed, and none that is condemned would stay live; if all of them keep one that is, the
    /// newest of them will do. No approval and no pause keeps anybody from it. Then the routers are told.
    ///
    /// Asked again, it says what was done and does nothing, until something moves there or is deployed.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoEnvironment`]; [`ControlError::NoHealthyPoint`] with every point and why it was
    /// not the one; and [`ControlError::Store`] if the store cannot write, or if it is more than one
    /// commit can carry. Then nothing moved.
    pub async fn emergency(
        &self,
        environment: &EnvironmentId,
        intent: &Intent,
    ) -> Result<Emergency, ControlError> {
        self.known_environment(environment).await?;
        let mut looks = MOST_LOOKS;
        loop {
            let scene = self.scene(environment).await?;
            if let Some(answered) = scene.answered() {
                return Ok(nothing_to_do(answered));
            }
            let choice = self.choose(&scene, environment).await?;
            let (changeset, aborted) = self.crying(&scene, &choice, intent).await?;
            match self.commit(&changeset).await {
                Ok(receipt) => {
                    let Choice { pointed, way, unfit, passed_over } = choice;
                    let point = pointed.used(&changeset, PointUse::Emergency);
                    let restored = way.into_restored(point.revision, Some(receipt.revision));
                    let done = Emergency {
                        environment: environment.clone(),
                        point,
                        moved: restored.moved,
                        stays: restored.stays,
                        unfit,
                        aborted,
                        passed_over,
                        unrouted: Vec::new(),
                        revision: restored.revision,
                    };
                    return Ok(self.followed(done).await);
                }
                // A driver, or somebody else, was faster: look again.
                Err(StoreError::Conflict(_)) => (),
                // Somebody condemned one of them just now. What is refused again stays refused.
                Err(err) if is_condemned(&err) && looks > 0 => looks -= 1,
                Err(err) => return Err(err.into()),
            }
        }
    }

    async fn scene(&self, environment: &EnvironmentId) -> Result<Scene, ControlError> {
        let mut found = self.deployments_under_way().await?;
        found.extend(self.deployments_queued().await?);
        found.retain(|(place, _)| place == environment);
        found.sort_unstable();
        found.dedup();
        let (mut forward, mut queued) = (Vec::new(), Vec::new());
        for (place, id) in found {
            let deployed = self.deployment(&place, id).await?;
            match deployed.deployment.phase {
                Phase::Running => forward.push(deployed),
                Phase::Queued => queued.push(deployed),
                Phase::RollingBack
                | Phase::Completed
                | Phase::RolledBack
                | Phase::Superseded
                | Phase::Rejected
                | Phase::Halted => (),
            }
        }
        let points = self.newest_points(environment).await?;
        let live = self.live_in(environment, At::Head).await?;
        Ok(Scene { live, forward, queued, points })
    }

    /// The newest healthy point that there is something to go back to.
    async fn choose<'a>(
        &self,
        scene: &'a Scene,
        environment: &EnvironmentId,
    ) -> Result<Choice<'a>, ControlError> {
        let mut health = Health::of(self, environment, &scene.forward).await?;
        let (mut passed_over, mut second_best) = (Vec::new(), None);
        for pointed in &scene.points {
            let RollbackPoint { id: point, revision, at, .. } = pointed.point;
            let way = self.way_back(revision, environment, &scene.live).await?;
            let nothing = way.is_empty() && scene.is_quiet();
            let why = if nothing {
                WhyNot::ChangesNothing
            } else if let Some(problem) = coming_back(&mut health, &way, &scene.live).await? {
                WhyNot::Unhealthy(problem)
            } else if let Some(problem) = staying(&health, &way, &scene.live).await? {
                if second_best.is_none() {
                    let (unfit, passed_over) = (Some(problem.clone()), passed_over.clone());
                    second_best = Some(Choice { pointed, way, unfit, passed_over });
                }
                WhyNot::Keeps(problem)
            } else {
                return Ok(Choice { pointed, way, unfit: None, passed_over });
            };
            passed_over.push(PassedOver { point, revision, at, why });
        }
        let environment = environment.clone();
        second_best.ok_or(ControlError::NoHealthyPoint { environment, looked_at: passed_over })
    }

    /// The one commit, and the deployments as they are with it.
    async fn crying(
        &self,
        scene: &Scene,
        choice: &Choice<'_>,
        intent: &Intent,
    ) -> Result<(Changeset, Vec<Deployment>), ControlError> {
        let Choice { pointed, way, .. } = choice;
        let moved: HashSet<_> = way.moved().map(|back| back.artifact.clone()).collect();
        let (by, reason) = (intent.actor.clone(), intent.reason.clone());
        let abort = Event::Asked { ask: Ask::Abort, by, reason };
        let (mut changeset, mut aborted) = (self.changeset(intent), Vec::new());
        // Those that wait leave first, so that nobody's turn comes.
        let mut lines = Lines::default();
        for before in scene.queued.iter().chain(&scene.forward) {
            let Some(next) = advance(&before.deployment, &abort, self.now())? else { continue };
            aborted.push(next.deployment.clone());
            let deploying = self.deploying_beside(changeset, before, next, &moved, &mut lines);
            changeset = deploying.await?;
        }
        let changeset = lines.onto(changeset);
        let changeset = way.onto(changeset, pointed.point.revision, Force::No);
        Ok((pointed.noting(changeset, PointUse::Emergency), aborted))
    }

    /// Has the routers follow. Whatever is in the way, the environment went back.
    async fn followed(&self, mut done: Emergency) -> Emergency {
        if self.is_rehearsal() {
            return done;
        }
        for back in &done.moved {
            if let Err(err) = self.assert_route(&back.artifact, &done.environment).await {
                done.unrouted.push((back.artifact.clone(), err));
            }
        }
        for aborted in &mut done.aborted {
            let trouble = match self.drive_one(&done.environment, aborted.id).await {
                Ok(driven) => {
                    *aborted = driven.deployment;
                    driven.trouble
                }
                Err(err) => Some(err),
            };
            let whose = aborted.members.first().map(|member| member.artifact.clone());
            done.unrouted.extend(whose.zip(trouble));
        }
        done
    }
}

/// The pointers that would stay where they are.
fn unmoved<'a>(way: &WayBack, live: &'a [Pointer]) -> Vec<&'a Pointer> {
    let moved: HashSet<_> = way.moved().chain(&way.stays).map(|back| &back.artifact).collect();
    live.iter().filter(|pointer| !moved.contains(&pointer.artifact)).collect()
}

/// The first version of a point that is not to come back.
async fn coming_back(
    health: &mut Health<'_>,
    way: &WayBack,
    live: &[Pointer],
) -> Result<Option<Unhealthy>, ControlError> {
    // A candidate that is live was so at the point as well, and goes all the same.
    for Pointer { artifact, version, .. } in unmoved(way, live) {
        let candidate = health.candidates.get(artifact);
        if let Some(candidate) = candidate.filter(|it| *version == Some(it.version)) {
            return Ok(Some(candidate.unhealthy(artifact, candidate.version)));
        }
    }
    for back in way.moved() {
        if let Some(version) = back.to
            && let Some(problem) = health.problem(&back.artifact, version).await?
        {
            return Ok(Some(problem));
        }
    }
    Ok(None)
}

/// The first version that would stay live and had better not.
async fn staying(
    health: &Health<'_>,
    way: &WayBack,
    live: &[Pointer],
) -> Result<Option<Unhealthy>, ControlError> {
    for Pointer { artifact, version, .. } in unmoved(way, live) {
        if let Some(version) = version
            && let Some(problem) = health.unfit(artifact, *version).await?
        {
            return Ok(Some(problem));
        }
    }
    Ok(None)
}

/// The answer where an earlier emergency did it all.
fn nothing_to_do(answered: &Pointed) -> Emergency {
    Emergency {
        environment: answered.point.environment.clone(),
        point: answered.point.clone(),
        moved: Vec::new(),
        stays: Vec::new(),
        unfit: None,
        aborted: Vec::new(),
        passed_over: Vec::new(),
        unrouted: Vec::new(),
        revision: None,
    }
}
