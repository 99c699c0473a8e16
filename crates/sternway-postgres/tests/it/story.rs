//! A story that is told the same way every time, for whoever looks at it with SQL.

use std::{sync::Arc, time::Duration};

use sternway_control::{
    Control, Intent,
    publish::{Activate, Publish},
    rollback::RollbackMode,
};
use sternway_provider::{Clock as _, CountingIds, Ids as _, ManualClock};
use sternway_store::Store;
use sternway_types::{
    Actor, ArtifactId, Content, Environment, EnvironmentId, Failure, Force, Outcome, OutcomeStatus,
    Timestamp, VersionNumber,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Who tells it, and by which clock.
pub(crate) struct Story {
    pub(crate) control: Control,
    pub(crate) clock: Arc<ManualClock>,
    ids: Arc<CountingIds>,
}

pub(crate) fn artifact(name: &str) -> ArtifactId {
    name.parse().expect("an artifact")
}

pub(crate) fn environment(name: &str) -> EnvironmentId {
    name.parse().expect("an environment")
}

pub(crate) fn because(actor: &str, reason: &str) -> Intent {
    let actor: Actor = actor.parse().expect("an actor");
    Intent::by(actor).because(reason.parse().expect("a reason"))
}

fn version(number: u64) -> VersionNumber {
    VersionNumber::new(number).expect("no version of the story is number zero")
}

impl Story {
    /// The beginning: a namespace, at this moment.
    pub(crate) async fn begun_at(store: Arc<dyn Store>, moment: Timestamp) -> Self {
        let clock = Arc::new(ManualClock::at(moment));
        let ids = Arc::new(CountingIds::default());
        let namespace = "shop".parse().expect("a namespace");
        let control = Control::new(store, namespace)
            .with_clock(Arc::<ManualClock>::clone(&clock))
            .with_ids(Arc::<CountingIds>::clone(&ids));
        control.create_namespace().await.expect("the namespace comes to life");
        Self { control, clock, ids }
    }

    /// The whole story.
    pub(crate) async fn told(store: Arc<dyn Store>) -> Self {
        let monday = Timestamp::from_micros(1_788_768_000_000_000);
        let story = Self::begun_at(store, monday).await;
        story.greeting().await;
        story.search().await;
        story
    }

    /// A version that does well, one that does less well, one that the policy takes back, and one that
    /// was never live.
    async fn greeting(&self) {
        let (alice, tuner) = (because("alice", ""), because("agent:tuner", "shorter answers"));
        self.publish("prompts/greeting", text("Hello!"), Some("1.0.0"), &alice).await;
        self.run("prompts/greeting", 1, "..........").await;
        self.clock.advance(DAY);
        self.publish("prompts/greeting", text("Hi!"), Some("1.1.0"), &tuner).await;
        self.promote("prompts/greeting", 2, "production", &because("alice", "it reads well")).await;
        let (greeting, stable) = (artifact("prompts/greeting"), "stable".parse().expect("a label"));
        let label = self.control.label(&greeting, version(2), &stable, &alice);
        label.await.expect("the label is set");
        self.run("prompts/greeting", 2, "....x...x.?").await;
        self.clock.advance(DAY);
        self.publish("prompts/greeting", text("Yo."), Some("2.0.0"), &tuner).await;
        self.promote("prompts/greeting", 3, "production", &because("alice", "let us try")).await;
        self.run("prompts/greeting", 3, ".TTT").await;
        self.clock.advance(HOUR);
        self.publish("prompts/greeting", text("Good day!"), None, &tuner).await;
    }

    /// A configuration that goes back and forth by hand, in two environments.
    async fn search(&self) {
        let (bob, carol) = (because("bob", ""), because("carol", "the large model is too slow"));
        let staging = Environment::new(environment("staging"));
        self.control.create_environment(staging, &bob).await.expect("it is created");
        let config = |text: &str| Content::json(text).expect("JSON");
        let small = config(r#"{"model": "small", "top_k": 5}"#);
        let large = config(r#"{"model": "large", "top_k": 20, "rerank": {"by": "date"}}"#);
        self.publish("configs/search", small, None, &bob).await;
        self.clock.advance(HOUR);
        self.publish("configs/search", large, None, &bob).await;
        self.promote("configs/search", 2, "staging", &bob).await;
        self.promote("configs/search", 2, "production", &bob).await;
        self.clock.advance(HOUR);
        let (search, production) = (artifact("configs/search"), environment("production"));
        let rolled_back = self.control.roll_back(
            &search,
            None,
            RollbackMode::Move,
            &production,
            Force::No,
            &carol,
        );
        rolled_back.await.expect("it goes back");
    }

    /// A version of an artifact; the first one goes live.
    pub(crate) async fn publish(
        &self,
        name: &str,
        content: Content,
        semver: Option<&str>,
        intent: &Intent,
    ) {
        let mut publish = Publish::new(artifact(name), content);
        publish.semver = semver.map(|semver| semver.parse().expect("a semantic version"));
        publish.activate = Activate::ByPolicy;
        self.control.publish(publish, intent).await.expect("it is published");
    }

    pub(crate) async fn promote(&self, name: &str, number: u64, place: &str, intent: &Intent) {
        let (artifact, place) = (artifact(name), environment(place));
        let promoted = self.control.promote(&artifact, version(number), &place, Force::No, intent);
        promoted.await.expect("it is promoted");
    }

    /// Runs what is live in production, a second apart: `.` a success, `x` a failure, `T` a `TypeError`,
    /// `?` nobody knows.
    pub(crate) async fn run(&self, name: &str, number: u64, signs: &str) {
        let production = environment("production");
        let subject = self.control.subject(&artifact(name), version(number), &production).await;
        let subject = subject.expect("it is live");
        let outcomes = signs.chars().zip(1..).map(|(sign, place)| {
            self.clock.advance(Duration::from_secs(1));
            let failed = |class: &str, message: &str| {
                OutcomeStatus::Failed(Failure::new(class.parse().ok(), message))
            };
            let status = match sign {
                '.' => OutcomeStatus::Succeeded,
                '?' => OutcomeStatus::Unknown,
                'T' => failed("TypeError", "greet() takes 1 argument"),
                _ => failed("", "nobody was greeted"),
            };
            let now = self.clock.now();
            let mut outcome = Outcome::new(self.ids.outcome(), subject.clone(), now, status);
            outcome.duration = Some(Duration::from_millis(250 * place));
            outcome
        });
        drop(self.control.record(outcomes.collect()).await.expect("it is recorded"));
    }
}

pub(crate) fn text(text: &str) -> Content {
    Content::text(text, None).expect("a text")
}
