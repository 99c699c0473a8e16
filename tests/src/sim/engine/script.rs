//! What a seed decides before anything happens.

use std::time::Duration;

use sternway::types::{Consent, Limits, OnDeadline, Plan, PlanError, Wait, Weight};
use sternway_deploy::{blue_green, by_header, canary, experiment, immediate, rolling, shadow};

use super::{
    cast::{another, site},
    probe::Vitals,
};
use crate::sim::{Dice, Failure};

/// What runs do that go badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Badly {
    /// They fail, and say so.
    Fail,
    /// They were said to begin, as all runs are then, and say nothing any more.
    Hang,
}

/// A run, as its seed has it.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) seed: u64,
    pub(super) plan: Plan,
    /// How many artifacts move together.
    pub(super) members: usize,
    /// Whether the candidates succeed as what is live does. If not, they fail always.
    pub(super) good: bool,
    /// What runs do that go badly.
    pub(super) badly: Badly,
    /// How a health check finds the second version.
    pub(super) vitals: Vitals,
    /// Whether a second deployment is queued behind the first, and others that people begin as well.
    pub(super) queues: bool,
    /// How many artifacts the first deployment does not move: a second one of them waits for it.
    pub(super) followers: usize,
    /// Whether people take part, clocks jump, and time runs out.
    pub(super) eventful: bool,
    pub(super) drivers: usize,
    /// How many of 1,000 calls of the store fail.
    pub(super) store: u64,
    /// From how many of 1,000 commits on the store is away for a while.
    pub(super) outages: u64,
    /// How many of 100 calls of the router have a fault.
    pub(super) router: u64,
    /// How many of 1,000 turns end the life of somebody.
    pub(super) crashes: u64,
    /// How many of 1,000 turns start the router again.
    pub(super) restarts: u64,
    pub(super) turns: u64,
}

impl Script {
    /// How many strategies there are.
    pub(super) const STRATEGIES: u64 = 11;

    pub(super) fn of(seed: u64) -> Result<Self, Failure> {
        let dice = &mut Dice::of(seed, "script");
        let eventful = dice.chance(1, 2);
        // With dice of its own, so that a seed that was kept goes on telling what it told.
        let compares = Dice::of(seed, "experiment").chance(1, 7);
        let previews = Dice::of(seed, "header").chance(1, 4);
        let plan = plan(dice, eventful, [compares, previews]).map_err(Failure::harness)?;
        let vitals = vitals(seed, compares);
        let plan = checked(plan, vitals).map_err(Failure::harness)?;
        let asks = Dice::of(seed, "guards").chance(1, 4);
        let consent = consent(seed, asks).ok_or_else(|| Failure::Broken("no consent".into()))?;
        // None of the seeds that were kept before.
        let waits = seed % 7 == 3;
        Ok(Self {
            seed,
            plan: plan.asking(consent).map_err(Failure::harness)?,
            members: (1 + dice.place(2)).max(1 + usize::from(waits)),
            good: dice.chance(1, 2),
            // None of the seeds that were kept before.
            badly: if seed % 8 == 5 { Badly::Hang } else { Badly::Fail },
            vitals,
            // None of the seeds that were kept before, so that they go on telling what they told.
            queues: seed % 5 > 2,
            followers: usize::from(waits),
            eventful,
            drivers: 2 + dice.place(2),
            store: dice.pick(0, [5, 20, 50]),
            outages: Dice::of(seed, "outages").pick(0, [200, 400, 400]),
            router: dice.pick(0, [5, 20, 50]),
            crashes: dice.pick(0, [5, 20, 50]),
            restarts: dice.pick(0, [0, 3]),
            // Two have to begin, one after the other.
            turns: 200 + dice.below(300) + if waits { 500 } else { 0 },
        })
    }

    /// One driver, and nothing that fails by itself.
    pub(super) fn quiet(strategy: u64, good: bool) -> Result<Self, Failure> {
        let wait = Wait { outcomes: 6, length: Duration::ZERO };
        let plan = by_strategy(strategy, wait, patient()).map_err(Failure::harness)?;
        let script = Self::of(0)?.calm();
        let vitals = match strategy {
            CHECKED | CHECKED_LIVE if good => Vitals::Well,
            CHECKED => Vitals::Ill,
            CHECKED_LIVE => Vitals::IllOnceLive,
            _ => Vitals::Unasked,
        };
        let plan = checked(plan, vitals).map_err(Failure::harness)?;
        // What is ill there does well otherwise.
        let good = good || vitals != Vitals::Unasked;
        let (queues, followers) = (strategy == QUEUES, usize::from(strategy == WAITS));
        Ok(Self { plan, good, vitals, queues, followers, eventful: false, members: 2, ..script })
    }

    /// The same without faults, for what it must come to.
    pub(super) fn calm(&self) -> Self {
        Self {
            drivers: 1,
            store: 0,
            outages: 0,
            router: 0,
            crashes: 0,
            restarts: 0,
            ..self.clone()
        }
    }
}

/// The strategy with which a second deployment is queued where nothing fails by itself.
const QUEUES: u64 = 1;

/// The strategy with several candidates.
const EXPERIMENT: u64 = 6;
/// Those in which a health check is asked.
const CHECKED: u64 = 9;
const CHECKED_LIVE: u64 = 10;
/// One in which a second deployment waits for the first.
const WAITS: u64 = 8;
/// One in which the candidates get what matches before they get a share.
const HEADER: u64 = 7;

/// Where nothing but the candidate decides how it ends, time never runs out, and each step sees more
/// outcomes than it takes to find a bad candidate.
fn plan(
    dice: &mut Dice,
    eventful: bool,
    [compares, previews]: [bool; 2],
) -> Result<Plan, PlanError> {
    let seconds = |seconds| Duration::from_secs(seconds);
    let limits = if eventful {
        let step = 60 + dice.below(600);
        Limits {
            step: seconds(step),
            rollback: seconds(60 + dice.below(600)),
            // By what was drawn anyway: seeds that are kept take the course that they took.
            deployment: step.is_multiple_of(4).then(|| seconds(2 * step)),
            on_deadline: dice.pick(OnDeadline::Pause, [OnDeadline::RollBack]),
            evidence: dice.chance(1, 4),
            starved: None,
        }
    } else {
        patient()
    };
    let outcomes = if eventful { dice.pick(0, [3, 10]) } else { 12 };
    let wait = Wait { outcomes, length: seconds(dice.below(30)) };
    let strategy = dice.below(EXPERIMENT);
    match (compares, previews) {
        (true, _) => by_strategy(EXPERIMENT, wait, limits),
        (false, true) => previewed(by_strategy(strategy, wait, limits)?, wait),
        (false, false) => by_strategy(strategy, wait, limits),
    }
}

/// The same, with runs that carry a header before all others.
fn previewed(plan: Plan, wait: Wait) -> Result<Plan, PlanError> {
    match "x-preview=yes".parse() {
        Ok(header) => by_header(&plan, header, wait),
        // It is a match.
        Err(_) => Ok(plan),
    }
}

fn by_strategy(strategy: u64, wait: Wait, limits: Limits) -> Result<Plan, PlanError> {
    let weight = |percent: u32| Weight::new(percent * 100).unwrap_or_default();
    match strategy {
        0 => immediate(wait, limits),
        1 | CHECKED | CHECKED_LIVE => canary(&[weight(5), weight(50)], wait, wait, limits),
        2 => rolling(weight(34), wait, wait, limits),
        3 => blue_green(None, wait, limits),
        5 => shadow(weight(100), wait, wait, limits),
        HEADER => previewed(canary(&[weight(50)], wait, wait, limits)?, wait),
        EXPERIMENT => experiment(&[weight(20), weight(20)], wait, wait, limits),
        _ => {
            let look = Wait { outcomes: 0, ..wait };
            blue_green(Some(look), wait, limits)
        }
    }
}

/// How the second version is, in some runs: none of the seeds that were kept before. An ill candidate of several would
/// take the good ones with it.
fn vitals(seed: u64, compares: bool) -> Vitals {
    if seed % 6 == 3 && !compares {
        return Dice::of(seed, "health").pick(Vitals::Well, [Vitals::Ill, Vitals::IllOnceLive]);
    }
    Vitals::Unasked
}

/// The same, asking for the health of the candidates if anybody does.
fn checked(plan: Plan, vitals: Vitals) -> Result<Plan, PlanError> {
    match site().filter(|_| vitals != Vitals::Unasked) {
        Some(site) => plan.probing(&[site]),
        None => Ok(plan),
    }
}

/// Whose consent is asked, if anybody's is: in some runs that of a role, and in some it counts for minutes only.
/// With dice of its own.
fn consent(seed: u64, asks: bool) -> Option<Consent> {
    let mut consent = Consent::of(u8::from(asks));
    let dice = &mut Dice::of(seed, "consent");
    if asks && dice.chance(1, 2) {
        let owner = another()?.actor;
        consent.roles.set("owner".parse().ok()?, [owner].into()).ok()?;
    }
    if asks && dice.chance(1, 2) {
        consent.expires = Some(Duration::from_secs(60 + dice.below(240)));
    }
    Some(consent)
}

/// Time never runs out.
fn patient() -> Limits {
    let long = Duration::from_hours(24 * 30);
    Limits { step: long, rollback: long, evidence: false, ..Limits::default() }
}
