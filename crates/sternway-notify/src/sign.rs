//! Signatures, as Standard Webhooks has them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Why something is no secret to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// It is not as Standard Webhooks has it.
    #[error(
        "the secret is not base64, with or without whsec_ before it: make one with \
         `openssl rand -base64 32`"
    )]
    NotBase64,
    /// It could be guessed.
    #[error("the secret has {found} bytes: expected 24 to 64")]
    Length {
        /// How many it has.
        found: usize,
    },
}

/// A key to sign with.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Reads a secret: 24 to 64 bytes in base64, with or without `whsec_` before it.
    ///
    /// # Errors
    ///
    /// [`SecretError`] if it is none.
    pub fn new(secret: &str) -> Result<Self, SecretError> {
        let secret = secret.strip_prefix("whsec_").unwrap_or(secret);
        let bytes = STANDARD.decode(secret).map_err(|_| SecretError::NotBase64)?;
        if (24..=64).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(SecretError::Length { found: bytes.len() })
        }
    }

    /// Signs what is sent under an id at a moment, in seconds since 1970: `v1,` and the signature.
    ///
    /// # Panics
    ///
    /// Never: a key may have any length.
    #[must_use]
    pub fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key may have any length");
        mac.update(format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// Signs with every secret in a text, with white space between them: while one takes another's place, who
/// gets it may know either.
///
/// # Errors
///
/// [`SecretError`] if one of them is none.
pub fn sign_all(secrets: &str, id: &str, seconds: i64, body: &str) -> Result<String, SecretError> {
    let signed =
        secrets.split_whitespace().map(|secret| Ok(Key::new(secret)?.sign(id, seconds, body)));
    Ok(signed.collect::<Result<Vec<_>, _>>()?.join(" "))
}
