//! What holds whatever the plan is and whatever happens.

use std::{collections::HashSet, time::Duration};

use proptest::{prelude::*, sample::select};
use sternway_deploy::{Ask, Awaited, Event, Found, Next, Write, advance, due};
use sternway_types::{
    Actor, Consent, Deployment, DeploymentId, Limits, OnDeadline, Phase, Plan, Step, Timestamp,
    VersionNumber, Weight, Withdrawal,
};

use crate::make::{asked, begun, parsed, plan, regressed, wait, worse};

fn waits() -> impl Strategy<Value = sternway_types::Wait> {
    (0_u32..4, 0_u64..40).prop_map(|(outcomes, seconds)| wait(outcomes, seconds))
}

fn before_live() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_u32..10_000).prop_map(|it| Step::SetWeight(Weight::new(it).expect("a weight"))),
        2 => waits().prop_map(Step::Analyze),
        1 => Just(Step::Pause),
        1 => (1_u8..4).prop_map(|quorum| Step::Approve(Consent::of(quorum))),
        1 => Just(Step::After(parsed("tools/search"))),
    ]
}

fn after_live() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => waits().prop_map(Step::Bake),
        1 => waits().prop_map(Step::Analyze),
        1 => Just(Step::Pause),
    ]
}

fn limits() -> impl Strategy<Value = Limits> {
    let on_deadline = select(vec![OnDeadline::Pause, OnDeadline::RollBack]);
    let all = prop::option::of((1_u64..120).prop_map(Duration::from_secs));
    (1_u64..60, 1_u64..60, all, on_deadline, any::<bool>()).prop_map(
        |(step, rollback, deployment, on_deadline, evidence)| Limits {
            step: Duration::from_secs(step),
            rollback: Duration::from_secs(rollback),
            deployment,
            on_deadline,
            evidence,
            starved: None,
        },
    )
}

fn plans() -> impl Strategy<Value = Plan> {
    let copies =
        prop::option::of((0..=10_000_u32).prop_map(|it| Weight::new(it).expect("a share")));
    let before = prop::collection::vec(before_live(), 0..6);
    let after = prop::collection::vec(after_live(), 0..3);
    let shares = prop::collection::vec(1_u32..2_500, 2..4);
    let compared = prop::option::weighted(0.3, (shares, waits()));
    let header = prop::option::weighted(0.3, Just("x-preview=yes"));
    (header, copies, compared, before, after, limits()).prop_map(
        |(header, copies, compared, before, after, limits)| {
            let mut steps: Vec<_> = match compared {
                Some((shares, look)) => {
                    let shares = shares.into_iter().map(|it| Weight::new(it).expect("a share"));
                    let split = Step::Split(shares.collect());
                    [split, Step::Analyze(look), Step::Choose].into_iter().chain(before).collect()
                }
                None => {
                    let header = header.map(|it| Step::HeaderRoute(parsed(it)));
                    let first = header.into_iter().chain(copies.map(Step::Shadow));
                    first.chain(before).collect()
                }
            };
            steps.push(Step::GoLive);
            steps.extend(after);
            plan(&steps, limits)
        },
    )
}

fn asks() -> impl Strategy<Value = Ask> {
    let all = [Ask::Pause, Ask::Resume, Ask::Promote, Ask::Waive, Ask::Abort];
    let more = [Ask::Approve, Ask::Approve, Ask::Approve, Ask::Reject, Ask::Halt];
    let most = [Ask::Withdraw, Ask::Withdraw, Ask::Withdraw, Ask::Reject, Ask::Dismiss];
    select([all, more, most].concat())
}

fn found() -> impl Strategy<Value = Found> {
    (0_u64..5, prop::bool::weighted(0.2)).prop_map(|(outcomes, proven)| Found { outcomes, proven })
}

fn events() -> impl Strategy<Value = Event> {
    let who = select(vec!["alice", "bob", "carol", "dave", "agent:planner"]);
    let why = select(vec!["", "because"]);
    let artifact = || parsed("prompts/greeting");
    prop_oneof![
        20 => found().prop_map(Event::Looked),
        10 => Just(Event::Routed),
        2 => Just(Event::Unrouted),
        1 => Just(regressed()),
        1 => Just(Event::TakenBack { artifact: artifact(), candidate: VersionNumber::FIRST.next() }),
        1 => any::<bool>().prop_map(|unfit| Event::Withdrawn(
            Withdrawal::new(Timestamp::EPOCH, parsed("bob"), "red", unfit).expect("a reason"),
        )),
        1 => (2_u64..6).prop_map(worse),
        1 => Just(Event::Overtaken { artifact: artifact() }),
        1 => Just(Event::Replaced { by: DeploymentId::from_name("another") }),
        2 => (0_u8..4, who.clone()).prop_map(|(place, by)| asked(Ask::Choose { place }, by, "")),
        4 => (0_u16..4, select(vec![Awaited::UnderWay, Awaited::Completed, Awaited::EndedOtherwise]))
            .prop_map(|(step, other)| Event::Awaited { step, other }),
        10 => (asks(), who, why).prop_map(|(ask, by, why)| asked(ask, by, why)),
    ]
}

/// So many seconds pass, or come back, and then this happens.
fn histories() -> impl Strategy<Value = Vec<(i64, Event)>> {
    prop::collection::vec((prop_oneof![9 => 0_i64..30, 1 => -30_i64..0], events()), 0..60)
}

/// Calls back for each event: before, the event, when, and what came of it.
fn play(
    plan: Plan,
    history: &[(i64, Event)],
    mut check: impl FnMut(&Deployment, &Event, Timestamp, Option<&Next>) -> Result<(), TestCaseError>,
) -> Result<Deployment, TestCaseError> {
    let (mut deployment, mut second) = (begun(plan).deployment, 0_i64);
    for (later, event) in history {
        second += later;
        let now = Timestamp::from_micros(second * 1_000_000);
        // Who is refused changes nothing.
        let Ok(next) = advance(&deployment, event, now) else { continue };
        check(&deployment, event, now, next.as_ref())?;
        if let Some(next) = next {
            deployment = next.deployment;
        }
    }
    Ok(deployment)
}

const MOVES: [Write; 3] = [Write::Shift, Write::GoLive, Write::TakeBack];

fn approvers(deployment: &Deployment) -> HashSet<&Actor> {
    let digest = deployment.digest();
    let valid = deployment.approvals.iter().filter(|approval| approval.plan == digest);
    valid.map(|approval| &approval.by).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_comes_next_is_never_refused_and_never_empty(plan in plans(), history in histories()) {
        play(plan, &history, |before, _, _, next| {
            if let Some(next) = next {
                prop_assert_eq!(next.deployment.refuses(Some(before)), None);
                prop_assert!(next.deployment != *before);
                prop_assert!(next.deployment.step >= before.step, "no step is done twice");
            }
            Ok(())
        })?;
    }

    #[test]
    fn what_goes_back_only_goes_back(plan in plans(), history in histories()) {
        play(plan, &history, |before, _, _, next| {
            let Some(Next { deployment: after, .. }) = next else { return Ok(()) };
            prop_assert!(!before.phase.is_over(), "an end is an end");
            if before.phase == Phase::RollingBack {
                prop_assert!(after.weight <= before.weight);
                let ways = [
                    Phase::RollingBack, Phase::RolledBack, Phase::Superseded, Phase::Rejected,
                    Phase::Halted,
                ];
                prop_assert!(ways.contains(&after.phase));
            }
            if matches!(after.phase, Phase::RollingBack | Phase::RolledBack) {
                prop_assert_eq!(after.weight, Weight::ZERO);
                prop_assert!(after.cause.is_some());
            }
            Ok(())
        })?;
    }

    #[test]
    fn who_waits_for_its_turn_has_no_runs_and_condemns_nobody(
        plan in plans(), history in histories(),
    ) {
        let fresh = begun(plan.clone()).deployment;
        let mut queued = Deployment::new(
            fresh.id, fresh.environment, fresh.members, plan, fresh.by, fresh.started,
        );
        queued.phase = Phase::Queued;
        for (later, event) in &history {
            let now = Timestamp::from_micros(later.abs() * 1_000_000);
            let Ok(Some(next)) = advance(&queued, event, now) else { continue };
            prop_assert_eq!(next.deployment.refuses(Some(&queued)), None);
            prop_assert_eq!(next.writes, [Write::Release]);
            prop_assert!(next.deployment.phase.is_over() && !next.deployment.has_run());
            queued = next.deployment;
        }
    }

    #[test]
    fn nothing_ends_well_without_proof_or_while_the_routers_are_behind(
        plan in plans(), history in histories(),
    ) {
        let last = play(plan, &history, |_, _, _, _| Ok(()))?;
        if last.phase == Phase::Completed {
            let evidence = last.plan.limits().evidence;
            prop_assert!(last.proven || last.waiver.is_some() || !evidence);
            prop_assert!(last.routed && last.is_live());
        }
    }

    #[test]
    fn a_commit_moves_pointers_once_and_releases_what_is_over(
        plan in plans(), history in histories(),
    ) {
        play(plan, &history, |before, _, _, next| {
            let Some(Next { deployment: after, writes }) = next else { return Ok(()) };
            let moves: Vec<_> = writes.iter().filter(|it| MOVES.contains(it)).collect();
            prop_assert!(moves.len() <= 1, "{writes:?}");
            let released = writes.iter().filter(|it| **it == Write::Release).count();
            prop_assert_eq!(released, usize::from(after.phase.is_over()));
            // Who moves waits until it is seen, and nobody waits for nothing.
            prop_assert!(moves.is_empty() || (!after.routed && !after.phase.is_over()));
            prop_assert!(!moves.is_empty() || after.weight == before.weight);
            match moves.first() {
                Some(Write::GoLive) => prop_assert_eq!(after.weight, Weight::ALL),
                Some(Write::TakeBack) => prop_assert_eq!(before.weight, Weight::ALL),
                _ => prop_assert!(moves.is_empty() || before.weight != Weight::ALL),
            }
            Ok(())
        })?;
    }

    #[test]
    fn what_is_paused_goes_no_further_by_itself(plan in plans(), history in histories()) {
        play(plan, &history, |before, event, _, next| {
            let by_itself = matches!(event, Event::Looked(_) | Event::Routed | Event::Unrouted);
            let Some(Next { deployment: after, .. }) = next else { return Ok(()) };
            let waits = before.pauses.iter().any(|it| *it != sternway_types::Pause::Unrouted);
            if by_itself && waits {
                prop_assert_eq!((after.step, after.weight), (before.step, before.weight));
                prop_assert_eq!(after.phase, before.phase);
            }
            Ok(())
        })?;
    }

    #[test]
    fn nobody_gets_runs_before_enough_people_agreed(plan in plans(), history in histories()) {
        let last = play(plan, &history, |_, _, _, _| Ok(()))?;
        let steps = last.plan.steps().iter().take(usize::from(last.step));
        let asked = steps.map(|step| step.asks().map_or(0, |it| usize::from(it.people()))).max();
        let agreed = approvers(&last);
        prop_assert!(agreed.len() >= asked.unwrap_or_default());
        prop_assert!(!agreed.contains(&last.by));
        prop_assert!(!agreed.iter().any(|it| it.is_automation()));
    }

    #[test]
    fn every_regression_of_what_runs_goes_back(plan in plans(), history in histories()) {
        let last = play(plan, &history, |_, _, _, _| Ok(()))?;
        if last.phase == Phase::Running && !last.out.contains(&0) {
            let alone = last.is_experiment() && !last.is_live() && last.in_running().any(|it| it != 0);
            let next = advance(&last, &regressed(), last.since).unwrap().unwrap();
            let after = next.deployment;
            prop_assert!(next.writes.contains(&Write::Condemn));
            if alone {
                prop_assert!(after.out.contains(&0) && after.phase == Phase::Running);
                prop_assert!(after.split.first().is_none_or(|share| share.is_zero()));
            } else {
                prop_assert!(matches!(after.phase, Phase::RollingBack | Phase::RolledBack));
            }
        }
    }

    #[test]
    fn nothing_happens_by_time_before_it_is_due(
        plan in plans(), history in histories(), found in found(), early in 0.0_f64..1.0,
    ) {
        let mut deployment = play(plan, &history, |_, _, _, _| Ok(()))?;
        let (mut now, looked) = (deployment.since, Event::Looked(found));
        for _ in 0..8 {
            if let Some(next) = advance(&deployment, &looked, now).unwrap() {
                deployment = next.deployment;
                continue;
            }
            let Some(due) = due(&deployment, now) else {
                let much_later = now.saturating_add(Duration::from_hours(10_000));
                prop_assert_eq!(advance(&deployment, &looked, much_later).unwrap(), None);
                break;
            };
            prop_assert!(due > now, "who comes back at once never sleeps");
            let before = now.saturating_add(due.since(now).mul_f64(early));
            if before < due {
                prop_assert_eq!(advance(&deployment, &looked, before).unwrap(), None);
            }
            now = due;
        }
    }
}
