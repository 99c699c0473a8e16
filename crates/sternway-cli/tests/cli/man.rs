//! The manual: a page for each command, that a formatter takes.

use std::{fs, process::Command};

use crate::{usage::commands, world::World};

#[test]
fn every_command_has_a_page_with_its_flags_and_examples() {
    let world = World::new();
    let said = world.ok(&["man", "man1"]);
    assert!(said.contains(" pages written to man1\n"), "{said}");
    for command in commands(&world).iter().filter(|command| *command != "help") {
        let page = fs::read_to_string(world.path(&format!("man1/sternway-{command}.1"))).unwrap();
        for part in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", "STERNWAY_NAMESPACE"] {
            assert!(page.contains(part), "{command} has no {part}");
        }
        let examples = page.contains(".SH EXAMPLES") || *command == "demo";
        assert!(examples, "{command} has no examples");
    }
    let all = fs::read_to_string(world.path("man1/sternway.1")).unwrap();
    assert!(all.contains("sternway\\-publish(1)"), "{all}");
    assert!(world.path("man1/sternway-policy-set.1").is_file());
    assert!(!world.path("man1/sternway-exit-codes.1").exists());
}

#[test]
fn a_formatter_takes_every_page() {
    let world = World::new();
    let written = world.json(&["man", "man1"]);
    for file in written["pages"].as_array().unwrap() {
        let file = file.as_str().unwrap();
        let formatted = Command::new("groff")
            .args(["-man", "-Kutf8", "-Tutf8", "-ww"])
            .arg(world.path(file))
            .output();
        // Where there is no formatter, nobody reads the manual.
        let Ok(formatted) = formatted else { return };
        let said = String::from_utf8_lossy(&formatted.stderr);
        assert!(formatted.status.success() && said.is_empty(), "{file}: {said}");
    }
}

#[test]
fn trying_writes_nothing() {
    let world = World::new();
    let said = world.ok(&["man", "man1", "--dry-run"]);
    assert!(said.contains("would be written"), "{said}");
    assert!(!world.path("man1").exists());
    world.write("file", b"in the way");
    assert!(world.fails(2, &["man", "file/man1"]).contains("cannot open file/man1"));
}
