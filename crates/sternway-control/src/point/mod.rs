//! Rollback points: what an environment was, to go back to as a whole.
//!
//! A point names a revision, and the store remembers what was then. One is taken in the commit that
//! begins a deployment, of what runs until then, and by hand; the newest few are kept. Pointers go back by
//! [`restore_to`](crate::restore_to); in an [emergency] to the newest point that is healthy.

pub mod emergency;
mod health;
mod held;
mod take;

use sternway_store::{Limit, StoreError};
use sternway_types::{
    At, Change, Changeset, EnvironmentId, Force, Generation, PointId, PointUse, PointUsed,
    Precondition, Record, RecordEntry, RecordKey, RecordKind, Revision, RollbackPoint,
};

pub(crate) use self::take::is_about_a_point;
pub use self::{
    health::Unhealthy,
    held::Held,
    take::{NewPoint, Taken},
};
use crate::{Control, ControlError, Intent, restore_to::RestoredTo};

/// A rollback point as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointed {
    /// The point.
    pub point: RollbackPoint,
    /// How often it was written: the optimistic lock.
    pub generation: Generation,
    /// The revision that wrote it last: that took it, or that came back to it.
    pub written: Revision,
}

impl Pointed {
    fn of(entry: RecordEntry) -> Option<Self> {
        let (generation, written) = (entry.generation, entry.revision);
        let point = entry.record.and_then(Record::into_point)?;
        Some(Self { point: *point, generation, written })
    }

    /// It is still as it was.
    fn unchanged(&self) -> Precondition {
        let key = RecordKey::point(&self.point.environment, self.point.id);
        Precondition::RecordAt { key, generation: self.generation }
    }

    /// The point once the environment came back to it by a changeset.
    fn used(&self, by: &Changeset, how: PointUse) -> RollbackPoint {
        let used = Some(PointUsed { how, by: by.actor.clone(), at: by.at });
        RollbackPoint { used, ..self.point.clone() }
    }

    /// Notes with a changeset that the environment comes back to it.
    fn noting(&self, changeset: Changeset, how: PointUse) -> Changeset {
        let point = self.used(&changeset, how);
        let put = Change::PutRecord(Box::new(Record::Point(Box::new(point))));
        changeset.when(self.unchanged()).then(put)
    }
}

impl Control {
    /// One rollback point.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoPoint`] if there is none of that name in the environment, such as since newer
    /// ones were taken, and [`ControlError::Store`] if the store cannot be read.
    pub async fn point(
        &self,
        environment: &EnvironmentId,
        id: PointId,
    ) -> Result<Pointed, ControlError> {
        let key = RecordKey::point(environment, id);
        let entry = self.store.record(&self.namespace, &key, At::Head).await?;
        entry
            .and_then(Pointed::of)
            .ok_or_else(|| ControlError::NoPoint { environment: environment.clone(), id })
    }

    /// A page of the rollback points of an environment, by their ids: the oldest first, unless somebody
    /// drew the ids elsewhere.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn points(
        &self,
        environment: &EnvironmentId,
        after: Option<PointId>,
        limit: Limit,
    ) -> Result<Vec<Pointed>, ControlError> {
        let prefix = RecordKey::points_of(environment);
        let after = after.map(|id| RecordKey::point(environment, id).name().to_owned());
        let (store, ns, kind) = (&self.store, &self.namespace, RecordKind::Point);
        let page = store.records(ns, kind, &prefix, At::Head, after.as_deref(), limit).await?;
        Ok(page.into_iter().filter_map(Pointed::of).collect())
    }

    /// Every rollback point of an environment, the one of the newest revision first. They are few: as many
    /// as are kept.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn newest_points(
        &self,
        environment: &EnvironmentId,
    ) -> Result<Vec<Pointed>, ControlError> {
        let mut points: Vec<Pointed> = Vec::new();
        loop {
            let after = points.last().map(|it| it.point.id);
            let page = self.points(environment, after, Limit::MAX).await?;
            if page.is_empty() {
                break;
            }
            points.extend(page);
        }
        points.sort_by_key(|it| std::cmp::Reverse((it.point.revision, it.point.at, it.point.id)));
        Ok(points)
    }

    /// Moves everything that is live in an environment back to where it was at a point, in one commit that
    /// says so of the point. Nothing is condemned; labels and policies stay as they are. A deployment whose
    /// pointer moves is overtaken, as by any move by hand.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoPoint`], and those of [`Control::restore_to`].
    pub async fn restore_point(
        &self,
        environment: &EnvironmentId,
        id: PointId,
        force: Force,
        intent: &Intent,
    ) -> Result<RestoredTo, ControlError> {
        self.known_environment(environment).await?;
        loop {
            let pointed = self.point(environment, id).await?;
            let to = pointed.point.revision;
            let now = self.live_in(environment, At::Head).await?;
            let way = self.way_back(to, environment, &now).await?;
            if way.is_empty() {
                return Ok(way.into_restored(to, None));
            }
            let changeset = way.onto(self.changeset(intent), to, force);
            let changeset = pointed.noting(changeset, PointUse::Restored);
            match self.commit(&changeset).await {
                Ok(receipt) => return Ok(way.into_restored(to, Some(receipt.revision))),
                // Somebody moved a pointer, or let go of the point: look again.
                Err(StoreError::Conflict(_)) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }
}
