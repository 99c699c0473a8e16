//! Rules for every text file, whatever its language.
//!
//! Stored examples (folders named `golden`, `fixtures` or `snapshots`) are data: their spaces and
//! newlines stay as they are.

use super::{File, Finding};

/// Where somebody's machine shows through. Joined with slashes below, so that this page passes.
const MACHINE_FOLDERS: [&str; 4] = ["root", "home", "work", "Users"];

const DATA_FOLDERS: [&str; 3] = ["golden", "fixtures", "snapshots"];

pub(super) fn findings(file: &File) -> Vec<Finding> {
    let mut findings = machine_paths(file);
    if is_written_by_hand(file) {
        findings.extend(spaces(file));
        findings.extend(last_newline(file));
        findings.extend(todos(file));
    }
    findings
}

fn is_written_by_hand(file: &File) -> bool {
    let data = file.path.split('/').any(|part| DATA_FOLDERS.contains(&part));
    !data && matches!(file.extension(), Some("rs" | "md" | "toml"))
}

fn spaces(file: &File) -> Vec<Finding> {
    let in_line = |(number, line): (usize, &str)| {
        let trailing = line.ends_with([' ', '\t', '\r']);
        let trailing = trailing.then(|| file.finding(number, "white space at the end of the line"));
        let tab = line.contains('\t').then(|| file.finding(number, "a tab: indent with spaces"));
        [trailing, tab]
    };
    file.lines().flat_map(in_line).flatten().collect()
}

fn last_newline(file: &File) -> Option<Finding> {
    let text = &file.text;
    let one = text.ends_with('\n') && !text.ends_with("\n\n");
    let message = "the file does not end with one newline";
    (!text.is_empty() && !one).then(|| file.finding(text.lines().count(), message))
}

fn todos(file: &File) -> Vec<Finding> {
    let bare = file.lines().filter(|(_, line)| has_bare_todo(line));
    bare.map(|(number, _)| file.finding(number, "a `TODO` names its issue: `TODO(#12)`")).collect()
}

fn has_bare_todo(line: &str) -> bool {
    line.match_indices("TODO").any(|(start, word)| {
        let (before, rest) = line.split_at(start);
        let after = rest.strip_prefix(word).unwrap_or_default();
        let within_word = before.ends_with(is_word) || after.starts_with(is_word);
        // In quotes it is only spoken of.
        let spoken_of = before.ends_with(['`', '"']);
        !within_word && !spoken_of && !names_issue(after)
    })
}

fn names_issue(after: &str) -> bool {
    let number = after.strip_prefix("(#").and_then(|rest| rest.split_once(')'));
    number.is_some_and(|(digits, _)| {
        !digits.is_empty() && digits.chars().all(|char| char.is_ascii_digit())
    })
}

fn machine_paths(file: &File) -> Vec<Finding> {
    let folders = MACHINE_FOLDERS.map(|folder| format!("/{folder}/"));
    let in_line = |(number, line): (usize, &str)| {
        let hit = folders.iter().find(|folder| begins_a_path(line, folder))?;
        Some(
            file.finding(number, format!("a path of one machine ({hit}…): write it from the root")),
        )
    };
    file.lines().filter_map(in_line).collect()
}

fn begins_a_path(line: &str, folder: &str) -> bool {
    // After a name, a variable or a pattern the folder is in the middle of a path or of an address.
    let continues = |char: char| is_word(char) || "-.~})>*/".contains(char);
    line.match_indices(folder).any(|(start, _)| !line.split_at(start).0.ends_with(continues))
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{assert_found, file},
        *,
    };

    fn check(text: &str, expected: &[(usize, &str)]) {
        assert_found(&findings(&file("docs/page.md", text)), expected);
    }

    #[test]
    fn a_clean_page_has_no_findings() {
        check("# Title\n\nText.\n", &[]);
    }

    #[test]
    fn white_space_at_the_end_is_found() {
        check("a \nb\r\nc\n", &[(1, "white space"), (2, "white space")]);
    }

    #[test]
    fn a_tab_is_found() {
        check("a\n\tb\n", &[(2, "a tab")]);
    }

    #[test]
    fn a_file_ends_with_exactly_one_newline() {
        check("a", &[(1, "one newline")]);
        check("a\n\n", &[(2, "one newline")]);
        check("", &[]);
    }

    #[test]
    fn stored_examples_keep_their_spaces() {
        assert_found(&findings(&file("tests/golden/page.md", "a \n\tb\n\n")), &[]);
    }

    #[test]
    fn a_todo_names_its_issue() {
        let word = "TODO";
        check(&format!("{word}(#12): later\n"), &[]);
        check(
            &format!("{word}: later\n{word}(#): later\n{word}(me)\n"),
            &[(1, "names its issue"), (2, "names its issue"), (3, "names its issue")],
        );
    }

    #[test]
    fn a_todo_may_be_spoken_of() {
        check("Every `TODO` names an issue. TODOS are no TODO(#3).\n", &[]);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        for folder in MACHINE_FOLDERS {
            let path = format!("/{folder}/somebody/project");
            check(&format!("Run it in {path}.\n"), &[(1, "a path of one machine")]);
            check(&format!("Ask example.com{path}, $HOME{path} or {{dir}}{path}.\n"), &[]);
        }
    }
}
