//! What a file is called as an artifact, when nobody says.
//!
//! The collection comes from the extension: `prompts` for prose and templates, `configs` for data,
//! `tools` for programs, else `files`. What a name may not hold becomes `-`.

use std::path::Path;

use sternway::types::{ArtifactId, CollectionId, IdError};

use super::kind::language_of;

/// The artifact that one file is: `prompts/greeting` for `texts/greeting.md`.
///
/// # Errors
///
/// [`IdError`] if nothing of the file's name can be in the name of an artifact.
pub(crate) fn of_file(path: &Path) -> Result<ArtifactId, IdError> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    format!("{}/{}", collection(path), slug(&name)).parse()
}

/// The artifact that a file of a folder is: `prompts/texts.greeting.md` for `texts/greeting.md`. The
/// extension stays, so that two files of one folder are two artifacts.
///
/// # Errors
///
/// [`IdError`] if the file's name and its way make no name of an artifact.
pub(crate) fn of_path(
    relative: &Path,
    in_collection: Option<&CollectionId>,
) -> Result<ArtifactId, IdError> {
    let parts = relative.iter().map(|part| part.to_string_lossy());
    let name = parts.collect::<Vec<_>>().join(".");
    let collection = in_collection.map_or_else(|| collection(relative), CollectionId::as_str);
    format!("{collection}/{}", slug(&name)).parse()
}

fn collection(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "md" | "markdown" | "txt" | "prompt" | "j2" | "jinja" | "jinja2" => "prompts",
        "json" | "toml" | "yaml" | "yml" | "xml" | "ini" | "cfg" | "conf" => "configs",
        "html" | "htm" | "css" => "files",
        program if language_of(program).is_some() => "tools",
        _ => "files",
    }
}

/// The letters of a name that an artifact's may have, beginning and ending as it must.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        match c {
            // Two dots in a row are the way up in a path.
            '.' if slug.ends_with('.') => (),
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => slug.push(c),
            _ => slug.push('-'),
        }
    }
    slug.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_people_call_it() {
        for (path, expected) in [
            ("texts/greeting.md", "prompts/greeting"),
            ("bot.JSON", "configs/bot"),
            ("src/search.py", "tools/search"),
            ("logo.png", "files/logo"),
            ("index.html", "files/index"),
            ("LICENSE", "files/LICENSE"),
            ("system prompt (old).txt", "prompts/system-prompt--old"),
            ("a..b.md", "prompts/a.b"),
        ] {
            assert_eq!(of_file(Path::new(path)).unwrap().as_str(), expected);
        }
        assert!(of_file(Path::new("世界.md")).is_err());
        assert!(of_file(Path::new("")).is_err());
    }

    #[test]
    fn a_file_of_a_folder_keeps_its_way_and_its_extension() {
        for (path, expected) in [
            ("greeting.md", "prompts/greeting.md"),
            ("texts/de/greeting.md", "prompts/texts.de.greeting.md"),
            ("_private.py", "tools/private.py"),
        ] {
            assert_eq!(of_path(Path::new(path), None).unwrap().as_str(), expected);
        }
        let bots = "bots".parse().unwrap();
        let named = of_path(Path::new("a/b.json"), Some(&bots)).unwrap();
        assert_eq!(named.as_str(), "bots/a.b.json");
        assert!(of_path(Path::new(&"a".repeat(101)), None).is_err());
    }
}
