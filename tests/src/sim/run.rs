//! One run: the lives of one store on one disk.

use std::ops::ControlFlow;

use sternway::{
    redb::{RedbKv, RedbOptions},
    store::{KvStore, Report, Store as _, StoreError},
};

use super::{
    contents,
    dice::Dice,
    disk::{Attached, Disk},
    error::Failure,
    fault::{Fault, Kind},
    mutant::{Mutant, MutantKv},
    story::Story,
    told::Told,
    twin::{self, Twins},
};

/// How many bytes a file that is made smaller may take more, if it was as small as it can be.
const NOTES: u64 = 64 * 1024;

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// What is wrong with the store.
    pub mutant: Mutant,
    /// Nothing to have them rolled; or this one, in the first life, from its opening on.
    pub fault: Option<Fault>,
}

/// How a run went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// How often the store was opened, or that was tried.
    pub openings: u64,
    /// How often the power went.
    pub cuts: u64,
    /// How often the disk failed or was full.
    pub failures: u64,
    /// How many of both came from what was planned.
    pub struck: u64,
    /// How many steps were taken.
    pub steps: u64,
    /// How many of them were acknowledged.
    pub acknowledged: u64,
    /// How many contents were kept as deltas in the end.
    pub deltas: u64,
    /// How many chunks of large contents were kept in the end.
    pub chunks: u64,
    /// How often the disk was asked for something.
    pub operations: u64,
    /// Sums up everything that the disk was asked for.
    pub trace: u64,
}

/// Runs a plan.
///
/// # Errors
///
/// [`Failure`] if the store broke a promise, or the run itself is wrong.
pub async fn run(plan: &Plan) -> Result<Course, Failure> {
    let mut run = Run::new(plan)?;
    run.make().await?;
    let lives = if plan.fault.is_some() { 1 } else { 1 + run.dice.below(5) };
    for _ in 0..lives {
        run.live().await?;
    }
    run.end().await?;
    run.course.operations = run.disk.operations();
    run.course.trace = run.disk.trace();
    Ok(run.course)
}

/// An error that comes from the store, or one that ends the run.
enum Ended {
    Store(StoreError),
    Run(Failure),
}

impl From<StoreError> for Ended {
    fn from(err: StoreError) -> Self {
        Self::Store(err)
    }
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Run(failure)
    }
}

struct Run {
    dice: Dice,
    disk: Disk,
    options: RedbOptions,
    mutant: Mutant,
    fault: Option<Fault>,
    story: Story,
    twins: Twins,
    told: Told,
    course: Course,
}

impl Run {
    fn new(plan: &Plan) -> Result<Self, Failure> {
        let Plan { seed, mutant, fault } = *plan;
        let mut dice = Dice::of(seed, "run");
        let cache = dice.pick(16 * 1024, [256 * 1024, 16 * 1024 * 1024]);
        let options = RedbOptions::default().with_cache(cache).with_quick_repair(dice.chance(3, 4));
        Ok(Self {
            dice,
            disk: Disk::new(seed, mutant.syncs()),
            options,
            mutant,
            fault,
            story: Story::new(seed),
            twins: Twins::new()?,
            told: Told::default(),
            course: Course::default(),
        })
    }

    /// Makes the file. One whose making was interrupted never got its name, and is made again.
    async fn make(&mut self) -> Result<(), Failure> {
        if self.fault.is_none() && self.dice.chance(1, 8) {
            let fault = Fault::roll(&mut self.dice, 40);
            self.disk.plan(Some(fault));
            let made = RedbKv::on(self.disk.attach(), self.options);
            self.disk.plan(None);
            match made {
                Ok(kv) => drop(kv),
                Err(err) => self.excused("making the file", &err)?,
            }
            self.rest();
            self.disk.wipe();
        }
        let made = RedbKv::on(self.disk.attach(), self.options);
        self.course.openings += 1;
        made.map(drop).map_err(Failure::store("making the file"))
    }

    /// The store opens, takes some steps, and ends in one way or another.
    async fn live(&mut self) -> Result<(), Failure> {
        let steps = 3 + self.dice.below(10);
        let mut faulty = self.dice.below(steps);
        if self.fault.is_some() || self.dice.chance(1, 3) {
            let fault = self.fault.unwrap_or_else(|| Fault::roll(&mut self.dice, 60));
            self.disk.plan(Some(fault));
            faulty = steps;
        }
        if let Some(store) = self.open().await? {
            self.look().await?;
            let mut trouble = 0;
            for number in 0..steps {
                if number == faulty {
                    let fault = Fault::roll(&mut self.dice, 150);
                    self.disk.plan(Some(fault));
                }
                if self.step(&store, &mut trouble).await?.is_break() {
                    break;
                }
            }
            self.leave(&store).await?;
        }
        self.rest();
        Ok(())
    }

    /// Counts what struck, and lets nothing more go wrong.
    fn rest(&mut self) {
        for kind in self.disk.struck() {
            self.course.struck += 1;
            match kind {
                Kind::PowerCut => self.course.cuts += 1,
                Kind::Io | Kind::Full => self.course.failures += 1,
            }
        }
        self.disk.plan(None);
    }

    /// Opens the store; nothing if the disk did not let it.
    async fn open(&mut self) -> Result<Option<KvStore>, Failure> {
        self.course.openings += 1;
        let attached = self.disk.attach();
        match self.open_on(attached) {
            Ok(store) => Ok(Some(store)),
            Err(Ended::Store(err)) => self.excused("opening", &err).map(|()| None),
            Err(Ended::Run(failure)) => Err(failure),
        }
    }

    fn open_on(&mut self, attached: Attached) -> Result<KvStore, Ended> {
        let kv = RedbKv::on(attached, self.options)?;
        let rows = twin::rows(&kv).map_err(StoreError::from)?;
        self.twins.found(&rows)?;
        (self.course.deltas, self.course.chunks) = contents::deltas_and_chunks(&rows);
        let store = KvStore::open(MutantKv { kv, mutant: self.mutant })?;
        self.twins.opened();
        Ok(store)
    }

    /// What the store was opened on is sound, and holds everything that was told to be done. That is
    /// asked of a map in memory with the same rows: asked of the disk, it would use up the faults that
    /// are meant for the steps.
    async fn look(&self) -> Result<(), Failure> {
        let store = &self.twins.any()?.store;
        self.told.holds(store).await?;
        sound(&store.verify().await.map_err(Failure::harness)?)
    }

    /// Whether what went wrong with the disk explains an error.
    fn excused(&self, during: &'static str, err: &StoreError) -> Result<(), Failure> {
        if self.disk.struck().iter().any(|kind| kind.explains(err)) {
            return Ok(());
        }
        Err(Failure::Store { during, source: err.clone() })
    }

    async fn step(
        &mut self,
        store: &KvStore,
        trouble: &mut u64,
    ) -> Result<ControlFlow<()>, Failure> {
        self.course.steps += 1;
        if self.dice.chance(1, 12) {
            return self.verify(store).await;
        }
        if self.dice.chance(1, 24) {
            return self.shrink(store).await;
        }
        let step = self.story.next(&self.twins.any()?.store).await?;
        self.told.ask(&step);
        match step.play(store).await {
            Ok(answer) => {
                self.twins.answered(&step, &answer).await?;
                self.told.note(&step, &answer);
                self.course.acknowledged += 1;
            }
            Err(err) => {
                self.excused("taking a step", &err)?;
                self.twins.unanswered(&step).await?;
                *trouble += 1;
            }
        }
        // Reads go on, or say why not.
        if let Err(err) = self.twins.heads(store).await? {
            self.excused("reading", &err)?;
        }
        Ok(if *trouble < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }

    /// What is on the disk is sound, whatever the disk does; or that cannot be said.
    async fn verify(&self, store: &KvStore) -> Result<ControlFlow<()>, Failure> {
        match store.verify().await {
            Ok(report) => sound(&report).map(|()| ControlFlow::Continue(())),
            Err(err) => self.excused("verifying", &err).map(|()| ControlFlow::Break(())),
        }
    }

    /// The file is made smaller, or not, and holds the same.
    async fn shrink(&self, store: &KvStore) -> Result<ControlFlow<()>, Failure> {
        match store.shrink().await {
            // Where there is nothing to give back, what redb notes for reopening is left over.
            Ok(shrunk) if shrunk.after <= shrunk.before + NOTES => Ok(ControlFlow::Continue(())),
            Ok(shrunk) => Err(Failure::Broken(format!("made smaller, the file grew: {shrunk:?}"))),
            Err(err) => self.excused("making it smaller", &err).map(|()| ControlFlow::Break(())),
        }
    }

    /// Ends a life: by a close, by the end of the process, or by the end of power.
    async fn leave(&mut self, store: &KvStore) -> Result<(), Failure> {
        match self.dice.below(5) {
            0 => (),
            1 => self.disk.detach(),
            _ => {
                self.disk.cut();
                self.course.cuts += 1;
            }
        }
        // Whatever it comes to, afterwards nobody holds the disk.
        store.close().await.map_err(Failure::store("closing"))
    }

    /// When nothing goes wrong any more, everything is there, sound, and goes on.
    async fn end(&mut self) -> Result<(), Failure> {
        let Some(store) = self.open().await? else {
            return Err(Failure::harness("a disk that does not fail was excused"));
        };
        self.told.holds(&store).await?;
        let mut trouble = 0;
        // What stops a life short is excused by a fault, and none strikes now.
        if self.verify(&store).await?.is_break()
            || self.step(&store, &mut trouble).await?.is_break()
        {
            return Err(Failure::harness("a disk that does not fail was excused"));
        }
        store.close().await.map_err(Failure::store("closing"))?;
        let again = self.open().await?;
        let Some(again) = again else {
            return Err(Failure::harness("a disk that does not fail was excused"));
        };
        again.close().await.map_err(Failure::store("closing"))
    }
}

fn sound(report: &Report) -> Result<(), Failure> {
    if report.is_sound() {
        return Ok(());
    }
    Err(Failure::Broken(format!("verify names damage: {report:?}")))
}
