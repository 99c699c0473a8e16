//! How deployments and routes are written, as [`golden`](super::golden) has it of all other records.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use sternway_types::{
    Approval, Arm, Cause, Consent, Deployment, DeploymentId, FrozenBaseline, Generation, Lease,
    Limits, Match, Matched, Member, OnDeadline, Pause, Phase, Plan, PointCause, PointId, PointUse,
    PointUsed, Reason, Record, RecordKind, Regime, Revision, RollbackPoint, Route, Step, Strategy,
    Wait, Waiver, Weight,
};

use crate::make::{self, alice, greeting, json_problem, parsed, production, second, version};

fn weight(basis_points: u32) -> Weight {
    Weight::new(basis_points).expect("a share")
}

fn id() -> DeploymentId {
    DeploymentId::from_name("deployment")
}

#[track_caller]
fn check(record: &Record, kind: RecordKind, golden: &str) {
    assert_eq!(make::json(record), golden);
    assert_eq!(record.key().kind(), kind);
}

#[track_caller]
fn check_part<T>(part: &T, golden: &str)
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    assert_eq!(make::json(part), golden);
}

/// A deployment that was just begun.
fn begun() -> Deployment {
    let steps = vec![Step::SetWeight(weight(500)), Step::GoLive];
    Deployment {
        id: id(),
        environment: production(),
        members: vec![Member {
            artifact: greeting(),
            from: version(1),
            to: version(2),
            rivals: Vec::new(),
            regimes: vec![Regime {
                generation: Generation::new(7),
                weight: Weight::ZERO,
                arms: Vec::new(),
                shadow: Weight::ZERO,
                matched: false,
            }],
            baseline: None,
        }],
        plan: Plan::new(Strategy::Canary, steps, Limits::default()).expect("a plan"),
        by: alice(),
        reason: Reason::default(),
        started: second(1),
        phase: Phase::Running,
        step: 0,
        weight: weight(500),
        shadow: Weight::ZERO,
        matched: None,
        split: Vec::new(),
        out: std::collections::BTreeSet::new(),
        chosen: None,
        routed: false,
        since: second(2),
        deadline: None,
        pauses: std::collections::BTreeSet::new(),
        starved: false,
        approvals: Vec::new(),
        objections: Vec::new(),
        waiver: None,
        proven: false,
        cause: None,
        fence: 0,
        lease: None,
    }
}

#[test]
fn a_deployment_that_was_just_begun() {
    check(
        &Record::Deployment(Box::new(begun())),
        RecordKind::Deployment,
        r#"{"deployment":{"id":"aee50b18-a03c-89e4-883a-5acadf5c8614","environment":"production","members":[{"artifact":"prompts/greeting","from":1,"to":2,"regimes":[{"generation":7,"weight":0}]}],"plan":{"strategy":"canary","steps":[{"set_weight":500},"go_live"],"limits":{"step":"24h","rollback":"10m","on_deadline":"pause","evidence":true}},"by":"human:alice","started":"1970-01-01T00:00:01Z","phase":"running","step":0,"weight":500,"routed":false,"since":"1970-01-01T00:00:02Z","fence":0}}"#,
    );
}

#[test]
fn a_deployment_that_goes_by_a_header() {
    let mut deployment = begun();
    let by: Match = parsed("x-preview=yes");
    let steps = vec![Step::HeaderRoute(by.clone()), Step::GoLive];
    deployment.plan = Plan::new(Strategy::Canary, steps, Limits::default()).expect("a plan");
    (deployment.weight, deployment.matched) = (Weight::ZERO, Some(by));
    check_part(&deployment.matched, r#"{"attribute":"x-preview","values":["yes"]}"#);
    let steps = r#"[{"header_route":{"attribute":"x-preview","values":["yes"]}},"go_live"]"#;
    check_part(&deployment.plan.steps().to_vec(), steps);
    let member = &mut deployment.members[0];
    member.regimes[0].matched = true;
    check_part(&member.regimes, r#"[{"generation":7,"weight":0,"matched":true}]"#);
    let written = make::json(&Record::Deployment(Box::new(deployment.clone())));
    let read: Record = serde_json::from_str(&written).expect("it is read back");
    assert_eq!(read, Record::Deployment(Box::new(deployment)));
}

#[test]
fn a_deployment_with_everything_that_there_may_be() {
    let mut deployment = begun();
    deployment.reason = parsed("it is warmer");
    deployment.phase = Phase::RolledBack;
    deployment.pauses = [Pause::Asked, Pause::Deadline, Pause::Unrouted].into();
    deployment.starved = true;
    deployment.proven = true;
    deployment.fence = 2;
    let digest = deployment.plan.digest();
    let (by, reason, at) = (parsed("bob"), parsed("fine"), second(3));
    deployment.approvals = vec![Approval { by, reason, at, plan: digest }];
    let (by, reason, at) = (parsed("carol"), parsed("we must"), second(4));
    deployment.waiver = Some(Waiver { by, reason, at });
    deployment.cause = Some(Cause::Deadline);
    deployment.lease = Some(Lease { owner: "one".into(), until: second(5) });
    let member = deployment.members.first_mut().unwrap();
    member.regimes.push(Regime {
        generation: Generation::new(8),
        weight: weight(500),
        arms: Vec::new(),
        shadow: Weight::ZERO,
        matched: false,
    });
    member.baseline = Some(Box::new(FrozenBaseline {
        artifact: greeting(),
        environment: production(),
        generation: Generation::new(7),
        candidate: version(2),
        version: version(1),
        succeeded: 950,
        failed: 50,
        errors: sternway_types::ErrorClasses::default(),
        quantiles: sternway_types::Quantiles::default(),
    }));
    check(
        &Record::Deployment(Box::new(deployment)),
        RecordKind::Deployment,
        r#"{"deployment":{"id":"aee50b18-a03c-89e4-883a-5acadf5c8614","environment":"production","members":[{"artifact":"prompts/greeting","from":1,"to":2,"regimes":[{"generation":7,"weight":0},{"generation":8,"weight":500}],"baseline":{"artifact":"prompts/greeting","environment":"production","generation":7,"candidate":2,"version":1,"succeeded":950,"failed":50}}],"plan":{"strategy":"canary","steps":[{"set_weight":500},"go_live"],"limits":{"step":"24h","rollback":"10m","on_deadline":"pause","evidence":true}},"by":"human:alice","reason":"it is warmer","started":"1970-01-01T00:00:01Z","phase":"rolled_back","step":0,"weight":500,"routed":false,"since":"1970-01-01T00:00:02Z","pauses":["asked","deadline","unrouted"],"starved":true,"approvals":[{"by":"human:bob","reason":"fine","at":"1970-01-01T00:00:03Z","plan":"sha256:c08d51a730d348145a8077354c3dd02054b1e11f0af087bb7212efdf9c7a1605"}],"waiver":{"by":"human:carol","reason":"we must","at":"1970-01-01T00:00:04Z"},"proven":true,"cause":"deadline","fence":2,"lease":{"owner":"one","until":"1970-01-01T00:00:05Z"}}}"#,
    );
}

#[test]
fn every_step_of_a_plan() {
    let wait = Wait { outcomes: 20, length: Duration::from_mins(5) };
    let steps = vec![
        Step::SetWeight(weight(500)),
        Step::Analyze(wait),
        Step::Pause,
        Step::Approve(Consent::of(2)),
        Step::GoLive,
        Step::Bake(wait),
    ];
    let limits = Limits {
        step: Duration::from_hours(1),
        rollback: Duration::from_mins(2),
        deployment: Some(Duration::from_hours(3)),
        on_deadline: OnDeadline::RollBack,
        evidence: false,
        starved: None,
    };
    let plan = Plan::new(Strategy::Steps, steps, limits).unwrap();
    check_part(
        &plan,
        r#"{"strategy":"steps","steps":[{"set_weight":500},{"analyze":{"outcomes":20,"length":"5m"}},"pause",{"approve":{"quorum":2}},"go_live",{"bake":{"outcomes":20,"length":"5m"}}],"limits":{"step":"1h","rollback":"2m","deployment":"3h","on_deadline":"roll_back","evidence":false}}"#,
    );
    let short = r#"{"strategy":"immediate","steps":["go_live"]}"#;
    let plan = Plan::new(Strategy::Immediate, vec![Step::GoLive], Limits::default()).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(short).unwrap(), plan, "limits may be left out");
    let limits = Limits { starved: Some(Duration::from_mins(5)), ..Limits::default() };
    let plan = Plan::new(Strategy::Immediate, vec![Step::GoLive], limits).unwrap();
    check_part(
        &plan,
        r#"{"strategy":"immediate","steps":["go_live"],"limits":{"step":"24h","rollback":"10m","on_deadline":"pause","evidence":true,"starved":"5m"}}"#,
    );
    let late = json_problem::<Plan>(
        r#"{"strategy":"steps","steps":["go_live",{"approve":{"quorum":1}}]}"#,
    );
    assert!(late.contains("comes after what it is asked for"), "{late}");
}

#[test]
fn every_cause() {
    let (by, reason) = (alice(), parsed::<Reason>("it was rude"));
    check_part(
        &Cause::Regressed { artifact: greeting() },
        r#"{"regressed":{"artifact":"prompts/greeting"}}"#,
    );
    check_part(
        &Cause::Aborted { by: by.clone(), reason: reason.clone() },
        r#"{"aborted":{"by":"human:alice","reason":"it was rude"}}"#,
    );
    check_part(
        &Cause::Withdrawn { at: second(1), by: by.clone(), reason: reason.clone() },
        r#"{"withdrawn":{"at":"1970-01-01T00:00:01Z","by":"human:alice","reason":"it was rude"}}"#,
    );
    check_part(&Cause::Deadline, r#""deadline""#);
    check_part(
        &Cause::Overtaken { artifact: greeting() },
        r#"{"overtaken":{"artifact":"prompts/greeting"}}"#,
    );
    check_part(
        &Cause::Replaced { by: id() },
        r#"{"replaced":{"by":"aee50b18-a03c-89e4-883a-5acadf5c8614"}}"#,
    );
    check_part(
        &Cause::Rejected { by, reason },
        r#"{"rejected":{"by":"human:alice","reason":"it was rude"}}"#,
    );
}

#[test]
fn every_phase_strategy_and_pause_is_written_as_its_word() {
    for phase in Phase::ALL {
        check_part(&phase, &format!("\"{phase}\""));
    }
    for strategy in Strategy::ALL {
        check_part(&strategy, &format!("\"{strategy}\""));
    }
    for pause in [Pause::Asked, Pause::Deadline, Pause::Unrouted, Pause::Frozen, Pause::Regressed] {
        check_part(&pause, &format!("\"{}\"", pause.as_str()));
    }
}

#[test]
fn rollback_points() {
    let mut point = RollbackPoint {
        id: PointId::from_name("point"),
        environment: production(),
        revision: Revision::new(7),
        by: alice(),
        at: second(1),
        description: Reason::default(),
        cause: PointCause::ByHand,
        used: None,
    };
    check(
        &Record::Point(Box::new(point.clone())),
        RecordKind::Point,
        r#"{"point":{"id":"251fecd5-92e5-8e6c-8a95-121752f4a73b","environment":"production","revision":7,"by":"human:alice","at":"1970-01-01T00:00:01Z","cause":"by_hand"}}"#,
    );
    point.description = parsed("before the sale");
    point.cause = PointCause::Before(id());
    for how in [PointUse::Restored, PointUse::Emergency] {
        point.used = Some(PointUsed { how, by: alice(), at: second(2) });
        let word = if how == PointUse::Restored { "restored" } else { "emergency" };
        let golden = r#"{"point":{"id":"251fecd5-92e5-8e6c-8a95-121752f4a73b","environment":"production","revision":7,"by":"human:alice","at":"1970-01-01T00:00:01Z","description":"before the sale","cause":{"before":"aee50b18-a03c-89e4-883a-5acadf5c8614"},"used":{"how":"WORD","by":"human:alice","at":"1970-01-01T00:00:02Z"}}}"#;
        check(
            &Record::Point(Box::new(point.clone())),
            RecordKind::Point,
            &golden.replace("WORD", word),
        );
    }
}

#[test]
fn a_route() {
    let live = Arm { version: version(1), weight: weight(9_500) };
    let arms = vec![live, Arm { version: version(2), weight: weight(500) }];
    let route = Route::new(greeting(), production(), Generation::new(7), arms).unwrap();
    check(
        &Record::Route(Box::new(route.of_deployment(id()))),
        RecordKind::Route,
        r#"{"route":{"artifact":"prompts/greeting","environment":"production","generation":7,"arms":[{"version":1,"weight":9500},{"version":2,"weight":500}],"deployment":"aee50b18-a03c-89e4-883a-5acadf5c8614"}}"#,
    );
}

#[test]
fn a_route_that_goes_by_a_header() {
    let live = Arm { version: version(1), weight: Weight::ALL };
    let arms = vec![live, Arm { version: version(2), weight: Weight::ZERO }];
    let route = Route::new(greeting(), production(), Generation::new(7), arms).unwrap();
    let by: Match = parsed("x-preview=yes,beta");
    let route = route.matched_by(Matched { to: version(2), by }).unwrap();
    check(
        &Record::Route(Box::new(route)),
        RecordKind::Route,
        r#"{"route":{"artifact":"prompts/greeting","environment":"production","generation":7,"arms":[{"version":1,"weight":10000},{"version":2,"weight":0}],"matched":{"to":2,"by":{"attribute":"x-preview","values":["beta","yes"]}}}}"#,
    );
}
