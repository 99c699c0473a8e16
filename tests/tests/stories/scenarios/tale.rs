//! A tale: what is done on a store, and what was answered, line by line.

use std::{fmt, sync::Arc, time::Duration};

use sternway::{
    Error, Live, Outcome, Sternway,
    control::Intent,
    store::Store,
    types::{Actor, EnvironmentId, Policy, PolicySetting, Preset, Reason},
};
use sternway_provider::{CountingIds, ManualClock};
use sternway_tests::faults::Told;

use super::{
    left,
    stage::{Kind, Stage},
    words::{Said, failure, judgement},
};

/// When every tale begins.
const BEGIN: &str = "2026-11-20T16:00:00Z";
pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// A store, who works on it, and what was said.
#[derive(Debug)]
pub(super) struct Tale {
    /// Works in the name of alice.
    pub(super) sw: Sternway,
    pub(super) kind: Kind,
    clock: Arc<ManualClock>,
    ids: Arc<CountingIds>,
    said: Vec<String>,
    stage: Stage,
}

/// Somebody who wants something, and why.
pub(super) fn by(actor: &str, reason: &str) -> Told<Intent> {
    Ok(Intent::by(actor.parse::<Actor>()?).because(Reason::new(reason)?))
}

impl Tale {
    /// Begins with a namespace in an empty store.
    pub(super) async fn begin(kind: Kind) -> Told<Self> {
        let stage = kind.open().await?;
        let clock = Arc::new(ManualClock::at(BEGIN.parse()?));
        let ids = Arc::new(CountingIds::default());
        let sw = open(&stage.store, &clock, &ids, "alice").await?;
        Ok(Self { sw, kind, clock, ids, said: Vec::new(), stage })
    }

    /// Somebody else who works on the same store, by the same clock.
    pub(super) async fn somebody(&self, actor: &str) -> Told<Sternway> {
        self.visit(&self.stage.store, actor).await
    }

    /// Somebody who works on any store, by the same clock.
    pub(super) async fn visit(&self, store: &Arc<dyn Store>, actor: &str) -> Told<Sternway> {
        open(store, &self.clock, &self.ids, actor).await
    }

    /// What is told next.
    pub(super) fn chapter(&mut self, title: &str) {
        if !self.said.is_empty() {
            self.said.push(String::new());
        }
        self.say(format_args!("# {title}"));
    }

    pub(super) fn say(&mut self, line: impl fmt::Display) {
        self.said.push(line.to_string());
    }

    /// What was done, and the answer. A second goes by.
    pub(super) fn hear<T: Said, E: Clone + Into<Error>>(
        &mut self,
        done: &str,
        answer: &Result<T, E>,
    ) {
        match answer {
            Ok(answer) => self.say(format_args!("{done}: {}", answer.said())),
            Err(err) => self.say(format_args!("{done}: {}", failure(&err.clone().into()))),
        }
        self.clock.advance(SECOND);
    }

    /// Time goes by.
    pub(super) fn wait(&mut self, time: Duration) {
        self.clock.advance(time);
        self.say(format_args!("… {time:?} later"));
    }

    /// What is judged by in a scope from now on.
    pub(super) async fn judge_by(&mut self, scope: &str, preset: Preset) -> Told<()> {
        self.set_policy(scope, &format!("the policy {preset}"), Policy::preset(preset)).await
    }

    /// A policy, which is called so in the tale.
    pub(super) async fn set_policy(&mut self, scope: &str, name: &str, policy: Policy) -> Told<()> {
        let (setting, intent) = (PolicySetting::On(policy), by("alice", "")?);
        let set = self.sw.control().set_policy(scope.parse()?, setting, &intent).await;
        self.hear(&format!("{name} for {scope}"), &set);
        Ok(())
    }

    /// Runs what is live, so often and so far apart: `.` succeeds, `x` fails, `T` fails with a `TypeError`,
    /// `?` ends nobody knows how. Told is when the verdict changes, or leads to something.
    pub(super) async fn run(&mut self, live: &Live, signs: &str, apart: Duration) -> Told<()> {
        let (version, generation) = (live.version(), live.generation());
        let subject = format!("{}@{} (generation {generation})", version.artifact, version.number);
        self.say(format_args!("{subject} runs, {apart:?} apart: {signs}"));
        let mut before = String::new();
        for (number, sign) in (1..).zip(signs.chars()) {
            self.clock.advance(apart);
            let judged = live.record(outcome(sign)).await?;
            let said = judgement(&judged);
            if said != before {
                self.say(format_args!("  run {number} {sign}  {said}"));
            }
            before = said;
        }
        Ok(())
    }

    /// Runs what is live, a second apart, and tells of all of it at once, at the end.
    pub(super) async fn run_at_once(
        &mut self,
        live: &Live,
        signs: &str,
        with: impl Fn(Outcome) -> Outcome,
    ) -> Told<()> {
        let (control, version) = (self.sw.control(), live.version());
        let production = EnvironmentId::production();
        let subject = control.subject(&version.artifact, version.number, &production).await?;
        let mut outcomes = Vec::new();
        for sign in signs.chars() {
            self.clock.advance(SECOND);
            let (id, now) = (control.ids().outcome(), control.now());
            outcomes.push(with(outcome(sign)).into_record(subject.clone(), id, now)?);
        }
        let recorded = control.record(outcomes).await;
        self.hear(&format!("at once {signs}"), &recorded);
        Ok(())
    }

    /// Tells what is left at the end.
    pub(super) async fn end(mut self) -> Told<String> {
        self.chapter("What is left");
        for line in left::lines(&self.sw).await? {
            self.say(line);
        }
        self.sw.shutdown().await?;
        self.say("");
        Ok(self.said.join("\n"))
    }
}

fn outcome(sign: char) -> Outcome {
    match sign {
        '.' => Outcome::ok(),
        'x' => Outcome::failed("it did not greet"),
        'T' => Outcome::failed("no argument q").class("TypeError"),
        _ => Outcome::unknown(),
    }
}

async fn open(
    store: &Arc<dyn Store>,
    clock: &Arc<ManualClock>,
    ids: &Arc<CountingIds>,
    actor: &str,
) -> Told<Sternway> {
    let builder = Sternway::builder()
        .with_namespace("shop".parse()?)
        .with_actor(actor.parse()?)
        .with_clock(Arc::clone(clock) as _)
        .with_ids(Arc::clone(ids) as _);
    Ok(builder.on(Arc::clone(store)).await?)
}
