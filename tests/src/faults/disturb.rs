//! What breaks while a load goes on.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _};
use xtask::postgres::Server;

use super::{Load, Place, Told, pause};
use crate::sim::Dice;

/// One thing that breaks, and heals by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disturbance {
    /// The server stops as if the power went, and comes back.
    Crash,
    /// Sessions of the stores are ended, some at random and again and again.
    Terminate,
    /// Sessions that listen are ended, again and again.
    Deafen,
    /// Another session holds the heads of all namespaces for longer than anybody waits for a lock.
    Hold,
    /// Every session of the stores is ended at once.
    TerminateAll,
}

/// All of them.
pub const EVERY_DISTURBANCE: [Disturbance; 5] = [
    Disturbance::Crash,
    Disturbance::Terminate,
    Disturbance::Deafen,
    Disturbance::Hold,
    Disturbance::TerminateAll,
];

/// How often sessions are ended by one disturbance.
const TIMES: u32 = 12;

/// Breaks something, and waits until the load goes on by itself.
///
/// # Errors
///
/// If it does not, or the disturbance itself cannot be made.
pub async fn disturb(
    what: Disturbance,
    server: Option<&Server>,
    place: &Place,
    load: &Load,
    dice: &mut Dice,
) -> Told<()> {
    match what {
        Disturbance::Crash => crash(server.ok_or("this server is not ours")?)?,
        Disturbance::Terminate => terminate(place, load, dice).await?,
        Disturbance::Deafen => deafen(place, load).await?,
        Disturbance::Hold => hold(place, Duration::from_millis(600)).await?,
        Disturbance::TerminateAll => drop(place.terminate("true").await?),
    }
    load.goes_on(20).await
}

/// Blocks this thread: the load goes on on others.
fn crash(server: &Server) -> Told<()> {
    tokio::task::block_in_place(|| {
        server.crash()?;
        server.restart()?;
        Ok(())
    })
}

async fn terminate(place: &Place, load: &Load, dice: &mut Dice) -> Told<()> {
    for _ in 0..TIMES {
        let seed = dice.below(1_000_000);
        let chance = format!("hashtext(pid::text || '{seed}') % 3 = 0");
        place.terminate(&chance).await?;
        load.goes_on(3).await?;
    }
    Ok(())
}

async fn deafen(place: &Place, load: &Load) -> Told<()> {
    for _ in 0..TIMES / 4 {
        place.terminate("query LIKE 'LISTEN %'").await?;
        load.goes_on(3).await?;
    }
    Ok(())
}

/// A transaction that somebody forgot.
async fn hold(place: &Place, length: Duration) -> Told<()> {
    let mut session = place.session().await?;
    let hold = "BEGIN; SELECT FROM sternway.head FOR UPDATE";
    sqlx::raw_sql(AssertSqlSafe(hold)).execute(&mut session).await?;
    pause(length).await;
    session.close().await?;
    Ok(())
}
