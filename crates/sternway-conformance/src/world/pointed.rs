//! Rollback points, with what no case is about filled in.

use sternway_types::{
    Change, EnvironmentId, PointCause, PointId, Reason, Record, Revision, RollbackPoint, Timestamp,
};

use super::names::alice;

/// A point of an environment that nobody came back to.
pub(crate) fn point(name: &str, environment: &EnvironmentId, revision: Revision) -> RollbackPoint {
    RollbackPoint {
        id: PointId::from_name(name),
        environment: environment.clone(),
        revision,
        by: alice(),
        at: Timestamp::EPOCH,
        description: Reason::default(),
        cause: PointCause::ByHand,
        used: None,
    }
}

pub(crate) fn put_point(point: &RollbackPoint) -> Change {
    Change::PutRecord(Box::new(Record::Point(Box::new(point.clone()))))
}
