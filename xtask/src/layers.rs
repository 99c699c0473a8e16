//! `cargo xtask layers`: every arrow between our crates points down, and pure crates are pure.
//!
//! A crate under `crates/` says `layer` and `pure` in `[package.metadata.sternway]` of its
//! manifest. `xtask` and `tests` say neither and stand outside. What is judged are the manifests'
//! own dependencies: what those depend on in turn is not looked at.

mod graph;

use cargo_metadata::{DependencyKind, Metadata, Package};
use graph::{Arrow, Crate, Graph, Kind};

use crate::{
    console,
    error::Error,
    gate::{Gate, When},
    workspace::Workspace,
};

pub(crate) const GATE: Gate = Gate {
    name: "layers",
    promise: "every arrow between our crates points down, and pure crates are pure",
    when: When::Always,
    run,
    remedy: "turn the arrows named above, then repeat `cargo xtask layers`",
};

pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    let graph = graph(workspace, &workspace.metadata()?);
    let violations = graph.violations();
    for violation in &violations {
        console::say(violation);
    }
    if !violations.is_empty() {
        return Err(Error::Findings(violations.len()));
    }
    console::say(format_args!("layers: {} crates, every arrow points down", graph.len()));
    Ok(())
}

fn graph(workspace: &Workspace, metadata: &Metadata) -> Graph {
    let mut graph = Graph::default();
    for package in &metadata.packages {
        let crates = workspace.root().join("crates");
        if package.manifest_path.as_std_path().starts_with(crates) {
            graph.add(package.name.as_str(), labelled(package));
        } else {
            graph.add_outside(package.name.as_str());
        }
    }
    graph
}

fn labelled(package: &Package) -> Crate {
    let label = |key| package.metadata.get("sternway").and_then(|labels| labels.get(key));
    Crate {
        layer: label("layer").and_then(|layer| layer.as_u64()),
        pure: label("pure").and_then(|pure| pure.as_bool()),
        arrows: package.dependencies.iter().map(arrow).collect(),
    }
}

fn arrow(dependency: &cargo_metadata::Dependency) -> Arrow {
    // A kind that cargo invents later is held to the strictest rule.
    let kind = if dependency.kind == DependencyKind::Development {
        Kind::Dev
    } else if dependency.kind == DependencyKind::Build {
        Kind::Build
    } else {
        Kind::Normal
    };
    Arrow { to: dependency.name.clone(), kind }
}
