//! Map files that drivers keep up to date, so that `HAProxy` begins with the route when it is started again.
//!
//! A file holds the route that was seen to be in force, or nothing: it is emptied before another one is applied. So
//! whatever dies in between, and whether or not `HAProxy` runs meanwhile, it never begins with a route that was left
//! behind, such as one in which a candidate that was taken back has a share.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use sternway_provider::{Capabilities, RouterError, TrafficRouter};
use sternway_types::{ArtifactId, EnvironmentId, Generation, Route};
use tokio::task::spawn_blocking;

use crate::{Haproxy, entry::generation};

/// How long until a file that another driver is at is tried again.
const AGAIN: Duration = Duration::from_millis(5);

/// The router on one `HAProxy` whose map files this machine can write: a route survives a restart and a reload.
///
/// Every driver of that `HAProxy` has to keep the files, and does so by turns, or one that does not leaves an old route
/// in them. What cannot be written down is not in force: [`apply`](TrafficRouter::apply) then tells `HAProxy` all the
/// same, and says so.
#[derive(Clone, Debug)]
pub struct KeptMaps(Haproxy);

/// A map file, and that nobody else writes it now.
#[derive(Clone, Debug)]
struct Held {
    path: PathBuf,
    // Given back with the last clone, so that no write that was begun ends behind somebody else's.
    _lock: Arc<File>,
}

impl KeptMaps {
    /// The same router, with map files that are kept.
    #[must_use]
    pub const fn of(router: Haproxy) -> Self {
        Self(router)
    }

    fn file(&self, route: &Route) -> PathBuf {
        self.0.layout.map(route.artifact(), route.environment()).into()
    }

    async fn bring_about(&self, route: &Route) -> Result<(), RouterError> {
        let (path, line) = (self.file(route), self.0.layout.line(route));
        let held = hold(path.clone()).await;
        let emptied = match &held {
            Ok(held) => held.let_go_of_older(route.generation(), line.clone()).await,
            Err(_) => Ok(()),
        };
        // Nobody who goes back waits for a disk.
        self.0.apply(route).await?;
        let (artifact, environment) = (route.artifact(), route.environment());
        let seen = self.0.observe(artifact, environment).await?;
        let written = match (held, emptied) {
            (Err(err), _) | (Ok(_), Err(err)) => Err(err),
            // Whoever applied a newer one writes that.
            (Ok(_), Ok(())) if seen.as_ref() != Some(route) => return Ok(()),
            (Ok(held), Ok(())) => held.write(line).await,
        };
        written.map_err(|err| unkept(&path, &err))
    }

    async fn look(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        let Some(route) = self.0.observe(artifact, environment).await? else { return Ok(None) };
        let (path, line) = (self.file(&route), self.0.layout.line(&route));
        let file = path.clone();
        match blocking(move || read(&file)).await {
            Ok(kept) if kept == line => Ok(Some(route)),
            Ok(kept) if kept.is_empty() => {
                // Whoever was to write it did not. A restart forgets it still if that cannot be mended now.
                if let Some(held) = try_to_hold(path).await.ok().flatten()
                    && self.0.observe(artifact, environment).await?.as_ref() == Some(&route)
                {
                    held.write(line).await.unwrap_or_default();
                }
                Ok(Some(route))
            }
            // A restart would bring back what is not in force.
            Ok(_) | Err(_) => Ok(None),
        }
    }
}

#[async_trait]
impl TrafficRouter for KeptMaps {
    fn capabilities(&self) -> Capabilities {
        Capabilities { survives_restart: true, ..self.0.capabilities() }
    }

    fn goes_by(&self, header: &str) -> bool {
        self.0.goes_by(header)
    }

    async fn apply(&self, route: &Route) -> Result<(), RouterError> {
        self.0.within(self.bring_about(route)).await
    }

    /// Where the file holds another route than the one in force, that one is not there: it is applied and written again.
    /// Where it holds none, the one in force is written.
    async fn observe(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Option<Route>, RouterError> {
        self.0.within(self.look(artifact, environment)).await
    }
}

impl Held {
    /// Empties the file, if it holds anything but this route or a newer one.
    async fn let_go_of_older(&self, asked: Generation, line: String) -> io::Result<()> {
        let held = self.clone();
        blocking(move || {
            let kept = read(&held.path)?;
            let value = kept.split_once(' ').and_then(|(_, value)| generation(value));
            let stays = kept.is_empty() || kept == line || value.is_some_and(|it| it > asked);
            if stays { Ok(()) } else { replace(&held.path, "") }
        })
        .await
    }

    async fn write(self, line: String) -> io::Result<()> {
        blocking(
            move || {
                if read(&self.path)? == line { Ok(()) } else { replace(&self.path, &line) }
            },
        )
        .await
    }
}

/// Waits until nobody else is at a map file.
async fn hold(path: PathBuf) -> io::Result<Held> {
    loop {
        if let Some(held) = try_to_hold(path.clone()).await? {
            return Ok(held);
        }
        pause(AGAIN).await;
    }
}

/// A map file, unless somebody else is at it.
async fn try_to_hold(path: PathBuf) -> io::Result<Option<Held>> {
    let beside = beside(&path, "lock");
    let open = move || OpenOptions::new().create(true).truncate(false).write(true).open(beside);
    let lock = blocking(open).await?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(Held { path, _lock: Arc::new(lock) })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(err)) => Err(err),
    }
}

async fn pause(length: Duration) {
    #[expect(clippy::disallowed_methods, reason = "another process is waited for")]
    tokio::time::sleep(length).await;
}

/// What a map file holds; nothing if it is not there.
fn read(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}

/// Puts another file in the place of one, whole and durably, with the rights that it had.
fn replace(path: &Path, content: &str) -> io::Result<()> {
    let new = beside(path, "new");
    let mut file = File::create(&new)?;
    if let Ok(before) = fs::metadata(path) {
        file.set_permissions(before.permissions())?;
    }
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("/"));
    File::open(folder)?.sync_all()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

fn unkept(path: &Path, err: &io::Error) -> RouterError {
    let problem = format!(
        "requests go as asked, and the map file {} was not written ({err}), so that a restart forgets it: let every \
         driver write into its folder, or take `write_maps` away",
        path.display()
    );
    RouterError::Unreachable { problem }
}
