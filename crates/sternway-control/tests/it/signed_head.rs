//! Signed heads: what was cut off, and an old copy put back, are seen.

use sternway_control::signed_head::{HeadSigner, HeadVerifier, LostHistory, SignedHeadError};
use sternway_store::MemoryKv;
use sternway_types::{At, Revision};

use crate::world::World;

fn signer(byte: u8) -> HeadSigner {
    HeadSigner::new("acme.example/prompts", [byte; 32]).expect("a name")
}

async fn signed(world: &World, signer: &HeadSigner) -> String {
    let namespace = world.control.namespace();
    let head =
        world.store.head(namespace, At::Head).await.expect("it can be read").expect("it is there");
    signer.sign(namespace, &head)
}

async fn missing(world: &World, note: &str) -> Option<LostHistory> {
    let head = signer(1).verifier().open(note).expect("it is signed");
    head.missing_from(world.store.as_ref()).await.expect("it can be read")
}

#[tokio::test]
async fn a_store_contains_what_it_once_was() {
    let world = World::with_live(2).await;
    let note = signed(&world, &signer(1)).await;
    assert!(note.starts_with("sternway/shop\n4\n"), "{note}");
    assert_eq!(missing(&world, &note).await, None);
    world.publish("and on").await;
    assert_eq!(missing(&world, &note).await, None, "a history may grow");
}

#[tokio::test]
async fn an_old_copy_and_another_history_are_seen() {
    let world = World::with_live(2).await;
    let note = signed(&world, &signer(1)).await;
    let older = World::with_live(1).await;
    let shorter = LostHistory::Shorter { newest: Revision::new(2), signed: Revision::new(4) };
    assert_eq!(missing(&older, &note).await, Some(shorter));
    let other = World::new().await;
    for text in ["something", "else", "altogether"] {
        other.publish(text).await;
    }
    assert_eq!(missing(&other, &note).await, Some(LostHistory::Other(Revision::new(4))));
    let empty = sternway_store::KvStore::open(MemoryKv::new()).expect("a store");
    let head = signer(1).verifier().open(&note).unwrap();
    let gone = head.missing_from(&empty).await.unwrap();
    assert_eq!(gone, Some(LostHistory::Gone(Revision::new(4))));
}

#[tokio::test]
async fn a_note_that_was_changed_or_signed_by_another_is_refused() {
    let world = World::with_live(1).await;
    let note = signed(&world, &signer(1)).await;
    let verifier = signer(1).verifier();
    let unsigned = Err(SignedHeadError::Signature { name: "acme.example/prompts".into() });
    assert_eq!(signer(2).verifier().open(&note), unsigned);
    // Whatever byte is changed: it is not what was signed, or no note at all.
    for at in 0..note.len() {
        let mut bytes = note.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        assert!(verifier.open(&changed).is_err(), "byte {at}: {changed}");
    }
    for end in 0..note.len() - 1 {
        if let Some(short) = note.get(..end) {
            assert!(verifier.open(short).is_err(), "{short}");
        }
    }
    let others = format!("{note}\u{2014} somebody.else AAAAAAAA\n");
    assert!(verifier.open(&others).is_ok(), "other signatures do no harm");
}

#[test]
fn keys_are_written_and_read_back() {
    let signer = signer(7);
    let again: HeadSigner = signer.to_secret_text().parse().unwrap();
    assert_eq!(again.verifier(), signer.verifier());
    assert_eq!(signer.verifier().to_string().parse(), Ok(signer.verifier()));
    let secret = signer.to_secret_text();
    assert!(!format!("{signer:?}").contains(&secret[secret.len() - 20..]), "{signer:?}");
    for wrong in ["", "a", "a+b", "a+00000000+AAAA", &secret, &secret[12..secret.len() - 4]] {
        assert!(wrong.parse::<HeadVerifier>().is_err(), "{wrong}");
    }
    for name in ["", "a b", "a+b", &"x".repeat(101)] {
        assert!(HeadSigner::new(name, [1; 32]).is_err(), "{name}");
    }
}

/// The example of the signed notes of Go: <https://pkg.go.dev/golang.org/x/mod/sumdb/note>.
#[test]
fn keys_and_signatures_are_those_of_signed_notes() {
    let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let signer: HeadSigner = secret.parse().unwrap();
    assert_eq!(signer.verifier().to_string(), public);
    let note = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n\n\
                \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgK\
                vqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let opened = signer.verifier().open(note);
    let malformed = matches!(opened, Err(SignedHeadError::Malformed(_)));
    assert!(malformed, "it is signed, and no head: {opened:?}");
}
