//! A guarded publish: kept, taken back, or overtaken.

use std::time::Duration;

use sternway_control::{
    Control, ControlError,
    guard::{GuardEnding, Guarded, TakenBack},
    publish::{Landing, Publish, Published},
};
use sternway_types::{Content, OnFailure, PolicyScope, Reason, VersionNumber};

use crate::{
    checks::{checking, rude, tone, warm},
    make::{alice, greeting, production, text, version, versions},
    world::World,
};

async fn guard<F>(world: &World, content: &str, check: impl FnOnce(Published) -> F) -> Guarded
where
    F: Future<Output = Result<(), String>>,
{
    let guarded = try_guard(&world.control, text(content), None, check).await;
    guarded.expect("the store writes")
}

async fn try_guard<F>(
    control: &Control,
    content: Content,
    limit: Option<Duration>,
    check: impl FnOnce(Published) -> F,
) -> Result<Guarded, ControlError>
where
    F: Future<Output = Result<(), String>>,
{
    let publish = Publish::new(greeting(), content);
    control.publish_guarded(publish, &production(), limit, &alice(), check).await
}

fn failed(ending: &GuardEnding) -> (&str, TakenBack) {
    let GuardEnding::Failed { reason, taken_back } = ending else { panic!("{ending:?}") };
    (reason.as_str(), *taken_back)
}

/// What is live again, if a failed check took something back.
fn back_to(ending: &GuardEnding) -> VersionNumber {
    let TakenBack::RolledBack { to, .. } = failed(ending).1 else { panic!("{ending:?}") };
    to
}

#[tokio::test]
async fn g16_what_passes_stays_live() {
    let world = World::with_live(1).await;
    let guarded = guard(&world, "better", async |published: Published| {
        assert_eq!(world.live().await, Some(published.number), "it is live while it is checked");
        Ok(())
    })
    .await;
    assert!(guarded.is_kept());
    assert_eq!(world.live().await, Some(version(2)));
    assert_eq!(world.condemned().await, versions([]));
}

#[tokio::test]
async fn g16_what_fails_is_taken_back_and_condemned() {
    let world = World::with_live(2).await;
    let guarded = guard(&world, "worse", async |_| Err("no greeting".to_owned())).await;
    assert_eq!(failed(&guarded.ending).0, "no greeting");
    assert_eq!(back_to(&guarded.ending), version(2));
    assert_eq!(world.live().await, Some(version(2)));
    assert_eq!(world.condemned().await, versions([3]));
    let why = world.control.condemnations(&greeting(), &production()).await.unwrap();
    assert_eq!(why[0].reason.as_str(), "no greeting");
    assert_eq!(world.moves().await, "v1 published, v2 promoted, v3 published, v2 rolled back");
}

#[tokio::test]
async fn g16_a_check_that_panics_has_failed() {
    let world = World::with_live(1).await;
    let guarded = guard(&world, "worse", async |_| panic!("{} is no greeting", 7)).await;
    assert_eq!(failed(&guarded.ending).0, "the check panicked: 7 is no greeting");
    assert_eq!(world.live().await, Some(version(1)));
    let guarded = guard(&world, "bad", |_| -> std::future::Ready<_> { panic!("at once") }).await;
    assert_eq!(failed(&guarded.ending).0, "the check panicked: at once");
    assert_eq!(world.live().await, Some(version(1)));
}

#[tokio::test(start_paused = true)]
async fn g16_a_check_that_takes_too_long_has_failed() {
    let world = World::with_live(1).await;
    let limit = Some(Duration::from_secs(30));
    let never = |_| std::future::pending();
    let guarded = try_guard(&world.control, text("slow"), limit, never).await.unwrap();
    assert_eq!(failed(&guarded.ending).0, "the check was not through after 30s");
    assert_eq!(back_to(&guarded.ending), version(1));
}

#[tokio::test]
async fn g16_who_moved_the_pointer_meanwhile_has_decided() {
    let world = World::with_live(2).await;
    let guarded = guard(&world, "worse", async |_| {
        world.promote(1).await;
        Err("no greeting".to_owned())
    })
    .await;
    let overtaken = TakenBack::Overtaken { live: Some(version(1)) };
    assert_eq!(failed(&guarded.ending).1, overtaken);
    assert_eq!(world.live().await, Some(version(1)));
    assert_eq!(world.condemned().await, versions([]), "what is not taken back is not condemned");
}

#[tokio::test]
async fn g16_the_same_version_in_a_later_stay_is_not_taken_back() {
    let world = World::with_live(1).await;
    let guarded = guard(&world, "worse", async |published: Published| {
        world.promote(1).await;
        world.promote(published.number.get()).await;
        Err("no greeting".to_owned())
    })
    .await;
    let overtaken = TakenBack::Overtaken { live: Some(version(2)) };
    assert_eq!(failed(&guarded.ending).1, overtaken);
    assert_eq!(world.live().await, Some(version(2)));
}

#[tokio::test]
async fn g16_a_first_version_that_fails_stays_live_and_is_condemned() {
    let world = World::new().await;
    let guarded = guard(&world, "worse", async |_| Err("no greeting".to_owned())).await;
    assert!(matches!(failed(&guarded.ending).1, TakenBack::Halted { .. }));
    assert_eq!(world.live().await, Some(version(1)));
    assert_eq!(world.condemned().await, versions([1]));
}

#[tokio::test]
async fn g16_a_version_that_was_there_and_staged_is_guarded_as_well() {
    let world = World::with_live(1).await;
    world.publish("staged").await;
    let guarded = guard(&world, "staged", async |_| Err("no greeting".to_owned())).await;
    assert!(!guarded.published.is_new());
    assert_eq!(back_to(&guarded.ending), version(1));
}

#[tokio::test]
async fn g16_what_changes_nothing_is_not_checked() {
    let world = World::with_live(1).await;
    let never = async |_: Published| panic!("nothing went live");
    let guarded = guard(&world, "greeting 1", never).await;
    assert_eq!(guarded.ending, GuardEnding::NothingToGuard);
}

#[tokio::test]
async fn g16_a_rehearsal_runs_no_check() {
    let world = World::with_live(1).await;
    let (rehearsal, head) = (world.control.rehearsal(), world.head().await);
    let never = async |_| panic!("it was not published");
    let guarded = try_guard(&rehearsal, text("new"), None, never).await.unwrap();
    assert_eq!(guarded.ending, GuardEnding::NothingToGuard);
    assert_eq!(guarded.published.landing, Landing::Live(production()));
    assert_eq!(world.head().await, head);
}

#[tokio::test]
async fn g16_what_the_policy_condemns_does_not_go_live_and_is_not_checked() {
    let world = World::new().await;
    world.publish_as(greeting(), warm()).await;
    let checks = checking([tone(OnFailure::Condemn)]);
    world.control.set_policy(PolicyScope::Namespace, checks, &alice()).await.unwrap();
    let never = async |_| panic!("it is not live");
    let guarded = try_guard(&world.control, rude(), None, never).await.unwrap();
    assert_eq!(guarded.ending, GuardEnding::NothingToGuard);
}

#[tokio::test]
async fn g16_a_store_that_closed_meanwhile_says_what_is_left_to_do() {
    let world = World::with_live(1).await;
    let check = async |_| {
        world.store.close().await.expect("it closes");
        Err("no greeting".to_owned())
    };
    let err = try_guard(&world.control, text("worse"), None, check).await.unwrap_err();
    let left = "prompts/greeting@v2 is live in production and was to be taken back: no greeting";
    assert_eq!(err.to_string(), left);
    assert!(matches!(err, ControlError::NotTakenBack { .. }));
}

#[tokio::test]
async fn g16_only_one_of_two_takes_a_change_back() {
    let world = World::with_live(1).await;
    let guarded = guard(&world, "worse", async |_| Err("no greeting".to_owned())).await;
    let subject = guarded.published.subject().unwrap();
    let again = world.another().take_back(&subject, &Reason::default(), &alice()).await.unwrap();
    assert_eq!(again, TakenBack::Overtaken { live: Some(version(1)) });
}
