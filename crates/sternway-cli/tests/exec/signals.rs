//! An interrupt is nobody's fault: it reaches the command, and is recorded as no failure.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::{Child, Command, Output, Stdio},
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use sternway::types::OutcomeStatus;

use crate::world::{World, assert_code, stderr, stdout};

/// Says when it is ready, and then what it gets.
const LISTENER: &str = "\
trap 'echo got INT; exit 1' INT
trap 'echo got TERM; exit 1' TERM
echo ready
while :; do sleep 0.05; done
";

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Waits for the first line, does something, and waits for the end.
fn interrupt(mut child: Child, act: impl FnOnce(&Child)) -> Output {
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    act(&child);
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    let mut output = child.wait_with_output().unwrap();
    output.stdout = rest;
    output
}

fn check(signal: Signal, said: &str, code: i32) {
    let world = World::with_live(LISTENER);
    let child = world.start(&["--", "sh", "{file}"]);
    let output = interrupt(child, |child| kill_process(pid(child), signal).unwrap());
    assert_code(&output, code);
    assert_eq!(stdout(&output), said);
    assert_eq!(world.outcome(1).status, OutcomeStatus::Unknown);
    assert_eq!(std::fs::read_dir(world.temporary()).unwrap().count(), 0);
}

#[test]
fn a_signal_to_sternway_alone_is_passed_on() {
    check(Signal::TERM, "got TERM\n", 143);
    check(Signal::INT, "got INT\n", 130);
}

#[test]
fn a_signal_that_the_command_does_not_catch_ends_it() {
    check(Signal::HUP, "", 129);
    check(Signal::QUIT, "", 131);
}

#[test]
fn a_signal_to_everybody_is_no_failure() {
    let world = World::with_live("trap 'exit 1' INT; echo ready; while :; do sleep 0.05; done\n");
    let mut command = world.command(&["--", "sh", "{file}"]);
    let child = command.stdout(Stdio::piped()).process_group(0).spawn().unwrap();
    let output = interrupt(child, |child| kill_process_group(pid(child), Signal::INT).unwrap());
    assert_code(&output, 130);
    assert_eq!(world.outcome(1).status, OutcomeStatus::Unknown);
}

#[test]
fn who_ends_in_good_order_when_told_to_has_not_failed() {
    let world = World::with_live("trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done\n");
    let child = world.start(&["--", "sh", "{file}"]);
    let output = interrupt(child, |child| kill_process(pid(child), Signal::TERM).unwrap());
    assert_code(&output, 0);
    assert_eq!(world.outcome(1).status, OutcomeStatus::Unknown);
}

#[test]
fn a_signal_that_the_command_got_from_elsewhere_is_its_failure() {
    let world = World::with_live("kill -TERM $$\n");
    assert_code(&world.run(), 143);
    assert!(world.outcome(1).is_failure());
}

#[test]
fn what_is_ignored_under_nohup_stays_ignored() {
    let world = World::with_live("kill -HUP $$; echo still here\n");
    let binary = env!("CARGO_BIN_EXE_sternway");
    let line = format!("trap '' HUP; exec {binary} exec tools/search -- sh {{file}}");
    let mut command = Command::new("sh");
    command.args(["-c", &line]).current_dir(world.path());
    let output = command.output().unwrap();
    assert_code(&output, 0);
    assert_eq!(stdout(&output), "still here\n");
}

#[cfg(target_os = "linux")]
#[test]
fn who_is_interrupted_before_the_command_begins_does_not_begin() {
    let world = World::with_live("touch ran\n");
    let child = world.with(async |_| {
        // The store is ours: Sternway waits for it.
        let child = world.start(&["--lock-timeout", "60s", "--", "sh", "{file}"]);
        let status = format!("/proc/{}/status", child.id());
        let listens = || {
            let status = std::fs::read_to_string(&status).unwrap();
            let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
            u64::from_str_radix(mask.trim(), 16).unwrap() & (1 << (15 - 1)) != 0
        };
        while !listens() {
            std::thread::yield_now();
        }
        kill_process(pid(&child), Signal::TERM).unwrap();
        child
    });
    let output = child.wait_with_output().unwrap();
    assert_code(&output, 143);
    assert!(stderr(&output).contains("interrupted before sh was started"), "{output:?}");
    assert!(!world.path().join("ran").exists());
    assert_eq!(world.outcomes(1), []);
}

/// A terminal sends Ctrl-C to everybody in its foreground: the command must not get it twice.
#[test]
fn ctrl_c_reaches_the_command_once() {
    let world = World::with_live(
        "trap 'echo got INT' INT; echo ready; read line; echo \"read $line\"; exit 4\n",
    );
    let terminal = "\
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b''
def until(text):
    global said
    while text not in said:
        said += os.read(terminal, 1024)
until(b'ready')
os.write(terminal, b'\\x03')
until(b'got INT')
os.write(terminal, b'on\\n')
try:
    until(b'never')
except OSError:
    pass
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";
    let mut python = Command::new("python3");
    python.args(["-c", terminal, env!("CARGO_BIN_EXE_sternway"), "exec", "tools/search"]);
    python.args(["--", "sh", "{file}"]).current_dir(world.path());
    let output = python.output().expect("python3 is needed, and not here");
    assert_eq!(stdout(&output).matches("got INT").count(), 1, "{output:?}");
    assert_code(&output, 130);
    assert_eq!(world.outcome(1).status, OutcomeStatus::Unknown);
}
