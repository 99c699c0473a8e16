//! **Counted once**: an append counts all of its outcomes or none, so a bad one can be mended and
//! the batch sent again.

use sternway_store::{Append, Refusal};
use sternway_types::{Outcome, OutcomeError, OutcomeId, Score, Subject};

use super::counted::{tallies, two_live};
use crate::{
    everything::Everything,
    must::{Must, there},
    world::{
        World, artifact, environment, failed, generation, greeting, live, production, staging,
        succeeded, version,
    },
};

/// A batch of good outcomes with a bad one in its middle.
fn spoilt(world: &World, good: &Subject, bad: Outcome) -> Append {
    let first = succeeded("first", good, world.now());
    world.arriving(vec![first, bad, succeeded("last", good, world.now())])
}

fn bad_id() -> OutcomeId {
    OutcomeId::from_name("bad")
}

async fn refused(world: &World, good: &Subject, bad: Outcome, expected: &Refusal) {
    let before = Everything::of(world).await;
    let append = spoilt(world, good, bad);
    let refusal = world.store.append(&append).await.must_refuse("one outcome is bad");
    assert_eq!(refusal, *expected);
    Everything::of(world).await.must_equal(&before, "a batch that was refused");
    assert_eq!(tallies(world, good).await, None, "none of the batch was counted");
}

pub(crate) async fn a_malformed_outcome_refuses_its_whole_batch(world: World) {
    let (subject, _) = two_live(&world).await;
    let good = failed("bad", &subject, world.now());
    let score = |number| there(Score::new(number).ok(), "score");
    let scores = (0..65).map(|number| (format!("score {number}"), score(0.5))).collect();
    let nameless = [(String::new(), score(0.5))].into();
    let malformed = [
        (Outcome { cost: Some(score(-1.0)), ..good.clone() }, OutcomeError::Cost(-1.0)),
        (Outcome { trace_id: Some(String::new()), ..good.clone() }, OutcomeError::Trace),
        (Outcome { scores, ..good.clone() }, OutcomeError::TooManyScores(65)),
        (
            Outcome { scores: nameless, ..good.clone() },
            OutcomeError::ScoreName { given: String::new() },
        ),
    ];
    for (bad, source) in malformed {
        let expected = Refusal::Outcome { index: 2, id: bad_id(), source };
        refused(&world, &subject, bad, &expected).await;
    }
    // Mended, all of it counts: nothing was kept of what was refused.
    let appended = world.store.append(&spoilt(&world, &subject, good)).await.must("append");
    assert_eq!((appended.subjects.len(), appended.duplicates), (1, 0));
}

pub(crate) async fn an_outcome_of_what_never_was_refuses_its_whole_batch(world: World) {
    let (subject, _) = two_live(&world).await;
    let (unknown, nowhere) = (artifact("tools/unknown"), environment("nowhere"));
    let never = |environment, generation| Refusal::NeverLive {
        index: 2,
        id: bad_id(),
        artifact: greeting(),
        version: version(1),
        environment,
        generation,
    };
    let stranger = Subject { artifact: unknown.clone(), ..subject.clone() };
    let lost = Subject { environment: nowhere.clone(), ..subject.clone() };
    let ahead = Subject { version: version(2), ..subject.clone() };
    let no_version =
        Refusal::NoVersion { artifact: greeting(), version: version(2), latest: version(1) };
    let early = Subject { generation: generation(2), ..subject.clone() };
    let elsewhere = Subject { environment: staging(), ..subject.clone() };
    let subjects = [
        (stranger, Refusal::NoArtifact(unknown)),
        (lost, Refusal::NoEnvironment(nowhere)),
        (ahead, no_version),
        (early, never(production(), generation(2))),
        (elsewhere, never(staging(), generation(1))),
    ];
    for (bad, expected) in subjects {
        refused(&world, &subject, failed("bad", &bad, world.now()), &expected).await;
    }
    // Another version than the one that is live under this generation.
    world.publish(&greeting(), "Hi").await;
    let other = Subject { version: version(2), ..subject.clone() };
    let expected = Refusal::NeverLive {
        index: 2,
        id: bad_id(),
        artifact: greeting(),
        version: version(2),
        environment: production(),
        generation: generation(1),
    };
    refused(&world, &subject, failed("bad", &other, world.now()), &expected).await;
    assert_eq!(world.pointer(&greeting(), &live(&production())).await.generation, generation(1));
}

pub(crate) async fn too_many_outcomes_are_refused(world: World) {
    let (subject, _) = two_live(&world).await;
    let many = vec![succeeded("one", &subject, world.now()); Append::MAX_OUTCOMES + 1];
    let refusal = world.store.append(&world.arriving(many)).await.must_refuse("too many");
    let (found, limit) = (Append::MAX_OUTCOMES + 1, Append::MAX_OUTCOMES);
    assert_eq!(refusal, Refusal::TooManyOutcomes { found, limit });
    assert_eq!(tallies(&world, &subject).await, None);
    assert_eq!(world.append(Vec::new()).await.subjects, [], "none at all is no error");
}
