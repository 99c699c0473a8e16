//! Digests, and the beginnings of digests that people type.

use proptest::prelude::*;
use sternway_types::{Digest, DigestPrefix};

use crate::make::{json, json_problem, parsed};

/// Of the bytes `abc`, as every implementation of SHA-256 says.
const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[track_caller]
fn check_refused(text: &str) {
    let err = text.parse::<Digest>().expect_err("it is no digest");
    assert!(
        err.to_string()
            .ends_with("is not a digest: expected sha256: and 64 lower-case hexadecimal digits"),
        "{err}"
    );
}

/// Whether a text is a beginning of the digest of `abc`; nothing if it is no beginning of any.
#[track_caller]
fn check_prefix(text: &str, fits: Option<bool>) {
    let prefix = text.parse::<DigestPrefix>().ok();
    assert_eq!(prefix.map(|prefix| prefix.matches(&Digest::of(b"abc"))), fits, "{text}");
}

#[test]
fn a_digest_is_sha_256_and_says_so() {
    let abc = Digest::of(b"abc");
    assert_eq!(abc.to_string(), ABC);
    assert_eq!(format!("{abc:?}"), ABC);
    assert_eq!(abc.to_hex(), ABC.trim_start_matches("sha256:"));
    assert_eq!(json(&abc), format!("\"{ABC}\""));
}

#[test]
fn what_is_not_written_like_a_digest_is_refused() {
    let hex = ABC.trim_start_matches("sha256:");
    check_refused(hex);
    check_refused(&ABC.to_uppercase());
    check_refused(&format!("sha256:{}", hex.to_uppercase()));
    check_refused(&format!("SHA256:{hex}"));
    check_refused(&format!("md5:{hex}"));
    check_refused(&ABC[..ABC.len() - 1]);
    check_refused(&format!("{ABC}0"));
    check_refused(&ABC.replace("ba", "bg"));
    check_refused(&format!("sha256:{}", "é".repeat(32)));
    check_refused("");
    assert!(json_problem::<Digest>("\"sha256:00\"").contains("is not a digest"));
}

#[test]
fn a_beginning_has_6_to_64_digits() {
    check_prefix("sha256:ba7816", Some(true));
    check_prefix("sha256:ba781", None);
    check_prefix(ABC, Some(true));
    check_prefix(&format!("{ABC}0"), None);
}

#[test]
fn a_beginning_may_end_in_the_middle_of_a_byte() {
    check_prefix("sha256:ba7816b", Some(true));
    check_prefix("sha256:ba7816a", Some(false));
    let odd: DigestPrefix = parsed("sha256:ba7816b");
    assert_eq!(odd.whole_bytes(), [0xba, 0x78, 0x16]);
    assert_eq!(odd.as_hex(), "ba7816b");
}

#[test]
fn a_beginning_is_written_like_a_digest() {
    for text in ["ba7816", "sha256:BA7816", "sha256:ba781g", "sha256:ba 7816", "sha256:ééé", ""]
    {
        check_prefix(text, None);
    }
}

#[test]
fn the_chain_begins_with_zeros() {
    assert_eq!(Digest::ZERO.to_hex(), "0".repeat(64));
}

proptest! {
    #[test]
    fn a_digest_comes_back_as_it_was(bytes: [u8; 32]) {
        let digest = Digest::from_bytes(bytes);
        prop_assert_eq!(parsed::<Digest>(&digest.to_string()), digest);
        prop_assert_eq!(digest.as_bytes(), &bytes);
        let whole = DigestPrefix::from(&digest);
        prop_assert_eq!(whole.whole_bytes(), bytes);
        prop_assert_eq!(whole.to_string(), digest.to_string());
    }

    #[test]
    fn where_parts_are_cut_changes_nothing(bytes: Vec<u8>, cut: prop::sample::Index) {
        let (left, right) = bytes.split_at(cut.index(bytes.len() + 1));
        prop_assert_eq!(Digest::of_parts(&[left, right]), Digest::of(&bytes));
    }

    #[test]
    fn every_long_enough_beginning_of_a_digest_fits_it(bytes: [u8; 32], digits in 6_usize..=64) {
        let digest = Digest::from_bytes(bytes);
        let text: String = digest.to_string().chars().take("sha256:".len() + digits).collect();
        let prefix: DigestPrefix = parsed(&text);
        prop_assert!(prefix.matches(&digest));
        prop_assert_eq!(prefix.to_string(), text);
        prop_assert!(digest.as_bytes().starts_with(&prefix.whole_bytes()));
    }
}
