//! Rules for the manifests: members inherit, and the workspace's dependencies are sorted.
//!
//! A block of dependencies ends at a blank line or a comment. Within a block, ours stand by layer,
//! all others by name.

use std::collections::BTreeMap;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{File, Finding};

const INHERITED: [&str; 4] = ["version", "edition", "rust-version", "license"];
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// What is wrong with a member's manifest, taken by itself.
pub(super) fn findings(file: &File) -> Vec<Finding> {
    if !is_member(&file.path) {
        return Vec::new();
    }
    let document = match DeTable::parse(&file.text) {
        Ok(document) => document.into_inner(),
        Err(err) => return vec![file.finding(1, format!("no TOML: {}", err.message()))],
    };
    [inheritance(file, &document), dependencies(file, &document)].concat()
}

/// Entries of `[workspace.dependencies]` that stand in the wrong place.
pub(super) fn order(files: &[File]) -> Vec<Finding> {
    let Some(root) = files.iter().find(|file| file.path == "Cargo.toml") else {
        return Vec::new();
    };
    let layers: BTreeMap<String, i64> = files.iter().filter_map(layer).collect();
    let Ok(document) = DeTable::parse(&root.text) else {
        return vec![root.finding(1, "no TOML")];
    };
    let dependencies = child(document.get_ref(), "workspace")
        .and_then(|workspace| child(workspace, "dependencies"))
        .map_or_else(Vec::new, |table| entries(root, table));
    let pairs = dependencies.iter().zip(dependencies.iter().skip(1));
    let within_block = pairs.filter(|(one, next)| !is_parted(root, one.0, next.0));
    // Others have no layer, and None is equal to None.
    let key = |name: &str| (layers.get(name).copied(), name.to_owned());
    let misplaced = within_block.filter(|(one, next)| key(one.1) > key(next.1));
    misplaced
        .map(|(one, next)| root.finding(next.0, format!("{} belongs before {}", next.1, one.1)))
        .collect()
}

fn is_member(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts[..], ["crates", _, "Cargo.toml"] | ["xtask" | "tests", "Cargo.toml"])
}

fn inheritance(file: &File, document: &DeTable<'_>) -> Vec<Finding> {
    let package = child(document, "package");
    let missing = INHERITED.iter().filter_map(|key| {
        let value = package.and_then(|package| package.get(*key));
        let line = value.map_or(1, |value| line_at(file, value.span().start));
        (!is_inherited(value))
            .then(|| file.finding(line, format!("write `{key}.workspace = true`")))
    });
    let lints = document.get("lints");
    let lints = (!is_inherited(lints)).then(|| {
        let line = lints.map_or(1, |lints| line_at(file, lints.span().start));
        file.finding(line, "write `[lints]` with `workspace = true`")
    });
    missing.chain(lints).collect()
}

fn dependencies(file: &File, document: &DeTable<'_>) -> Vec<Finding> {
    let per_target = child(document, "target").into_iter().flatten();
    let per_target = per_target.filter_map(|(_, target)| target.get_ref().as_table());
    let tables = [document].into_iter().chain(per_target);
    let blocks = tables.flat_map(|table| DEPENDENCIES.iter().filter_map(|name| child(table, name)));
    let all = blocks.flatten();
    let own = all.filter(|(_, value)| !is_inherited(Some(value)));
    own.map(|(name, _)| {
        let line = line_at(file, name.span().start);
        let name = name.get_ref();
        file.finding(
            line,
            format!("write `{name} = {{ workspace = true }}`; the root has the version"),
        )
    })
    .collect()
}

fn is_inherited(value: Option<&Spanned<DeValue<'_>>>) -> bool {
    let workspace = value.and_then(|value| value.get_ref().get("workspace"));
    workspace.and_then(|workspace| workspace.get_ref().as_bool()) == Some(true)
}

/// The name and the layer that a manifest gives itself.
fn layer(file: &File) -> Option<(String, i64)> {
    if !is_member(&file.path) {
        return None;
    }
    let document = DeTable::parse(&file.text).ok()?;
    let package = child(document.get_ref(), "package")?;
    let name = package.get("name")?.get_ref().as_str()?;
    let labels = child(child(package, "metadata")?, "sternway")?;
    let layer = labels.get("layer")?.get_ref().as_integer()?.as_str().parse().ok()?;
    Some((name.to_owned(), layer))
}

/// Lines and names, in the order of the file.
fn entries<'a>(file: &File, table: &'a DeTable<'_>) -> Vec<(usize, &'a str)> {
    let mut entries: Vec<_> = table
        .keys()
        .map(|name| (line_at(file, name.span().start), name.get_ref().as_ref()))
        .collect();
    entries.sort_unstable();
    entries
}

fn is_parted(file: &File, from: usize, to: usize) -> bool {
    let mut between = file.lines().filter(|(number, _)| (from..to).contains(number));
    between.any(|(_, line)| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

fn child<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
    table.get(key)?.get_ref().as_table()
}

fn line_at(file: &File, offset: usize) -> usize {
    let before = file.text.bytes().take(offset);
    before.filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{assert_found, file},
        *,
    };

    const INHERITS: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\n[lints]\nworkspace = true\n";

    fn check(text: &str, expected: &[(usize, &str)]) {
        assert_found(&findings(&file("crates/a/Cargo.toml", text)), expected);
    }

    fn check_order(dependencies: &str, expected: &[(usize, &str)]) {
        let labels = |name: &str, layer: u8| {
            let text =
                format!("package.name = \"{name}\"\npackage.metadata.sternway.layer = {layer}\n");
            file(&format!("crates/{name}/Cargo.toml"), &text)
        };
        let root = file("Cargo.toml", &format!("[workspace.dependencies]\n{dependencies}"));
        let files = [root, labels("types", 0), labels("diff", 1), labels("api", 1)];
        assert_found(&order(&files), expected);
    }

    #[test]
    fn a_member_that_inherits_everything_is_right() {
        check(INHERITS, &[]);
    }

    #[test]
    fn a_key_of_its_own_is_found_where_it_stands() {
        let own = INHERITS.replace("edition.workspace = true", "edition = \"2021\"");
        check(&own, &[(4, "edition.workspace")]);
    }

    #[test]
    fn missing_keys_and_lints_are_found() {
        check(
            "[package]\nname = \"a\"\n",
            &[
                (1, "version.workspace"),
                (1, "edition.workspace"),
                (1, "rust-version.workspace"),
                (1, "license.workspace"),
                (1, "[lints]"),
            ],
        );
    }

    #[test]
    fn every_table_of_dependencies_inherits() {
        let own = format!(
            "{INHERITS}[dependencies]\na = \"1\"\nb = {{ workspace = true }}\n[dev-dependencies]\n\
             c = {{ version = \"1\" }}\n[target.'cfg(unix)'.dependencies]\nd = {{ path = \"../d\" }}\n"
        );
        check(&own, &[(10, "a = "), (13, "c = "), (15, "d = ")]);
    }

    #[test]
    fn other_manifests_are_not_members() {
        assert_found(&findings(&file("examples/a/Cargo.toml", "[package]\n")), &[]);
    }

    #[test]
    fn a_block_is_sorted_by_name() {
        check_order(
            "anstream = \"1\"\nserde = \"1\"\nclap = \"4\"\n",
            &[(4, "clap belongs before serde")],
        );
    }

    #[test]
    fn a_comment_or_a_blank_line_begins_a_new_block() {
        check_order("serde = \"1\"\n\nclap = \"4\"\n# More.\nanstream = \"1\"\n", &[]);
    }

    #[test]
    fn our_crates_stand_by_layer() {
        let ours =
            |names: [&str; 3]| names.map(|name| format!("{name} = {{ path = \"\" }}\n")).concat();
        check_order(&ours(["types", "api", "diff"]), &[]);
        check_order(&ours(["api", "types", "diff"]), &[(3, "types belongs before api")]);
    }
}
