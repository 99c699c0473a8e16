//! **Counted once**: an outcome counts exactly once by its id, however often and in whatever
//! company it is appended. The answer has the tallies before it.

use sternway_store::{Append, Limit, Tallies};
use sternway_types::{
    Answered, Assigned, Bucket, Carried, Digest, Outcome, OutcomeId, OutcomeStatus, Pairs, Score,
    Subject, Tally,
};
use tokio::task::JoinSet;

use crate::{
    everything::log,
    must::{Must, there},
    world::{
        Client, World, artifact, failed, generation, greeting, live, production, staging,
        succeeded, version,
    },
};

/// A version of two artifacts live, and the stays that outcomes are about.
pub(super) async fn two_live(world: &World) -> (Subject, Subject) {
    let tool = artifact("tools/search");
    for id in [&greeting(), &tool] {
        world.publish(id, id.as_str()).await;
        world.go_live(id, &production(), version(1)).await;
    }
    (world.subject(&greeting(), &production()).await, world.subject(&tool, &production()).await)
}

pub(super) async fn tallies(client: &Client, subject: &Subject) -> Option<Tallies> {
    client.store.tallies(&client.ns, subject).await.must("read tallies")
}

/// What outcomes add up to.
pub(super) fn sum(outcomes: &[Outcome]) -> Tally {
    let mut tally = Tally::default();
    for outcome in outcomes {
        tally.add(outcome);
    }
    tally
}

pub(crate) async fn an_outcome_counts_once_by_its_id(world: World) {
    let (subject, other) = two_live(&world).await;
    let once = succeeded("once", &subject, world.now());
    let appended = world.append(vec![once.clone(), once.clone()]).await;
    assert_eq!(appended.duplicates, 1, "twice in one batch");
    assert_eq!(appended.subjects.len(), 1);
    assert_eq!(there(appended.subjects.first(), "subject").counted, [0], "the first of them");

    let company = vec![
        failed("another", &subject, world.now()),
        once.clone(),
        failed("elsewhere", &other, world.now()),
    ];
    let appended = world.append(company).await;
    assert_eq!(appended.duplicates, 1, "again in other company");
    assert_eq!(appended.subjects.len(), 2);

    // The id decides, whatever else is said under it.
    let changed = failed("once", &other, world.now());
    assert_eq!(world.append(vec![changed]).await.duplicates, 1);
    let world = world.restart().await;
    assert_eq!(world.append(vec![once.clone()]).await.duplicates, 1, "after a restart");
    let world = world.crash().await;
    let appended = world.append(vec![once]).await;
    assert_eq!(appended.duplicates, 1, "after the end of the process");
    assert_eq!(appended.subjects, [], "and nothing is counted");

    let found = there(tallies(&world, &subject).await, &subject);
    assert_eq!((found.tally.succeeded, found.tally.failed), (1, 1));
    let found = there(tallies(&world, &other).await, &other);
    assert_eq!((found.tally.succeeded, found.tally.failed), (0, 1));
}

pub(crate) async fn the_answer_has_the_tallies_before(world: World) {
    let (subject, other) = two_live(&world).await;
    let mut counted = [Vec::new(), Vec::new()];
    for round in 0..4 {
        // Six outcomes of two subjects in turn; the third one is there already.
        let about = |place: u32| if place.is_multiple_of(2) { &subject } else { &other };
        let batch: Vec<_> = (0..6_u32)
            .map(|place| match place {
                2 => succeeded("the same in every round", about(place), world.now()),
                _ => failed(&format!("{round} {place}"), about(place), world.now()),
            })
            .collect();
        let appended = world.append(batch.clone()).await;
        assert_eq!(appended.duplicates, usize::from(round > 0));
        assert_eq!(appended.subjects.len(), 2);
        for (subject, counted) in [&subject, &other].into_iter().zip(&mut counted) {
            let answer = appended.subjects.iter().find(|it| it.subject == *subject);
            let answer = there(answer, subject);
            assert_eq!(answer.before.tally, sum(counted), "what was counted before");
            assert_eq!(answer.before.judged, Tally::default());
            assert!(answer.counted.is_sorted(), "in the order of the log: {:?}", answer.counted);
            let new = batch.iter().enumerate().filter(|(place, outcome)| {
                outcome.subject == *subject && (round == 0 || *place != 2)
            });
            let (places, new): (Vec<_>, Vec<_>) = new.unzip();
            assert_eq!(answer.counted, places);
            counted.extend(new.into_iter().cloned());
        }
    }
    for (subject, counted) in [&subject, &other].into_iter().zip(counted) {
        let found = there(tallies(&world, subject).await, subject);
        assert_eq!(found.tally, sum(&counted));
        let found = log(&world, subject, Limit::new(4)).await.must("read outcomes");
        assert_eq!(found, counted, "the log has them in the order in which they came");
    }
}

pub(crate) async fn a_tally_follows_the_outcomes_own_times(world: World) {
    let (subject, _) = two_live(&world).await;
    let late = world.pass(100);
    let early = world.pass(-50);
    world.pass(1_000);
    let batch = vec![
        failed("late", &subject, late),
        succeeded("early", &subject, early),
        Outcome::new(OutcomeId::from_name("?"), subject.clone(), late, OutcomeStatus::Unknown),
    ];
    world.report(batch).await;
    let tally = there(tallies(&world, &subject).await, &subject).tally;
    assert_eq!((tally.succeeded, tally.failed, tally.unknown), (1, 1, 1));
    let recent: Vec<_> = tally.recent().iter().map(|one| one.id).collect();
    assert_eq!(recent, [OutcomeId::from_name("early"), OutcomeId::from_name("late")]);
}

pub(crate) async fn a_time_in_the_future_is_taken_back_to_the_arrival(world: World) {
    let (subject, _) = two_live(&world).await;
    let arrived = world.now();
    let ahead = succeeded("ahead", &subject, world.pass(3_600));
    let append = Append::new(world.ns.clone(), arrived, vec![ahead]);
    let appended = world.store.append(&append).await.must("append");
    assert_eq!(appended.duplicates, 0);
    let log = log(&world, &subject, Limit::default()).await.must("read outcomes");
    assert_eq!(log.iter().map(|outcome| outcome.at).collect::<Vec<_>>(), [arrived]);
}

pub(crate) async fn every_part_of_an_outcome_is_kept(world: World) {
    let (subject, _) = two_live(&world).await;
    let score = |number| there(Score::new(number).ok(), "score");
    let whole = Outcome {
        duration: Some(std::time::Duration::from_micros(1_234_567)),
        cost: Some(score(0.125)),
        scores: [("helpful".to_owned(), score(-1.5)), ("ü".to_owned(), score(f64::MAX))].into(),
        trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".into()),
        beside: Some(Answered::Failed),
        assigned: Some(Assigned::Key(Bucket::of(9_999))),
        ..failed("whole", &subject, world.now())
    };
    world.report(vec![whole.clone()]).await;
    let world = world.restart().await;
    let log = log(&world, &subject, Limit::default()).await.must("read outcomes");
    assert_eq!(log, [whole]);
}

/// Copies of runs, with every way in which two can end, and runs that are no copies.
fn copies(world: &World, subject: &Subject) -> Vec<Outcome> {
    let others = [None, Some(Answered::Succeeded), Some(Answered::Failed)];
    let copy = |(place, beside): (usize, &Option<Answered>)| {
        let name = format!("copy {place}");
        let own = match place % 4 {
            0 => failed(&name, subject, world.now()),
            1 => {
                let id = OutcomeId::from_name(&name);
                Outcome::new(id, subject.clone(), world.now(), OutcomeStatus::Unknown)
            }
            _ => succeeded(&name, subject, world.now()),
        };
        Outcome { beside: *beside, ..own }
    };
    others.iter().cycle().take(36).enumerate().map(copy).collect()
}

pub(crate) async fn pairs_add_up_whatever_their_order(world: World) {
    let (subject, other) = two_live(&world).await;
    let expected = Pairs { alone: 3, other_alone: 6, alike: 9 };
    let there_are = async |world: &World, subject: &Subject| {
        there(tallies(world, subject).await, subject).tally.pairs()
    };
    let all = copies(&world, &subject);
    assert_eq!(sum(&all).pairs(), expected);
    for some in all.chunks(7) {
        world.report(some.to_vec()).await;
    }
    // Twice is once, also where it is said to have ended otherwise beside another one.
    let again = all.iter().map(|it| Outcome { beside: None, ..it.clone() });
    assert_eq!(world.append(again.collect()).await.duplicates, all.len());
    let mut backwards: Vec<_> = all
        .iter()
        .map(|it| Outcome {
            id: OutcomeId::from_name(&it.id.to_string()),
            subject: other.clone(),
            ..it.clone()
        })
        .collect();
    backwards.reverse();
    world.report(backwards).await;
    let judged = Append::new(world.ns.clone(), world.now(), Vec::new());
    let half = sum(all.get(..18).unwrap_or_default());
    let judged = judged.judged(subject.clone(), half.clone());
    drop(world.store.append(&judged).await.must("mark"));
    let world = world.restart().await;
    assert_eq!(there_are(&world, &subject).await, expected, "after a restart");
    assert_eq!(there_are(&world, &other).await, expected, "in another order");
    let found = there(tallies(&world, &subject).await, &subject);
    assert_eq!(found.judged, half, "what was judged has its pairs as well");
    assert_eq!(log(&world, &subject, Limit::new(5)).await.must("read outcomes"), all);
    let report = world.store.verify().await.must("verify");
    assert!(report.is_sound(), "{report:#?}");
}

pub(crate) async fn what_rules_go_on_from_stays_with_what_was_judged(world: World) {
    let (subject, _) = two_live(&world).await;
    let all = copies(&world, &subject);
    world.report(all.clone()).await;
    let carried = |outcomes: u64| Carried {
        rule: Digest::of(b"a rule"),
        outcomes,
        bits: vec![outcomes, 0.1_f64.to_bits(), f64::MIN.to_bits(), u64::MAX],
    };
    // First of a beginning of the log, and then of all of it.
    let mut world = world;
    for part in [all.get(..20).unwrap_or_default(), &all] {
        let judged = sum(part);
        let own = vec![carried(judged.total())];
        let judged = judged.with_carried(own);
        let append = world.arriving(Vec::new()).judged(subject.clone(), judged.clone());
        drop(world.store.append(&append).await.must("mark"));
        world = world.restart().await;
        let found = there(tallies(&world, &subject).await, &subject);
        assert_eq!(found.judged, judged);
        assert_eq!(found.judged.carried(), [carried(judged.total())], "to the last bit");
        assert_eq!((found.tally.carried(), &found.tally), (&[][..], &sum(&all)));
    }
    let appended = world.append(vec![succeeded("one more", &subject, world.now())]).await;
    let before = &there(appended.subjects.first(), "subject").before;
    assert_eq!(before.judged.carried(), [carried(36)], "the answer has it as well");
    let report = world.store.verify().await.must("verify");
    assert!(report.is_sound(), "{report:#?}");
}

/// Failures of runs that were drawn, of runs of some keys, and of runs that say nothing, which began over ten
/// minutes.
fn assigned(world: &World, subject: &Subject) -> Vec<Outcome> {
    let run = |place: u64| {
        let assigned = match place % 3 {
            0 => None,
            1 => Some(Assigned::Chance),
            _ => Some(Assigned::Key(Bucket::of(place % 7))),
        };
        let duration = Some(std::time::Duration::from_secs(place * 10));
        let own = failed(&format!("run {place}"), subject, world.now());
        Outcome { assigned, duration, ..own }
    };
    (0..60).map(run).collect()
}

pub(crate) async fn whose_runs_failed_adds_up_whatever_their_order(world: World) {
    let (subject, other) = two_live(&world).await;
    let all = assigned(&world, &subject);
    let expected = sum(&all);
    assert_eq!(expected.failing().keyed(), 20, "a third of them");
    for some in all.chunks(7) {
        world.report(some.to_vec()).await;
    }
    let renamed = |it: &Outcome| Outcome {
        id: OutcomeId::from_name(&it.id.to_string()),
        subject: other.clone(),
        ..it.clone()
    };
    let mut backwards: Vec<_> = all.iter().map(renamed).collect();
    backwards.reverse();
    world.report(backwards).await;
    let world = world.restart().await;
    for subject in [&subject, &other] {
        let tally = there(tallies(&world, subject).await, subject).tally;
        assert_eq!(tally.failing(), expected.failing(), "{subject}");
    }
    let report = world.store.verify().await.must("verify");
    assert!(report.is_sound(), "{report:#?}");
}

/// The same number of runs a minute, an hour and a day apart, with everything measured.
fn measured(world: &World, subject: &Subject, round: u64) -> Vec<Outcome> {
    let score = |number| there(Score::new(number).ok(), "score");
    let now = world.now();
    let made = [60, 3_600, 86_400].into_iter().flat_map(|step| (0..10).map(move |n| (step, n)));
    let outcome = |(step, n): (u64, u64)| {
        let at = now.saturating_sub(std::time::Duration::from_secs(step * n));
        let name = format!("{round} {step} {n}");
        let plain =
            if n % 3 == 0 { failed(&name, subject, at) } else { succeeded(&name, subject, at) };
        // More names than are kept, over all rounds.
        let names = (0..30).map(|place| format!("score {:03}", (place * 7 + round * 31) % 90));
        Outcome {
            duration: Some(std::time::Duration::from_micros(n * 1_001)),
            cost: (n % 2 == 0).then(|| score(0.1)),
            scores: names.map(|name| (name, score(0.1 + round.min(9) as f64))).collect(),
            ..plain
        }
    };
    made.map(outcome).collect()
}

pub(crate) async fn what_was_measured_adds_up(world: World) {
    let (subject, _) = two_live(&world).await;
    let mut all = Vec::new();
    for round in 0..4 {
        let outcomes = measured(&world, &subject, round);
        let appended = world.append(outcomes.clone()).await;
        let before = there(appended.subjects.first(), "subject").before.tally.clone();
        assert_eq!(before, sum(&all), "the answer has what was measured before");
        all.extend(outcomes);
        let found = there(tallies(&world, &subject).await, &subject);
        assert_eq!(found.tally, sum(&all), "round {round}");
        // How far it was judged is kept with what was measured up to there.
        let append = world.arriving(Vec::new()).judged(subject.clone(), sum(&all));
        drop(world.store.append(&append).await.must("mark"));
    }
    let world = world.restart().await;
    let found = there(tallies(&world, &subject).await, &subject);
    assert_eq!((&found.tally, &found.judged), (&sum(&all), &sum(&all)), "after a restart");
    let world = world.crash().await;
    let found = there(tallies(&world, &subject).await, &subject);
    assert_eq!(found.tally, sum(&all), "after the end of the process");
    assert!(found.tally.measurements().left_out > 0, "there are more scores than are kept");
    assert!(!found.tally.quantiles().is_empty(), "durations and costs are spread somehow");
    let report = world.store.verify().await.must("verify");
    assert!(report.is_sound(), "{report:#?}");
}

pub(crate) async fn a_stay_keeps_its_outcomes_after_it_ended(world: World) {
    let (first, _) = two_live(&world).await;
    world.publish(&greeting(), "Hi").await;
    world.go_live(&greeting(), &production(), version(2)).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let second = world.subject(&greeting(), &production()).await;
    assert_eq!((second.version, second.generation), (version(1), generation(3)));
    // What ran before the pointer moved on reports late, and what was never live may run, too.
    let idle = Subject { environment: staging(), generation: generation(0), ..first.clone() };
    for (name, subject) in [("late", &first), ("now", &second), ("idle", &idle)] {
        world.report(vec![failed(name, subject, world.now())]).await;
        let tally = there(tallies(&world, subject).await, subject).tally;
        assert_eq!(tally.failed, 1, "each stay has outcomes of its own");
    }
    assert_eq!(world.pointer(&greeting(), &live(&production())).await.generation, generation(3));
}

pub(crate) async fn racing_appends_count_every_outcome_once(world: World) {
    let (subject, other) = two_live(&world).await;
    let mut reporters = JoinSet::new();
    for reporter in 0..8_u64 {
        let (client, subjects) = (Client::clone(&world), [subject.clone(), other.clone()]);
        reporters.spawn(async move {
            let mut counted = 0;
            for round in 0..10 {
                // Everybody reports the same outcomes, in another order and in other company.
                let outcome = |place: u64| {
                    let number = (place * 7 + reporter * 3) % 20;
                    let subject = there(subjects.get(usize::from(number > 9)), "subject");
                    succeeded(&format!("{round} {number}"), subject, client.now())
                };
                let appended = client.append((0..20).map(outcome).collect()).await;
                let new: usize = appended.subjects.iter().map(|it| it.counted.len()).sum();
                assert_eq!(new + appended.duplicates, 20, "each is new or was there");
                counted += new;
            }
            counted
        });
    }
    let counted: usize = reporters.join_all().await.into_iter().sum();
    assert_eq!(counted, 200, "each was new to one reporter");
    for subject in [&subject, &other] {
        assert_eq!(there(tallies(&world, subject).await, subject).tally.succeeded, 100);
        let log = log(&world, subject, Limit::new(33)).await.must("read outcomes");
        let mut ids: Vec<_> = log.iter().map(|outcome| outcome.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), log.len()), (100, 100), "each stands in the log once");
    }
}
