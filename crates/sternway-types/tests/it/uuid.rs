//! Ids that nobody types.

use proptest::prelude::*;
use sternway_types::{ChangesetId, OutcomeId};
use uuid::Uuid;

use crate::make::{json, json_problem, parsed};

const TEXT: &str = "01988f6e-0b7a-7c3e-9f4e-2f5a6b7c8d9e";

#[test]
fn an_id_is_printed_in_groups_and_read_in_every_usual_way() {
    let id: OutcomeId = parsed(TEXT);
    for text in [
        "01988F6E-0B7A-7C3E-9F4E-2F5A6B7C8D9E",
        "01988f6e0b7a7c3e9f4e2f5a6b7c8d9e",
        "{01988f6e-0b7a-7c3e-9f4e-2f5a6b7c8d9e}",
        "urn:uuid:01988f6e-0b7a-7c3e-9f4e-2f5a6b7c8d9e",
    ] {
        assert_eq!(parsed::<OutcomeId>(text), id);
    }
    assert_eq!(id.to_string(), TEXT);
    assert_eq!(json(&id), format!("\"{TEXT}\""));
}

#[test]
fn a_text_that_is_no_id_is_refused_by_its_kind() {
    let err = "run-7".parse::<OutcomeId>().unwrap_err();
    assert_eq!(
        err.to_string(),
        format!("\"run-7\" is not an outcome id: expected a UUID such as {TEXT}")
    );
    let err = "".parse::<ChangesetId>().unwrap_err();
    assert!(err.to_string().starts_with("\"\" is not a changeset id"), "{err}");
    assert!(json_problem::<OutcomeId>("\"run-7\"").contains("UUID"));
}

#[test]
fn the_id_of_a_name_is_the_same_for_ever() {
    let (outcome, changeset) = (OutcomeId::from_name("run-7"), ChangesetId::from_name("run-7"));
    assert_eq!(outcome.to_string(), "b4c05df0-4575-822c-ac85-50e9491c58e1");
    assert_eq!(changeset.as_uuid(), outcome.as_uuid());
    assert_eq!(outcome.as_uuid().get_version_num(), 8);
}

proptest! {
    #[test]
    fn every_id_comes_back_as_it_was(number: u128) {
        let id = ChangesetId::from_uuid(Uuid::from_u128(number));
        prop_assert_eq!(parsed::<ChangesetId>(&id.to_string()), id);
        prop_assert_eq!(json(&id), format!("\"{id}\""));
    }

    #[test]
    fn different_names_have_different_ids(one in "[ab]{0,4}", other in "[ab]{0,4}") {
        prop_assert_eq!(OutcomeId::from_name(&one) == OutcomeId::from_name(&other), one == other);
    }
}
