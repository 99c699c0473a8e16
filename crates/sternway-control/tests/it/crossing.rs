//! What every handle, answer and future can do.

use sternway_control::{
    Control, ControlError, Intent,
    check::Check,
    live::{Live, LiveTable},
    policy::EffectivePolicy,
    promote::Promoted,
    publish::{Activate, Expect, Landing, Publish, Published},
    record::{Judged, Recorded},
    rollback::{Reaction, RollbackMode, RolledBack},
    sweep::Swept,
    watch::Watch,
};
use sternway_types::{Force, Revision};

use crate::{
    make::{alice, greeting, production, reference, text, version},
    world::World,
};

const fn crosses<T: Send + Sync + 'static>() {}

const fn is_error<T: std::error::Error + Clone + Send + Sync + 'static>() {}

#[test]
fn every_value_can_cross_threads() {
    crosses::<(Control, Intent, LiveTable, Live, Watch, EffectivePolicy)>();
    crosses::<(Promoted, Publish, Published, Activate, Expect, Landing)>();
    crosses::<(Check, Judged, Recorded, Reaction, RolledBack, Swept)>();
    is_error::<ControlError>();
}

/// Takes what a multi-threaded runtime could run. Nothing is run.
fn spawnable(_: impl Future + Send) {}

#[tokio::test]
async fn every_verb_can_be_spawned() {
    let world = World::new().await;
    let control = &world.control;
    let (greeting, production, by) = (greeting(), production(), alice());
    let publish = Publish::new(greeting.clone(), text("Hello"));
    spawnable(control.publish(publish, &by));
    spawnable(control.promote(&greeting, version(1), &production, Force::No, &by));
    spawnable(control.roll_back(&greeting, None, RollbackMode::Move, &production, Force::No, &by));
    spawnable(control.condemn(&greeting, version(1), &production, &by));
    spawnable(control.pardon(&greeting, version(1), &production, &by));
    spawnable(control.record(Vec::new()));
    spawnable(control.sweep());
    spawnable(control.check(&greeting, &production));
    spawnable(control.resolve(&reference("prompts/greeting"), &production));
    spawnable(control.live());
    spawnable(control.watch(Revision::ZERO).next());
    spawnable(control.shutdown());
}
