//! Settings, as they are shown.

use std::borrow::Cow;

use serde::Serialize;

use crate::ListView;

/// Every setting as it holds, and what was said in vain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingsView {
    /// The settings, in the order of their names.
    #[serde(flatten)]
    pub settings: ListView<SettingView>,
    /// Variables that are set and have no effect.
    pub passed_over: Vec<PassedOverView>,
}

/// A variable that is set and has no effect. What it says is not shown: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassedOverView {
    /// Its name.
    pub variable: &'static str,
    /// Why it has no effect.
    pub reason: &'static str,
    /// What to type instead, where there is something.
    pub help: Option<&'static str>,
}

/// A setting as it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingView {
    /// Its name.
    pub key: Cow<'static, str>,
    /// What it is set to; `***` for one that is nobody's to read.
    pub value: String,
    /// `flag`, `variable`, `file` or `default`.
    pub origin: &'static str,
    /// Which flag or variable, or the file and the line.
    pub source: Option<String>,
}

/// What setting a setting led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingSetView {
    /// Its name.
    pub key: &'static str,
    /// What it is set to.
    pub value: String,
    /// The file.
    pub file: String,
    /// What goes before the file, and says something else.
    pub overridden_by: Option<String>,
    /// Whether it was only tried, and nothing written.
    pub dry_run: bool,
}

/// A settings file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingsFileView {
    /// `project` or `user`.
    pub scope: &'static str,
    /// Where it is, or would be.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
}
