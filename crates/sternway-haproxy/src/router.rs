//! The port.

use std::time::Duration;

use async_trait::async_trait;
use sternway_provider::{Capabilities, RouterError, TrafficRouter};
use sternway_types::{ArtifactId, EnvironmentId, Generation, Route, Weight};
use tokio::{task::yield_now, time::timeout};

use crate::{
    Address, Layout, entry,
    layout::key,
    maps::{Commit, Entry},
    session::Session,
};

/// How long a call may take where nobody says it.
const LIMIT: Duration = Duration::from_secs(5);

/// The longest entry, in bytes: a command has to fit into a buffer of `HAProxy`, which has 16 KiB.
const MAX_ENTRY: usize = 12_000;

/// The router on one `HAProxy`; see the [crate] for what it promises and what it does not.
#[derive(Clone, Debug)]
pub struct Haproxy {
    address: Address,
    pub(crate) layout: Layout,
    limit: Duration,
}

/// How an attempt to apply a route ended.
pub(crate) enum Attempt {
    /// It was in force before.
    InForce,
    Committed,
    /// Another driver was at it at the same time.
    Raced,
}

/// What a route is for `HAProxy`.
pub(crate) struct Wanted {
    pub(crate) map: String,
    pub(crate) entry: Entry,
    pub(crate) generation: Generation,
    pub(crate) backends: Vec<String>,
}

impl Haproxy {
    /// The `HAProxy` whose Runtime API listens at an address, with a configuration of this layout. Nothing
    /// is asked yet, and no connection is kept. In master-worker mode it is the worker's `stats
    /// socket` and not the master's.
    #[must_use]
    pub const fn at(address: Address, layout: Layout) -> Self {
        Self { address, layout, limit: LIMIT }
    }

    /// The same with another limit to how long a call may take, in place of 5 s.
    #[must_use]
    pub const fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    pub(crate) async fn within<T>(
        &self,
        call: impl Future<Output = Result<T, RouterError>> + Send,
    ) -> Result<T, RouterError> {
        let late = || {
            let (address, limit) = (&self.address, self.limit);
            let problem = format!("HAProxy at {address} was not done within {limit:?}");
            RouterError::Unreachable { problem }
        };
        timeout(self.limit, call).await.unwrap_or_else(|_| Err(late()))
    }

    fn wanted(&self, route: &Route) -> Wanted {
        let (artifact, environment) = (route.artifact(), route.environment());
        let running = route.arms().iter().filter(|arm| arm.weight > Weight::ZERO);
        let backend = |version| self.layout.backend(artifact, environment, version);
        Wanted {
            map: self.layout.map(artifact, environment),
            entry: Entry {
                key: key(artifact, environment),
                value: entry::written(&self.layout, route),
            },
            generation: route.generation(),
            backends: running
                .map(|arm| arm.version)
                .chain(route.matched().map(|matched| matched.to))
                .map(backend)
                .collect(),
        }
    }

    /// Tries until the route is in force, or an error says why it cannot be.
    async fn bring_about(&self, wanted: &Wanted) -> Result<(), RouterError> {
        if wanted.entry.value.len() > MAX_ENTRY {
            let problem =
                "the names of the backends are too long for one command: give them shorter ones";
            return Err(RouterError::Unable { problem: problem.to_owned() });
        }
        loop {
            let mut session = Session::open(&self.address).await?;
            match attempt(&mut session, wanted).await? {
                Attempt::InForce => return Ok(()),
                // The next attempt begins with reading, on a new connection: after a reload the old
                // one leads to a process that gets no more requests.
                Attempt::Committed => (),
                Attempt::Raced => yield_now().await,
            }
        }
    }

    async fn look(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        let mut session = Session::open(&self.address).await?;
        let map = self.layout.map(artifact, environment);
        let entries = session.entries(&map, None).await?.ok_or_else(|| no_map(&map))?;
        let key = key(artifact, environment);
        match &entries[..] {
            [] => Ok(None),
            [found] if found.key == key => {
                let route = entry::read(&self.layout, artifact, environment, &found.value);
                route.map(Some).ok_or_else(|| foreign(&map, found))
            }
            [found, ..] => Err(foreign(&map, found)),
        }
    }
}

#[async_trait]
impl TrafficRouter for Haproxy {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            grain: 1,
            random_per_request: true,
            sticky: false,
            arms: Route::MAX_ARMS,
            shadows: false,
            header: !self.layout.headers().is_empty(),
            survives_restart: false,
        }
    }

    fn goes_by(&self, header: &str) -> bool {
        self.layout.headers().contains(header)
    }

    async fn apply(&self, route: &Route) -> Result<(), RouterError> {
        if let Some(matched) = route.matched().filter(|it| !self.goes_by(it.by.attribute())) {
            return Err(unseen(matched.by.attribute()));
        }
        let wanted = self.wanted(route);
        self.within(self.bring_about(&wanted)).await
    }

    async fn observe(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        self.within(self.look(artifact, environment)).await
    }
}

/// One attempt. Why an older route never replaces a newer one, nor a route one from which requests were taken and which
/// it would revive: whoever commits has shown its route before
/// it saw that its transaction was the newest. So who prepares a later one, which alone could be committed
/// behind it, does so after that, and finds the route among those that are shown or in force.
pub(crate) async fn attempt(
    session: &mut Session,
    wanted: &Wanted,
) -> Result<Attempt, RouterError> {
    let Wanted { map, entry, .. } = wanted;
    let current = session.entries(map, None).await?.ok_or_else(|| no_map(map))?;
    wanted.may_follow(map, &current)?;
    // Also where it is in force: a reload may have taken a backend away, and kept the map file.
    wanted.must_have_backends(&session.backends().await?)?;
    if current == [entry.clone()] || wanted.was_withdrawn_before(&current) {
        return Ok(Attempt::InForce);
    }
    let own = session.prepare(map).await?;
    session.add(map, own, entry).await?;
    let stand = session.stand(map).await?;
    if stand.newest != own || stand.current >= own {
        session.give_up(map, own).await;
        return Ok(Attempt::Raced);
    }
    // Upwards: what is committed meanwhile takes away what is before it, and not itself.
    for transaction in stand.current..own {
        let shown = session.entries(map, Some(transaction)).await?.unwrap_or_default();
        if let Err(err) = wanted.may_follow(&format!("@{transaction} {map}"), &shown) {
            session.give_up(map, own).await;
            return Err(err);
        }
    }
    match session.commit(map, own).await? {
        Commit::Done => Ok(Attempt::Committed),
        Commit::TooLate => Ok(Attempt::Raced),
    }
}

impl Wanted {
    /// Holds the route against others of its map, or of a transaction of it.
    fn may_follow(&self, map: &str, entries: &[Entry]) -> Result<(), RouterError> {
        for found in entries {
            let ours = (found.key == self.entry.key).then(|| entry::mark(&found.value));
            let mark = ours.flatten().ok_or_else(|| foreign(map, found))?;
            if mark.generation > self.generation {
                return Err(RouterError::Older { asked: self.generation, found: mark.generation });
            }
            if entry::mark(&self.entry.value).is_some_and(|own| own.revives(&mark)) {
                let withdrawal = mark.withdrawal().ok_or_else(|| foreign(map, found))?;
                return Err(RouterError::Withdrawn { withdrawal: Box::new(withdrawal) });
            }
        }
        Ok(())
    }

    /// Whether it takes requests from what has none any more: the first who did so stays on record.
    fn was_withdrawn_before(&self, entries: &[Entry]) -> bool {
        let Some(own) = entry::mark(&self.entry.value) else { return false };
        entries.iter().filter_map(|found| entry::mark(&found.value)).any(|found| {
            let both = own.withdrawal().is_some() && found.withdrawal().is_some();
            both && found.generation == own.generation
        })
    }

    /// A request whose backend is not there goes to the default one, which nobody would notice.
    fn must_have_backends(&self, there: &[String]) -> Result<(), RouterError> {
        let missing = self.backends.iter().find(|backend| !there.contains(backend));
        missing.map_or(Ok(()), |backend| {
            let problem = format!(
                "there is no backend {backend}: add one with its servers to the configuration, and reload"
            );
            Err(RouterError::Unable { problem })
        })
    }
}

fn no_map(map: &str) -> RouterError {
    let problem = format!(
        "no frontend looks into the map {map}: make an empty file of that name, add the lines that \
         `Layout::lookup` and `Layout::rules` print to the frontend, and reload"
    );
    RouterError::Unable { problem }
}

fn unseen(header: &str) -> RouterError {
    let problem = format!(
        "no frontend is known to look at the header {header}: add the line that `Layout::header` prints, reload, \
         and name the header among those of the router"
    );
    RouterError::Unable { problem }
}

fn foreign(map: &str, found: &Entry) -> RouterError {
    let entry: String = format!("{} {}", found.key, found.value).chars().take(200).collect();
    let problem = format!(
        "the map {map} holds what is no route of this layout: {entry:?}; type `clear map {map}` to take \
         it away"
    );
    RouterError::Unable { problem }
}
