//! An `HAProxy` in a folder of its own, which ends with its value.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use sternway_conformance::router::{HEADER, RouterHarness, RouterPlace, VERSIONS, targets};
use sternway_haproxy::{Address, Haproxy, Layout};
use sternway_provider::TrafficRouter;
use sternway_types::{ArtifactId, EnvironmentId, VersionNumber};
use tokio::net::UnixStream;

use crate::client;

/// How long a process may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program.
///
/// # Panics
///
/// If there is none: nothing is skipped in silence.
pub(crate) fn program() -> PathBuf {
    match std::env::var_os("STERNWAY_TEST_HAPROXY") {
        Some(program) if program != "none" => program.into(),
        Some(_) | None => panic!(
            "these tests need an HAProxy: run `cargo xtask test`, which gets one, or set \
             STERNWAY_TEST_HAPROXY to the path of one"
        ),
    }
}

/// What a test works with.
pub(crate) type Tested = Result<(), Box<dyn std::error::Error>>;

/// See the module.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    child: Mutex<Vec<Child>>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Proxy {
    /// Starts one, with what `config` makes of its folder behind the common settings.
    pub(crate) async fn start(
        config: impl FnOnce(&Path) -> io::Result<String>,
    ) -> io::Result<Self> {
        Self::start_as(|folder| Ok(format!("{}{}", common(folder), config(folder)?))).await
    }

    /// Starts one with the whole configuration that is made of its folder.
    pub(crate) async fn start_as(
        config: impl FnOnce(&Path) -> io::Result<String>,
    ) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("haproxy.cfg"), config(folder.path())?)?;
        let proxy = Self { folder, child: Mutex::default() };
        proxy.begin(None).await?;
        Ok(proxy)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A router of its Runtime API.
    pub(crate) fn router(&self, layout: &Layout) -> Haproxy {
        Haproxy::at(Address::Unix(self.folder().join("api.sock")), layout.clone())
    }

    /// Where requests come in.
    pub(crate) fn front(&self) -> PathBuf {
        self.folder().join("front.sock")
    }

    /// Ends it as if it had crashed.
    pub(crate) fn kill(&self) {
        for mut child in self.child.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // It may have ended by itself.
            child.kill().and_then(|()| child.wait()).map(drop).unwrap_or_default();
        }
    }

    pub(crate) async fn restart(&self) -> io::Result<()> {
        self.kill();
        for socket in ["api.sock", "front.sock"] {
            // A process that was killed leaves them.
            std::fs::remove_file(self.folder().join(socket)).unwrap_or_default();
        }
        self.begin(None).await
    }

    /// Starts a process in the place of the one before, which answers what it has and then ends.
    pub(crate) async fn reload(&self) -> io::Result<()> {
        let before =
            self.child.lock().unwrap_or_else(PoisonError::into_inner).last().map(Child::id);
        self.begin(before).await
    }

    /// Starts a process, and waits until it is the one that takes connections.
    async fn begin(&self, instead_of: Option<u32>) -> io::Result<()> {
        let mut command = Command::new(program());
        command.arg("-f").arg(self.folder().join("haproxy.cfg")).args(["-db", "-q"]);
        if let Some(before) = instead_of {
            command.args(["-sf", &before.to_string()]);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let number = child.id();
        self.child.lock().unwrap_or_else(PoisonError::into_inner).push(child);
        let started = async {
            let mut look = tokio::time::interval(Duration::from_millis(10));
            while !self.is_up(number).await {
                look.tick().await;
            }
        };
        let late = |_| io::Error::other("HAProxy did not start: what it wrote stands above");
        tokio::time::timeout(PATIENCE, started).await.map_err(late)
    }

    /// Whether this process answers at both sockets.
    async fn is_up(&self, number: u32) -> bool {
        let info = client::ask(&self.folder().join("api.sock"), "show info").await;
        let this = format!("Pid: {number}\n");
        info.is_ok_and(|info| info.contains(&this))
            && UnixStream::connect(self.front()).await.is_ok()
    }
}

fn common(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "global\n  stats socket {folder}/api.sock mode 600 level admin\n  maxconn 500\n  \
         hard-stop-after 20s\n\
         defaults\n  mode http\n  timeout connect 5s\n  timeout client 30s\n  timeout server 30s\n  \
         timeout http-request 30s\n"
    )
}

/// A layout with its map files in a folder, which are made empty.
pub(crate) fn layout_in(
    folder: &Path,
    targets: &[(ArtifactId, EnvironmentId)],
) -> io::Result<Layout> {
    let maps = folder.join("maps").display().to_string();
    let layout = Layout::new(&maps).map_err(io::Error::other)?;
    let layout = layout.with_backends("{collection}:{name}:{environment}:{version}");
    let layout = layout.map_err(io::Error::other)?;
    let layout = layout.with_headers(&[HEADER]).map_err(io::Error::other)?;
    for (artifact, environment) in targets {
        let map = PathBuf::from(layout.map(artifact, environment));
        std::fs::create_dir_all(map.parent().unwrap_or(folder))?;
        std::fs::write(map, "")?;
    }
    Ok(layout)
}

/// A configuration for the suite: `HAProxy` itself answers, with the name of the version.
fn answers_itself(folder: &Path) -> io::Result<String> {
    let targets = targets();
    let layout = layout_in(folder, &targets)?;
    let mut config = format!("frontend front\n  bind unix@{}/front.sock\n", folder.display());
    for (artifact, environment) in &targets {
        let condition = format!("if {{ path /{artifact}/{environment} }}");
        config.push_str(&layout.lookup(artifact, environment, &condition));
    }
    config.push_str(&Layout::header(HEADER));
    config.push_str(&Layout::rules());
    config.push_str("  default_backend nobody\nbackend nobody\n  http-request return status 503\n");
    let versions = || (1..=VERSIONS).filter_map(VersionNumber::new);
    let answers = targets.iter().flat_map(|(artifact, environment)| {
        versions().map(|version| {
            let backend = layout.backend(artifact, environment, version);
            let answer = "http-request return status 200 content-type text/plain string";
            format!("backend {backend}\n  {answer} {version}\n")
        })
    });
    config.extend(answers);
    Ok(config)
}

/// One for the suite.
///
/// # Panics
///
/// If none can be started.
pub(crate) async fn started() -> Proxy {
    match Proxy::start(answers_itself).await {
        Ok(proxy) => proxy,
        Err(err) => panic!("no HAProxy for a test: {err}"),
    }
}

/// What the suite is given.
pub(crate) struct Harness;

#[async_trait]
impl RouterHarness for Harness {
    async fn place(&self) -> Arc<dyn RouterPlace> {
        Arc::new(started().await)
    }
}

#[async_trait]
impl RouterPlace for Proxy {
    fn driver(&self) -> Arc<dyn TrafficRouter> {
        match layout_of(self.folder()) {
            Ok(layout) => Arc::new(self.router(&layout)),
            Err(err) => panic!("no layout for a test: {err}"),
        }
    }

    async fn send(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        requests: usize,
    ) -> Vec<Option<VersionNumber>> {
        let path = format!("/{artifact}/{environment}");
        match client::send(&self.front(), &path, requests).await {
            Ok(answers) => answers.into_iter().map(|answer| answer.version()).collect(),
            Err(err) => panic!("a request failed: {err}"),
        }
    }

    async fn send_with(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        header: (&str, &str),
        requests: usize,
    ) -> Vec<Option<VersionNumber>> {
        let path = format!("/{artifact}/{environment}");
        match client::send_with(&self.front(), &path, &[header], requests).await {
            Ok(answers) => answers.into_iter().map(|answer| answer.version()).collect(),
            Err(err) => panic!("a request failed: {err}"),
        }
    }

    async fn restart(&self) {
        if let Err(err) = Self::restart(self).await {
            panic!("HAProxy did not start again: {err}");
        }
    }
}

fn layout_of(folder: &Path) -> io::Result<Layout> {
    layout_in(folder, &[])
}
