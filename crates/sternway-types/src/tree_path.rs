//! The paths in a tree: those that name the same file on every system, and nothing outside.

use std::{fmt, str::FromStr};

/// Why a text is not a path in a tree, or not where a link in a tree may lead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} {problem}")]
pub struct TreePathError {
    given: String,
    /// What is wrong with it.
    pub problem: TreePathProblem,
}

impl TreePathError {
    fn new(given: &str, problem: TreePathProblem) -> Self {
        Self { given: given.chars().take(200).collect(), problem }
    }
}

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreePathProblem {
    /// There is nothing in it.
    #[error("is empty: name a file")]
    Empty,
    /// It is longer than [`TreePath::LIMIT`].
    #[error("is longer than {limit} bytes", limit = TreePath::LIMIT)]
    TooLong,
    /// A name in it is longer than [`TreePath::NAME_LIMIT`].
    #[error("has a name of more than {limit} bytes", limit = TreePath::NAME_LIMIT)]
    NameTooLong,
    /// It begins at the root of a file system.
    #[error("is absolute: a tree holds paths from its own root")]
    Absolute,
    /// A name in it is empty.
    #[error("has an empty name between two slashes, or a slash at its end")]
    EmptyName,
    /// A name in it is `.` or `..`.
    #[error("has . or .. in it: a tree holds plain paths")]
    Dots,
    /// It holds a NUL or another control character.
    #[error("holds a control character")]
    Control,
    /// It holds a character that some systems do not take in names.
    #[error("holds {0:?}, which not every system takes in a name")]
    Reserved(char),
    /// A name in it ends with a dot or a space, which Windows drops.
    #[error("has a name that ends with a dot or a space, which Windows drops")]
    DroppedEnd,
    /// A name in it is that of a device on Windows.
    #[error("has a name that is a device on Windows, such as con or nul")]
    Device,
    /// It leads out of the tree.
    #[error("leads out of the tree")]
    Outside,
    /// It goes up after it went down, so that where it leads depends on other links.
    #[error("goes up after it went down: write the way without the detour")]
    Detour,
}

/// A path in a tree: names with `/` between them, from the root of the tree.
///
/// It names the same file on Linux, macOS and Windows. Names are kept byte for byte: two that look
/// the same in different Unicode normal forms are two names.
///
/// ```
/// use sternway_types::TreePath;
///
/// let path: TreePath = "prompts/greeting.md".parse()?;
/// assert_eq!(path.name(), "greeting.md");
/// assert!("../secret".parse::<TreePath>().is_err());
/// assert!("a/NUL.txt".parse::<TreePath>().is_err());
/// # Ok::<(), sternway_types::TreePathError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreePath(String);

impl TreePath {
    /// The longest path that is taken, in bytes: what macOS takes.
    pub const LIMIT: usize = 1024;

    /// The longest name that is taken, in bytes.
    pub const NAME_LIMIT: usize = 255;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last name in it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The names in it, from the root.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The folders that it lies in, the outermost first.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').filter_map(|(at, _)| self.0.get(..at))
    }
}

impl FromStr for TreePath {
    type Err = TreePathError;

    fn from_str(text: &str) -> Result<Self, TreePathError> {
        check(text, |name| match name {
            "." | ".." => Err(TreePathProblem::Dots),
            name => check_name(name),
        })
        .map(|()| Self(text.into()))
        .map_err(|problem| TreePathError::new(text, problem))
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Where a symbolic link in a tree leads: a path from the folder of the link that stays in the
/// tree. It may go up only at its beginning: behind a name that is itself a link, `..` could lead
/// anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkTarget(String);

impl LinkTarget {
    /// Takes the target of the link that lies at a path.
    ///
    /// # Errors
    ///
    /// [`TreePathError`] if it leads out of the tree, or cannot be written on every system.
    pub fn new(link: &TreePath, target: &str) -> Result<Self, TreePathError> {
        let (mut above, mut down) = (link.folders().count(), false);
        check(target, |name| match name {
            "." => Ok(()),
            ".." if down => Err(TreePathProblem::Detour),
            ".." => {
                above = above.checked_sub(1).ok_or(TreePathProblem::Outside)?;
                Ok(())
            }
            name => {
                down = true;
                check_name(name)
            }
        })
        .map(|()| Self(target.into()))
        .map_err(|problem| TreePathError::new(target, problem))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LinkTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Checks what holds for every path, and then name by name.
fn check(
    text: &str,
    name: impl FnMut(&str) -> Result<(), TreePathProblem>,
) -> Result<(), TreePathProblem> {
    if text.is_empty() {
        return Err(TreePathProblem::Empty);
    }
    if text.len() > TreePath::LIMIT {
        return Err(TreePathProblem::TooLong);
    }
    if text.starts_with('/') {
        return Err(TreePathProblem::Absolute);
    }
    text.split('/').try_for_each(name)
}

fn check_name(name: &str) -> Result<(), TreePathProblem> {
    if name.is_empty() {
        return Err(TreePathProblem::EmptyName);
    }
    if name.len() > TreePath::NAME_LIMIT {
        return Err(TreePathProblem::NameTooLong);
    }
    for character in name.chars() {
        if character.is_control() {
            return Err(TreePathProblem::Control);
        }
        if r#"\:*?"<>|"#.contains(character) {
            return Err(TreePathProblem::Reserved(character));
        }
    }
    if name.ends_with(['.', ' ']) {
        return Err(TreePathProblem::DroppedEnd);
    }
    if is_device(name) { Err(TreePathProblem::Device) } else { Ok(()) }
}

/// Whether Windows takes a name for a device, whatever stands behind its first dot.
///
/// Source: Microsoft, "Naming Files, Paths, and Namespaces".
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ').to_ascii_lowercase();
    let numbered = |device: &str| {
        let number = stem.strip_prefix(device);
        number.is_some_and(|number| {
            let mut digits = number.chars();
            let digit = digits.next();
            digit.is_some_and(|digit| digit.is_ascii_digit() || "¹²³".contains(digit))
                && digits.next().is_none()
        })
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$")
        || numbered("com")
        || numbered("lpt")
}
