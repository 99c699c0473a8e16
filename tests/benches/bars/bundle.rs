//! Export and import of contents that do not compress, beside writing as many bytes to a file.

use std::{fs::File, io::Write as _, path::Path, sync::Arc, time::Duration};

use sternway::{
    Sternway,
    control::{
        Control, Intent,
        bundle::{Export, Import, Streamed},
        publish::Publish,
    },
    provider::Stopwatch,
    redb::{RedbKv, RedbOptions},
    store::{Batch, KvStore, Store},
    types::{Actor, Content},
};

use crate::{
    Measured,
    floor::Bare,
    report::Bar,
    taped::{Tape, Taped},
};

/// How many contents, and how many bytes each has.
const CONTENTS: u64 = 48;
const SIZE: usize = 8 * 1024 * 1024;
const ROUNDS: usize = 5;
const BAR: &str = "at least 50 % of writing as many bytes to a file";

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    let folder = tempfile::tempdir()?;
    let place = folder.path();
    let filled = runtime.block_on(fill(&place.join("from.redb")))?;
    runtime.block_on(export(&filled, &place.join("bundle")))?;
    let batches = runtime.block_on(batches(&place.join("taped.redb"), &place.join("bundle")))?;
    let (mut exported, mut imported) = (Vec::new(), Vec::new());
    let (mut redb, mut floor) = (Vec::new(), Vec::new());
    // The floor is measured beside each round: the machine is not the same from second to second.
    for round in 0..ROUNDS {
        find_memory(place)?;
        floor.push(bare(place)?);
        find_memory(place)?;
        exported.push(runtime.block_on(export(&filled, &place.join("bundle")))?);
        find_memory(place)?;
        floor.push(bare(place)?);
        find_memory(place)?;
        let to = place.join(format!("to-{round}.redb"));
        let store = Arc::new(sternway::redb::open(&to, RedbOptions::default())?);
        imported.push(runtime.block_on(import(store, &place.join("bundle")))?);
        std::fs::remove_file(to)?;
        let to = place.join(format!("bare-{round}.redb"));
        redb.push(Bare::open(&to)?.replay(&batches)?);
        std::fs::remove_file(to)?;
    }
    runtime.block_on(filled.shutdown())?;
    let (floor, bar) = (speed(floor), BAR);
    let met = |value| value >= 0.5 * floor;
    let of = |name, value| Bar { name, value, unit: "MB/s", floor, bar, met: met(value) };
    let redb = Bar { bar: "reported", met: true, ..of("what it wrote, on bare redb", speed(redb)) };
    let exported = of("export a namespace", speed(exported));
    Ok(vec![exported, of("import a bundle", speed(imported)), redb])
}

/// Megabytes a second, in the median round.
fn speed(mut took: Vec<Duration>) -> f64 {
    took.sort_unstable();
    let median = took.get(took.len() / 2).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred megabytes")]
    let bytes = (CONTENTS * SIZE as u64) as f64;
    bytes / 1e6 / median.as_secs_f64()
}

/// Bytes that do not compress, others for each number.
fn noise(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(SIZE);
    while bytes.len() < SIZE {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}

async fn fill(file: &Path) -> Measured<Sternway> {
    let store = Arc::new(sternway::redb::open(file, RedbOptions::default())?);
    let sw = Sternway::builder().on(store).await?;
    let intent = Intent::by(Actor::sternway());
    for number in 0..CONTENTS {
        let content = Content::bytes(noise(number), "application/octet-stream".parse()?)?;
        let publish = Publish::new(format!("files/f{number}").parse()?, content);
        sw.control().publish(publish, &intent).await?;
    }
    Ok(sw)
}

/// As many bytes, written in one go.
fn bare(folder: &Path) -> Measured<Duration> {
    let bytes = noise(1);
    let watch = Stopwatch::start();
    let mut file = File::create(folder.join("bare"))?;
    for _ in 0..CONTENTS {
        file.write_all(&bytes)?;
    }
    file.sync_all()?;
    Ok(watch.elapsed())
}

/// Has the system find memory for what is written next, and half as much: a virtual machine that has
/// to be given some meanwhile writes at a third of its speed, whatever it writes.
fn find_memory(folder: &Path) -> Measured<()> {
    let (path, bytes) = (folder.join("bare"), noise(1));
    let mut file = File::create(&path)?;
    for _ in 0..CONTENTS * 3 / 2 {
        file.write_all(&bytes)?;
    }
    Ok(std::fs::remove_file(path)?)
}

async fn export(sw: &Sternway, file: &Path) -> Measured<Duration> {
    let watch = Stopwatch::start();
    let export = Export::new(Actor::sternway());
    let file = Streamed::new(File::create(file)?)?;
    let (file, _) = sw.control().export(file, &export, &mut |_| ()).await?;
    file.finish()?;
    Ok(watch.elapsed())
}

/// The batches that an import writes.
async fn batches(file: &Path, bundle: &Path) -> Measured<Vec<Batch>> {
    let tape = Tape::default();
    let inner = RedbKv::open(file, RedbOptions::default())?;
    let store = KvStore::open(Taped { inner, tape: tape.clone() })?;
    import(Arc::new(store), bundle).await?;
    std::fs::remove_file(file)?;
    Ok(tape.take())
}

async fn import(store: Arc<dyn Store>, bundle: &Path) -> Measured<Duration> {
    let watch = Stopwatch::start();
    let control = Control::new(store, "default".parse()?);
    let intent = Intent::by(Actor::sternway());
    let import = Import::default();
    let bundle = File::open(bundle)?;
    let imported = control.import_bundle(bundle, &import, &intent, &mut |_| ()).await?;
    if imported.versions != CONTENTS {
        return Err("the bundle did not bring in everything".into());
    }
    control.shutdown().await?;
    Ok(watch.elapsed())
}
