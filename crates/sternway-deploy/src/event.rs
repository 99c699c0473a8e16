//! What happens to a deployment.

use sternway_types::{Actor, ArtifactId, DeploymentId, Reason, VersionNumber, Withdrawal};

/// What is known of the candidates by now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many outcomes each of them has at least, since their share last changed.
    pub outcomes: u64,
    /// Whether each of them is proven.
    pub proven: bool,
}

/// Where a deployment is that another one waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Awaited {
    /// It is not over.
    UnderWay,
    /// It is completed: proven, or waived by a person.
    Completed,
    /// It is over, and not completed.
    EndedOtherwise,
}

/// What a person may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Go no further. What regresses goes back all the same.
    Pause,
    /// Go on, whatever it was that made it pause.
    Resume,
    /// Do not wait any longer in this step.
    Promote,
    /// Skip what is left before the candidates are live, and end well without proof.
    Waive,
    /// Go on with this candidate of an experiment, and with no other.
    Choose {
        /// Its place among the candidates, from 0.
        place: u8,
    },
    /// Go back.
    Abort,
    /// Agree to the plan.
    Approve,
    /// Do not agree to it: its candidates get no more runs until that is taken back.
    Reject,
    /// Take back that one did not agree.
    Withdraw,
    /// Do not agree to it, and end it.
    Dismiss,
    /// Give it up as it is, where nobody can see that it went back.
    Halt,
}

impl Ask {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Promote => "promote",
            Self::Waive => "promote without proof",
            Self::Choose { .. } => "choose",
            Self::Abort => "abort",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Withdraw => "withdraw",
            Self::Dismiss => "dismiss",
            Self::Halt => "halt",
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It is later, and this is known of the candidates.
    Looked(Found),
    /// The routers were seen to send runs as the deployment asks for.
    Routed,
    /// A router did not, and may never.
    Unrouted,
    /// A candidate was found to be worse.
    Regressed {
        /// Whose candidate.
        artifact: ArtifactId,
        /// Which one.
        candidate: VersionNumber,
    },
    /// A candidate was found to be worse, and its policy leaves it to a person.
    Noticed,
    /// A candidate was condemned, or taken back where it was live, by whoever found it worse.
    TakenBack {
        /// Whose candidate.
        artifact: ArtifactId,
        /// Which one.
        candidate: VersionNumber,
    },
    /// A router was seen to give the candidates no requests any more, since it was told so while the store was away.
    Withdrawn(Withdrawal),
    /// Somebody else moved what is live.
    Overtaken {
        /// Whose.
        artifact: ArtifactId,
    },
    /// Another deployment takes its place.
    Replaced {
        /// Which.
        by: DeploymentId,
    },
    /// Its turn has come, and it cannot begin.
    Unbegun {
        /// Why not.
        problem: Reason,
    },
    /// What was asked for the health of the candidates has answered.
    Probed {
        /// In which step it was asked. An answer to another one counts for nothing.
        step: u16,
        /// What is wrong with them, if anything is.
        problem: Option<Reason>,
    },
    /// The newest deployment of the artifact that a step waits for was looked at.
    Awaited {
        /// In which step. What is said of another one counts for nothing.
        step: u16,
        /// Where that deployment is.
        other: Awaited,
    },
    /// Nothing goes forward in the environment.
    Frozen,
    /// Something may go forward there again.
    Thawed,
    /// A person asks for something.
    Asked {
        /// What.
        ask: Ask,
        /// Who.
        by: Actor,
        /// Why.
        reason: Reason,
    },
}

/// Why what was asked for is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {}: {problem}", ask.as_str())]
pub struct Refused {
    /// What was asked for.
    pub ask: Ask,
    /// Why not, and what to do instead.
    pub problem: &'static str,
}
