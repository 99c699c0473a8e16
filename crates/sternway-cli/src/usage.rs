//! From what was typed to a command, or to why it is none.

use std::{env, ffi::OsString, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, error::ErrorKind};
use sternway::api::ProblemCode;

use crate::{cli::Cli, error::CliError, settings::typed::Typed};

/// Reads the command line, and which settings it says. What it is answered with is printed already:
/// help, the version, or what is wrong with it.
pub(crate) fn parse() -> Result<(Cli, Typed), ExitCode> {
    let words: Vec<OsString> = env::args_os().collect();
    let command = Cli::command().color(color(&words));
    let parsed = command.try_get_matches_from(words.iter());
    let parsed = parsed
        .and_then(|matches| Cli::from_arg_matches(&matches).map(|cli| (cli, Typed::of(&matches))));
    parsed.map_err(|err| answer(&err, &words))
}

fn answer(err: &clap::Error, words: &[OsString]) -> ExitCode {
    let asked_for = matches!(err.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !asked_for && wants_json(words) {
        let text = err.render().to_string();
        let detail = text.trim().trim_start_matches("error: ").to_owned();
        let problem = CliError::invalid(detail).problem();
        let json = serde_json::to_string(&problem).unwrap_or_default();
        // stderr is the last resort: nothing is left to be done if it is closed.
        anstream::eprintln!("{json}");
        return ExitCode::from(ProblemCode::Invalid.exit_code());
    }
    // A reader that went away, as `head` does, is no failure.
    err.print().unwrap_or_default();
    if asked_for { ExitCode::SUCCESS } else { ExitCode::from(ProblemCode::Invalid.exit_code()) }
}

/// Whether a program reads the answer. Clap gave up, so the words are looked at one by one.
fn wants_json(words: &[OsString]) -> bool {
    let words = words.iter().filter_map(|word| word.to_str());
    let before_command = words.take_while(|word| *word != "--");
    let words: Vec<&str> = before_command.collect();
    let by_value =
        words.windows(2).any(|pair| matches!(pair, ["-o" | "--output", "json" | "jsonl"]));
    let by_word = words.iter().any(|word| {
        matches!(
            *word,
            "--json" | "-ojson" | "-ojsonl" | "-o=json" | "--output=json" | "--output=jsonl"
        )
    });
    let by_environment = env::var("STERNWAY_OUTPUT").is_ok_and(|output| output.starts_with("json"));
    by_value || by_word || by_environment
}

/// Help is colored before the flags are known, so the words are looked at here too.
fn color(words: &[OsString]) -> clap::ColorChoice {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let by_word = words.iter().find_map(|word| word.strip_prefix("--color="));
    let by_value = words.windows(2).find_map(|pair| match pair {
        ["--color", value] => Some(*value),
        _ => None,
    });
    let by_environment = env::var("STERNWAY_COLOR").ok();
    match by_word.or(by_value).or(by_environment.as_deref()) {
        Some("always") => clap::ColorChoice::Always,
        Some("never") => clap::ColorChoice::Never,
        _ => clap::ColorChoice::Auto,
    }
}
