//! A settings file, as a text.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Origin, Setting,
    error::{SettingsError, Spot},
    health,
    key::Key,
    routers, validators,
};
use crate::{context::Context, error::nearest, format::visible, input::position, place};

/// What a folder may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// `sternway.toml`, for everybody who works in a folder.
    Project,
    /// `config.toml`, for one person.
    User,
}

/// A settings file and what is in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SettingsFile<'a> {
    /// Where it is.
    pub(crate) path: &'a Path,
    /// Whose it is.
    pub(crate) scope: Scope,
    /// What is in it.
    pub(crate) text: &'a str,
}

/// A value as it is written.
enum Written {
    Value(String),
    /// `{ env = "NAME" }` or `{ file = "PATH" }`
    Elsewhere(Elsewhere),
}

/// Where a value is taken from that is not in the file itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// A variable.
    Variable(String),
    /// The text of a file, without the line end at its end. A path begins at the folder of the
    /// settings file.
    File(PathBuf),
}

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable {}", visible::line(name)),
            Self::File(path) => write!(f, "the file {}", Context::shown(path)),
        }
    }
}

impl SettingsFile<'_> {
    /// Reads the settings. A value that is taken from elsewhere is looked up.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] with the line and the column.
    pub(crate) fn parse(
        &self,
        look_up: impl Fn(&Elsewhere) -> Option<String>,
    ) -> Result<Vec<Setting>, SettingsError> {
        let table = self.table()?;
        let mut found = Vec::new();
        self.collect(table.get_ref(), "", &mut found)?;
        found.into_iter().map(|(key, value)| self.setting(key, value, &look_up)).collect()
    }

    /// What is in it.
    pub(super) fn table(&self) -> Result<Spanned<DeTable<'_>>, SettingsError> {
        DeTable::parse(self.text).map_err(|err| SettingsError::Syntax {
            spot: self.spot(err.span().map_or(0, |span| span.start)),
            why: visible::line(err.message()).into_owned(),
        })
    }

    /// Finds the settings in a table, and refuses what is none.
    fn collect<'t>(
        &self,
        table: &'t DeTable<'_>,
        above: &str,
        found: &mut Vec<(Key, &'t Spanned<DeValue<'t>>)>,
    ) -> Result<(), SettingsError> {
        for (name, value) in table {
            let elsewhere = [health::SECTION, validators::SECTION, routers::SECTION];
            if above.is_empty() && elsewhere.contains(&name.get_ref().as_ref()) {
                continue;
            }
            let path = if above.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{above}.{}", name.get_ref())
            };
            let section = format!("{path}.");
            let is_section = Key::ALL.iter().any(|key| key.name().starts_with(&section));
            match (Key::named(&path), value.get_ref()) {
                (Some(key), _) => found.push((key, value)),
                (None, DeValue::Table(table)) if is_section => {
                    self.collect(table, &path, found)?;
                }
                (None, _) => return Err(self.unknown(&path, name.span().start)),
            }
        }
        Ok(())
    }

    fn setting(
        &self,
        key: Key,
        value: &Spanned<DeValue<'_>>,
        look_up: &impl Fn(&Elsewhere) -> Option<String>,
    ) -> Result<Setting, SettingsError> {
        let spot = self.spot(value.span().start);
        if key.is_personal() && self.scope == Scope::Project {
            return Err(SettingsError::Personal { spot, key });
        }
        let wrong = |why: String| SettingsError::Wrong { place: spot.to_string(), key, why };
        let written = read(key, value.get_ref()).map_err(wrong)?;
        let origin = Origin::File(self.path.into(), spot.line);
        match written {
            Written::Value(text) => {
                key.check(&text).map_err(|why| wrong(visible::line(&why).into_owned()))?;
                let value = self.placed(key, text).ok_or_else(|| wrong("not UTF-8".into()))?;
                Ok(Setting::new(key, value, origin))
            }
            Written::Elsewhere(elsewhere) => {
                let elsewhere = self.beside(elsewhere);
                let Some(text) = look_up(&elsewhere) else {
                    return Err(SettingsError::Unset { spot, key, elsewhere });
                };
                // What was refused may be a secret: it is not repeated.
                let refused = |_| wrong(format!("what {elsewhere} holds is not taken"));
                key.check(&text).map_err(refused)?;
                let value = self.placed(key, text).ok_or_else(|| wrong("not UTF-8".into()))?;
                Ok(Setting::new(key, value, origin).hidden())
            }
        }
    }

    /// A path in a file begins at the folder of the file.
    fn placed(&self, key: Key, value: String) -> Option<String> {
        if key != Key::StoreUrl || place::is_address(&value) {
            return Some(value);
        }
        let path = PathBuf::from(value.strip_prefix("redb:").unwrap_or(&value));
        self.folder().join(path).to_str().map(ToOwned::to_owned)
    }

    pub(super) fn beside(&self, elsewhere: Elsewhere) -> Elsewhere {
        match elsewhere {
            Elsewhere::Variable(_) => elsewhere,
            Elsewhere::File(path) => Elsewhere::File(self.folder().join(path)),
        }
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    fn unknown(&self, path: &str, byte: usize) -> SettingsError {
        let sections = [health::SECTION, validators::SECTION, routers::SECTION];
        let keys = Key::ALL.iter().map(|key| key.name());
        let names = keys.chain(sections).map(str::to_owned);
        let help = match (path, nearest(path, names)) {
            // They are in the store, where everybody who uses it has the same.
            ("policy" | "policies", _) => {
                "policies are in the store: sternway policy set namespace FILE".into()
            }
            ("environments", _) => "environments are in the store: sternway env create NAME".into(),
            (_, Some(near)) => format!("did you mean {near}? See also: sternway settings list"),
            (_, None) => "sternway settings list".into(),
        };
        let name = visible::line(path).into_owned();
        SettingsError::Unknown { spot: self.spot(byte), name, help }
    }

    pub(super) fn spot(&self, byte: usize) -> Spot {
        let (line, column) = position::of(self.text, byte);
        Spot { file: Context::shown(self.path), line, column }
    }
}

/// Reads a value as it is written, or says what was expected.
fn read(key: Key, value: &DeValue<'_>) -> Result<Written, String> {
    match value {
        DeValue::Boolean(switch) if key.is_switch() => Ok(Written::Value(switch.to_string())),
        DeValue::String(text) if !key.is_switch() => Ok(Written::Value(text.to_string())),
        DeValue::Table(table) if !key.is_switch() => elsewhere(table).map(Written::Elsewhere),
        DeValue::Integer(_) | DeValue::Float(_) if key == Key::LockTimeout => {
            Err("a number says no unit: expected a text such as \"500ms\", \"5s\" or \"1m\"".into())
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => {
            let expected = if key.is_switch() { "true or false" } else { "a text in quotes" };
            Err(format!("expected {expected}"))
        }
    }
}

/// Reads where a value is taken from, or says what was expected.
pub(super) fn elsewhere(table: &DeTable<'_>) -> Result<Elsewhere, String> {
    let expected =
        || "expected a text in quotes, { env = \"NAME\" } or { file = \"PATH\" }".to_owned();
    let mut members = table.iter();
    let (Some((name, value)), None) = (members.next(), members.next()) else {
        return Err(expected());
    };
    let found = match (name.get_ref().as_ref(), value.get_ref().as_str()) {
        ("env", Some(name)) if is_variable(name) => Some(Elsewhere::Variable(name.to_owned())),
        ("file", Some(path)) if !path.is_empty() => Some(Elsewhere::File(path.into())),
        _ => None,
    };
    found.ok_or_else(expected)
}

/// Whether a variable can be called like this.
fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(elsewhere: &Elsewhere) -> Option<String> {
        let known = match elsewhere {
            Elsewhere::Variable(name) => name == "TEAM",
            Elsewhere::File(path) => path == Path::new("work/secrets/team"),
        };
        known.then(|| "team-a".to_owned())
    }

    fn parse(scope: Scope, text: &str) -> Result<Vec<String>, String> {
        let file = SettingsFile { path: Path::new("work/sternway.toml"), scope, text };
        let settings = file.parse(look_up).map_err(|err| err.to_string())?;
        let line = |it: &Setting| format!("{} = {} ({})", it.key.name(), it.shown(), it.origin);
        Ok(settings.iter().map(line).collect())
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(parse(Scope::Project, text).unwrap(), expected, "{text}");
    }

    fn refused(text: &str, expected: &str) {
        let said = parse(Scope::Project, text).unwrap_err();
        let expected = format!("work/sternway.toml, line {expected}");
        assert!(said.starts_with(&expected), "{said}");
    }

    #[test]
    fn settings_know_their_lines() {
        check("", &[]);
        check(
            "environment = \"staging\"\n\n[ui]\nquiet = true\n",
            &[
                "environment = staging (work/sternway.toml:1)",
                "ui.quiet = true (work/sternway.toml:4)",
            ],
        );
        check("ui.color = 'never'", &["ui.color = never (work/sternway.toml:1)"]);
    }

    #[test]
    fn a_path_begins_at_the_folder_of_the_file() {
        let at =
            |url: &str| parse(Scope::Project, &format!("store = {{ url = '{url}' }}")).unwrap();
        assert_eq!(at("redb:data"), ["store.url = work/data (work/sternway.toml:1)"]);
        assert_eq!(at("/data"), ["store.url = /data (work/sternway.toml:1)"]);
    }

    #[test]
    fn what_is_no_setting_is_refused_where_it_stands() {
        refused("\n  enviroment = 'qa'", "2, column 3: there is no setting enviroment");
        refused(
            "[store]\nlock-timeout = '5s'",
            "2, column 1: there is no setting store.lock-timeout",
        );
        refused("[stores]\nurl = 'x'", "1, column 2: there is no setting stores");
        refused("store = 'x'", "1, column 1: there is no setting store");
        refused("[policy.default]\n", "1, column 2: there is no setting policy");
    }

    #[test]
    fn the_nearest_name_is_offered() {
        let file = |text| SettingsFile { path: Path::new("f"), scope: Scope::User, text };
        let err = file("enviroment = ''").parse(|_| None).unwrap_err();
        assert!(
            matches!(err, SettingsError::Unknown { help, .. } if help.contains("environment?"))
        );
    }

    #[test]
    fn what_is_in_the_store_is_set_there() {
        let check = |text, expected: &str| {
            let file = SettingsFile { path: Path::new("f"), scope: Scope::Project, text };
            let err = file.parse(|_| None).unwrap_err();
            assert!(matches!(&err, SettingsError::Unknown { help, .. } if help == expected));
        };
        let policies = "policies are in the store: sternway policy set namespace FILE";
        check("[policy.default]\nfast = { failure_rate = 0.8 }", policies);
        check("policies = []", policies);
        let environments = "environments are in the store: sternway env create NAME";
        check("[environments.production]\napprovals = 1", environments);
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        refused(
            "store.lock_timeout = 5",
            "1, column 22: store.lock_timeout: a number says no unit",
        );
        refused("store.lock_timeout = '5 parsecs'", "1, column 22: store.lock_timeout: ");
        refused("environment = 5", "1, column 15: environment: expected a text in quotes");
        refused("ui.quiet = 'yes'", "1, column 12: ui.quiet: expected true or false");
        refused("ui.color = 'sometimes'", "1, column 12: ui.color: ");
    }

    #[test]
    fn what_is_no_toml_is_refused_where_it_ends_to_be_one() {
        refused("actor = alice", "1, column 9: ");
        refused("actor = 'a'\nactor = 'b'", "2, column 1: ");
        refused("\u{1b}[31m", "1, column 2: ");
    }

    #[test]
    fn a_secret_is_named_and_not_written() {
        check("namespace = { env = 'TEAM' }", &["namespace = *** (work/sternway.toml:1)"]);
        refused(
            "namespace = { env = 'NOBODY' }",
            "1, column 13: namespace is taken from the variable NOBODY, which is not set",
        );
        refused("namespace = { env = '' }", "1, column 13: namespace: expected a text");
        let from_file = |path: &str| format!("namespace = {{ file = '{path}' }}");
        check(&from_file("secrets/team"), &["namespace = *** (work/sternway.toml:1)"]);
        refused(
            &from_file("x"),
            "1, column 13: namespace is taken from the file work/x, which cannot be read",
        );
        refused(&from_file(""), "1, column 13: namespace: expected a text");
        refused("namespace = { url = 'x' }", "1, column 13: namespace: expected a text");
        refused(
            "ui.color = { env = 'TEAM' }",
            "1, column 12: ui.color: what the variable TEAM holds",
        );
        let said = parse(Scope::Project, "ui.color = { env = 'TEAM' }").unwrap_err();
        assert!(!said.contains("team-a"), "{said}");
    }

    #[test]
    fn a_folder_runs_no_command_for_who_looks_into_it() {
        refused("ui.pager = 'rm -rf'", "1, column 12: ui.pager is a command");
        let own = parse(Scope::User, "ui.pager = 'more'").unwrap();
        assert_eq!(own, ["ui.pager = more (work/sternway.toml:1)"]);
    }
}
