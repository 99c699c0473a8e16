//! A version that is a folder: run with the path of a private copy, which is gone afterwards.

use std::{fs, path::PathBuf};

use crate::world::{KEY, World, assert_code, stderr, stdout};

/// A store in which a folder with this script and a file beside it is live.
fn with_folder(script: &str) -> World {
    let world = World::empty();
    let folder = world.path().join("folder");
    fs::create_dir_all(folder.join("in")).unwrap();
    fs::write(folder.join("run.sh"), script).unwrap();
    fs::write(folder.join("in/words.txt"), "hello\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.join("run.sh"), executable).unwrap();
        symlink("in/words.txt", folder.join("words")).unwrap();
    }
    publish(&world, folder);
    world
}

fn publish(world: &World, folder: PathBuf) {
    world.with(async |sternway| {
        sternway.artifact(KEY).publish_dir(folder).await.unwrap();
    });
}

fn is_clean(world: &World) -> bool {
    fs::read_dir(world.temporary()).unwrap().count() == 0
}

#[test]
fn the_folder_is_put_wherever_it_is_asked_for() {
    let world = with_folder("#!/bin/sh\ncat \"${0%/*}/words\"; echo \"$@\"\n");
    let output = world.exec(&["--", "{dir}/run.sh", "{dir}", "v{version}"]);
    assert_code(&output, 0);
    let (words, told) = stdout(&output).split_once('\n').unwrap();
    assert_eq!(words, "hello");
    assert!(told.ends_with("/search v1\n"), "{told}");
    assert_eq!(world.outcome(1).duration.map(|it| it.is_zero()), Some(false));
    assert!(is_clean(&world));
}

#[test]
fn the_copy_is_private_and_its_files_are_not_written_to() {
    let world =
        with_folder("ls -ld \"$1\" \"$1/in/words.txt\" \"$1/run.sh\"; touch \"$1/in/cache\"\n");
    let output = world.exec(&["--", "sh", "{dir}/run.sh", "{dir}"]);
    let modes: Vec<&str> = stdout(&output).lines().map(|line| &line[..10]).collect();
    assert_eq!(&modes[1..], ["-r--------", "-r-x------"], "{output:?}");
    assert!(is_clean(&world), "with what the command put there");
}

#[test]
fn the_copy_is_gone_after_a_failure_and_a_timeout() {
    let world = with_folder("exit 3\n");
    assert_code(&world.exec(&["--", "sh", "{dir}/run.sh"]), 3);
    assert_code(&world.exec(&["--", "no-such-command", "{dir}"]), 127);
    assert!(is_clean(&world));
    let world = with_folder("exec sleep 30\n");
    assert_code(&world.exec(&["--timeout", "200ms", "--", "sh", "{dir}/run.sh"]), 124);
    assert!(is_clean(&world));
}

#[cfg(unix)]
#[test]
fn the_copy_is_gone_after_an_interrupt() {
    use std::{
        io::{BufRead as _, BufReader},
        process::Command,
    };

    let world = with_folder("echo ready; exec sleep 30\n");
    let mut child = world.start(&["--", "sh", "{dir}/run.sh"]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    assert!(!is_clean(&world));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(is_clean(&world));
}

#[test]
fn the_environment_says_where_the_folder_is() {
    let world = with_folder("test -z \"$STERNWAY_FILE\" && cat \"$STERNWAY_DIR/in/words.txt\"\n");
    let output = world.exec(&["--", "sh", "-c", "sh \"$STERNWAY_DIR/run.sh\""]);
    assert_eq!(stdout(&output), "hello\n", "{output:?}");
}

#[test]
fn one_file_has_a_folder_too() {
    let world = World::with_live("ls \"$1\"\n");
    let output = world.exec(&["--", "sh", "{file}", "{dir}"]);
    assert_eq!(stdout(&output), "search.sh\n", "{output:?}");
}

#[test]
fn a_folder_is_no_file() {
    let world = with_folder("exit 0\n");
    for words in [["--", "sh", "{file}"].as_slice(), &["--dry-run", "--", "sh", "--script={file}"]]
    {
        let output = world.exec(words);
        assert_code(&output, 125);
        let said = stderr(&output);
        let why = "error: tools/search@v1 is a folder, and {file} is one file";
        assert!(said.contains(why) && said.contains("{dir}"), "{said}");
    }
    assert!(world.outcomes(1).is_empty(), "nothing was recorded");
}

#[test]
fn a_dry_run_says_what_would_be_run() {
    let world = with_folder("exit 0\n");
    let output = world.exec(&["--dry-run", "--", "sh", "{dir}/run.sh"]);
    assert!(stdout(&output).ends_with("/sternway-XXXXXX/search/run.sh\n"), "{output:?}");
}
