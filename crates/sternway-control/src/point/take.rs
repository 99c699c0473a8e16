//! Takes rollback points, and lets go of older ones.

use std::num::NonZeroUsize;

use sternway_store::{Contested, StoreError};
use sternway_types::{
    Change, Changeset, Environment, EnvironmentId, PointCause, PointId, Record, RecordKey,
    RecordKind, Revision, RollbackPoint,
};

use crate::{Control, ControlError, Intent};

/// The most points that are let go in one commit: the rest goes with the next ones.
const MOST_AT_ONCE: usize = 1_000;

/// A rollback point to be taken by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPoint {
    environment: EnvironmentId,
    revision: Option<Revision>,
    keep: Option<NonZeroUsize>,
}

impl NewPoint {
    /// Of an environment as it is now.
    #[must_use]
    pub const fn of(environment: EnvironmentId) -> Self {
        Self { environment, revision: None, keep: None }
    }

    /// As it was right after an earlier revision.
    #[must_use]
    pub const fn at(mut self, revision: Revision) -> Self {
        self.revision = Some(revision);
        self
    }

    /// Keeps so many of the environment, this one with them, whatever it says.
    #[must_use]
    pub const fn keeping(mut self, count: NonZeroUsize) -> Self {
        self.keep = Some(count);
        self
    }
}

/// A point that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The point.
    pub point: RollbackPoint,
    /// The older ones that were let go with it.
    pub let_go: Vec<PointId>,
    /// The revision that took it.
    pub revision: Revision,
}

/// How many rollback points of an environment are kept.
const fn kept_in(_: &Environment) -> usize {
    RollbackPoint::KEPT
}

impl Control {
    /// Takes a rollback point by hand: of what the environment is now, or was at a revision. The intent's
    /// reason is what it is for. Older ones are let go, so that no more are kept than the environment asks
    /// for.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoEnvironment`] if there is no such environment, and [`ControlError::Store`] if the
    /// revision is not there or the store cannot write.
    pub async fn take_point(&self, new: &NewPoint, intent: &Intent) -> Result<Taken, ControlError> {
        loop {
            let changeset = self.changeset(intent);
            let (changeset, mut taken) = self.pointing(changeset, new, PointCause::ByHand).await?;
            match self.commit(&changeset).await {
                Ok(receipt) => {
                    taken.revision = receipt.revision;
                    return Ok(taken);
                }
                Err(err) if is_about_a_point(&err) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// A changeset that takes a point as well, and lets go of older ones. What others commit before this is
    /// committed comes after the point.
    pub(crate) async fn pointing(
        &self,
        mut changeset: Changeset,
        new: &NewPoint,
        cause: PointCause,
    ) -> Result<(Changeset, Taken), ControlError> {
        let environment = &new.environment;
        let key = RecordKey::environment(environment);
        let record = self.record_at(&key, Record::into_environment).await?;
        let record = record.ok_or_else(|| ControlError::NoEnvironment(environment.clone()))?;
        let revision = match new.revision {
            Some(revision) => {
                self.known_revision(revision).await?;
                revision
            }
            None => self.newest_revision().await?,
        };
        let point = RollbackPoint {
            id: PointId::from_uuid(changeset.id.as_uuid()),
            environment: environment.clone(),
            revision,
            by: changeset.actor.clone(),
            at: changeset.at,
            description: changeset.reason.clone(),
            cause,
            used: None,
        };
        let keep = new.keep.map_or_else(|| kept_in(&record), NonZeroUsize::get);
        let mut older = self.newest_points(environment).await?;
        // Those that were taken first go first, whatever they name.
        older.sort_by_key(|it| (it.point.at, it.point.id));
        let excess = (older.len() + 1).saturating_sub(keep).min(MOST_AT_ONCE);
        older.truncate(excess);
        for pointed in &older {
            let key = RecordKey::point(environment, pointed.point.id);
            changeset = changeset.when(pointed.unchanged()).then(Change::DeleteRecord(key));
        }
        let put = Change::PutRecord(Box::new(Record::Point(Box::new(point.clone()))));
        let let_go = older.into_iter().map(|pointed| pointed.point.id).collect();
        Ok((changeset.then(put), Taken { point, let_go, revision }))
    }
}

/// Whether somebody used or let go of a point just now that was to be let go.
pub(crate) fn is_about_a_point(err: &StoreError) -> bool {
    matches!(err, StoreError::Conflict(conflict)
        if matches!(&conflict.contested, Contested::Record { key, .. }
            if key.kind() == RecordKind::Point))
}
