//! Answers in words: all that is in them, and nothing that is not.

use sternway::{
    Error, Judgement,
    control::{
        apply::{AppliedAll, AppliedItem},
        bundle::{Exported, Imported},
        check::Check,
        deploy::{Deployed, Driven, Resolved},
        guard::{GuardEnding, Guarded, TakenBack},
        promote::Promoted,
        publish::{Landing, Published},
        record::{Judged, Recorded},
        rollback::{Reaction, RolledBack},
        undo::Undone,
        validate::Checked,
    },
    store::{Compaction, Floor, Head},
    types::{
        CheckResult, Commit, Deployment, Evidence, LatchAction, Measured, Pointer, PointerMove,
        Receipt, Regression, Revision, Route, Tally, TestResult, Verdict, Version, VersionNumber,
    },
};
use sternway_tests::faults::words;

use super::feed;

/// An answer that can be told.
pub(super) trait Said {
    fn said(&self) -> String;
}

/// An error, with the code by which programs know it, and all its causes.
pub(super) fn failure(err: &Error) -> String {
    format!("[{}] {}", err.code(), words(err))
}

/// What a run led to.
pub(super) fn judgement(judgement: &Judgement) -> String {
    let known = if judgement.is_new() { "" } else { "known already, " };
    let reaction = judgement.reaction().map(|it| format!(": {}", it.said())).unwrap_or_default();
    format!("{known}{}{reaction}", judgement.verdict().said())
}

pub(super) fn listed(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<_> = items.into_iter().collect();
    if items.is_empty() { "nothing".into() } else { items.join(", ") }
}

impl<T: Said> Said for Option<T> {
    fn said(&self) -> String {
        self.as_ref().map_or("nothing".into(), Said::said)
    }
}

impl<T: Said> Said for Vec<T> {
    fn said(&self) -> String {
        listed(self.iter().map(Said::said))
    }
}

impl Said for String {
    fn said(&self) -> String {
        format!("{self:?}")
    }
}

impl Said for Revision {
    fn said(&self) -> String {
        format!("r{self}")
    }
}

impl Said for VersionNumber {
    fn said(&self) -> String {
        self.to_string()
    }
}

impl Said for Head {
    fn said(&self) -> String {
        format!("r{} of {}, {}", self.revision, self.at, self.chain)
    }
}

impl Said for Floor {
    fn said(&self) -> String {
        format!("r{} of {}", self.revision, self.at)
    }
}

impl Said for Compaction {
    fn said(&self) -> String {
        // How many bytes that were is the store's own affair, but not whether there were any.
        let Self { floor, commits, moves, records, bytes } = self;
        let room = if *bytes > 0 { "some room" } else { "no room" };
        let went = format!("{commits} commits, {moves} moves, {records} records and {room}");
        format!("{went} went, the floor is {}", floor.said())
    }
}

impl Said for Receipt {
    fn said(&self) -> String {
        let versions =
            self.versions.iter().map(|(artifact, number)| format!("{artifact}@{number}"));
        let pointers = self.pointers.iter();
        let pointers =
            pointers.map(|(artifact, name, at)| format!("{name} of {artifact}: generation {at}"));
        let what = listed(versions.chain(pointers));
        format!("r{} of {}, {}: {what}", self.revision, self.at, self.chain)
    }
}

impl Said for Commit {
    fn said(&self) -> String {
        feed::lines(self).join("; ")
    }
}

impl Said for Version {
    fn said(&self) -> String {
        feed::version(self)
    }
}

impl Said for Pointer {
    fn said(&self) -> String {
        let Self { artifact, name, version, generation, revision, at } = self;
        let version = version.said();
        format!("{name} of {artifact} → {version} (generation {generation}, r{revision} of {at})")
    }
}

impl Said for PointerMove {
    fn said(&self) -> String {
        feed::moved(self)
    }
}

impl Said for Published {
    fn said(&self) -> String {
        let Self { number, content, added, landing, generation, checks, revision, .. } = self;
        let added = if *added { "added" } else { "there already" };
        let landing = match landing {
            Landing::Unchanged => "nothing changed".into(),
            Landing::Live(environment) => format!("live in {environment}"),
            Landing::Staged => "staged".into(),
            Landing::Condemned(environment) => format!("condemned in {environment}"),
        };
        let generation = generation.map(|it| format!(" (generation {it})")).unwrap_or_default();
        let checks: String = checks.iter().map(|check| format!("; {}", check.said())).collect();
        let (digest, revision) = (content.digest, revision.said());
        format!("{number} {added}, {landing}{generation}, {revision}, {digest}{checks}")
    }
}

impl Said for Checked {
    fn said(&self) -> String {
        format!("the check {}: {} ({:?})", self.name, check_result(&self.result), self.on_failure)
    }
}

/// What a check found.
pub(super) fn check_result(result: &CheckResult) -> String {
    if result.passed() { "passed".into() } else { format!("failed, {result:?}") }
}

impl Said for Promoted {
    fn said(&self) -> String {
        let Self { from, to, environment, generation, revision, .. } = self;
        let (from, revision) = (from.said(), revision.said());
        format!("{from} → {to} in {environment} (generation {generation}), {revision}")
    }
}

impl Said for RolledBack {
    fn said(&self) -> String {
        let Self { from, to, environment, restored, generation, revision, .. } = self;
        let restored = restored.map(|it| format!(", the content of {it}")).unwrap_or_default();
        format!("{from} → {to}{restored} in {environment} (generation {generation}), r{revision}")
    }
}

impl Said for Reaction {
    fn said(&self) -> String {
        match self {
            Self::RolledBack(back) => format!("rolled back {}", back.said()),
            Self::Stays { version, environment, action, revision, .. } => {
                let why = latched(*action);
                format!("{why}, {version} stays live in {environment}, r{revision}")
            }
            Self::Withdrawn { version, deployment, revision, .. } => {
                format!("{version} withdrawn from {deployment} in r{revision}")
            }
            Self::Overtaken => "overtaken".into(),
        }
    }
}

impl Said for Verdict {
    fn said(&self) -> String {
        match self {
            Self::Undecided => "undecided".into(),
            Self::Regressed(regression) => format!("regressed, {}", regression.said()),
        }
    }
}

impl Said for Regression {
    fn said(&self) -> String {
        format!("{} tier: {self}", self.tier())
    }
}

/// A regression with everything that it rests on.
pub(super) fn proven(regression: &Regression) -> String {
    let matched = listed(regression.matched.iter().map(ToString::to_string));
    let grave = regression.severity().map(|it| format!(", {it}")).unwrap_or_default();
    format!("{} (matched {matched}{grave}; {})", regression.said(), regression.evidence.said())
}

impl Said for Evidence {
    fn said(&self) -> String {
        let Self { succeeded, failed, newest, failures, measured, test, .. } = self;
        let failures = listed(failures.iter().map(|failure| {
            let class = failure.class.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
            format!("{} at {}{class}", failure.outcome, failure.at)
        }));
        let measured = measured.as_ref().map(|it| format!("; {}", it.said())).unwrap_or_default();
        let test = test.as_ref().map(|it| format!("; {}", it.said())).unwrap_or_default();
        format!("{succeeded} succeeded, {failed} failed until {newest}; {failures}{measured}{test}")
    }
}

impl Said for Measured {
    fn said(&self) -> String {
        let side = |it: &sternway::types::Measure| format!("{} of {}", it.sum, it.samples);
        let baseline = self.baseline.as_ref();
        let baseline =
            baseline.map(|it| format!(" against {} of {}", side(&it.measure), it.version));
        format!("{} {}{}", self.metric, side(&self.measure), baseline.unwrap_or_default())
    }
}

impl Said for TestResult {
    fn said(&self) -> String {
        let Self { against, success_rate, ln_e, ln_threshold, class, of_class } = self;
        let class = class.as_ref().map(|it| format!(", {it} {of_class:?}")).unwrap_or_default();
        format!("{against:?} held to {success_rate}, ln E {ln_e} of {ln_threshold}{class}")
    }
}

impl Said for Tally {
    fn said(&self) -> String {
        let Self { succeeded, failed, unknown, .. } = self;
        format!("{succeeded} succeeded, {failed} failed, {unknown} unknown")
    }
}

impl Said for Judged {
    fn said(&self) -> String {
        let Self { subject, tally, counted, verdict, reaction } = self;
        let (tally, verdict) = (tally.said(), verdict.said());
        let reaction = reaction.as_ref().map(|it| format!(": {}", it.said())).unwrap_or_default();
        format!("{subject}, {counted} new, {tally}, {verdict}{reaction}")
    }
}

impl Said for Recorded {
    fn said(&self) -> String {
        format!("{}; {} known already", self.judged.said(), self.duplicates)
    }
}

impl Said for Check {
    fn said(&self) -> String {
        let scope = self.policy.scope.as_ref().map_or("nobody".into(), ToString::to_string);
        let (subject, tally, verdict) = (&self.subject, self.tally.said(), self.verdict.said());
        let latch = self.latch.as_ref().map_or("nothing".into(), |it| latched(it.action));
        let drift = if self.drift.is_some() { "; drifting" } else { "" };
        let standings = self.standings.iter().map(|standing| format!("\n  {standing}"));
        format!("{subject}, {tally}, {verdict}; policy of {scope}; latched {latch}{drift}")
            + &standings.collect::<String>()
    }
}

/// What a latched verdict led to.
pub(super) fn latched(action: LatchAction) -> String {
    match action {
        LatchAction::RolledBack { to } => format!("rolled back to {to}"),
        LatchAction::Halted => "halted".into(),
        LatchAction::OverBudget => "over budget".into(),
        LatchAction::Paused { deployment } => format!("paused {deployment}"),
        LatchAction::Notified => "notified".into(),
        LatchAction::Shadowed => "shadowed".into(),
        LatchAction::Withdrawn { deployment } => format!("withdrawn from {deployment}"),
    }
}

impl Said for Deployment {
    fn said(&self) -> String {
        let members = self.members.iter().map(|it| {
            let regimes = it.regimes.iter().map(|it| format!("{}:{}", it.generation, it.weight));
            let known = it.baseline.as_ref().map_or(0, |it| it.known());
            let at = listed(regimes);
            format!("{} {} to {} against {known} runs ({at})", it.artifact, it.from, it.to)
        });
        let Self { id, phase, step, weight, since, fence, .. } = self;
        let facts = [
            format!("{id} of {} in {}: {phase}", listed(members), self.environment),
            format!("step {step} at {weight} since {since}"),
            format!("routed {}, proven {}, fence {fence}", self.routed, self.proven),
            format!("pauses {:?}, cause {:?}", self.pauses, self.cause),
            format!(
                "agreed {:?}, waived {:?}, lease {:?}",
                self.approvals, self.waiver, self.lease
            ),
        ];
        facts.join("; ")
    }
}

impl Said for Deployed {
    fn said(&self) -> String {
        format!("{} (generation {})", self.deployment.said(), self.generation)
    }
}

impl Said for Driven {
    fn said(&self) -> String {
        format!("{}, due {:?}, trouble {:?}", self.deployment.said(), self.due, self.trouble)
    }
}

impl Said for Route {
    fn said(&self) -> String {
        feed::record_said(&sternway::types::Record::Route(Box::new(self.clone())))
    }
}

impl Said for Resolved {
    fn said(&self) -> String {
        format!("{self:?}")
    }
}

impl Said for Undone {
    fn said(&self) -> String {
        let stays = listed(self.stays.iter().cloned());
        format!("r{} taken back in r{}; {stays} stays", self.commit.revision, self.revision)
    }
}

impl Said for TakenBack {
    fn said(&self) -> String {
        match self {
            Self::RolledBack { to, revision } => format!("rolled back to {to}, r{revision}"),
            Self::Halted { revision } => format!("halted, it stays live, r{revision}"),
            Self::Overtaken { live } => format!("overtaken, {} is live", live.said()),
        }
    }
}

impl Said for Guarded {
    fn said(&self) -> String {
        let ending = match &self.ending {
            GuardEnding::NothingToGuard => "nothing to guard".into(),
            GuardEnding::Kept => "kept".into(),
            GuardEnding::Failed { reason, taken_back } => {
                format!("failed {:?}: {}", reason.as_str(), taken_back.said())
            }
        };
        format!("{}; {ending}", self.published.said())
    }
}

impl Said for AppliedItem {
    fn said(&self) -> String {
        let Self { artifact, number, added, went_live, from, labelled } = self;
        let added = if *added { " added" } else { "" };
        let live =
            if *went_live { format!(" live ({} before)", from.said()) } else { String::new() };
        let labels: String = labelled.iter().map(|it| format!(" labelled {it}")).collect();
        format!("{artifact}@{number}{added}{live}{labels}")
    }
}

impl Said for AppliedAll {
    fn said(&self) -> String {
        format!("{}; {}", self.items.said(), self.revision.said())
    }
}

impl Said for Exported {
    fn said(&self) -> String {
        format!("{:?}; {:?}; {} left out", self.manifest, self.closing, self.left_out)
    }
}

impl Said for Imported {
    fn said(&self) -> String {
        let Self { commits, versions, known_versions, outcomes, .. } = self;
        let manifest = format!("{:?}", self.manifest);
        let new = format!("{commits} commits, {versions} versions, {outcomes} outcomes new");
        format!("{manifest}; {new}, {known_versions} versions known")
    }
}
