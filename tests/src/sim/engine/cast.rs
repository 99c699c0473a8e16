//! Who takes turns: drivers, somebody who records outcomes, and people.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sternway::{
    control::{
        Control, ControlError, Intent,
        deploy::{NewDeployment, OnSupersede, Probes, Routers},
    },
    provider::{CountingIds, FromRoute, Health, Ids as _, ManualClock, withdraw},
    store::{Store, StoreError},
    types::{
        Actor, ArtifactId, Change, Changeset, Deployment, DeploymentId, Environment, Force,
        FreezeWindow, NamespaceId, Outcome, Phase, Precondition, ProbeId, Record, RecordKey, Step,
        Timestamp, VersionNumber, Withdrawal,
    },
};
use sternway_deploy::{Ask, Event, advance};

use super::{
    hung::{self, Begun},
    mutant::Mutant,
    probe::SimProbe,
    production,
    router::SimRouter,
    script::Badly,
    stage::{Stage, Task},
};

/// What tasks found that must not be, in words.
pub(super) type Complaints = Arc<Mutex<Vec<String>>>;

/// Outcomes that are on their way, until somebody was told that they are there.
pub(super) type Batch = Arc<Mutex<Option<Vec<Outcome>>>>;

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What all of them share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) store: Arc<dyn Store>,
    pub(super) ids: Arc<CountingIds>,
    pub(super) router: Arc<SimRouter>,
    pub(super) probe: Arc<SimProbe>,
    pub(super) stage: Arc<Stage>,
    pub(super) complaints: Complaints,
    /// What runs do that go badly.
    pub(super) badly: Badly,
    pub(super) begun: Begun,
    pub(super) mutant: Mutant,
}

impl Shared {
    /// A process that was just started.
    pub(super) fn control(&self, namespace: &NamespaceId, clock: &Arc<ManualClock>) -> Control {
        let (store, clock, ids) = (&self.store, Arc::clone(clock), Arc::clone(&self.ids));
        let routers = Routers::default().with(production(), Arc::<SimRouter>::clone(&self.router));
        let probes =
            site().map(|name| Probes::default().with(name, Arc::<SimProbe>::clone(&self.probe)));
        Control::new(Arc::clone(store), namespace.clone())
            .with_clock(clock)
            .with_ids(ids)
            .with_routers(routers)
            .with_probes(probes.unwrap_or_default())
    }

    /// Reports how runs ended.
    pub(super) async fn report(
        &self,
        control: &Control,
        outcomes: Vec<Outcome>,
    ) -> Result<(), ControlError> {
        if self.badly == Badly::Hang {
            return self.begun.report(control, outcomes).await;
        }
        control.record(outcomes).await.map(drop)
    }

    /// Looks for runs that hang, if any may.
    async fn look(&self, control: &Control) {
        if self.badly == Badly::Hang {
            let found = hung::looks(control, self.mutant).await;
            locked(&self.complaints).extend(found);
        }
    }

    fn complain(&self, who: &str, err: &ControlError) {
        locked(&self.complaints).push(format!("{who}: {err:?}"));
    }
}

/// Somebody who takes turns. Its clock is not that of others.
pub(super) struct Player {
    pub(super) control: Arc<Control>,
    pub(super) clock: Arc<ManualClock>,
    /// How many microseconds its clock is ahead.
    pub(super) ahead: i64,
    pub(super) task: Option<Task>,
}

pub(super) const fn is_away(err: &ControlError) -> bool {
    matches!(err, ControlError::Store(err) if err.is_temporary())
}

/// Drives a deployment as far as it goes.
pub(super) fn drives(shared: &Shared, control: &Arc<Control>, id: DeploymentId) -> Task {
    let (shared, control) = (shared.clone(), Arc::clone(control));
    Box::pin(async move {
        shared.look(&control).await;
        if let Some(changeset) = spoilt(&shared, &control, id).await {
            drop(shared.store.commit(&changeset).await);
        }
        match control.drive_one(&production(), id).await {
            Ok(driven) => checks(&shared, &control, &driven.deployment).await,
            Err(err) if is_away(&err) => (),
            Err(err) => shared.complain("a driver", &err),
        }
    })
}

/// What the health check is called.
pub(super) fn site() -> Option<ProbeId> {
    "site".parse().ok()
}

/// Asks for the health that a deployment waits for, and says what came of it.
async fn checks(shared: &Shared, control: &Control, deployment: &Deployment) {
    let Some(probing) = control.probing(deployment) else { return };
    let health = match probing.ask().await {
        _ if shared.mutant == Mutant::Unheard => Health::Well,
        Ok(health) => health,
        Err(_) => return,
    };
    match control.probed(&probing, &health).await {
        Ok(_) => (),
        Err(err) if is_away(&err) => (),
        Err(err) => shared.complain("who checks", &err),
    }
}

/// What a driver commits that is wrong, as the mutant has it.
async fn spoilt(shared: &Shared, control: &Control, id: DeploymentId) -> Option<Changeset> {
    let before = control.deployment(&production(), id).await.ok()?;
    let (deployment, now) = (&before.deployment, control.now());
    let after = match shared.mutant {
        Mutant::EarlyRelease if deployment.phase == Phase::RollingBack => {
            advance(deployment, &Event::Routed, now).ok()??.deployment
        }
        Mutant::FromTheStart if deployment.phase == Phase::Running && deployment.step > 1 => {
            Deployment { step: 0, ..deployment.clone() }
        }
        Mutant::ThroughTheGate if matches!(deployment.current(), Some(Step::After(_))) => {
            Deployment { step: deployment.step + 1, ..deployment.clone() }
        }
        Mutant::EarlyRelease
        | Mutant::FromTheStart
        | Mutant::ThroughTheGate
        | Mutant::None
        | Mutant::OlderRoutes
        | Mutant::Revives
        | Mutant::Unheard
        | Mutant::Unclosed
        | Mutant::NoReadBack => return None,
    };
    let key = RecordKey::deployment(&production(), id);
    let at = Precondition::RecordAt { key, generation: before.generation };
    let (namespace, actor) = (control.namespace().clone(), Actor::sternway());
    let changeset = Changeset::new(shared.ids.changeset(), namespace, now, actor).when(at);
    let put = Change::PutRecord(Box::new(Record::Deployment(Box::new(after.clone()))));
    let over = after.phase.is_over();
    let routes =
        after.members.iter().filter(|_| over).map(|member| {
            Change::DeleteRecord(RecordKey::route(&member.artifact, &after.environment))
        });
    Some(routes.fold(changeset.then(put), Changeset::then))
}

/// Records outcomes again and again, until somebody is told that they are there.
pub(super) fn records(shared: &Shared, control: &Arc<Control>, batch: &Batch) -> Task {
    let (shared, control, batch) = (shared.clone(), Arc::clone(control), Arc::clone(batch));
    Box::pin(async move {
        let Some(outcomes) = locked(&batch).clone() else { return };
        match shared.report(&control, outcomes).await {
            Ok(()) => *locked(&batch) = None,
            Err(err) if is_away(&err) => (),
            Err(err) => shared.complain("who records", &err),
        }
        shared.look(&control).await;
    })
}

/// What a person does.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Ask(DeploymentId, Ask),
    Promote(ArtifactId, VersionNumber),
    Start(NewDeployment),
    /// Somebody else agrees, or does not.
    Answer(DeploymentId, Ask),
    Freeze,
    /// The requests are taken from the candidates at the router, whatever the store does.
    Withdraw(ArtifactId),
    /// A window of the calendar is set.
    Close(FreezeWindow),
    Unfreeze,
}

pub(super) fn acts(shared: &Shared, control: &Arc<Control>, deed: Deed) -> Task {
    let (shared, control) = (shared.clone(), Arc::clone(control));
    Box::pin(async move {
        if let Deed::Withdraw(artifact) = &deed {
            return withdraws(&shared, artifact, control.now()).await;
        }
        match done(&control, deed).await {
            Ok(()) => (),
            Err(err) if is_away(&err) || is_answer(&err) => (),
            Err(err) => shared.complain("a person", &err),
        }
    })
}

async fn withdraws(shared: &Shared, artifact: &ArtifactId, at: Timestamp) {
    let Some(intent) = person() else { return };
    let withdrawal = Withdrawal::new(at, intent.actor, "because", true);
    if let Ok(withdrawal) = withdrawal {
        let (router, environment) = (shared.router.as_ref(), production());
        let whose = (artifact, &environment);
        drop(withdraw(router, whose, FromRoute::Any, None, &withdrawal).await);
    }
}

/// Who everything is done by.
pub(super) fn person() -> Option<Intent> {
    named("alice")
}

/// Who is asked to agree.
pub(super) fn another() -> Option<Intent> {
    named("bob")
}

fn named(name: &str) -> Option<Intent> {
    let actor = Actor::new(sternway::types::ActorKind::Human, name).ok()?;
    Some(Intent::by(actor).because("because".parse().ok()?))
}

async fn done(control: &Control, deed: Deed) -> Result<(), ControlError> {
    let Some(intent) = person() else { return Ok(()) };
    match deed {
        Deed::Ask(id, ask) => control.ask(&production(), id, ask, &intent).await.map(drop),
        Deed::Promote(artifact, to) => {
            let promoted = control.promote(&artifact, to, &production(), Force::No, &intent).await;
            promoted.map(drop)
        }
        Deed::Start(new) => control.start_deployment(&new, &intent).await.map(drop),
        Deed::Answer(id, ask) => {
            let intent = another().unwrap_or(intent);
            control.ask(&production(), id, ask, &intent).await.map(drop)
        }
        // That needs no control, and no store.
        Deed::Withdraw(_) => Ok(()),
        Deed::Freeze => control.freeze(&production(), None, &intent).await.map(drop),
        Deed::Close(window) => {
            let change = |it: &mut Environment| Ok(it.windows.set(window.clone())?);
            control.change_environment(&production(), change, &intent).await.map(drop)
        }
        Deed::Unfreeze => control.unfreeze(&production(), &intent).await.map(drop),
    }
}

/// Whether a person may be told so: it cannot be done as things are.
const fn is_answer(err: &ControlError) -> bool {
    matches!(
        err,
        ControlError::Store(StoreError::Refused(_) | StoreError::Conflict(_))
            | ControlError::Deployment(_)
            | ControlError::AlreadyLive { .. }
            | ControlError::NoDeployment { .. }
            | ControlError::WaitsInTurn { .. }
    )
}

/// A deployment of all members to a version.
pub(super) fn new_deployment(
    members: &[ArtifactId],
    to: VersionNumber,
    plan: sternway::types::Plan,
    on_supersede: OnSupersede,
) -> NewDeployment {
    // The other candidate of an experiment comes after every version that people move by hand.
    let rival = VersionNumber::FIRST.next().next().next();
    let candidates = [to, rival].into_iter().take(plan.candidates());
    let each = |artifact: &ArtifactId| {
        let artifact = artifact.clone();
        candidates.clone().map(move |version| (artifact.clone(), version))
    };
    NewDeployment {
        members: members.iter().flat_map(each).collect(),
        environment: production(),
        plan,
        force: Force::No,
        on_supersede,
    }
}
