//! What each kind of failure ends with. The codes are a promise: programs branch on them.

use crate::world::World;

#[test]
fn zero_is_done_or_nothing_to_do() {
    let world = World::with_greeting();
    world.ok(&["publish", "prompts/greeting", "v2.md"]);
    world.ok(&["promote", "prompts/greeting@v1"]);
    world.ok(&["diff", "prompts/greeting@v1", "@v2"]);
    world.ok(&["diff", "prompts/greeting@v1", "@v1", "--exit-code"]);
    world.ok(&["init"]);
}

#[test]
fn one_says_that_they_differ() {
    let world = World::with_greeting();
    let ran = world.run(&["diff", "prompts/greeting@v1", "@v2", "--stat", "--exit-code"]);
    assert_eq!(ran.code, 1);
}

#[test]
fn two_is_wrong_usage() {
    let world = World::with_greeting();
    for words in [
        vec!["unheard-of"],
        vec!["list", "--unheard-of"],
        vec!["show", "greeting"],
        vec!["show", "prompts/greeting@"],
        vec!["record", "prompts/greeting"],
        vec!["record", "prompts/greeting", "--ok", "--fail"],
        vec!["record", "prompts/greeting", "--ok", "--error", "TypeError"],
        vec!["record", "prompts/greeting", "--fail", "--error", "two words"],
        vec!["record", "prompts/greeting", "--ok", "--ms", "-1"],
        vec!["record", "prompts/greeting", "--ok", "--cost", "-1"],
        vec!["promote", "prompts/greeting"],
        vec!["rollback", "prompts/greeting", "--to", "tools/search@v1"],
        vec!["--lock-timeout", "5", "list"],
        vec!["--store", "mysql://host/db", "list"],
        vec!["-e", "Not A Name", "list"],
        vec!["policy", "set", "everything", "v1.md"],
        vec!["policy", "set", "namespace", "v1.md"],
        vec!["-C", "nowhere", "list"],
        vec!["list", "-n", "0"],
        vec!["log", "prompts/greeting", "-n", "1001"],
        vec!["diff", "./v1.md"],
    ] {
        world.fails(2, &words);
    }
}

#[test]
fn three_is_not_found() {
    let world = World::with_greeting();
    for words in [
        vec!["show", "prompts/other"],
        vec!["show", "prompts/greeting@v9"],
        vec!["show", "prompts/greeting@nobody"],
        vec!["get", "prompts/greeting@previous"],
        vec!["get", "prompts/greeting@2000-01-01T00:00:00Z"],
        vec!["log", "prompts/other"],
        vec!["list", "-e", "nowhere"],
        vec!["log", "prompts/greeting", "-e", "nowhere"],
        vec!["env", "show", "nowhere"],
        vec!["promote", "prompts/greeting@v2", "-e", "nowhere"],
        vec!["publish", "prompts/greeting", "v1.md", "--promote", "-e", "nowhere"],
        vec!["record", "prompts/greeting@v1", "--ok", "-e", "nowhere"],
        vec!["check", "prompts/other"],
        vec!["pardon", "prompts/greeting@v2"],
        vec!["label", "prompts/greeting", "nobody", "--delete"],
        vec!["policy", "unset", "namespace"],
        vec!["--namespace", "nobody", "list"],
        vec!["watch", "--once", "--after", "99"],
        vec!["--store", "nowhere", "list"],
        vec!["--store", "nowhere", "verify"],
    ] {
        world.fails(3, &words);
    }
    assert_eq!(World::new().run(&["doctor"]).code, 3);
}

#[test]
fn five_is_a_lost_race() {
    let world = World::with_greeting();
    world.write("v3.md", b"three\n");
    let said = world.fails(5, &["publish", "prompts/greeting", "v3.md", "--expect", "v1"]);
    assert!(said.contains("is at v2, expected v1; human:alice wrote it at "), "{said}");
    assert!(said.contains("help: sternway diff prompts/greeting@v1 @v2"), "{said}");
    world.fails(5, &["publish", "prompts/greeting", "v3.md", "--expect", "0"]);
    world.fails(5, &["env", "create", "production"]);
    world.ok(&["publish", "prompts/greeting", "v3.md", "--expect", "v2"]);
}

#[test]
fn six_is_refused_by_policy() {
    let world = World::with_greeting();
    world.fails(6, &["rollback", "prompts/greeting"]);
    world.ok(&["condemn", "prompts/greeting@v2"]);
    world.fails(6, &["promote", "prompts/greeting@v2"]);
    world.fails(6, &["promote", "prompts/greeting@v2", "--force", "--actor", "agent:planner"]);
    world.ok(&["promote", "prompts/greeting@v2", "--force"]);
}

#[test]
fn eight_is_a_verdict_and_recording_is_none() {
    let world = World::with_greeting();
    let fail = ["record", "prompts/greeting", "--fail"];
    world.ok(&fail);
    world.ok(&["check", "prompts/greeting"]);
    world.ok(&fail);
    world.ok(&fail);
    let ran = world.run(&["check", "prompts/greeting"]);
    assert_eq!(ran.code, 8, "{}", ran.stdout);
    assert!(ran.stdout.contains("no good version is left: a person must act"), "{}", ran.stdout);
}

#[test]
fn the_table_of_codes_can_be_asked_for() {
    let world = World::new();
    let table = world.ok(&["help", "exit-codes"]);
    assert_eq!(table, world.ok(&["exit-codes"]));
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "130"] {
        let line = table.lines().any(|line| line.trim_start().starts_with(&format!("{code}  ")));
        assert!(line, "{code} is missing");
    }
}
