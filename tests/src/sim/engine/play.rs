//! One run: the setting, the turns, and the end.

use std::{sync::Arc, time::Duration};

use sternway::{
    control::{Control, ControlError, deploy::OnSupersede, publish::Publish},
    provider::{Clock as _, CountingIds, Ids as _, ManualClock},
    store::{KvStore, Limit, MemoryKv, Store},
    types::{
        ArtifactId, Content, Failure as RunFailure, FreezeWindow, NamespaceId, Outcome,
        OutcomeStatus, Phase, Subject, Timestamp, VersionNumber,
    },
};
use sternway_deploy::Ask;
use sternway_store::Faulty;

use super::{
    artifacts,
    cast::{Batch, Deed, Player, Shared, acts, drives, locked, new_deployment, person, records},
    hung::Begun,
    ledger::Ledger,
    mutant::Mutant,
    probe::SimProbe,
    production,
    router::SimRouter,
    script::Script,
    stage::{Stage, now},
};
use crate::sim::{Dice, Failure};

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// How the first deployment ended.
    pub end: Option<Phase>,
    /// How many deployments there were.
    pub deployments: usize,
    /// How many commits.
    pub commits: u64,
    /// How many lives ended before their time.
    pub crashes: u64,
    /// How many calls of the store and the router failed.
    pub faults: u64,
    /// How often requests were taken from candidates without the store.
    pub withdrawn: u64,
    /// How many verdicts on candidates were compared with the logs.
    pub verdicts: u64,
}

/// When the stories begin.
const BEGIN: i64 = 1_795_190_400_000_000;

pub(super) struct Play<'a> {
    pub(super) script: &'a Script,
    dice: Dice,
    /// What protects the environment has dice of its own.
    guards: Dice,
    /// So has who counts runs elsewhere.
    elsewhere: Dice,
    pub(super) shared: Shared,
    /// The store without faults.
    store: Arc<dyn Store>,
    namespace: NamespaceId,
    clock: Arc<ManualClock>,
    /// A process in which nothing fails.
    pub(super) sound: Arc<Control>,
    pub(super) members: Vec<ArtifactId>,
    /// The drivers first, then who records, then a person.
    pub(super) players: Vec<Player>,
    pub(super) batch: Batch,
    pub(super) ledger: Ledger,
    deeds: u32,
    /// Whether somebody had another deployment wait for its turn.
    queued: bool,
    pub(super) course: Course,
}

pub(super) fn play(script: &Script, mutant: Mutant) -> Result<Course, Failure> {
    let mut play = Play::new(script, mutant)?;
    for _ in 0..script.turns {
        play.turn()?;
        play.check()?;
    }
    play.end()?;
    let end = play.first_end();
    let Play { mut course, ledger, shared, .. } = play;
    course.end = end;
    course.deployments = ledger.deployments.len();
    course.commits = ledger.read.get();
    course.faults = shared.stage.faults() + shared.router.faults() + shared.probe.faults();
    course.withdrawn = shared.router.withdrawn();
    Ok(course)
}

pub(super) fn second_version() -> VersionNumber {
    VersionNumber::FIRST.next()
}

impl<'a> Play<'a> {
    pub(super) fn new(script: &'a Script, mutant: Mutant) -> Result<Self, Failure> {
        let dice = |part| Dice::of(script.seed, part);
        let kv = KvStore::open(MemoryKv::new()).map_err(Failure::store("opening"))?;
        let store: Arc<dyn Store> = Arc::new(kv);
        let stage =
            Arc::new(Stage::new([dice("store"), dice("outages")], script.store, script.outages));
        let router = SimRouter::new(Arc::clone(&stage), dice("router"), script.router, mutant);
        let probe = SimProbe::new(Arc::clone(&stage), dice("probe"), script.router, script.vitals);
        let director = Arc::<Stage>::clone(&stage);
        let faulty: Arc<dyn Store> = Arc::new(Faulty::directed(Arc::clone(&store), director));
        let (ids, complaints) = (Arc::new(CountingIds::default()), Arc::default());
        let (router, probe) = (Arc::new(router), Arc::new(probe));
        let mut ledger = Ledger::default();
        ledger.gates.probe = Some(Arc::clone(&probe));
        let (badly, begun) = (script.badly, Begun::default());
        let shared =
            Shared { store: faulty, ids, router, probe, stage, complaints, badly, begun, mutant };
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(BEGIN)));
        let namespace: NamespaceId = "shop".parse().map_err(Failure::harness)?;
        let without = Shared { store: Arc::clone(&store), ..shared.clone() };
        let sound = Arc::new(without.control(&namespace, &clock));
        let members = artifacts()?.into_iter().take(script.members).collect();
        let mut play = Self {
            script,
            dice: dice("turns"),
            guards: dice("who guards"),
            elsewhere: dice("elsewhere"),
            shared,
            store,
            namespace,
            clock,
            sound,
            members,
            players: Vec::new(),
            batch: Batch::default(),
            ledger,
            deeds: 0,
            queued: false,
            course: Course::default(),
        };
        play.set_up().map_err(Failure::harness)?;
        for _ in 0..script.drivers + 2 {
            let ahead = if script.eventful { play.skew() } else { 0 };
            let player = play.player(ahead);
            play.players.push(player);
        }
        play.check()?;
        Ok(play)
    }

    /// A version that is live and had good runs, and two that were published.
    fn set_up(&mut self) -> Result<(), ControlError> {
        let Some(intent) = person() else { return Ok(()) };
        // Without the router, where calls wait for a turn that nobody takes yet.
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.shared.ids));
        let alone = Control::new(Arc::clone(&self.store), self.namespace.clone())
            .with_clock(clock)
            .with_ids(ids);
        now(alone.create_namespace())?;
        for artifact in self.members.clone() {
            // The second candidate of an experiment is the fourth version.
            for number in 1..=2 + self.script.plan.candidates() {
                let content = Content::text(format!("{artifact} {number}"), None)?;
                now(alone.publish(Publish::new(artifact.clone(), content), &intent))?;
            }
            let first = VersionNumber::FIRST;
            let outcomes = self.outcomes(&artifact, first, 60)?;
            drop(now(alone.record(outcomes))?);
        }
        Ok(())
    }

    fn skew(&mut self) -> i64 {
        let seconds = i64::try_from(self.dice.below(21)).unwrap_or_default() - 10;
        seconds * 1_000_000
    }

    fn player(&self, ahead: i64) -> Player {
        let clock = Arc::new(ManualClock::at(self.clock.now()));
        let control = Arc::new(self.shared.control(&self.namespace, &clock));
        let player = Player { control, clock, ahead, task: None };
        player.clock.set(later(self.clock.now(), ahead));
        player
    }

    /// Outcomes of a version under the shares that are in force: the candidate's as the script has it.
    fn outcomes(
        &self,
        artifact: &ArtifactId,
        version: VersionNumber,
        count: usize,
    ) -> Result<Vec<Outcome>, ControlError> {
        let wanted = now(self.sound.wanted_route(artifact, &production()))?;
        let Some(generation) = wanted.map(|route| route.generation()) else {
            return Ok(Vec::new());
        };
        let (artifact, environment) = (artifact.clone(), production());
        let subject = Subject { artifact, environment, version, generation };
        let status = if version == second_version() && !self.script.good {
            let class = "RunError".parse().ok();
            OutcomeStatus::Failed(RunFailure::new(class, "it did not work"))
        } else {
            OutcomeStatus::Succeeded
        };
        let (ids, at) = (&self.shared.ids, self.clock.now());
        let one = || Outcome::new(ids.outcome(), subject.clone(), at, status.clone());
        Ok(std::iter::repeat_with(one).take(count).collect())
    }

    /// A few runs of every version that has a share.
    pub(super) fn runs(&self, count: usize) -> Result<Vec<Outcome>, ControlError> {
        let mut all = Vec::new();
        for artifact in &self.members {
            let wanted = now(self.sound.wanted_route(artifact, &production()))?;
            let Some(route) = wanted else { continue };
            for arm in route.arms().iter().filter(|arm| route.runs(arm.version)) {
                all.extend(self.outcomes(artifact, arm.version, count)?);
            }
        }
        Ok(all)
    }

    fn turn(&mut self) -> Result<(), Failure> {
        if self.dice.chance(self.script.crashes, 1_000) {
            self.crash();
        } else if self.dice.chance(self.script.restarts, 1_000) {
            self.shared.router.restart();
            self.ledger.forgot();
        } else if self.dice.chance(30, 1_000) {
            let most = if self.script.eventful && self.dice.chance(1, 10) { 3_600 } else { 15 };
            let seconds = self.dice.below(most);
            self.pass(Duration::from_secs(seconds));
        } else {
            let who = self.dice.place(self.players.len());
            self.play_one(who).map_err(Failure::harness)?;
        }
        if self.elsewhere.chance(1, 10) {
            self.is_counted_elsewhere().map_err(Failure::harness)?;
        }
        Ok(())
    }

    /// Another process counts a run of what was live from the beginning, whatever is on its way.
    fn is_counted_elsewhere(&self) -> Result<(), ControlError> {
        for artifact in &self.members {
            let wanted = now(self.sound.wanted_route(artifact, &production()))?;
            if wanted.is_some_and(|route| route.live().version == VersionNumber::FIRST) {
                let outcomes = self.outcomes(artifact, VersionNumber::FIRST, 1)?;
                drop(now(self.sound.record(outcomes))?);
            }
        }
        Ok(())
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.clock.advance(time);
        for player in &self.players {
            player.clock.set(later(self.clock.now(), player.ahead));
        }
    }

    /// Ends a life in the middle of what it does.
    fn crash(&mut self) {
        let who = self.dice.place(self.players.len());
        self.replace(who);
        self.course.crashes += 1;
    }

    /// Another one begins, who knows nothing of what this one did.
    pub(super) fn replace(&mut self, who: usize) {
        let ahead = self.players.get(who).map_or(0, |player| player.ahead);
        let another = self.player(ahead);
        if let Some(player) = self.players.get_mut(who) {
            *player = another;
        }
    }

    pub(super) fn is_busy(&self, who: usize) -> bool {
        self.players.get(who).is_some_and(|player| player.task.is_some())
    }

    fn play_one(&mut self, who: usize) -> Result<(), ControlError> {
        if !self.is_busy(who) {
            self.begin(who)?;
        }
        self.go_on(who);
        Ok(())
    }

    /// Goes on with what somebody does, up to where it stops.
    pub(super) fn go_on(&mut self, who: usize) {
        let stage = Arc::clone(&self.shared.stage);
        if let Some(player) = self.players.get_mut(who)
            && let Some(task) = &mut player.task
            && stage.play(task)
        {
            player.task = None;
        }
    }

    /// Whether everything that began has ended.
    pub(super) fn is_over(&self) -> bool {
        let has_begun = !self.ledger.deployments.is_empty() && self.follows().is_none();
        has_begun && self.ledger.under_way().is_empty()
    }

    /// How the first deployment ended.
    pub(super) fn first_end(&self) -> Option<Phase> {
        let deployments = self.ledger.deployments.values();
        deployments.min_by_key(|it| (it.started, it.id)).map(|it| it.phase)
    }

    /// Finds something to do.
    pub(super) fn begin(&mut self, who: usize) -> Result<(), ControlError> {
        let Some(control) = self.players.get(who).map(|player| Arc::clone(&player.control)) else {
            return Ok(());
        };
        let task = if who < self.script.drivers {
            let ids: Vec<_> = self.ledger.under_way().iter().map(|it| it.id).collect();
            let id = ids.get(self.dice.place(ids.len())).copied();
            id.map(|id| drives(&self.shared, &control, id))
        } else if who == self.script.drivers {
            if locked(&self.batch).is_none() {
                let count = 1 + self.dice.place(6);
                let outcomes = self.runs(count)?;
                *locked(&self.batch) = Some(outcomes);
            }
            Some(records(&self.shared, &control, &self.batch))
        } else {
            self.deed().map(|deed| acts(&self.shared, &control, deed))
        };
        if let Some(player) = self.players.get_mut(who) {
            player.task = task;
        }
        Ok(())
    }

    /// What a person does next: begins the deployment, until it is there, and then this and that.
    fn deed(&mut self) -> Option<Deed> {
        let (members, plan) = (self.members.clone(), self.script.plan.clone());
        let Some(any) = self.ledger.deployments.values().last().map(|it| it.id) else {
            let first = self.first_members();
            let new = new_deployment(&first, second_version(), plan, OnSupersede::Reject);
            return Some(Deed::Start(new));
        };
        if let Some(follows) = self.follows() {
            return Some(follows);
        }
        if self.script.queues && self.ledger.deployments.len() == 1 && !self.queued {
            self.queued = true;
            let third = second_version().next();
            return Some(Deed::Start(new_deployment(&members, third, plan, OnSupersede::Queue)));
        }
        if !self.script.eventful {
            return self.what_they_wait_for();
        }
        if self.script.outages > 0 && self.guards.chance(1, 3) {
            return members.get(self.guards.place(members.len())).cloned().map(Deed::Withdraw);
        }
        if self.deeds > 6 || !self.dice.chance(1, 12) {
            return None;
        }
        self.deeds += 1;
        let id = self.ledger.under_way().first().map_or(any, |it| it.id);
        if self.guards.chance(1, 3) {
            let agree = Deed::Answer(id, Ask::Approve);
            return Some(match self.guards.below(8) {
                0..2 => Deed::Freeze,
                2 => Deed::Close(break_from(self.clock.now())?),
                3..5 => Deed::Unfreeze,
                5 if self.deeds.is_multiple_of(2) => Deed::Answer(id, Ask::Dismiss),
                5 => Deed::Answer(id, Ask::Reject),
                _ => agree,
            });
        }
        if self.script.plan.candidates() > 1 && self.guards.chance(1, 4) {
            let place = u8::from(self.guards.chance(1, 2));
            return Some(Deed::Ask(id, Ask::Choose { place }));
        }
        let third = second_version().next();
        let asks = [Ask::Resume, Ask::Resume, Ask::Promote, Ask::Promote, Ask::Waive, Ask::Abort];
        Some(match self.dice.below(10) {
            0 => {
                let artifact = members.get(self.dice.place(members.len()))?.clone();
                Deed::Promote(artifact, self.dice.pick(third, [VersionNumber::FIRST]))
            }
            1 | 2 => {
                let how = self.dice.pick(OnSupersede::Reject, [OnSupersede::Replace]);
                let to = self.dice.pick(third, [second_version()]);
                if self.script.queues && how == OnSupersede::Reject {
                    // With some of the artifacts, in turn, so that lines differ in length.
                    let from = usize::from(members.len() > 1 && self.deeds.is_multiple_of(3));
                    let some = members.get(from..).unwrap_or_default();
                    return Some(Deed::Start(new_deployment(some, to, plan, OnSupersede::Queue)));
                }
                Deed::Start(new_deployment(&members, to, plan, how))
            }
            3 => Deed::Ask(id, Ask::Halt),
            _ => Deed::Ask(id, self.dice.pick(Ask::Pause, asks)),
        })
    }

    pub(super) fn check(&mut self) -> Result<(), Failure> {
        while self.shared.stage.has_written() {
            let page = now(self.store.feed(&self.namespace, self.ledger.read, Limit::MAX));
            let page = page.map_err(Failure::store("reading the feed"))?;
            if page.is_empty() {
                break;
            }
            for commit in &page {
                self.ledger.hear(commit, &self.shared.router)?;
            }
        }
        if let Some(words) = locked(&self.shared.complaints).first() {
            return Err(Failure::Broken(words.clone()));
        }
        self.ledger.look(&self.shared.router)
    }
}

/// Nothing goes forward for 5 minutes, by the calendar.
fn break_from(now: Timestamp) -> Option<FreezeWindow> {
    let minute = now.to_string().get(..16)?.to_owned();
    format!("break: UTC {minute} for 5m").parse().ok()
}

fn later(at: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(at.as_micros().saturating_add(micros))
}
