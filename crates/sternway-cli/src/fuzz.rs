//! What bytes of others reach in here, one function each, for the fuzz targets of the workspace. Each
//! takes any bytes, and stops where a promise is broken. *Not for programs*.

use std::{
    io,
    path::{Component, Path},
};

use serde_json::Value;

use crate::{
    command::apply::manifest::{self, From},
    git::{Object, history, objects},
    input::outcome_line::OutcomeLine,
    settings::{
        edit,
        file::{Elsewhere, Scope, SettingsFile},
        health,
        key::Key,
    },
};

/// A line of `record --from`: one that is taken is JSON.
///
/// # Panics
///
/// If that is not so.
pub fn outcome_line(data: &[u8]) {
    if OutcomeLine::parse(data).is_ok() {
        let value = serde_json::from_slice::<Value>(data);
        assert!(value.is_ok_and(|value| value.is_object()), "a line is one object");
    }
}

/// A manifest of `apply`: what it names is something, and lies beside it or below.
///
/// # Panics
///
/// If that is not so.
pub fn manifest(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let folder = Path::new("a folder");
    let Ok(manifest) = manifest::parse(&folder.join("apply.toml"), text) else { return };
    assert!(!manifest.items.is_empty(), "an empty manifest is refused");
    for item in &manifest.items {
        let From::File(file) = &item.from else { continue };
        let below = file.strip_prefix(folder).ok();
        let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        assert!(below.is_some_and(|below| below.components().all(is_plain)), "{}", file.display());
    }
}

/// A settings file: one that is taken can be changed, and says what it was changed to.
///
/// # Panics
///
/// If that is not so.
pub fn settings(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    for scope in [Scope::Project, Scope::User] {
        let file = SettingsFile { path: Path::new("sternway.toml"), scope, text };
        let look_up = |elsewhere: &Elsewhere| match elsewhere {
            Elsewhere::Variable(name) => Some(name.to_lowercase()),
            Elsewhere::File(path) => path.to_str().map(str::to_owned),
        };
        // A folder may name no validators, and says so.
        drop(file.validators());
        drop(file.health(health::TIMEOUT));
        drop(file.routers());
        if file.parse(look_up).is_err() {
            continue;
        }
        let changed = edit::set(text, Key::Namespace, "team").unwrap_or_default();
        let found = SettingsFile { text: &changed, ..file }.parse(look_up);
        let is_there = found.is_ok_and(|found| found.iter().any(|it| it.value() == "team"));
        assert!(is_there, "{text:?} was changed to {changed:?}");
    }
}

/// What `git` prints of a history.
pub fn git_history(data: &[u8]) {
    drop(history::parse(data));
}

/// What `git` prints of an object: one that is taken is no larger than was asked for.
///
/// # Panics
///
/// If that is not so.
pub fn git_object(data: &[u8]) {
    const LIMIT: u64 = 64;
    if let Ok(Ok(Object::Blob(_, bytes))) = objects::read(&mut io::Cursor::new(data), LIMIT) {
        assert!(bytes.len() as u64 <= LIMIT, "{} bytes", bytes.len());
    }
}
