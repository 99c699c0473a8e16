//! A policy as it is written in a file: TOML, or JSON.

use std::path::Path;

use sternway::types::{Metric, Policy, Preset, check_json};

use super::culprit::Document;
use crate::{
    error::{CliError, nearest},
    format::visible,
    input::{position, source::Source},
};

/// Reads a policy.
///
/// # Errors
///
/// [`CliError`] with the line and the column if it is none.
pub(in crate::command) fn parse(source: &Source) -> Result<Policy, CliError> {
    let text = source.read_text()?;
    let name = source.name();
    let json = is_json(source.path(), &text);
    if json { from_json(&name, &text) } else { from_toml(&name, &text) }
}

/// The policy, and what it is called. The name of a preset goes before that of a file.
pub(in crate::command) fn named(source: &Source) -> Result<(String, Policy), CliError> {
    let word = source.path().and_then(Path::to_str);
    if let Some(preset) = word.and_then(|word| word.parse::<Preset>().ok()) {
        return Ok((preset.to_string(), Policy::preset(preset)));
    }
    let parsed = parse(source).map_err(|err| {
        // What is no file was meant to be a preset, perhaps.
        if !matches!(err, CliError::File { .. }) {
            return err;
        }
        let presets: Vec<_> = Preset::ALL.iter().map(|preset| preset.as_str()).collect();
        err.with_help(format!("name a file, or one of {}", presets.join(", ")))
    });
    Ok((source.name(), parsed?))
}

fn is_json(path: Option<&Path>, text: &str) -> bool {
    match path.and_then(Path::extension).and_then(|extension| extension.to_str()) {
        Some("json") => true,
        Some("toml") => false,
        _ => text.trim_start().starts_with('{'),
    }
}

pub(super) fn from_json(name: &str, text: &str) -> Result<Policy, CliError> {
    if let Err(err) = check_json(text.as_bytes()) {
        return Err(refused(name, (err.line, err.column), &err.to_string()));
    }
    match serde_json::from_str(text) {
        Ok(document) => read(name, text, &Document::Json(document)),
        Err(err) => {
            let message = err.to_string();
            let end = message.rfind(" at line ").unwrap_or(message.len());
            let message = message.get(..end).unwrap_or(&message);
            Err(refused(name, (err.line(), err.column()), message))
        }
    }
}

pub(super) fn from_toml(name: &str, text: &str) -> Result<Policy, CliError> {
    match toml::from_str(text) {
        Ok(document) => read(name, text, &Document::Toml(document)),
        Err(err) => {
            let start = err.span().map_or(0, |span| span.start);
            Err(refused(name, position::of(text, start), err.message()))
        }
    }
}

fn read(name: &str, text: &str, document: &Document) -> Result<Policy, CliError> {
    document.policy().map_err(|why| {
        let place = document.culprit(&why).and_then(|it| document.place(text, &it));
        let place = place.map_or((0, 0), |byte| position::of(text, byte));
        match meant(&why) {
            Some(meant) => refused(name, place, &format!("{why}; did you mean {meant}?")),
            None => refused(name, place, &why),
        }
    })
}

/// The word that was meant, where one is not known that is like one that is.
fn meant(why: &str) -> Option<String> {
    let metric = why.strip_prefix("degraded: nobody knows which way ");
    if let Some((metric, _)) = metric.and_then(|rest| rest.split_once(" gets better")) {
        return nearest(metric, Metric::known_names().map(str::to_owned));
    }
    let unknown = why.starts_with("unknown variant ") || why.starts_with("unknown field ");
    let mut quoted = why.split('`').skip(1).step_by(2).map(str::to_owned).filter(|_| unknown);
    nearest(&quoted.next()?, quoted)
}

fn refused(name: &str, (line, column): (usize, usize), why: &str) -> CliError {
    let why = visible::line(why);
    // What is wrong with the whole has no place of its own.
    let place = if line == 0 { String::new() } else { format!(", line {line}, column {column}") };
    CliError::invalid(format!("{name}{place}: {why}")).with_help("sternway help policy")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parsed: Result<Policy, CliError>, expected: &str) {
        let error = parsed.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }

    const RULE: &str = "[[rules]]\nrule = \"consecutive_failures\"\n";

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = from_toml("p", &format!("activation = \"immediate\"\n{RULE}")).unwrap();
        let json = r#"{"activation":"immediate","rules":[{"rule":"consecutive_failures"}]}"#;
        assert_eq!(toml, from_json("p", json).unwrap());
    }

    #[test]
    fn an_error_names_its_place() {
        check(from_toml("p.toml", "activation = \"soon\"\n"), "p.toml, line 1, column 14: ");
        check(from_toml("p.toml", &format!("{RULE}count = 0\n")), "p.toml, line 3, column 9: ");
        check(from_json("p.json", "{\n\"rule\": []}"), "p.json, line 2, column 9: ");
        check(from_json("p.json", "{\"rules\":[],\n\"rules\":[]}"), "p.json, line 2, column ");
    }

    #[test]
    fn the_extension_goes_before_the_content() {
        assert!(is_json(Some(Path::new("p.json")), "activation"));
        assert!(!is_json(Some(Path::new("p.toml")), "{"));
        assert!(is_json(None, "  {}"));
        assert!(!is_json(None, "activation = \"staged\""));
    }
}
