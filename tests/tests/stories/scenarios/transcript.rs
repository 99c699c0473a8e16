//! Transcripts, and the files that they are compared with.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use sternway_tests::faults::{Told, words};

use super::{stage::Kind, tale::Tale};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/scenarios")
}

/// Tells the scenario of a module on a store, and compares what was said with the file of its name.
pub(super) async fn check(module: &str, kind: Kind, tell: impl AsyncFn(&mut Tale) -> Told<()>) {
    let name = module.rsplit("::").next().unwrap_or(module);
    let path = folder().join("golden").join(name).with_extension("txt");
    let actual = told(kind, &tell).await;
    let expected = if env::var_os("UPDATE_GOLDEN").is_none() {
        fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n")
    } else if kind == Kind::Memory {
        fs::write(&path, &actual).expect("the transcript is written");
        return;
    } else {
        // Not from the file, which the test of the memory may be writing just now.
        told(Kind::Memory, &tell).await
    };
    if let Some(difference) = first_difference(&actual, &expected) {
        panic!("{kind:?} tells {} differently:\n{difference}", path.display());
    }
}

async fn told(kind: Kind, tell: &impl AsyncFn(&mut Tale) -> Told<()>) -> String {
    let told = async {
        let mut tale = Tale::begin(kind).await?;
        tell(&mut tale).await?;
        tale.end().await
    };
    told.await.unwrap_or_else(|err| panic!("{kind:?}: {}", words(err.as_ref())))
}

/// The first lines that are not the same, with those before them.
fn first_difference(actual: &str, expected: &str) -> Option<String> {
    if actual == expected {
        return None;
    }
    let (told, wanted): (Vec<_>, Vec<_>) = (actual.lines().collect(), expected.lines().collect());
    let same = told.iter().zip(&wanted).take_while(|(one, other)| one == other).count();
    let before: Vec<_> = told.iter().take(same).skip(same.saturating_sub(3)).copied().collect();
    let line =
        |lines: &[&str]| lines.get(same).map_or("the end".to_owned(), |it| format!("| {it}"));
    Some(format!(
        "line {}, after\n{}\n  expected {}\n  found    {}",
        same + 1,
        before.join("\n"),
        line(&wanted),
        line(&told)
    ))
}

/// The names of the files in a folder that end like this, in order.
fn names(folder: &Path, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|it| it == extension));
    let stems = paths.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<_> = stems.collect();
    names.sort_unstable();
    names
}

#[test]
fn no_scenario_is_forgotten() {
    let tells = |name: &String| {
        let source = fs::read_to_string(folder().join(name).with_extension("rs"));
        source.expect("it can be read").contains("on_every_store!();")
    };
    let declared = fs::read_to_string(folder().join("mod.rs")).expect("it can be read");
    let told: Vec<_> = names(&folder(), "rs").into_iter().filter(|it| it != "transcript").collect();
    let told: Vec<_> = told.into_iter().filter(tells).collect();
    assert_eq!(told, names(&folder().join("golden"), "txt"));
    for name in told {
        assert!(declared.contains(&format!("mod {name};\n")), "{name} is not told");
    }
}

#[test]
fn the_first_difference_is_named_with_what_was_before_it() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    let said = first_difference("a\nb\nc\n", "a\nb\nd\n").expect("they differ");
    assert_eq!(said, "line 3, after\na\nb\n  expected | d\n  found    | c");
    let said = first_difference("a\n", "a\nb\n").expect("they differ");
    assert_eq!(said, "line 2, after\na\n  expected | b\n  found    the end");
}
