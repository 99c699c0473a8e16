//! What holds where nothing was typed: settings in layers, and where each of them was set.
//!
//! Asked in this order: flags, `STERNWAY_*` variables, `sternway.toml` here or in a folder above,
//! `config.toml` of the user, variables that other programs know too, and what is built in. The
//! first that says something about a setting decides; nothing is put together from two of them.
//! [`key`] says what there is to set, [`file`](mod@file) reads a text, and [`load`] is all that
//! touches the disk.

pub(crate) mod edit;
pub(crate) mod error;
pub(crate) mod file;
pub(crate) mod health;
pub(crate) mod key;
pub(crate) mod load;
pub(crate) mod older;
pub(crate) mod routers;
pub(crate) mod typed;
pub(crate) mod validators;

use std::{collections::BTreeMap, fmt, path::PathBuf};

use self::{
    error::SettingsError, health::HealthSettings, key::Key, older::PassedOver,
    routers::RouterSettings, validators::ValidatorSettings,
};
use crate::{format::visible, place::Place};

/// Where a setting was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// By a flag.
    Flag(&'static str),
    /// By a `STERNWAY_*` variable.
    Variable(&'static str),
    /// In a file, on a line.
    File(PathBuf, usize),
    /// By a variable that other programs know too.
    Shared(&'static str),
    /// Nowhere: it is built in.
    Default,
}

impl Origin {
    /// What programs know it by.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Flag(_) => "flag",
            Self::Variable(_) | Self::Shared(_) => "variable",
            Self::File(..) => "file",
            Self::Default => "default",
        }
    }

    /// Whether it holds for the command at hand alone, or for the terminal that it is typed in.
    pub(crate) const fn is_typed(&self) -> bool {
        matches!(self, Self::Flag(_) | Self::Variable(_))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) | Self::Shared(name) => f.write_str(name),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("built in"),
        }
    }
}

/// One setting, as one layer has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Which.
    pub(crate) key: Key,
    /// What it is set to.
    value: String,
    /// Where.
    pub(crate) origin: Origin,
    /// Whether the value is nobody's to read: it was taken from a variable that a file names.
    is_secret: bool,
}

impl Setting {
    /// A setting that may be shown.
    pub(crate) fn new(key: Key, value: impl Into<String>, origin: Origin) -> Self {
        Self { key, value: value.into(), origin, is_secret: false }
    }

    /// The same, but not to be shown.
    pub(crate) fn hidden(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// What it is set to, for who uses it.
    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    /// What it is set to, for who looks at it.
    pub(crate) fn shown(&self) -> String {
        if self.is_secret {
            return "***".into();
        }
        match self.value.parse() {
            // An address may hold a password.
            Ok(Place::Database(address)) if self.key == Key::StoreUrl => address.connect().shown(),
            _ => visible::line(&self.value).into_owned(),
        }
    }
}

/// Every setting as it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    chosen: BTreeMap<Key, Setting>,
    /// Variables that say something which this build can do nothing with.
    pub(crate) passed_over: Vec<PassedOver>,
    /// What policies may ask for by name.
    pub(crate) validators: ValidatorSettings,
    /// What the plans of deployments may ask for by name.
    pub(crate) health: HealthSettings,
    /// What shares requests out.
    pub(crate) routers: RouterSettings,
}

impl Settings {
    /// Takes each setting from the first layer that has it.
    pub(crate) fn merge(layers: impl IntoIterator<Item = Vec<Setting>>) -> Self {
        let mut chosen = BTreeMap::new();
        for setting in layers.into_iter().flatten() {
            chosen.entry(setting.key).or_insert(setting);
        }
        Self { chosen, ..Self::default() }
    }

    /// All of them, in the order of their names.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Setting> {
        self.chosen.values()
    }

    /// One of them.
    pub(crate) fn of(&self, key: Key) -> Option<&Setting> {
        self.chosen.get(&key)
    }

    /// Whether a flag or a `STERNWAY_*` variable says so.
    pub(crate) fn is_typed(&self, key: Key) -> bool {
        self.of(key).is_some_and(|setting| setting.origin.is_typed())
    }

    /// Whether anybody says anything about it.
    pub(crate) fn is_set(&self, key: Key) -> bool {
        self.of(key).is_some_and(|setting| setting.origin != Origin::Default)
    }

    /// What a setting is, unless it was typed or nobody set it: then it is known already.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Wrong`] if the value makes no sense.
    pub(crate) fn further<T, E: fmt::Display>(
        &self,
        key: Key,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(setting) = self.of(key) else { return Ok(None) };
        match setting.origin {
            Origin::Flag(_) | Origin::Variable(_) | Origin::Default => Ok(None),
            Origin::File(..) | Origin::Shared(_) => {
                let parsed = parse(&setting.value);
                parsed.map(Some).map_err(|err| SettingsError::wrong(setting, &err))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_layer_that_says_something_decides() {
        let flag = Setting::new(Key::Namespace, "a", Origin::Flag("--namespace"));
        let file =
            |key, value: &str| Setting::new(key, value, Origin::File("sternway.toml".into(), 1));
        let built_in = Setting::new(Key::Color, "auto", Origin::Default);
        let settings = Settings::merge([
            vec![flag.clone()],
            vec![file(Key::Namespace, "b"), file(Key::Environment, "staging")],
            vec![file(Key::Environment, "production"), built_in.clone()],
        ]);
        assert_eq!(settings.of(Key::Namespace), Some(&flag));
        assert_eq!(settings.of(Key::Environment).map(Setting::value), Some("staging"));
        assert_eq!(settings.of(Key::Color), Some(&built_in));
        assert!(settings.is_typed(Key::Namespace) && !settings.is_typed(Key::Environment));
    }

    #[test]
    fn a_secret_is_used_and_not_shown() {
        let setting = Setting::new(Key::Actor, "alice", Origin::Default).hidden();
        assert_eq!((setting.value(), setting.shown().as_str()), ("alice", "***"));
    }
}
