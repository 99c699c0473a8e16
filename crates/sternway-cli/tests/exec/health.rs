//! Health checks of the settings: a command, an address or a hook says whether what is deployed is well.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::Output,
    sync::{Arc, Mutex},
    thread,
};

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
fn of_an_experiment_it_is_told_of_every_candidate() {
    let deployed = Deployed::by("echo $STERNWAY_CANDIDATES > asked; exit 1");
    deployed.0.publish("echo three\n", Some("shell"));
    let (two, three) = (format!("{KEY}@v2"), format!("{KEY}@v3"));
    let words = ["deploy", "start", &two, &three, "--ab", "20,20", "--health", "ready"];
    assert_code(&deployed.0.sternway().args(words).arg("--wait=20s").output().unwrap(), 8);
    assert_eq!(fs::read_to_string(deployed.path("asked")).unwrap(), format!("{two} {three}\n"));
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

/// A web server that answers everything with one status, which changes while it is asked.
struct Gate {
    url: String,
    status: Arc<Mutex<&'static str>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Gate {
    fn saying(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/gate", listener.local_addr().unwrap());
        let (status, heard) = (Arc::new(Mutex::new(status)), Arc::new(Mutex::new(Vec::new())));
        let (says, hears) = (Arc::clone(&status), Arc::clone(&heard));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                hears.lock().unwrap().push(request(&mut stream));
                let status = *says.lock().unwrap();
                let rest = "Location: /elsewhere\r\nContent-Length: 0\r\nConnection: close";
                drop(write!(stream, "HTTP/1.1 {status}\r\n{rest}\r\n\r\n"));
            }
        });
        Self { url, status, heard }
    }

    fn says(&self, status: &'static str) {
        *self.status.lock().unwrap() = status;
    }
}

fn request(stream: &mut TcpStream) -> String {
    let (mut read, mut bytes) = (Vec::new(), [0; 4_096]);
    loop {
        let length = stream.read(&mut bytes).unwrap_or_default();
        read.extend_from_slice(&bytes[..length]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let said = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if length == 0 || body.len() >= said.map_or(0, |it| it.parse().unwrap()) {
            return text;
        }
    }
}

#[test]
fn a_hook_says_when_a_deployment_goes_on_and_that_it_goes_back() {
    let gate = Gate::saying("202 Accepted");
    let settings = format!(
        "[health.gate]\nhttp = '{}'\nsend = true\nretries = 0\n\
         headers = {{ Authorization = {{ env = 'GATE_TOKEN' }} }}\n\
         [health.app]\ntcp = '{}'\n[health.ready]\nall = ['gate', 'app']\n",
        gate.url,
        gate.url.strip_prefix("http://").unwrap().trim_end_matches("/gate"),
    );
    let deployed = Deployed::with(&settings);
    let run = |words: &[&str]| {
        deployed.0.sternway().env("GATE_TOKEN", "t0ken").args(words).output().unwrap()
    };
    let listed = run(&["health", "list", "-o", "name"]);
    assert_eq!(stdout(&listed), "app\ngate\nready\n");
    let version = format!("{KEY}@v2");
    let tried = run(&["health", "check", "ready", "--of", &version]);
    assert_code(&tried, 7);
    assert!(stdout(&tried).contains("/gate says not yet: 202 Accepted"), "{}", stdout(&tried));
    let how = ["--immediate", "--outcomes", "0", "--without-proof", "--health", "ready"];
    let begun = run(&[&["deploy", "start", &version, "--wait=1s"], &how[..]].concat());
    assert_code(&begun, 7);
    assert_eq!(deployed.live(), format!("{KEY}@v1"), "nobody is well by silence");
    gate.says("200 OK");
    let done = run(&["deploy", "watch", KEY, "--timeout", "20s"]);
    assert_code(&done, 0);
    assert_eq!(deployed.live(), version);
    let heard = gate.heard.lock().unwrap().clone();
    let told = heard.iter().find(|request| request.starts_with("POST")).unwrap();
    assert!(told.contains("authorization: t0ken") && told.contains(r#""to":2"#), "{told}");
    assert_code(&run(&["health", "check", "ready"]), 0);
}

#[test]
fn what_a_check_says_by_hand_is_what_a_deployment_goes_back_by() {
    let gate = Gate::saying("302 Found");
    let settings = format!("[health.ready]\nhttp = '{}'\nretries = 0\n", gate.url);
    let deployed = Deployed::with(&settings);
    let tried = deployed.0.sternway().args(["health", "check", "ready"]).output().unwrap();
    assert_code(&tried, 8);
    let why = "answered 302 Found: it points to /elsewhere, and is not followed";
    assert!(stdout(&tried).contains(why), "{}", stdout(&tried));
    let done = deployed.deploy("ready");
    assert_code(&done, 8);
    assert!(stdout(&done).contains(why), "{}", stdout(&done));
    assert_eq!(deployed.live(), format!("{KEY}@v1"));
    let unknown = deployed.0.sternway().args(["health", "check", "raedy"]).output().unwrap();
    assert_code(&unknown, 2);
    assert!(stderr(&unknown).contains("did you mean ready?"), "{}", stderr(&unknown));
}
