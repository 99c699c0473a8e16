//! Drills of high availability: another server takes over under load, with a real Patroni.
//!
//! What is acknowledged is there afterwards, also where the one that was replaced lives on and does not
//! know. Without waiting for a standby it is not, and the drill says so: it can see a loss.

use std::{sync::Arc, time::Duration};

use sternway::provider::Stopwatch;
use sternway_postgres::Connect;
use xtask::postgres::{Mode, Patroni};

use super::{Load, Place, Shop, Skew, Told, audit, lost, tasks::pause, until};

/// How many writes go on before something breaks.
const BEFORE: usize = 300;
/// More writes than can be answered after the server is gone, since they were on their way: each of six
/// writers waits for one changeset, or for five outcomes at most.
const ON_THE_WAY: usize = 40;
/// For how long a standby takes nothing in, before the primary is gone.
const BEHIND: Duration = Duration::from_millis(700);

/// What breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// The PostgreSQL of the primary is killed, and Patroni looks after it.
    Postgres,
    /// All of the primary's node is killed.
    Node,
    /// All of the primary's node stands still, and goes on when another one has taken over.
    Still,
}

/// All of them.
pub const EVERY_BREAK: [Breaks; 3] = [Breaks::Postgres, Breaks::Node, Breaks::Still];

impl Breaks {
    const fn words(self) -> &'static str {
        match self {
            Self::Postgres => "postgres killed",
            Self::Node => "node killed",
            Self::Still => "node frozen",
        }
    }

    /// For how long nothing may be written: a few seconds, and where a node is gone, until the others
    /// may believe that.
    fn longest(self) -> Duration {
        match self {
            Self::Postgres => Duration::from_secs(5),
            Self::Node | Self::Still => Patroni::TTL + Duration::from_secs(10),
        }
    }
}

/// Runs every drill.
///
/// # Errors
///
/// What does not hold.
pub async fn drill(seed: u64, tell: &dyn Fn(String)) -> Told<()> {
    tell("starting three nodes that wait for a standby".into());
    let mut patroni = tokio::task::block_in_place(|| Patroni::start(Mode::Synchronous))?;
    for (breaks, seed) in EVERY_BREAK.into_iter().zip(seed..) {
        let words = one(&mut patroni, breaks, seed).await;
        let words = words.map_err(|err| format!("{}: {err}", breaks.words()))?;
        tell(format!("{}: {words}", breaks.words()));
    }
    tokio::task::block_in_place(|| patroni.end())?;
    tell("starting three nodes that wait for nobody".into());
    let patroni = tokio::task::block_in_place(|| Patroni::start(Mode::Asynchronous))?;
    let words = loss(&patroni, seed).await?;
    tell(format!("node killed, and nobody was waited for: {words}"));
    tokio::task::block_in_place(|| patroni.end())?;
    Ok(())
}

/// Breaks something under load, once.
async fn one(patroni: &mut Patroni, breaks: Breaks, seed: u64) -> Told<String> {
    let primary = patroni.primary().ok_or("no node takes writes")?;
    let place = Place::new(&patroni.url()).await?;
    let shops = shops(&place).await?;
    // A session that leads to the node itself, whatever becomes of it.
    let old = shop(place.url_on(&patroni.url_of(primary))).await?;
    let load = Load::start(&shops, 2, seed, Skew::None);
    load.goes_on(BEFORE).await?;
    let watch = Stopwatch::start();
    match breaks {
        Breaks::Postgres => patroni.kill_postgres(primary),
        Breaks::Node => patroni.kill_node(primary),
        Breaks::Still => patroni.freeze_node(primary),
    }
    if breaks != Breaks::Postgres {
        tokio::task::block_in_place(|| patroni.primary_but(primary))?;
    }
    load.goes_on(ON_THE_WAY).await?;
    let gap = watch.elapsed();
    let mut late = String::new();
    if breaks == Breaks::Still {
        patroni.thaw_node(primary);
        let written = old.publish_now("prompts/p0", "late").await;
        let err = written.err().ok_or("the node that was replaced acknowledged a write")?;
        late = format!(", a late write was refused ({err})");
    }
    load.goes_on(BEFORE).await?;
    let journal = load.stop().await?;
    audit(shops.first().ok_or("there are some")?, &journal).await?;
    if breaks == Breaks::Node {
        patroni.restart_node(primary)?;
    }
    tokio::task::block_in_place(|| patroni.settled(Mode::Synchronous))?;
    if gap > breaks.longest() {
        return Err(format!("nothing was written for {gap:?}").into());
    }
    let acknowledged = journal.acknowledged();
    let gap = gap.as_secs_f64();
    Ok(format!(
        "0 of {acknowledged} acknowledged writes lost, nothing written for {gap:.1} s{late}"
    ))
}

/// Shows that an acknowledged write is lost where nobody waits for a standby.
async fn loss(patroni: &Patroni, seed: u64) -> Told<String> {
    let primary = patroni.primary().ok_or("no node takes writes")?;
    let place = Place::new(&patroni.url()).await?;
    let shops = shops(&place).await?;
    let load = Load::start(&shops, 2, seed, Skew::None);
    load.goes_on(BEFORE).await?;
    if patroni.freeze_receivers() == 0 {
        return Err("no node follows the primary".into());
    }
    pause(BEHIND).await;
    load.goes_on(20).await?;
    let journal = load.stop().await?;
    patroni.kill_node(primary);
    if patroni.end_receivers() == 0 {
        return Err("nothing was still to be taken in".into());
    }
    tokio::task::block_in_place(|| patroni.primary_but(primary))?;
    // Who leads to it may take another moment to see that.
    let opens = || async { Ok(shop(place.url()).await.is_ok()) };
    until("the node that took over is found", opens).await?;
    let opened = shop(place.url()).await?;
    let (lost, acknowledged) = (lost(&opened, &journal).await?, journal.acknowledged());
    if lost == 0 {
        return Err(format!(
            "none of {acknowledged} acknowledged writes was lost: this drill sees no loss"
        )
        .into());
    }
    Ok(format!("{lost} of {acknowledged} acknowledged writes lost, as is to be expected"))
}

async fn shops(place: &Place) -> Told<Vec<Shop>> {
    let mut shops = Vec::new();
    for _ in 0..3 {
        shops.push(shop(place.url()).await?);
    }
    Ok(shops)
}

async fn shop(url: String) -> Told<Shop> {
    let connect = Connect::to(url).with_connections(6).wait_for_statement(Duration::from_secs(2));
    Shop::enter(Arc::new(connect.open().await?)).await
}
