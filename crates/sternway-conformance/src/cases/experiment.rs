//! **Experiments**: several candidates of one deployment, of which one goes live.

use sternway_store::{Limit, Refusal};
use sternway_types::{
    Arm, Change, Changeset, Deployment, Limits, MoveCause, Plan, Regime, Route, Shift, Step,
    Strategy, Target, VersionNumber, Weight,
};

use crate::{
    everything::Everything,
    must::{Must, there},
    world::{
        World, deployment, generation, greeting, live, move_to, production, put_deployment,
        put_route, succeeded, version, weight,
    },
};

/// v1 is live at generation 1; v2 and v3 are to be compared beside it.
async fn compared(world: &World) -> Deployment {
    world.publish_many(&greeting(), 4).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let steps = vec![Step::Split(vec![weight(10), weight(20)]), Step::Choose, Step::GoLive];
    let plan = Plan::new(Strategy::Experiment, steps, Limits::default());
    let begun =
        deployment("experiment", &greeting(), &production(), [1, 2].map(version), generation(1));
    let mut begun = Deployment { plan: there(plan.ok(), "plan"), ..begun };
    begun.members.iter_mut().for_each(|member| member.rivals = vec![version(3)]);
    begun
}

/// Each candidate gets this share, under the next generation.
fn split(changeset: Changeset, of: &mut Deployment, shares: [u32; 2]) -> Changeset {
    let shares = shares.map(weight);
    let sum = weight(shares.iter().map(|share| u32::from(share.get())).sum::<u32>() / 100);
    (of.weight, of.split) = (sum, shares.to_vec());
    let arms = vec![
        Arm { version: version(2), weight: shares[0] },
        Arm { version: version(3), weight: shares[1] },
    ];
    let at = there(of.members.first(), "member").generation().next();
    if let Some(member) = of.members.first_mut() {
        let regime = Regime {
            generation: at,
            weight: sum,
            arms: arms.clone(),
            shadow: Weight::ZERO,
            matched: false,
        };
        member.regimes.push(regime);
    }
    let shift = Shift { deployment: of.id, candidate: version(2), weight: sum, arms: arms.clone() };
    let live_arm = Arm { version: version(1), weight: sum.rest() };
    let all = std::iter::once(live_arm).chain(arms).collect();
    let route = Route::new(greeting(), production(), at, all);
    let moved = sternway_types::NewMove {
        artifact: greeting(),
        name: live(&production()),
        to: Target::Version(version(1)),
        cause: MoveCause::Shifted(shift),
        force: sternway_types::Force::No,
    };
    changeset
        .then(put_deployment(of))
        .then(Change::MovePointer(Box::new(moved)))
        .then(put_route(there(route.ok(), "route").of_deployment(of.id)))
}

async fn refused(world: &World, changeset: &Changeset) -> Refusal {
    let before = Everything::of(world).await;
    let refusal = world.store.commit(changeset).await.must_refuse("it breaks an invariant");
    Everything::of(world).await.must_equal(&before, "what was refused");
    refusal
}

fn problem_of(refusal: &Refusal) -> &'static str {
    let Refusal::Deployment { problem, .. } = refusal else {
        panic!("the deployment is to be refused: {refusal:?}")
    };
    problem
}

async fn problem(world: &World, after: &Deployment) -> &'static str {
    problem_of(&refused(world, &world.changeset().then(put_deployment(after))).await)
}

pub(crate) async fn every_candidate_of_an_experiment_has_its_share(world: World) {
    let mut begun = compared(&world).await;
    world.commit(&split(world.changeset(), &mut begun, [10, 20])).await;
    let subject = |number: u64| sternway_types::Subject {
        artifact: greeting(),
        environment: production(),
        version: version(number),
        generation: generation(2),
    };
    for number in [1, 2, 3] {
        let name = format!("run of {number}");
        world.report(vec![succeeded(&name, &subject(number), world.now())]).await;
    }
    let none = vec![succeeded("of none", &subject(4), world.now())];
    let answer = world.store.append(&world.arriving(none)).await;
    let refusal = answer.must_refuse("v4 is no candidate");
    assert!(matches!(refusal, Refusal::NeverLive { .. }), "{refusal:?}");
    let world = world.restart().await;
    let (greeting, name) = (greeting(), live(&production()));
    let moves = world.store.moves(&world.ns, &greeting, &name, None, Limit::new(1)).await;
    let moves = moves.must("read the moves");
    let Some(MoveCause::Shifted(shift)) = moves.first().map(|moved| &moved.cause) else {
        panic!("the newest move is the split: {moves:?}")
    };
    assert_eq!([2, 3, 4].map(|it| shift.share_of(version(it))), [10, 20, 0].map(weight));
}

pub(crate) async fn a_candidate_that_is_out_gets_no_runs(world: World) {
    let mut begun = compared(&world).await;
    world.commit(&split(world.changeset(), &mut begun, [10, 20])).await;
    begun.out = [1].into();
    let mut again = begun.clone();
    let back = split(world.changeset(), &mut again, [10, 20]);
    let refusal = refused(&world, &back).await;
    assert_eq!(problem_of(&refusal), "gives runs to a candidate that is out");
    world.commit(&split(world.changeset(), &mut begun, [10, 0])).await;
    let back_in = Deployment { out: [].into(), ..begun.clone() };
    let said = problem(&world, &back_in).await;
    assert_eq!(said, "brings back a candidate that was found to be worse");
}

pub(crate) async fn nothing_goes_live_that_nobody_chose(world: World) {
    let mut begun = compared(&world).await;
    world.commit(&split(world.changeset(), &mut begun, [10, 20])).await;
    let live_now = Deployment { weight: Weight::ALL, split: Vec::new(), ..begun.clone() };
    let moved = move_to(&greeting(), &live(&production()), Target::Version(version(3)));
    let goes = world.changeset().then(put_deployment(&live_now)).then(moved);
    let refusal = refused(&world, &goes).await;
    let nobody = "goes live, and nobody has said with which candidate";
    assert!(
        matches!(refusal, Refusal::Deployment { problem, .. } if problem == nobody),
        "{refusal:?}"
    );
    let chosen = Deployment { chosen: Some(1), ..begun };
    world.apply(put_deployment(&chosen)).await;
    let other = Deployment { chosen: Some(0), ..chosen.clone() };
    let said = problem(&world, &other).await;
    assert_eq!(said, "goes on with another candidate than the one that was chosen");
    let fewer = |it: &mut Deployment| it.members.iter_mut().for_each(|of| of.rivals.clear());
    let mut single = chosen.clone();
    fewer(&mut single);
    let said = problem(&world, &single).await;
    assert_eq!(said, "has another number of candidates than its plan is for");
    let unknown: VersionNumber = version(9);
    let mut unheard = chosen;
    unheard.members.iter_mut().for_each(|of| of.rivals = vec![unknown]);
    let said = problem(&world, &unheard).await;
    assert_eq!(said, "is another one: what a deployment does is frozen when it begins");
}
