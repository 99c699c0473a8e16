//! The script for each shell: it is one, and it knows every command and flag.

use std::process::{Command, Stdio};

use crate::{usage::commands, world::World};

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

#[test]
fn every_shell_gets_every_command() {
    let world = World::new();
    let commands = commands(&world);
    for shell in SHELLS {
        let script = world.ok(&["completion", shell]);
        for command in commands.iter().map(String::as_str).chain(["namespace", "dry-run"]) {
            assert!(script.contains(command), "{shell} misses {command}");
        }
    }
}

#[test]
fn no_store_is_needed_and_none_is_made() {
    let world = World::new();
    world.ok(&["completion", "bash"]);
    assert!(!world.path(".sternway").exists());
    assert!(world.fails(2, &["completion", "tcsh"]).contains("bash"));
}

#[test]
fn bash_takes_the_script() {
    let world = World::new();
    world.write("sternway.bash", world.ok(&["completion", "bash"]).as_bytes());
    let checked = Command::new("bash").arg("-n").arg(world.path("sternway.bash")).output();
    // Where there is no bash, nobody completes with it.
    let Ok(checked) = checked else { return };
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));

    let complete = "source sternway.bash; COMP_WORDS=(sternway bla) COMP_CWORD=1; \
        _sternway sternway bla sternway; echo \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    let bash = bash.current_dir(world.path("")).args(["-c", complete]).stdin(Stdio::null());
    let completed = bash.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&completed.stdout).trim(), "blame");
}
