//! Candidates that get the runs that carry an attribute, before they get any by chance.

use sternway_types::{Match, Plan, PlanError, Step, Wait, Weight};

use crate::engine::{Course, Write};

impl Course {
    /// Gives the candidates the runs that match, in a generation of its own: none of them counts as a random
    /// share of all runs.
    pub(crate) fn matched_by(&mut self, by: Match) {
        if self.next.matched.as_ref() == Some(&by) {
            return;
        }
        self.shift(Weight::ZERO, Weight::ZERO, Write::Shift);
        self.next.matched = Some(by);
    }
}

/// The same plan, in which the candidates get the runs that match before any others, and are watched for so
/// long. A preview that has no runs at all gets them for as long as it lasts.
///
/// # Errors
///
/// [`PlanError`] if it becomes longer than a plan may be, or is that of an experiment.
pub fn by_header(plan: &Plan, by: Match, watch: Wait) -> Result<Plan, PlanError> {
    let mut steps = plan.steps().to_vec();
    let moves = |step: &Step| match step {
        Step::SetWeight(_)
        | Step::Split(_)
        | Step::Shadow(_)
        | Step::HeaderRoute(_)
        | Step::GoLive => true,
        Step::Choose
        | Step::Analyze(_)
        | Step::Pause
        | Step::Approve(_)
        | Step::Probe(_)
        | Step::After(_)
        | Step::Bake(_) => false,
    };
    let first = steps.iter().position(moves).unwrap_or_default();
    let header = Step::HeaderRoute(by);
    match steps.get_mut(first) {
        Some(step) if *step == Step::SetWeight(Weight::ZERO) => *step = header,
        Some(_) | None => drop(steps.splice(first..first, [header, Step::Analyze(watch)])),
    }
    Plan::new(plan.strategy(), steps, *plan.limits())
}
