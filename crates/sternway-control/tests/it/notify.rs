//! Channels are told what happened: at least once, in order, whatever dies in between.

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use async_trait::async_trait;
use sternway_control::{
    Control, ControlError,
    notify::{IfThere, Notified, Replay, send_all},
};
use sternway_provider::{Delivered, Notice, Notifier, NotifyError};
use sternway_store::{Refusal, StoreError};
use sternway_types::{
    At, Channel, ChannelId, ChannelParts, EnvironmentId, Event, EventFilter, Force, Reach,
    Revision, Timestamp, Via,
};

use crate::{
    make::{alice, robot},
    world::World,
};

/// Who is told, and answers as it is told to.
#[derive(Debug, Default)]
struct Listener {
    heard: Mutex<Vec<(ChannelId, String, Event)>>,
    /// The channels that do not answer, and how.
    deaf: Mutex<Vec<(ChannelId, NotifyError)>>,
}

impl Listener {
    fn deafen(&self, id: &ChannelId, how: NotifyError) {
        self.deaf.lock().expect("no test fails in here").push((id.clone(), how));
    }

    fn mend(&self) {
        self.deaf.lock().expect("no test fails in here").clear();
    }

    fn ids(&self, channel: &ChannelId) -> Vec<String> {
        let heard = self.heard.lock().expect("no test fails in here");
        heard.iter().filter(|(id, ..)| id == channel).map(|(_, id, _)| id.clone()).collect()
    }

    fn events(&self, channel: &ChannelId) -> Vec<Event> {
        let heard = self.heard.lock().expect("no test fails in here");
        heard.iter().filter(|(id, ..)| id == channel).map(|(.., event)| *event).collect()
    }
}

#[async_trait]
impl Notifier for Listener {
    fn check(&self, _channel: &Channel) -> Result<(), NotifyError> {
        Ok(())
    }

    async fn deliver(
        &self,
        channel: &Channel,
        notice: &Notice,
        _now: Timestamp,
    ) -> Result<Delivered, NotifyError> {
        let deaf = self.deaf.lock().expect("no test fails in here");
        if let Some((_, how)) = deaf.iter().find(|(id, _)| id == channel.id()) {
            return Err(how.clone());
        }
        assert!(notice.body.len() <= Notice::MAX_BODY && notice.body.contains(&notice.id));
        let mut heard = self.heard.lock().expect("no test fails in here");
        heard.push((channel.id().clone(), notice.id.clone(), notice.event));
        Ok(Delivered { answer: "200 OK".into() })
    }
}

fn id(name: &str) -> ChannelId {
    name.parse().expect("the name of a channel")
}

fn down() -> NotifyError {
    NotifyError::Failed { problem: "nobody answers".into(), rest: None }
}

fn channel(name: &str, on: &str, environment: Option<EnvironmentId>) -> Channel {
    let secret = "env:SECRET".parse().expect("a place");
    let parts = ChannelParts {
        id: id(name),
        via: Via::Webhook { url: "https://example.com/hook".into(), secret },
        on: vec![on.parse::<EventFilter>().expect("a filter")],
        environment,
        template: None,
        reach: Reach::Public,
        give_up_after: None,
    };
    Channel::new(parts).expect("a channel")
}

async fn add(world: &World, name: &str, on: &str) -> ChannelId {
    let (channel, listener) = (channel(name, on, None), Listener::default());
    let added = world.control.add_channel(channel, IfThere::Refuse, &listener, &alice()).await;
    added.expect("it is added");
    id(name)
}

async fn tell(control: &Control, listener: &Listener) -> Vec<Notified> {
    control.notify(listener).await.expect("channels are told")
}

async fn head(world: &World) -> Revision {
    let head = world.store.head(world.control.namespace(), At::Head).await.expect("it is read");
    head.expect("a namespace").revision
}

#[tokio::test]
async fn a_channel_is_told_what_happens_from_then_on_in_order() {
    let world = World::with_live(1).await;
    let all = add(&world, "all", "*").await;
    let listener = Listener::default();
    world.publish("greeting 2").await;
    world.promote(2).await;
    world.roll_back(None).await.expect("it goes back");
    let told = tell(&world.control, &listener).await;
    assert_eq!(told.iter().map(|it| it.told).collect::<Vec<_>>(), [4]);
    use Event as E;
    assert_eq!(
        listener.events(&all),
        [E::VersionPublished, E::ArtifactPromoted, E::ArtifactRolledBack, E::VersionCondemned]
    );
    assert!(tell(&world.control, &listener).await.is_empty(), "nothing else happened");
}

#[tokio::test]
async fn a_channel_is_told_what_it_wants_only() {
    let world = World::with_live(1).await;
    world.create_environment("staging").await;
    let listener = Listener::default();
    let wants = add(&world, "rolled", "rolled_back").await;
    let staging = channel("staging", "artifact.*", Some("staging".parse().expect("a name")));
    let added = world.control.add_channel(staging, IfThere::Refuse, &listener, &alice()).await;
    added.expect("it is added");
    world.publish("greeting 2").await;
    world.promote(2).await;
    world.roll_back(None).await.expect("it goes back");
    let (artifact, to) = (crate::make::greeting(), crate::make::staging());
    let two = crate::make::version(2);
    world.control.promote(&artifact, two, &to, Force::No, &alice()).await.expect("it goes live");
    drop(tell(&world.control, &listener).await);
    assert_eq!(listener.events(&wants), [Event::ArtifactRolledBack]);
    assert_eq!(listener.events(&id("staging")), [Event::ArtifactPromoted]);
}

#[tokio::test]
async fn a_notifier_that_is_down_for_an_hour_loses_nothing_and_keeps_nobody_up() {
    let world = World::with_live(1).await;
    let (lame, sound) = (add(&world, "lame", "*").await, add(&world, "sound", "*").await);
    let listener = Listener::default();
    listener.deafen(&lame, down());
    let begin = world.control.now();
    for number in 2.. {
        if world.control.now().since(begin) > Duration::from_hours(1) {
            break;
        }
        world.publish(&format!("greeting {number}")).await;
        world.promote(number).await;
        drop(tell(&world.control, &listener).await);
        assert_eq!(listener.events(&sound).len() as u64, 2 * (number - 1), "it is told at once");
        world.clock.advance(Duration::from_mins(5));
    }
    assert!(listener.events(&lame).is_empty());
    listener.mend();
    // The next try comes by the schedule, and nobody has to do anything.
    for _ in 0..60 {
        world.clock.advance(Duration::from_mins(5));
        drop(tell(&world.control, &listener).await);
    }
    assert_eq!(listener.ids(&lame), listener.ids(&sound), "everything, in order, once each");
}

#[tokio::test]
async fn who_dies_before_it_is_written_down_tells_again_under_the_same_ids() {
    let world = World::with_live(1).await;
    let all = add(&world, "all", "*").await;
    world.publish("greeting 2").await;
    world.promote(2).await;
    let listener = Listener::default();
    let batches = world.control.claim_notices().await.expect("they are claimed");
    drop(send_all(batches, &listener).await);
    let first = listener.ids(&all);
    assert_eq!(first.len(), 2);
    // The others wait for the lease of the dead one to end, and for no longer.
    let other = world.another();
    assert!(tell(&other, &listener).await.is_empty());
    assert!(tell(&world.control, &listener).await.is_empty());
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(tell(&other, &listener).await.len(), 1);
    assert_eq!(listener.ids(&all), [first.clone(), first].concat());
}

#[tokio::test]
async fn of_two_who_tell_one_has_each_batch() {
    let world = World::with_live(1).await;
    let all = add(&world, "all", "*").await;
    let (listener, other) = (Listener::default(), world.another());
    for number in 2..12 {
        world.publish(&format!("greeting {number}")).await;
        let (one, two) = tokio::join!(world.control.notify(&listener), other.notify(&listener));
        one.and(two).expect("channels are told");
    }
    while !tell(&other, &listener).await.is_empty() {}
    let ids = listener.ids(&all);
    assert_eq!(ids.len(), 10, "each of them once");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 10);
}

#[tokio::test]
async fn who_comes_too_late_writes_nothing_over_what_others_wrote() {
    let world = World::with_live(1).await;
    add(&world, "all", "*").await;
    world.publish("greeting 2").await;
    let listener = Listener::default();
    let batches = world.control.claim_notices().await.expect("they are claimed");
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(tell(&world.another(), &listener).await.len(), 1);
    let before = head(&world).await;
    for sent in send_all(batches, &listener).await {
        let settled = world.control.settle_notices(&sent).await.expect("the store answers");
        assert_eq!(settled, None);
    }
    assert_eq!(head(&world).await, before);
}

#[tokio::test]
async fn who_wants_nothing_any_more_is_left_alone_until_a_person_says_otherwise() {
    let world = World::with_live(1).await;
    let all = add(&world, "all", "*").await;
    let listener = Listener::default();
    listener.deafen(&all, NotifyError::Gone { problem: "410 Gone".into() });
    world.publish("greeting 2").await;
    let told = tell(&world.control, &listener).await;
    assert_eq!(told[0].closed.as_ref().expect("it is closed").problem, "410 Gone");
    listener.mend();
    world.clock.advance(Duration::from_hours(200));
    assert!(tell(&world.control, &listener).await.is_empty());
    let replayed = world.control.replay_notices(&all, Replay::Waiting, &alice()).await;
    replayed.expect("it is opened");
    drop(tell(&world.control, &listener).await);
    assert_eq!(listener.events(&all), [Event::VersionPublished]);
}

#[tokio::test]
async fn what_is_given_up_keeps_nothing_up_and_can_be_told_once_more() {
    let world = World::with_live(1).await;
    let all = add(&world, "all", "*").await;
    let listener = Listener::default();
    listener.deafen(&all, down());
    world.publish("greeting 2").await;
    let mut tries = 0;
    while world.control.channel(&all).await.expect("it is there").outbox.lost.is_empty() {
        tries += tell(&world.control, &listener).await.len();
        world.clock.advance(Duration::from_hours(1));
    }
    assert_eq!(tries, 10, "as often as the schedule says");
    listener.mend();
    world.publish("greeting 3").await;
    drop(tell(&world.control, &listener).await);
    let third = listener.ids(&all);
    let replayed = world.control.replay_notices(&all, Replay::Lost, &alice()).await;
    assert_eq!(replayed.expect("it is told again").2, 1);
    drop(tell(&world.control, &listener).await);
    let ids = listener.ids(&all);
    assert_eq!((ids.len(), &ids[..1]), (2, third.as_slice()));
    let outbox = world.control.channel(&all).await.expect("it is there").outbox;
    assert!(outbox.lost.is_empty() && outbox.again.is_empty());
}

#[tokio::test]
async fn a_channel_waits_no_longer_than_it_wants_to_or_a_person_does() {
    let world = World::with_live(1).await;
    let all = add(&world, "all", "*").await;
    let hour = Some(Duration::from_hours(1));
    let parts = ChannelParts { give_up_after: hour, ..channel("hasty", "*", None).parts().clone() };
    let (hasty, listener) = (Channel::new(parts).expect("a channel"), Listener::default());
    let added = world.control.add_channel(hasty, IfThere::Refuse, &listener, &alice()).await;
    added.expect("it is added");
    listener.deafen(&all, down());
    listener.deafen(&id("hasty"), down());
    world.publish("greeting 2").await;
    world.promote(2).await;
    let outbox =
        async |of: &ChannelId| world.control.channel(of).await.expect("it is there").outbox;
    for _ in 0..8 {
        drop(tell(&world.control, &listener).await);
        world.clock.advance(Duration::from_mins(10));
    }
    let (slow, hasty) = (outbox(&all).await, outbox(&id("hasty")).await);
    assert_eq!((slow.lost.len(), slow.attempt.map(|it| it.tries)), (0, Some(4)));
    assert_eq!(hasty.lost.len(), 1, "at once, after 5 s, 5 min and 30 min: the next is 2 h away");
    assert_eq!(hasty.attempt.map(|it| it.event), Some(Event::ArtifactPromoted), "it has its turn");
    // A person skips what waits, and only that.
    let (_, revision, skipped) = world.control.skip_notice(&all, &alice()).await.expect("skipped");
    let skipped = skipped.expect("one was tried again");
    assert_eq!(skipped.problem, "skipped by human:alice: nobody answers");
    assert!(revision.is_some() && outbox(&all).await.lost == [skipped]);
    let again = world.control.skip_notice(&all, &alice()).await.expect("it is read");
    assert_eq!((again.1, again.2), (None, None), "nothing else was tried yet");
    listener.mend();
    drop(tell(&world.control, &listener).await);
    assert_eq!(listener.events(&all), [Event::ArtifactPromoted]);
}

#[tokio::test]
async fn a_person_goes_back_and_automation_does_not() {
    let world = World::with_live(1).await;
    let all = add(&world, "all", "*").await;
    let begin = head(&world).await;
    world.publish("greeting 2").await;
    let listener = Listener::default();
    drop(tell(&world.control, &listener).await);
    let from = Replay::From(begin.next());
    let refused = world.control.replay_notices(&all, from, &robot()).await;
    let Err(ControlError::Store(StoreError::Refused(why))) = refused else {
        panic!("a program goes back: {refused:?}")
    };
    assert!(matches!(*why, Refusal::Outbox { .. }));
    world.control.replay_notices(&all, from, &alice()).await.expect("it goes back");
    drop(tell(&world.control, &listener).await);
    let ids = listener.ids(&all);
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
}

#[tokio::test]
async fn while_nothing_happens_nothing_is_written() {
    let world = World::with_live(1).await;
    for number in 0..4 {
        add(&world, &format!("idle-{number}"), "deployment.*").await;
    }
    let listener = Listener::default();
    let before = head(&world).await;
    for _ in 0..20 {
        assert!(tell(&world.control, &listener).await.is_empty());
    }
    assert_eq!(head(&world).await, before);
    for number in 0..260 {
        world.publish(&format!("greeting {number}")).await;
    }
    let busy = head(&world).await;
    for _ in 0..20 {
        assert!(tell(&world.control, &listener).await.is_empty());
    }
    let after = head(&world).await;
    assert_eq!(after.get() - busy.get(), 4, "each place is written down once");
}

#[tokio::test]
async fn what_was_let_go_before_it_was_told_is_said() {
    let world = World::with_live(1).await;
    let all = add(&world, "all", "*").await;
    world.publish("greeting 2").await;
    world.publish("greeting 3").await;
    let floor = head(&world).await;
    drop(world.store.compact(world.control.namespace(), floor).await.expect("it is compacted"));
    let listener = Listener::default();
    drop(tell(&world.control, &listener).await);
    assert_eq!(listener.events(&all), [Event::VersionPublished], "what is left is told");
    let lost = world.control.channel(&all).await.expect("it is there").outbox.lost;
    assert!(lost[0].problem.contains("let go by a compaction"), "{lost:?}");
}

#[tokio::test]
async fn a_channel_is_there_once_and_goes_with_all_that_it_waits_for() {
    let world = World::with_live(1).await;
    let all = add(&world, "all", "*").await;
    let listener = Listener::default();
    let again = channel("all", "failed", None);
    let twice =
        world.control.add_channel(again.clone(), IfThere::Refuse, &listener, &alice()).await;
    assert!(matches!(twice, Err(ControlError::ChannelExists(_))), "{twice:?}");
    world.publish("greeting 2").await;
    let replaced = world.control.add_channel(again, IfThere::Replace, &listener, &alice()).await;
    replaced.expect("it is changed");
    drop(tell(&world.control, &listener).await);
    assert!(listener.events(&all).is_empty(), "it wants something else now");
    world.control.remove_channel(&all, &alice()).await.expect("it goes");
    let gone = world.control.channel(&all).await;
    assert!(matches!(gone, Err(ControlError::NoChannel(_))), "{gone:?}");
    assert!(world.control.channels().await.expect("none").is_empty());
    assert_eq!(add(&world, "all", "*").await, all);
    assert!(tell(&world.control, &listener).await.is_empty(), "it begins anew");
}

#[tokio::test]
async fn what_is_only_tried_tells_nobody() {
    let world = World::with_live(1).await;
    add(&world, "all", "*").await;
    world.publish("greeting 2").await;
    let listener = Listener::default();
    assert!(tell(&world.control.rehearsal(), &listener).await.is_empty());
    assert_eq!(tell(&world.control, &listener).await.len(), 1);
}
