//! What a policy is for.

use proptest::prelude::*;
use sternway_types::PolicyScope;

use crate::make::{json, json_problem, parsed};

#[track_caller]
fn check(text: &str, scope: &PolicyScope) {
    assert_eq!(&parsed::<PolicyScope>(text), scope);
    assert_eq!(scope.to_string(), text);
    assert_eq!(json(scope), format!("\"{text}\""));
}

#[test]
fn a_policy_is_for_one_of_four_things() {
    check("namespace", &PolicyScope::Namespace);
    check("collection:prompts", &PolicyScope::Collection(parsed("prompts")));
    check("artifact:prompts/greeting", &PolicyScope::Artifact(parsed("prompts/greeting")));
    check("environment:production", &PolicyScope::Environment(parsed("production")));
}

#[test]
fn what_is_no_scope_is_refused() {
    for text in [
        "",
        "Namespace",
        "namespace:",
        "namespace:shop",
        "prompts",
        "collection:",
        "collection:prompts/greeting",
        "artifact:prompts",
        "artifact:a/b/c",
        "environment:v3",
        "environment:live",
        "label:stable",
        " namespace",
    ] {
        let err = text.parse::<PolicyScope>().unwrap_err();
        assert_eq!(
            err.to_string(),
            format!(
                "{text:?} is not a policy scope: expected namespace, collection:NAME, \
                 artifact:COLLECTION/NAME or environment:NAME"
            )
        );
    }
    let bare = "prompts/greeting".parse::<PolicyScope>().unwrap_err().to_string();
    assert!(bare.ends_with("environment:NAME; did you mean artifact:prompts/greeting?"), "{bare}");
    assert!(json_problem::<PolicyScope>("\"prompts\"").contains("is not a policy scope"));
}

proptest! {
    #[test]
    fn every_scope_comes_back_as_it_was(name in "[a-z]([._-]?[a-z0-9]){1,4}", kind in 0..4_u8) {
        let scope = match kind {
            0 => PolicyScope::Namespace,
            1 => PolicyScope::Collection(parsed(&name)),
            2 => PolicyScope::Artifact(parsed(&format!("{name}/{name}"))),
            _ => PolicyScope::Environment(parsed(&format!("e-{name}"))),
        };
        prop_assert_eq!(parsed::<PolicyScope>(&scope.to_string()), scope.clone());
        json(&scope);
    }
}
