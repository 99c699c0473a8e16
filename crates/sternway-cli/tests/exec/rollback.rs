//! A bad version goes back by itself.

use crate::world::{KEY, World, assert_code, failure, stderr, stdout};

/// Fails as a Python program does whose caller gives an argument that was renamed.
const TYPE_ERROR: &str = r#"cat >&2 <<'END'
Traceback (most recent call last):
  File "/tmp/search.py", line 7, in <module>
    print(execute(query="agents", limit=3))
          ~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^
TypeError: execute() got an unexpected keyword argument 'query'. Did you mean 'q'?
END
exit 1
"#;

#[test]
fn the_second_signature_error_takes_the_version_back() {
    let world = World::with_second(TYPE_ERROR);
    let first = world.run();
    assert_code(&first, 1);
    assert!(stderr(&first).ends_with("Did you mean 'q'?\n"), "{first:?}");
    assert_eq!(world.live(), 2);

    let second = world.run();
    assert_code(&second, 1);
    let said = stderr(&second).split_once("Did you mean 'q'?\n").unwrap().1;
    let verdict = "✖ tools/search v2 regressed: 2 of TypeError or AttributeError among the last 10 \
                   runs within 5m (2 of 2 runs failed)\n↩ rolled back to v1 in ";
    assert!(said.starts_with(verdict), "{said}");
    assert!(said.ends_with(" ms (revision 4)\n"), "{said}");
    assert_eq!(said.lines().count(), 2);

    assert_code(&world.run(), 0);
    assert_eq!(world.live(), 1);
    let message = "execute() got an unexpected keyword argument 'query'. Did you mean 'q'?";
    assert_eq!(world.outcomes(2).len(), 2);
    assert_eq!(failure(&world.outcomes(2)[1]), (Some("TypeError"), message));
}

#[test]
fn three_failures_in_a_row_take_the_version_back() {
    let world = World::with_second("exit 1\n");
    world.run();
    world.run();
    assert_eq!(world.live(), 2);
    let third = world.run();
    let verdict = "regressed: fewer runs succeed than the expected 0.95 (3 of 3 runs failed)";
    assert!(stderr(&third).contains(verdict), "{third:?}");
    assert_eq!(world.live(), 1);
}

#[test]
fn who_asks_for_quiet_gets_it() {
    let world = World::with_second(TYPE_ERROR);
    world.run();
    let second = world.exec(&["-q", "--", "sh", "{file}"]);
    assert!(stderr(&second).ends_with("Did you mean 'q'?\n"), "{second:?}");
    assert_eq!(world.live(), 1);
}

#[test]
fn a_version_with_nothing_before_it_needs_a_person() {
    let world = World::with_live("exit 1\n");
    world.run();
    world.run();
    // Quiet or not, and again with every failure: nobody else will act.
    for _ in 0..2 {
        let output = world.exec(&["-q", "--", "sh", "{file}"]);
        assert_code(&output, 1);
        let said = stderr(&output);
        let stays = "⚠ v1 stays live: no good version is left to go back to. A person must act:";
        assert!(said.contains(stays), "{said}");
        assert!(said.contains(&format!("sternway publish {KEY} FILE --promote")), "{said}");
    }
    assert_eq!(world.live(), 1);
    assert_eq!(world.outcomes(1).len(), 4);
}

#[test]
fn an_environment_has_a_live_version_of_its_own() {
    let world = World::with_live("echo one\n");
    world.publish("echo two\n", Some("shell"));
    world.with(async |sternway| {
        let control = sternway.control();
        let staging = sternway::types::Environment::new("staging".parse().unwrap());
        let intent = sternway::control::Intent::by(sternway.actor().clone());
        control.create_environment(staging, &intent).await.unwrap();
        let artifact = sternway.artifact(KEY).in_environment("staging");
        artifact.promote(sternway::types::VersionNumber::new(2).unwrap()).await.unwrap();
    });
    let words = ["-e", "staging", "--", "sh", "-c", "sh {file}; echo $STERNWAY_ENVIRONMENT"];
    assert_eq!(stdout(&world.exec(&words)), "two\nstaging\n");
    assert_eq!(stdout(&world.run()), "one\n");
}
