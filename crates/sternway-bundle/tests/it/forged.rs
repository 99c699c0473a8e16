//! Bundles that somebody made, with checksums and digests that match.

use serde_json::{Value, json};
use sternway_bundle::BundleError;
use sternway_types::{Digest, MAX_CONTENT};

use crate::world::{
    Raw, bundle, bundle_of, contents, entries, entry, history, manifest_of, name_of, pack, refused,
    renamed, seal, text, unpack,
};

/// Where the entries stand in the bundle of these tests.
const MANIFEST: usize = 0;
const CONTENT: usize = 1;
const COMMITS: usize = 5;
const OUTCOMES: usize = 6;
const HEAD: usize = 7;

#[tokio::test]
async fn entries_in_another_order_are_refused() {
    let whole = unpack(&bundle().await);
    for first in 0..whole.len() - 1 {
        let mut other = whole.clone();
        other.swap(first, first + 1);
        let said = refused(&pack(&other));
        let expected = format!("entry {} comes where entry {} should", first + 2, first + 1);
        assert!(said.contains(&expected), "{said}");
    }
}

#[tokio::test]
async fn a_missing_entry_and_one_too_many_are_refused() {
    let whole = unpack(&bundle().await);
    for place in 0..whole.len() - 1 {
        let mut fewer = whole.clone();
        fewer.remove(place);
        assert!(refused(&pack(&fewer)).contains("comes where entry"));
        let mut more = whole.clone();
        more.insert(place, whole[place].clone());
        assert!(refused(&pack(&more)).contains("comes where entry"));
    }
    let mut more = whole.clone();
    more.push(whole[HEAD].clone());
    refused(&pack(&more));
}

/// The entries with numbers that match their places.
fn numbered(mut entries: Vec<Raw>) -> Vec<u8> {
    for (number, one) in (1..).zip(&mut entries) {
        let name = name_of(one);
        let (_, rest) = name.split_once('-').expect("a name");
        *one = entry(&format!("{number:08}-{rest}"), &one.1);
    }
    pack(&entries)
}

#[tokio::test]
async fn entries_that_do_not_belong_together_are_refused_though_their_numbers_match() {
    let whole = unpack(&bundle().await);
    let check = |change: &dyn Fn(&mut Vec<Raw>), expected: &str| {
        let mut entries = whole.clone();
        change(&mut entries);
        let said = refused(&numbered(entries));
        assert!(said.contains(expected), "{expected}: {said}");
    };
    check(&|it| drop(it.remove(CONTENT)), "is missing");
    check(&|it| it.insert(CONTENT, it[CONTENT].clone()), "was there before");
    check(&|it| it.swap(CONTENT, COMMITS), "is missing");
    check(&|it| drop(it.remove(COMMITS)), "the history ends at revision 0");
    check(&|it| it.insert(COMMITS, it[COMMITS].clone()), "revision 1 comes where revision 6");
    check(&|it| drop(it.remove(OUTCOMES)), "it says that there was");
    check(&|it| it.insert(OUTCOMES, it[OUTCOMES].clone()), "do not follow");
    check(&|it| it.swap(COMMITS, OUTCOMES), "the history ends at revision 0");
    check(&|it| it.push(it[MANIFEST].clone()), "such an entry does not come here");
    check(&|it| drop(it.remove(HEAD)), "cut off in entry 8");
    let other = entry(&format!("00000002-content-{}.txt", text("more").digest().to_hex()), b"more");
    check(&|it| it.insert(CONTENT, other.clone()), "more contents than the manifest says");
}

#[tokio::test]
async fn a_content_that_no_commit_names_is_refused() {
    let (commits, mut contents) = (history().await, contents());
    contents.push(text("nobody's"));
    let bundle = bundle_of(&manifest_of(&commits, &contents), &commits, &contents);
    let digest = text("nobody's").digest();
    assert!(refused(&bundle).contains(&format!("no commit names the content {digest}")));
}

#[tokio::test]
async fn a_history_that_was_rewritten_is_refused() {
    let whole = unpack(&bundle().await);
    let lines = String::from_utf8(whole[COMMITS].1.clone()).expect("JSON");
    let spoilt = lines.replacen("human:alice", "human:mallory", 1);
    let said = refused(&renamed(&whole, COMMITS, spoilt.as_bytes()));
    assert!(said.contains("the chain does not lead to revision 1"), "{said}");
    let fewer: String = lines.lines().skip(1).map(|line| format!("{line}\n")).collect();
    let said = refused(&renamed(&whole, COMMITS, fewer.as_bytes()));
    assert!(said.contains("revision 2 comes where revision 1 should"), "{said}");
    for spoilt in ["", "{}\n", "\n", "null", &lines[..lines.len() - 1]] {
        refused(&renamed(&whole, COMMITS, spoilt.as_bytes()));
    }
    let unknown = lines.replacen("\"actor\"", "\"unknown\":1,\"actor\"", 1);
    assert!(refused(&renamed(&whole, COMMITS, unknown.as_bytes())).contains("line 1 is no commit"));
}

fn with(json: &[u8], member: &str, value: Value) -> Vec<u8> {
    let mut object: Value = serde_json::from_slice(json).expect("JSON");
    object[member] = value;
    serde_json::to_vec(&object).expect("JSON")
}

#[tokio::test]
async fn a_newer_format_is_refused_by_name() {
    let whole = unpack(&bundle().await);
    let newer = with(&whole[MANIFEST].1, "format", json!(2));
    let newer = with(&newer, "what a newer one says", json!(true));
    // Whatever comes after it.
    for bundle in [renamed(&whole, MANIFEST, &newer), renamed(&whole[..1], MANIFEST, &newer)] {
        match entries(&bundle) {
            Err(BundleError::NewerFormat { found: 2, newest: 1 }) => (),
            other => panic!("{other:?}"),
        }
    }
    let none = with(&whole[MANIFEST].1, "format", json!(0));
    assert!(refused(&renamed(&whole, MANIFEST, &none)).contains("there is no format 0"));
    let other = with(&whole[MANIFEST].1, "bundle", json!("another"));
    assert!(refused(&renamed(&whole, MANIFEST, &other)).contains("something else"));
}

#[tokio::test]
async fn counts_that_do_not_match_are_refused() {
    let whole = unpack(&bundle().await);
    for member in ["entries", "commits", "versions", "contents", "subjects", "outcomes"] {
        let spoilt = with(&whole[HEAD].1, member, json!(99));
        let said = refused(&renamed(&whole, HEAD, &spoilt));
        assert!(said.contains("it says that there was"), "{said}");
    }
    let fewer = with(&whole[MANIFEST].1, "content_bytes", json!(10));
    let said = refused(&renamed(&whole, MANIFEST, &fewer));
    assert!(said.contains("more contents than the manifest says"), "{said}");
    let other = with(&whole[MANIFEST].1, "chain", json!(Digest::of(b"another").to_string()));
    assert!(refused(&renamed(&whole, MANIFEST, &other)).contains("the history ends at revision 5"));
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_refused() {
    let whole = unpack(&bundle().await);
    let digest = Digest::of(b"evil").to_hex();
    for name in [
        "../../etc/passwd".to_owned(),
        "/etc/passwd".into(),
        format!("../00000002-content-{digest}.bin"),
        format!("00000002-content-{digest}.bin/.."),
        format!("2-content-{digest}.bin"),
        format!("00000002-content-{}.bin", digest.to_uppercase()),
        format!("00000002-content-{digest}.exe"),
    ] {
        let mut entries = whole.clone();
        entries[CONTENT] = entry(&name, b"evil");
        let said = refused(&pack(&entries));
        assert!(said.contains("no entry of a bundle is called so"), "{name}: {said}");
    }
}

#[tokio::test]
async fn what_is_no_file_is_refused() {
    let whole = unpack(&bundle().await);
    for kind in *b"123456xgLKS7" {
        let mut entries = whole.clone();
        let mut header = tar::Header::from_byte_slice(&entries[CONTENT].0).clone();
        header.set_entry_type(tar::EntryType::new(kind));
        header.set_cksum();
        entries[CONTENT].0 = header.as_bytes().to_vec();
        let said = refused(&pack(&entries));
        assert!(said.contains("it is no file"), "{}: {said}", char::from(kind));
    }
}

#[tokio::test]
async fn an_absurd_size_is_refused_before_anything_is_taken() {
    let whole = unpack(&bundle().await);
    for size in [MAX_CONTENT as u64 + 1, 1 << 40, u64::MAX / 2, u64::MAX] {
        for place in [MANIFEST, CONTENT, COMMITS, HEAD] {
            let mut entries = whole.clone();
            let mut header = tar::Header::from_byte_slice(&entries[place].0).clone();
            header.set_size(size);
            header.set_cksum();
            entries[place].0 = header.as_bytes().to_vec();
            let said = refused(&pack(&entries));
            assert!(said.contains("the limit is") || said.contains("unpacked"), "{size}: {said}");
        }
    }
    // What fits, and is not there.
    let mut entries = whole.clone();
    let mut header = tar::Header::from_byte_slice(&entries[CONTENT].0).clone();
    header.set_size(MAX_CONTENT as u64);
    header.set_cksum();
    entries[CONTENT].0 = header.as_bytes().to_vec();
    assert!(refused(&pack(&entries)).contains("cut off in entry 2"));
}

#[tokio::test]
async fn a_bomb_is_refused_when_it_is_larger_than_its_entry_may_be() {
    let whole = unpack(&bundle().await);
    // A gigabyte of zeros, in a few dozen kilobytes.
    let (mut bomb, zeros) = (Vec::new(), vec![0; 1 << 20]);
    let mut tar = whole[MANIFEST].0.clone();
    tar.extend_from_slice(&whole[MANIFEST].1);
    tar.resize(tar.len().next_multiple_of(512), 0);
    let digest = Digest::of(b"").to_hex();
    let (header, _) = entry(&format!("00000002-content-{digest}.bin"), b"");
    let mut header = tar::Header::from_byte_slice(&header).clone();
    header.set_size(1 << 30);
    header.set_cksum();
    tar.extend_from_slice(header.as_bytes());
    let mut sealer = sternway_bundle::envelope::Sealer::new(&mut bomb).expect("memory takes it");
    std::io::Write::write_all(&mut sealer, &tar).expect("memory takes it");
    for _ in 0..1024 {
        std::io::Write::write_all(&mut sealer, &zeros).expect("memory takes it");
    }
    sealer.finish().expect("memory takes it");
    assert!(bomb.len() < 1 << 18, "{}", bomb.len());
    assert!(refused(&bomb).contains("the limit is"));
}

#[test]
fn a_window_that_is_larger_than_any_that_is_written_is_refused() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).expect("memory takes it");
    encoder.window_log(27).expect("it can be set");
    std::io::Write::write_all(&mut encoder, &vec![0; 1 << 20]).expect("memory takes it");
    let said = refused(&encoder.finish().expect("memory takes it"));
    assert!(said.contains("not a bundle"), "{said}");
    assert!(refused(&seal(&vec![b'a'; 1 << 20])).contains("not a bundle"));
}
