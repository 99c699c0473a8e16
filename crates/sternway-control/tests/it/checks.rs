//! What stories about checks begin with: policies with checks, and validators of the host.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use serde_json::json;
use sternway_control::{Control, ControlError, publish::Publish, validate::Validators};
use sternway_provider::{Candidate, Unvalidated, Validator};
use sternway_types::{
    Attestation, CheckKind, CheckResult, Content, ContentCheck, Finding, OnFailure, Policy,
    PolicySetting, Record, RecordKind, Violation,
};

use crate::{
    make::{alice, greeting, version},
    world::World,
};

/// A check by a JSON Schema of objects with a tone.
pub(crate) fn tone(on_failure: OnFailure) -> ContentCheck {
    let schema = json!({
        "type": "object",
        "required": ["tone"],
        "properties": {"tone": {"enum": ["warm", "formal"]}},
    });
    check("tone", CheckKind::Schema(schema)).on_failure_do(on_failure)
}

/// A check by the host's validator `lint`.
pub(crate) fn lint(on_failure: OnFailure) -> ContentCheck {
    check("lint", CheckKind::Validator(parsed("lint"))).on_failure_do(on_failure)
}

pub(crate) fn check(name: &str, kind: CheckKind) -> ContentCheck {
    ContentCheck::new(parsed(name), kind).expect("a check")
}

pub(crate) fn parsed<T: FromStr>(text: &str) -> T {
    text.parse().ok().expect("it is one")
}

/// A policy with these checks.
pub(crate) fn checking<const N: usize>(checks: [ContentCheck; N]) -> PolicySetting {
    PolicySetting::On(Policy::default().with_checks(checks.into()).expect("checks"))
}

pub(crate) fn json_of(value: &serde_json::Value) -> Content {
    Content::json(value.to_string()).expect("it is JSON")
}

pub(crate) fn warm() -> Content {
    json_of(&json!({"tone": "warm"}))
}

pub(crate) fn rude() -> Content {
    json_of(&json!({"tone": "rude"}))
}

/// Finds fault with what says "fault", comes to nothing with what says "trouble", and counts how
/// often it is asked.
#[derive(Debug, Default)]
pub(crate) struct Linter(AtomicU64);

impl Linter {
    pub(crate) fn asked(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// A control over the same store whose host has it as `lint`.
    pub(crate) fn on(self: &Arc<Self>, world: &World) -> Control {
        let lint = Arc::clone(self) as Arc<dyn Validator>;
        world.another().with_validators(Validators::default().with(parsed("lint"), lint))
    }
}

#[async_trait]
impl Validator for Linter {
    fn identity(&self) -> String {
        "linter 1".into()
    }

    async fn validate(&self, candidate: Candidate<'_>) -> Result<Vec<Violation>, Unvalidated> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let text = candidate.content.as_text().unwrap_or_default();
        if text.contains("trouble") {
            return Err(Unvalidated::new("the linter died"));
        }
        Ok(text.contains("fault").then(|| Violation::whole("a fault")).into_iter().collect())
    }
}

/// Publishes a greeting.
pub(crate) async fn publish(
    control: &Control,
    content: Content,
) -> Result<sternway_control::publish::Published, ControlError> {
    control.publish(Publish::new(greeting(), content), &alice()).await
}

/// What the checks found about a version of the greeting, by name.
pub(crate) async fn found(world: &World, number: u64) -> Vec<(String, CheckResult)> {
    let all = world.another().attestations(&greeting(), version(number)).await;
    let all = all.expect("the store can be read").into_iter();
    all.filter_map(|Attestation { name, finding, .. }| match finding {
        Finding::Check(result) => Some((name.to_string(), *result)),
        Finding::Tests { .. } | Finding::Rating(_) | Finding::Status(_) | Finding::Other(_) => None,
    })
    .collect()
}

/// How many records of a kind the newest commit wrote.
pub(crate) async fn written(world: &World, kind: RecordKind) -> usize {
    let head = world.head().await.get();
    let newest = world.commits_after(head - 1).await;
    let records =
        newest.iter().flat_map(|commit| &commit.applied).filter_map(|applied| match applied {
            sternway_types::Applied::RecordChanged(change) => change.after.as_ref(),
            sternway_types::Applied::NamespaceCreated
            | sternway_types::Applied::VersionAdded(_)
            | sternway_types::Applied::PointerMoved(_) => None,
        });
    records.filter(|record: &&Record| record.key().kind() == kind).count()
}
