//! A policy as it is written in a file: TOML, or JSON.

use std::path::Path;

use sternway::{
    policy::written::{NoPolicy, Written},
    types::{Metric, Policy, Preset},
};

use crate::{
    error::{CliError, nearest},
    format::visible,
    input::source::Source,
};

/// Reads a policy.
///
/// # Errors
///
/// [`CliError`] with the line and the column if it is none.
pub(in crate::command) fn parse(source: &Source) -> Result<Policy, CliError> {
    let text = source.read_text()?;
    let name = source.name();
    read(language(source.path(), &text), &name, &text)
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

fn language(path: Option<&Path>, text: &str) -> Written {
    match path.and_then(Path::extension).and_then(|extension| extension.to_str()) {
        Some("json") => Written::Json,
        Some("toml") => Written::Toml,
        _ => Written::of(text),
    }
}

/// Reads a policy in this language; what is wrong is said with the name of the file.
pub(super) fn read(written: Written, name: &str, text: &str) -> Result<Policy, CliError> {
    written.read(text).map_err(|problem| {
        // What is wrong with the whole has no place of its own.
        let place = problem.place.map(|(line, column)| format!(", line {line}, column {column}"));
        let meant = meant(&problem).map(|meant| format!("; did you mean {meant}?"));
        let why = format!("{}{}", problem.why, meant.unwrap_or_default());
        let said = format!("{name}{}: {}", place.unwrap_or_default(), visible::line(&why));
        CliError::invalid(said).with_help("sternway help policy")
    })
}

/// The word that was meant, where one is not known that is like one that is.
pub(crate) fn meant(problem: &NoPolicy) -> Option<String> {
    let why = problem.why.as_str();
    let metric = why.strip_prefix("degraded: nobody knows which way ");
    if let Some((metric, _)) = metric.and_then(|rest| rest.split_once(" gets better")) {
        return nearest(metric, Metric::known_names().map(str::to_owned));
    }
    let unknown = why.starts_with("unknown variant ") || why.starts_with("unknown field ");
    let mut quoted = why.split('`').skip(1).step_by(2).map(str::to_owned).filter(|_| unknown);
    nearest(&quoted.next()?, quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parsed: Result<Policy, CliError>, expected: &str) {
        let error = parsed.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }

    fn from_toml(name: &str, text: &str) -> Result<Policy, CliError> {
        read(Written::Toml, name, text)
    }

    fn from_json(name: &str, text: &str) -> Result<Policy, CliError> {
        read(Written::Json, name, text)
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
        assert_eq!(language(Some(Path::new("p.json")), "activation"), Written::Json);
        assert_eq!(language(Some(Path::new("p.toml")), "{"), Written::Toml);
        assert_eq!(language(None, "  {}"), Written::Json);
        assert_eq!(language(None, "activation = \"staged\""), Written::Toml);
    }
}
