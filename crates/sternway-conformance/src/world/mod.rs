//! What every case begins with: a store in a place of its own, and a namespace to work in.

mod changes;
mod client;
mod deployed;
mod names;
mod outcomes;
mod pointed;
mod told;

use std::sync::Arc;

use sternway_types::{Change, NamespaceSettings, Record};

pub(crate) use self::{
    changes::{
        attestation, baseline, condemnation, environment_record, force, latch, move_to,
        namespace_policy, pointer_at, record_at, tests_passed, unlabel,
    },
    client::Client,
    deployed::{deployment, put_deployment, put_route, regime, route_at, shift, shifted, weight},
    names::{
        alice, artifact, environment, generation, greeting, label, live, production, reason,
        revision, robot, staging, text, version,
    },
    outcomes::{failed, succeeded},
    pointed::{point, put_point},
    told::{channel, put_channel, put_outbox},
};
use crate::{Harness, Place, must::Must};

/// A place, the store that is open in it, and somebody who uses it.
pub(crate) struct World {
    harness: Arc<dyn Harness>,
    place: Arc<dyn Place>,
    client: Client,
}

impl World {
    /// A new place with one namespace, which has the environments `production` (the default one)
    /// and `staging`. That was its first revision.
    pub(crate) async fn new(harness: Arc<dyn Harness>) -> Self {
        let place = harness.place().await;
        let store = place.open().await.must("open an empty place");
        let client = Client::new(store, "shop");
        found(&client).await;
        Self { harness, place, client }
    }

    /// How many random stories are told here.
    pub(crate) fn stories(&self) -> u64 {
        self.harness.stories()
    }

    /// Another world beside this one.
    pub(crate) async fn another(&self) -> Self {
        Self::new(Arc::clone(&self.harness)).await
    }

    /// A world beside this one in which nobody founded a namespace yet.
    pub(crate) async fn empty(&self) -> Self {
        let (harness, place) = (Arc::clone(&self.harness), self.harness.place().await);
        let store = place.open().await.must("open an empty place");
        Self { harness, place, client: self.client.elsewhere(store) }
    }

    /// Closes the store and opens it again.
    pub(crate) async fn restart(self) -> Self {
        let Self { harness, place, client } = self;
        client.store.close().await.must("close");
        let client = client.on(place.as_ref(), End::Closed).await;
        Self { harness, place, client }
    }

    /// Ends the store without closing it, and opens it again.
    pub(crate) async fn crash(self) -> Self {
        let Self { harness, place, client } = self;
        let client = client.on(place.as_ref(), End::Killed).await;
        Self { harness, place, client }
    }

    /// Closes the store, and leaves the place to whoever wants to look at it.
    pub(crate) async fn shut(self) -> Arc<dyn Place> {
        self.client.store.close().await.must("close");
        self.place
    }
}

impl std::ops::Deref for World {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// How a store ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Closed,
    Killed,
}

impl Client {
    /// This client, on the store that is opened in the place after its own one ended.
    async fn on(self, place: &dyn Place, end: End) -> Self {
        let (store, rest) = self.leave();
        match end {
            End::Closed => drop(store),
            End::Killed => place.kill(store).await,
        }
        rest.enter(place.open().await.must("open a place again"))
    }
}

/// Creates the client's namespace with its two environments.
pub(crate) async fn found(client: &Client) {
    let settings = NamespaceSettings { default_environment: production() };
    let changeset = client
        .changeset()
        .then(Change::CreateNamespace)
        .then(environment_record(&production()))
        .then(environment_record(&staging()))
        .then(Change::PutRecord(Box::new(Record::Namespace(settings))));
    client.commit(&changeset).await;
}
