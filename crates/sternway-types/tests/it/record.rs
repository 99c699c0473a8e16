//! The keys of records: unique, and grouped by what they are about.

use std::collections::HashSet;

use proptest::prelude::*;
use sternway_types::{
    ArtifactId, Digest, EnvironmentId, Generation, LabelId, PolicyScope, RecordKey, RecordKind,
};

use crate::make::{greeting, hello, json, parsed, production, version};

#[track_caller]
fn check(key: &RecordKey, printed: &str) {
    assert_eq!(key.to_string(), printed);
    assert_eq!(format!("{} {}", key.kind().as_str(), key.name()), printed);
}

#[test]
fn a_key_is_a_kind_and_what_the_record_is_about() {
    check(&RecordKey::namespace(), "namespace settings");
    check(&RecordKey::environment(&production()), "environment production");
    check(&RecordKey::policy(&PolicyScope::Namespace), "policy namespace");
    check(
        &RecordKey::policy(&PolicyScope::Artifact(greeting())),
        "policy artifact:prompts/greeting",
    );
    check(
        &RecordKey::condemnation(&greeting(), &production(), &hello()),
        &format!("condemnation prompts/greeting/production/{}", hello().to_hex()),
    );
    check(
        &RecordKey::attestation(&greeting(), version(3), &parsed("security")),
        "attestation prompts/greeting/v3/security",
    );
    check(
        &RecordKey::latch(&greeting(), &production(), Generation::new(7)),
        "latch prompts/greeting/production/00000000000000000007",
    );
}

#[test]
fn a_key_is_an_object_in_json() {
    assert_eq!(
        json(&RecordKey::environment(&production())),
        r#"{"kind":"environment","name":"production"}"#
    );
}

#[test]
fn every_kind_has_a_word_of_its_own() {
    let words: HashSet<_> = RecordKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(words.len(), RecordKind::ALL.len());
    for kind in RecordKind::ALL {
        assert_eq!(json(&kind), format!("\"{}\"", kind.as_str()));
    }
}

#[test]
fn the_newest_stay_comes_last() {
    let of = |generation| RecordKey::latch(&greeting(), &production(), Generation::new(generation));
    for (older, newer) in [(1, 2), (9, 10), (99, 100), (u64::MAX - 1, u64::MAX)] {
        assert!(of(older) < of(newer), "{older} before {newer}");
    }
}

#[test]
fn what_begins_alike_is_another_group() {
    let condemned = RecordKey::condemned_in(&greeting(), &production());
    let others = [
        RecordKey::condemnation(&parsed("prompts/greeting2"), &production(), &hello()),
        RecordKey::condemnation(&greeting(), &parsed("production-eu"), &hello()),
    ];
    assert!(others.iter().all(|key| !key.name().starts_with(&condemned)));
    let attested = RecordKey::attested_of(&greeting(), version(1));
    let twelfth = RecordKey::attestation(&greeting(), version(12), &parsed("tests"));
    assert!(!twelfth.name().starts_with(&attested));
}

/// What a condemnation, an attestation and a latch are about.
type About = (ArtifactId, EnvironmentId, LabelId, u64, u8);

/// Few names that differ in the places where keys are joined.
fn about() -> impl Strategy<Value = About> {
    let part = || prop::sample::select(vec!["a", "b", "a-b", "a.b", "ab", "a1"]);
    (part(), part(), part(), part(), 1_u64..3, 0_u8..2).prop_map(
        |(collection, name, environment, label, number, digest)| {
            let artifact = parsed(&format!("{collection}/{name}"));
            (artifact, parsed(environment), parsed(label), number, digest)
        },
    )
}

/// The keys about it, each with the prefix of its group.
fn keys(about: &About) -> Vec<(RecordKey, String)> {
    let (artifact, environment, label, number, digest) = about;
    let digest = Digest::from_bytes([*digest; 32]);
    vec![
        (
            RecordKey::condemnation(artifact, environment, &digest),
            RecordKey::condemned_in(artifact, environment),
        ),
        (
            RecordKey::attestation(artifact, version(*number), label),
            RecordKey::attested_of(artifact, version(*number)),
        ),
        (
            RecordKey::latch(artifact, environment, Generation::new(*number)),
            format!("{artifact}/{environment}/"),
        ),
    ]
}

proptest! {
    #[test]
    fn records_about_different_things_have_different_keys(one in about(), other in about()) {
        let different = [
            (&one.0, &one.1, one.4) != (&other.0, &other.1, other.4),
            (&one.0, &one.2, one.3) != (&other.0, &other.2, other.3),
            (&one.0, &one.1, one.3) != (&other.0, &other.1, other.3),
        ];
        for (index, different) in different.into_iter().enumerate() {
            prop_assert_eq!(keys(&one)[index].0 != keys(&other)[index].0, different);
        }
    }

    #[test]
    fn the_keys_of_a_group_and_no_others_begin_with_its_prefix(one in about(), other in about()) {
        let same = [
            (&one.0, &one.1) == (&other.0, &other.1),
            (&one.0, one.3) == (&other.0, other.3),
            (&one.0, &one.1) == (&other.0, &other.1),
        ];
        for (index, same) in same.into_iter().enumerate() {
            let (_, prefix) = &keys(&one)[index];
            let (key, _) = &keys(&other)[index];
            prop_assert_eq!(key.name().starts_with(prefix), same, "{} {}", prefix, key);
        }
    }
}
