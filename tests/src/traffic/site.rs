//! A store, its settings, and an `HAProxy` in front of two servers.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use sternway::{
    haproxy::{Address, Haproxy, Layout},
    types::{ArtifactId, EnvironmentId, VersionNumber},
};

use super::{
    command::Commands,
    proxy::{Proxy, free_port},
    upstream::Upstreams,
};
use crate::faults::Told;

/// What is deployed.
pub const ARTIFACT: &str = "tools/search";

/// Where a deployment is.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Status {
    /// Its state, such as `progressing`.
    pub state: String,
    /// The candidate's share, in basis points.
    pub weight: u64,
}

/// See the module. The folder goes last.
#[derive(Debug)]
pub struct Site {
    /// What requests go through.
    pub proxy: Proxy,
    /// What answers them.
    pub upstreams: Upstreams,
    /// What is typed.
    pub commands: Commands,
    layout: Layout,
    /// How many runs were recorded.
    runs: AtomicUsize,
    folder: tempfile::TempDir,
}

impl Site {
    /// With so many backends, of which every other one is the same server. The first version is live, and
    /// is known to be good.
    ///
    /// # Errors
    ///
    /// If something does not start.
    pub fn open(haproxy: PathBuf, command: PathBuf, versions: u64) -> Told<Self> {
        let folder = tempfile::tempdir()?;
        let upstreams = Upstreams::start()?;
        let maps = folder.path().join("maps");
        let layout = Layout::new(&maps.display().to_string())?;
        let (artifact, environment) = target()?;
        let map = PathBuf::from(layout.map(&artifact, &environment));
        std::fs::create_dir_all(map.parent().unwrap_or(&maps))?;
        std::fs::write(map, "")?;
        let (socket, port) = (folder.path().join("api.sock"), free_port()?);
        let config = folder.path().join("haproxy.cfg");
        let frontend = format!(
            "frontend agents\n  bind 127.0.0.1:{port}\n{}{}  default_backend search_v1\n",
            layout.lookup(&artifact, &environment, ""),
            Layout::rules(),
        );
        let backends = backends(&upstreams, versions);
        std::fs::write(&config, format!("{}{frontend}{backends}", common(&socket)))?;
        let proxy = Proxy::start(haproxy, config, socket.clone(), port)?;
        let settings = format!(
            "actor = \"human:alice\"\n[routers.edge]\nhaproxy = \"unix:{}\"\nmaps = \"{}\"\n\
             artifacts = [\"{ARTIFACT}\"]\nenvironment = \"production\"\n",
            socket.display(),
            maps.display(),
        );
        std::fs::write(folder.path().join("sternway.toml"), settings)?;
        let commands = Commands::of(command, folder.path());
        let site = Self { proxy, upstreams, commands, layout, runs: AtomicUsize::new(0), folder };
        site.publish(1)?;
        site.record(1, 300)?;
        Ok(site)
    }

    /// Publishes a version, which is the next one.
    ///
    /// # Errors
    ///
    /// If the command does not end well.
    pub fn publish(&self, version: u64) -> Told<()> {
        let text = format!("version {version}\n");
        self.commands.ok(&["publish", ARTIFACT, "-"], &text).map(drop)
    }

    /// Records that a version did so many runs well.
    ///
    /// # Errors
    ///
    /// If the command does not end well.
    pub fn record(&self, version: u64, runs: usize) -> Told<()> {
        let first = self.runs.fetch_add(runs, Ordering::Relaxed);
        let line = |run| format!("{{\"ok\": true, \"id\": \"run-{run}\"}}\n");
        let lines: String = (first..first + runs).map(line).collect();
        let reference = format!("{ARTIFACT}@v{version}");
        self.commands.ok(&["record", &reference, "--from", "-"], &lines).map(drop)
    }

    /// What the command says of the newest deployment.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn status(&self) -> Told<Status> {
        let said = self.commands.ok(&["deploy", "status", ARTIFACT, "-o", "json"], "")?;
        Ok(serde_json::from_str(&said)?)
    }

    /// Its folder, in which commands run.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The router that commands are told of.
    #[must_use]
    pub fn router(&self) -> Haproxy {
        Haproxy::at(Address::Unix(self.proxy.socket().to_owned()), self.layout.clone())
    }
}

/// Whose requests they are.
fn target() -> Told<(ArtifactId, EnvironmentId)> {
    Ok((ARTIFACT.parse()?, EnvironmentId::production()))
}

/// Starts an `HAProxy` that knows nothing of Sternway, in front of the same servers: each of two versions gets
/// half of the requests. It has a map with one entry, `floor`, to be set by hand.
///
/// # Errors
///
/// If it does not start.
pub(super) fn bare(haproxy: PathBuf, folder: &Path, upstreams: &Upstreams) -> Told<Proxy> {
    let (socket, port) = (folder.join("bare.sock"), free_port()?);
    let map = folder.join("floor.map");
    std::fs::write(&map, "floor search_v2\n")?;
    let frontend = format!(
        "frontend agents\n  bind 127.0.0.1:{port}\n  use_backend %[str(floor),map_str({})] if {{ rand(2) \
         eq 0 }}\n  default_backend search_v1\n",
        map.display(),
    );
    let config = folder.join("bare.cfg");
    let backends = backends(upstreams, 2);
    std::fs::write(&config, format!("{}{frontend}{backends}", common(&socket)))?;
    Proxy::start(haproxy, config, socket, port)
}

fn common(socket: &Path) -> String {
    format!(
        "global\n  stats socket {} mode 600 level admin expose-fd listeners\n  maxconn 2000\n  \
         hard-stop-after 20s\n\
         defaults\n  mode http\n  timeout connect 5s\n  timeout client 30s\n  timeout server 30s\n  \
         timeout http-request 30s\n",
        socket.display(),
    )
}

/// A backend for each version. Its server is told which one it is.
fn backends(upstreams: &Upstreams, versions: u64) -> String {
    let mut config = String::new();
    let ports = upstreams.ports().into_iter().cycle();
    for (version, port) in (1..=versions).filter_map(VersionNumber::new).zip(ports) {
        let number = version.get();
        // Writing to a text does not fail.
        let _ = write!(
            config,
            "backend search_v{number}\n  http-request set-header x-version {number}\n  \
             server one 127.0.0.1:{port}\n"
        );
    }
    config
}
