//! What every story begins with: a store in memory, a clock that is set by hand, ids that count,
//! and a namespace with the environment `production`.

use std::{sync::Arc, time::Duration};

use sternway_control::{
    Control, ControlError, Intent,
    promote::Promoted,
    publish::{Publish, Published},
    record::Recorded,
    rollback::{Reaction, RollbackMode, RolledBack},
};
use sternway_provider::{Clock as _, CountingIds, Ids as _, ManualClock};
use sternway_store::{Append, Kv, KvStore, Limit, MemoryKv, Store};
use sternway_types::{
    ArtifactId, At, Commit, Content, Environment, Failure, Force, Generation, MoveCause, Outcome,
    OutcomeStatus, Pointer, PointerName, Policy, PolicyScope, PolicySetting, Preset, Revision,
    Subject, Timestamp, VersionNumber,
};

use crate::make::{alice, greeting, production, text, version};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

pub(crate) struct World {
    pub(crate) control: Control,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ids: Arc<CountingIds>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(MemoryKv::new()).await
    }

    /// A world in this map, which may hold one already.
    pub(crate) async fn on(kv: impl Kv) -> Self {
        let store: Arc<dyn Store> = Arc::new(KvStore::open(kv).expect("the map is a store"));
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_795_190_400_000_000)));
        let ids = Arc::new(CountingIds::default());
        let control = control(&store, &clock, &ids);
        control.create_namespace().await.expect("the namespace comes to life");
        Self { control, store, clock, ids }
    }

    /// As [`World::new`], with versions 1, 2, … of the greeting, each of them live for a while.
    pub(crate) async fn with_live(versions: u64) -> Self {
        let world = Self::new().await;
        for number in 1..=versions {
            world.publish(&format!("greeting {number}")).await;
            world.promote(number).await;
        }
        world
    }

    /// Another process that shares the store, the clock and nothing else.
    pub(crate) fn another(&self) -> Control {
        control(&self.store, &self.clock, &self.ids)
    }

    /// Another process, to which the store is as this one has it.
    pub(crate) fn through(&self, store: &Arc<dyn Store>) -> Control {
        control(store, &self.clock, &self.ids)
    }

    /// A version of the greeting with this text.
    pub(crate) async fn publish(&self, content: &str) -> Published {
        let publish = Publish::new(greeting(), text(content));
        self.control.publish(publish, &alice()).await.expect("it is published")
    }

    /// A version of an artifact with this content.
    pub(crate) async fn publish_as(&self, artifact: ArtifactId, content: Content) -> Published {
        let publish = Publish::new(artifact, content);
        self.control.publish(publish, &alice()).await.expect("it is published")
    }

    /// Makes a version of the greeting live in production.
    pub(crate) async fn promote(&self, number: u64) -> Promoted {
        self.try_promote(number, Force::No, &alice()).await.expect("it is promoted")
    }

    pub(crate) async fn try_promote(
        &self,
        number: u64,
        force: Force,
        intent: &Intent,
    ) -> Result<Promoted, ControlError> {
        let number = version(number);
        self.control.promote(&greeting(), number, &production(), force, intent).await
    }

    /// Rolls the greeting in production back, to the last good version if none is named.
    pub(crate) async fn roll_back(&self, to: Option<u64>) -> Result<RolledBack, ControlError> {
        let to = to.map(version);
        self.control
            .roll_back(&greeting(), to, RollbackMode::Move, &production(), Force::No, &alice())
            .await
    }

    /// Everything is judged by a preset.
    pub(crate) async fn judge_by(&self, preset: Preset) {
        let setting = PolicySetting::On(Policy::preset(preset));
        let set = self.control.set_policy(PolicyScope::Namespace, setting, &alice()).await;
        set.expect("it is set");
    }

    pub(crate) async fn create_environment(&self, name: &str) {
        let id = name.parse().expect("the name of an environment");
        let environment = Environment::new(id);
        self.control.create_environment(environment, &alice()).await.expect("it is created");
    }

    /// What an outcome of a version of the greeting in production is about, as of now.
    pub(crate) async fn subject(&self, number: u64) -> Subject {
        let number = version(number);
        self.control.subject(&greeting(), number, &production()).await.expect("a subject")
    }

    /// One outcome for each sign, a second apart: `.` a success, `x` a failure, `T` a `TypeError`,
    /// `?` nobody knows.
    pub(crate) fn outcomes(&self, subject: &Subject, signs: &str) -> Vec<Outcome> {
        signs.chars().map(|sign| self.outcome(subject, sign)).collect()
    }

    fn outcome(&self, subject: &Subject, sign: char) -> Outcome {
        self.clock.advance(SECOND);
        let failed = |class: &str| {
            OutcomeStatus::Failed(Failure::new(class.parse().ok(), "it did not greet"))
        };
        let status = match sign {
            '.' => OutcomeStatus::Succeeded,
            '?' => OutcomeStatus::Unknown,
            'T' => failed("TypeError"),
            _ => failed(""),
        };
        Outcome::new(self.ids.outcome(), subject.clone(), self.clock.now(), status)
    }

    /// Runs a version of the greeting in production, and records how that ended.
    pub(crate) async fn run(&self, number: u64, signs: &str) {
        drop(self.recorded(number, signs).await);
    }

    /// What that led to.
    pub(crate) async fn recorded(&self, number: u64, signs: &str) -> Recorded {
        let subject = self.subject(number).await;
        let outcomes = self.outcomes(&subject, signs);
        self.control.record(outcomes).await.expect("it is recorded")
    }

    /// Appends outcomes as a process does that dies before it judges them.
    pub(crate) async fn append(&self, subject: &Subject, signs: &str) {
        let (outcomes, namespace) = (self.outcomes(subject, signs), self.control.namespace());
        let append = Append::new(namespace.clone(), self.control.now(), outcomes);
        drop(self.store.append(&append).await.expect("it is appended"));
    }

    /// What a recording of one subject led to.
    pub(crate) async fn reaction(&self, number: u64, signs: &str) -> Option<Reaction> {
        let recorded = self.recorded(number, signs).await;
        recorded.judged.into_iter().find_map(|judged| judged.reaction)
    }

    pub(crate) async fn pointer(&self) -> Option<Pointer> {
        let name = PointerName::Environment(production());
        let (namespace, at) = (self.control.namespace(), At::Head);
        self.store.pointer(namespace, &greeting(), &name, at).await.expect("the store can be read")
    }

    /// The version of the greeting that is live in production.
    pub(crate) async fn live(&self) -> Option<VersionNumber> {
        self.pointer().await.and_then(|pointer| pointer.version)
    }

    pub(crate) async fn generation(&self) -> Generation {
        self.pointer().await.map_or(Generation::ZERO, |pointer| pointer.generation)
    }

    /// Every move of the greeting in production, the first one first.
    pub(crate) async fn moves(&self) -> String {
        let name = PointerName::Environment(production());
        let namespace = self.control.namespace();
        let moves = self.store.moves(namespace, &greeting(), &name, None, Limit::MAX).await;
        let mut said: Vec<String> = moves
            .expect("the store can be read")
            .iter()
            .map(|moved| {
                let to = moved.to.map_or("nothing".into(), |version| version.to_string());
                format!("{to} {}", word(&moved.cause))
            })
            .collect();
        said.reverse();
        said.join(", ")
    }

    /// Which versions of the greeting are condemned in production.
    pub(crate) async fn condemned(&self) -> Vec<VersionNumber> {
        let all = self.control.condemnations(&greeting(), &production()).await;
        let mut versions: Vec<_> =
            all.expect("the store can be read").iter().map(|it| it.version).collect();
        versions.sort_unstable();
        versions
    }

    /// The newest revision: it tells whether anything was committed.
    pub(crate) async fn head(&self) -> Revision {
        let head = self
            .store
            .head(self.control.namespace(), At::Head)
            .await
            .expect("the store can be read");
        head.map_or(Revision::ZERO, |head| head.revision)
    }

    /// Every commit after a revision, in order.
    pub(crate) async fn commits_after(&self, revision: u64) -> Vec<Commit> {
        let (namespace, after) = (self.control.namespace(), Revision::new(revision));
        self.store.feed(namespace, after, Limit::MAX).await.expect("the store can be read")
    }

    /// The subjects that have outcomes nobody judged.
    pub(crate) async fn unjudged(&self) -> Vec<Subject> {
        let unjudged = self.store.unjudged(self.control.namespace(), None, Limit::MAX).await;
        unjudged.expect("the store can be read")
    }
}

fn control(store: &Arc<dyn Store>, clock: &Arc<ManualClock>, ids: &Arc<CountingIds>) -> Control {
    let namespace = "shop".parse().expect("a namespace");
    let (clock, ids) = (Arc::clone(clock), Arc::clone(ids));
    Control::new(Arc::clone(store), namespace).with_clock(clock).with_ids(ids)
}

const fn word(cause: &MoveCause) -> &'static str {
    match cause {
        MoveCause::Published => "published",
        MoveCause::Promoted => "promoted",
        MoveCause::RolledBack(_) => "rolled back",
        MoveCause::Labelled => "labelled",
        MoveCause::Unlabelled => "unlabelled",
        MoveCause::Undone(_) => "undone",
        MoveCause::Restored(_) => "restored",
        MoveCause::Shifted(_) => "shifted",
        MoveCause::Deployed(_) => "deployed",
    }
}
