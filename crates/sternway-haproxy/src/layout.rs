//! What things are called in the configuration of `HAProxy`.

use std::collections::BTreeSet;

use sternway_types::{ArtifactId, EnvironmentId, Match, MatchError, VersionNumber};

/// How backends are called where nobody says it: `search_v3`.
const BACKENDS: &str = "{name}_{version}";

/// The longest folder or pattern, in bytes.
const MAX_NAME: usize = 1_000;

/// Where the map files lie, and what the backends are called: what the configuration of an `HAProxy` and
/// its drivers agree on.
///
/// Artifacts of several namespaces have the same names: give each namespace a folder of its own, and
/// backends that are called otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    // Invariant: an absolute path of letters, digits, `.`, `_`, `-` and `/`, which ends without `/`.
    folder: String,
    // Invariant: letters, digits, `.`, `_`, `-`, `:` and the four placeholders, `{version}` among them.
    backends: String,
    // Invariant: in small letters.
    headers: BTreeSet<String>,
}

/// Why something is no layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// The folder goes into commands and into a configuration, as it is.
    #[error(
        "{given:?} is no folder for map files: expected an absolute path of letters, digits, `.`, `_`, \
         `-` and `/`, such as /etc/haproxy/sternway"
    )]
    Folder {
        /// What was given.
        given: String,
    },
    /// So does the name of a backend.
    #[error(
        "{given:?} does not name backends: expected letters, digits, `.`, `_`, `-`, `:`, `{{collection}}`, \
         `{{name}}`, `{{environment}}` and, once at least, `{{version}}`, such as {{name}}_{{version}}"
    )]
    Backends {
        /// What was given.
        given: String,
    },
}

fn plain(text: &str, more: &[u8]) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
}

fn cut(given: &str) -> String {
    given.chars().take(200).collect()
}

impl Layout {
    /// Map files in this folder, and backends that are called `search_v3`.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Folder`] if it is no absolute path, or has characters that mean something to
    /// `HAProxy`.
    pub fn new(folder: &str) -> Result<Self, LayoutError> {
        let short = folder.trim_end_matches('/');
        let fits = short.starts_with('/') && short.len() <= MAX_NAME && plain(short, b"._-/");
        if !fits {
            return Err(LayoutError::Folder { given: cut(folder) });
        }
        let headers = BTreeSet::new();
        Ok(Self { folder: short.into(), backends: BACKENDS.into(), headers })
    }

    /// The same with backends that are called otherwise: `{collection}`, `{name}`, `{environment}` and
    /// `{version}` are replaced, such as in `{collection}:{name}:{environment}:{version}`.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Backends`] if it has no `{version}`, or a character that `HAProxy` does not allow.
    pub fn with_backends(self, pattern: &str) -> Result<Self, LayoutError> {
        let rest = filled(pattern, "", "", "", "");
        let fits = pattern.contains("{version}") && pattern.len() <= MAX_NAME;
        if !fits || !plain(&rest, b"._-:") {
            return Err(LayoutError::Backends { given: cut(pattern) });
        }
        Ok(Self { backends: pattern.into(), ..self })
    }

    /// The same with a frontend that looks at these headers, by the lines that [`header`](Self::header) prints:
    /// only by them can routes go.
    ///
    /// # Errors
    ///
    /// [`MatchError::Attribute`] if one is no name of a header.
    pub fn with_headers(self, names: &[&str]) -> Result<Self, MatchError> {
        let names = names.iter().map(|name| Match::attribute_of(name));
        Ok(Self { headers: names.collect::<Result<_, _>>()?, ..self })
    }

    /// The headers that the frontend looks at, in small letters.
    #[must_use]
    pub const fn headers(&self) -> &BTreeSet<String> {
        &self.headers
    }

    /// The map file of an artifact in an environment: `FOLDER/tools/search/production.map`. `HAProxy` does
    /// not start without it; it may be empty.
    #[must_use]
    pub fn map(&self, artifact: &ArtifactId, environment: &EnvironmentId) -> String {
        format!("{}/{}.map", self.folder, key(artifact, environment))
    }

    /// The backend of a version.
    #[must_use]
    pub fn backend(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
        version: VersionNumber,
    ) -> String {
        let (collection, name) = (artifact.collection(), artifact.name());
        filled(&self.backends, collection, name, environment.as_str(), &version.to_string())
    }
}

/// The key of the one entry in a map.
pub(crate) fn key(artifact: &ArtifactId, environment: &EnvironmentId) -> String {
    format!("{artifact}/{environment}")
}

/// A pattern with its placeholders replaced, from left to right: what is put in is not looked at again.
fn filled(pattern: &str, collection: &str, name: &str, environment: &str, version: &str) -> String {
    let mut rest = pattern;
    let mut out = String::new();
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        let (placeholder, after) = from.split_once('}').unwrap_or((from, ""));
        match placeholder {
            "collection" => out.push_str(collection),
            "name" => out.push_str(name),
            "environment" => out.push_str(environment),
            "version" => out.push_str(version),
            // A brace is in no name, so that `with_backends` refuses it.
            other => out.extend(["{", other, "}"]),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(layout: &Layout) -> [String; 2] {
        let (artifact, environment) = ("tools/search".parse().unwrap(), "eu.west".parse().unwrap());
        let version = VersionNumber::new(12).unwrap();
        [layout.map(&artifact, &environment), layout.backend(&artifact, &environment, version)]
    }

    #[test]
    fn maps_and_backends_are_called_by_what_they_are_for() {
        let layout = Layout::new("/etc/haproxy/sternway/").unwrap();
        assert_eq!(
            names(&layout),
            ["/etc/haproxy/sternway/tools/search/eu.west.map", "search_v12"]
        );
        let layout = layout.with_backends("{collection}:{name}:{environment}:{version}").unwrap();
        assert_eq!(names(&layout)[1], "tools:search:eu.west:v12");
    }

    #[test]
    fn what_means_something_to_haproxy_is_refused() {
        for folder in ["", "/", "maps", "/a b", "/a;show", "/a\nshow", "/a#1", "/a\\", "/a|b", "/ä"]
        {
            let refused = LayoutError::Folder { given: folder.into() };
            assert_eq!(Layout::new(folder), Err(refused), "{folder:?}");
        }
        let layout = || Layout::new("/maps").unwrap();
        let patterns = [
            "",
            "search",
            "{version",
            "{version}|",
            "{version} x",
            "{version}\n",
            "{version}{x}",
            "{}{version}",
            "{version}}",
            "a{version}{",
        ];
        for pattern in patterns {
            let refused = LayoutError::Backends { given: pattern.into() };
            assert_eq!(layout().with_backends(pattern), Err(refused), "{pattern:?}");
        }
    }
}
