//! Which checks hold, and with which schemas.

use std::sync::Arc;

use sternway_provider::{Candidate, Stopwatch};
use sternway_types::{
    ArtifactId, CheckKind, CheckResult, CheckedBy, Content, ContentCheck, Digest, EnvironmentId,
    Reference, ValidatorId,
};

use super::{CheckReport, CheckTrouble, Checked, Validators, schema};
use crate::{
    Control, ControlError,
    policy::{UpTo, What},
};

/// The checks that hold for an artifact in an environment, with everything of them that is in the
/// store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing is checked until it is run"]
pub struct CheckPlan {
    artifact: ArtifactId,
    environment: EnvironmentId,
    checks: Vec<Planned>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Planned {
    check: ContentCheck,
    means: Means,
}

/// With what a content is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Means {
    Schema { digest: Digest, bytes: Arc<[u8]> },
    Validator(ValidatorId),
}

impl Means {
    fn schema(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Self::Schema { digest: Digest::of(&bytes), bytes }
    }
}

impl CheckPlan {
    /// Whether nothing is to be checked.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// Checks a content. What an earlier report says about the same content by the same schema or
    /// validator is taken from there.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotChecked`] if a check comes to no answer. A content that fails is no error.
    pub async fn run(
        &self,
        validators: &Validators,
        content: &Content,
        earlier: Option<&CheckReport>,
    ) -> Result<CheckReport, ControlError> {
        let digest = content.digest();
        let earlier = earlier.filter(|it| it.digest == digest && it.artifact == self.artifact);
        let mut checks = Vec::with_capacity(self.checks.len());
        for planned in &self.checks {
            let result = planned.run(validators, &self.artifact, content, earlier).await;
            let result = result.map_err(|trouble| ControlError::NotChecked {
                artifact: self.artifact.clone(),
                check: planned.check.name().clone(),
                trouble: Box::new(trouble),
            })?;
            let (name, on_failure) = (planned.check.name().clone(), planned.check.on_failure());
            checks.push(Checked { name, on_failure, result });
        }
        let (artifact, environment) = (self.artifact.clone(), self.environment.clone());
        Ok(CheckReport { artifact, environment, digest, checks })
    }
}

impl Planned {
    async fn run(
        &self,
        validators: &Validators,
        artifact: &ArtifactId,
        content: &Content,
        earlier: Option<&CheckReport>,
    ) -> Result<CheckResult, CheckTrouble> {
        let by = match &self.means {
            Means::Schema { digest, .. } => CheckedBy::Schema(*digest),
            Means::Validator(name) => validators.by(name)?,
        };
        let same = |it: &&Checked| it.name == *self.check.name() && it.result.by == by;
        if let Some(done) = earlier.and_then(|report| report.checks.iter().find(same)) {
            return Ok(done.result.clone());
        }
        let stopwatch = Stopwatch::start();
        let violations = match &self.means {
            Means::Schema { bytes, .. } => {
                schema::check(Arc::clone(bytes), content.clone()).await?
            }
            Means::Validator(name) => validators.ask(name, Candidate { artifact, content }).await?,
        };
        Ok(CheckResult { by, violations, took: stopwatch.elapsed() })
    }
}

impl Control {
    /// The checks that hold for an artifact in an environment, with their schemas.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotChecked`] if a schema is not there, and [`ControlError::Store`] if the
    /// store cannot be read.
    pub async fn plan_checks(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<CheckPlan, ControlError> {
        let mut checks = Vec::new();
        for check in self.effective_checks(artifact, environment).await? {
            let means = self.means(&check).await?.map_err(|trouble| ControlError::NotChecked {
                artifact: artifact.clone(),
                check: check.name().clone(),
                trouble: Box::new(trouble),
            })?;
            checks.extend(means.map(|means| Planned { check, means }));
        }
        let (artifact, environment) = (artifact.clone(), environment.clone());
        Ok(CheckPlan { artifact, environment, checks })
    }

    /// Checks whether the checks of a policy can be done anywhere: their schemas compile.
    pub(crate) async fn known_checks(&self, checks: &[ContentCheck]) -> Result<(), ControlError> {
        for check in checks {
            let known = match self.means(check).await? {
                Ok(Some(Means::Schema { bytes, .. })) => schema::compiles(&bytes),
                // Which validators there are is for each host to say.
                Ok(Some(Means::Validator(_)) | None) => Ok(()),
                Err(trouble) => Err(trouble),
            };
            known.map_err(|trouble| ControlError::NoCheck {
                check: check.name().clone(),
                trouble: Box::new(trouble),
            })?;
        }
        Ok(())
    }

    /// The checks that hold for what is published into an environment, the widest scope's first:
    /// those of the namespace, the collection, the artifact and the environment together. Of two with
    /// one name the nearer one's holds, and a policy that is off drops those of wider scopes.
    ///
    /// # Errors
    ///
    /// [`ControlError::NotAPolicy`] if what is live of an artifact that is set as a policy is none, and
    /// [`ControlError::Store`] if the store cannot be read.
    pub async fn effective_checks(
        &self,
        artifact: &ArtifactId,
        environment: &EnvironmentId,
    ) -> Result<Vec<ContentCheck>, ControlError> {
        let mut checks: Vec<ContentCheck> = Vec::new();
        let holdings = self.holdings(artifact, environment, UpTo::TheWidest).await?;
        for holding in holdings.into_iter().rev() {
            match holding.what {
                What::PassedOver(..) => (),
                What::Off => checks.clear(),
                What::On(policy, _) => {
                    let nearer = policy.checks();
                    checks.retain(|wide| nearer.iter().all(|near| near.name() != wide.name()));
                    checks.extend_from_slice(nearer);
                }
            }
        }
        Ok(checks)
    }

    /// What a check is done with; nothing if it is off.
    async fn means(
        &self,
        check: &ContentCheck,
    ) -> Result<Result<Option<Means>, CheckTrouble>, ControlError> {
        Ok(Ok(Some(match check.kind() {
            CheckKind::Off => return Ok(Ok(None)),
            CheckKind::Validator(name) => Means::Validator(name.clone()),
            CheckKind::Schema(schema) => Means::schema(schema.to_string().into_bytes()),
            CheckKind::SchemaFrom(reference) => return self.schema_from(reference).await,
        })))
    }

    async fn schema_from(
        &self,
        reference: &Reference,
    ) -> Result<Result<Option<Means>, CheckTrouble>, ControlError> {
        let environment = self.default_environment().await?;
        match self.resolve(reference, &environment).await {
            Ok(version) => {
                let content = self.content(&version).await?;
                Ok(Ok(Some(Means::schema(content.as_bytes()))))
            }
            // What the store cannot tell is no trouble of the check.
            Err(err @ ControlError::Store(_)) => Err(err),
            Err(err) => {
                let (reference, problem) = (reference.clone(), err.to_string());
                Ok(Err(CheckTrouble::NoSchema { reference, problem }))
            }
        }
    }
}
