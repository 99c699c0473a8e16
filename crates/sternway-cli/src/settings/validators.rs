//! The validators of one's own settings file: commands that the policies of a store may ask for by
//! name, and never name themselves.

use std::{collections::BTreeMap, ffi::OsString, time::Duration};

use sternway::types::ValidatorId;
use toml::{Spanned, de::DeValue};

use super::{
    error::SettingsError,
    file::{Scope, SettingsFile},
};
use crate::format::{duration, visible};

/// The section that they stand in.
pub(super) const SECTION: &str = "validators";
/// How long a validator may take if nothing is said.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A command that judges contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ValidatorSetting {
    /// The command and its arguments. Not empty.
    pub(crate) command: Vec<OsString>,
    /// How long it may take.
    pub(crate) timeout: Duration,
}

/// Validators by name.
pub(crate) type ValidatorSettings = BTreeMap<ValidatorId, ValidatorSetting>;

type Member<'a> = (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

impl SettingsFile<'_> {
    /// Reads the validators.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] with the line and the column, also if there are any where a folder would
    /// have commands run for everybody who works in it.
    pub(crate) fn validators(&self) -> Result<ValidatorSettings, SettingsError> {
        let table = self.table()?;
        let Some((name, section)) = table.get_ref().get_key_value(SECTION) else {
            return Ok(BTreeMap::new());
        };
        if self.scope == Scope::Project {
            let (spot, what) = (self.spot(name.span().start), "validators");
            return Err(SettingsError::PersonalCommands { spot, what });
        }
        let all = section.get_ref().as_table();
        let all = all.ok_or_else(|| self.wrong(section, "expected a table"))?;
        all.iter().map(|member| self.validator(member)).collect()
    }

    fn validator(
        &self,
        (name, value): Member<'_>,
    ) -> Result<(ValidatorId, ValidatorSetting), SettingsError> {
        let id: Result<ValidatorId, _> = name.get_ref().parse();
        let id = id.map_err(|err| self.refused(name.span().start, &err.to_string()))?;
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| self.wrong(value, "expected a table with a command"))?;
        let (mut command, mut timeout) = (Vec::new(), TIMEOUT);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "command" => command = self.command(value)?,
                "timeout" => timeout = self.timeout(value)?,
                other => {
                    let why = format!("there is no {other} here: only command and timeout");
                    return Err(self.refused(key.span().start, &why));
                }
            }
        }
        if command.is_empty() {
            return Err(self.wrong(value, "it needs a command = [\"…\", \"{file}\"]"));
        }
        Ok((id, ValidatorSetting { command, timeout }))
    }

    pub(super) fn command(
        &self,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<OsString>, SettingsError> {
        let words = value.get_ref().as_array().map(|words| {
            words.iter().map(|word| word.get_ref().as_str().map(OsString::from)).collect()
        });
        let words: Option<Vec<OsString>> = words.flatten();
        let named = |words: &Vec<OsString>| words.first().is_some_and(|word| !word.is_empty());
        words.filter(named).ok_or_else(|| {
            self.wrong(value, "expected a list of words, such as [\"ruff\", \"check\", \"{file}\"]")
        })
    }

    pub(super) fn timeout(&self, value: &Spanned<DeValue<'_>>) -> Result<Duration, SettingsError> {
        let timeout = value.get_ref().as_str().and_then(|text| duration::parse(text).ok());
        let timeout = timeout.filter(|timeout| !timeout.is_zero());
        timeout.ok_or_else(|| self.wrong(value, "expected a text such as \"30s\" or \"2m\""))
    }

    pub(super) fn wrong(&self, value: &Spanned<DeValue<'_>>, why: &str) -> SettingsError {
        self.refused(value.span().start, why)
    }

    pub(super) fn refused(&self, byte: usize, why: &str) -> SettingsError {
        let why = visible::line(why).into_owned();
        SettingsError::Validator { spot: self.spot(byte), why }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(scope: Scope, text: &str) -> Result<ValidatorSettings, String> {
        let file = SettingsFile { path: Path::new("home/config.toml"), scope, text };
        file.validators().map_err(|err| err.to_string())
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let said = parse(Scope::User, text).unwrap_err();
        assert!(said.starts_with(&format!("home/config.toml, line {expected}")), "{said}");
    }

    #[test]
    fn a_validator_is_a_command_and_a_limit() {
        let text = "[validators.lint]\ncommand = ['ruff', 'check', '{file}']\ntimeout = '2m'\n";
        let all = parse(Scope::User, text).unwrap();
        let lint = all.get(&"lint".parse().unwrap()).unwrap();
        assert_eq!(lint.command, ["ruff", "check", "{file}"]);
        assert_eq!(lint.timeout, Duration::from_secs(120));
        let short = parse(Scope::User, "validators.lint.command = ['x']").unwrap();
        assert_eq!(short.values().next().unwrap().timeout, TIMEOUT);
        assert_eq!(parse(Scope::User, "actor = 'alice'"), Ok(BTreeMap::new()));
    }

    #[test]
    fn a_folder_runs_no_command_for_who_publishes_from_it() {
        let said = parse(Scope::Project, "\nvalidators.lint.command = ['x']").unwrap_err();
        assert!(said.starts_with("home/config.toml, line 2, column 1: validators are"), "{said}");
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        refused("validators = 1", "1, column 14: expected a table");
        refused("validators.lint = 'ruff'", "1, column 19: expected a table with a command");
        refused("[validators.lint]\ntimeout = '1s'", "1, column 1: it needs a command");
        refused("[validators.lint]\ncommand = 'ruff'", "2, column 11: expected a list of words");
        refused("[validators.lint]\ncommand = ['']", "2, column 11: expected a list of words");
        refused("[validators.lint]\ncommand = ['x']\ntimeout = 5", "3, column 11: expected a text");
        refused("[validators.lint]\ncwd = '/'", "2, column 1: there is no cwd here");
        refused("[validators.'a b']\ncommand = ['x']", "1, column 13: \"a b\" is not the name");
    }
}
