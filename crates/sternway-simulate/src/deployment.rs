//! A deployment as it runs, one request after the other.

use sternway_policy::evidence::{Arm, Counts};

use crate::{chance::Chance, scenario::Scenario};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Well.
    Succeeded,
    /// Not well.
    Failed,
}

/// One request, its version, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Which version got it.
    pub arm: Arm,
    /// How it ended.
    pub end: End,
    /// The number of the step of the rollout in which it was assigned, from 0.
    pub step: usize,
}

/// The requests of one deployment, in the order of their assignment.
#[derive(Clone, Debug)]
pub struct Deployment<'a> {
    scenario: &'a Scenario,
    chance: Chance,
    measured: Counts,
    outcomes: u64,
    step: usize,
    in_step: u64,
}

impl<'a> Deployment<'a> {
    /// One of many deployments, by the seed of all and the number of this one.
    #[must_use]
    pub fn new(scenario: &'a Scenario, seed: u64, number: u64) -> Self {
        let mut chance = Chance::new(seed, number);
        let good = |chance: &mut Chance| chance.next() < scenario.base().get();
        let succeeded = (0..scenario.measured()).filter(|_| good(&mut chance)).count() as u64;
        let measured = Counts::new(succeeded, scenario.measured() - succeeded);
        Self { scenario, chance, measured, outcomes: 0, step: 0, in_step: 0 }
    }

    /// What the baseline did before the deployment.
    #[must_use]
    pub const fn measured(&self) -> Counts {
        self.measured
    }

    /// The candidate's share of the next request. Nothing if there is none.
    fn share(&mut self) -> Option<f64> {
        let steps = self.scenario.steps();
        if steps.is_empty() {
            return Some(1.0);
        }
        while steps.get(self.step)?.requests <= self.in_step {
            (self.step, self.in_step) = (self.step + 1, 0);
        }
        steps.get(self.step).map(|step| step.share.get())
    }
}

impl Iterator for Deployment<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        if self.outcomes >= self.scenario.horizon() {
            return None;
        }
        let share = self.share()?;
        let (candidate, baseline) = self.scenario.rates(self.outcomes);
        // One number says both: which version gets the request, and how it ends there.
        let chance = self.chance.next();
        let (arm, good) = if chance < share {
            (Arm::Candidate, chance < share * candidate)
        } else {
            (Arm::Baseline, chance - share < (1.0 - share) * baseline)
        };
        self.in_step += 1;
        self.outcomes += u64::from(arm == Arm::Candidate);
        Some(Unit { arm, end: if good { End::Succeeded } else { End::Failed }, step: self.step })
    }
}

#[cfg(test)]
mod tests {
    use sternway_policy::evidence::Share;

    use super::*;
    use crate::scenario::Step;

    fn step(share: f64, requests: u64) -> Step {
        Step { share: Share::new(share).unwrap(), requests }
    }

    #[test]
    fn a_candidate_alone_has_every_outcome() {
        let scenario = Scenario::new(0.9, 0.0).unwrap().with_horizon(1_000);
        let units: Vec<_> = Deployment::new(&scenario, 1, 0).collect();
        assert_eq!(units.len(), 1_000);
        assert!(units.iter().all(|unit| unit.arm == Arm::Candidate && unit.step == 0));
        let failed = units.iter().filter(|unit| unit.end == End::Failed).count();
        assert!((50..160).contains(&failed), "{failed}");
    }

    #[test]
    fn a_deployment_ends_with_its_last_step() {
        let steps = vec![step(0.1, 300), step(0.5, 200)];
        let scenario = Scenario::new(0.9, 0.0).unwrap().in_steps(steps);
        let units: Vec<_> = Deployment::new(&scenario, 1, 0).collect();
        let of_step = |number| units.iter().filter(|unit| unit.step == number).count();
        assert_eq!((of_step(0), of_step(1), of_step(2)), (300, 200, 0));
    }

    #[test]
    fn each_version_gets_its_share_and_fails_at_its_rate() {
        let share = Share::new(0.2).unwrap();
        let scenario = Scenario::new(0.8, 0.3).unwrap().beside(share).with_horizon(20_000);
        let units: Vec<_> = Deployment::new(&scenario, 5, 0).collect();
        let rate = |arm, end| {
            let of_arm = units.iter().filter(|unit| unit.arm == arm);
            let with_end = of_arm.clone().filter(|unit| unit.end == end);
            with_end.count() as f64 / of_arm.count() as f64
        };
        assert!((units.len() as f64 * 0.2 / 20_000.0 - 1.0).abs() < 0.05, "{}", units.len());
        assert!((rate(Arm::Candidate, End::Failed) - 0.5).abs() < 0.03);
        assert!((rate(Arm::Baseline, End::Failed) - 0.2).abs() < 0.01);
    }

    #[test]
    fn a_seed_and_a_number_make_a_deployment() {
        let scenario = Scenario::new(0.7, 0.0).unwrap().with_measured(100);
        let run = |seed, number| Deployment::new(&scenario, seed, number);
        assert!(run(1, 2).eq(run(1, 2)));
        assert!(run(1, 2).ne(run(1, 3)));
        assert_eq!(run(1, 2).measured(), run(1, 2).measured());
        let measured = run(1, 2).measured();
        assert_eq!(measured.succeeded + measured.failed, 100);
    }
}
