//! Windows of the calendar open and close by themselves: whoever drives says so, once.
//!
//! What was said is in the environment's own record, so that an edge is said by one of several drivers, and
//! after a crash by the next one. What opened and closed again while nobody drove is not said.

use sternway_types::{
    Actor, At, Change, Environment, EnvironmentId, Precondition, Record, RecordKey, RecordKind,
    Timestamp,
};

use super::{Driver, drive::AGAIN, is_lost_race};
use crate::{Control, ControlError, Intent};

impl Control {
    /// Says of every environment which windows opened and closed since somebody last said so. Answers with
    /// when the next one does.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read or written.
    pub async fn tell_windows(&self) -> Result<Option<Timestamp>, ControlError> {
        let all = self.all_records(RecordKind::Environment, Record::into_environment, "").await?;
        let mut next = None;
        for environment in all {
            if !environment.windows.is_empty() || !environment.opened.is_empty() {
                let edge = self.tell_windows_of(&environment.id).await?;
                next = next.into_iter().chain(edge).min();
            }
        }
        Ok(next)
    }

    async fn tell_windows_of(&self, id: &EnvironmentId) -> Result<Option<Timestamp>, ControlError> {
        let key = RecordKey::environment(id);
        loop {
            let Some(entry) = self.store.record(&self.namespace, &key, At::Head).await? else {
                return Ok(None);
            };
            // Whoever wrote it last may have a clock that is ahead: what they said stays said.
            let at = self.now().max(entry.at);
            let environment = entry.record.and_then(Record::into_environment);
            let Some(environment) = environment else { return Ok(None) };
            let (open, edge) =
                (environment.windows.names_at(at), environment.windows.next_edge(at));
            if open == environment.opened {
                return Ok(edge);
            }
            let record = Record::Environment(Environment { opened: open, ..environment });
            let (key, generation) = (key.clone(), entry.generation);
            let changeset = self
                .changeset(&Intent::by(Actor::sternway()))
                .when(Precondition::RecordAt { key, generation })
                .then(Change::PutRecord(Box::new(record)));
            match self.commit(&changeset).await {
                Ok(_) => return Ok(edge),
                // Somebody said so, or changed the windows.
                Err(err) if is_lost_race(&err) => (),
                Err(err) => return Err(err.into()),
            }
        }
    }
}

impl Driver<'_> {
    /// Says which windows opened and closed, if it is time to.
    pub(super) async fn watch_calendar(&mut self) -> Result<(), ControlError> {
        let now = self.control.now();
        if self.edge.is_some_and(|edge| edge <= now) {
            // If that cannot be said now, it is in the way of nothing else.
            self.edge = Some(now.saturating_add(AGAIN));
            self.edge = self.control.tell_windows().await?;
        }
        Ok(())
    }
}
