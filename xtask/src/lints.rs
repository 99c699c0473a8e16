//! The gates that the toolchain brings along: rustfmt, clippy and rustdoc.
//!
//! They have no subcommand, because cargo has one for each.

use crate::{
    error::Error,
    gate::{Gate, When},
    step::Step,
    workspace::Workspace,
};

pub(crate) const FMT: Gate = Gate {
    name: "fmt",
    promise: "every file is formatted",
    when: When::Always,
    run: |workspace| format(workspace, &["--check"]).run(),
    remedy: "repair it with `cargo xtask fix`",
};

pub(crate) const CLIPPY: Gate = Gate {
    name: "clippy",
    promise: "no lint of the workspace warns",
    when: When::Always,
    run: |workspace| {
        workspace.cargo(["clippy"]).args(CLIPPY_TARGETS).args(["--", "-D", "warnings"]).run()
    },
    remedy: "repair what a machine can with `cargo xtask fix`, and the rest by hand",
};

pub(crate) const DOC: Gate = Gate {
    name: "doc",
    promise: "the documentation builds, and its links lead somewhere",
    when: When::Always,
    run: document,
    remedy: "repair the doc comments named above, then repeat `cargo xtask check`",
};

pub(crate) const CLIPPY_TARGETS: [&str; 3] = ["--workspace", "--all-targets", "--all-features"];

/// Both stand on the command line because stable rustfmt refuses them in `rustfmt.toml`. The
/// alias `xfmt` says the same.
const IMPORTS: [&str; 4] =
    ["--config", "imports_granularity=Crate", "--config", "group_imports=StdExternalCrate"];

pub(crate) fn format(workspace: &Workspace, options: &[&str]) -> Step {
    workspace.cargo(["fmt", "--all", "--"]).args(options).args(IMPORTS)
}

// The binary and the facade are both called `sternway`, and rustdoc would write both to the same
// page at the same time. One after the other, the facade's page is the one that stays.
fn document(workspace: &Workspace) -> Result<(), Error> {
    let doc = |packages: &[&str]| {
        let step = workspace.cargo(["doc", "--no-deps", "--document-private-items"]);
        step.args(packages).env("RUSTDOCFLAGS", "-D warnings").run()
    };
    doc(&["--package", "sternway-cli"])?;
    doc(&["--workspace", "--exclude", "sternway-cli"])
}
