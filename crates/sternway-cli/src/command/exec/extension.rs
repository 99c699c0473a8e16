//! What the file of a version is called: interpreters, editors and tracebacks go by the extension.

use std::{ffi::OsStr, path::Path};

use sternway::types::{ArtifactId, Content, ContentKind};

/// The name of the artifact with an extension that fits the content: `search.py`.
pub(super) fn file_name(artifact: &ArtifactId, content: &Content) -> String {
    let name = artifact.name();
    let given = Path::new(name).extension().and_then(OsStr::to_str);
    match (given, extension(content)) {
        (Some(given), Some(fitting)) if same_language(given, fitting) => name.into(),
        (_, Some(fitting)) => format!("{name}.{fitting}"),
        // A name such as `search.py` knows more than a content without a language.
        (Some(_), None) => name.into(),
        (None, None) => format!("{name}.{}", fallback(content)),
    }
}

fn same_language(given: &str, fitting: &str) -> bool {
    given == fitting || extension_of(given) == Some(fitting)
}

/// The extension, if the content says which fits.
fn extension(content: &Content) -> Option<&str> {
    match content.kind() {
        ContentKind::Json => Some("json"),
        ContentKind::Text { language: Some(language) } => {
            // An unknown language is most often called like its extension.
            let language = language.as_str();
            Some(extension_of(language).unwrap_or(language))
        }
        ContentKind::Text { language: None } => interpreter(content.as_text()?),
        ContentKind::Bytes { media_type } => of_media_type(media_type.as_str()),
        ContentKind::Tree => None,
    }
}

const fn fallback(content: &Content) -> &'static str {
    match content.kind() {
        ContentKind::Bytes { .. } => "bin",
        ContentKind::Json | ContentKind::Text { .. } | ContentKind::Tree => "txt",
    }
}

/// The extension of what the first line `#!…` names.
fn interpreter(text: &str) -> Option<&'static str> {
    let line = text.strip_prefix("#!")?.lines().next()?;
    let words = line.split_whitespace().filter(|word| !word.starts_with('-'));
    let mut programs = words.map(|word| word.rsplit('/').next().unwrap_or(word));
    let program = programs.find(|program| *program != "env")?;
    extension_of(program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
}

/// The extension of a language, by its name or by an interpreter's.
fn extension_of(language: &str) -> Option<&'static str> {
    Some(match language {
        "python" | "py" => "py",
        "javascript" | "js" | "node" | "nodejs" => "js",
        "typescript" | "ts" | "deno" | "bun" => "ts",
        "tsx" => "tsx",
        "jsx" => "jsx",
        "shell" | "sh" | "dash" | "ash" | "posix-shell" => "sh",
        "bash" => "bash",
        "zsh" => "zsh",
        "fish" => "fish",
        "powershell" | "pwsh" => "ps1",
        "ruby" | "rb" => "rb",
        "perl" | "pl" => "pl",
        "php" => "php",
        "lua" => "lua",
        "r" | "rscript" | "Rscript" => "R",
        "julia" | "jl" => "jl",
        "rust" | "rs" => "rs",
        "go" | "golang" => "go",
        "java" => "java",
        "kotlin" | "kt" => "kt",
        "scala" => "scala",
        "swift" => "swift",
        "c" => "c",
        "c++" | "cpp" => "cpp",
        "c#" | "csharp" | "cs" => "cs",
        "elixir" => "exs",
        "erlang" | "escript" => "erl",
        "haskell" | "hs" | "runghc" => "hs",
        "sql" => "sql",
        "markdown" | "md" => "md",
        "text" | "plain" | "txt" => "txt",
        "yaml" | "yml" => "yaml",
        "toml" => "toml",
        "json" => "json",
        "html" => "html",
        "css" => "css",
        "xml" => "xml",
        _ => return None,
    })
}

fn of_media_type(media_type: &str) -> Option<&'static str> {
    Some(match media_type {
        "application/wasm" => "wasm",
        "application/java-archive" | "application/x-java-archive" => "jar",
        "application/zip" => "zip",
        "application/gzip" => "gz",
        "application/x-tar" => "tar",
        "application/pdf" => "pdf",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "text/plain" => "txt",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(artifact: &str, content: &Content, expected: &str) {
        assert_eq!(file_name(&artifact.parse().unwrap(), content), expected);
    }

    fn text(text: &str, language: &str) -> Content {
        Content::text(text, language.parse().ok()).unwrap()
    }

    #[test]
    fn the_language_gives_the_extension() {
        check("tools/search", &text("x = 1", "python"), "search.py");
        check("tools/search", &text("x", "c++"), "search.cpp");
        check("tools/search", &text("x", "zig"), "search.zig");
        check("configs/bot", &Content::json("{}").unwrap(), "bot.json");
    }

    #[test]
    fn a_name_that_has_the_extension_keeps_it() {
        check("tools/search.py", &text("x = 1", "python"), "search.py");
        check("configs/bot.yml", &text("a: 1", "yaml"), "bot.yml");
        check("tools/search.v2", &text("x = 1", "python"), "search.v2.py");
    }

    #[test]
    fn without_a_language_the_first_line_tells() {
        check("tools/search", &text("#!/usr/bin/env -S python3.12 -u\n", ""), "search.py");
        check("tools/search", &text("#!/bin/sh\n", ""), "search.sh");
        check("tools/search", &text("#!/opt/unheard-of\n", ""), "search.txt");
    }

    #[test]
    fn without_anything_it_is_text_or_bytes() {
        check("prompts/greeting", &text("Hello!", ""), "greeting.txt");
        check("prompts/greeting.tmpl", &text("Hello!", ""), "greeting.tmpl");
        let bytes = |media: &str| Content::bytes(vec![0], media.parse().unwrap()).unwrap();
        check("tools/search", &bytes("application/octet-stream"), "search.bin");
        check("tools/search", &bytes("application/wasm"), "search.wasm");
    }
}
