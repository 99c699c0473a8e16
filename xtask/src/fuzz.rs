//! `cargo xtask fuzz`: every decoder and parser that foreign bytes can reach, fuzzed.
//!
//! What a target does is in `tests/src/fuzz`, where the ordinary tests run it over the kept seeds, on
//! any compiler. Fuzzing needs a nightly one and cargo-fuzz; both are installed where they are missing.
//! Where they cannot be, a run by hand fails, and the gate says so in capitals and lets pass. What a
//! run finds new is added to `fuzz/corpus`, which is not kept; what makes a target stop is kept as a
//! seed by who mends it.

use std::{collections::BTreeSet, fs, path::Path};

use clap::Args;

use crate::{
    console,
    error::Error,
    gate::{Gate, When},
    step::Step,
    workspace::{Tool, Workspace},
};

pub(crate) const GATE: Gate = Gate {
    name: "fuzz",
    promise: "no decoder or parser breaks its promise in ten seconds of fuzzing each",
    when: When::Full,
    run: gate,
    remedy: "replay the input as said above, mend what it breaks, and keep it as a seed",
};

const CARGO_FUZZ: Tool = Tool { subcommand: "fuzz", package: "cargo-fuzz@0.13.2" };
/// How long the gate fuzzes each target.
const GATE_SECONDS: u32 = 10;
/// An input that takes longer than this many seconds is a finding.
const TIMEOUT: &str = "-timeout=25";

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Which target; all of them if none is named.
    target: Option<String>,
    /// How long each is fuzzed.
    #[arg(long, default_value_t = 60)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    let all = targets(workspace)?;
    let wanted = match &options.target {
        None => all,
        Some(name) if all.contains(name) => BTreeSet::from([name.clone()]),
        Some(name) => {
            let known = all.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Error::NoTarget { name: name.clone(), known });
        }
    };
    prepare(workspace)?;
    wanted.iter().try_for_each(|target| fuzz(workspace, target, options.seconds))
}

fn gate(workspace: &Workspace) -> Result<(), Error> {
    if let Err(err) = prepare(workspace) {
        console::complain(&err);
        console::say("NOTHING WAS FUZZED: there is no nightly compiler or no cargo-fuzz here, and");
        console::say("it could not be installed. The seeds are run by the ordinary tests.");
        return Ok(());
    }
    let targets = targets(workspace)?;
    targets.iter().try_for_each(|target| fuzz(workspace, target, GATE_SECONDS))
}

/// Installs what is missing.
fn prepare(workspace: &Workspace) -> Result<(), Error> {
    if nightly(workspace, ["--version"]).read().is_err() {
        workspace
            .rustup(["toolchain", "install", "nightly", "--profile", "minimal", "--no-self-update"])
            .run()?;
    }
    workspace.install_if_missing(&CARGO_FUZZ)
}

/// The nightly cargo, whichever cargo runs us.
fn nightly<S: AsRef<str>>(workspace: &Workspace, args: impl IntoIterator<Item = S>) -> Step {
    workspace.rustup(["run", "nightly", "cargo"]).args(args)
}

/// The names of the targets: those of their files.
fn targets(workspace: &Workspace) -> Result<BTreeSet<String>, Error> {
    let files = names_in(&workspace.root().join("fuzz/fuzz_targets"))?;
    Ok(files.iter().filter_map(|name| name.strip_suffix(".rs")).map(str::to_owned).collect())
}

/// What a folder holds; nothing if it is not there.
fn names_in(folder: &Path) -> Result<BTreeSet<String>, Error> {
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(read)?;
    entries.map(|entry| Ok(entry.map_err(read)?.file_name().display().to_string())).collect()
}

/// Fuzzes one target, beginning with what was found before and with the kept seeds.
fn fuzz(workspace: &Workspace, target: &str, seconds: u32) -> Result<(), Error> {
    let (corpus, seeds) = (format!("fuzz/corpus/{target}"), format!("fuzz/seeds/{target}"));
    let folder = workspace.root().join(&corpus);
    fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder, source })?;
    let artifacts = format!("fuzz/artifacts/{target}");
    let before = names_in(&workspace.root().join(&artifacts))?;
    let time = format!("-max_total_time={seconds}");
    let step = nightly(workspace, ["fuzz", "run", target, &corpus, &seeds, "--", &time, TIMEOUT]);
    let quietly = ["-print_final_stats=1", "-print_funcs=0", "-verbosity=0"];
    let outcome = step.args(quietly).run();
    if outcome.is_err() {
        let after = names_in(&workspace.root().join(&artifacts))?;
        for name in after.difference(&before) {
            console::say(format_args!("\n{target} stopped at {artifacts}/{name}. To replay it:"));
            console::say(format_args!("  cargo +nightly fuzz run {target} {artifacts}/{name}"));
            console::say("To keep it, so that the ordinary tests run it for ever:");
            console::say(format_args!("  cp {artifacts}/{name} {seeds}/NAME"));
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_seeds_to_begin_with() {
        let workspace = Workspace::find();
        let seeds = names_in(&workspace.root().join("fuzz/seeds")).unwrap();
        assert_eq!(targets(&workspace).unwrap(), seeds);
        assert!(seeds.len() >= 8, "{seeds:?}");
    }

    #[test]
    fn a_target_that_is_none_is_refused_with_those_that_are() {
        let options = Options { target: Some("yaml".to_owned()), seconds: 1 };
        let said = run(&Workspace::find(), &options).unwrap_err().to_string();
        let expected = "there is no target yaml: there are bundles, git_history,";
        assert!(said.starts_with(expected), "{said}");
    }

    #[test]
    fn a_folder_that_is_not_there_holds_nothing() {
        assert_eq!(names_in(Path::new("no/such/folder")).unwrap(), BTreeSet::new());
    }
}
