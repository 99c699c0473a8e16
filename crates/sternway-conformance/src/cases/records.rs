//! **Guarded**, for records: what they are about exists, and history stays.

use sternway_store::{Limit, Refusal};
use sternway_types::{
    At, Change, Environment, EnvironmentId, Finding, NamespaceSettings, Outbox, Policy,
    PolicyRecord, PolicyScope, PolicySetting, Ratio, Record, RecordEntry, RecordKey, RecordKind,
};

use super::guarded::refused;
use crate::{
    must::{Must, there},
    world::{
        World, artifact, attestation, baseline, channel, condemnation, environment, generation,
        greeting, latch, production, put_channel, put_outbox, revision, tests_passed, text,
        version,
    },
};

fn put(record: Record) -> Change {
    Change::PutRecord(Box::new(record))
}

async fn entry(world: &World, key: &RecordKey) -> RecordEntry {
    there(world.store.record(&world.ns, key, At::Head).await.must("read a record"), key)
}

pub(crate) async fn a_record_is_what_was_written_last(world: World) {
    let scope = PolicyScope::Namespace;
    let key = RecordKey::policy(&scope);
    let settings = [PolicySetting::On(Policy::default()), PolicySetting::Off];
    for (written, setting) in (1..).zip(settings) {
        let record = Record::Policy(PolicyRecord { scope: scope.clone(), setting });
        let receipt = world.apply(put(record.clone())).await;
        let expected = RecordEntry {
            key: key.clone(),
            record: Some(record),
            generation: generation(written),
            revision: receipt.revision,
            at: receipt.at,
        };
        assert_eq!(entry(&world, &key).await, expected);
    }
}

pub(crate) async fn several_records_are_read_as_each_of_them_is(world: World) {
    let scope = PolicyScope::Namespace;
    let mut states = vec![At::Head];
    for setting in [PolicySetting::On(Policy::default()), PolicySetting::Off] {
        let record = Record::Policy(PolicyRecord { scope: scope.clone(), setting });
        states.push(At::Revision(world.apply(put(record)).await.revision));
    }
    let lab = Environment::new(environment("lab"));
    let known = RecordKey::environment(&lab.id);
    let receipt = world.apply(put(Record::Environment(lab))).await;
    let gone = world.apply(Change::DeleteRecord(RecordKey::policy(&scope))).await;
    states.extend([At::Revision(receipt.revision), At::Revision(gone.revision), At::Time(gone.at)]);
    let never = RecordKey::environment(&environment("nowhere"));
    let keys = [never, RecordKey::policy(&scope), known.clone(), known];
    for at in states {
        let (store, ns) = (&world.store, &world.ns);
        let mut each = Vec::new();
        for key in &keys {
            each.push(store.record(ns, key, at).await.must("read a record"));
        }
        assert_eq!(store.records_of(ns, &keys, at).await.must("read records"), each, "{at:?}");
    }
    let none = world.store.records_of(&world.ns, &[], At::Head).await.must("read no record");
    assert_eq!(none, []);
}

pub(crate) async fn records_of_every_kind_are_read_back(world: World) {
    world.publish(&greeting(), "Hello").await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let digest = text("Hello").digest();
    let lab = Environment {
        description: "where we try “it”".into(),
        ..Environment::new(environment("lab"))
    };
    let half = there(Ratio::new(0.5).ok(), "half");
    let other = serde_json::json!({"note": [1, 2.5, null], "nested": {"ü": true}});
    let changes = [
        put(Record::Environment(lab.clone())),
        put(Record::Namespace(NamespaceSettings { default_environment: lab.id })),
        put(Record::Policy(PolicyRecord {
            scope: PolicyScope::Artifact(greeting()),
            setting: PolicySetting::On(Policy::default()),
        })),
        condemnation(&greeting(), &production(), version(1), digest),
        attestation(&greeting(), version(1), "tests", tests_passed(3)),
        attestation(&greeting(), version(1), "security", Finding::Rating(half)),
        attestation(&greeting(), version(1), "notes", Finding::Other(other)),
        latch(&greeting(), &production(), generation(1), version(1)),
        baseline(&greeting(), &production(), generation(1), [version(1); 2]),
        put_channel(&channel(0), Some(production())),
        put_outbox(&Outbox::after(channel(0), revision(1))),
    ];
    for change in &changes {
        world.apply(change.clone()).await;
    }
    let world = world.restart().await;
    for change in changes {
        let Change::PutRecord(record) = change else { continue };
        assert_eq!(entry(&world, &record.key()).await.record, Some(*record));
    }
}

pub(crate) async fn records_are_about_what_exists(world: World) {
    world.publish(&greeting(), "Hello").await;
    let digest = text("Hello").digest();
    let (unknown, nowhere) = (artifact("tools/unknown"), environment("nowhere"));
    let settings = NamespaceSettings { default_environment: nowhere.clone() };
    let scope = PolicyScope::Environment(nowhere.clone());
    let policy = PolicyRecord { scope, setting: PolicySetting::Off };
    let from = |artifact| {
        let setting = PolicySetting::From(artifact);
        put(Record::Policy(PolicyRecord { scope: PolicyScope::Namespace, setting }))
    };
    let no_version =
        || Refusal::NoVersion { artifact: greeting(), version: version(2), latest: version(1) };
    let no_environment = || Refusal::NoEnvironment(nowhere.clone());
    let no_artifact = || Refusal::NoArtifact(unknown.clone());
    let held = |at: &EnvironmentId, versions| baseline(&greeting(), at, generation(1), versions);
    refused(
        &world,
        [
            (put(Record::Namespace(settings)), no_environment()),
            (put(Record::Policy(policy)), no_environment()),
            (from(unknown.clone()), no_artifact()),
            (condemnation(&greeting(), &production(), version(2), digest), no_version()),
            (condemnation(&greeting(), &nowhere, version(1), digest), no_environment()),
            (condemnation(&unknown, &production(), version(1), digest), no_artifact()),
            (attestation(&greeting(), version(2), "tests", tests_passed(1)), no_version()),
            (attestation(&unknown, version(1), "tests", tests_passed(1)), no_artifact()),
            (latch(&greeting(), &production(), generation(1), version(2)), no_version()),
            (latch(&greeting(), &nowhere, generation(1), version(1)), no_environment()),
            (held(&production(), [version(1), version(2)]), no_version()),
            (held(&production(), [version(2), version(1)]), no_version()),
            (held(&nowhere, [version(1); 2]), no_environment()),
        ],
    )
    .await;
    world.apply(from(greeting())).await;
}

pub(crate) async fn what_belongs_to_history_stays(world: World) {
    world.publish(&greeting(), "Hello").await;
    let latched = latch(&greeting(), &production(), generation(1), version(1));
    world.apply(latched.clone()).await;
    let held = baseline(&greeting(), &production(), generation(1), [version(1); 2]);
    world.apply(held.clone()).await;
    world.apply(attestation(&greeting(), version(1), "tests", tests_passed(1))).await;
    let latch_key = RecordKey::latch(&greeting(), &production(), generation(1));
    let held_key = RecordKey::baseline(&greeting(), &production(), generation(1));
    let keys = [
        latch_key.clone(),
        held_key.clone(),
        RecordKey::namespace(),
        RecordKey::environment(&production()),
        RecordKey::attestation(&greeting(), version(1), &crate::must::parsed("tests")),
    ];
    let stays = |key: RecordKey| (Change::DeleteRecord(key.clone()), Refusal::RecordStays(key));
    refused(&world, keys.map(stays)).await;
    // A verdict stays as it was reached first, and so does what it rests on.
    let again = [(latched, latch_key), (held, held_key)];
    refused(&world, again.map(|(change, key)| (change, Refusal::RecordStays(key)))).await;
}

pub(crate) async fn only_what_is_there_is_taken_away(world: World) {
    let key = RecordKey::policy(&PolicyScope::Namespace);
    let delete = Change::DeleteRecord(key.clone());
    let nothing = || (delete.clone(), Refusal::NoRecord(key.clone()));
    refused(&world, [nothing()]).await;
    world.apply(crate::world::namespace_policy(PolicySetting::Off)).await;
    world.apply(delete.clone()).await;
    refused(&world, [nothing()]).await;
    let records = world
        .store
        .records(&world.ns, RecordKind::Policy, "", At::Head, None, Limit::default())
        .await
        .must("read records");
    assert_eq!(records, [], "what was taken away is left out");
}
