//! Paths in a tree: which name the same file everywhere, and where links may lead.

use sternway_types::{LinkTarget, TreePath};

use crate::make::parsed;

#[track_caller]
fn check_refused(path: &str, problem: &str) {
    let refused = path.parse::<TreePath>().expect_err("it is no path");
    assert_eq!(
        refused.to_string(),
        format!("{:?} {problem}", path.chars().take(200).collect::<String>())
    );
}

#[test]
fn plain_paths_are_kept_byte_for_byte() {
    let whole = "a/".repeat(511) + "bb";
    for path in
        ["a", "a b/c.md", "-x/~y/#z", ".hidden/..a", "zwölf/日本語/🥊", "con1/com/lpt10", &whole]
    {
        assert_eq!(parsed::<TreePath>(path).as_str(), path);
    }
}

#[test]
fn what_is_no_plain_path_is_refused_by_name() {
    check_refused("", "is empty: name a file");
    check_refused("/etc/passwd", "is absolute: a tree holds paths from its own root");
    check_refused("..", "has . or .. in it: a tree holds plain paths");
    check_refused("a/../b", "has . or .. in it: a tree holds plain paths");
    check_refused("./a", "has . or .. in it: a tree holds plain paths");
    check_refused("a//b", "has an empty name between two slashes, or a slash at its end");
    check_refused("a/", "has an empty name between two slashes, or a slash at its end");
    check_refused("a\0b", "holds a control character");
    check_refused("a\nb", "holds a control character");
    check_refused("a\u{7f}", "holds a control character");
    check_refused("a\u{85}", "holds a control character");
}

#[test]
fn what_some_system_does_not_take_is_refused_on_all() {
    for character in [':', '*', '?', '"', '<', '>', '|', '\\'] {
        let problem = format!("holds {character:?}, which not every system takes in a name");
        check_refused(&format!("a/b{character}"), &problem);
    }
    let dropped = "has a name that ends with a dot or a space, which Windows drops";
    check_refused("a./b", dropped);
    check_refused("a ", dropped);
    check_refused("a/...", dropped);
    let device = "has a name that is a device on Windows, such as con or nul";
    for name in
        ["con", "NUL", "Aux.txt", "a/prn.tar.gz", "com1", "LPT9.x", "com².a", "conout$", "nul .x"]
    {
        check_refused(name, device);
    }
}

#[test]
fn a_path_has_at_most_1024_bytes_and_a_name_255() {
    let long = "a/".repeat(511) + "bbb";
    let refused = long.parse::<TreePath>().unwrap_err().to_string();
    assert!(refused.ends_with("is longer than 1024 bytes") && refused.len() < 300, "{refused}");
    parsed::<TreePath>(&"ä".repeat(127));
    check_refused(&"a".repeat(256), "has a name of more than 255 bytes");
}

#[track_caller]
fn check_link(link: &str, target: &str, problem: Option<&str>) {
    let found = LinkTarget::new(&parsed(link), target).map(|it| it.as_str().to_owned());
    match problem {
        None => assert_eq!(found.as_deref(), Ok(target)),
        Some(problem) => {
            assert_eq!(
                found.expect_err("it leads nowhere").to_string(),
                format!("{target:?} {problem}")
            );
        }
    }
}

#[test]
fn a_link_may_lead_anywhere_in_its_tree() {
    check_link("latest", "v2", None);
    check_link("latest", "./v2/a", None);
    check_link("a/b/c", "../d", None);
    check_link("a/b/c", "../../d/./e", None);
    check_link("a/b", "..", None);
    check_link("a", "a", None);
}

#[test]
fn a_link_leads_nowhere_else() {
    let outside = Some("leads out of the tree");
    check_link("a", "../b", outside);
    check_link("a", "..", outside);
    check_link("a/b", "../../c", outside);
    check_link("a/b/c", "../../..", outside);
    check_link("a", "/etc/passwd", Some("is absolute: a tree holds paths from its own root"));
    // Where `d` is a link itself, `d/..` is not where it seems to be.
    let detour = Some("goes up after it went down: write the way without the detour");
    check_link("a", "d/..", detour);
    check_link("a/b", "../d/../c", detour);
    check_link("a", "", Some("is empty: name a file"));
    check_link("a", "c:x", Some("holds ':', which not every system takes in a name"));
    check_link("a", "b\0", Some("holds a control character"));
}
