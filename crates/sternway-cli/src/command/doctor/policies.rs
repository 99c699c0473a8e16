//! Whether what is set as a policy is live where it is to hold.

use std::sync::Arc;

use sternway::{
    api::{CheckupView, Health},
    control::{Control, policy::Unreleased},
    store::Store,
};

use crate::{context::Context, error::CliError};

pub(super) const NAME: &str = "policies";

/// What is set as a policy and is not live as one, place by place. Changes nothing.
pub(super) async fn checked(
    context: &Context,
    store: &Arc<dyn Store>,
) -> Result<Vec<CheckupView>, CliError> {
    let control = Control::new(Arc::clone(store), context.namespace.clone());
    Ok(control.unreleased_policies().await?.iter().map(view).collect())
}

fn view(found: &Unreleased) -> CheckupView {
    let Unreleased { scope, artifact, environment, instead } = found;
    let (health, detail, help) = match instead {
        None => (
            Health::Warn,
            format!(
                "nothing of {artifact} is live in {environment}, which is the policy of {scope}: what holds \
                 around it holds there"
            ),
            format!("sternway --env {environment} promote {artifact}@latest"),
        ),
        Some((version, problem)) => (
            Health::Fail,
            format!(
                "{artifact}@{version} is live in {environment}, is the policy of {scope}, and is none, so \
                 that nothing is judged there: {problem}"
            ),
            format!("sternway --env {environment} rollback {artifact}"),
        ),
    };
    CheckupView { name: NAME, health, detail, help: Some(help) }
}

#[cfg(test)]
mod tests {
    use sternway::policy::written::NoPolicy;

    use super::*;

    #[test]
    fn what_is_live_and_no_policy_is_a_failure() {
        let problem = NoPolicy { place: Some((2, 8)), why: "expected a rule".into() };
        let found = Unreleased {
            scope: "collection:tools".parse().unwrap(),
            artifact: "policies/strict".parse().unwrap(),
            environment: "production".parse().unwrap(),
            instead: Some((sternway::types::VersionNumber::FIRST, problem)),
        };
        let view = view(&found);
        assert_eq!(view.health, Health::Fail);
        assert!(view.detail.ends_with("judged there: line 2, column 8: expected a rule"));
        let help = view.help.unwrap();
        assert_eq!(help, "sternway --env production rollback policies/strict");
    }
}
