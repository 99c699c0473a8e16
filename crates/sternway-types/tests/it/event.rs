//! The names of events, and who wants which.

use sternway_types::{Event, EventFilter};

use crate::make::{json, json_problem, parsed};

fn takes(filter: &str) -> Vec<&'static str> {
    let filter: EventFilter = parsed(filter);
    let all = Event::ALL.iter().filter(|event| **event != Event::ChannelTest);
    all.filter(|event| filter.takes(**event)).map(|event| event.as_str()).collect()
}

#[test]
fn a_filter_wants_one_event_all_of_a_kind_or_all() {
    assert_eq!(takes("deployment.started"), ["deployment.started"]);
    assert_eq!(
        takes("artifact.*"),
        ["artifact.promoted", "artifact.rolled_back", "artifact.restored", "artifact.regressed"]
    );
    assert_eq!(takes("*").len(), Event::ALL.len() - 1);
}

#[test]
fn the_names_of_older_systems_mean_what_they_meant() {
    assert_eq!(takes("started"), ["deployment.started"]);
    assert_eq!(takes("completed"), ["deployment.completed"]);
    assert_eq!(takes("failed"), ["deployment.failed", "deployment.rejected", "deployment.halted"]);
    assert_eq!(takes("rolled_back"), ["deployment.rolled_back", "artifact.rolled_back"]);
}

#[test]
fn a_test_is_wanted_by_whoever_asked_for_it() {
    for filter in ["failed", "version.*", "deployment.started"] {
        assert!(parsed::<EventFilter>(filter).takes(Event::ChannelTest), "{filter}");
    }
}

#[test]
fn what_names_no_event_is_refused() {
    for text in ["", "deployment", "deployment.", "deploy.*", "Started", "* ", ".*", "channel.test"]
    {
        let told = text.parse::<EventFilter>().unwrap_err().to_string();
        assert!(
            told.contains("deployment.started") && told.contains(&format!("{text:?}")),
            "{told}"
        );
    }
}

#[test]
fn every_event_is_written_as_its_word() {
    for event in Event::ALL {
        assert_eq!(json(event), format!("\"{event}\""));
        assert_eq!(event.as_str(), format!("{}.{}", event.kind(), event.verb()));
    }
    assert_eq!(json(&parsed::<EventFilter>("failed")), "\"failed\"");
    assert!(json_problem::<Event>("\"deployment.began\"").contains("names no event"));
}
