//! Rollback points: what an environment was at a moment, to go back to.

use serde::{Deserialize, Serialize};

use crate::{Actor, DeploymentId, EnvironmentId, PointId, Reason, Revision, Timestamp};

/// Why a point was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointCause {
    /// Somebody asked for it.
    ByHand,
    /// A deployment began, in the same commit.
    Before(DeploymentId),
}

/// How an environment came back to a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointUse {
    /// Somebody asked for this point.
    Restored,
    /// It was the newest that was healthy in an emergency.
    Emergency,
}

/// The last time that an environment came back to a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointUsed {
    /// How.
    pub how: PointUse,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// What an environment was right after a revision. It names the revision and copies nothing: what was
/// live, the labels and the policies of that moment are read as of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollbackPoint {
    /// Its name: that of the changeset that took it.
    pub id: PointId,
    /// Of which environment.
    pub environment: EnvironmentId,
    /// The revision after which the environment was so.
    pub revision: Revision,
    /// Who took it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What it is for, in their words.
    #[serde(default, skip_serializing_if = "Reason::is_empty")]
    pub description: Reason,
    /// Why it was taken.
    pub cause: PointCause,
    /// When the environment last came back to it, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<PointUsed>,
}

impl RollbackPoint {
    /// How many of an environment are kept where nobody says how many.
    pub const KEPT: usize = 10;

    /// Why this cannot be written over what was there before, by a changeset that makes `next`, if it
    /// cannot: a point names what was, and only that it was used is news.
    #[must_use]
    pub fn refuses(&self, before: Option<&Self>, next: Revision) -> Option<&'static str> {
        if self.revision == Revision::ZERO || self.revision >= next {
            return Some("names a revision that is not there");
        }
        let before = before?;
        if (Self { used: before.used.clone(), ..self.clone() }) != *before {
            return Some("is another one: what a point names never changes");
        }
        (before.used.is_some() && self.used.is_none()).then_some("was used, and stays so")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point() -> RollbackPoint {
        let by: Actor = "alice".parse().expect("an actor");
        RollbackPoint {
            id: PointId::from_name("point"),
            environment: EnvironmentId::production(),
            revision: Revision::new(7),
            by,
            at: Timestamp::EPOCH,
            description: Reason::default(),
            cause: PointCause::ByHand,
            used: None,
        }
    }

    fn used(how: PointUse) -> RollbackPoint {
        let point = point();
        let used = PointUsed { how, by: point.by.clone(), at: Timestamp::EPOCH };
        RollbackPoint { used: Some(used), ..point }
    }

    #[test]
    fn a_point_names_a_revision_that_is_there() {
        let of = |revision| RollbackPoint { revision: Revision::new(revision), ..point() };
        assert_eq!(of(7).refuses(None, Revision::new(8)), None);
        for wrong in [0, 8, 9] {
            assert!(of(wrong).refuses(None, Revision::new(8)).is_some(), "{wrong}");
        }
    }

    #[test]
    fn nothing_but_its_use_changes() {
        let next = Revision::new(9);
        let (new, emergency) = (point(), used(PointUse::Emergency));
        assert_eq!(emergency.refuses(Some(&new), next), None);
        assert_eq!(used(PointUse::Restored).refuses(Some(&emergency), next), None);
        assert!(new.refuses(Some(&emergency), next).is_some(), "it was used");
        let later = RollbackPoint { revision: Revision::new(8), ..point() };
        assert!(later.refuses(Some(&new), next).is_some());
        let by_another =
            RollbackPoint { cause: PointCause::Before(DeploymentId::from_name("it")), ..point() };
        assert!(by_another.refuses(Some(&new), next).is_some());
    }
}
