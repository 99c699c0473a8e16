//! Keys, and files that say where a store stands.

use sternway::{
    control::signed_head::{HeadSigner, HeadVerifier},
    store::Head,
    types::Timestamp,
};

/// Who signed the files among the seeds.
const SECRET: [u8; 32] = [7; 32];

/// A key that is taken is shown as itself, and what it signs it opens; a head that is opened is what
/// was signed, word for word.
///
/// # Panics
///
/// If that is not so.
pub fn heads(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(verifier) = text.parse::<HeadVerifier>() {
        assert_eq!(verifier.to_string().parse(), Ok(verifier));
    }
    if let Ok(signer) = text.parse::<HeadSigner>() {
        let again: HeadSigner = signer.to_secret_text().parse().expect("it is a key");
        assert_eq!(again.verifier(), signer.verifier());
    }
    let signer = HeadSigner::new("sternway.test", SECRET).expect("it is a key");
    let Ok(signed) = signer.verifier().open(text) else { return };
    let (revision, chain) = (signed.revision, signed.chain);
    let note = signer.sign(&signed.namespace, &Head { revision, chain, at: Timestamp::EPOCH });
    let (said, signature) = note.split_once("\n\n").expect("a note has both");
    assert_eq!(text.split_once("\n\n").map(|(said, _)| said), Some(said));
    assert!(text.contains(signature.trim_end()), "{text:?} is signed");
}
