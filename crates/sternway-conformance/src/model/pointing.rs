//! What the small numbers of a rollback point stand for, in the state in which it is written.

use sternway_types::{
    EnvironmentId, PointUse, PointUsed, Record, RecordKey, Revision, RollbackPoint, Timestamp,
};

use super::history::History;
use crate::world::{alice, point};

/// A point of so many revisions before the next one; or the one that is there, as it may be used.
pub(super) fn point_of(
    history: History<'_>,
    id: u8,
    environment: &EnvironmentId,
    back: u8,
    used: u8,
) -> RollbackPoint {
    let next = history.0.len() as u64 + 1;
    let revision = Revision::new(next.saturating_sub(u64::from(back)));
    let new = point(&format!("point {id}"), environment, revision);
    let key = RecordKey::point(environment, new.id);
    let there = history.record(&key).and_then(Record::into_point);
    // The last two of the numbers make another one of what is there.
    let point = there.filter(|_| back < 4).map_or(new, |there| *there);
    let how = match used {
        0 => None,
        1 => Some(PointUse::Restored),
        _ => Some(PointUse::Emergency),
    };
    let used = how.map(|how| PointUsed { how, by: alice(), at: Timestamp::EPOCH });
    RollbackPoint { used, ..point }
}
