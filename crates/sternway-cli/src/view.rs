//! Views of what the verbs answer.

pub(crate) mod aging;
pub(crate) mod explained;
pub(crate) mod metrics;
pub(crate) mod progress;
pub(crate) mod stability;

use sternway::{
    api::{
        CandidateStandingView, CheckView, CheckedView, DamageView, FloorView, LandingView,
        LatchActionView, NamespaceFloorView, PolicyPassedOverView, PolicyView, PromotedView,
        PublishedView, ReactionView, RecordedView, ReportView, RollbackView, StandingView,
        VerdictView,
    },
    control::{
        ControlError,
        check::Check,
        policy::{EffectivePolicy, Passed, PassedOver},
        promote::Promoted,
        publish::{Landing, Published},
        record::Judged,
        rollback::{Reaction, RolledBack},
        validate::Checked,
    },
    policy::{Found, Standing},
    store::{Floor, Report},
    types::{
        ArtifactId, Decimal, LatchAction, OutcomeId, Severity, Subject, TestResult, Verdict,
        VersionNumber,
    },
};

use crate::format::number::counted;

/// What publishing led to; what is live now and what changed is for the caller to add.
pub(crate) fn published(published: &Published, dry_run: bool) -> PublishedView {
    let (landing, environment) = match &published.landing {
        Landing::Unchanged => (LandingView::Unchanged, None),
        Landing::Live(environment) => (LandingView::Live, Some(environment.clone())),
        Landing::Staged => (LandingView::Staged, None),
        Landing::Condemned(environment) => (LandingView::Condemned, Some(environment.clone())),
    };
    PublishedView {
        artifact: published.artifact.clone(),
        version: published.number,
        content: (&published.content).into(),
        landing,
        environment,
        live: None,
        changes: None,
        tree: None,
        tree_changes: None,
        checks: checks(&published.checks),
        revision: published.revision,
        dry_run,
    }
}

/// What checks found.
pub(crate) fn checks(checks: &[Checked]) -> Vec<CheckedView> {
    checks.iter().map(|it| CheckedView::new(it.name.clone(), it.on_failure, &it.result)).collect()
}

/// What promoting led to.
pub(crate) fn promoted(promoted: &Promoted, dry_run: bool) -> PromotedView {
    PromotedView {
        artifact: promoted.artifact.clone(),
        environment: promoted.environment.clone(),
        from: promoted.from,
        to: promoted.to,
        generation: promoted.generation,
        revision: promoted.revision,
        dry_run,
    }
}

/// What a rollback led to.
pub(crate) fn rolled_back(rolled_back: &RolledBack, dry_run: bool) -> RollbackView {
    RollbackView {
        artifact: rolled_back.artifact.clone(),
        environment: rolled_back.environment.clone(),
        from: rolled_back.from,
        to: rolled_back.to,
        restored: rolled_back.restored,
        generation: rolled_back.generation,
        revision: rolled_back.revision,
        dry_run,
    }
}

/// What recording an outcome led to; nothing was judged if it was recorded before.
pub(crate) fn recorded(
    outcome: OutcomeId,
    subject: &Subject,
    judged: Option<&Judged>,
    dry_run: bool,
) -> RecordedView {
    let verdict = judged.map_or(VerdictView::from(&Verdict::Undecided), |it| (&it.verdict).into());
    RecordedView {
        outcome,
        counted: judged.is_some(),
        subject: subject.into(),
        tally: judged.map(|judged| (&judged.tally).into()),
        verdict,
        reaction: judged.and_then(|judged| reaction(judged, dry_run)),
        dry_run,
    }
}

/// What a regression led to.
pub(crate) fn reaction(judged: &Judged, dry_run: bool) -> Option<ReactionView> {
    Some(match judged.reaction.as_ref()? {
        Reaction::RolledBack(rollback) => ReactionView::RolledBack(rolled_back(rollback, dry_run)),
        Reaction::Stays { action, .. } => match action {
            LatchAction::OverBudget => ReactionView::OverBudget,
            LatchAction::Paused { deployment } => ReactionView::Paused { deployment: *deployment },
            LatchAction::Notified => ReactionView::Notified,
            LatchAction::Shadowed => ReactionView::Shadowed,
            LatchAction::Halted
            | LatchAction::RolledBack { .. }
            | LatchAction::Withdrawn { .. } => ReactionView::Halted,
        },
        Reaction::Withdrawn { deployment, .. } => {
            ReactionView::Withdrawn { deployment: *deployment }
        }
        Reaction::Overtaken => ReactionView::Overtaken,
    })
}

/// The policy that holds, and where it was set.
pub(crate) fn policy(effective: &EffectivePolicy) -> PolicyView {
    PolicyView {
        from: effective.from.as_ref().map(Into::into),
        passed_over: effective.passed_over.iter().map(passed_over).collect(),
        ..PolicyView::new(effective.scope.as_ref(), &effective.setting)
    }
}

fn passed_over(passed: &PassedOver) -> PolicyPassedOverView {
    let why = match passed.why {
        Passed::NotLive => "not_live",
        Passed::OfPolicies => "of_policies",
    };
    PolicyPassedOverView { scope: passed.scope.to_string(), artifact: passed.artifact.clone(), why }
}

/// The verdict on what is live.
pub(crate) fn check(check: &Check) -> CheckView {
    CheckView {
        subject: (&check.subject).into(),
        tally: (&check.tally).into(),
        policy: policy(&check.policy),
        verdict: (&check.verdict).into(),
        latch: check.latch.as_ref().map(Into::into),
        rules: check.standings.iter().map(standing).collect(),
        candidates: check.candidates.iter().map(candidate).collect(),
        drift: check.drift.as_ref().map(|drift| aging::sign(drift, Severity::Medium)),
    }
}

fn candidate((version, found): &(VersionNumber, Standing)) -> CandidateStandingView {
    CandidateStandingView { version: *version, rule: standing(found) }
}

/// How near a rule is to taking a version back.
fn standing(standing: &Standing) -> StandingView {
    let (found, limit, unit) = match standing.found {
        Found::Counted { found, needed, what } => {
            #[expect(clippy::cast_precision_loss, reason = "a small count")]
            let [found, needed] = [found as f64, needed as f64];
            (Some(found), Some(needed), Some(what))
        }
        Found::Beside { found, limit, unit } => (Some(found), Some(limit), Some(unit)),
        Found::Evidence { .. }
        | Found::Paired { .. }
        | Found::Mean { .. }
        | Found::Breaches { .. } => {
            let of = |number: fn(&TestResult) -> Decimal| standing.test.as_ref().map(number);
            let [found, limit] = [of(|test| test.ln_e), of(|test| test.ln_threshold)];
            (found.map(Decimal::to_f64), limit.map(Decimal::to_f64), Some("ln of the e-value"))
        }
        Found::NoBaseline | Found::TooFew { .. } | Found::Asked { .. } | Found::NoTrigger => {
            (None, None, None)
        }
    };
    StandingView {
        rule: standing.rule.to_string(),
        tier: standing.tier.to_string(),
        holds: standing.holds,
        found,
        limit,
        unit: unit.map(ToOwned::to_owned),
        measured: standing.measured.as_ref().map(Into::into),
        test: standing.test.as_ref().map(Into::into),
        description: standing.to_string(),
    }
}

/// Where a namespace begins.
pub(crate) const fn floor(floor: &Floor) -> FloorView {
    FloorView { revision: floor.revision, at: floor.at }
}

/// What verifying found.
pub(crate) fn report(report: &Report) -> ReportView {
    let damages = report
        .damages
        .iter()
        .map(|damage| DamageView { place: damage.place.clone(), detail: damage.detail.clone() });
    ReportView {
        sound: report.is_sound(),
        namespaces: report.namespaces,
        revisions: report.revisions,
        compacted: report.compacted,
        floors: report
            .floors
            .iter()
            .map(|(namespace, at)| NamespaceFloorView {
                namespace: namespace.clone(),
                floor: floor(at),
            })
            .collect(),
        versions: report.versions,
        contents: report.contents,
        outcomes: report.outcomes,
        damaged: report.damaged,
        damages: damages.collect(),
    }
}

/// Why a version that regressed stays live.
pub(crate) const fn why_it_stays(action: LatchActionView) -> &'static str {
    match action {
        LatchActionView::OverBudget => "the policy's rollbacks are used up for now",
        LatchActionView::Paused { .. } => "its deployment waits for a person",
        LatchActionView::Notified => "the policy only says so",
        LatchActionView::Shadowed => "the policy is on trial",
        LatchActionView::Withdrawn { .. } => "what it ran beside stays",
        // What went back does not stay.
        LatchActionView::RolledBack { .. } | LatchActionView::Halted | _ => {
            "no good version is left"
        }
    }
}

/// What to type when outcomes cannot be judged.
pub(crate) fn after_not_judged(artifact: &ArtifactId, why: &ControlError) -> String {
    if let ControlError::NoTrigger { .. } | ControlError::NotAPolicy { .. } = why {
        return format!("policy show {artifact}");
    }
    "verify".into()
}

/// What is said about runs of which nobody said how they ended.
pub(crate) fn missed(runs: u64, dry_run: bool) -> Option<String> {
    let failed = if dry_run { "would count as failed" } else { "failed" };
    let said =
        || format!("{} {failed}, since nobody recorded the end in time", counted(runs, "run"));
    (runs > 0).then(said)
}

/// What is said about what opening judged, if it led to anything.
pub(crate) fn swept(judged: &Judged, dry_run: bool) -> Option<String> {
    let Verdict::Regressed(regression) = &judged.verdict else { return None };
    let Subject { artifact, environment, .. } = &judged.subject;
    let (rule, would) = (regression, if dry_run { "would be " } else { "" });
    match judged.reaction.as_ref()? {
        Reaction::RolledBack(rollback) => {
            let (from, to) = (rollback.from, rollback.to);
            let what = format!("{artifact} {from} {would}rolled back to {to} in {environment}");
            Some(format!("{what}, by outcomes that nobody had judged yet: {rule}"))
        }
        Reaction::Stays { version, action, .. } => Some(format!(
            "{artifact} {version} regressed in {environment}, {}: {rule}",
            why_it_stays((*action).into())
        )),
        Reaction::Withdrawn { version, deployment, .. } => Some(format!(
            "{artifact} {version} {would}taken back in {environment}, with deployment {deployment}: {rule}"
        )),
        Reaction::Overtaken => None,
    }
}
