//! Signed heads: where a namespace stood, in a small file that is kept elsewhere.
//!
//! The chain shows that nothing within the history was changed. It cannot show that the end of it was
//! cut off, or that an old copy of the store was put back: what is left verifies. A signed head that
//! is kept outside the store does, since a store that once was there must still contain it. Of a head
//! that is older than where a compacted namespace begins nothing can be said: sign one before letting
//! go, at or after the floor to be.
//!
//! The file is a [signed note] with the [checkpoint] of C2SP: the origin (`sternway/` and the
//! namespace), the revision, and the chain up to it in base64, signed with Ed25519. Keys are written
//! as the tools for signed notes write them.
//!
//! [signed note]: https://c2sp.org/signed-note
//! [checkpoint]: https://c2sp.org/tlog-checkpoint

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sternway_store::{Head, Store, StoreError};
use sternway_types::{At, Digest, NamespaceId, Revision};

/// What every origin begins with.
const ORIGIN: &str = "sternway/";
/// The algorithm byte of Ed25519 in keys of signed notes.
const ED25519: u8 = 1;
/// What a line of a signature begins with: an em dash.
const SIGNATURE: &str = "\u{2014} ";
/// What the text of a private key begins with.
const PRIVATE: &str = "PRIVATE+KEY+";

/// Why a signed head, or a key for one, is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedHeadError {
    /// A text is no key.
    #[error("this is not a key for signed heads: expected {expected}")]
    Key {
        /// How one looks.
        expected: &'static str,
    },
    /// A name of a signer is not one.
    #[error("{0:?} does not name a signer: expected 1 to 100 characters without spaces and `+`")]
    Name(String),
    /// A text is no signed head.
    #[error("this is not a signed head: {0}")]
    Malformed(&'static str),
    /// It was signed by somebody else, or changed since.
    #[error("the signature of {name} is not on it, or it was changed since it was signed")]
    Signature {
        /// Whose signature was asked for.
        name: String,
    },
}

fn check_name(name: &str) -> Result<(), SignedHeadError> {
    let fits = (1..=100).contains(&name.len())
        && !name.chars().any(|c| c == '+' || c.is_whitespace() || c.is_control());
    if fits { Ok(()) } else { Err(SignedHeadError::Name(name.chars().take(100).collect())) }
}

/// The first four bytes by which a signature names its key.
fn key_id(name: &str, public: &VerifyingKey) -> [u8; 4] {
    let digest = Digest::of_parts(&[name.as_bytes(), b"\n", &[ED25519], public.as_bytes()]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    [a, b, c, d]
}

fn hex(bytes: [u8; 4]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The three parts of a key: name, key id, and the 32 bytes after the algorithm.
fn parts(text: &str) -> Option<(&str, &str, [u8; 32])> {
    let (name, rest) = text.trim().split_once('+')?;
    let (id, encoded) = rest.split_once('+')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (algorithm, key) = bytes.split_first()?;
    let key = key.try_into().ok()?;
    (*algorithm == ED25519).then_some((name, id, key))
}

/// A key that signs heads. Whoever has it can sign any history: it does not belong beside the store.
#[derive(Clone)]
pub struct HeadSigner {
    name: String,
    key: SigningKey,
}

impl fmt::Debug for HeadSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeadSigner").field("name", &self.name).finish_non_exhaustive()
    }
}

impl HeadSigner {
    /// A key of these 32 secret bytes, under a name such as `acme.example/prompts`.
    ///
    /// # Errors
    ///
    /// [`SignedHeadError::Name`] if the name is not one.
    pub fn new(name: &str, secret: [u8; 32]) -> Result<Self, SignedHeadError> {
        check_name(name)?;
        Ok(Self { name: name.into(), key: SigningKey::from_bytes(&secret) })
    }

    /// The key as text, to be kept secret.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let id = hex(key_id(&self.name, &self.key.verifying_key()));
        let key = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        format!("{PRIVATE}{}+{id}+{}", self.name, STANDARD.encode(key))
    }

    /// The key that tells its signatures from others.
    #[must_use]
    pub fn verifier(&self) -> HeadVerifier {
        HeadVerifier { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// Where a namespace stands, signed.
    #[must_use]
    pub fn sign(&self, namespace: &NamespaceId, head: &Head) -> String {
        let text = text_of(namespace, head.revision, &head.chain);
        let id = key_id(&self.name, &self.key.verifying_key());
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let signature = STANDARD.encode([id.as_slice(), &signature].concat());
        format!("{text}\n{SIGNATURE}{} {signature}\n", self.name)
    }
}

impl FromStr for HeadSigner {
    type Err = SignedHeadError;

    fn from_str(text: &str) -> Result<Self, SignedHeadError> {
        let expected = "PRIVATE+KEY+NAME+ID+BASE64";
        let wrong = SignedHeadError::Key { expected };
        let rest = text.trim().strip_prefix(PRIVATE).ok_or_else(|| wrong.clone())?;
        let (name, id, secret) = parts(rest).ok_or_else(|| wrong.clone())?;
        let signer = Self::new(name, secret)?;
        let known = hex(key_id(name, &signer.key.verifying_key())) == id;
        known.then_some(signer).ok_or(wrong)
    }
}

/// A key that tells the signatures of one signer from others. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadVerifier {
    name: String,
    key: VerifyingKey,
}

impl fmt::Display for HeadVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex(key_id(&self.name, &self.key)), STANDARD.encode(key))
    }
}

impl FromStr for HeadVerifier {
    type Err = SignedHeadError;

    fn from_str(text: &str) -> Result<Self, SignedHeadError> {
        let wrong = SignedHeadError::Key { expected: "NAME+ID+BASE64" };
        let (name, id, key) = parts(text).ok_or_else(|| wrong.clone())?;
        check_name(name)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| wrong.clone())?;
        let name = name.to_owned();
        let known = hex(key_id(&name, &key)) == id;
        known.then_some(Self { name, key }).ok_or(wrong)
    }
}

impl HeadVerifier {
    /// The head that a file says, if this signer signed it.
    ///
    /// # Errors
    ///
    /// [`SignedHeadError`] if it is no signed head, or not signed by this key.
    pub fn open(&self, note: &str) -> Result<SignedHead, SignedHeadError> {
        let malformed = SignedHeadError::Malformed;
        let (text, signatures) = note
            .split_once("\n\n")
            .ok_or(malformed("it has no line between text and signature"))?;
        let text = format!("{text}\n");
        let unsigned = || SignedHeadError::Signature { name: self.name.clone() };
        let signature = signatures.lines().find_map(|line| self.signature(line));
        let signature = signature.ok_or_else(unsigned)?;
        self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| unsigned())?;
        SignedHead::parse(&text)
    }

    /// The signature of a line, if it is by this key.
    fn signature(&self, line: &str) -> Option<Signature> {
        let (name, encoded) = line.strip_prefix(SIGNATURE)?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        let ours = name == self.name && *id == key_id(name, &self.key);
        ours.then(|| Signature::from_slice(signature).ok()).flatten()
    }
}

fn text_of(namespace: &NamespaceId, revision: Revision, chain: &Digest) -> String {
    format!("{ORIGIN}{namespace}\n{revision}\n{}\n", STANDARD.encode(chain.as_bytes()))
}

/// Where a namespace stood, as somebody signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// Which namespace.
    pub namespace: NamespaceId,
    /// Its newest revision at that time.
    pub revision: Revision,
    /// The chain up to there.
    pub chain: Digest,
}

/// What is wrong with a store that once was at a signed head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LostHistory {
    /// The namespace is gone.
    #[error("there is no such namespace, and it was at revision {0} when that was signed")]
    Gone(Revision),
    /// The end of the history is not there: it was cut off, or an old copy was put back.
    #[error("its newest revision is {newest}, and it was at {signed} when that was signed")]
    Shorter {
        /// What the store has.
        newest: Revision,
        /// What was signed.
        signed: Revision,
    },
    /// The history is another one.
    #[error("revision {0} is not the one that was signed: this is another history")]
    Other(Revision),
}

impl SignedHead {
    fn parse(text: &str) -> Result<Self, SignedHeadError> {
        let malformed = SignedHeadError::Malformed;
        let mut lines = text.lines();
        let mut line = |what| lines.next().ok_or(malformed(what));
        let origin = line("it names no origin")?;
        let revision = line("it says no revision")?.parse().ok().map(Revision::new);
        let chain = STANDARD.decode(line("it says no chain")?).ok();
        let chain = chain.and_then(|chain| chain.try_into().ok()).map(Digest::from_bytes);
        let namespace = origin.strip_prefix(ORIGIN).and_then(|name| name.parse().ok());
        Ok(Self {
            namespace: namespace.ok_or(malformed("its origin is no namespace of a store"))?,
            revision: revision.ok_or(malformed("its revision is no number"))?,
            chain: chain.ok_or(malformed("its chain is no digest"))?,
        })
    }

    /// Whether a store still contains this head.
    ///
    /// # Errors
    ///
    /// [`StoreError::Compacted`] if the store begins after it: whether it once was there cannot be
    /// said any more. [`StoreError`] if the store cannot be read.
    pub async fn missing_from(&self, store: &dyn Store) -> Result<Option<LostHistory>, StoreError> {
        let then = match store.head(&self.namespace, At::Revision(self.revision)).await {
            Ok(Some(then)) => then,
            Ok(None) => return Ok(Some(LostHistory::Gone(self.revision))),
            Err(StoreError::NotYet { newest, .. }) => {
                return Ok(Some(LostHistory::Shorter { newest, signed: self.revision }));
            }
            Err(err) => return Err(err),
        };
        Ok((then.chain != self.chain).then_some(LostHistory::Other(self.revision)))
    }
}
