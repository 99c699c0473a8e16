//! Hints that need a look into the store: what is called nearly like that.

use sternway::{
    Sternway,
    control::ControlError,
    store::{Limit, Refusal, StoreError},
    types::{ArtifactId, At, EnvironmentId},
};

use super::CliError;

/// How alike two names must be, from 0 to 1, for one to be offered in place of the other.
const ALIKE: f64 = 0.7;
/// How many names are looked at.
const LOOKED_AT: Limit = Limit::MAX;

impl CliError {
    /// Adds what exists instead of what was asked for. Whatever goes wrong on the way, the failure
    /// itself stays.
    pub(crate) async fn with_hint(self, sternway: &Sternway) -> Self {
        if let Some(environment) = self.missing_environment() {
            let near = near_environment(sternway, environment).await;
            let create = format!("sternway env create {environment}");
            let help = match near {
                Some(near) => format!("did you mean {near}? To make it: {create}"),
                None => create,
            };
            return self.with_help(help);
        }
        let near = match self.missing_artifact() {
            Some(artifact) => near_artifact(sternway, artifact).await,
            None => None,
        };
        match near {
            Some(near) => self.with_help(format!("did you mean {near}? See also: sternway list")),
            None => self,
        }
    }

    fn control(&self) -> Option<&ControlError> {
        if let Self::Sternway(sternway::Error::Control(err)) = self { Some(err) } else { None }
    }

    fn refusal(&self) -> Option<&Refusal> {
        let control = self.control()?;
        if let ControlError::Store(StoreError::Refused(refusal)) = control {
            return Some(refusal);
        }
        None
    }

    fn missing_environment(&self) -> Option<&EnvironmentId> {
        if let Some(ControlError::NoEnvironment(environment)) = self.control() {
            return Some(environment);
        }
        if let Some(Refusal::NoEnvironment(environment)) = self.refusal() {
            return Some(environment);
        }
        None
    }

    fn missing_artifact(&self) -> Option<&ArtifactId> {
        if let Some(ControlError::NoArtifact(artifact)) = self.control() {
            return Some(artifact);
        }
        if let Some(Refusal::NoArtifact(artifact)) = self.refusal() {
            return Some(artifact);
        }
        None
    }
}

async fn near_environment(sternway: &Sternway, asked: &EnvironmentId) -> Option<String> {
    let known = sternway.control().environments(None, LOOKED_AT).await.ok()?;
    nearest(asked.as_str(), known.into_iter().map(|known| known.id.to_string()))
}

async fn near_artifact(sternway: &Sternway, asked: &ArtifactId) -> Option<String> {
    let control = sternway.control();
    let page = control.store().artifacts(control.namespace(), "", At::Head, None, LOOKED_AT);
    let known = page.await.ok()?;
    nearest(asked.as_str(), known.into_iter().map(|known| known.id.to_string()))
}

/// The name that is most like the one that was asked for, if any is.
pub(crate) fn nearest(asked: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let likeness = known.map(|name| (strsim::jaro_winkler(asked, &name), name));
    let alike = likeness.filter(|(likeness, _)| *likeness >= ALIKE);
    alike.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: &str, known: &[&str], expected: Option<&str>) {
        let known = known.iter().map(|name| (*name).to_owned());
        assert_eq!(nearest(asked, known).as_deref(), expected);
    }

    #[test]
    fn a_slip_of_the_finger_is_found() {
        check("prodution", &["production", "staging"], Some("production"));
        check(
            "prompts/greting",
            &["prompts/farewell", "prompts/greeting"],
            Some("prompts/greeting"),
        );
    }

    #[test]
    fn another_word_is_no_hint() {
        check("qa", &["production", "staging"], None);
    }
}
