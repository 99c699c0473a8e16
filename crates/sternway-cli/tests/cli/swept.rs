//! What a process that died left unjudged is judged by the next command, which says so.

use sternway::{
    Outcome, Sternway,
    store::Append,
    types::{OutcomeId, Subject},
};

use crate::world::World;

/// A world where v2 is live and failed three times, and nobody judged that.
pub(crate) fn unjudged() -> World {
    let world = World::with_greeting();
    world.ok(&["promote", "prompts/greeting@v2"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sternway = Sternway::open(world.path(".sternway")).await.unwrap();
        let control = sternway.control();
        let live = sternway.artifact("prompts/greeting").live().await.unwrap();
        let subject = Subject {
            artifact: "prompts/greeting".parse().unwrap(),
            environment: "production".parse().unwrap(),
            version: live.number(),
            generation: live.generation(),
        };
        let failure = |name: &str| {
            let id = OutcomeId::from_name(name);
            Outcome::failed("no").into_record(subject.clone(), id, control.now()).unwrap()
        };
        let outcomes = ["a", "b", "c"].map(failure).to_vec();
        let append = Append::new("default".parse().unwrap(), control.now(), outcomes);
        drop(control.store().append(&append).await.unwrap());
        sternway.shutdown().await.unwrap();
    });
    world
}

#[test]
fn the_next_command_rolls_back_and_says_so() {
    let world = unjudged();
    let ran = world.run(&["get", "prompts/greeting"]);
    assert_eq!(ran.stdout, "You are a helpful bot.\nAnswer briefly.\n");
    let said = "prompts/greeting v2 rolled back to v1 in production, by outcomes that nobody had \
                judged yet: fewer runs succeed than the expected 0.95\n";
    assert_eq!(ran.stderr, said);
    assert_eq!(world.run(&["get", "prompts/greeting"]).stderr, "");
}

#[test]
fn a_dry_run_only_says_so() {
    let world = unjudged();
    for _ in 0..2 {
        let ran = world.run(&["--dry-run", "get", "prompts/greeting"]);
        assert!(ran.stderr.contains("v2 would be rolled back to v1"), "{}", ran.stderr);
        assert!(ran.stdout.contains("careful"), "{}", ran.stdout);
    }
}

#[test]
fn supervision_says_it_on_one_line_and_once() {
    let world = unjudged();
    let ran = world.run(&["--dry-run", "supervise", "--once"]);
    assert!(ran.stdout.contains("v2 would be rolled back to v1 in production"), "{}", ran.stdout);
    let ran = world.run(&["supervise", "--once"]);
    let said = "prompts/greeting v2 rolled back to v1 in production, by outcomes that nobody had \
                judged yet: fewer runs succeed than the expected 0.95\n";
    assert!(ran.stdout.ends_with(said), "{}", ran.stdout);
    assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str(), ran.code), (1, "", 0));
    assert_eq!(world.run(&["supervise", "--once"]).stdout, "");
}

#[test]
fn supervision_says_it_to_programs() {
    let world = unjudged();
    let ran = world.run(&["supervise", "--once", "-o", "jsonl"]);
    let said: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(said["subject"]["artifact"], "prompts/greeting");
    assert_eq!(said["verdict"], "regressed");
    assert_eq!(said["regression"]["tier"], "sequential");
    assert_eq!(said["reaction"]["to"], 1, "{said}");
}
