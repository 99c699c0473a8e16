//! The gates of `cargo xtask check --full`: dependencies, features and the public API.
//!
//! Each needs a cargo subcommand that no toolchain brings along, and installs it where it is
//! missing. Advisories need a database from the network, and say nothing about the change at
//! hand: they are reported and fail nothing. cargo-hack takes the dev-dependencies out of the
//! manifests while it runs, and puts them back.

use crate::{
    console,
    error::Error,
    gate::{Gate, When},
    workspace::{Tool, Workspace},
};

pub(crate) const DENY: Gate = Gate {
    name: "deny",
    promise: "dependencies keep to the licenses, sources and bans of deny.toml",
    when: When::Full,
    run: deny,
    remedy: "drop the dependency, or add it to deny.toml with a reason",
};

pub(crate) const HACK: Gate = Gate {
    name: "hack",
    promise: "every crate builds with each of its features alone",
    when: When::Full,
    run: hack,
    remedy: "put the code that does not build behind the feature it needs",
};

pub(crate) const SEMVER: Gate = Gate {
    name: "semver",
    promise: "no stable crate breaks its users without saying so in its version",
    when: When::Full,
    run: semver,
    remedy: "keep the old item as well, or raise the version",
};

const CARGO_DENY: Tool = Tool { subcommand: "deny", package: "cargo-deny@0.20.2" };
const CARGO_HACK: Tool = Tool { subcommand: "hack", package: "cargo-hack@0.6.46" };
const CARGO_SEMVER_CHECKS: Tool =
    Tool { subcommand: "semver-checks", package: "cargo-semver-checks@0.51.0" };

/// The crates whose API is a promise. The others say in their documentation that it is none.
const STABLE: [&str; 7] = [
    "sternway",
    "sternway-api",
    "sternway-client",
    "sternway-conformance",
    "sternway-provider",
    "sternway-store",
    "sternway-types",
];

fn deny(workspace: &Workspace) -> Result<(), Error> {
    workspace.install_if_missing(&CARGO_DENY)?;
    workspace.cargo(["deny", "check", "bans", "licenses", "sources"]).run()?;
    if let Err(err) = workspace.cargo(["deny", "check", "advisories"]).run() {
        console::say(format_args!("advisories, which fail no gate: {err}"));
    }
    Ok(())
}

fn hack(workspace: &Workspace) -> Result<(), Error> {
    workspace.install_if_missing(&CARGO_HACK)?;
    workspace.cargo(["hack", "check", "--each-feature", "--no-dev-deps", "--workspace"]).run()
}

fn semver(workspace: &Workspace) -> Result<(), Error> {
    let Some(tag) = last_tag(workspace) else {
        console::say("no tag yet: nothing to compare with");
        return Ok(());
    };
    workspace.install_if_missing(&CARGO_SEMVER_CHECKS)?;
    let metadata = workspace.metadata()?;
    let ours = metadata.packages.iter().map(|package| package.name.as_str());
    for name in ours.filter(|name| STABLE.contains(name)) {
        if !existed_at(workspace, &tag, name) {
            console::say(format_args!("{name} is newer than {tag}: nothing to compare with"));
            continue;
        }
        workspace.cargo(["semver-checks", "--package", name, "--baseline-rev", &tag]).run()?;
    }
    Ok(())
}

fn last_tag(workspace: &Workspace) -> Option<String> {
    let answer = workspace.git(["describe", "--tags", "--abbrev=0"]).read().ok()?;
    Some(String::from_utf8_lossy(&answer).trim().to_owned())
}

fn existed_at(workspace: &Workspace, tag: &str, name: &str) -> bool {
    workspace.git(["cat-file", "-e", &format!("{tag}:crates/{name}/Cargo.toml")]).read().is_ok()
}
