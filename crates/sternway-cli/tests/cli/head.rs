//! Signed heads: what the chain alone cannot show.

use std::fs;

use crate::world::World;

/// A world with two versions, and a signed head of it: the signer's key.
fn signed() -> (World, String) {
    let world = World::new();
    for words in ["Hello!", "Hi."] {
        world.write("greeting.md", words.as_bytes());
        assert_eq!(world.run(&["publish", "prompts/greeting", "greeting.md"]).code, 0);
    }
    let made =
        world.run(&["head", "key", "ops.key", "--name", "acme.example/prompts", "-o", "name"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let signed = world.run(&["head", "sign", "--key", "ops.key", "--to", "head"]);
    assert_eq!(
        (signed.code, signed.stdout.as_str()),
        (0, "revision 3 of default signed in head\n")
    );
    (world, made.stdout.trim().to_owned())
}

fn verify(world: &World, signer: &str) -> (i32, String) {
    let verified = world.run(&["verify", "--head", "head", "--signer", signer]);
    (verified.code, verified.stdout + &verified.stderr)
}

#[test]
fn an_old_copy_that_is_put_back_is_seen() {
    let (world, signer) = signed();
    let store = world.path(".sternway/store.redb");
    assert_eq!(verify(&world, &signer).0, 0);
    fs::copy(&store, world.path("old")).unwrap();
    world.write("greeting.md", b"Good morning.");
    assert_eq!(world.run(&["publish", "prompts/greeting", "greeting.md"]).code, 0);
    assert_eq!(verify(&world, &signer).0, 0, "a history may grow");
    assert_eq!(world.run(&["head", "sign", "--key", "ops.key", "--to", "head"]).code, 0);

    fs::copy(world.path("old"), &store).unwrap();
    assert_eq!(world.run(&["verify"]).code, 0, "what is left verifies");
    let (code, said) = verify(&world, &signer);
    assert_eq!(code, 9, "{said}");
    assert!(said.contains("newest revision is 3, and it was at 4"), "{said}");
}

#[test]
fn a_head_that_was_changed_is_no_evidence() {
    let (world, signer) = signed();
    let note = fs::read_to_string(world.path("head")).unwrap();
    world.write("head", note.replacen("\n3\n", "\n2\n", 1).as_bytes());
    let (code, said) = verify(&world, &signer);
    assert_eq!(code, 9, "{said}");
    assert!(said.contains("the signature of acme.example/prompts is not on it"), "{said}");
    world.write("head", b"a letter to my aunt");
    assert_eq!(verify(&world, &signer).0, 2);
}

#[test]
fn a_key_is_its_owners_and_never_written_over() {
    let (world, _) = signed();
    let key = fs::read_to_string(world.path("ops.key")).unwrap();
    let again = world.run(&["head", "key", "ops.key"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    assert_eq!(fs::read_to_string(world.path("ops.key")).unwrap(), key);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(world.path("ops.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    world.write("odd.key", b"PRIVATE+KEY+odd");
    let odd = world.run(&["head", "sign", "--key", "odd.key"]);
    assert_eq!(odd.code, 2);
    assert!(odd.stderr.contains("not a key for signed heads"), "{}", odd.stderr);
}

#[test]
fn a_dry_run_writes_no_file() {
    let (world, _) = signed();
    let before = fs::read_to_string(world.path("head")).unwrap();
    world.write("greeting.md", b"Good morning.");
    assert_eq!(world.run(&["publish", "prompts/greeting", "greeting.md"]).code, 0);
    let sign = ["head", "sign", "--key", "ops.key", "--to", "head"];
    let tried = world.run(&[&sign[..], &["--dry-run"]].concat());
    assert_eq!(tried.stdout, "revision 4 of default would be signed in head\n");
    assert_eq!(fs::read_to_string(world.path("head")).unwrap(), before);
    assert_eq!(world.run(&["head", "key", "other.key", "--dry-run"]).code, 0);
    assert!(!world.path("other.key").exists());
    let old = world.run(&[&sign[..], &["--at", "2"]].concat());
    assert_eq!(old.code, 2, "{}", old.stderr);
}
