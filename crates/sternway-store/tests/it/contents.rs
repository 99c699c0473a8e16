//! How contents are kept: as deltas and in chunks, what is named when a part of one is damaged, and
//! that a put mends it.

use proptest::prelude::*;
use sternway_store::{Batch, Kv as _, KvStore, Limit, MemoryKv, Report, Store as _, StoreError};
use sternway_types::{At, Content};

use crate::world::{
    commit_content, content, create, greeting, namespace, noise, opaque, publish, publish_near,
    rows, stored,
};

/// The letters of the tables.
const BODIES: u8 = b'b';
const DELTAS: u8 = b'x';
const HEADS: u8 = b'y';
const CHUNKS: u8 = b'z';
const PACKS: u8 = b'q';

async fn store() -> (MemoryKv, KvStore) {
    let kv = MemoryKv::new();
    let store = KvStore::open(kv.clone()).expect("an empty map becomes a store");
    create(&store).await.expect("memory takes it");
    (kv, store)
}

/// The rows of a table.
fn table(kv: &MemoryKv, letter: u8) -> Batch {
    rows(kv).into_iter().filter(|(key, _)| key.first() == Some(&letter)).collect()
}

/// A text of some thousand bytes.
fn page(last: &str) -> String {
    (0..200).map(|line| format!("{line}: what is {}\n", line * line)).collect::<String>() + last
}

async fn verify(store: &KvStore) -> Report {
    store.verify().await.expect("it can be read")
}

/// Reads contents back, byte for byte.
async fn are_read_back(store: &KvStore, contents: &[Content]) {
    for content in contents {
        let read = store.content(&content.reference()).await.expect("it can be read");
        assert!(read.as_ref() == Some(content), "{content:?} was read as {read:?}");
    }
}

/// A store with a base and two deltas.
async fn deltas() -> (MemoryKv, KvStore, [Content; 3]) {
    let (kv, store) = store().await;
    let [one, two, three] = ["one", "two", "three"].map(page);
    publish(&store, &one, 1).await.expect("memory takes it");
    publish_near(&store, &two, &one, 2).await.expect("memory takes it");
    // What is near is a delta itself: its base is the base.
    publish_near(&store, &three, &two, 3).await.expect("memory takes it");
    assert_eq!(table(&kv, DELTAS).len(), 2);
    (kv, store, [one, two, three].map(|text| content(&text)))
}

#[tokio::test]
async fn near_contents_take_next_to_nothing_and_are_read_back() {
    let (kv, store, contents) = deltas().await;
    let alone = stored(&kv);
    let fourth = page("four");
    publish_near(&store, &fourth, &page("three"), 4).await.expect("memory takes it");
    assert!(stored(&kv) < alone + 400, "{} bytes", stored(&kv) - alone);
    are_read_back(&store, &contents).await;
    assert!(verify(&store).await.is_sound());
}

#[tokio::test]
async fn what_strays_too_far_becomes_a_base_itself() {
    let (kv, store) = store().await;
    let texts: Vec<String> = (0..12).map(|at| page("") + &hex(&noise(at * 200, 7))).collect();
    publish(&store, &texts[0], 0).await.expect("memory takes it");
    for (at, pair) in (1..).zip(texts.windows(2)) {
        publish_near(&store, &pair[1], &pair[0], at).await.expect("memory takes it");
    }
    let deltas = table(&kv, DELTAS);
    let mut bases: Vec<&[u8]> = deltas.keys().map(|key| &key[1..33]).collect();
    bases.dedup();
    assert!(bases.len() > 1 && deltas.len() > bases.len(), "{} of {}", bases.len(), deltas.len());
    let contents: Vec<Content> = texts.iter().map(|text| content(text)).collect();
    are_read_back(&store, &contents).await;
    assert!(verify(&store).await.is_sound());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Flips a bit in the last byte of one row, which a store sees from its next commit on.
async fn damage(kv: &MemoryKv, store: &KvStore, letter: u8, digest: &Content) {
    let key = [&[letter], digest.digest().as_bytes().as_slice()].concat();
    let mut value = rows(kv).remove(&key).flatten().expect("it is there");
    *value.last_mut().expect("a checksum") ^= 1;
    change(kv, store, key, Some(value)).await;
}

/// Changes a row behind the store's back.
async fn change(kv: &MemoryKv, store: &KvStore, key: Vec<u8>, value: Option<Vec<u8>>) {
    kv.commit(&Batch::from([(key, value)])).expect("memory takes it");
    let at = i64::try_from(rows(kv).len()).expect("few rows");
    publish(store, &format!("whatever {at}"), at).await.expect("memory takes it");
}

#[tokio::test]
async fn a_delta_whose_base_is_damaged_or_missing_names_both() {
    let (kv, store, [one, two, three]) = deltas().await;
    let lose = |key: Vec<u8>| change(&kv, &store, key, None);
    let check = async |word: &str| {
        let read = store.content(&two.reference()).await;
        let Err(StoreError::Corrupt { place, detail }) = read else { panic!("{read:?}") };
        assert!(place.contains(&two.digest().to_string()), "{place}");
        assert!(detail.contains(&one.digest().to_string()), "{detail}");
        assert!(detail.contains(word), "{detail}");
        let report = verify(&store).await;
        for delta in [&two, &three] {
            let digest = delta.digest().to_string();
            let named = report.damages.iter().find(|damage| damage.place.contains(&digest));
            let named = named.expect("every delta is named");
            assert!(named.detail.contains(&one.digest().to_string()), "{named}");
            assert!(named.detail.contains(word), "{named}");
        }
    };
    damage(&kv, &store, BODIES, &one).await;
    check("checksum").await;
    lose([&[BODIES], one.digest().as_bytes().as_slice()].concat()).await;
    check("missing").await;

    // Whoever has the base puts it again: all is well, and it is no delta, whatever it is near to.
    store.put(&one, Some(&two.digest())).await.expect("memory takes it");
    commit_content(&store, &one, 90).await.expect("memory takes it");
    are_read_back(&store, &[one, two, three]).await;
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

#[tokio::test]
async fn a_base_that_is_lost_altogether_comes_back_in_full() {
    let (kv, store, [one, two, three]) = deltas().await;
    let digest = one.digest();
    for letter in [BODIES, HEADS] {
        change(&kv, &store, [&[letter], digest.as_bytes().as_slice()].concat(), None).await;
    }
    // Were it kept as a delta against this one, those against it would hang on a delta.
    let other = page("another");
    publish(&store, &other, 80).await.expect("memory takes it");
    store.put(&one, Some(&content(&other).digest())).await.expect("memory takes it");
    commit_content(&store, &one, 90).await.expect("memory takes it");
    are_read_back(&store, &[one, two, three]).await;
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

#[tokio::test]
async fn a_damaged_delta_is_named_and_a_put_mends_it() {
    let (kv, store, [one, two, three]) = deltas().await;
    damage(&kv, &store, BODIES, &two).await;
    let report = verify(&store).await;
    assert_eq!(report.damaged, 1, "{report:#?}");
    assert!(report.damages[0].place.contains(&two.digest().to_string()), "{report:#?}");
    store.put(&two, Some(&one.digest())).await.expect("memory takes it");
    commit_content(&store, &two, 90).await.expect("memory takes it");
    are_read_back(&store, &[one, two, three]).await;
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
    assert_eq!(table(&kv, DELTAS).len(), 1, "its base does not take it for a delta any more");
}

#[tokio::test]
async fn what_a_base_does_not_know_of_is_named_and_so_is_what_is_no_delta() {
    let (kv, store, [one, two, _]) = deltas().await;
    let (base, delta) = (one.digest(), two.digest());
    let known = [&[DELTAS], base.as_bytes().as_slice(), delta.as_bytes()].concat();
    let value = rows(&kv).remove(&known).flatten();
    change(&kv, &store, known.clone(), None).await;
    let report = verify(&store).await;
    assert_eq!(report.damaged, 1, "{report:#?}");
    assert!(report.damages[0].detail.contains("does not know"), "{report:#?}");

    change(&kv, &store, known, value).await;
    assert!(verify(&store).await.is_sound());
    damage(&kv, &store, HEADS, &two).await;
    let report = verify(&store).await;
    assert!(report.damages[0].place.contains("head of a content"), "{report:#?}");
    change(&kv, &store, [&[HEADS], delta.as_bytes().as_slice()].concat(), None).await;
    let report = verify(&store).await;
    assert!(report.damages.iter().any(|it| it.detail.contains("head is missing")), "{report:#?}");
}

#[tokio::test]
async fn two_large_contents_that_differ_in_one_place_share_nearly_all() {
    let (kv, store) = store().await;
    let first = noise(5_000_000, 1);
    let mut second = first.clone();
    second.splice(2_000_000..2_000_000, *b"something new in the middle");
    let contents = [first, second].map(opaque);
    let mut sizes = Vec::new();
    for (at, content) in (1..).zip(&contents) {
        store.put(content, None).await.expect("memory takes it");
        commit_content(&store, content, at).await.expect("memory takes it");
        sizes.push(stored(&kv));
    }
    assert!(sizes[1] - sizes[0] < 150_000, "{sizes:?}");
    are_read_back(&store, &contents).await;
    assert!(verify(&store).await.is_sound());
    let packs = table(&kv, PACKS);
    let longest = packs.values().flatten().map(Vec::len).max().expect("there are some");
    assert!(longest > 1_000_000 - 64 * 1024 && longest <= 1024 * 1024 - 64, "{longest}");
    assert!(packs.len() <= 10, "{} packs", packs.len());
}

#[tokio::test]
async fn large_contents_that_wait_to_be_written_share_their_chunks() {
    let (kv, store) = store().await;
    let mut bytes = noise(1_500_000, 1);
    let mut contents = vec![opaque(bytes.clone())];
    for at in 0..4_u8 {
        bytes.splice(300_000 * usize::from(at)..300_000 * usize::from(at), [at; 10]);
        contents.push(opaque(bytes.clone()));
    }
    // Nothing is written before a commit names it.
    for content in &contents {
        store.put(content, None).await.expect("memory takes it");
    }
    assert_eq!(table(&kv, PACKS).len(), 0);
    for (at, content) in (1..).zip(&contents) {
        commit_content(&store, content, at).await.expect("memory takes it");
    }
    assert!(stored(&kv) < 1_500_000 + 4 * 150_000, "{}", stored(&kv));
    are_read_back(&store, &contents).await;
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

/// Two large contents, the second of which begins like the first, and what the first chunk of both is
/// called.
async fn two_that_share() -> (MemoryKv, KvStore, [Content; 2], Vec<u8>) {
    let (kv, store) = store().await;
    let first = noise(600_000, 1);
    let second = [first.clone(), noise(300_000, 2)].concat();
    let contents = [first, second].map(opaque);
    for (at, content) in (1..).zip(&contents) {
        store.put(content, None).await.expect("memory takes it");
        commit_content(&store, content, at).await.expect("memory takes it");
    }
    let body = [&[BODIES], contents[0].digest().as_bytes().as_slice()].concat();
    let list = rows(&kv).remove(&body).flatten().expect("it is there");
    let chunk = list.get(10..42).expect("a name").to_vec();
    (kv, store, contents, chunk)
}

/// The key of the pack that a chunk is in, and where in its value the chunk begins.
fn place(kv: &MemoryKv, chunk: &[u8]) -> (Vec<u8>, usize) {
    let row = rows(kv).remove(&[&[CHUNKS], chunk].concat()).flatten().expect("it is there");
    let (number, row) = row.get(2..).and_then(<[u8]>::split_first_chunk).expect("a number");
    let from = row.get(1..).and_then(<[u8]>::first_chunk).expect("where it begins");
    let (number, from) = (u64::from_le_bytes(*number), u32::from_le_bytes(*from));
    ([&[PACKS], number.to_be_bytes().as_slice()].concat(), from as usize + 1)
}

#[tokio::test]
async fn a_chunk_that_is_not_there_is_named_with_everything_that_needs_it_and_a_put_mends_it() {
    let (kv, store, contents, chunk) = two_that_share().await;
    let (pack, at) = place(&kv, &chunk);
    let row = [&[CHUNKS], chunk.as_slice()].concat();
    let sound = rows(&kv);
    let damages = [
        (&pack, flipped(&kv, &pack, at + 100), "checksum", 3),
        (&pack, None, "missing", 14),
        (&row, flipped(&kv, &row, 3), "checksum", 3),
        (&row, None, "missing", 2),
    ];
    for (key, broken, word, damaged) in damages {
        change(&kv, &store, key.clone(), broken).await;
        let report = verify(&store).await;
        assert_eq!(report.damaged, damaged, "{report:#?}");
        for content in &contents {
            let digest = content.digest().to_string();
            let named = report.damages.iter().find(|damage| damage.place.contains(&digest));
            let named = named.expect("who needs it is named");
            assert!(named.detail.contains(&hex(&chunk)) && named.detail.contains(word), "{named}");
        }
        store.put(&contents[1], None).await.expect("memory takes it");
        commit_content(&store, &contents[1], 90).await.expect("memory takes it");
        are_read_back(&store, &contents).await;
        let report = verify(&store).await;
        assert!(report.is_sound(), "{word}: {report:#?}");
        for (key, value) in &sound {
            change(&kv, &store, key.clone(), value.clone()).await;
        }
    }
}

#[tokio::test]
async fn what_is_sound_in_a_damaged_pack_is_read_and_survives_its_mending() {
    let (kv, store) = store().await;
    let shared = noise(300_000, 1);
    let contents = [
        opaque([noise(200_000, 2), shared.clone()].concat()),
        opaque([shared.clone(), noise(200_000, 3)].concat()),
        opaque([shared, noise(250_000, 4)].concat()),
    ];
    for content in &contents {
        store.put(content, None).await.expect("memory takes it");
    }
    for (at, content) in (1..).zip(&contents) {
        commit_content(&store, content, at).await.expect("memory takes it");
    }
    // The first chunk, which is in the first content only; others need what is beside it.
    let body = [&[BODIES], contents[0].digest().as_bytes().as_slice()].concat();
    let list = rows(&kv).remove(&body).flatten().expect("it is there");
    let (pack, at) = place(&kv, &list[10..42]);
    let mut value = rows(&kv).remove(&pack).flatten().expect("it is there");
    value[at] ^= 1;
    change(&kv, &store, pack.clone(), Some(value)).await;
    let report = verify(&store).await;
    assert_eq!(report.damaged, 2, "the pack, and who needs the chunk: {report:#?}");
    are_read_back(&store, &contents[1..]).await;
    store.put(&contents[0], None).await.expect("memory takes it");
    commit_content(&store, &contents[0], 9).await.expect("memory takes it");
    assert!(!rows(&kv).contains_key(&pack), "nobody needs it any more");
    are_read_back(&store, &contents).await;
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

#[tokio::test]
async fn a_pack_that_holds_damage_which_nobody_brings_again_stays() {
    let (kv, store, contents, first) = two_that_share().await;
    let body = [&[BODIES], contents[0].digest().as_bytes().as_slice()].concat();
    let list = rows(&kv).remove(&body).flatten().expect("it is there");
    let ((pack, at), (other, beside)) = (place(&kv, &first), place(&kv, &list[42..74]));
    assert_eq!(pack, other);
    let mut value = rows(&kv).remove(&pack).flatten().expect("it is there");
    value[at] ^= 1;
    value[beside] ^= 1;
    change(&kv, &store, pack.clone(), Some(value)).await;
    // It begins like the first chunk of both, and has nothing of the second one.
    let third = opaque([&contents[0].as_bytes()[..64 * 1024], &noise(400_000, 9)].concat());
    store.put(&third, None).await.expect("memory takes it");
    commit_content(&store, &third, 9).await.expect("memory takes it");
    are_read_back(&store, std::slice::from_ref(&third)).await;
    let report = verify(&store).await;
    assert!(rows(&kv).contains_key(&pack), "{report:#?}");
    store.put(&contents[0], None).await.expect("memory takes it");
    commit_content(&store, &contents[0], 10).await.expect("memory takes it");
    assert!(!rows(&kv).contains_key(&pack), "nobody needs it any more");
    are_read_back(&store, &contents).await;
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

/// A row with one bit of one byte changed.
fn flipped(kv: &MemoryKv, key: &[u8], at: usize) -> Option<Vec<u8>> {
    let mut value = rows(kv).remove(key).flatten().expect("it is there");
    *value.get_mut(at).expect("a byte") ^= 1;
    Some(value)
}

#[tokio::test]
async fn a_pack_whose_checksum_alone_is_damaged_is_mended_by_a_put() {
    let (kv, store, contents, chunk) = two_that_share().await;
    let (pack, _) = place(&kv, &chunk);
    let last = rows(&kv)[&pack].as_ref().map_or(0, Vec::len) - 1;
    change(&kv, &store, pack.clone(), flipped(&kv, &pack, last)).await;
    are_read_back(&store, &contents).await;
    assert_eq!(verify(&store).await.damaged, 1);
    store.put(&contents[0], None).await.expect("memory takes it");
    commit_content(&store, &contents[0], 9).await.expect("memory takes it");
    are_read_back(&store, &contents).await;
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

#[tokio::test]
async fn a_pack_stays_while_the_row_of_a_chunk_in_it_is_damaged() {
    let (kv, store, contents, first) = two_that_share().await;
    let body = [&[BODIES], contents[1].digest().as_bytes().as_slice()].concat();
    let list = rows(&kv).remove(&body).flatten().expect("it is there");
    let (pack, at) = place(&kv, &first);
    let beside = [&[CHUNKS], &list[42..74]].concat();
    assert_eq!(place(&kv, &list[42..74]).0, pack);
    let row = rows(&kv).remove(&beside).flatten();
    change(&kv, &store, pack.clone(), flipped(&kv, &pack, at)).await;
    change(&kv, &store, beside.clone(), flipped(&kv, &beside, 3)).await;
    // It begins like both.
    let third = opaque([&contents[0].as_bytes()[..64 * 1024], &noise(400_000, 9)].concat());
    store.put(&third, None).await.expect("memory takes it");
    commit_content(&store, &third, 9).await.expect("memory takes it");
    change(&kv, &store, beside, row).await;
    are_read_back(&store, &contents).await;
}

#[tokio::test]
async fn new_packs_come_after_those_that_are_there_whatever_keys_are_damaged() {
    let (kv, store, contents, _) = two_that_share().await;
    store.close().await.expect("it closes");
    let packs = table(&kv, PACKS);
    let (last, value) = packs.last_key_value().expect("there are some");
    let lower = [&[PACKS], [0; 8].as_slice(), &[1]].concat();
    for damaged in [vec![PACKS, 0xff], [&[PACKS], [0xff; 8].as_slice()].concat(), lower] {
        let rows = [(damaged.clone(), value.clone())];
        kv.commit(&rows.into_iter().collect()).expect("memory takes it");
        let store = KvStore::open(kv.clone()).expect("it is a store");
        let more = opaque(noise(400_000, u64::from(damaged[1])));
        store.put(&more, None).await.expect("memory takes it");
        commit_content(&store, &more, 20).await.expect("memory takes it");
        store.close().await.expect("it closes");
        let store = KvStore::open(kv.clone()).expect("it is a store");
        are_read_back(&store, &contents).await;
        are_read_back(&store, &[more]).await;
        assert_eq!(rows_of(&kv, last), *value, "{damaged:?}");
        kv.commit(&[(damaged, None)].into_iter().collect()).expect("memory takes it");
    }
}

#[tokio::test]
async fn mending_what_was_in_a_lost_pack_leaves_the_new_one_of_its_number_alone() {
    let (kv, store, contents, _) = two_that_share().await;
    store.close().await.expect("it closes");
    let lost = table(&kv, PACKS).pop_last().expect("there are some").0;
    kv.commit(&[(lost.clone(), None)].into_iter().collect()).expect("memory takes it");
    let store = KvStore::open(kv.clone()).expect("it is a store");
    let new = opaque(noise(400_000, 9));
    // Neither is written before a commit names it.
    for content in [&new, &contents[1]] {
        store.put(content, None).await.expect("memory takes it");
    }
    for (at, content) in (20..).zip([&new, &contents[1]]) {
        commit_content(&store, content, at).await.expect("memory takes it");
    }
    assert!(rows(&kv).contains_key(&lost), "its number is given again");
    are_read_back(&store, &contents).await;
    are_read_back(&store, &[new]).await;
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

fn rows_of(kv: &MemoryKv, key: &[u8]) -> Option<Vec<u8>> {
    rows(kv).remove(key).flatten()
}

#[tokio::test]
async fn a_damaged_head_is_mended_by_a_put() {
    let (kv, store, contents, _) = two_that_share().await;
    for broken in [true, false] {
        let head = [&[HEADS], contents[0].digest().as_bytes().as_slice()].concat();
        let value = if broken { flipped(&kv, &head, 3) } else { None };
        change(&kv, &store, head, value).await;
        assert!(!verify(&store).await.is_sound());
        store.put(&contents[0], None).await.expect("memory takes it");
        commit_content(&store, &contents[0], 9).await.expect("memory takes it");
        let report = verify(&store).await;
        assert!(report.is_sound(), "{report:#?}");
    }
}

#[tokio::test]
async fn a_head_that_says_less_than_its_body_is_mended_by_a_put() {
    let text = "what both stores hold".repeat(500);
    let (content, less) = (Content::text(text.clone(), None).unwrap(), opaque(text.into_bytes()));
    let (other, others) = store().await;
    others.put(&less, None).await.expect("memory takes it");
    commit_content(&others, &less, 1).await.expect("memory takes it");
    let (kv, store) = store().await;
    store.put(&content, None).await.expect("memory takes it");
    commit_content(&store, &content, 1).await.expect("memory takes it");
    let head = [&[HEADS], content.digest().as_bytes().as_slice()].concat();
    change(&kv, &store, head.clone(), rows_of(&other, &head)).await;
    assert!(!verify(&store).await.is_sound());
    store.put(&content, None).await.expect("memory takes it");
    commit_content(&store, &content, 2).await.expect("memory takes it");
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

#[tokio::test]
async fn what_is_mended_is_known_as_what_it_was() {
    let (kv, store) = store().await;
    let text = format!("[{}]", "1, ".repeat(2_000) + "1");
    let json = Content::json(text.clone()).expect("JSON");
    store.put(&json, None).await.expect("memory takes it");
    commit_content(&store, &json, 1).await.expect("memory takes it");
    let body = [&[BODIES], json.digest().as_bytes().as_slice()].concat();
    change(&kv, &store, body.clone(), flipped(&kv, &body, 20)).await;
    store.put(&opaque(text.into_bytes()), None).await.expect("memory takes it");
    commit_content(&store, &json, 2).await.expect("it is known as that");
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

#[tokio::test]
async fn a_content_becomes_what_is_known_of_it_however_it_is_kept() {
    let (_, store, [_, two, _]) = deltas().await;
    let chunked = format!("[{}]", "1, ".repeat(200_000) + "1");
    let near = format!("[\"{}\"]", "x".repeat(2_000));
    let other = format!("[\"{}\"]", "x".repeat(2_001));
    for text in [&chunked, &near, &other] {
        let bytes = opaque(text.clone().into_bytes());
        store.put(&bytes, Some(&content(&near).digest())).await.expect("memory takes it");
        commit_content(&store, &bytes, 10).await.expect("memory takes it");
        // Once with what is there, and once with what is only on its way.
        let as_text = content(text);
        let as_json = Content::json(text.clone()).expect("JSON");
        for content in [&as_text, &as_json] {
            store.put(content, Some(&two.digest())).await.expect("memory takes it");
        }
        for (at, content) in (11..).zip([&as_json, &as_text]) {
            commit_content(&store, content, at).await.expect("it is known as that");
        }
    }
    let report = verify(&store).await;
    assert!(report.is_sound(), "{report:#?}");
}

/// Contents that resemble each other, or do not.
fn any_contents() -> impl Strategy<Value = Vec<(Vec<u8>, Option<usize>)>> {
    let part = (0_u64..3, prop_oneof![0_usize..200, 3_000_usize..20_000, 250_000_usize..300_000]);
    let one = (part, any::<u16>(), any::<u8>(), proptest::option::of(0_usize..8));
    let bytes = one.prop_map(|((seed, len), place, byte, near)| {
        // Beginnings of the same few sequences, with one byte of their own.
        let mut bytes = noise(len.max(1), seed);
        let place = usize::from(place) % bytes.len();
        bytes.splice(place..=place, [byte]);
        (bytes, near)
    });
    proptest::collection::vec(bytes, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_contents_with_any_hints_are_read_back(contents in any_contents()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let (kv, store) = store().await;
            let hints: Vec<_> = contents.iter().map(|(_, near)| *near).collect();
            let contents: Vec<_> = contents.into_iter().map(|(bytes, _)| opaque(bytes)).collect();
            for (at, (content, near)) in (1..).zip(contents.iter().zip(hints)) {
                let near = near.and_then(|near| contents.get(near)).map(Content::digest);
                store.put(content, near.as_ref()).await.expect("memory takes it");
                commit_content(&store, content, at).await.expect("memory takes it");
            }
            are_read_back(&store, &contents).await;
            let report = verify(&store).await;
            assert!(report.is_sound(), "{report:#?}");
            store.close().await.expect("it closes");
            let store = KvStore::open(kv).expect("it is a store");
            are_read_back(&store, &contents).await;
            let history = store
                .history(&namespace(), &greeting(), At::Head, None, Limit::MAX)
                .await
                .expect("it can be read");
            assert_eq!(history.len(), contents.len());
        });
    }
}
