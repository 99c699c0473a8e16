//! Deployments as they begin, and what happens to them, in few words.

use std::{fmt::Display, str::FromStr, time::Duration};

use sternway_deploy::{Ask, Event, Found, Next, Refused, Write, advance, begin};
use sternway_types::{
    Deployment, DeploymentId, EnvironmentId, Generation, Limits, Member, Phase, Plan, Regime, Step,
    Strategy, Timestamp, VersionNumber, Wait, Weight,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);

/// Nothing is known of the candidates, but that they are proven.
pub(crate) const PROVEN: Found = Found { outcomes: 0, proven: true };

pub(crate) fn parsed<T: FromStr<Err: Display>>(text: &str) -> T {
    text.parse().unwrap_or_else(|err| panic!("the test uses {text:?}: {err}"))
}

pub(crate) fn weight(percent: u32) -> Weight {
    Weight::new(percent * 100).expect("tests use percents")
}

pub(crate) fn second(second: u64) -> Timestamp {
    Timestamp::EPOCH.saturating_add(Duration::from_secs(second))
}

pub(crate) const fn wait(outcomes: u32, seconds: u64) -> Wait {
    Wait { outcomes, length: Duration::from_secs(seconds) }
}

pub(crate) fn plan(steps: &[Step], limits: Limits) -> Plan {
    Plan::new(Strategy::Steps, steps.to_vec(), limits).expect("tests use plans")
}

/// A deployment of alice's at second 0, in its first step.
pub(crate) fn begun(plan: Plan) -> Next {
    let first = VersionNumber::FIRST;
    let rivals = std::iter::successors(Some(first.next().next()), |it| Some(it.next()));
    let rivals = rivals.take(plan.candidates() - 1);
    begin(Deployment::new(
        DeploymentId::from_name("deployment"),
        EnvironmentId::production(),
        vec![Member {
            artifact: parsed("prompts/greeting"),
            from: first,
            to: first.next(),
            rivals: rivals.collect(),
            regimes: vec![Regime {
                generation: Generation::new(1),
                weight: Weight::ZERO,
                arms: Vec::new(),
                shadow: Weight::ZERO,
                matched: false,
            }],
            baseline: None,
        }],
        plan,
        parsed("alice"),
        second(0),
    ))
}

pub(crate) fn regressed() -> Event {
    worse(2)
}

/// A version was found to be worse.
pub(crate) fn worse(number: u64) -> Event {
    let candidate = VersionNumber::new(number).expect("tests use numbers above zero");
    Event::Regressed { artifact: parsed("prompts/greeting"), candidate }
}

pub(crate) fn asked(ask: Ask, by: &str, reason: &str) -> Event {
    Event::Asked { ask, by: parsed(by), reason: parsed(reason) }
}

/// A deployment, and the second that it is.
pub(crate) struct Tale {
    pub(crate) now: Deployment,
    pub(crate) second: u64,
}

impl Tale {
    /// A deployment of these steps that was just begun.
    pub(crate) fn of(steps: &[Step], limits: Limits) -> Self {
        Self { now: begun(plan(steps, limits)).deployment, second: 0 }
    }

    pub(crate) fn try_event(&mut self, event: &Event) -> Result<Option<Next>, Refused> {
        let next = advance(&self.now, event, second(self.second))?;
        if let Some(next) = &next {
            let problem = next.deployment.refuses(Some(&self.now));
            assert_eq!(problem, None, "{event:?} of {:?}", self.now);
            self.now = next.deployment.clone();
        }
        Ok(next)
    }

    /// What an event has written; nothing if it changes nothing.
    #[track_caller]
    pub(crate) fn event(&mut self, event: &Event) -> Vec<Write> {
        let next = self.try_event(event).expect("it is not refused");
        next.map(|next| next.writes).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn look(&mut self, outcomes: u64) -> Vec<Write> {
        self.event(&Event::Looked(Found { outcomes, proven: false }))
    }

    /// The routers follow, and what comes next is looked at.
    #[track_caller]
    pub(crate) fn routed(&mut self) -> Vec<Write> {
        let mut writes = self.event(&Event::Routed);
        writes.extend(self.look(0));
        writes
    }

    #[track_caller]
    pub(crate) fn ask(&mut self, ask: Ask, by: &str) -> Vec<Write> {
        self.event(&asked(ask, by, "because"))
    }

    /// Why somebody may not.
    #[track_caller]
    pub(crate) fn refused(&mut self, ask: Ask, by: &str) -> &'static str {
        self.try_event(&asked(ask, by, "because")).expect_err("it is refused").problem
    }

    #[track_caller]
    pub(crate) fn is(&self, phase: Phase, step: u16, percent: u32) {
        let is = (self.now.phase, self.now.step, self.now.weight);
        assert_eq!(is, (phase, step, weight(percent)));
    }
}
