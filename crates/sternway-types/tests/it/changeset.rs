//! What every store refuses without looking at what it holds.

use serde_json::{Value, json};
use sternway_types::{
    Attestation, Change, Changeset, ChangesetError, ChangesetId, Content, Environment, Finding,
    Force, Generation, MoveCause, NewMove, NewVersion, PointerName, Precondition, Record,
    RecordKey, Target, Timestamp,
};

use crate::make::{self, alice, greeting, parsed, production, version};

fn changeset() -> Changeset {
    let id = ChangesetId::from_name("it");
    Changeset::new(id, parsed("shop"), Timestamp::EPOCH, alice())
}

fn with(changes: impl IntoIterator<Item = Change>) -> Changeset {
    changes.into_iter().fold(changeset(), Changeset::then)
}

fn add(artifact: &str, text: &str) -> Change {
    let content = Content::text(text, None).expect("a text").reference();
    Change::AddVersion(Box::new(NewVersion::new(parsed(artifact), content)))
}

fn go(artifact: &str, name: PointerName, to: Target) -> Change {
    let artifact = parsed(artifact);
    let (cause, force) = (MoveCause::Promoted, Force::No);
    Change::MovePointer(Box::new(NewMove { artifact, name, to, cause, force }))
}

fn environment(name: &str) -> Change {
    let environment = Environment { description: name.into(), ..Environment::new(parsed(name)) };
    Change::PutRecord(Box::new(Record::Environment(environment)))
}

fn live(name: &str) -> PointerName {
    PointerName::Environment(parsed(name))
}

fn label(name: &str) -> PointerName {
    PointerName::Label(parsed(name))
}

#[track_caller]
fn check(changes: impl IntoIterator<Item = Change>, expected: &str) {
    let said = with(changes).check().map_or_else(|err| err.to_string(), |()| "fine".into());
    assert_eq!(said, expected);
}

#[test]
fn a_changeset_changes_something() {
    check([], "the changeset changes nothing");
    let only_asks = changeset().when(Precondition::PointerAt {
        artifact: greeting(),
        name: live("production"),
        generation: Generation::ZERO,
    });
    assert_eq!(only_asks.check(), Err(ChangesetError::Empty));
}

#[test]
fn a_changeset_has_at_most_4096_changes() {
    let many = |count| (0..count).map(|index| add(&format!("tools/t{index}"), "x"));
    check(many(4_096), "fine");
    check(many(4_097), "the changeset has 4097 changes: the limit is 4096");
}

#[test]
fn an_artifact_gets_one_version() {
    check(
        [add("tools/a", "x"), add("tools/b", "x"), add("tools/a", "y")],
        "the changeset changes the versions of tools/a twice",
    );
}

#[test]
fn a_pointer_moves_once() {
    check(
        [
            go("tools/a", live("production"), Target::Added),
            go("tools/a", live("production"), Target::Nothing),
        ],
        "the changeset changes environment production of tools/a twice",
    );
}

#[test]
fn a_record_is_written_or_taken_away_once() {
    let key = RecordKey::environment(&production());
    check(
        [environment("production"), Change::DeleteRecord(key.clone())],
        "the changeset changes environment production twice",
    );
    check(
        [Change::DeleteRecord(key.clone()), Change::DeleteRecord(key)],
        "the changeset changes environment production twice",
    );
}

#[test]
fn a_namespace_comes_to_life_once() {
    check(
        [Change::CreateNamespace, Change::CreateNamespace],
        "the changeset changes the namespace twice",
    );
}

/// An attestation whose finding is nested this deep.
fn attested(finding: impl Fn(Value) -> Finding, levels: usize) -> Change {
    let value = (1..levels).fold(json!([]), |inner, _| json!([inner]));
    Change::PutRecord(Box::new(Record::Attestation(Attestation {
        artifact: greeting(),
        version: version(1),
        name: parsed("tests"),
        finding: finding(value),
        by: alice(),
        at: Timestamp::EPOCH,
    })))
}

#[test]
fn a_finding_that_could_not_be_read_back_is_refused() {
    for finding in [Finding::Other, |report| Finding::Tests { passed: 1, failed: 0, report }] {
        let deepest = attested(finding, 123);
        let Change::PutRecord(record) = &deepest else { panic!("it puts a record") };
        make::json(record.as_ref());
        check([deepest], "fine");
        let problem = "attestation prompts/greeting/v1/tests is nested too deep";
        check([attested(finding, 124)], problem);
    }
}

#[test]
fn things_that_are_only_called_alike_are_different_things() {
    check(
        [
            Change::CreateNamespace,
            environment("shop"),
            environment("staging"),
            add("tools/a", "x"),
            go("tools/a", live("stable"), Target::Added),
            go("tools/a", label("stable"), Target::Added),
            go("tools/b", label("stable"), Target::Added),
        ],
        "fine",
    );
}

#[test]
fn a_changeset_is_built_in_the_order_of_the_calls() {
    let reason = "why".parse::<sternway_types::Reason>().unwrap();
    let built = changeset().because(reason.clone()).then(environment("a")).then(environment("b"));
    assert_eq!(built.reason, reason);
    assert_eq!(built.changes, [environment("a"), environment("b")]);
    assert!(built.preconditions.is_empty());
}

#[test]
fn a_record_is_one_that_every_store_can_carry() {
    let attest = |report: Value| {
        let finding = Finding::Other(report);
        let (artifact, version, name) = (greeting(), version(1), parsed("tests"));
        let (by, at) = (alice(), Timestamp::EPOCH);
        let attestation = Attestation { artifact, version, name, finding, by, at };
        Change::PutRecord(Box::new(Record::Attestation(attestation)))
    };
    let describe = |description: &str| {
        let environment =
            Environment { description: description.into(), ..Environment::new(parsed("lab")) };
        Change::PutRecord(Box::new(Record::Environment(environment)))
    };
    let what = "attestation prompts/greeting/v1/tests";
    check([attest(json!("no \\u0000 NUL \\"))], "fine");
    check(
        [attest(json!({"a": ["\u{1}", "\0"]}))],
        &format!("{what} holds a NUL character: take it out"),
    );
    check([attest(json!({"\\\0": 1}))], &format!("{what} holds a NUL character: take it out"));
    check([describe("\0")], "environment lab holds a NUL character: take it out");
    let long = "x".repeat(Record::MAX_BYTES);
    let said = with([describe(&long)]).check().expect_err("it is too large");
    assert!(matches!(said, ChangesetError::TooLarge { found, .. } if found > Record::MAX_BYTES));
}
