//! What is live, and which shares a deployment gives out: loaded once, and then changed commit by commit.

use std::{collections::HashMap, sync::Arc};

use sternway_provider::Ids;
use sternway_store::{Limit, Store, StoreError};
use sternway_types::{
    ArtifactId, At, EnvironmentId, NamespaceId, Pointer, PointerMove, PointerName, Record,
    RecordChange, RecordKind, Revision, Route, Weight,
};

use super::Live;
use crate::{
    ControlError,
    deploy::{Resolved, Targeting},
};

pub(super) type Table = HashMap<EnvironmentId, HashMap<ArtifactId, Here>>;

/// What the table knows of an artifact in an environment.
#[derive(Clone, Debug)]
pub(super) struct Here {
    pub(super) live: Live,
    /// The shares of a deployment that is on its way, if one is.
    route: Option<Arc<Route>>,
}

impl Here {
    /// The shares, unless somebody moved the pointer past them.
    fn route(&self) -> Option<&Route> {
        self.route.as_deref().filter(|route| route.generation() == self.live.generation)
    }

    pub(super) fn resolve(&self, run: &Targeting<'_>, ids: &dyn Ids) -> Resolved {
        let Live { version, generation, .. } = self.live;
        self.route().map_or_else(
            || Resolved {
                version,
                generation,
                candidate: false,
                weight: Weight::ALL,
                matched: false,
                shadow: None,
                deployment: None,
                assigned: None,
            },
            |route| Resolved::of(route, run, ids),
        )
    }
}

/// What is live at the newest revision.
pub(super) async fn load_newest(
    store: &dyn Store,
    namespace: &NamespaceId,
) -> Result<(Revision, Table), ControlError> {
    loop {
        let head = store.head(namespace, At::Head).await?;
        let revision = head.map_or(Revision::ZERO, |head| head.revision);
        match load_table(store, namespace, revision).await {
            // It was let go while it was read: there is a newer one.
            Err(ControlError::Store(StoreError::Compacted { .. })) => (),
            loaded => return Ok((revision, loaded?)),
        }
    }
}

async fn load_table(
    store: &dyn Store,
    namespace: &NamespaceId,
    revision: Revision,
) -> Result<Table, ControlError> {
    let mut table = Table::new();
    let mut after: Option<String> = None;
    loop {
        let kind = RecordKind::Environment;
        let page =
            store.records(namespace, kind, "", At::Head, after.as_deref(), Limit::MAX).await?;
        let Some(last) = page.last() else {
            load_routes(store, namespace, revision, &mut table).await?;
            return Ok(table);
        };
        after = Some(last.key.name().to_owned());
        for entry in page {
            if let Some(Record::Environment(environment)) = entry.record {
                let live = load_environment(store, namespace, &environment.id, revision).await?;
                table.insert(environment.id, live);
            }
        }
    }
}

/// The shares of what is being deployed.
async fn load_routes(
    store: &dyn Store,
    namespace: &NamespaceId,
    revision: Revision,
    table: &mut Table,
) -> Result<(), ControlError> {
    let (kind, at) = (RecordKind::Route, At::Revision(revision));
    let mut after: Option<String> = None;
    loop {
        let page = store.records(namespace, kind, "", at, after.as_deref(), Limit::MAX).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.key.name().to_owned());
        let routes = page.into_iter().filter_map(|entry| entry.record);
        routes.filter_map(Record::into_route).for_each(|route| apply_route(table, *route));
    }
}

async fn load_environment(
    store: &dyn Store,
    namespace: &NamespaceId,
    environment: &EnvironmentId,
    revision: Revision,
) -> Result<HashMap<ArtifactId, Here>, ControlError> {
    let mut live = HashMap::new();
    let mut after: Option<ArtifactId> = None;
    let at = At::Revision(revision);
    loop {
        let page =
            store.environment(namespace, environment, at, after.as_ref(), Limit::MAX).await?;
        let Some(last) = page.last() else { return Ok(live) };
        after = Some(last.artifact.clone());
        live.extend(page.into_iter().filter_map(of_pointer));
    }
}

fn of_pointer(pointer: Pointer) -> Option<(ArtifactId, Here)> {
    let Pointer { artifact, version, generation, revision, .. } = pointer;
    let live = Live { version: version?, generation, since: revision };
    Some((artifact, Here { live, route: None }))
}

pub(super) fn apply_move(table: &mut Table, moved: &PointerMove) {
    let PointerName::Environment(environment) = &moved.name else { return };
    let live = table.entry(environment.clone()).or_default();
    match moved.to {
        Some(version) => {
            let (generation, since) = (moved.generation, moved.revision);
            let new = Live { version, generation, since };
            let here = Here { live: new, route: None };
            live.entry(moved.artifact.clone()).or_insert(here).live = new;
        }
        None => drop(live.remove(&moved.artifact)),
    }
}

pub(super) fn apply_change(table: &mut Table, change: &RecordChange) {
    match (&change.before, &change.after) {
        (_, Some(Record::Route(route))) => apply_route(table, route.as_ref().clone()),
        (Some(Record::Route(route)), None) => {
            let environment = table.get_mut(route.environment());
            let here = environment.and_then(|artifacts| artifacts.get_mut(route.artifact()));
            if let Some(here) = here {
                here.route = None;
            }
        }
        _ => (),
    }
}

fn apply_route(table: &mut Table, route: Route) {
    let environment = table.get_mut(route.environment());
    let here = environment.and_then(|artifacts| artifacts.get_mut(route.artifact()));
    if let Some(here) = here {
        here.route = Some(Arc::new(route));
    }
}
