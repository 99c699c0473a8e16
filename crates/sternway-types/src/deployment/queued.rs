//! What a deployment is until its turn has come.

use super::{Deployment, Phase, Plan, Step};

impl Deployment {
    /// Whether it is what it was: the same plan for the same candidates. One whose turn has come learns what is
    /// live by now, and asks those who are to be asked by now. Nobody agreed to anything before.
    pub(super) fn is_what_was(&self, before: &Self) -> bool {
        if before.phase != Phase::Queued || self.phase != Phase::Running {
            return self.digest() == before.digest();
        }
        let moves = |it: &Self| {
            let members = it.members.iter();
            let candidates = members.map(|of| (of.artifact.clone(), of.candidates().collect()));
            candidates.collect::<Vec<(_, Vec<_>)>>()
        };
        self.environment == before.environment
            && moves(self) == moves(before)
            && (self.plan == before.plan || asks_before(&self.plan, &before.plan))
    }

    /// Why this cannot come after what was there before, as to the queue: it is left once, forward into the
    /// first step, or to an end.
    pub(super) fn leaves_the_queue_wrongly(&self, before: &Self) -> Option<&'static str> {
        match (before.phase, self.phase) {
            (Phase::Queued, Phase::RollingBack | Phase::Completed) => {
                Some("waits for its turn, and has done nothing that could come to that")
            }
            (Phase::Queued, _) => None,
            (_, Phase::Queued) => Some("began, and does not wait for its turn again"),
            (_, _) => None,
        }
    }

    /// Whether anything of it happened that is for those that began.
    pub(super) fn has_come_further(&self) -> bool {
        self.has_run()
            || self.step > 0
            || !self.pauses.is_empty()
            || !self.approvals.is_empty()
            || !self.objections.is_empty()
    }
}

/// Whether a plan is another one with people who are asked before anything else.
fn asks_before(plan: &Plan, other: &Plan) -> bool {
    let [Step::Approve(_), rest @ ..] = plan.steps() else { return false };
    rest == other.steps() && plan.strategy() == other.strategy() && plan.limits() == other.limits()
}
