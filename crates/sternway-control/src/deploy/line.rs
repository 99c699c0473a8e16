//! Who stands in line with an artifact: the deployment that is on its way, and those that wait for their turn.

use std::collections::{BTreeMap, btree_map::Entry};

use sternway_types::{
    ArtifactId, At, Change, Changeset, Deployment, DeploymentId, EnvironmentId, Generation, Member,
    Phase, PointerName, Precondition, Record, RecordKey, RecordKind, Route,
};

use super::write::{put, route_of};
use crate::{Control, ControlError};

/// Routes as a changeset leaves them, which are written once, however many deployments leave them.
#[derive(Debug, Default)]
pub(crate) struct Lines(BTreeMap<RecordKey, Line>);

impl Lines {
    /// The changeset with the routes that are to change. It loses if somebody else writes one of them meanwhile.
    pub(crate) fn onto(self, changeset: Changeset) -> Changeset {
        let changes = self.0.into_iter().filter(|(_, line)| line.is_new);
        changes.fold(changeset, |changeset, (key, Line { route, read, at, .. })| {
            let changeset =
                changeset.when(Precondition::RecordAt { key: key.clone(), generation: read });
            let changeset = at.into_iter().fold(changeset, Changeset::when);
            changeset.then(match route {
                Some(route) => put(Record::Route(Box::new(route))),
                None => Change::DeleteRecord(key),
            })
        })
    }
}

#[derive(Debug)]
pub(super) struct Line {
    pub(super) route: Option<Route>,
    /// How often it was written when it was read.
    read: Generation,
    /// Where the pointer is that the route is of, unless the changeset says so otherwise.
    at: Option<Precondition>,
    is_new: bool,
}

impl Line {
    /// Another route.
    pub(super) fn set(&mut self, route: Option<Route>) {
        (self.route, self.at, self.is_new) = (route, None, true);
    }

    /// Another route, which is of the pointer as it is.
    pub(super) fn set_at(&mut self, (at, route): (Precondition, Route)) {
        (self.route, self.at, self.is_new) = (Some(route), Some(at), true);
    }
}

impl Control {
    /// The route of an artifact as a changeset leaves it so far.
    pub(super) async fn line<'a>(
        &self,
        lines: &'a mut Lines,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<&'a mut Line, ControlError> {
        let key = RecordKey::route(artifact, environment);
        match lines.0.entry(key.clone()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unread) => {
                let entry = self.store.record(&self.namespace, &key, At::Head).await?;
                let read = entry.as_ref().map_or(Generation::ZERO, |entry| entry.generation);
                let route = entry.and_then(|entry| entry.record).and_then(Record::into_route);
                let route = route.map(|route| *route);
                Ok(unread.insert(Line { route, read, at: None, is_new: false }))
            }
        }
    }

    /// The route of a member as its deployment wants it. Those who wait go on waiting.
    pub(super) async fn routing(
        &self,
        changeset: Changeset,
        of: &Deployment,
        member: &Member,
        lines: &mut Lines,
    ) -> Result<Changeset, ControlError> {
        let route = route_of(of, member)?;
        let line = self.line(lines, &member.artifact, &of.environment).await?;
        match &line.route {
            Some(before) if before.deployment() == Some(of.id) => {
                let route = route.queued_by(before.queue().to_vec())?;
                line.set(Some(route));
                Ok(changeset)
            }
            // Of two that begin at one time the store takes one, and says which.
            Some(_) | None => Ok(changeset.then(put(Record::Route(Box::new(route))))),
        }
    }

    /// Takes a deployment that is over out of the line with one of its artifacts: whoever is next has the
    /// artifact from then on.
    pub(super) async fn leaving(
        &self,
        over: &Deployment,
        artifact: &ArtifactId,
        lines: &mut Lines,
    ) -> Result<(), ControlError> {
        let environment = &over.environment;
        let line = self.line(lines, artifact, environment).await?;
        let Some(route) = line.route.clone() else { return Ok(()) };
        if route.deployment() != Some(over.id) {
            if route.queue().contains(&over.id) {
                line.set(Some(route.leaving(over.id)));
            }
            return Ok(());
        }
        match route.queue().split_first() {
            Some((next, rest)) => {
                let (at, kept) = self.kept_for(*next, artifact, environment).await?;
                line.set_at((at, kept.queued_by(rest.to_vec())?));
            }
            None => line.set(None),
        }
        Ok(())
    }

    /// All runs to what is live, and nobody but this deployment may begin there.
    pub(super) async fn kept_for(
        &self,
        next: DeploymentId,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<(Precondition, Route), ControlError> {
        let (pointer, live) = self.live_version(artifact, environment).await?;
        let (artifact, environment) = (artifact.clone(), environment.clone());
        let name = PointerName::Environment(environment.clone());
        let generation = pointer.generation;
        let at = Precondition::PointerAt { artifact: artifact.clone(), name, generation };
        let route = Route::whole(artifact, environment, generation, live.number);
        Ok((at, route.of_deployment(next)))
    }

    /// The deployments that come before one that waits for its turn, as far as they are not over: with each
    /// of its artifacts the one that is on its way, and then those that wait.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn deployments_before(
        &self,
        waits: &Deployment,
    ) -> Result<Vec<DeploymentId>, ControlError> {
        let mut before = Vec::new();
        for member in waits.members.iter().filter(|_| waits.phase == Phase::Queued) {
            let route = self.route(&member.artifact, &waits.environment).await?;
            let line = route.iter().flat_map(Route::line);
            for id in line.take_while(|id| *id != waits.id) {
                if !before.contains(&id) {
                    before.push(id);
                }
            }
        }
        Ok(before)
    }

    /// The deployments that wait behind one with any of its artifacts.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn deployments_behind(
        &self,
        first: &Deployment,
    ) -> Result<Vec<DeploymentId>, ControlError> {
        let mut behind = Vec::new();
        for member in first.members.iter().filter(|_| !first.phase.is_over()) {
            let route = self.route(&member.artifact, &first.environment).await?;
            let line = route.iter().flat_map(Route::line);
            for id in line.skip_while(|id| *id != first.id).skip(1) {
                if !behind.contains(&id) {
                    behind.push(id);
                }
            }
        }
        Ok(behind)
    }

    /// Every deployment that waits behind another one, wherever, the next one of each artifact first.
    ///
    /// # Errors
    ///
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn deployments_queued(
        &self,
    ) -> Result<Vec<(EnvironmentId, DeploymentId)>, ControlError> {
        let routes = self.all_records(RecordKind::Route, Record::into_route, "").await?;
        let mut found = Vec::new();
        for route in &routes {
            for id in route.queue() {
                let which = (route.environment().clone(), *id);
                if !found.contains(&which) {
                    found.push(which);
                }
            }
        }
        Ok(found)
    }
}
