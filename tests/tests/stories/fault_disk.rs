//! The embedded store on a disk that loses power, fails, and is full: a few seeds of what
//! `cargo xtask sim --layer redb` runs many of, and what is about one file only.

use sternway::{
    redb::{RedbKv, RedbOptions, StorageBackend as _},
    store::{Batch, Head, Kv as _, KvError, KvStore, Store as _, StoreError},
    types::{
        Actor, At, Change, Changeset, ChangesetId, Environment, EnvironmentId, NamespaceId, Record,
        Timestamp,
    },
};
use sternway_tests::sim::{
    Disk, EVERYWHERE, Failure, Fault, Kind, Lasts, Mutant, Plan, Syncs, everywhere, rows_of, run,
    seeds, unsynced,
};

const KEPT: &str = include_str!("../../seeds/redb.txt");

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

fn hold(seeds: impl IntoIterator<Item = u64>) {
    wait(async {
        for seed in seeds {
            let plan = Plan { seed, mutant: Mutant::None, fault: None };
            if let Err(failure) = run(&plan).await {
                panic!("seed {seed}: {failure}: {failure:?}");
            }
        }
    });
}

#[test]
fn a_hundred_random_stories_end_well() {
    hold(0..100);
}

#[test]
fn stories_that_ever_ended_badly_end_well() {
    hold(seeds(KEPT).expect("numbers"));
}

#[test]
fn a_fault_at_any_operation_loses_nothing_that_was_acknowledged() {
    let told = wait(everywhere(EVERYWHERE, 17));
    assert!(told.expect("it ends well") > 30, "the story has many operations");
}

#[test]
fn stories_keep_contents_as_deltas_and_in_chunks() {
    // The one that is told everywhere, with a fault that never comes; and one with several lives.
    let never = Fault::failing(Kind::Io, None, u64::MAX, Lasts::Once);
    for fault in [Some(never), None] {
        let plan = Plan { seed: EVERYWHERE, mutant: Mutant::None, fault };
        let course = wait(run(&plan)).expect("it ends well");
        assert!(course.deltas > 0 && course.chunks > 0 && course.cuts > 0, "{course:?}");
    }
}

/// How many seeds it takes to see that a store is wrong.
fn caught(mutant: Mutant) -> Option<u64> {
    wait(async {
        for seed in 0..100 {
            match run(&Plan { seed, mutant, fault: None }).await {
                Ok(_) => (),
                Err(Failure::Broken(_) | Failure::Store { .. }) => return Some(seed + 1),
                Err(Failure::Harness(err)) => panic!("seed {seed}: {err}"),
            }
        }
        None
    })
}

#[test]
fn a_disk_that_only_says_that_it_synced_is_caught_within_100_seeds() {
    assert!(caught(Mutant::LyingSync).is_some());
}

#[test]
fn a_store_that_commits_in_halves_is_caught_within_100_seeds() {
    assert!(caught(Mutant::HalfBatches).is_some());
}

#[test]
fn what_waits_for_no_disk_is_lost_from_its_end() {
    for seed in 0..40 {
        if let Err(failure) = unsynced(seed, Syncs::Honest) {
            panic!("seed {seed}: {failure}: {failure:?}");
        }
    }
}

#[test]
fn a_lying_disk_under_batches_that_wait_is_caught_within_100_seeds() {
    assert!((0..100).any(|seed| unsynced(seed, Syncs::Lying).is_err()));
}

fn on(disk: &Disk) -> RedbKv {
    RedbKv::on(disk.attach(), RedbOptions::default()).expect("the disk is well")
}

/// Commits one changeset, and answers with where the namespace stands then.
async fn one_more(disk: &Disk, name: &str, change: Change) -> Head {
    let store = KvStore::open(on(disk)).expect("the disk is well");
    let shop: NamespaceId = "shop".parse().expect("a namespace");
    let id = ChangesetId::from_name(name);
    let changeset = Changeset::new(id, shop.clone(), Timestamp::EPOCH, Actor::sternway());
    store.commit(&changeset.then(change)).await.expect("the disk is well");
    let report = store.verify().await.expect("the disk is well");
    assert!(report.is_sound(), "{report:?}");
    let head = store.head(&shop, At::Head).await.expect("the disk is well").expect("it was made");
    store.close().await.expect("it closes");
    head
}

#[test]
fn an_old_copy_put_back_is_sound_and_its_head_is_not_the_one_that_was_noted() {
    wait(async {
        let disk = Disk::new(1, Syncs::Honest);
        one_more(&disk, "create", Change::CreateNamespace).await;
        let old = disk.copy();
        let production = || Environment::new(EnvironmentId::production());
        let record = Change::PutRecord(Box::new(Record::Environment(production())));
        let noted = one_more(&disk, "production", record).await;

        // Whoever puts the old copy back and goes on from it makes another history.
        let other = Environment { description: "another".into(), ..production() };
        let other = Change::PutRecord(Box::new(Record::Environment(other)));
        let found = one_more(&old, "production", other).await;
        assert_eq!(found.revision, noted.revision);
        assert_ne!(found.chain, noted.chain, "what was noted outside of the store tells");
    });
}

#[test]
fn a_file_that_was_made_is_whole_when_the_power_goes_right_after() {
    // So it is whole when it gets its name, which is what happens next.
    for seed in 0..50 {
        let disk = Disk::new(seed, Syncs::Honest);
        let kv = on(&disk);
        disk.cut();
        drop(kv);
        let len = disk.len();
        let kv = on(&disk);
        kv.check().expect("it is whole");
        assert!(kv.snapshot().is_ok() && disk.len() >= len, "seed {seed}");
    }
}

fn churn(kv: &RedbKv, rounds: u8) {
    for round in 0..rounds {
        let batch: Batch = (0..20_u8).map(|key| (vec![key], Some(vec![round; 2_000]))).collect();
        kv.commit(&batch).expect("the disk is well");
    }
}

#[test]
fn a_reader_that_stays_makes_the_file_grow_and_one_that_went_lets_it_be_used_again() {
    let disk = Disk::new(1, Syncs::Honest);
    let kv = on(&disk);
    churn(&kv, 100);
    let before = disk.len();
    let reader = kv.snapshot().expect("the disk is well");
    churn(&kv, 200);
    // Every commit of 40 kB needs new pages, and a few for the trees above them.
    let grown = disk.len();
    assert!(grown > before, "what the reader sees is kept");
    assert!(grown < before + 200 * 40_000 * 4, "{before} bytes have become {grown}");
    drop(reader);
    churn(&kv, 200);
    assert!(disk.len() <= grown, "what nobody reads any more is used again");
}

#[test]
fn a_disk_that_is_full_says_so_and_what_has_room_again_is_opened_again() {
    let disk = Disk::new(1, Syncs::Honest);
    let kv = on(&disk);
    churn(&kv, 1);
    let before = rows_of(&kv).expect("the disk is well");
    disk.plan(Some(Fault::failing(Kind::Full, None, 0, Lasts::ForEver)));
    let batch: Batch = [(b"large".to_vec(), Some(vec![1; 4_000_000]))].into();
    let refused = kv.commit(&batch);
    assert!(matches!(refused, Err(KvError::Full(_))), "{refused:?}");
    assert_eq!(rows_of(&kv).expect("reading goes on"), before);

    // redb takes nothing more after an error of the disk, also when there is room again.
    disk.plan(None);
    let refused = kv.commit(&batch);
    assert!(matches!(refused, Err(KvError::Unavailable(_))), "{refused:?}");
    drop(kv);
    let kv = on(&disk);
    assert_eq!(rows_of(&kv).expect("the disk is well"), before);
    kv.commit(&batch).expect("there is room");
}

#[test]
fn a_storage_that_holds_something_else_is_refused() {
    let storage = Disk::new(1, Syncs::Honest).attach();
    storage.set_len(10_000).expect("the disk is well");
    let letter = b"a letter to my aunt".repeat(100);
    storage.write(0, &letter).expect("the disk is well");
    let refused = RedbKv::on(storage, RedbOptions::default()).map(drop);
    assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
}
