//! From what lines are about to subjects of the store.

use std::collections::{BTreeMap, HashMap};

use sternway::{
    api::ProblemCode,
    control::Control,
    types::{ArtifactId, EnvironmentId, Generation, Reference, Selector, Subject, VersionNumber},
};

use crate::{
    error::CliError,
    input::outcome_line::{LineError, Target},
};

/// What holds for lines that do not say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Defaults<'a> {
    pub(super) reference: Option<&'a Reference>,
    pub(super) environment: &'a EnvironmentId,
}

/// What each target comes to: a subject, or why it is none.
pub(super) type Subjects = HashMap<Target, Result<Subject, String>>;

impl Defaults<'_> {
    /// A subject in the place of the one that only the store knows.
    ///
    /// # Errors
    ///
    /// [`LineError::NoArtifact`] if nobody says whose version ran.
    pub(super) fn stand_in(&self, target: &Target) -> Result<Subject, LineError> {
        Ok(Subject {
            artifact: self.artifact(target).ok_or(LineError::NoArtifact)?,
            environment: self.environment(target),
            version: target.version.unwrap_or(VersionNumber::FIRST),
            generation: Generation::ZERO,
        })
    }

    /// Looks every target up, as things are now.
    ///
    /// # Errors
    ///
    /// [`CliError::Sternway`] if the store cannot be read.
    pub(super) async fn look_up(
        &self,
        control: &Control,
        targets: &BTreeMap<Target, u64>,
    ) -> Result<Subjects, CliError> {
        let mut subjects = Subjects::with_capacity(targets.len());
        for target in targets.keys() {
            let subject = match self.subject(control, target).await {
                Ok(subject) => Ok(subject),
                Err(err) if is_about_the_line(err.code()) => Err(err.chain().join(": ")),
                Err(err) => return Err(err),
            };
            subjects.insert(target.clone(), subject);
        }
        Ok(subjects)
    }

    async fn subject(&self, control: &Control, target: &Target) -> Result<Subject, CliError> {
        let environment = self.environment(target);
        let artifact = self.artifact(target);
        let artifact = artifact.ok_or_else(|| CliError::invalid(LineError::NoArtifact.to_string()));
        let reference = match (target.version, self.reference, &target.artifact) {
            (Some(version), _, _) => {
                Reference { artifact: artifact?, selector: Selector::Number(version) }
            }
            (None, Some(reference), None) => reference.clone(),
            (None, _, _) => Reference { artifact: artifact?, selector: Selector::Live },
        };
        let version = control.resolve(&reference, &environment).await?;
        Ok(control.subject(&version.artifact, version.number, &environment).await?)
    }

    fn artifact(&self, target: &Target) -> Option<ArtifactId> {
        let by_default = self.reference.map(|reference| &reference.artifact);
        target.artifact.as_ref().or(by_default).cloned()
    }

    fn environment(&self, target: &Target) -> EnvironmentId {
        target.environment.as_ref().unwrap_or(self.environment).clone()
    }
}

/// Whether another line may be good all the same.
const fn is_about_the_line(code: ProblemCode) -> bool {
    matches!(
        code,
        ProblemCode::Invalid
            | ProblemCode::ArtifactNotFound
            | ProblemCode::VersionNotFound
            | ProblemCode::EnvironmentNotFound
            | ProblemCode::LabelNotFound
            | ProblemCode::NotLive
            | ProblemCode::AmbiguousReference
    )
}
