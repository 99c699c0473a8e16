//! Who did something.

use proptest::prelude::*;
use sternway_types::{Actor, ActorKind};

use crate::make::{json, json_problem, parsed};

/// A text is an actor of this kind and name.
#[track_caller]
fn check(text: &str, kind: ActorKind, name: &str) {
    let actor: Actor = parsed(text);
    assert_eq!((actor.kind(), actor.name()), (kind, name), "{text}");
    assert_eq!(actor.is_automation(), kind != ActorKind::Human, "{text}");
}

#[track_caller]
fn check_refused(text: &str, problem: &str) {
    let err = text.parse::<Actor>().expect_err("it is no actor").to_string();
    assert!(err.contains(&format!("is not an actor: {problem}; expected a name")), "{err}");
}

#[test]
fn a_name_alone_is_a_person() {
    check("alice", ActorKind::Human, "alice");
    check("alice@example.com", ActorKind::Human, "alice@example.com");
    check("Zoë van Dijk", ActorKind::Human, "Zoë van Dijk");
}

#[test]
fn a_kind_stands_before_a_colon() {
    check("human:alice", ActorKind::Human, "alice");
    check("agent:planner-7", ActorKind::Agent, "planner-7");
    check("system:cron", ActorKind::System, "cron");
}

#[test]
fn the_words_of_older_systems_are_kinds() {
    check("human", ActorKind::Human, "human");
    check("agent", ActorKind::Agent, "agent");
    check("autonomous", ActorKind::Agent, "autonomous");
    check("autonomous:planner", ActorKind::Agent, "planner");
    check("system", ActorKind::System, "system");
}

#[test]
fn a_colon_after_anything_else_belongs_to_the_name() {
    check("team:alice", ActorKind::Human, "team:alice");
    check("agent:team:alice", ActorKind::Agent, "team:alice");
    check("human:agent:x", ActorKind::Human, "agent:x");
    check("Agent:x", ActorKind::Human, "Agent:x");
    check(":x", ActorKind::Human, ":x");
}

#[test]
fn an_actor_has_a_name() {
    for text in ["", " ", "\u{a0}", "agent:", "human: ", "system:\u{3000}"] {
        check_refused(text, "the name is empty");
    }
}

#[test]
fn a_name_has_at_most_255_bytes() {
    check(&"a".repeat(255), ActorKind::Human, &"a".repeat(255));
    check_refused(&"a".repeat(256), "the name is longer than 255 bytes");
    check_refused(&"é".repeat(128), "the name is longer than 255 bytes");
}

#[test]
fn a_name_holds_no_control_character() {
    for text in ["a\nb", "a\tb", "a\0", "\u{1b}[31ma", "a\u{85}"] {
        check_refused(text, "the name holds a control character");
    }
}

#[test]
fn sternway_itself_is_a_system() {
    assert_eq!(Actor::sternway(), parsed("system:sternway"));
    assert!(Actor::sternway().is_automation());
}

#[test]
fn an_actor_is_printed_with_its_kind() {
    assert_eq!(parsed::<Actor>("alice").to_string(), "human:alice");
    assert_eq!(json(&parsed::<Actor>("autonomous")), "\"agent:autonomous\"");
    assert_eq!(json(&ActorKind::Human), "\"human\"");
    assert!(json_problem::<Actor>("\"agent:\"").contains("the name is empty"));
}

proptest! {
    #[test]
    fn an_actor_comes_back_as_it_was(
        kind in prop::sample::select(vec![ActorKind::Human, ActorKind::Agent, ActorKind::System]),
        name in "[^\\x00-\\x1f\\x7f-\\u{9f}]{1,12}|(human|agent|autonomous|system):?[a-z]{0,2}",
    ) {
        prop_assume!(!name.trim().is_empty());
        let actor = Actor::new(kind, name).unwrap();
        prop_assert_eq!(parsed::<Actor>(&actor.to_string()), actor.clone());
        json(&actor);
    }
}
