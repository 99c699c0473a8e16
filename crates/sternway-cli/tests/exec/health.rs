//! Health checks of the settings: a command or an address says whether what is deployed is well.

use std::{fs, net::TcpListener, path::PathBuf, process::Output};

use crate::world::{KEY, World, assert_code, stderr, stdout};

/// A world in which v1 is live and v2 is published, with these settings.
struct Deployed(World);

impl Deployed {
    fn with(settings: &str) -> Self {
        let deployed = Self(World::with_live("echo one\n"));
        deployed.0.publish("echo two\n", Some("shell"));
        fs::create_dir_all(deployed.path("sternway")).unwrap();
        fs::write(deployed.path("sternway/config.toml"), settings).unwrap();
        deployed
    }

    /// The check `ready` is this shell script.
    fn by(script: &str) -> Self {
        let command = serde_json::to_string(&["sh", "-c", script]).unwrap();
        Self::with(&format!("[health.ready]\ncommand = {command}\nretries = 1\n"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn deploy(&self, check: &str) -> Output {
        let version = format!("{KEY}@v2");
        let words = ["deploy", "start", &version, "--immediate", "--outcomes", "0"];
        let how = ["--without-proof", "--health", check, "--wait=20s"];
        self.0.sternway().args(words).args(how).output().unwrap()
    }

    fn live(&self) -> String {
        let shown = self.0.sternway().args(["resolve", KEY, "-o", "name"]).output().unwrap();
        stdout(&shown).trim().to_owned()
    }
}

#[test]
fn what_is_well_before_and_after_goes_live() {
    let deployed =
        Deployed::by("echo $STERNWAY_ARTIFACT $STERNWAY_VERSION $STERNWAY_LIVE >> asked");
    let done = deployed.deploy("ready");
    assert_code(&done, 0);
    assert_eq!(deployed.live(), format!("{KEY}@v2"));
    let asked = fs::read_to_string(deployed.path("asked")).unwrap();
    assert_eq!(asked, format!("{KEY} 2 0\n{KEY} 2 1\n"));
}

#[test]
fn what_is_not_well_once_it_is_live_goes_back_and_says_why() {
    let deployed = Deployed::by("[ $STERNWAY_LIVE = 0 ] || { echo 503 from the pool; exit 1; }");
    let done = deployed.deploy("ready");
    assert_code(&done, 8);
    let said = stdout(&done);
    assert!(said.contains("ready says that it is not well (503 from the pool)"), "{said}");
    assert_eq!(deployed.live(), format!("{KEY}@v1"));
}

#[test]
fn what_finds_nothing_out_is_neither() {
    let deployed = Deployed::with("[health.ready]\ncommand = ['/nowhere/ready']\nretries = 0\n");
    let version = format!("{KEY}@v2");
    let words = ["deploy", "start", &version, "--immediate", "--health", "ready", "--wait=1s"];
    let done = deployed.0.sternway().args(words).output().unwrap();
    assert_code(&done, 7);
    assert!(stderr(&done).contains("the health check found nothing out"), "{}", stderr(&done));
    assert_eq!(deployed.live(), format!("{KEY}@v1"));
}

#[test]
fn whoever_says_nothing_in_time_is_not_well() {
    let settings = "[health.ready]\ncommand = ['sleep', '60']\ntimeout = '200ms'\nretries = 0\n";
    let deployed = Deployed::with(settings);
    let done = deployed.deploy("ready");
    assert_code(&done, 8);
    assert!(stdout(&done).contains("was still running after 200ms"), "{}", stdout(&done));
}

#[test]
fn an_address_is_well_that_takes_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let settings = format!("[health.port]\ntcp = \"{address}\"\nretries = 0\n");
    let deployed = Deployed::with(&settings);
    assert_code(&deployed.deploy("port"), 0);
    drop(listener);
    let deployed = Deployed::with(&settings);
    let done = deployed.deploy("port");
    assert_code(&done, 8);
    assert!(stdout(&done).contains("takes no connection"), "{}", stdout(&done));
}

#[test]
fn a_name_that_nobody_set_is_refused_with_what_to_write() {
    let deployed = Deployed::with("");
    let done = deployed.deploy("ready");
    assert_code(&done, 2);
    let said = stderr(&done);
    assert!(said.contains("there is no health check ready here"), "{said}");
    assert!(said.contains("[health.ready]"), "{said}");
}
