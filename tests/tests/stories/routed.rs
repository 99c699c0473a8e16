//! Deployments by real commands, through a real `HAProxy` to real servers, whose driver may be killed.

use std::{path::Path, process::Child};

use sternway_provider::TrafficRouter as _;
use sternway_tests::{
    faults::Told,
    traffic::{ARTIFACT, Answer, Commands, Site, get, haproxy_given, program_beside, until},
};

/// How the deployment is driven to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Driver {
    /// By who began it.
    Waits,
    /// By who watches it, after the one who began it was killed.
    Watched,
    /// By a supervisor, after that.
    Supervised,
}

const START: [&str; 9] = [
    "deploy",
    "start",
    "tools/search@v2",
    "--canary",
    "5,25,50",
    "--outcomes",
    "5",
    "--every",
    "0s",
];

struct Story {
    site: Site,
    driver: Driver,
    /// Who drives.
    child: Child,
}

impl Story {
    fn begin(driver: Driver) -> Told<Self> {
        let command = program_beside(Path::new(env!("CARGO_BIN_EXE_worker")))?;
        let site = Site::open(haproxy_given(), command, 2)?;
        site.publish(2)?;
        let words = [&START[..], &["--wait=60s"]].concat();
        let child = site.commands.begin(&words)?;
        Ok(Self { site, driver, child })
    }

    /// Sends requests until the candidate answers one.
    fn reach(&self) -> Told<Answer> {
        let mut last = None;
        until("the candidate answers", || {
            last = get(self.site.proxy.port()).ok();
            last.as_ref().is_some_and(|answer| answer.version == "v2")
        })?;
        last.ok_or_else(|| "no answer".into())
    }

    /// Kills who drives, if it is to be killed, and has somebody else go on.
    fn change_drivers(&mut self) -> Told<()> {
        let words = match self.driver {
            Driver::Waits => return Ok(()),
            Driver::Watched => ["deploy", "watch", ARTIFACT],
            Driver::Supervised => ["supervise", "--every", "50ms"],
        };
        self.child.kill()?;
        self.child.wait()?;
        self.child = self.site.commands.begin(&words)?;
        Ok(())
    }

    /// How the deployment ended, by the exit code of who drove it.
    fn end(self) -> Told<(Site, Option<i32>)> {
        if self.driver != Driver::Supervised {
            return Ok((self.site, Commands::end(self.child)?.code));
        }
        let mut state = String::new();
        until("it is over", || {
            state = self.site.status().map(|status| status.state).unwrap_or_default();
            state == "completed" || state == "rolled_back"
        })?;
        let Self { site, mut child, .. } = self;
        child.kill()?;
        child.wait()?;
        Ok((site, Some(if state == "completed" { 0 } else { 8 })))
    }
}

/// Who answers so many requests.
fn answered(site: &Site, requests: usize) -> Told<Vec<String>> {
    let mut versions = Vec::new();
    for _ in 0..requests {
        versions.push(get(site.proxy.port())?.version);
    }
    versions.sort_unstable();
    versions.dedup();
    Ok(versions)
}

/// What `HAProxy` says at the end: one version, and once somebody has looked no deployment any more.
fn alone(site: &Site, version: &str) -> Told<()> {
    site.commands.ok(&["supervise", "--once"], "")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (router, (artifact, environment)) =
        (site.router(), (ARTIFACT.parse()?, "production".parse()?));
    let route = runtime.block_on(router.observe(&artifact, &environment))?.ok_or("no route")?;
    assert_eq!((route.live().version.to_string().as_str(), route.arms().len()), (version, 1));
    assert_eq!(route.deployment(), None);
    Ok(())
}

fn a_bad_one_goes_back(driver: Driver) -> Told<()> {
    let mut story = Story::begin(driver)?;
    story.reach()?;
    story.change_drivers()?;
    while story.site.status()?.weight != 0 {
        // A client saw it fail, and says so.
        let reference = format!("{ARTIFACT}@{}", story.reach()?.version);
        story.site.commands.ok(&["record", &reference, "--fail"], "")?;
    }
    assert_eq!(answered(&story.site, 200)?, ["v1"], "whoever drives: it was taken back at once");
    let (site, code) = story.end()?;
    assert_eq!(code, Some(8));
    assert_eq!(answered(&site, 50)?, ["v1"]);
    alone(&site, "v1")
}

fn a_good_one_goes_live(driver: Driver) -> Told<()> {
    let mut story = Story::begin(driver)?;
    for share in [500, 2_500, 5_000] {
        until("it has the next share", || {
            story.site.status().is_ok_and(|status| status.weight == share)
        })?;
        story.reach()?;
        if share == 2_500 {
            story.change_drivers()?;
        }
        story.site.record(2, 5)?;
    }
    until("it is live", || story.site.status().is_ok_and(|status| status.weight == 10_000))?;
    story.site.record(2, 500)?;
    let (site, code) = story.end()?;
    assert_eq!(code, Some(0));
    assert_eq!(answered(&site, 50)?, ["v2"]);
    alone(&site, "v2")
}

#[test]
fn a_bad_one_goes_back_by_itself() -> Told<()> {
    a_bad_one_goes_back(Driver::Waits)
}

#[test]
fn a_bad_one_goes_back_although_its_driver_was_killed() -> Told<()> {
    a_bad_one_goes_back(Driver::Supervised)
}

#[test]
fn a_good_one_goes_live_and_through_its_bake() -> Told<()> {
    a_good_one_goes_live(Driver::Waits)
}

#[test]
fn a_good_one_goes_live_although_its_driver_was_killed() -> Told<()> {
    a_good_one_goes_live(Driver::Watched)
}

/// A supervisor has a router that was started again share the requests out as before, and a command that
/// moves what is live while the router is away says so.
#[test]
fn a_router_that_forgot_is_told_again() -> Told<()> {
    let command = program_beside(Path::new(env!("CARGO_BIN_EXE_worker")))?;
    let mut site = Site::open(haproxy_given(), command, 2)?;
    site.publish(2)?;
    site.commands.ok(&["promote", "tools/search@v2"], "")?;
    assert_eq!(answered(&site, 20)?, ["v2"], "by the command itself");
    site.proxy.kill();
    let back = site.commands.run(&["promote", "tools/search@v1"], "")?;
    assert_eq!(back.code, Some(0), "it stands: {back:?}");
    assert!(back.stderr.contains("warning: tools/search was moved in production"), "{back:?}");
    assert_eq!(site.commands.run(&["list"], "")?.stderr, "", "who reads asks no router");
    let doctor = site.commands.run(&["doctor"], "")?;
    assert!(doctor.code != Some(0) && doctor.stdout.contains("edge"), "{doctor:?}");
    site.commands.ok(&["promote", "tools/search@v2", "--force"], "")?;
    site.proxy.begin_again()?;
    let doctor = site.commands.ok(&["doctor"], "")?;
    assert!(doctor.contains("has no route"), "{doctor}");
    let shown = site.commands.ok(&["router", "show", "edge"], "")?;
    assert!(
        shown.contains("in production  forgot") && shown.contains("wants  v2 100.0 %"),
        "{shown}"
    );
    assert!(shown.contains("supervise --once"), "with what mends it: {shown}");
    assert_eq!(answered(&site, 20)?, ["v1"], "the default backend");
    site.commands.ok(&["supervise", "--once"], "")?;
    assert_eq!(answered(&site, 20)?, ["v2"]);
    let doctor = site.commands.ok(&["doctor"], "")?;
    assert!(doctor.contains("v2 100.0 %"), "{doctor}");
    let shown = site.commands.ok(&["router", "show", "edge", "-o", "name"], "")?;
    assert_eq!(shown, "in step\n");
    Ok(())
}

/// The store is away: nothing can be aborted, and a person takes the requests from the candidate at the router. Once
/// the store is back, a supervisor that never heard of it has the deployment go back.
#[test]
fn a_person_stops_a_candidate_while_the_store_is_away() -> Told<()> {
    let command = program_beside(Path::new(env!("CARGO_BIN_EXE_worker")))?;
    let site = Site::open(haproxy_given(), command, 2)?;
    site.publish(2)?;
    let start = ["deploy", "start", "tools/search@v2", "--canary", "50", "--outcomes", "1000"];
    site.commands.ok(&start, "")?;
    assert_eq!(answered(&site, 100)?, ["v1", "v2"]);
    let settings = site.folder().join("sternway.toml");
    let before = std::fs::read_to_string(&settings)?;
    // Nobody listens there.
    let away = format!("{before}[store]\nurl = \"postgres://nobody@127.0.0.1:1/none\"\n");
    std::fs::write(&settings, away)?;
    let words = ["deploy", "abort", ARTIFACT, "-m", "red", "--lock-timeout", "100ms"];
    let abort = site.commands.run(&words, "")?;
    let help = "sternway router withdraw edge -e production --reason WHY";
    assert!(abort.code == Some(10) && abort.stderr.contains(help), "{abort:?}");
    let foreseen = site
        .commands
        .ok(&["router", "withdraw", "edge", "-m", "checkout is red", "--dry-run"], "")?;
    assert!(foreseen.contains("would be withdrawn: all requests go to v1"), "{foreseen}");
    assert_eq!(answered(&site, 100)?, ["v1", "v2"]);
    let words = ["router", "withdraw", "edge", "-m", "checkout is red"];
    let taken = site.commands.ok(&words, "")?;
    assert!(taken.contains("withdrawn: all requests go to v1"), "{taken}");
    assert_eq!(answered(&site, 100)?, ["v1"]);
    let again = site.commands.ok(&[&words[..], &["-o", "json"]].concat(), "")?;
    assert!(
        again.contains("\"outcome\": \"before\"") || again.contains("\"outcome\":\"before\""),
        "{again}"
    );
    let other =
        site.commands.run(&["router", "withdraw", "edge", "tools/none", "-m", "red"], "")?;
    assert!(other.code == Some(2) && other.stderr.contains("of tools/none"), "{other:?}");
    // The store is back.
    std::fs::write(&settings, before)?;
    let shown = site.commands.ok(&["router", "show", "edge"], "")?;
    assert!(
        shown.contains("in production  withdrawn")
            && shown.contains("by human:alice at ")
            && shown.contains("checkout is red"),
        "{shown}"
    );
    assert_eq!(site.status()?.weight, 5_000, "nobody wrote it down yet");
    site.commands.ok(&["supervise", "--once"], "")?;
    let ended = site.commands.ok(&["deploy", "status", ARTIFACT], "")?;
    assert!(
        ended.contains("human:alice took its requests away at ")
            && ended.contains("checkout is red"),
        "{ended}"
    );
    assert_eq!(site.status()?.state, "rolled_back");
    assert_eq!(answered(&site, 100)?, ["v1"]);
    alone(&site, "v1")
}
