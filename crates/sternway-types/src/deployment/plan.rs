//! What a deployment is to do, step by step.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Consent, Step};
use crate::{ArtifactId, Digest, ProbeId, Weight, window};

/// Why steps are no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// There is a limit to how long a plan is.
    #[error("a plan has 1 to {limit} steps: found {found}", limit = Plan::MAX_STEPS)]
    Steps {
        /// How many there are.
        found: usize,
    },
    /// A plan makes the candidate live once.
    #[error("a plan makes the candidate live in one step: found {found} of them")]
    GoLive {
        /// How many there are.
        found: usize,
    },
    /// A step is at the wrong place.
    #[error("step {place}, `{step}`, {problem}")]
    Misplaced {
        /// Which step, from 1.
        place: usize,
        /// The step.
        step: Step,
        /// What is wrong with it there.
        problem: &'static str,
    },
    /// A length of time is out of range.
    #[error("{what} is {found:?}: expected at most {limit:?}", limit = Plan::LONGEST)]
    TooLong {
        /// Which.
        what: &'static str,
        /// What it is.
        found: Duration,
    },
    /// A deadline that has passed before anything can be done.
    #[error("{what} is 0: nothing can be done in no time")]
    NoTime {
        /// Which.
        what: &'static str,
    },
}

/// How a version reaches all runs: the name for how its steps were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// At once.
    Immediate,
    /// By growing shares, each of them judged.
    Canary,
    /// By equal shares.
    Rolling,
    /// Beside the live version without any runs, then at once.
    BlueGreen,
    /// By copies of runs that nobody sees the answers of, then at once.
    Shadow,
    /// Several candidates beside what is live, until somebody chooses one of them.
    Experiment,
    /// By steps that somebody wrote.
    Steps,
}

impl Strategy {
    /// Every strategy.
    pub const ALL: [Self; 7] = [
        Self::Immediate,
        Self::Canary,
        Self::Rolling,
        Self::BlueGreen,
        Self::Shadow,
        Self::Experiment,
        Self::Steps,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::Canary => "canary",
            Self::Rolling => "rolling",
            Self::BlueGreen => "blue_green",
            Self::Shadow => "shadow",
            Self::Experiment => "experiment",
            Self::Steps => "steps",
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What to do when time has run out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDeadline {
    /// Stay where it is, and tell a person. It still goes back if it regresses.
    #[default]
    Pause,
    /// Go back.
    RollBack,
}

/// What a deployment is to do. It is frozen when the deployment starts, and known by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPlan")]
pub struct Plan {
    strategy: Strategy,
    // Invariant: as `check` says.
    steps: Vec<Step>,
    limits: Limits,
}

/// How long things may take, and what follows when they do not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How long one step may take. Default a day.
    #[serde(with = "window")]
    pub step: Duration,
    /// How long going back may take until a person is told. Default ten minutes.
    #[serde(with = "window")]
    pub rollback: Duration,
    /// How long all of it may take, from when it has its turn to its end. Default: as long as its steps may.
    #[serde(with = "window::maybe", skip_serializing_if = "Option::is_none")]
    pub deployment: Option<Duration>,
    /// What happens when a step takes longer, or all of it. Default [`OnDeadline::Pause`].
    pub on_deadline: OnDeadline,
    /// Whether it ends well only once the candidates are proven, or a person has said why not. Default
    /// yes.
    pub evidence: bool,
    /// How long a step waits for outcomes until it is said that they are missing. Default as
    /// [`Limits::patience`] says.
    #[serde(with = "window::maybe", skip_serializing_if = "Option::is_none")]
    pub starved: Option<Duration>,
}

impl Limits {
    /// How long a step waits for outcomes until it is said that they are missing: as it says, else an hour,
    /// or a quarter of what a step may take if that is less.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.starved.unwrap_or_else(|| Duration::from_hours(1).min(self.step / 4))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            step: Duration::from_hours(24),
            rollback: Duration::from_mins(10),
            deployment: None,
            on_deadline: OnDeadline::default(),
            evidence: true,
            starved: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlan {
    strategy: Strategy,
    steps: Vec<Step>,
    #[serde(default)]
    limits: Limits,
}

impl TryFrom<RawPlan> for Plan {
    type Error = PlanError;

    fn try_from(raw: RawPlan) -> Result<Self, PlanError> {
        Self::new(raw.strategy, raw.steps, raw.limits)
    }
}

impl Plan {
    /// The most steps of a plan.
    pub const MAX_STEPS: usize = 64;
    /// The longest time that anything may take: 90 days.
    pub const LONGEST: Duration = Duration::from_hours(24 * 90);

    /// A plan of these steps.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if there are none or too many, none or several of them make the candidate live, one
    /// is at a place where it can do nothing, or a length of time is out of range.
    pub fn new(strategy: Strategy, steps: Vec<Step>, limits: Limits) -> Result<Self, PlanError> {
        let plan = Self { strategy, steps, limits };
        plan.check()?;
        Ok(plan)
    }

    /// How its steps were made.
    #[must_use]
    pub const fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How long things may take.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether it asks for a consent, or for more, before the candidates get any runs.
    #[must_use]
    pub fn asks_first(&self, consent: &Consent) -> bool {
        let before = self.steps.iter().take_while(|step| match step {
            Step::SetWeight(weight) | Step::Shadow(weight) => *weight == Weight::ZERO,
            Step::Split(_) | Step::HeaderRoute(_) | Step::GoLive => false,
            Step::Analyze(_)
            | Step::Pause
            | Step::Choose
            | Step::Approve(_)
            | Step::Probe(_)
            | Step::After(_)
            | Step::Bake(_) => true,
        });
        let mut asked = before.filter_map(Step::asks);
        consent.is_nothing() || asked.any(|asked| asked.covers(consent))
    }

    /// The same plan, which asks so many people before anything else if it asks fewer by itself.
    ///
    /// # Errors
    ///
    /// [`PlanError::Steps`] if it has as many steps as a plan may have.
    pub fn asking_first(self, quorum: u8) -> Result<Self, PlanError> {
        self.asking(Consent::of(quorum))
    }

    /// The same plan, which asks for a consent before anything else if it asks for less by itself.
    ///
    /// # Errors
    ///
    /// [`PlanError::Steps`] if it has as many steps as a plan may have.
    pub fn asking(self, consent: Consent) -> Result<Self, PlanError> {
        if self.asks_first(&consent) {
            return Ok(self);
        }
        let Self { strategy, mut steps, limits } = self;
        steps.insert(0, Step::Approve(consent));
        Self::new(strategy, steps, limits)
    }

    /// The same plan, which asks for the health of the candidates by these before they get any runs, and
    /// again once they are live.
    ///
    /// # Errors
    ///
    /// [`PlanError::Steps`] if it becomes longer than a plan may be.
    pub fn probing(self, probes: &[ProbeId]) -> Result<Self, PlanError> {
        let Self { strategy, steps, limits } = self;
        let asked = || probes.iter().cloned().map(Step::Probe);
        let (mut all, mut have_run) = (Vec::with_capacity(steps.len() + 2 * probes.len()), false);
        for step in steps {
            let runs = match &step {
                Step::SetWeight(weight) | Step::Shadow(weight) => *weight > Weight::ZERO,
                Step::Split(_) | Step::HeaderRoute(_) | Step::GoLive => true,
                Step::Analyze(_)
                | Step::Pause
                | Step::Choose
                | Step::Approve(_)
                | Step::Probe(_)
                | Step::After(_)
                | Step::Bake(_) => false,
            };
            if runs && !have_run {
                all.extend(asked());
                have_run = true;
            }
            let live = step == Step::GoLive;
            all.push(step);
            if live {
                all.extend(asked());
            }
        }
        Self::new(strategy, all, limits)
    }

    /// What it asks for the health of the candidates.
    pub fn probes(&self) -> impl Iterator<Item = &ProbeId> {
        self.steps.iter().filter_map(|step| match step {
            Step::Probe(probe) => Some(probe),
            Step::SetWeight(_)
            | Step::Split(_)
            | Step::Choose
            | Step::Shadow(_)
            | Step::HeaderRoute(_)
            | Step::Analyze(_)
            | Step::Pause
            | Step::Approve(_)
            | Step::After(_)
            | Step::GoLive
            | Step::Bake(_) => None,
        })
    }

    /// How many candidates of each artifact it is for: one, unless it is an experiment.
    #[must_use]
    pub fn candidates(&self) -> usize {
        let mut splits = self.steps.iter().filter_map(Step::split);
        splits.next().map_or(1, <[Weight]>::len)
    }

    /// The same plan, which waits for the deployments of these before anything else.
    ///
    /// # Errors
    ///
    /// [`PlanError::Steps`] if it becomes longer than a plan may be.
    pub fn following(self, others: &[ArtifactId]) -> Result<Self, PlanError> {
        let Self { strategy, mut steps, limits } = self;
        steps.splice(0..0, others.iter().cloned().map(Step::After));
        Self::new(strategy, steps, limits)
    }

    /// The artifacts whose deployments it waits for, from a step on.
    pub fn awaits(&self, from: u16) -> impl Iterator<Item = &ArtifactId> {
        self.steps.iter().skip(usize::from(from)).filter_map(Step::awaits)
    }

    /// What it is known by: two plans with the same digest do the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        // A plan can always be written.
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}
