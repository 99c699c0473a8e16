//! A load and the faults at random by seed, round after round.

use std::{path::PathBuf, sync::Arc, time::Duration};

use sternway::{Sternway, provider::Stopwatch};
use xtask::postgres::Server;

use super::{
    Asked, EVERY_DISTURBANCE, How, Load, Moment, Place, Shop, Skew, Then, Told, Watchers, Workers,
    audit, disturb, enumerate, inspect, pause,
};
use crate::sim::Dice;

/// What is run.
#[derive(Debug)]
pub struct Torture {
    /// The first round's; every later round has the one after.
    pub seed: u64,
    /// How long.
    pub length: Duration,
    /// The binary of a worker.
    pub worker: PathBuf,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Course {
    /// How many rounds were run.
    pub rounds: u64,
    /// How many faults there were.
    pub faults: usize,
    /// How many writes were acknowledged.
    pub acknowledged: usize,
    /// How often a store asked to be asked again.
    pub again: usize,
}

impl std::fmt::Display for Course {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rounds, faults, acknowledged, again } = self;
        write!(
            f,
            "{rounds} rounds, {faults} faults, {acknowledged} acknowledged writes, asked again \
             {again} times; nothing lost, nothing doubled"
        )
    }
}

/// Runs rounds on a server of its own, until the time is over.
///
/// # Errors
///
/// What does not hold, with the seed of the round.
pub async fn torture(torture: &Torture, tell: &dyn Fn(String)) -> Told<Course> {
    let server = Server::start()?;
    let watch = Stopwatch::start();
    let mut course = Course::default();
    while watch.elapsed() < torture.length {
        let seed = torture.seed + course.rounds;
        let words = round(&server, torture, seed, &mut course).await;
        let words = words.map_err(|err| {
            format!("seed {seed}: {err}\n  again: cargo xtask torture --postgres --seed {seed}")
        })?;
        tell(format!("seed {seed}: {words}"));
        course.rounds += 1;
    }
    server.end()?;
    Ok(course)
}

/// One round, in a database of its own; answers with what was done.
async fn round(server: &Server, torture: &Torture, seed: u64, course: &mut Course) -> Told<String> {
    let mut dice = Dice::of(seed, "torture");
    let place = Place::new(server.url()).await?;
    match dice.below(8) {
        0 => messages(&place, &mut dice, course).await,
        1 | 2 => processes(server, torture, &place, seed, course).await,
        _ => load(server, &place, seed, course).await,
    }
}

async fn messages(place: &Place, dice: &mut Dice, course: &mut Course) -> Told<String> {
    let asked = dice.pick(Asked::Open, [Asked::Commit, Asked::Append]);
    let how = dice.pick(How::Cut, [How::HalfClose, How::Delay(Duration::from_millis(30))]);
    let moments = [Moment::Before, Moment::After, Moment::Answer];
    let cuts = enumerate(place, asked, how, &moments, Then::Well).await?;
    course.faults += cuts.faults;
    course.acknowledged += cuts.acknowledged;
    Ok(format!("{how:?} at each of {} messages of {asked:?}", cuts.faults))
}

async fn load(server: &Server, place: &Place, seed: u64, course: &mut Course) -> Told<String> {
    let mut dice = Dice::of(seed, "load");
    let mut shops = Vec::new();
    for _ in 0..2 + dice.below(3) {
        let connections = u32::try_from(2 + dice.below(6)).unwrap_or(2);
        let connect = place.connect().with_connections(connections);
        let connect = connect.wait_for_lock(Duration::from_millis(200));
        shops.push(Shop::enter(Arc::new(connect.open().await?)).await?);
    }
    let skew = dice.pick(Skew::None, [Skew::Days]);
    let writers = 1 + dice.place(6);
    let load = Load::start(&shops, writers, seed, skew);
    load.goes_on(10).await?;
    let mut done = Vec::new();
    for _ in 0..2 + dice.below(4) {
        let what = EVERY_DISTURBANCE.get(dice.place(EVERY_DISTURBANCE.len()));
        let what = *what.ok_or("there is one at every place")?;
        disturb(what, Some(server), place, &load, &mut dice).await?;
        done.push(format!("{what:?}"));
    }
    let journal = load.stop().await?;
    let shop = shops.first().ok_or("there are two shops")?;
    audit(shop, &journal).await?;
    for shop in &shops {
        shop.store.close().await?;
    }
    course.faults += done.len();
    course.acknowledged += journal.acknowledged();
    course.again += journal.again;
    let stores = shops.len();
    Ok(format!("{stores} stores, {writers} writers each, {}: {journal}", done.join(", ")))
}

async fn processes(
    server: &Server,
    torture: &Torture,
    place: &Place,
    seed: u64,
    course: &mut Course,
) -> Told<String> {
    let store = Arc::new(place.connect().open().await?);
    let sw = Sternway::builder().on(store).await?;
    let shop =
        Shop { store: Arc::clone(sw.control().store()), ns: sw.control().namespace().clone() };
    let watchers = Watchers::start(&[shop]);
    let mut workers = Workers::default();
    for number in 0..5 {
        workers.start(&torture.worker, &place.url(), seed * 10 + number)?;
    }
    let mut dice = Dice::of(seed, "processes");
    for _ in 0..2 {
        pause(Duration::from_millis(800 + dice.below(800))).await;
        workers.kill_one()?;
        if dice.chance(1, 2) {
            course.faults += 1;
            tokio::task::block_in_place(|| Told::Ok((server.crash()?, server.restart()?)))?;
        }
    }
    pause(Duration::from_millis(500)).await;
    let said = tokio::task::block_in_place(|| workers.stop())?;
    drop(sw.control().sweep().await?);
    inspect(&sw, &said).await?;
    watched(&sw, watchers).await?;
    sw.shutdown().await?;
    course.faults += 2;
    course.acknowledged += said.len();
    Ok(format!("5 processes, 2 of them killed: {} acknowledged", said.len()))
}

/// Every watcher saw every revision once.
///
/// # Errors
///
/// If one did not.
pub async fn watched(sw: &Sternway, watchers: Watchers) -> Told<()> {
    let (store, ns) = (sw.control().store(), sw.control().namespace());
    let head = store.head(ns, sternway::types::At::Head).await?.ok_or("nothing is there")?;
    for seen in watchers.stop().await? {
        if !seen.iter().map(|revision| revision.get()).eq(1..=head.revision.get()) {
            return Err(format!("a watcher saw {seen:?}").into());
        }
    }
    Ok(())
}
