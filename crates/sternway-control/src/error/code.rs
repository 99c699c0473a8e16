//! What the errors of a store and of a bundle are called.

use sternway_api::ProblemCode;
use sternway_bundle::BundleError;
use sternway_store::{Refusal, StoreError};
use sternway_types::RecordKind;

pub(super) fn store_code(err: &StoreError) -> ProblemCode {
    match err {
        StoreError::Conflict(_) => ProblemCode::VersionConflict,
        StoreError::Refused(refusal) => refusal_code(refusal),
        StoreError::NoNamespace(_) => ProblemCode::NamespaceNotFound,
        StoreError::ChangesetReused { .. } => ProblemCode::IdempotencyKeyReused,
        StoreError::NotYet { .. } => ProblemCode::NotYet,
        StoreError::Compacted { .. } => ProblemCode::Compacted,
        StoreError::Past => ProblemCode::Invalid,
        StoreError::Corrupt { .. } => ProblemCode::IntegrityMismatch,
        StoreError::NewerFormat { .. } => ProblemCode::NewerFormat,
        StoreError::OlderLayout { .. } => ProblemCode::UpgradeNeeded,
        StoreError::NotAStore { .. } => ProblemCode::NotAStore,
        StoreError::Busy => ProblemCode::StoreBusy,
        StoreError::Full(_) => ProblemCode::StoreFull,
        // Whatever a later store adds: it cannot be reached now.
        StoreError::Unavailable(_) | StoreError::Closed | _ => ProblemCode::StoreUnavailable,
    }
}

fn refusal_code(refusal: &Refusal) -> ProblemCode {
    match refusal {
        Refusal::NoEnvironment(_) => ProblemCode::EnvironmentNotFound,
        Refusal::NoArtifact(_) => ProblemCode::ArtifactNotFound,
        Refusal::NoVersion { .. } | Refusal::NeverLive { .. } => ProblemCode::VersionNotFound,
        Refusal::Condemned { .. } | Refusal::AutomationForces(_) => ProblemCode::PolicyCondemned,
        Refusal::Frozen { .. } => ProblemCode::PolicyFrozen,
        Refusal::NeedsApproval { .. } => ProblemCode::ApprovalRequired,
        Refusal::AlreadyThere { .. } => ProblemCode::AlreadyLive,
        Refusal::BeingDeployed { .. } | Refusal::OutOfTurn { .. } => ProblemCode::BeingDeployed,
        Refusal::Deployment { .. } => ProblemCode::DeploymentState,
        Refusal::NoChannel(_) => ProblemCode::ChannelNotFound,
        Refusal::NoRecord(key) if key.kind() == RecordKind::Policy => ProblemCode::PolicyNotFound,
        Refusal::Changeset(_)
        | Refusal::NamespaceExists(_)
        | Refusal::NoContent(_)
        | Refusal::NoFile { .. }
        | Refusal::OtherContent(_)
        | Refusal::OtherDigest { .. }
        | Refusal::NothingAdded { .. }
        | Refusal::NoPointer { .. }
        | Refusal::NotALabel { .. }
        | Refusal::NoRecord(_)
        | Refusal::RecordStays(_)
        | Refusal::TooManyOutcomes { .. }
        | Refusal::Outcome { .. }
        | _ => ProblemCode::Invalid,
    }
}

pub(super) fn bundle_code(err: &BundleError) -> ProblemCode {
    match err {
        BundleError::CutOff { .. } | BundleError::Damaged { .. } => ProblemCode::BundleDamaged,
        BundleError::NewerFormat { .. } => ProblemCode::NewerFormat,
        BundleError::Io(_) => ProblemCode::Internal,
        BundleError::NotABundle { .. } | BundleError::TooLarge { .. } | _ => ProblemCode::Invalid,
    }
}
