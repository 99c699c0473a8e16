//! A store is used by one process at a time: who comes second waits, and says so.

use std::{process::Stdio, time::Duration};

use sternway::Sternway;

use crate::world::World;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn who_waits_too_long_is_told_which_file_and_what_to_do() {
    let world = World::with_greeting();
    runtime().block_on(async {
        let held = Sternway::open(world.path(".sternway")).await.unwrap();
        let said = world.fails(10, &["--lock-timeout", "50ms", "list"]);
        assert!(said.contains("cannot open .sternway/store.redb"), "{said}");
        assert!(said.contains("another process holds the store"), "{said}");
        assert!(said.contains("help: ") && said.contains("--lock-timeout"), "{said}");
        let said = world.fails(10, &["--lock-timeout", "50ms", "list", "--json"]);
        let problem: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&problem["code"], &problem["retryable"]), (&"store-busy".into(), &true.into()));
        held.shutdown().await.unwrap();
    });
    world.ok(&["--lock-timeout", "50ms", "list"]);
}

#[test]
fn doctor_sees_that_somebody_holds_the_store() {
    let world = World::with_greeting();
    runtime().block_on(async {
        let held = Sternway::open(world.path(".sternway")).await.unwrap();
        let ran = world.run(&["--lock-timeout", "50ms", "doctor"]);
        assert_eq!(ran.code, 10);
        assert!(ran.stdout.contains("warn  lock "), "{}", ran.stdout);
        held.shutdown().await.unwrap();
    });
}

#[test]
fn who_waits_long_enough_gets_it() {
    let world = World::with_greeting();
    let waiting = runtime().block_on(async {
        let held = Sternway::open(world.path(".sternway")).await.unwrap();
        let waiting = world.command(&["--lock-timeout", "1m", "list", "-o", "name"]);
        let waiting = { waiting }.stdout(Stdio::piped()).spawn().unwrap();
        tokio::time::timeout(Duration::from_millis(100), std::future::pending::<()>())
            .await
            .unwrap_err();
        held.shutdown().await.unwrap();
        waiting
    });
    let output = waiting.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "prompts/greeting\n");
}

#[test]
fn many_at_once_all_come_through() {
    let world = World::with_greeting();
    let publish = |number: u32| {
        let name = format!("prompts/p{number}");
        world.command(&["publish", &name, "v1.md"]).stdout(Stdio::null()).spawn().unwrap()
    };
    let children: Vec<_> = (0..8).map(publish).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(world.json(&["list"])["items"].as_array().unwrap().len(), 9);
    world.ok(&["verify"]);
}
