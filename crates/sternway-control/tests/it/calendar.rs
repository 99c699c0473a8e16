//! Windows of the calendar that open and close, as channels are told.

use sternway_api::{Told, told};
use sternway_provider::Clock as _;
use sternway_store::Limit;
use sternway_types::{Environment, Event, Force, Revision, Timestamp};

use crate::{
    make::{alice, production},
    world::{MINUTE, World},
};

/// Every night from now on, for eight hours: the first one begins in an hour.
async fn nightly(world: &World) -> Timestamp {
    let opens = world.clock.now().saturating_add(60 * MINUTE);
    let minute = opens.to_string().get(..16).expect("a minute").to_owned();
    set(world, |it| {
        let window = format!("night: UTC {minute} FREQ=DAILY for 8h");
        it.windows.set(window.parse().expect("a window")).expect("few");
    })
    .await;
    format!("{minute}:00Z").parse().expect("a moment")
}

async fn set(world: &World, change: impl Fn(&mut Environment)) -> Revision {
    let change = |it: &mut Environment| {
        change(it);
        Ok(())
    };
    let set = world.control.change_environment(&production(), change, &alice()).await;
    set.expect("it is changed").1.expect("it changes something")
}

/// What was told of windows, in one line each.
async fn edges(world: &World) -> Vec<String> {
    let feed = world.store.feed(world.control.namespace(), Revision::ZERO, Limit::MAX).await;
    let told = feed.expect("the feed is read").iter().flat_map(told).collect::<Vec<Told>>();
    let windows = told.into_iter().filter(|it| it.event().verb().starts_with("window"));
    windows.map(|it| it.cloud.data.summary).collect()
}

async fn tell(world: &World) -> Option<Timestamp> {
    world.control.tell_windows().await.expect("the store is well")
}

#[tokio::test]
async fn a_window_that_opens_and_closes_is_told_once_whoever_drives() {
    let world = World::with_live(2).await;
    assert_eq!(tell(&world).await, None, "nothing is written where there is no calendar");
    let opens = nightly(&world).await;
    assert_eq!(tell(&world).await, Some(opens));
    assert_eq!(edges(&world).await, [""; 0]);
    world.clock.set(opens);
    // Two at the same moment: one of them writes.
    let other = world.another();
    let (one, another) = tokio::join!(world.control.tell_windows(), other.tell_windows());
    let closes = opens.saturating_add(8 * 60 * MINUTE);
    assert_eq!((one.unwrap(), another.unwrap()), (Some(closes), Some(closes)));
    let opened = format!("a freeze window in production opened: night, until {closes}");
    assert_eq!(edges(&world).await, std::slice::from_ref(&opened));
    world.clock.set(closes);
    assert_eq!(tell(&world).await, Some(opens.saturating_add(24 * 60 * MINUTE)));
    let _ = tell(&world).await;
    assert_eq!(edges(&world).await, [opened, "a freeze window in production closed: night".into()]);
}

#[tokio::test]
async fn whoever_has_a_slow_clock_takes_back_nothing_that_was_told() {
    let world = World::with_live(2).await;
    let opens = nightly(&world).await;
    world.clock.set(opens);
    let _ = tell(&world).await;
    let early = opens.as_micros() - 60_000_000;
    world.clock.set(Timestamp::from_micros(early));
    let _ = tell(&world).await;
    assert_eq!(edges(&world).await.len(), 1);
}

#[tokio::test]
async fn a_window_that_is_taken_away_while_it_is_open_is_told_to_be_closed() {
    let world = World::with_live(2).await;
    let opens = nightly(&world).await;
    world.clock.set(opens);
    let _ = tell(&world).await;
    set(&world, |it| it.windows = sternway_types::FreezeWindows::none()).await;
    assert_eq!(tell(&world).await, None);
    let told = edges(&world).await;
    assert_eq!(
        told.last().map(String::as_str),
        Some("a freeze window in production closed: night")
    );
}

#[tokio::test]
async fn what_a_person_set_is_undone_also_when_a_window_opened_since() {
    let world = World::with_live(2).await;
    let opens = nightly(&world).await;
    let described = set(&world, |it| it.description = "the shop".into()).await;
    world.clock.set(opens);
    let _ = tell(&world).await;
    let commit = world.control.commit_at(described).await.unwrap().expect("it is there");
    let undone = world.control.undo(commit, Force::No, &alice()).await;
    drop(undone.expect("nobody else changed it"));
    let after = world.control.environment(&production()).await.unwrap();
    assert_eq!((after.description.as_str(), after.opened.len()), ("", 1));
    let _ = tell(&world).await;
    assert_eq!(edges(&world).await.len(), 1, "it is told once");
}

#[tokio::test]
async fn a_driver_says_so_by_itself() {
    let world = World::with_live(2).await;
    let opens = nightly(&world).await;
    world.clock.set(opens);
    let mut driver = world.control.drive(60 * MINUTE);
    let opened = async {
        let mut feed = world.control.watch(Revision::ZERO);
        loop {
            let commit = feed.next().await.expect("the store is open");
            if told(&commit).iter().any(|it| it.event() == Event::EnvironmentWindowOpened) {
                return;
            }
        }
    };
    tokio::select! {
        driven = driver.next() => panic!("nothing is deployed: {driven:?}"),
        () = opened => (),
    }
}
