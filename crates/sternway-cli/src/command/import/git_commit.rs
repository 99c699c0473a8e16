//! From a commit of git to a version.

use serde_json::json;
use sternway::types::{Actor, ActorKind, Metadata, MetadataError, Reason};

use crate::git::{Author, Commit};

/// The longest name of an actor, in bytes.
const MAX_NAME: usize = 255;

/// Who wrote it: a person by the name that git has, else by the name of the mailbox.
pub(super) fn author(author: &Author) -> Option<Actor> {
    let mailbox = author.email.split('@').next().unwrap_or_default();
    [author.name.as_str(), mailbox].iter().find_map(|name| {
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        let name = name.trim();
        let name = name.get(..name.floor_char_boundary(MAX_NAME)).unwrap_or_default();
        Actor::new(ActorKind::Human, name).ok()
    })
}

/// Why it was made: the message, as far as a reason goes.
pub(super) fn reason(message: &str) -> Reason {
    let message = message.replace('\0', "\u{fffd}");
    let end = message.floor_char_boundary(Reason::LIMIT);
    Reason::new(message.get(..end).unwrap_or_default()).unwrap_or_default()
}

/// Where it is from, for who looks for it in git.
///
/// # Errors
///
/// [`MetadataError`] if git has a name that is longer than metadata may be.
pub(super) fn metadata(commit: &Commit) -> Result<Metadata, MetadataError> {
    let Author { name, email } = &commit.author;
    let path = String::from_utf8_lossy(&commit.path);
    let members = [
        ("git_commit", json!(commit.hash)),
        ("git_author", json!(format!("{name} <{email}>"))),
        ("git_path", json!(path)),
    ];
    Metadata::new(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, email: &str, expected: Option<&str>) {
        let found = author(&Author { name: name.into(), email: email.into() });
        assert_eq!(found.map(|it| it.to_string()).as_deref(), expected);
    }

    #[test]
    fn the_author_has_the_name_that_git_has() {
        check("Ada Lovelace", "ada@example.com", Some("human:Ada Lovelace"));
        check("system:ci", "", Some("human:system:ci"));
        check(" \t ", "ada@example.com", Some("human:ada"));
        check("a\u{1b}[31m", "", Some("human:a[31m"));
        check("", "", None);
        check(&"é".repeat(200), "", Some(&format!("human:{}", "é".repeat(127))));
    }

    #[test]
    fn a_message_is_cut_where_a_reason_ends() {
        assert_eq!(reason("fix\n\nwhy").as_str(), "fix\n\nwhy");
        assert_eq!(reason(&"é".repeat(5_000)).as_str().len(), Reason::LIMIT);
        assert_eq!(reason(&format!("a{}", "é".repeat(5_000))).as_str().len(), Reason::LIMIT - 1);
    }
}
