//! The demo in a database: the same story, and nothing that others keep there is touched.

use std::{
    fs,
    process::{Output, Stdio},
};

use serde_json::Value;

use crate::{
    database::Database,
    demo::{NEXT, check_command, commands},
    world::{World, assert_code, stderr, stdout},
};

/// Runs a command on a store. It says no password, whatever it says.
fn run(world: &World, database: &Database, words: &[&str]) -> Output {
    let mut command = world.sternway();
    let output = command.args(["--store", database.address()]).args(words).output().unwrap();
    assert!(!says_a_password(&output), "{words:?}");
    output
}

/// Whether there is an address with a password among what a command said.
fn says_a_password(output: &Output) -> bool {
    let said = format!("{}{}", stdout(output), stderr(output));
    let mut hosts =
        said.split("://").skip(1).filter_map(|rest| rest.split(['/', ' ', '\n']).next());
    hosts.any(|host| host.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')))
}

/// Runs a command on a store, which must succeed.
fn ok(world: &World, database: &Database, words: &[&str]) -> Output {
    let output = run(world, database, words);
    assert_code(&output, 0);
    output
}

/// The password of an address for tests, or one that is asked for by nobody.
fn password(database: &Database) -> String {
    let (_, rest) = database.address().split_once("://").unwrap();
    let user = rest.rsplit_once('@').map(|(user, _)| user);
    let password = user.and_then(|user| user.split_once(':')).map(|(_, password)| password);
    password.unwrap_or("nobody-asks").to_owned()
}

/// The namespaces of a store.
fn namespaces(world: &World, database: &Database) -> Vec<String> {
    let output = ok(world, database, &["namespace", "list", "-o", "name"]);
    stdout(&output).lines().map(str::to_owned).collect()
}

/// The story without what is to be typed next, and without how long anything took.
fn story(output: &Output) -> String {
    assert_code(output, 0);
    let (story, _) = stdout(output).split_once(NEXT).unwrap();
    let words: Vec<&str> = story.split(' ').collect();
    let is_unit = |word: &&str| word.lines().next() == Some("ms");
    let mut untimed = words.clone();
    for (time, unit) in untimed.iter_mut().zip(&words[1..]) {
        if is_unit(unit) {
            *time = "TIME";
        }
    }
    untimed.join(" ")
}

#[test]
fn it_is_the_story_that_is_told_in_a_file() {
    let (world, database) = (World::empty(), Database::new());
    let shown = database.shown();
    let output = run(&world, &database, &["demo"]);
    assert_eq!(stderr(&output), format!("created {shown} (postgres)\n"));
    let shared = story(&output)
        .replace(&format!("{shown}, namespace demo"), "sternway-demo/.sternway/store.redb")
        .replace(&format!("the namespace demo in {shown}, and the"), "the");
    let alone = story(&world.sternway().arg("demo").output().unwrap());
    assert_eq!(shared, alone);
    assert!(alone.contains("rolled back to v1 in TIME ms"), "{alone}");
    assert!(alone.contains("Left behind: the folder sternway-demo\n"), "{alone}");
}

#[test]
fn what_others_keep_there_is_not_touched() {
    let (world, database) = (World::empty(), Database::new());
    fs::write(world.path().join("mine"), "precious").unwrap();
    for namespace in ["default", "demo"] {
        ok(&world, &database, &["--namespace", namespace, "publish", "tools/report", "mine"]);
    }
    let theirs = |namespace| {
        let show = ["namespace", "show", namespace, "--json"];
        stdout(&ok(&world, &database, &show)).to_owned()
    };
    let before = [theirs("default"), theirs("demo")];
    // Who works in a namespace does not give it to the demo.
    for words in [&["demo"][..], &["--namespace", "demo", "demo"]] {
        assert_eq!(stderr(&ok(&world, &database, words)), "");
    }
    assert_eq!(namespaces(&world, &database), ["default", "demo", "demo-2", "demo-3"]);
    assert_eq!([theirs("default"), theirs("demo")], before);
}

#[test]
fn demos_at_the_same_time_do_not_meet() {
    let database = Database::new();
    let worlds = [World::empty(), World::empty()];
    ok(&worlds[0], &database, &["init"]);
    let start = |world: &World| {
        let mut command = world.sternway();
        command.args(["--store", database.address(), "demo", "--json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let demos: Vec<_> = worlds.iter().map(start).collect();
    let mut found = Vec::new();
    for demo in demos {
        let output = demo.wait_with_output().unwrap();
        assert_code(&output, 0);
        assert!(!says_a_password(&output), "a demo that others run at the same time");
        let facts: Value = serde_json::from_str(stdout(&output)).unwrap();
        assert_eq!(facts["store"], database.shown());
        assert_eq!(
            (&facts["rollback"]["to"], facts["runs"].as_array().unwrap().len()),
            (&1.into(), 7)
        );
        found.push(facts["namespace"].as_str().unwrap().to_owned());
    }
    found.sort();
    assert_eq!(found, ["demo", "demo-2"]);
    assert_eq!(namespaces(&worlds[0], &database)[1..], found);
}

#[test]
fn what_it_says_to_try_next_works_there() {
    let (world, database) = (World::empty(), Database::new());
    let output = ok(&world, &database, &["demo"]);
    let shown = database.shown();
    for command in commands(&output) {
        assert!(command.contains(&format!("--store '{shown}' --namespace demo ")), "{command}");
        check_command(&world, command, &[("PGPASSWORD", &password(&database))]);
    }
    assert_eq!(namespaces(&world, &database), ["demo"]);
    assert!(!world.path().join(".sternway").exists());
}

#[test]
fn an_address_in_a_variable_stays_there() {
    let (world, database) = (World::empty(), Database::new());
    let folder = world.path().join("sub");
    fs::create_dir(&folder).unwrap();
    let named = [("STERNWAY_STORE", database.address()), ("STERNWAY_NAMESPACE", "team")];
    let output = world.sternway().envs(named).args(["-C", "sub", "demo"]).output().unwrap();
    assert_code(&output, 0);
    assert!(folder.join("sternway-demo").exists() && !says_a_password(&output));
    for command in commands(&output) {
        assert!(!command.contains("--store"), "{command}");
        check_command(&world, command, &named);
    }
    assert_eq!(namespaces(&world, &database), ["demo"]);
}

#[test]
fn trying_makes_nothing_there() {
    let (world, database) = (World::empty(), Database::new());
    let shown = database.shown();
    let would = |name: &str| {
        format!("would make the namespace {name} in {shown}, and the folder sternway-demo\n")
    };
    let try_it = || stdout(&ok(&world, &database, &["demo", "--dry-run"])).to_owned();
    assert_eq!(try_it(), would("demo"));
    assert_code(&run(&world, &database, &["namespace", "list"]), 3);

    ok(&world, &database, &["--namespace", "demo", "init"]);
    assert_eq!(try_it(), would("demo-2"));
    assert_eq!(namespaces(&world, &database), ["demo"]);
    let facts = ok(&world, &database, &["demo", "--dry-run", "--json"]);
    let facts: Value = serde_json::from_str(stdout(&facts)).unwrap();
    assert_eq!(facts, serde_json::json!({ "store": shown, "namespace": "demo-2" }));
    assert!(!world.path().join("sternway-demo").exists());
}

#[test]
fn it_touches_no_folder_that_it_did_not_make_there_either() {
    let (world, database) = (World::empty(), Database::new());
    let folder = world.path().join("sternway-demo");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("notes.txt"), "precious").unwrap();
    let output = run(&world, &database, &["demo"]);
    assert_code(&output, 2);
    let help = "help: go to another folder for it: sternway -C FOLDER --store ";
    assert!(stderr(&output).contains(help), "{output:?}");
    assert_eq!(fs::read_to_string(folder.join("notes.txt")).unwrap(), "precious");
    assert_code(&run(&world, &database, &["namespace", "list"]), 3);
}

#[test]
fn a_database_that_is_not_there_leaves_nothing_here() {
    let world = World::empty();
    let nowhere = "postgres://nobody:secret@127.0.0.1:1/nowhere";
    let mut command = world.sternway();
    command.args(["--store", nowhere, "--lock-timeout", "1s", "demo"]);
    let output = command.output().unwrap();
    assert_code(&output, 10);
    assert!(!says_a_password(&output));
    assert!(!world.path().join("sternway-demo").exists());
}
