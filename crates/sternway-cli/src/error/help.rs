//! What to type next after a failure.

use std::time::Duration;

use sternway::{
    bundle::BundleError,
    control::{ControlError, deploy::NoWayBack, validate::CheckTrouble},
    folder::FolderError,
    store::{Contested, Refusal, StoreError},
    types::{ArtifactId, ContentError, EnvironmentId},
};

use super::CliError;
use crate::{command::meant, format::shell};

/// The next command to type, if one helps.
pub(super) fn of(err: &CliError) -> Option<String> {
    match err {
        CliError::Sternway(err) => of_sternway(err),
        CliError::NoStore { .. } => Some("sternway init".into()),
        CliError::NoNamespace { namespace, near } => Some(near.as_ref().map_or_else(
            || format!("sternway --namespace {namespace} init"),
            |near| {
                format!("did you mean {near}? To make it: sternway --namespace {namespace} init")
            },
        )),
        CliError::Open { file, waited, source } => of_open(file, *waited, source),
        CliError::File { .. }
        | CliError::Problem(_)
        | CliError::Hinted(_)
        | CliError::Output(_)
        | CliError::Runtime(_) => None,
    }
}

fn of_open(file: &str, waited: Duration, source: &sternway::Error) -> Option<String> {
    let sternway::Error::Control(ControlError::Store(err)) = source else { return None };
    if matches!(err, StoreError::Busy) {
        return Some(format!(
            "{file} is used by one process at a time, and {waited:?} were not enough: try again, or \
             wait longer with --lock-timeout 1m"
        ));
    }
    if matches!(err, StoreError::NotAStore { .. }) {
        return Some("name another place with --store, or move that file away".into());
    }
    if matches!(err, StoreError::Corrupt { .. }) {
        return Some(format!(
            "keep {file} as it is, and put a backup in its place: it cannot be opened any more"
        ));
    }
    of_store(err)
}

fn of_sternway(err: &sternway::Error) -> Option<String> {
    use sternway::Error as E;
    if let E::Control(err) = err {
        return of_control(err);
    }
    if let E::Content(err) = err {
        return of_content(err);
    }
    matches!(err, E::NoStore(_)).then(|| "sternway init".into())
}

fn of_content(err: &ContentError) -> Option<String> {
    match err {
        ContentError::Json(_) => Some("mend it, or keep it as it is with --type text".into()),
        ContentError::NotText { .. } | ContentError::Nul { .. } => Some("--type bytes".into()),
        ContentError::Empty => Some("look at how the file was written".into()),
        ContentError::TooLarge { .. } => {
            Some("publish a reference to where it is kept instead".into())
        }
        ContentError::Label { .. } | _ => None,
    }
}

fn of_control(err: &ControlError) -> Option<String> {
    match err {
        ControlError::Store(err) => of_store(err),
        ControlError::NoArtifact(_) => Some("sternway list".into()),
        ControlError::NoEnvironment(environment) => {
            Some(format!("sternway env create {environment}"))
        }
        ControlError::NoVersion { reference, .. } | ControlError::Ambiguous { reference, .. } => {
            Some(format!("sternway log {}", reference.artifact))
        }
        ControlError::NotLive { artifact, environment } => {
            Some(format!("sternway{} promote {artifact}@latest", at(environment)))
        }
        ControlError::NoGoodVersion { artifact, environment, .. } => Some(format!(
            "sternway{0} log {artifact}; then name one: sternway{0} rollback {artifact} --to vN \
             --force, or publish a better one",
            at(environment)
        )),
        ControlError::NotABackwardStep { artifact, environment, version } => {
            Some(format!("sternway{} promote {artifact}@{version}", at(environment)))
        }
        ControlError::AlreadyLive { artifact, environment, .. }
        | ControlError::NotCondemned { artifact, environment, .. } => {
            Some(format!("sternway{} log {artifact}", at(environment)))
        }
        ControlError::NotATree { artifact, version, .. } => {
            Some(format!("sternway get {artifact}@{version} > FILE"))
        }
        ControlError::NoFile { artifact, version, .. } => {
            Some(format!("sternway show {artifact}@{version}"))
        }
        ControlError::Folder(err) => of_folder(err),
        ControlError::Content(err) => of_content(err),
        ControlError::NoLabel { artifact, .. } => Some(format!("sternway show {artifact}")),
        ControlError::EnvironmentExists(environment) => {
            Some(format!("sternway env show {environment}"))
        }
        ControlError::OtherHistory { .. } => Some(
            "bring it in under another name with --as NAME, or add its versions to what is there \
             with --renumber"
                .into(),
        ),
        ControlError::Bundle(err) => of_bundle(err),
        ControlError::SignedHead(_) => {
            Some("ask who exported it for the key, as sternway head key printed it".into())
        }
        ControlError::NotTakenBack { artifact, environment, .. } => {
            Some(format!("sternway{} rollback {artifact}", at(environment)))
        }
        ControlError::ChangedSince { revision, .. } => Some(format!(
            "undo what came after it first, or put every pointer back to where it was: sternway op \
             restore r{} --dry-run",
            revision.get().saturating_sub(1)
        )),
        ControlError::NothingToUndo { .. } => Some("sternway op log".into()),
        ControlError::NoChannel(_) => Some("sternway notify list".into()),
        ControlError::ChannelExists(id) => Some(format!(
            "change it with --replace, or look at it: sternway notify deliveries {id}"
        )),
        ControlError::Text(_) | _ => of_others(err),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others were looked at before")]
fn of_others(err: &ControlError) -> Option<String> {
    match err {
        ControlError::NoPoint { environment, .. } => {
            Some(format!("sternway{} point list", at(environment)))
        }
        ControlError::NoHealthyPoint { environment, .. } => Some(format!(
            "sternway{0} point restore ID --force, if one of them will do all the same; or sternway{0} \
             rollback KEY, or deploy abort KEY",
            at(environment)
        )),
        ControlError::NoWayBack(err) => of_no_way_back(err),
        ControlError::NoProbe(name) => Some(format!(
            "put into your own settings file (sternway settings path):\n[health.{name}]\n\
             command = [\"COMMAND\"]"
        )),
        ControlError::ChecksFailed(failed) => failed.first().map(|check| {
            format!("mend it, and look again with: sternway validate {} FILE", check.artifact)
        }),
        ControlError::NotChecked { artifact, trouble, .. } => Some(of_trouble(artifact, trouble)),
        ControlError::NotAPolicy { problem, .. } => Some(match meant(problem) {
            Some(meant) => format!("did you mean {meant}? sternway help policy"),
            None => "sternway help policy".into(),
        }),
        ControlError::NotInPolicies(artifact) => {
            Some(format!("sternway publish policies/{} FILE", artifact.name()))
        }
        ControlError::NoCheck { .. } => Some("sternway help policy".into()),
        _ => None,
    }
}

fn of_no_way_back(err: &NoWayBack) -> Option<String> {
    match err {
        NoWayBack::Already { id, environment, .. } => Some(format!(
            "to bring it again: sternway{} deploy retry {id} --force",
            at(environment)
        )),
        NoWayBack::MovedOn { artifact, environment, .. } => Some(format!(
            "sternway{} rollback {artifact}, which takes back what is live",
            at(environment)
        )),
        NoWayBack::BroughtNothing { .. } | _ => None,
    }
}

fn of_bundle(err: &BundleError) -> Option<String> {
    match err {
        BundleError::CutOff { .. } | BundleError::Damaged { .. } => {
            Some("copy it again, or export it again; nothing was brought in".into())
        }
        BundleError::NewerFormat { .. } => Some("install the newest sternway".into()),
        BundleError::NotABundle { .. } => Some("sternway export --help".into()),
        BundleError::Io(_) | BundleError::TooLarge { .. } | _ => None,
    }
}

fn of_folder(err: &FolderError) -> Option<String> {
    if matches!(err, FolderError::NotEmpty(_)) {
        return Some("name another place, or replace it, with everything in it: --force".into());
    }
    let (FolderError::Special { path, .. }
    | FolderError::NotUtf8(path)
    | FolderError::TooLarge { path, .. }
    | FolderError::Path { path, .. }) = err
    else {
        return None;
    };
    let name = path.file_name().unwrap_or_default();
    Some(format!("--exclude {}", shell::quoted(name)))
}

/// What helps against a check that came to no answer.
fn of_trouble(artifact: &ArtifactId, trouble: &CheckTrouble) -> String {
    match trouble {
        CheckTrouble::NoValidator(name) => format!(
            "put into your own settings file (sternway settings path):\n[validators.{name}]\n\
             command = [\"COMMAND\", \"{{file}}\"]"
        ),
        CheckTrouble::NoSchema { reference, .. } => {
            format!("sternway publish {} FILE", reference.artifact)
        }
        CheckTrouble::NoJsonSchema => "install a sternway that was built with it".into(),
        CheckTrouble::Unvalidated(_)
        | CheckTrouble::Schema(_)
        | CheckTrouble::TooSlow(_)
        | CheckTrouble::Ended
        | _ => format!("mend the check, or take it off: sternway policy show {artifact}"),
    }
}

fn of_store(err: &StoreError) -> Option<String> {
    match err {
        StoreError::Conflict(conflict) => of_conflict(&conflict.contested),
        StoreError::Refused(refusal) => of_refusal(refusal),
        StoreError::Corrupt { .. } => Some("sternway verify".into()),
        StoreError::NewerFormat { .. } => Some("install the newest sternway".into()),
        StoreError::OlderLayout { .. } => Some("sternway upgrade".into()),
        StoreError::Full(_) => Some("free some room on the disk; reading goes on".into()),
        StoreError::Busy => Some("try again, or wait longer with --lock-timeout 1m".into()),
        StoreError::NoNamespace(namespace) => {
            Some(format!("sternway --namespace {namespace} init"))
        }
        StoreError::Compacted { oldest, .. } => {
            Some(format!("sternway op log: what is left; the oldest moment is --at r{oldest}"))
        }
        StoreError::Past => Some("leave --at away".into()),
        StoreError::ChangesetReused { revision, .. } => {
            Some(format!("it was done meanwhile: sternway op show r{revision}"))
        }
        StoreError::NotYet { .. }
        | StoreError::NotAStore { .. }
        | StoreError::Unavailable(_)
        | StoreError::Closed
        | _ => None,
    }
}

fn of_conflict(contested: &Contested) -> Option<String> {
    match contested {
        Contested::Latest { artifact, expected: Some(expected), found: Some(found) }
            if expected < found =>
        {
            Some(format!("sternway diff {artifact}@{expected} @{found}"))
        }
        Contested::Latest { artifact, .. } => Some(format!("sternway log {artifact}")),
        Contested::Pointer { artifact, .. } | Contested::SameContent { artifact, .. } => {
            Some(format!("sternway show {artifact}"))
        }
        Contested::Record { .. } => Some("look again, and repeat the command".into()),
    }
}

fn of_refusal(refusal: &Refusal) -> Option<String> {
    if let Refusal::Condemned { artifact, version, environment, .. } = refusal {
        return Some(format!(
            "sternway{} pardon {artifact}@{version} --reason …, or --force if you are sure",
            at(environment)
        ));
    }
    if let Refusal::Frozen { environment, freeze } = refusal {
        if let Some(window) = &freeze.window {
            return Some(format!(
                "sternway env set {environment} --no-window {window}, if it may go forward all the same"
            ));
        }
        return Some(format!("sternway env unfreeze {environment}, if it may go forward again"));
    }
    if let Refusal::NeedsApproval { environment, .. } = refusal {
        return Some(format!("sternway{} deploy start KEY@latest", at(environment)));
    }
    if let Refusal::BeingDeployed { artifact, environment, .. } = refusal {
        return Some(format!(
            "sternway{} deploy abort {artifact}, or start with --queue behind it, or with --replace in its place",
            at(environment)
        ));
    }
    if let Refusal::NoEnvironment(environment) = refusal {
        return Some(format!("sternway env create {environment}"));
    }
    if let Refusal::NoVersion { artifact, .. } = refusal {
        return Some(format!("sternway log {artifact}"));
    }
    if matches!(refusal, Refusal::NoArtifact(_)) {
        return Some("sternway list".into());
    }
    matches!(refusal, Refusal::NoRecord(_)).then(|| "sternway policy list".into())
}

/// The flag that names an environment, where it must be named.
fn at(environment: &EnvironmentId) -> String {
    if *environment == EnvironmentId::production() {
        return String::new();
    }
    format!(" -e {environment}")
}
