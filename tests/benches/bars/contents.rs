//! What 10,000 versions of ~9 KB take that differ in one to three lines each, and what reading one costs.
//!
//! The first versions are source files of Sternway itself; the lines that change come from others of
//! them, with a number that makes each new.

use std::{fs, ops::ControlFlow, path::Path};

use sternway::{
    Sternway,
    provider::Stopwatch,
    redb::{RedbKv, RedbOptions},
    store::{Direction, Kv as _, Limit, Range},
    types::{ArtifactId, At, ContentRef, Digest},
};

use crate::{Measured, report::Bar, sample::Samples};

const FILES: usize = 40;
const VERSIONS: u32 = 250;
/// The letters of the tables that contents are in.
const TABLES: &[u8] = b"bxyz";

pub(crate) fn measure() -> Measured<Vec<Bar>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let sw = runtime.block_on(Sternway::open(folder.path()))?;
    let corpus = corpus()?;
    let versions = corpus.iter().flatten();
    let (mut raw, mut alone) = (0, 0);
    for version in versions {
        raw += version.len();
        alone += zstd::bulk::compress(version.as_bytes(), 3)?.len();
    }
    runtime.block_on(publish(&sw, corpus))?;
    let (read, checked) = runtime.block_on(read_all(&sw))?;
    runtime.block_on(sw.shutdown())?;

    let file = folder.path().join("store.redb");
    let stored = percent(stored(&file)?, raw);
    let size = percent(usize::try_from(fs::metadata(&file)?.len())?, raw);
    let of_10_000 = |name, value: f64, bar, met| Bar {
        name,
        value,
        unit: "% of raw",
        floor: percent(alone, raw),
        bar,
        met,
    };
    let bar = "at most 10 % (floor: zstd, each alone)";
    Ok(vec![
        of_10_000("contents of 10,000 versions", stored, bar, stored <= 10.0),
        of_10_000("the file that they are in", size, "reported", true),
        Bar {
            name: "read of any content, p99",
            value: read,
            unit: "µs",
            floor: checked,
            bar: "at most 1,000 µs (floor: its SHA-256)",
            met: read <= 1_000.0,
        },
    ])
}

#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn percent(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64 * 100.0
}

/// Every version of every file.
fn corpus() -> Measured<Vec<Vec<String>>> {
    let mut files = Vec::new();
    find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates"), &mut files)?;
    files.truncate(FILES);
    if files.len() < FILES {
        return Err("there are not enough source files of 8 to 11 KB".into());
    }
    let lines: Vec<String> =
        files.iter().flat_map(|file| file.lines()).map(str::to_owned).collect();
    let mut dice = Dice(1);
    let mut corpus = Vec::new();
    for file in &files {
        let mut text: Vec<String> = file.lines().map(str::to_owned).collect();
        let mut versions = Vec::new();
        for number in 0..VERSIONS {
            versions.push(format!("{}\n// {number}\n", text.join("\n")));
            for _ in 0..=dice.below(3) {
                let line = lines.get(dice.below(lines.len())).map_or("", String::as_str);
                let line = format!("{line} {:04x}", dice.below(1 << 16));
                let place = dice.below(text.len());
                let replaced = usize::from(dice.below(4) > 0);
                text.splice(place..place + replaced, [line]);
            }
        }
        corpus.push(versions);
    }
    Ok(corpus)
}

/// Source files of about 9 KB, by their names.
fn find(folder: &Path, found: &mut Vec<String>) -> Measured<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            find(&path, found)?;
        } else if path.extension().is_some_and(|kind| kind == "rs")
            && (8_000..11_000).contains(&entry.metadata()?.len())
        {
            found.push(fs::read_to_string(path)?);
        }
    }
    Ok(())
}

/// `SplitMix64`: the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap_or_default()
    }
}

async fn publish(sw: &Sternway, corpus: Vec<Vec<String>>) -> Measured<()> {
    let mut files = tokio::task::JoinSet::new();
    for (number, versions) in corpus.into_iter().enumerate() {
        let artifact = sw.artifact(&format!("tools/t{number}"));
        files.spawn(async move {
            for version in versions {
                artifact.publish(version).await?;
            }
            Ok::<_, sternway::Error>(())
        });
    }
    while let Some(done) = files.join_next().await {
        done??;
    }
    Ok(())
}

/// How long reading a content takes, and computing its digest; 99 of 100 take no longer.
async fn read_all(sw: &Sternway) -> Measured<(f64, f64)> {
    let mut contents = Vec::new();
    for number in 0..FILES {
        contents.extend(contents_of(sw, &format!("tools/t{number}").parse()?).await?);
    }
    let (mut read, mut checked) = (Samples::default(), Samples::default());
    let mut dice = Dice(2);
    for _ in 0..20_000 {
        let Some(content) = contents.get(dice.below(contents.len())) else { continue };
        let watch = Stopwatch::start();
        let found = sw.control().store().content(content).await?.ok_or("it is not there")?;
        read.add(watch.elapsed());
        let watch = Stopwatch::start();
        assert_eq!(Digest::of(found.as_bytes()), content.digest);
        checked.add(watch.elapsed());
    }
    Ok((read.quantile_us(0.99), checked.quantile_us(0.99)))
}

async fn contents_of(sw: &Sternway, artifact: &ArtifactId) -> Measured<Vec<ContentRef>> {
    let (store, namespace) = (sw.control().store(), sw.control().namespace());
    let page = store.history(namespace, artifact, At::Head, None, Limit::new(1_000)).await?;
    Ok(page.into_iter().map(|version| version.content).collect())
}

/// How many bytes the rows of contents have, with their keys.
fn stored(file: &Path) -> Measured<usize> {
    let kv = RedbKv::open(file, RedbOptions::default())?;
    let snapshot = kv.snapshot()?;
    let mut bytes = 0;
    for letter in TABLES {
        let range =
            Range { from: vec![*letter], to: vec![letter + 1], direction: Direction::Forward };
        snapshot.scan(&range, &mut |key, value| {
            bytes += key.len() + value.len();
            ControlFlow::Continue(())
        })?;
    }
    Ok(bytes)
}
