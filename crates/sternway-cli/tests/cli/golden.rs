//! Stories as they are typed, with everything that is printed.
//!
//! A line `$ …` in a file under `golden` is typed, and what follows is what comes back: stdout,
//! then stderr with `! ` before each line, then `[N]` for an exit code that is not 0. The line
//! `$ write FILE TEXT` makes a file, and `< FILE` at the end feeds one. With `UPDATE_GOLDEN=1` the
//! files are written anew, to be looked at before they are committed.

use std::{
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use crate::{database::Database, world::World};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden")
}

/// What is typed in a story, and what comes back.
fn told(story: &str, world: &World) -> String {
    let mut actual = String::new();
    for line in story.lines() {
        // What is not typed is an answer, or a comment between two answers.
        if let Some(typed) = line.strip_prefix("$ ") {
            writeln!(actual, "{line}").unwrap();
            actual += &answer(world, typed);
        } else if line.starts_with("# ") {
            writeln!(actual, "{line}").unwrap();
        }
    }
    actual
}

fn check(name: &str) {
    let path = folder().join(name).with_extension("txt");
    let expected = fs::read_to_string(&path).unwrap();
    let actual = told(&expected, &World::new());
    if env::var_os("UPDATE_GOLDEN").is_some() {
        return fs::write(&path, &actual).unwrap();
    }
    assert_eq!(actual, expected.replace("\r\n", "\n"), "{}", path.display());
}

/// A story is told in a database as it is in a file, but for where the store is.
fn check_shared(name: &str) {
    let expected = fs::read_to_string(folder().join(name).with_extension("txt")).unwrap();
    let database = Database::new();
    let world = World::new();
    let settings = format!("[store]\nurl = '{}'\n", database.address());
    world.write("home/sternway/config.toml", settings.as_bytes());
    let actual = told(&expected, &world).replace(&database.shown(), ".sternway/store.redb");
    let actual = actual
        .replace("store.redb (postgres)", "store.redb (redb)")
        .replace("no store in .sternway/store.redb", "no store here, or in a folder above");
    assert_eq!(actual, expected.replace("\r\n", "\n"), "{name}");
}

fn answer(world: &World, typed: &str) -> String {
    let words = words(typed);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ran = match words.as_slice() {
        ["write", file, text] => {
            world.write(file, text.as_bytes());
            return String::new();
        }
        ["sternway", command @ .., "<", file] => {
            world.feed(command, &fs::read(world.path(file)).unwrap())
        }
        ["sternway", command @ ..] => world.run(command),
        other => panic!("nobody types {other:?}"),
    };
    let mut answer = redacted(&ran.stdout);
    for line in redacted(&ran.stderr).lines() {
        writeln!(answer, "{}", format!("! {line}").trim_end()).unwrap();
    }
    if ran.code != 0 {
        writeln!(answer, "[{}]", ran.code).unwrap();
    }
    answer
}

/// Splits like a shell: single and double quotes, and `\n` within them.
fn words(typed: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in typed.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words.into_iter().map(|word| word.replace("\\n", "\n")).collect()
}

/// What differs from run to run, by its kind.
pub(crate) fn redacted(text: &str) -> String {
    let mut redacted = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = [
            ("<time>", time(rest)),
            ("sha256:<digest>", digest(rest)),
            ("<id>", id(rest)),
            ("\"live_seconds\":<seconds>", number_after("\"live_seconds\":", rest)),
            ("--assigned <bucket>", number_after("--assigned ", rest)),
        ];
        let found = found.into_iter().find_map(|(name, length)| Some((name, length?)));
        let (shown, length) = found.map_or((None, c.len_utf8()), |it| (Some(it.0), it.1));
        let (this, after) = rest.split_at(length);
        redacted += shown.unwrap_or(this);
        rest = after;
    }
    redacted
}

/// `2026-11-20T16:00:00.123456Z`
fn time(text: &str) -> Option<usize> {
    let shape = "dddd-dd-ddTdd:dd:dd";
    let start = text.get(..shape.len())?;
    let fits =
        |(c, shape): (char, char)| if shape == 'd' { c.is_ascii_digit() } else { c == shape };
    if !start.chars().zip(shape.chars()).all(fits) {
        return None;
    }
    text.find('Z').map(|end| end + 1)
}

fn digest(text: &str) -> Option<usize> {
    let hex = text.strip_prefix("sha256:")?;
    let length = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
    (length >= 12).then_some("sha256:".len() + length)
}

/// How long something was live, which is as long as the commands in between took; and the bucket of a key, which
/// is another one for each deployment.
fn number_after(name: &str, text: &str) -> Option<usize> {
    let number = text.strip_prefix(name)?;
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    (end > 0).then_some(name.len() + end)
}

/// A UUID.
fn id(text: &str) -> Option<usize> {
    let start = text.get(..36)?;
    let fits = start.char_indices().all(|(index, c)| match index {
        8 | 13 | 18 | 23 => c == '-',
        _ => c.is_ascii_hexdigit(),
    });
    fits.then_some(36)
}

macro_rules! stories {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*

        #[test]
        fn no_story_is_forgotten() {
            let mut found: Vec<String> = fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|it| it == "txt"))
                .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            found.sort();
            let mut told = vec![$(stringify!($name).to_owned()),*];
            told.sort();
            assert_eq!(found, told);
        }
    };
}

stories! {
    a_bad_version_goes_back
    a_file_of_runs
    a_first_store
    aging
    apply
    blame
    breach
    bundle
    by_hand
    compact
    compare
    dependencies
    deployments
    environments
    experiment
    explain
    folders
    gates
    header_routes
    labels
    metrics
    moves
    five_minutes
    less_of_a_list
    namespaces
    notify
    once
    past
    points
    policies
    protected
    publish_again
    queued
    redo
    released_policies
    replay
    restore
    restore_to
    settings
    simulate
    taken_back
    what_is_wrong
}

macro_rules! stories_of_many {
    ($($name:ident)*) => {
        mod shared {
            $(#[test]
            fn $name() {
                super::check_shared(stringify!($name));
            })*
        }
    };
}

// All but those that are about where the store is: `bundle`, `compact`, `folders` and `settings`; `replay` and
// `simulate` are about no store.
stories_of_many! {
    a_bad_version_goes_back
    a_file_of_runs
    a_first_store
    aging
    apply
    blame
    breach
    by_hand
    compare
    dependencies
    deployments
    environments
    experiment
    explain
    gates
    labels
    metrics
    moves
    five_minutes
    less_of_a_list
    namespaces
    notify
    once
    past
    points
    policies
    protected
    publish_again
    queued
    redo
    released_policies
    restore
    restore_to
    taken_back
    what_is_wrong
}
