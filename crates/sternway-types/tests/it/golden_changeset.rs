//! How a changeset is written. Its fingerprint, by which a repeated one is known, is made of this.

use sternway_types::{
    Arm, Change, Changeset, ChangesetId, ContentKind, ContentRef, DeploymentId, Environment, Force,
    Generation, MoveCause, NewMove, NewVersion, Parents, PointerName, Precondition, Record,
    RecordKey, RollbackTrigger, Shift, Target, Weight,
};

use crate::{
    golden::{REGRESSION, regression},
    make::{alice, greeting, hello, json, json_problem, parsed, production, second, version},
};

const HELLO: &str = "sha256:185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969";

fn live() -> PointerName {
    PointerName::Environment(production())
}

fn content() -> ContentRef {
    ContentRef { digest: hello(), kind: ContentKind::Text { language: None }, len: 5 }
}

#[track_caller]
fn check_change(change: &Change, golden: &str) {
    assert_eq!(json(change), golden);
}

#[track_caller]
fn check_precondition(precondition: &Precondition, golden: &str) {
    assert_eq!(json(precondition), golden);
}

#[test]
fn a_changeset() {
    let id: ChangesetId = parsed("01988f6e-0b7a-7c3e-9f4e-2f5a6b7c8d9e");
    let changeset = Changeset::new(id, parsed("shop"), second(5), alice())
        .because(parsed("to begin"))
        .when(Precondition::LatestIs { artifact: greeting(), version: None })
        .then(Change::CreateNamespace);
    assert_eq!(
        json(&changeset),
        concat!(
            r#"{"id":"01988f6e-0b7a-7c3e-9f4e-2f5a6b7c8d9e","namespace":"shop","#,
            r#""at":"1970-01-01T00:00:05Z","actor":"human:alice","reason":"to begin","#,
            r#""preconditions":[{"latest_is":{"artifact":"prompts/greeting","version":null}}],"#,
            r#""changes":["create_namespace"]}"#
        )
    );
}

#[test]
fn every_precondition() {
    check_precondition(
        &Precondition::PointerAt {
            artifact: greeting(),
            name: live(),
            generation: Generation::new(7),
        },
        r#"{"pointer_at":{"artifact":"prompts/greeting","name":{"environment":"production"},"generation":7}}"#,
    );
    check_precondition(
        &Precondition::LatestIs { artifact: greeting(), version: Some(version(3)) },
        r#"{"latest_is":{"artifact":"prompts/greeting","version":3}}"#,
    );
    check_precondition(
        &Precondition::LatestDiffers { artifact: greeting(), content: content() },
        &format!(
            r#"{{"latest_differs":{{"artifact":"prompts/greeting","content":{{"digest":"{HELLO}","kind":{{"type":"text"}},"len":5}}}}}}"#
        ),
    );
    check_precondition(
        &Precondition::RecordAt {
            key: RecordKey::environment(&production()),
            generation: Generation::ZERO,
        },
        r#"{"record_at":{"key":{"kind":"environment","name":"production"},"generation":0}}"#,
    );
}

#[test]
fn a_version_that_is_added_with_nothing_but_its_content() {
    let new = NewVersion::new(greeting(), content());
    check_change(
        &Change::AddVersion(Box::new(new)),
        &format!(
            r#"{{"add_version":{{"artifact":"prompts/greeting","content":{{"digest":"{HELLO}","kind":{{"type":"text"}},"len":5}},"parents":"latest","author":null,"authored_at":null,"changelog":"","semver":null,"metadata":{{}}}}}}"#
        ),
    );
}

#[test]
fn a_version_that_is_added_with_all_that_can_be_said() {
    let new = NewVersion {
        parents: Parents::Exactly(vec![version(1), version(2)]),
        author: Some(parsed("agent:planner")),
        authored_at: Some(second(4)),
        changelog: parsed("warmer"),
        semver: Some(parsed("1.2.3-rc.1+build")),
        metadata: serde_json::from_str(r#"{"team":"words"}"#).unwrap(),
        ..NewVersion::new(greeting(), content())
    };
    let text = json(&Change::AddVersion(Box::new(new)));
    let said = concat!(
        r#""parents":{"exactly":[1,2]},"author":"agent:planner","authored_at":"1970-01-01T00:00:04Z","#,
        r#""changelog":"warmer","semver":"1.2.3-rc.1+build","metadata":{"team":"words"}}}"#
    );
    assert!(text.ends_with(said), "{text}");
}

#[track_caller]
fn check_move(moved: (PointerName, Target, MoveCause, Force), golden: &str) {
    let (name, to, cause, force) = moved;
    let moved = NewMove { artifact: greeting(), name, to, cause, force };
    check_change(
        &Change::MovePointer(Box::new(moved)),
        &format!(r#"{{"move_pointer":{{"artifact":"prompts/greeting",{golden}}}}}"#),
    );
}

#[test]
fn every_move_of_a_pointer() {
    let label = PointerName::Label(parsed("stable"));
    check_move(
        (live(), Target::Added, MoveCause::Published, Force::No),
        r#""name":{"environment":"production"},"to":"added","cause":"published","force":"no""#,
    );
    check_move(
        (live(), Target::Version(version(3)), MoveCause::Promoted, Force::Yes),
        r#""name":{"environment":"production"},"to":{"version":3},"cause":"promoted","force":"yes""#,
    );
    check_move(
        (label.clone(), Target::Added, MoveCause::Labelled, Force::No),
        r#""name":{"label":"stable"},"to":"added","cause":"labelled","force":"no""#,
    );
    check_move(
        (label, Target::Nothing, MoveCause::Unlabelled, Force::No),
        r#""name":{"label":"stable"},"to":"nothing","cause":"unlabelled","force":"no""#,
    );
    let back = |trigger| (live(), Target::Version(version(1)), MoveCause::RolledBack(trigger));
    let (name, to, cause) = back(RollbackTrigger::Manual);
    check_move(
        (name, to, cause, Force::No),
        r#""name":{"environment":"production"},"to":{"version":1},"cause":{"rolled_back":"manual"},"force":"no""#,
    );
    let (name, to, cause) = back(RollbackTrigger::Policy(Box::new(regression())));
    check_move(
        (name, to, cause, Force::No),
        &format!(
            r#""name":{{"environment":"production"}},"to":{{"version":1}},"cause":{{"rolled_back":{{"policy":{REGRESSION}}}}},"force":"no""#
        ),
    );
}

#[test]
fn every_move_of_a_deployment() {
    let deployment = DeploymentId::from_name("deployment");
    let weight = Weight::new(500).unwrap();
    let shift = Shift { deployment, candidate: version(2), weight, arms: Vec::new() };
    check_move(
        (live(), Target::Version(version(1)), MoveCause::Shifted(shift), Force::No),
        r#""name":{"environment":"production"},"to":{"version":1},"cause":{"shifted":{"deployment":"aee50b18-a03c-89e4-883a-5acadf5c8614","candidate":2,"weight":500}},"force":"no""#,
    );
    let arms = [2, 3].map(|number| Arm { version: version(number), weight });
    let weight = Weight::new(1_000).unwrap();
    let split = Shift { deployment, candidate: version(2), weight, arms: arms.to_vec() };
    check_move(
        (live(), Target::Version(version(1)), MoveCause::Shifted(split), Force::No),
        r#""name":{"environment":"production"},"to":{"version":1},"cause":{"shifted":{"deployment":"aee50b18-a03c-89e4-883a-5acadf5c8614","candidate":2,"weight":1000,"arms":[{"version":2,"weight":500},{"version":3,"weight":500}]}},"force":"no""#,
    );
    check_move(
        (live(), Target::Version(version(2)), MoveCause::Deployed(deployment), Force::No),
        r#""name":{"environment":"production"},"to":{"version":2},"cause":{"deployed":"aee50b18-a03c-89e4-883a-5acadf5c8614"},"force":"no""#,
    );
}

#[test]
fn a_record_that_is_written_or_taken_away() {
    let environment = Environment::new(production());
    check_change(
        &Change::PutRecord(Box::new(Record::Environment(environment))),
        r#"{"put_record":{"environment":{"id":"production"}}}"#,
    );
    check_change(
        &Change::DeleteRecord(RecordKey::environment(&production())),
        r#"{"delete_record":{"kind":"environment","name":"production"}}"#,
    );
}

#[test]
fn a_change_that_is_not_known_is_refused() {
    assert!(json_problem::<Change>(r#""drop_everything""#).contains("unknown variant"));
}
