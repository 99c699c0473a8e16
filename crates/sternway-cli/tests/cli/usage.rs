//! Help: every command has one, with examples.

use crate::world::World;

pub(crate) fn commands(world: &World) -> Vec<String> {
    let help = world.ok(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap();
    let list = list.split("\n\n").next().unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn every_command_has_examples_that_begin_with_sternway() {
    let world = World::new();
    let commands = commands(&world);
    assert!(commands.len() > 20, "{commands:?}");
    // The demo is an example itself.
    let without = ["help", "demo"];
    for command in commands.iter().filter(|command| !without.contains(&command.as_str())) {
        let help = world.ok(&[command, "--help"]);
        let (_, examples) = help.split_once("Examples:\n").expect(command);
        let named = examples.contains(&format!("sternway {command}"));
        assert!(named, "{command}: {examples}");
        assert_eq!(help, world.ok(&["help", command]), "{command}");
    }
}

#[test]
fn every_global_flag_has_a_variable() {
    let help = World::new().ok(&["--help"]);
    let (_, globals) = help.split_once("Global options:\n").unwrap();
    let words: Vec<&str> = globals.split_whitespace().collect();
    let words = words.join(" ");
    for flag in [
        "DIRECTORY",
        "STORE",
        "NAMESPACE",
        "ENVIRONMENT",
        "OUTPUT",
        "QUIET",
        "COLOR",
        "DRY_RUN",
        "ACTOR",
        "LOCK_TIMEOUT",
        "NO_PAGER",
    ] {
        assert!(words.contains(&format!("[env: STERNWAY_{flag}=")), "{flag}");
    }
}

#[test]
fn every_topic_has_a_page() {
    let world = World::new();
    let named = world.ok(&["--help"]);
    for topic in ["refs", "policies", "exit-codes", "environment", "files"] {
        let page = world.ok(&["help", topic]);
        assert_eq!(page, world.ok(&[topic]), "{topic}");
        assert!(page.lines().count() > 10 && page.ends_with('\n'), "{topic}: {page}");
        let long = page.lines().find(|line| line.chars().count() > 100);
        assert_eq!(long, None, "{topic}");
        assert!(named.contains(topic), "{topic} is not named by --help");
    }
}

#[test]
fn the_topic_of_variables_names_each_that_a_flag_has() {
    let world = World::new();
    let (page, help) = (world.ok(&["help", "environment"]), world.ok(&["--help"]));
    let variables = help.split("[env: ").skip(1).filter_map(|rest| rest.split('=').next());
    for variable in variables {
        assert!(page.contains(&format!("    {variable} ")), "{variable}");
    }
}

#[test]
fn no_line_of_help_is_too_long() {
    let world = World::new();
    for command in commands(&world) {
        let help = world.ok(&["help", &command]);
        let long = help.lines().find(|line| line.chars().count() > 100);
        assert_eq!(long, None, "{command}");
    }
}

#[test]
fn the_version_is_printed() {
    let expected = format!("sternway {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(World::new().ok(&["--version"]), expected);
}
