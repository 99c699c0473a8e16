//! What people said of a deployment.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Consent, Deployment, Lacking, Step};
use crate::{Actor, Digest, Reason, Timestamp};

/// The consent of one person to one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who.
    pub by: Actor,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Reason::is_empty")]
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
    /// What they agreed to: the digest of the plan and of what it is for.
    pub plan: Digest,
}

/// That somebody who was asked does not agree. It holds until they take it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objection {
    /// Who.
    pub by: Actor,
    /// Why.
    #[serde(default, skip_serializing_if = "Reason::is_empty")]
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

/// Why a deployment may end well without proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Who said so.
    pub by: Actor,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

impl Deployment {
    /// How many people agreed to it as it is: each of them another person than who began it.
    #[must_use]
    pub fn agreed(&self) -> usize {
        self.agreeing(|_| true).len()
    }

    /// What is missing of a consent at a moment.
    #[must_use]
    pub fn lacks(&self, consent: &Consent, at: Timestamp) -> Lacking {
        consent.lacks(&self.agreeing(|approval| consent.counts(approval, at)))
    }

    /// Who agreed to it as it is, by the approvals that count.
    fn agreeing(&self, counts: impl Fn(&Approval) -> bool) -> BTreeSet<&Actor> {
        let digest = self.digest();
        let given = self.approvals.iter().filter(|approval| {
            approval.plan == digest && approval.by != self.by && !approval.by.is_automation()
        });
        given.filter(|approval| counts(approval)).map(|approval| &approval.by).collect()
    }

    /// The first consent that it should have by the step that it is in, and lacks at a moment.
    #[must_use]
    pub fn lacks_by_now(&self, at: Timestamp) -> Option<Lacking> {
        let passed = self.plan.steps().iter().take(usize::from(self.step));
        let lacking = passed.filter_map(Step::asks).map(|consent| self.lacks(consent, at));
        lacking.into_iter().find(|lacking| !lacking.is_nothing())
    }
}
