//! What the calendar of an environment has to tell.

use sternway_types::{Environment, Event, Timestamp};

use super::Happened;

/// What opens and closes, in the words of a summary.
pub(super) const WINDOW: &str = "window";

/// The windows that closed, and those that opened, as whoever drives said.
pub(super) fn edges(before: &Environment, after: &Environment, at: Timestamp) -> Vec<Happened> {
    let tell = |event, detail: String| Happened::to_all_of(event, &after.id).because(detail);
    let closed = before.opened_since(after);
    let closed = closed.map(|name| tell(Event::EnvironmentWindowClosed, name.to_string()));
    let opened = after.opened_since(before).map(|name| {
        let window = after.windows.iter().find(|window| window.name() == name);
        let until = window.and_then(|window| window.open_at(at));
        let until = until.map(|open| format!(", until {}", open.closes)).unwrap_or_default();
        tell(Event::EnvironmentWindowOpened, format!("{name}{until}"))
    });
    closed.chain(opened).collect()
}

/// What a window did, in words, if the event is about one.
pub(super) fn words(event: Event) -> Option<(&'static str, &'static str)> {
    event.verb().split_once('_').filter(|(what, _)| *what == WINDOW)
}
