//! Changing a settings file, with its comments and its order as they are.

use toml_edit::{DocumentMut, Item, Table, TomlError, Value};

use super::key::Key;

/// The text of a file, with a setting set. The value was checked.
///
/// # Errors
///
/// [`TomlError`] if the text is no TOML.
pub(crate) fn set(text: &str, key: Key, value: &str) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let (section, name) = key.name().split_once('.').unwrap_or(("", key.name()));
    let value = if key.is_switch() { Value::from(value == "true") } else { Value::from(value) };
    let table = if section.is_empty() {
        Some(document.as_table_mut() as &mut dyn toml_edit::TableLike)
    } else {
        document.entry(section).or_insert(Item::Table(Table::new())).as_table_like_mut()
    };
    // A file in which a section is no table was refused before.
    if let Some(table) = table {
        put(table, name, value);
    }
    Ok(document.to_string())
}

fn put(table: &mut dyn toml_edit::TableLike, name: &str, mut value: Value) {
    if let Some(before) = table.get(name).and_then(Item::as_value) {
        // What stands around it, such as a comment, stays.
        *value.decor_mut() = before.decor().clone();
    }
    table.insert(name, Item::Value(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, key: Key, value: &str, expected: &str) {
        assert_eq!(set(text, key, value).unwrap(), expected);
    }

    #[test]
    fn a_section_is_made_where_there_is_none() {
        check("", Key::LockTimeout, "1m", "[store]\nlock_timeout = \"1m\"\n");
        check("", Key::Namespace, "team-a", "namespace = \"team-a\"\n");
    }

    #[test]
    fn what_stands_around_stays() {
        let text = "# ours\n[ui] # looks\ncolor = \"auto\" # for now\n";
        let after = "# ours\n[ui] # looks\ncolor = \"never\" # for now\nquiet = true\n";
        let once = set(text, Key::Color, "never").unwrap();
        check(&once, Key::Quiet, "true", after);
    }

    #[test]
    fn a_key_above_the_sections_stays_above_them() {
        let text = "[ui]\nquiet = true\n";
        check(text, Key::Actor, "alice", "actor = \"alice\"\n[ui]\nquiet = true\n");
        check("ui.quiet = true\n", Key::Color, "never", "ui.quiet = true\nui.color = \"never\"\n");
    }
}
