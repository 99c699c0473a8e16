//! Contents: which bytes are taken as what.

use proptest::prelude::*;
use sternway_types::{
    Content, ContentError, ContentKind, Digest, Language, MAX_CONTENT, MediaType,
};

use crate::make::{json, json_problem, parsed};

fn text() -> ContentKind {
    ContentKind::Text { language: None }
}

fn png() -> ContentKind {
    ContentKind::Bytes { media_type: parsed("image/png") }
}

/// Bytes are refused as a kind, in these words.
#[track_caller]
fn check_refused(kind: ContentKind, bytes: &[u8], problem: &str) {
    match Content::new(kind, bytes) {
        Ok(content) => panic!("taken as {content:?}"),
        Err(err) => assert_eq!(err.to_string(), problem),
    }
}

#[test]
fn nothing_is_no_content_of_any_kind() {
    for kind in [text(), png(), ContentKind::Json] {
        let problem = "the content is empty: an empty file is most often one whose writing failed";
        check_refused(kind, b"", problem);
    }
}

#[test]
fn a_content_has_at_most_64_mebibytes() {
    assert_eq!(MAX_CONTENT, 67_108_864);
    let mut bytes = vec![b'a'; MAX_CONTENT];
    let content = Content::new(text(), bytes.clone()).expect("the largest content");
    assert_eq!(content.reference().len, 67_108_864);
    bytes.push(b'a');
    let too_large = Content::new(text(), bytes).unwrap_err();
    assert_eq!(too_large, ContentError::TooLarge { found: MAX_CONTENT + 1 });
}

#[test]
fn bytes_are_taken_out_without_a_copy_unless_somebody_else_has_them() {
    let content = Content::new(png(), *b"pixels").unwrap();
    let (other, place) = (content.clone(), content.as_bytes().as_ptr());
    let copied = content.into_bytes();
    assert_eq!((copied.as_slice(), copied.as_ptr() == place), (b"pixels".as_slice(), false));
    let taken = other.into_bytes();
    assert_eq!((taken.as_slice(), taken.as_ptr() == place), (b"pixels".as_slice(), true));
}

#[test]
fn a_text_holds_no_nul() {
    let problem = "byte 2 is a NUL character: give the content as bytes with a media type";
    check_refused(text(), b"ab\0\0", problem);
}

#[test]
fn a_text_is_utf_8() {
    let problem = "byte 3 is not valid UTF-8: give the content as bytes with a media type";
    check_refused(text(), b"a\xc3\xa9\xff", problem);
    check_refused(text(), b"a\xc3\xa9\xc3", problem);
    let surrogate = "byte 0 is not valid UTF-8: give the content as bytes with a media type";
    check_refused(text(), b"\xed\xa0\x80", surrogate);
}

#[test]
fn bytes_that_are_not_utf_8_are_named_before_a_nul() {
    let problem = "byte 1 is not valid UTF-8: give the content as bytes with a media type";
    check_refused(text(), b"\0\xff", problem);
}

#[test]
fn opaque_bytes_may_be_anything() {
    let content = Content::bytes(vec![0, 255], parsed("image/png")).unwrap();
    assert_eq!(content.as_bytes(), [0, 255]);
    assert_eq!(content.as_text(), None);
    let readable = Content::bytes(b"abc".to_vec(), parsed("text/plain")).unwrap();
    assert_eq!(readable.as_text(), Some("abc"));
}

#[test]
fn a_document_that_is_not_strict_is_refused_for_its_reason() {
    let err = Content::json(r#"{"a": 1, "a": 2}"#).unwrap_err();
    assert_eq!(err.to_string(), "the content is not strict JSON");
    let source = std::error::Error::source(&err).expect("the reason is the source").to_string();
    assert!(source.starts_with("a member is named twice at /a"), "{source}");
}

#[test]
fn a_document_is_kept_byte_for_byte() {
    for document in ["{ \"n\" : 123456789012345678901234567890 }\n", "1.0", "\"\\u0041\"", "[ ]"] {
        let content = Content::json(document).unwrap();
        assert_eq!(content.as_text(), Some(document));
        assert_eq!(content.digest(), Digest::of(document.as_bytes()));
    }
}

#[test]
fn the_same_bytes_have_the_same_digest_whatever_they_are() {
    let python = Content::text("1", Some(parsed("python"))).unwrap();
    let document = Content::json("1").unwrap();
    assert_eq!(python.digest(), document.digest());
    assert_ne!(python.reference(), document.reference());
}

#[test]
fn debug_shows_what_a_content_is_and_never_what_is_in_it() {
    let secret = Content::text("sk-live-1234", Some(parsed("python"))).unwrap();
    let shown = format!("{secret:?} {secret:#?} {:?}", secret.reference());
    assert!(!shown.contains("sk-live"), "{shown}");
    assert!(shown.contains("python") && shown.contains("sha256:") && shown.contains("len: 12"));
    assert!(!format!("{:?}", Content::json("\"sk-live-1234").unwrap_err()).contains("sk-live"));
}

#[test]
fn a_kind_of_content_is_an_object_in_json() {
    assert_eq!(json(&ContentKind::Json), r#"{"type":"json"}"#);
    assert_eq!(json(&text()), r#"{"type":"text"}"#);
    let python = ContentKind::Text { language: Some(parsed("python")) };
    assert_eq!(json(&python), r#"{"type":"text","language":"python"}"#);
    assert_eq!(json(&png()), r#"{"type":"bytes","media_type":"image/png"}"#);
    assert!(json_problem::<ContentKind>(r#"{"type":"bytes"}"#).contains("media_type"));
}

#[test]
fn a_language_is_a_short_word() {
    for language in ["python", "c++", "c#", "objective-c", "7", &"a".repeat(40)] {
        assert_eq!(parsed::<Language>(language).as_str(), language);
    }
    for wrong in ["", "Python", "type script", "a_b", &"a".repeat(41), "é"] {
        let err = wrong.parse::<Language>().unwrap_err();
        assert_eq!(
            err.to_string(),
            format!(
                "{wrong:?} is not a language: expected 1 to 40 of a-z, 0-9, `+`, `#`, `-`, such as \
                 python or c++"
            )
        );
    }
}

#[test]
fn a_media_type_has_two_parts() {
    let longest = format!("a/{}", "b".repeat(125));
    for media_type in ["image/png", "application/vnd.api+json", "a/b", &longest] {
        assert_eq!(parsed::<MediaType>(media_type).to_string(), media_type);
    }
    let too_long = format!("{longest}b");
    for wrong in ["", "png", "image/", "/png", "a/b/c", "text/plain; charset=utf-8", &too_long] {
        let err = wrong.parse::<MediaType>().unwrap_err();
        let problem = "is not a media type: expected type/subtype, such as image/png";
        assert!(err.to_string().ends_with(problem), "{err}");
    }
}

proptest! {
    #[test]
    fn a_text_is_taken_exactly_when_it_is_one(bytes in prop::collection::vec(any::<u8>(), 1..12)) {
        let is_text = str::from_utf8(&bytes).is_ok_and(|text| !text.contains('\0'));
        let taken = Content::new(text(), bytes.clone());
        prop_assert_eq!(taken.is_ok(), is_text);
        if let Ok(content) = taken {
            prop_assert_eq!(content.as_bytes(), bytes.as_slice());
            prop_assert_eq!(content.reference().len, bytes.len() as u64);
            prop_assert_eq!(content.reference().digest, Digest::of(&bytes));
        }
    }
}
