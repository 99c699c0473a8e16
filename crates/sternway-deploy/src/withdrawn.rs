//! Candidates whose requests are taken from them while the store cannot be told so.

use sternway_types::{Actor, Cause, Deployment, Phase, Timestamp, Withdrawal};

use crate::engine::{Course, Next, Write};

impl Course {
    /// Whoever took the requests away meant the deployment to go back.
    pub(crate) fn withdrawn(&mut self, Withdrawal { at, by, reason, unfit }: &Withdrawal) {
        if self.next.phase == Phase::Running {
            let (at, by, reason) = (*at, by.clone(), reason.clone());
            self.go_back(Cause::Withdrawn { at, by, reason }, *unfit);
        }
    }
}

/// What the routers are to be told at once where this next state of a deployment cannot be committed now: it goes
/// back since something is wrong with its candidates. Nothing if it goes anywhere else, or is only in the way.
#[must_use]
pub fn withdrawal(before: &Deployment, next: &Next, now: Timestamp) -> Option<Withdrawal> {
    let goes_back = before.phase == Phase::Running && next.deployment.phase == Phase::RollingBack;
    let cause = next.deployment.cause.as_ref().filter(|_| goes_back)?;
    let (by, reason) = match cause {
        Cause::Regressed { artifact } => (None, format!("{artifact} regressed")),
        Cause::Unhealthy { probe, problem } => {
            (None, format!("{probe} found it unwell: {problem}"))
        }
        Cause::Deadline => (None, "it took longer than it may".into()),
        Cause::Aborted { by, reason } | Cause::Rejected { by, reason } => {
            (Some(by.clone()), reason.to_string())
        }
        Cause::Withdrawn { .. }
        | Cause::Overtaken { .. }
        | Cause::Replaced { .. }
        | Cause::Unbegun { .. } => return None,
    };
    let unfit = next.writes.contains(&Write::Condemn);
    // A reason holds no NUL, and neither does a name.
    Withdrawal::new(now, by.unwrap_or_else(Actor::sternway), &reason, unfit).ok()
}
