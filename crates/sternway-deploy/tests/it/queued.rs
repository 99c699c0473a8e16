//! Deployments that wait for their turn.

use std::time::Duration;

use sternway_deploy::{Ask, Event, Found, Write, begin_at};
use sternway_types::{
    Cause, Deployment, DeploymentId, Limits, Phase, Plan, Step, VersionNumber, Weight, Withdrawal,
};

use crate::make::{PROVEN, Tale, asked, begun, parsed, plan, regressed, second, weight};

fn by_shares() -> Plan {
    plan(&[Step::SetWeight(weight(5)), Step::GoLive], Limits::default())
}

fn waiting() -> Tale {
    let first = begun(by_shares()).deployment;
    let first = Deployment { phase: Phase::Queued, step: 0, weight: Weight::ZERO, ..first };
    Tale { now: Deployment { routed: true, ..first }, second: 10 }
}

#[test]
fn nothing_but_its_turn_and_an_end_takes_it_out_of_the_queue() {
    let mut tale = waiting();
    assert_eq!(tale.now.refuses(None), None);
    let (found, artifact) = (Found { outcomes: 100, proven: true }, parsed("prompts/greeting"));
    let before = tale.now.clone();
    for event in [
        Event::Looked(found),
        Event::Looked(PROVEN),
        Event::Routed,
        Event::Unrouted,
        Event::Noticed,
        Event::Frozen,
        Event::Thawed,
        Event::Withdrawn(Withdrawal::new(second(1), parsed("bob"), "red", true).unwrap()),
        Event::Overtaken { artifact },
        regressed(),
    ] {
        assert_eq!(tale.event(&event), [], "{event:?}");
        assert_eq!(tale.now, before);
    }
    for ask in [Ask::Pause, Ask::Resume, Ask::Promote, Ask::Waive, Ask::Reject] {
        assert!(tale.refused(ask, "bob").contains("it is queued"), "{ask:?}");
    }
    assert!(tale.refused(Ask::Approve, "bob").contains("`abort` takes it out"));
}

#[test]
fn whoever_ends_it_condemns_nobody() {
    let by = DeploymentId::from_name("another");
    let problem = parsed::<sternway_types::Reason>("it is live");
    for (event, phase) in [
        (asked(Ask::Abort, "bob", "not now"), Phase::RolledBack),
        (asked(Ask::Halt, "bob", "not now"), Phase::RolledBack),
        (Event::Replaced { by }, Phase::Superseded),
        (Event::Unbegun { problem: problem.clone() }, Phase::Superseded),
    ] {
        let mut tale = waiting();
        assert_eq!(tale.event(&event), [Write::Release], "{event:?}");
        tale.is(phase, 0, 0);
        assert!(tale.now.cause.is_some());
    }
    let mut tale = waiting();
    tale.event(&Event::Unbegun { problem: problem.clone() });
    assert_eq!(tale.now.cause, Some(Cause::Unbegun { problem }));
}

#[test]
fn in_its_turn_it_begins_from_what_is_live_and_asks_who_is_to_be_asked_by_then() {
    let queued = waiting().now;
    let mut from_another = queued.clone();
    from_another.members.iter_mut().for_each(|it| it.from = VersionNumber::FIRST.next().next());
    let next = begin_at(from_another.clone(), second(90));
    assert_eq!(next.writes, [Write::Shift]);
    assert_eq!(next.deployment.refuses(Some(&queued)), None);
    assert_eq!((next.deployment.since, next.deployment.started), (second(90), second(0)));
    let hour = Limits { deployment: Some(Duration::from_hours(1)), ..*from_another.plan.limits() };
    let (how, steps) = (from_another.plan.strategy(), from_another.plan.steps().to_vec());
    let plan = Plan::new(how, steps, hour).expect("a plan");
    let limited = begin_at(Deployment { plan, ..from_another.clone() }, second(90)).deployment;
    assert_eq!(limited.deadline, Some(second(90 + 3_600)), "its time begins with its turn");
    let plan = queued.plan.clone().asking_first(2).expect("a plan");
    let asks = begin_at(Deployment { plan, ..from_another.clone() }, second(90)).deployment;
    assert_eq!(asks.refuses(Some(&queued)), None);
    // Nothing else changes, and it changes once.
    let other = crate::make::plan(&[Step::GoLive], Limits::default());
    let other = begin_at(Deployment { plan: other, ..from_another.clone() }, second(90)).deployment;
    assert!(other.refuses(Some(&queued)).is_some_and(|it| it.contains("is frozen")));
    let mut candidate = from_another;
    candidate.members.iter_mut().for_each(|it| it.to = VersionNumber::FIRST);
    let candidate = begin_at(candidate, second(90)).deployment;
    assert!(candidate.refuses(Some(&queued)).is_some());
    let begun = next.deployment;
    assert!(Deployment { phase: Phase::Queued, ..asks }.refuses(Some(&begun)).is_some());
    for phase in [Phase::RollingBack, Phase::Completed] {
        let skips = Deployment { phase, proven: true, ..queued.clone() };
        assert!(skips.refuses(Some(&queued)).is_some(), "{phase}");
    }
}
