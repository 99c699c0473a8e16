//! What comes next.

use sternway_types::{
    ArtifactId, Cause, Deployment, OnDeadline, Pause, Phase, Reason, Step, Timestamp,
    VersionNumber, Weight,
};

use crate::{
    event::{Event, Found, Refused},
    person, queued, starved,
};

/// What is to be written with a deployment, in one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Write {
    /// Another share for each candidate: the deployment's weight.
    Shift,
    /// The candidates go live.
    GoLive,
    /// What was live before each candidate comes back, where the candidate is live still.
    TakeBack,
    /// The candidates are unfit: no automation brings them back. Of an experiment that goes on, those that are
    /// out of it since.
    Condemn,
    /// It is over: nothing is beside what is live any more.
    Release,
}

/// A deployment as it is next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing happens until it is committed"]
pub struct Next {
    /// The deployment.
    pub deployment: Deployment,
    /// What is to be written in the same commit: at most one of [`Write::Shift`], [`Write::GoLive`] and
    /// [`Write::TakeBack`].
    pub writes: Vec<Write>,
}

/// A deployment in its first step, and what is to be written with it.
pub fn begin(deployment: Deployment) -> Next {
    let now = deployment.started;
    begin_at(deployment, now)
}

/// The same, for one that waited until now for its turn.
pub fn begin_at(deployment: Deployment, now: Timestamp) -> Next {
    let limit = deployment.plan.limits().deployment;
    let deadline = limit.map(|limit| now.saturating_add(limit));
    let next = Deployment { phase: Phase::Running, deadline, ..deployment };
    let mut course = Course { next, writes: Vec::new(), now };
    course.enter(0);
    // A first step that is done at once leads to the next one.
    course.look(Found::default());
    let Course { next, writes, .. } = course;
    Next { deployment: next, writes }
}

/// What an event comes to; nothing if it changes nothing.
///
/// # Errors
///
/// [`Refused`] if a person asks for what cannot be.
pub fn advance(
    deployment: &Deployment,
    event: &Event,
    now: Timestamp,
) -> Result<Option<Next>, Refused> {
    let mut course = Course { next: deployment.clone(), writes: Vec::new(), now };
    if deployment.phase.is_over() {
        person::refuse_over(event)?;
        return Ok(None);
    }
    if deployment.phase == Phase::Queued {
        queued::hears(&mut course, event)?;
        return Ok(course.changed_from(deployment));
    }
    match event {
        Event::Looked(found) => course.look(*found),
        Event::Routed => course.routed(),
        Event::Unrouted => course.unrouted(),
        Event::Regressed { artifact, candidate } => course.worse(artifact, *candidate, true),
        // Whoever took one back condemned it; the others of the set follow.
        Event::TakenBack { artifact, candidate } => course.worse(artifact, *candidate, false),
        Event::Withdrawn(withdrawal) => course.withdrawn(withdrawal),
        Event::Noticed => course.noticed(),
        Event::Overtaken { artifact } => course.overtaken(artifact),
        Event::Replaced { by } => course.replaced(*by),
        Event::Unbegun { .. } => (),
        Event::Probed { step, problem } => course.probed(*step, problem.as_ref()),
        Event::Awaited { step, other } => course.awaited(*step, *other),
        Event::Frozen => course.frozen(),
        Event::Thawed => course.thawed(),
        Event::Asked { ask, by, reason } => person::ask(&mut course, *ask, by, reason)?,
    }
    Ok(course.changed_from(deployment))
}

/// A deployment on its way to what it is next.
pub(crate) struct Course {
    pub(crate) next: Deployment,
    pub(crate) writes: Vec<Write>,
    pub(crate) now: Timestamp,
}

impl Course {
    fn changed_from(self, before: &Deployment) -> Option<Next> {
        let Self { next, writes, .. } = self;
        (next != *before).then_some(Next { deployment: next, writes })
    }

    fn look(&mut self, found: Found) {
        // Proof is of the candidate that goes live.
        self.next.proven |= found.proven && self.next.winner().is_some();
        match self.next.phase {
            Phase::Running => {
                self.next.starved = starved::starves(&self.next, found, self.now);
                self.go_on(found);
            }
            Phase::RollingBack if self.is_late() => self.end(Phase::Halted),
            Phase::Queued
            | Phase::RollingBack
            | Phase::Completed
            | Phase::RolledBack
            | Phase::Superseded
            | Phase::Rejected
            | Phase::Halted => (),
        }
    }

    /// Through every step that is done, up to one that moves a pointer: that must be seen first.
    pub(crate) fn go_on(&mut self, found: Found) {
        while self.next.pauses.is_empty() && self.writes.is_empty() {
            match self.next.current() {
                Some(step) if self.is_done(step, found) => self.enter(self.next.step + 1),
                None if self.is_proven() => return self.end(Phase::Completed),
                Some(_) | None => break,
            }
        }
        if self.writes.is_empty() && self.next.pauses.is_empty() && self.is_late() {
            self.late();
        }
    }

    fn is_done(&self, step: &Step, found: Found) -> bool {
        match step {
            Step::SetWeight(_)
            | Step::Split(_)
            | Step::Shadow(_)
            | Step::HeaderRoute(_)
            | Step::GoLive => self.next.routed,
            Step::Choose => self.next.chosen.is_some(),
            Step::Pause | Step::Probe(_) | Step::After(_) => false,
            Step::Approve(consent) => self.next.lacks(consent, self.now).is_nothing(),
            Step::Bake(_) if self.next.waiver.is_some() => true,
            Step::Analyze(wait) | Step::Bake(wait) => {
                let long = self.now >= self.next.since.saturating_add(wait.length);
                let baked = !matches!(step, Step::Bake(_)) || self.is_proven();
                long && baked && found.outcomes >= u64::from(wait.outcomes)
            }
        }
    }

    fn is_proven(&self) -> bool {
        self.next.proven || self.next.waiver.is_some() || !self.next.plan.limits().evidence
    }

    /// Begins a step, unless it is the first one that gives any runs and who agreed did so too long ago.
    pub(crate) fn enter(&mut self, step: u16) {
        if self.is_too_late_for(step) {
            self.next.pauses.insert(Pause::Expired);
            return;
        }
        self.next.step = step;
        self.anew();
        match self.next.current().cloned() {
            Some(Step::SetWeight(weight)) if !self.has(weight, Weight::ZERO) => {
                self.shift(weight, Weight::ZERO, Write::Shift);
            }
            Some(Step::Shadow(copies)) if !self.has(Weight::ZERO, copies) => {
                self.shift(Weight::ZERO, copies, Write::Shift);
            }
            Some(Step::HeaderRoute(by)) => self.matched_by(by),
            Some(Step::Split(weights)) => self.split(weights),
            Some(Step::GoLive) => self.shift(Weight::ALL, Weight::ZERO, Write::GoLive),
            Some(
                Step::SetWeight(_)
                | Step::Shadow(_)
                | Step::Choose
                | Step::Analyze(_)
                | Step::Pause
                | Step::Approve(_)
                | Step::Probe(_)
                | Step::After(_)
                | Step::Bake(_),
            )
            | None => (),
        }
    }

    /// Time begins anew: nothing has been missed yet.
    pub(crate) fn anew(&mut self) {
        (self.next.since, self.next.starved) = (self.now, false);
    }

    fn has(&self, weight: Weight, copies: Weight) -> bool {
        (self.next.weight, self.next.shadow) == (weight, copies) && self.next.matched.is_none()
    }

    pub(crate) fn shift(&mut self, weight: Weight, copies: Weight, write: Write) {
        self.next.split = self.all_to_the_chosen(weight);
        (self.next.weight, self.next.shadow, self.next.routed) = (weight, copies, false);
        self.next.matched = None;
        self.writes.push(write);
    }

    fn is_late(&self) -> bool {
        let limits = self.next.plan.limits();
        let rolls_back = self.next.phase == Phase::RollingBack;
        let limit = if rolls_back { limits.rollback } else { limits.step };
        let in_all = self.next.deadline.is_some_and(|deadline| self.now >= deadline);
        self.now >= self.next.since.saturating_add(limit) || in_all && !rolls_back
    }

    /// All of it is late once: whoever resumes it has decided.
    fn late(&mut self) {
        self.next.deadline = self.next.deadline.filter(|deadline| self.now < *deadline);
        match self.next.plan.limits().on_deadline {
            OnDeadline::Pause => {
                self.next.pauses.insert(Pause::Deadline);
            }
            OnDeadline::RollBack => self.go_back(Cause::Deadline, true),
        }
    }

    /// What was asked of the routers was seen: that step is done.
    fn routed(&mut self) {
        self.next.routed = true;
        self.next.pauses.remove(&Pause::Unrouted);
        if self.next.phase == Phase::RollingBack {
            self.end(self.way_back_ends());
        } else {
            self.go_on(Found::default());
        }
    }

    /// On the way back there is nobody to wait for, but an end: a router may be able again in time.
    fn unrouted(&mut self) {
        if self.next.phase == Phase::Running {
            self.next.pauses.insert(Pause::Unrouted);
        } else if self.is_late() {
            self.end(Phase::Halted);
        }
    }

    /// A candidate was found to be worse. Its arm goes back alone while others go on.
    fn worse(&mut self, artifact: &ArtifactId, candidate: VersionNumber, condemns: bool) {
        if self.next.phase != Phase::Running {
            return;
        }
        match self.arm_that_goes_alone(artifact, candidate) {
            Some(place) => self.drop_out(place, condemns),
            None => self.go_back(Cause::Regressed { artifact: artifact.clone() }, condemns),
        }
    }

    /// It keeps the runs that it has, and gets no more until a person says so.
    fn noticed(&mut self) {
        if self.next.phase == Phase::Running {
            self.next.pauses.insert(Pause::Regressed);
        }
    }

    /// Who moves what is live by hand, moves it past the deployment.
    fn overtaken(&mut self, artifact: &ArtifactId) {
        if self.next.phase == Phase::Running {
            self.go_back(Cause::Overtaken { artifact: artifact.clone() }, false);
        } else {
            self.end(self.way_back_ends());
        }
    }

    fn replaced(&mut self, by: sternway_types::DeploymentId) {
        if self.next.phase == Phase::Running {
            self.go_back(Cause::Replaced { by }, false);
        }
    }

    /// Whoever is well goes on. Who is not is no worse content: it may come back once what ails it is mended.
    fn probed(&mut self, step: u16, problem: Option<&Reason>) {
        let Some(Step::Probe(probe)) = self.next.current().cloned() else { return };
        if self.next.phase != Phase::Running || self.next.step != step {
            return;
        }
        match problem {
            Some(problem) => {
                self.go_back(Cause::Unhealthy { probe, problem: problem.clone() }, false);
            }
            None if self.next.pauses.is_empty() => {
                self.enter(step + 1);
                self.go_on(Found::default());
            }
            None => (),
        }
    }

    /// Takes the runs from the candidates, at once.
    pub(crate) fn go_back(&mut self, cause: Cause, condemns: bool) {
        self.next.cause = Some(cause);
        self.next.pauses.clear();
        self.anew();
        // Nobody waits for a driver that was on the way forward, and may have died there.
        self.next.lease = None;
        if condemns {
            self.writes.push(Write::Condemn);
        }
        if self.has(Weight::ZERO, Weight::ZERO) && self.next.routed {
            return self.end(self.way_back_ends());
        }
        self.next.phase = Phase::RollingBack;
        let back = if self.next.is_live() { Write::TakeBack } else { Write::Shift };
        self.shift(Weight::ZERO, Weight::ZERO, back);
    }

    /// What a deployment is called that came back, by why it did.
    fn way_back_ends(&self) -> Phase {
        match self.next.cause {
            Some(Cause::Overtaken { .. } | Cause::Replaced { .. } | Cause::Unbegun { .. }) => {
                Phase::Superseded
            }
            Some(Cause::Rejected { .. }) => Phase::Rejected,
            Some(
                Cause::Regressed { .. }
                | Cause::Unhealthy { .. }
                | Cause::Aborted { .. }
                | Cause::Withdrawn { .. }
                | Cause::Deadline,
            )
            | None => Phase::RolledBack,
        }
    }

    pub(crate) fn end(&mut self, phase: Phase) {
        (self.next.phase, self.next.lease) = (phase, None);
        self.anew();
        self.writes.push(Write::Release);
    }
}
