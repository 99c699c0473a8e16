//! Policies that are artifacts: what is live of one holds, and goes live and back as everything else does.

use std::{
    io::Cursor,
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use sternway_control::{
    Control, ControlError,
    apply::{Wanted, WantedVersion},
    bundle::{Export, Import, Mode, Policies},
    deploy::{NewDeployment, OnSupersede},
    policy::{EffectivePolicy, Passed},
    publish::{Activate, Publish},
    rollback::{Reaction, RollbackMode},
};
use sternway_deploy::immediate;
use sternway_store::{Director, Fault, Faulty, KvStore, MemoryKv, Store};
use sternway_types::{
    ArtifactId, At, Change, Changeset, EnvironmentId, Force, Limits, MoveCause, NewMove, OnFailure,
    PointerName, PolicyScope, PolicySetting, PolicyVersion, Target, Verdict, VersionNumber, Wait,
};

use crate::{
    checks::tone,
    make::{
        alice, artifact, because, greeting, in_a_row, production, said, staging, text, version,
    },
    world::World,
};

pub(crate) fn strict() -> ArtifactId {
    artifact("policies/strict")
}

/// A policy as people write it, which takes a version back after so many failures in a row.
pub(crate) fn written(count: u32) -> String {
    format!("[[rules]]\nrule = \"consecutive_failures\"\ncount = {count}\nwindow = \"1m\"\n")
}

async fn publish(world: &World, content: &str) {
    world.publish_as(strict(), text(content)).await;
}

async fn release(world: &World, number: u64, environment: &EnvironmentId) {
    let to = version(number);
    let promoted = world.control.promote(&strict(), to, environment, Force::No, &alice()).await;
    promoted.expect("it is promoted");
}

/// Takes back what is live of the policy.
async fn take_back(world: &World) -> VersionNumber {
    let (mode, intent) = (RollbackMode::Move, because("too strict"));
    let back =
        world.control.roll_back(&strict(), None, mode, &production(), Force::No, &intent).await;
    back.expect("it goes back").to
}

async fn set(world: &World, scope: &str, setting: PolicySetting) {
    let scope: PolicyScope = scope.parse().expect("a scope");
    world.control.set_policy(scope, setting, &alice()).await.expect("it is set");
}

fn from() -> PolicySetting {
    PolicySetting::From(strict())
}

async fn effective(world: &World, of: &ArtifactId, environment: &EnvironmentId) -> EffectivePolicy {
    world.control.effective_policy(of, environment).await.expect("the store can be read")
}

/// A world with two versions of the greeting, of which the second is live, and a policy for all prompts that
/// takes back after four failures in a row in its first version, which is live, and after two in its second.
pub(crate) async fn with_policy() -> World {
    let world = World::with_live(2).await;
    publish(&world, &written(4)).await;
    publish(&world, &written(2)).await;
    set(&world, "collection:prompts", from()).await;
    world
}

fn by(number: u64, count: u32) -> PolicyVersion {
    let (version, digest) = (version(number), text(&written(count)).digest());
    PolicyVersion { artifact: strict(), version, digest }
}

/// By which version of a policy a verdict on the greeting was latched.
async fn latched_by(world: &World, number: u64) -> Option<PolicyVersion> {
    let stay = world.control.newest_stay(&greeting(), version(number), &production()).await;
    let stay = stay.expect("the store can be read").expect("it was live");
    let found = world.control.explain(stay).await.expect("the store can be read");
    assert_eq!(found.again, Some(true), "the record leads to the same verdict again");
    found.latch.expect("a verdict was latched").regression.policy
}

#[tokio::test]
async fn what_is_live_of_a_policy_judges_the_next_outcome() {
    let world = with_policy().await;
    let holds = effective(&world, &greeting(), &production()).await;
    assert_eq!(holds.from, Some(by(1, 4)));
    assert_eq!(holds.scope, Some("collection:prompts".parse().unwrap()));
    assert_eq!(world.reaction(2, "xx").await, None);
    release(&world, 2, &production()).await;
    assert!(matches!(world.reaction(2, "x").await, Some(Reaction::RolledBack(_))));
    assert_eq!(latched_by(&world, 2).await, Some(by(2, 2)));
}

#[tokio::test]
async fn a_policy_goes_back_like_everything_else() {
    let world = with_policy().await;
    release(&world, 2, &production()).await;
    assert_eq!(take_back(&world).await, version(1));
    assert_eq!(world.reaction(2, "xxx").await, None);
    assert!(world.reaction(2, "x").await.is_some());
    // What judged is in the record, whatever holds by now.
    world.control.pardon(&strict(), version(2), &production(), &alice()).await.unwrap();
    release(&world, 2, &production()).await;
    assert_eq!(latched_by(&world, 2).await, Some(by(1, 4)));
}

#[tokio::test]
async fn a_policy_holds_where_it_is_live() {
    let world = with_policy().await;
    world.create_environment("staging").await;
    set(&world, "namespace", in_a_row(9)).await;
    let around = effective(&world, &greeting(), &staging()).await;
    assert_eq!((around.setting, around.from), (in_a_row(9), None));
    let [passed] = around.passed_over.as_slice() else { panic!("{:?}", around.passed_over) };
    assert_eq!((passed.artifact.clone(), passed.why), (strict(), Passed::NotLive));
    assert_eq!(passed.scope.to_string(), "collection:prompts");
    let unreleased = world.control.unreleased_policies().await.unwrap();
    let found: Vec<_> = unreleased.iter().map(|it| (&it.environment, &it.instead)).collect();
    assert_eq!(found, [(&staging(), &None)]);
    release(&world, 2, &staging()).await;
    assert_eq!(effective(&world, &greeting(), &staging()).await.from, Some(by(2, 2)));
    assert_eq!(effective(&world, &greeting(), &production()).await.from, Some(by(1, 4)));
    assert_eq!(world.control.unreleased_policies().await.unwrap(), []);
}

/// A namespace of an empty store, with what was exported of a world.
async fn elsewhere(world: &World, mode: Mode) -> Control {
    let export = Export::new(alice().actor);
    let bundle =
        world.control.export(Vec::new(), &export, &mut |_| ()).await.expect("it is exported").0;
    let store = KvStore::open(MemoryKv::new()).expect("an empty map becomes a store");
    let there = Control::new(Arc::new(store), world.control.namespace().clone());
    let import = Import { mode, ..Import::default() };
    let imported = there.import_bundle(Cursor::new(bundle), &import, &alice(), &mut |_| ()).await;
    assert_eq!(imported.expect("it is imported").versions, 4);
    there
}

#[tokio::test]
async fn a_bundle_brings_a_policy_with_what_was_live_of_it() {
    let world = with_policy().await;
    release(&world, 2, &production()).await;
    let there = elsewhere(&world, Mode::default()).await;
    let holds = there.effective_policy(&greeting(), &production()).await.unwrap();
    assert_eq!(holds.from, Some(by(2, 2)));
    assert_eq!(holds, effective(&world, &greeting(), &production()).await);
}

#[tokio::test]
async fn what_was_never_released_holds_nowhere() {
    let world = with_policy().await;
    // Nothing goes live by a renumbered import.
    let there = elsewhere(&world, Mode::Renumber(Policies::Take)).await;
    let holds = there.effective_policy(&greeting(), &production()).await.unwrap();
    assert_eq!((holds.scope, holds.passed_over.len()), (None, 1), "the built-in one holds");
    let to = version(2);
    there.promote(&strict(), to, &production(), Force::No, &alice()).await.unwrap();
    let holds = there.effective_policy(&greeting(), &production()).await.unwrap();
    assert_eq!(holds.from, Some(by(2, 2)));
}

#[tokio::test]
async fn a_condemned_policy_holds_until_it_goes_back() {
    let world = with_policy().await;
    release(&world, 2, &production()).await;
    let why = because("too strict");
    world.control.condemn(&strict(), version(2), &production(), &why).await.unwrap();
    assert_eq!(effective(&world, &greeting(), &production()).await.from, Some(by(2, 2)));
    assert_eq!(take_back(&world).await, version(1));
    assert_eq!(effective(&world, &greeting(), &production()).await.from, Some(by(1, 4)));
    let to = version(2);
    let again = world.control.promote(&strict(), to, &production(), Force::No, &alice()).await;
    assert!(said(again).starts_with("policy-condemned"));
}

#[tokio::test]
async fn what_is_no_policy_is_not_published() {
    let world = World::new().await;
    let head = world.head().await;
    let bad = "preset = \"sound\"\ncooldown = \"0s\"\n";
    let refused = "invalid: policies/strict is no policy: line 2, column 12: cooldown is 0ns: expected 1 second to \
                   30 days";
    let published = world.control.publish(Publish::new(strict(), text(bad)), &alice()).await;
    assert_eq!(said(published), refused);
    let version = WantedVersion::Content(text(bad));
    let wanted = Wanted { artifact: strict(), version, live: true, labels: Vec::new() };
    let applied = world.control.apply(&[wanted], &production(), Force::No, &alice()).await;
    assert_eq!(said(applied), refused);
    let unknown = "[[checks]]\nname = \"shape\"\nschema_from = \"schemas/bot\"\n";
    let published = world.control.publish(Publish::new(strict(), text(unknown)), &alice()).await;
    assert!(said(published).starts_with("invalid: the check shape could never be done"));
    assert_eq!(world.head().await, head);
    world.publish_as(artifact("prompts/policy"), text(bad)).await;
}

#[tokio::test]
async fn only_a_policy_that_exists_is_set() {
    let world = World::with_live(1).await;
    let refused = async |artifact: &str| {
        let setting = PolicySetting::From(artifact.parse().unwrap());
        said(world.control.set_policy(PolicyScope::Namespace, setting, &alice()).await)
    };
    assert_eq!(
        refused("prompts/greeting").await,
        "invalid: prompts/greeting cannot be a policy: it is not in the collection policies"
    );
    assert_eq!(
        refused("policies/strict").await,
        "artifact-not-found: there is no artifact policies/strict"
    );
    // History is not refused, and what was imported first is live.
    let history = Publish::new(strict(), text("Be strict."));
    let _imported = world.control.import("a", &history, &alice()).await.unwrap();
    assert_eq!(
        refused("policies/strict").await,
        "invalid: policies/strict@v1 is no policy: line 1, column 4: key with no value, expected `=`"
    );
}

/// Makes a version live as a store lets anybody do, whatever is in it.
async fn force_live(world: &World, number: u64) {
    let moved = NewMove {
        artifact: strict(),
        name: PointerName::Environment(production()),
        to: Target::Version(version(number)),
        cause: MoveCause::Promoted,
        force: Force::No,
    };
    let (id, now) = (world.control.ids().changeset(), world.control.now());
    let changeset = Changeset::new(id, world.control.namespace().clone(), now, alice().actor)
        .then(Change::MovePointer(Box::new(moved)));
    world.store.commit(&changeset).await.expect("it is moved");
}

#[tokio::test]
async fn what_is_no_policy_judges_nothing_until_it_goes_back() {
    let world = with_policy().await;
    let history = Publish::new(strict(), text("Be strict."));
    let _imported = world.control.import("a", &history, &alice()).await.unwrap();
    let to = version(3);
    let promoted = world.control.promote(&strict(), to, &production(), Force::No, &alice()).await;
    assert!(said(promoted).starts_with("invalid: policies/strict@v3 is no policy"));
    force_live(&world, 3).await;
    let subject = world.subject(2).await;
    let recorded = world.control.record(world.outcomes(&subject, "xxxx")).await;
    assert!(said(recorded).starts_with("invalid: policies/strict@v3 is no policy"));
    assert_eq!(world.unjudged().await.len(), 1, "what was counted waits");
    let [found] = world.control.unreleased_policies().await.unwrap().try_into().unwrap();
    assert_eq!(found.instead.unwrap().0, version(3));
    release(&world, 1, &production()).await;
    drop(world.control.sweep().await.unwrap());
    assert_ne!(world.live().await, Some(version(2)), "and is judged then, all of it");
    assert_eq!(latched_by(&world, 2).await, Some(by(1, 4)));
}

#[tokio::test]
async fn a_policy_is_never_judged_by_one_that_is_an_artifact() {
    let world = World::new().await;
    let check = serde_json::to_string(&tone(OnFailure::Refuse)).unwrap();
    let refuses_itself = format!(r#"{{"activation":"immediate","checks":[{check}]}}"#);
    publish(&world, &refuses_itself).await;
    set(&world, "namespace", from()).await;
    let refused = world.control.publish(Publish::new(greeting(), text("Hi")), &alice()).await;
    assert!(said(refused).starts_with("policy-check-failed"), "it holds for everything else");
    let own = effective(&world, &strict(), &production()).await;
    assert_eq!((own.scope, own.passed_over[0].why), (None, Passed::OfPolicies));
    let mended = world.publish_as(strict(), text("preset = \"sound\"")).await;
    assert!(!mended.is_live(), "nor does it go live by what it says itself");
    release(&world, 2, &production()).await;
    assert!(world.control.publish(Publish::new(greeting(), text("Hi")), &alice()).await.is_ok());
    let mut at_once = Publish::new(strict(), text("preset = \"tiers\""));
    at_once.activate = Activate::In(production());
    assert!(world.control.publish(at_once, &alice()).await.unwrap().is_live());
}

#[tokio::test]
async fn checks_of_policies_that_are_artifacts_add_up() {
    let world = World::new().await;
    let check = serde_json::to_string(&tone(OnFailure::Refuse)).unwrap();
    publish(&world, &format!(r#"{{"checks":[{check}]}}"#)).await;
    world.create_environment("staging").await;
    set(&world, "namespace", from()).await;
    set(&world, "collection:prompts", in_a_row(3)).await;
    let checks = async |environment: EnvironmentId| {
        let checks = world.control.effective_checks(&greeting(), &environment).await.unwrap();
        checks.len()
    };
    assert_eq!(checks(production()).await, 1);
    assert_eq!(checks(staging()).await, 0, "it is not live there");
    assert_eq!(effective(&world, &greeting(), &production()).await.setting, in_a_row(3));
}

#[tokio::test]
async fn a_rollback_point_brings_the_policy_back_too() {
    let world = with_policy().await;
    let new = sternway_control::point::NewPoint::of(production());
    let point = world.control.take_point(&new, &alice()).await.unwrap().point;
    release(&world, 2, &production()).await;
    world.promote(1).await;
    let restored = world
        .control
        .restore_point(&production(), point.id, Force::No, &because("it was better"))
        .await
        .unwrap();
    let moved: Vec<_> = restored.moved.iter().map(|it| it.artifact.to_string()).collect();
    assert_eq!(moved, ["policies/strict", "prompts/greeting"]);
    assert_eq!(effective(&world, &greeting(), &production()).await.from, Some(by(1, 4)));
    assert_eq!(world.reaction(2, "xxx").await, None);
    assert!(world.reaction(2, "x").await.is_some());
}

/// Deploys a version of the policy at once, without waiting for outcomes, of which it has none.
async fn deploy(world: &World, number: u64) -> Result<(), ControlError> {
    let limits = Limits { evidence: false, ..Limits::default() };
    let new = NewDeployment {
        members: vec![(strict(), version(number))],
        environment: production(),
        plan: immediate(Wait { outcomes: 0, length: Duration::ZERO }, limits).expect("a plan"),
        force: Force::No,
        on_supersede: OnSupersede::Reject,
    };
    let begun = world.control.start_deployment(&new, &alice()).await?;
    world.control.drive_one(&production(), begun.deployment.id).await.map(drop)
}

#[tokio::test]
async fn a_policy_is_deployed_and_what_is_none_is_not() {
    let world = with_policy().await;
    let history = Publish::new(strict(), text("Be strict."));
    let _imported = world.control.import("a", &history, &alice()).await.unwrap();
    deploy(&world, 2).await.unwrap();
    assert_eq!(effective(&world, &greeting(), &production()).await.from, Some(by(2, 2)));
    let refused = said(deploy(&world, 3).await);
    assert!(refused.starts_with("invalid: policies/strict@v3 is no policy"), "{refused}");
    assert!(world.reaction(2, "xx").await.is_some());
    assert_eq!(latched_by(&world, 2).await, Some(by(2, 2)));
}

#[tokio::test]
async fn an_earlier_state_is_judged_by_what_held_then() {
    let world = with_policy().await;
    let then = world.head().await;
    release(&world, 2, &production()).await;
    let past: Arc<dyn Store> =
        Arc::new(sternway_store::AsOf::new(Arc::clone(&world.store), At::Revision(then)));
    let past = Control::new(past, world.control.namespace().clone());
    let held = past.effective_policy(&greeting(), &production()).await.unwrap();
    assert_eq!(held.from, Some(by(1, 4)));
}

/// Writes down what is asked of a store, and does something before a call, once.
#[derive(Debug, Default)]
struct Watching {
    ops: Mutex<Vec<&'static str>>,
    before: Mutex<Option<(&'static str, Meanwhile)>>,
}

/// What somebody else does meanwhile.
#[derive(Debug)]
struct Meanwhile(Control);

impl Watching {
    fn meanwhile(&self, op: &'static str) -> Option<Meanwhile> {
        let mut before = self.before.lock().expect("nobody panicked");
        before.take_if(|(at, _)| *at == op).map(|(_, meanwhile)| meanwhile)
    }
}

#[async_trait]
impl Director for Watching {
    async fn before(&self, op: &'static str) -> Option<Fault> {
        self.ops.lock().expect("nobody panicked").push(op);
        if let Some(Meanwhile(other)) = self.meanwhile(op) {
            let scope = "collection:prompts".parse().expect("a scope");
            other.set_policy(scope, in_a_row(7), &alice()).await.expect("it is set");
            let to = version(2);
            let promoted = other.promote(&strict(), to, &production(), Force::No, &alice()).await;
            promoted.expect("it is promoted");
        }
        None
    }

    async fn after(&self, _: &'static str) {}
}

fn watched(world: &World) -> (Arc<Watching>, Control) {
    let watching = Arc::new(Watching::default());
    let director: Arc<dyn Director> = Arc::clone(&watching) as _;
    let store = Arc::new(Faulty::directed(Arc::clone(&world.store), director));
    (watching, Control::new(store, world.control.namespace().clone()))
}

#[tokio::test]
async fn what_judges_stood_so_at_one_moment() {
    let world = with_policy().await;
    let (watching, control) = watched(&world);
    // The setting goes, and only then the other version goes live: both never held together.
    *watching.before.lock().unwrap() = Some(("pointer", Meanwhile(world.another())));
    let holds = control.effective_policy(&greeting(), &production()).await.unwrap();
    assert_eq!((holds.setting, holds.from), (in_a_row(7), None));
}

#[tokio::test]
async fn an_outcome_costs_one_read_more_and_is_judged_by_what_was_read_before() {
    let world = with_policy().await;
    let (watching, control) = watched(&world);
    let asked = async |of: &ArtifactId| {
        let effective = control.effective_policy(of, &production()).await.unwrap();
        (mem::take(&mut *watching.ops.lock().unwrap()), effective.from)
    };
    let first = ["records_of", "pointer", "record", "version", "content"];
    assert_eq!(asked(&greeting()).await, (first.to_vec(), Some(by(1, 4))));
    for _ in 0..3 {
        let again = (vec!["records_of", "pointer"], Some(by(1, 4)));
        assert_eq!(asked(&greeting()).await, again);
    }
    release(&world, 2, &production()).await;
    assert_eq!(asked(&greeting()).await, (first.to_vec(), Some(by(2, 2))));
    release(&world, 1, &production()).await;
    let known = (vec!["records_of", "pointer", "record"], Some(by(1, 4)));
    assert_eq!(asked(&greeting()).await, known, "what it says is known");
    set(&world, "collection:tools", in_a_row(3)).await;
    let others = asked(&artifact("tools/search")).await;
    assert_eq!(others, (vec!["records_of"], None), "others cost what they did");
}

#[tokio::test]
async fn a_verdict_before_it_is_latched_says_by_what_it_is_reached() {
    let world = with_policy().await;
    let subject = world.subject(2).await;
    world.append(&subject, "xxxx").await;
    let check = world.control.check(&greeting(), &production()).await.unwrap();
    let Verdict::Regressed(found) = check.verdict else { panic!("four failures in a row") };
    assert_eq!(found.policy, Some(by(1, 4)));
    assert_eq!(check.policy.from, Some(by(1, 4)));
}
