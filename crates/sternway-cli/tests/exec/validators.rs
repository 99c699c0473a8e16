//! Commands that judge contents: what passes, what does not, and what is no judgement.

use std::{
    fs,
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;
use sternway::provider::Stopwatch;

use crate::world::{KEY, World, assert_code, stderr, stdout};

/// A world whose policy asks for `lint`, which is this shell script in the publisher's settings.
struct Linted(World);

impl Linted {
    fn with(script: &str) -> Self {
        Self::limited(script, "20s")
    }

    fn limited(script: &str, timeout: &str) -> Self {
        let linted = Self::unknown();
        let command = serde_json::to_string(&["sh", "-c", script, "lint", "{file}"]).unwrap();
        let settings = format!("[validators.lint]\ncommand = {command}\ntimeout = \"{timeout}\"\n");
        linted.settings(&settings);
        linted
    }

    /// The policy asks for it, and nobody set it.
    fn unknown() -> Self {
        let linted = Self(World::empty());
        let policy = "[[checks]]\nname = 'style'\nvalidator = 'lint'\n";
        fs::write(linted.path("policy.toml"), policy).unwrap();
        assert_code(&linted.run(&["init"]), 0);
        assert_code(&linted.run(&["policy", "set", "namespace", "policy.toml"]), 0);
        linted
    }

    fn settings(&self, text: &str) {
        fs::create_dir_all(self.path("sternway")).unwrap();
        fs::write(self.path("sternway/config.toml"), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, words: &[&str]) -> Output {
        self.0.sternway().args(words).output().unwrap()
    }

    fn publish(&self, content: &str) -> Output {
        fs::write(self.path("search.sh"), content).unwrap();
        self.run(&["publish", KEY, "search.sh"])
    }

    /// Publishing comes to nothing, and this is said.
    #[track_caller]
    fn refused(&self, content: &str, expected: &str) {
        let output = self.publish(content);
        assert_code(&output, 6);
        assert!(stderr(&output).contains(expected), "{output:?}");
        assert_code(&self.run(&["show", KEY]), 3);
        assert_eq!(fs::read_dir(self.0.temporary()).unwrap().count(), 0);
    }
}

/// Whether the process whose id is in a file is gone, at the latest in a moment.
fn is_gone(file: &PathBuf) -> bool {
    let id: i32 = fs::read_to_string(file).unwrap().trim().parse().unwrap();
    let waited = Stopwatch::start();
    while waited.elapsed() < Duration::from_secs(5) {
        // A process that nobody waits for is as good as gone.
        let state = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        if test_kill_process(Pid::from_raw(id).unwrap()).is_err() || state.contains(") Z ") {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

#[test]
fn what_passes_is_published_and_what_was_found_is_there_when_it_is_opened_again() {
    let linted = Linted::with("grep -q usage \"$1\"");
    assert_code(&linted.publish("# usage: none\n"), 0);
    let shown = linted.run(&["show", KEY, "--json"]);
    let shown: Value = serde_json::from_str(stdout(&shown)).unwrap();
    let found = &shown["attestations"][0];
    assert_eq!(found["name"], "style");
    assert_eq!(found["finding"]["type"], "check");
    assert_eq!(found["finding"]["passed"], true);
    assert_eq!(found["finding"]["validator"], "lint");
    assert_eq!(found["finding"]["identity"], "sh -c 'grep -q usage \"$1\"' lint {file}");
}

#[test]
fn what_fails_is_refused_with_what_the_command_printed() {
    let linted = Linted::with("echo 'line 1: no usage'; echo 'one error' >&2; exit 1");
    linted.refused("x\n", "tools/search, by the check style\n  line 1: no usage\n  one error\n");
    let silent = Linted::with("exit 1");
    silent.refused("x\n", "by the check style\n  exit status 1\n");
}

#[test]
fn the_command_finds_the_content_and_whose_it_is() {
    let script = "test \"$STERNWAY_ARTIFACT\" = tools/search && cmp \"$1\" \"$STERNWAY_FILE\" && \
                  grep -q hello \"$1\" && test -z \"$(find \"$1\" -perm /077)\"";
    assert_code(&Linted::with(script).publish("hello\n"), 0);
}

#[test]
fn a_host_that_does_not_know_the_validator_is_told_where_to_set_it() {
    let linted = Linted::unknown();
    linted.refused("x\n", "because: this host has no validator called lint");
    linted.refused("x\n", "[validators.lint]");
}

#[test]
fn every_end_but_two_is_no_judgement() {
    Linted::with("echo broken >&2; exit 2").refused("x\n", "ended with exit status 2: broken");
    Linted::with("kill -SEGV $$").refused("x\n", "ended with killed by SIGSEGV");
    let missing = Linted::unknown();
    missing.settings("validators.lint.command = ['no-such-linter', '{file}']");
    missing.refused("x\n", "no-such-linter could not be started: No such file");
}

#[test]
fn a_command_that_hangs_is_ended_with_all_that_it_started() {
    let script = "trap '' TERM; sleep 600 & echo $! > child; echo $$ > leader; sleep 600; wait";
    let linted = Linted::limited(script, "300ms");
    linted.refused("x\n", "was still running after 300ms");
    assert!(is_gone(&linted.path("leader")) && is_gone(&linted.path("child")));
}

#[test]
fn a_command_that_prints_a_hundred_megabytes_says_little() {
    let linted = Linted::with("head -c 100000000 /dev/zero | tr '\\0' x; echo the end; exit 1");
    let output = linted.publish("x\n");
    assert_code(&output, 6);
    assert!(stderr(&output).len() < 8_000 && stderr(&output).contains("the end"));
}

#[test]
fn what_a_command_leaves_behind_is_not_waited_for_and_does_not_stay() {
    let script = "(while :; do echo more; done) & echo $! > child; exit 0";
    let linted = Linted::with(script);
    let begun = Stopwatch::start();
    assert_code(&linted.publish("x\n"), 0);
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert!(is_gone(&linted.path("child")));
}

#[test]
fn the_store_is_free_while_a_command_runs() {
    let binary = env!("CARGO_BIN_EXE_sternway");
    let linted = Linted::with(&format!("{binary} list --lock-timeout 1ms >&2"));
    assert_code(&linted.publish("x\n"), 0);
}

#[test]
fn an_interrupt_ends_the_command_and_publishes_nothing() {
    let linted = Linted::with("echo $$ > leader; mv leader started; sleep 600");
    fs::write(linted.path("search.sh"), "x\n").unwrap();
    let mut command = linted.0.sternway();
    command.args(["publish", KEY, "search.sh"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    while !linted.path("started").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was interrupted");
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_code(&output, 6);
    assert!(stderr(&output).contains("was interrupted"), "{output:?}");
    assert!(is_gone(&linted.path("started")));
    assert_code(&linted.run(&["show", KEY]), 3);
}

#[test]
fn a_folder_that_somebody_else_made_runs_nothing() {
    let linted = Linted::unknown();
    let file = linted.path("sternway.toml");
    fs::write(file, "[validators.lint]\ncommand = ['touch', 'ran']\n").unwrap();
    let output = linted.publish("x\n");
    assert_code(&output, 2);
    assert!(stderr(&output).contains("validators are commands"), "{output:?}");
    assert!(!linted.path("ran").exists());
}
