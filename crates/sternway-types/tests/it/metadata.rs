//! Facts of the user's own.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sternway_types::{Metadata, MetadataError};

use crate::make::{json as as_json, json_problem};

fn members(count: usize) -> BTreeMap<String, Value> {
    (0..count).map(|index| (format!("m{index}"), Value::Null)).collect()
}

/// One member whose text makes the whole this long as JSON.
fn of_size(bytes: usize) -> BTreeMap<String, Value> {
    let overhead = r#"{"m":""}"#.len();
    BTreeMap::from([("m".into(), Value::from("a".repeat(bytes - overhead)))])
}

/// So many arrays, one in the other.
fn nested(levels: usize) -> Value {
    (1..levels).fold(json!([]), |inner, _| json!([inner]))
}

#[test]
fn metadata_may_be_empty() {
    assert!(Metadata::default().is_empty());
    assert_eq!(as_json(&Metadata::default()), "{}");
}

#[test]
fn metadata_is_printed_in_the_order_of_its_names() {
    let metadata: Metadata = serde_json::from_str(r#"{"b": 1, "a": [true, null]}"#).unwrap();
    assert_eq!(as_json(&metadata), r#"{"a":[true,null],"b":1}"#);
    assert_eq!(metadata.members().len(), 2);
    assert!(!metadata.is_empty());
}

#[test]
fn metadata_has_at_most_128_members() {
    assert!(Metadata::new(members(128)).is_ok());
    assert_eq!(Metadata::new(members(129)), Err(MetadataError::TooMany(129)));
}

#[test]
fn metadata_has_at_most_64_kibibytes_as_json() {
    let largest = Metadata::new(of_size(65_536)).expect("the largest metadata");
    assert_eq!(as_json(&largest).len(), 65_536);
    assert_eq!(Metadata::new(of_size(65_537)), Err(MetadataError::TooLarge(65_537)));
}

#[test]
fn a_name_counts_as_it_is_written() {
    let escaped = BTreeMap::from([("\u{1}".repeat(20_000), Value::Null)]);
    assert_eq!(Metadata::new(escaped), Err(MetadataError::TooLarge(120_009)));
}

#[test]
fn metadata_that_could_not_be_read_back_is_refused() {
    let deep = |levels| Metadata::new(BTreeMap::from([("m".into(), nested(levels))]));
    let deepest = deep(126).expect("with the object around it, as deep as JSON may be");
    as_json(&deepest);
    let err = deep(127).unwrap_err();
    assert_eq!(err.to_string(), "the metadata is nested deeper than 127 levels as JSON");
}

#[test]
fn json_is_no_way_around_the_limits() {
    let many = serde_json::to_string(&members(129)).unwrap();
    assert_eq!(json_problem::<Metadata>(&many), "the metadata has 129 members: the limit is 128");
    let large = serde_json::to_string(&of_size(65_537)).unwrap();
    assert_eq!(
        json_problem::<Metadata>(&large),
        "the metadata has 65537 bytes as JSON: the limit is 65536"
    );
}

#[test]
fn metadata_holds_no_nul() {
    for (name, value) in [("a\0", Value::Null), ("a", Value::String("\0".into()))] {
        let err = Metadata::new([(name.to_owned(), value)].into()).expect_err("a NUL");
        assert_eq!(err, MetadataError::Nul);
    }
    let words = Value::String("\\u0000 are six characters".into());
    Metadata::new([("a".to_owned(), words)].into()).expect("no NUL");
}
