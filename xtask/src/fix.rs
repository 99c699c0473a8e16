//! `cargo xtask fix`: repairs what can be repaired without thought.
//!
//! It writes to the work tree, also to files with changes that are not committed.

use crate::{
    error::Error,
    lints::{self, CLIPPY_TARGETS},
    workspace::Workspace,
};

pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    // First, because it also helps where the code does not build.
    lints::format(workspace, &[]).run()?;
    let clippy = workspace.cargo(["clippy", "--fix", "--allow-dirty", "--allow-staged"]);
    clippy.args(CLIPPY_TARGETS).run()?;
    // Again, because clippy does not format what it writes.
    lints::format(workspace, &[]).run()
}
