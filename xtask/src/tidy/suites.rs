//! No test file is forgotten: each one in a suite is a module of it.
//!
//! A suite is a folder under a crate's `tests` with a `main.rs`, built as one binary. A file that
//! no `mod` names is never compiled, and its tests pass by not running.

use super::{File, Finding};

pub(super) fn findings(files: &[File]) -> Vec<Finding> {
    let suites = files.iter().filter_map(|file| suite(&file.path));
    suites
        .flat_map(|folder| files.iter().filter_map(move |file| forgotten(files, folder, file)))
        .collect()
}

/// The folder, with its slash, that this file is the `main.rs` of.
fn suite(path: &str) -> Option<&str> {
    let folder = path.strip_suffix("main.rs")?;
    match folder.split('/').collect::<Vec<_>>()[..] {
        ["tests", "tests", _, ""] | ["crates", _, "tests", _, ""] => Some(folder),
        _ => None,
    }
}

fn forgotten(files: &[File], suite: &str, file: &File) -> Option<Finding> {
    let inner = file.path.strip_prefix(suite)?.strip_suffix(".rs")?;
    if inner == "main" {
        return None;
    }
    let module = inner.strip_suffix("/mod").unwrap_or(inner);
    let (parents, name) = match module.rsplit_once('/') {
        None => (vec![format!("{suite}main.rs")], module),
        Some((folder, name)) => {
            (vec![format!("{suite}{folder}.rs"), format!("{suite}{folder}/mod.rs")], name)
        }
    };
    let named = files.iter().any(|parent| parents.contains(&parent.path) && declares(parent, name));
    let message = || format!("never compiled: write `mod {name};` in {}", parents.join(" or "));
    (!named).then(|| file.finding(1, message()))
}

fn declares(parent: &File, module: &str) -> bool {
    let declaration = format!("mod {module};");
    parent.lines().any(|(_, line)| {
        let line = line.trim_start();
        // A path before `mod` is its visibility; a comment is none.
        line.ends_with(&declaration)
            && line.strip_suffix(&declaration).is_some_and(|before| {
                before.is_empty() || (before.starts_with("pub") && before.ends_with(' '))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{assert_found, file},
        *,
    };

    fn check(files: &[(&str, &str)], expected: &[(usize, &str)]) {
        let files: Vec<_> = files.iter().map(|(path, text)| file(path, text)).collect();
        assert_found(&findings(&files), expected);
    }

    #[test]
    fn a_file_that_the_suite_names_is_compiled() {
        check(
            &[
                (
                    "tests/tests/stories/main.rs",
                    "//! Stories.\n\nmod publish;\npub(crate) mod world;\n",
                ),
                ("tests/tests/stories/publish.rs", ""),
                ("tests/tests/stories/world.rs", ""),
            ],
            &[],
        );
    }

    #[test]
    fn a_forgotten_file_is_found() {
        check(
            &[
                ("tests/tests/stories/main.rs", "// mod publish;\nmod republish;\n"),
                ("tests/tests/stories/publish.rs", ""),
            ],
            &[(1, "`mod publish;` in tests/tests/stories/main.rs")],
        );
    }

    #[test]
    fn a_file_in_a_folder_is_named_by_the_folders_module() {
        let suite = ("crates/a/tests/it/main.rs", "mod world;\n");
        let forgotten =
            "`mod clock;` in crates/a/tests/it/world.rs or crates/a/tests/it/world/mod.rs";
        let clock = ("crates/a/tests/it/world/clock.rs", "");
        check(&[suite, ("crates/a/tests/it/world/mod.rs", "mod clock;\n"), clock], &[]);
        check(&[suite, ("crates/a/tests/it/world.rs", "mod clock;\n"), clock], &[]);
        check(&[suite, ("crates/a/tests/it/world/mod.rs", ""), clock], &[(1, forgotten)]);
    }

    #[test]
    fn a_folder_without_a_main_is_no_suite() {
        check(&[("tests/tests/shared/world.rs", "")], &[]);
    }
}
