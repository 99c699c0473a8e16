//! An emergency of 1,000 artifacts: from the call to the answer, which comes after one durable commit that
//! moves all of them, beside a bare commit of as many rows.

use sternway::{
    Sternway,
    control::{Intent, point::NewPoint},
    provider::Stopwatch,
    store::Batch,
    types::{
        Actor, ArtifactId, Change, Changeset, Content, EnvironmentId, Force, MoveCause, NewMove,
        NewVersion, PointerName, Target, VersionNumber,
    },
};

use crate::{Measured, floor::Bare, report::Bar, sample::Samples};

pub(super) const ARTIFACTS: u64 = 1_000;
pub(super) const ROUNDS: u64 = 10;
/// A move is a row of its own, the pointer, what is live, and what that was before.
pub(super) const ROWS_EACH: u64 = 4;

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let bare = Bare::open(&folder.path().join("bare.redb"))?;
    let sw = runtime.block_on(Sternway::open(folder.path().join("store")))?;
    runtime.block_on(filled(&sw))?;
    let (mut ours, mut floor) = (Samples::default(), Samples::default());
    for round in 0..ROUNDS {
        ours.add(runtime.block_on(one_emergency(&sw))?);
        floor.add(bare.commit(&as_many_rows(round))?);
    }
    runtime.block_on(sw.shutdown())?;
    let (value, floor) = (ours.quantile_us(1.0) / 1e3, floor.quantile_us(1.0) / 1e3);
    Ok(vec![Bar {
        name: "emergency of 1,000 artifacts",
        value,
        unit: "ms",
        floor,
        bar: "at most 2,000 ms, the slowest of 10 (floor: a bare commit of 4,000 rows)",
        met: value <= 2_000.0,
    }])
}

/// The first version of each is live, and somebody took a point of that; the second is there.
pub(super) async fn filled(sw: &Sternway) -> Measured<()> {
    let first = Content::text("one", None)?;
    sw.control().store().put(&first, None).await?;
    let live = artifacts()?.into_iter().flat_map(|artifact| {
        let new = NewVersion::new(artifact.clone(), first.reference());
        [Change::AddVersion(Box::new(new)), moved(artifact, Target::Added)]
    });
    commit(sw, live.collect()).await?;
    let intent = Intent::by(Actor::sternway());
    drop(sw.control().take_point(&NewPoint::of(EnvironmentId::production()), &intent).await?);
    let second = Content::text("two", None)?;
    sw.control().store().put(&second, None).await?;
    let staged = artifacts()?.into_iter().map(|artifact| {
        Change::AddVersion(Box::new(NewVersion::new(artifact, second.reference())))
    });
    commit(sw, staged.collect()).await
}

pub(super) async fn one_emergency(sw: &Sternway) -> Measured<std::time::Duration> {
    let second = Target::Version(VersionNumber::FIRST.next());
    let all = artifacts()?.into_iter().map(|artifact| moved(artifact, second));
    commit(sw, all.collect()).await?;
    let intent = Intent::by(Actor::sternway());
    let start = Stopwatch::start();
    let done = sw.control().emergency(&EnvironmentId::production(), &intent).await?;
    let took = start.elapsed();
    assert_eq!(done.moved.len() as u64, ARTIFACTS);
    Ok(took)
}

fn artifacts() -> Measured<Vec<ArtifactId>> {
    (0..ARTIFACTS).map(|number| Ok(format!("tools/tool-{number:04}").parse()?)).collect()
}

fn moved(artifact: ArtifactId, to: Target) -> Change {
    let name = PointerName::Environment(EnvironmentId::production());
    let (cause, force) = (MoveCause::Promoted, Force::No);
    Change::MovePointer(Box::new(NewMove { artifact, name, to, cause, force }))
}

async fn commit(sw: &Sternway, changes: Vec<Change>) -> Measured<()> {
    let control = sw.control();
    let (id, namespace) = (control.ids().changeset(), control.namespace().clone());
    let changeset = Changeset::new(id, namespace, control.now(), Actor::sternway());
    let changeset = changes.into_iter().fold(changeset, Changeset::then);
    drop(control.store().commit(&changeset).await?);
    Ok(())
}

fn as_many_rows(round: u64) -> Batch {
    let rows = (0..ARTIFACTS * ROWS_EACH).map(|row| {
        let key = [round.to_be_bytes(), row.to_be_bytes()].concat();
        (key, Some(vec![7; 256]))
    });
    rows.collect()
}
